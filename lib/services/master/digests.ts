import { createHash, type Hash } from 'node:crypto';
import { digestId } from '@/lib/db';

const kept = new WeakMap<readonly number[], string>();

/** The id of a set of coordinate columns; computed once per array, as checks and storage both need it. */
export function layoutDigest(...columns: readonly (readonly number[])[]): string {
  const known = kept.get(columns[0]!);
  if (known !== undefined) return known;
  const id = digestId(...columns.map((c) => Float64Array.from(c)));
  kept.set(columns[0]!, id);
  return id;
}

/**
 * Digest of a record's content, which distinguishes a repeat from a conflict. Numeric arrays enter as their 64-bit values, which is
 * several times cheaper than writing them as text; everything else as JSON, keys in the order of the schema.
 */
export function recordDigest(record: object): Buffer {
  const h = createHash('sha1');
  const text: string[] = [];
  walk(record, h, text);
  return h.update(text.join('\u0001')).digest();
}

function walk(value: unknown, h: Hash, text: string[]): void {
  if (Array.isArray(value)) {
    text.push(`[${value.length}`);
    if (value.length > 0 && value.every(isNumberOrNull)) {
      const v = Float64Array.from(value as (number | null)[], (q) => q ?? Number.NaN);
      h.update(new Uint8Array(v.buffer));
    } else for (const item of value) walk(item, h, text);
  } else if (typeof value === 'object' && value !== null) {
    for (const [k, v] of Object.entries(value)) {
      text.push(k);
      walk(v, h, text);
    }
  } else text.push(`${typeof value}:${String(value)}`);
}

const isNumberOrNull = (v: unknown): boolean => v === null || typeof v === 'number';
