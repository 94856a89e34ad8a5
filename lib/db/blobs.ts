/** A `bytea` buffer as float32 values; the driver's buffers start at arbitrary offsets, so misaligned ones are copied. */
export function asFloat32(b: Buffer): Float32Array {
  if (b.byteOffset % 4 === 0) return new Float32Array(b.buffer, b.byteOffset, b.byteLength >> 2);
  return new Float32Array(b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength));
}

/** The bytes of a typed array, without a copy. */
export const asBuffer = (v: ArrayBufferView): Buffer => Buffer.from(v.buffer, v.byteOffset, v.byteLength);
