import { AppError } from '@/lib/errors';

/** Arrays of a container by name. */
export type ContainerArrays = Readonly<Record<string, Float64Array | Float32Array | Int32Array>>;

/** A file of named arrays. */
export interface Container {
  /** What the file holds; a reader refuses another. */
  readonly kind: string;
  /** JSON. */
  readonly meta: unknown;
  readonly arrays: ContainerArrays;
}

const MAGIC = 'DRIFTBIN';
const VERSION = 1;
const TYPES = { f64: Float64Array, f32: Float32Array, i32: Int32Array } as const;
type TypeName = keyof typeof TYPES;

interface Entry {
  readonly name: string;
  readonly type: TypeName;
  /** Bytes from the start of the file, a multiple of 8. */
  readonly offset: number;
  readonly length: number;
}

const align = (n: number): number => (n + 7) & ~7;

/**
 * One file of named arrays: 8 bytes `DRIFTBIN`, uint32 version, uint32 bytes of the JSON header, the header (UTF-8: kind, meta, arrays with type, offset,
 * length), then the arrays, each from a multiple of 8. Little-endian throughout, so that a mapped file is used in place.
 * @returns the bytes of the file.
 */
export function writeContainer(c: Container): Uint8Array<ArrayBuffer> {
  const list = Object.entries(c.arrays).map(([name, data]) => {
    const type = (Object.keys(TYPES) as TypeName[]).find((t) => data instanceof TYPES[t])!;
    return { name, type, data };
  });
  // offsets depend on the header's length and the other way round: lay out from 0, the header holds them relative
  let end = 0;
  const entries: Entry[] = list.map(({ name, type, data }) => {
    const e = { name, type, offset: end, length: data.length };
    end = align(end + data.byteLength);
    return e;
  });
  const header = new TextEncoder().encode(JSON.stringify({ kind: c.kind, meta: c.meta, arrays: entries }));
  const start = align(16 + header.length);
  const out = new Uint8Array(start + end);
  out.set(new TextEncoder().encode(MAGIC));
  const view = new DataView(out.buffer);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, header.length, true);
  out.set(header, 16);
  entries.forEach((e, i) => {
    const { data } = list[i]!;
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start + e.offset);
  });
  return out;
}

/**
 * Arrays of a container as views of the bytes, without a copy when these start at a multiple of 8.
 * @param kind - kind that is expected.
 * @throws AppError `invalid_input` for another kind of file, another version, or a file that is cut short.
 */
export function readContainer(bytes: Uint8Array, kind: string): Container {
  const bad = (why: string): never => {
    throw new AppError('invalid_input', `not a ${kind} file: ${why}`, { field: 'bytes' });
  };
  if (bytes.length < 16 || new TextDecoder().decode(bytes.subarray(0, 8)) !== MAGIC) bad('it does not start with DRIFTBIN');
  const whole = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
  const version = view.getUint32(8, true);
  if (version !== VERSION) bad(`version ${version}, this program reads ${VERSION}`);
  const size = view.getUint32(12, true);
  if (16 + size > whole.length) bad('its header is cut short');
  let header: { kind: string; meta: unknown; arrays: Entry[] };
  try {
    header = JSON.parse(new TextDecoder().decode(whole.subarray(16, 16 + size))) as typeof header;
  } catch {
    return bad('its header is not JSON');
  }
  if (header.kind !== kind) bad(`its kind is ${header.kind}`);
  const start = align(16 + size);
  const arrays: Record<string, Float64Array | Float32Array | Int32Array> = {};
  for (const e of header.arrays) {
    const type = TYPES[e.type];
    if (!type || start + e.offset + e.length * type.BYTES_PER_ELEMENT > whole.length) bad(`array ${e.name} is cut short`);
    arrays[e.name] = new type(whole.buffer as ArrayBuffer, whole.byteOffset + start + e.offset, e.length);
  }
  return { kind, meta: header.meta, arrays };
}
