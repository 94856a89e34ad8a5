import { createHash } from 'node:crypto';

/**
 * A UUID (version 8, RFC 9562) from a record's natural key: the same record gets the same id wherever and however often it is
 * made, so every stage can upsert on it.
 */
export function recordId(...parts: readonly (string | number)[]): string {
  return toUuid(createHash('sha1').update(parts.join('\u0000')).digest());
}

/** A UUID from the bytes of arrays: the id of shared coordinates and name lists. */
export function digestId(...parts: readonly (ArrayBufferView | string)[]): string {
  const h = createHash('sha1');
  for (const p of parts) {
    h.update(typeof p === 'string' ? p : new Uint8Array(p.buffer, p.byteOffset, p.byteLength));
    h.update('\u0000');
  }
  return toUuid(h.digest());
}

function toUuid(d: Buffer): string {
  const b = Buffer.from(d.subarray(0, 16));
  b[6] = (b[6]! & 0x0f) | 0x80;
  b[8] = (b[8]! & 0x3f) | 0x80;
  const s = b.toString('hex');
  return `${s.slice(0, 8)}-${s.slice(8, 12)}-${s.slice(12, 16)}-${s.slice(16, 20)}-${s.slice(20)}`;
}
