import { Readable } from 'node:stream';
import { db } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { RECORD_FORMATS, type RecordColumn, type RecordRow, recordObject } from '@/lib/formats/records';
import { Turns } from '@/lib/formats/turns';
import { type Cursor, writeCursor } from '../address/cursor';
import { type Asked, asked, pageStatement } from './asked';
import type { BaseRow, Collection } from './collection';
import { COLLECTIONS } from './collections';

/** Reads that go on at a time in this process: each holds a page and a connection for a moment. */
const MOST_READS = 6;
const holder = globalThis as typeof globalThis & { driftlessReads?: { now: number } };
holder.driftlessReads ??= { now: 0 };
const reads = holder.driftlessReads;

/** What is answered: bytes that come as they are taken, and the cursor of the next page where the reading ends at its limit. */
export interface Reading {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly contentType: string;
  /** Null for a page of JSON, which is no file. */
  readonly fileName: string | null;
  readonly next: string | null;
}

/** Whether a name is that of a collection that can be read. */
export const isCollection = (name: string): boolean => COLLECTIONS.has(name);

/** The names of the collections that can be read. */
export const collectionNames = (): string[] => [...COLLECTIONS.keys()];

const cursorAt = (c: Collection, row: BaseRow): Cursor =>
  c.order.map((k) => (row[k.as] instanceof Date ? (row[k.as] as Date).getTime() : (row[k.as] as string | number)));

/** Base rows of a collection from the cursor on, page after page; at most `a.limit` of them. */
async function* basePages(c: Collection, a: Asked): AsyncGenerator<BaseRow[]> {
  let after = a.after;
  for (let left = a.limit ?? Number.POSITIVE_INFINITY; left > 0; ) {
    const size = Math.min(c.pageRows, left);
    const rows = await db().rows<BaseRow>(pageStatement(c, a, after, size));
    if (rows.length > 0) yield rows;
    if (rows.length < size) return;
    after = cursorAt(c, rows.at(-1)!);
    left -= rows.length;
  }
}

/** Records that are encoded at a time: base rows may hold many. */
const MOST_RECORDS = 2_000;

async function* recordPages(c: Collection, a: Asked, bases: AsyncIterable<readonly BaseRow[]>): AsyncGenerator<RecordRow[]> {
  const only = Object.fromEntries([...a.values].map(([k, v]) => [k, new Set(v)]));
  const isWhole = a.columns.length === c.columns.length && a.columns.every((k, i) => k === i);
  const turns = new Turns();
  let page: RecordRow[] = [];
  for await (const rows of bases) {
    for (const row of rows)
      for (const record of c.records(row, only)) {
        page.push(isWhole ? record : a.columns.map((i) => record[i]!));
        if (page.length < MOST_RECORDS) continue;
        yield page;
        page = [];
        await turns.pause();
      }
    if (page.length > 0) yield page;
    page = [];
  }
}

/**
 * Reads a collection as an address asks: a page of JSON with the cursor of the next one, or a file of records, to the end of what matches where no limit is asked for. Records
 * that arrive behind the place where reading is are not in it.
 * @throws AppError `not_found`, `invalid_input` with the parameter, `rate_limited` where too many read at once.
 */
export async function readCollection(name: string, query: URLSearchParams, accept: string | null): Promise<Reading> {
  const c = COLLECTIONS.get(name);
  if (c === undefined)
    throw new AppError(
      'not_found',
      `there is no collection "${name.slice(0, 60)}"; those that can be read are ${collectionNames().join(', ')}`,
    );
  const a = asked(c, query, accept);
  if (reads.now >= MOST_READS)
    throw new AppError('rate_limited', `${MOST_READS} others are reading at once; ask again in a few seconds`);
  const columns = a.columns.map((i) => c.columns[i]!);
  const { bases, next } = a.limit === null ? { bases: basePages(c, a), next: null } : await limitedPages(c, a, a.limit);
  const pages = recordPages(c, a, bases);
  if (a.format === 'json')
    return { bytes: counted(jsonPage(c.name, columns, pages, next)), contentType: 'application/json', fileName: null, next };
  const { encode, extension, contentType } = await RECORD_FORMATS[a.format]();
  return { bytes: counted(encode(columns, pages)), contentType, fileName: `${c.name}.${extension}`, next };
}

/** The rows of one page, and where the next begins. */
async function limitedPages(c: Collection, a: Asked, limit: number) {
  const rows = await db().rows<BaseRow>(pageStatement(c, a, a.after, limit + 1));
  const page = rows.slice(0, limit);
  return {
    bases: Readable.from(page.length === 0 ? [] : [page], { objectMode: true }) as AsyncIterable<readonly BaseRow[]>,
    next: rows.length > limit ? writeCursor(cursorAt(c, page.at(-1)!)) : null,
  };
}

/** The records under the name of their collection, and the cursor of the next page. */
async function* jsonPage(
  name: string,
  columns: readonly RecordColumn[],
  pages: AsyncIterable<readonly RecordRow[]>,
  next: string | null,
): AsyncGenerator<Uint8Array> {
  let before = `{${JSON.stringify(name)}:[`;
  for await (const rows of pages) {
    yield Buffer.from(`${before}${rows.map((r) => JSON.stringify(recordObject(columns, r))).join(',')}`);
    before = ',';
  }
  yield Buffer.from(`${before === ',' ? '' : before}],"next":${JSON.stringify(next)}}`);
}

/** Counts a read for as long as its bytes are taken. */
async function* counted(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  reads.now++;
  try {
    yield* bytes;
  } finally {
    reads.now--;
  }
}
