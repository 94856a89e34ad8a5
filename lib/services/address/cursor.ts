import { isUuid } from './uuid';

/** Where a page of a list ends: the order keys of its last row. The next page begins after them, whatever came or went meanwhile. */
export type Cursor = readonly (number | string)[];

export type CursorKey = 'integer' | 'number' | 'text' | 'uuid';

const FITS: Readonly<Record<CursorKey, (v: unknown) => boolean>> = {
  integer: (v) => Number.isSafeInteger(v) && (v as number) >= 0,
  number: (v) => typeof v === 'number' && Number.isFinite(v),
  text: (v) => typeof v === 'string' && !/\0|\p{Surrogate}/u.test(v),
  uuid: (v) => typeof v === 'string' && isUuid(v),
};

/** The cursor as written in an address. */
export const writeCursor = (c: Cursor): string => Buffer.from(JSON.stringify(c)).toString('base64url');

/** The cursor of an address; null (the first page) for anything that this list did not write. */
export function readCursor(text: string | null, keys: readonly CursorKey[]): Cursor | null {
  if (text === null) return null;
  const found = parsed(Buffer.from(text, 'base64url').toString());
  return Array.isArray(found) && found.length === keys.length && keys.every((k, i) => FITS[k](found[i]))
    ? (found as (number | string)[])
    : null;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null; // an address that was typed or truncated
  }
}

/** A page of `limit` rows from up to `limit + 1` that were read, and the cursor of the next page; null on the last one. */
export function pageOf<R>(read: readonly R[], limit: number, key: (row: R) => Cursor): { page: R[]; next: string | null } {
  const page = read.slice(0, limit);
  return { page, next: read.length > limit ? writeCursor(key(page.at(-1)!)) : null };
}
