import { randomUUID } from 'node:crypto';
import { tableFromIPC } from 'apache-arrow';
import { parse } from 'csv-parse/sync';
import { readParquet } from 'parquet-wasm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COLLECTIONS } from '@/lib/services/reading/collections';
import { type Door, openDoor } from '../support/door';
import { type ReadRecord, readerOf } from '../support/reader';
import { shortHistory } from '../support/short-history';

let door: Door;
let get: Awaited<ReturnType<typeof readerOf>>['get'];
let json: Awaited<ReturnType<typeof readerOf>>['json'];
const NAMES = [...COLLECTIONS.keys()];

beforeAll(async () => {
  door = await openDoor();
  ({ get, json } = await readerOf(door));
  await shortHistory(door);
});
afterAll(() => door.close());

describe.each(NAMES)('%s', (name) => {
  const c = COLLECTIONS.get(name)!;

  test('the same records in each format, whatever reads them', async () => {
    const { records } = await json(`${name}?limit=${5 * c.pageRows}`);
    expect(records.length).toBeGreaterThan(0);
    const names = c.columns.map((k) => k.name);
    expect(Object.keys(records[0]!)).toEqual(names);

    const lines = (await (await get(`${name}?format=ndjson`)).text()).trimEnd().split('\n');
    expect(lines.map((l) => JSON.parse(l))).toEqual(records);

    const asText = (r: ReadRecord) =>
      names.map((n) => {
        const v = r[n];
        if (v === null) return '';
        if (Array.isArray(v)) return listText(v);
        const s = typeof v === 'object' ? JSON.stringify(v) : String(v);
        return typeof v !== 'number' && /^[=+\-@\t\r]/.test(s) ? `'${s}` : s;
      });
    const csv = parse(await (await get(name, { headers: { accept: 'text/csv' } })).text()) as string[][];
    expect(csv[0]).toEqual(names);
    expect(csv.slice(1)).toEqual(records.map(asText));

    // Parquet is read by the Rust implementation, which hands over Arrow; the Arrow stream by its own reader.
    const file = new Uint8Array(await (await get(`${name}?format=parquet`)).arrayBuffer());
    expect(rowsOf(readParquet(file).intoIPCStream(), c.columns)).toEqual(records.map((r) => flat(r, c.columns)));
    const stream = new Uint8Array(await (await get(`${name}?format=arrow`)).arrayBuffer());
    expect(rowsOf(stream, c.columns)).toEqual(records.map((r) => flat(r, c.columns)));
  });

  test('pages follow each other without a gap or a repeat, in either order', async () => {
    const whole = (await json(`${name}?limit=${5 * c.pageRows}&order=oldest`)).records;
    for (const order of ['oldest', 'newest']) {
      const seen: ReadRecord[][] = [];
      for (let after = ''; ; ) {
        const page = await json(`${name}?limit=1&order=${order}${after}`);
        seen.push(page.records);
        if (page.next === null) break;
        after = `&after=${page.next}`;
      }
      const base = order === 'oldest' ? seen : seen.toReversed();
      expect(base.flat(), order).toEqual(whole);
    }
  });

  test('each filter keeps what has its value, and nothing else', async () => {
    const all = (await json(`${name}?limit=${5 * c.pageRows}`)).records;
    for (const [filter, f] of Object.entries(c.filters)) {
      if (!c.columns.some((k) => k.name === filter)) continue;
      const value = all.map((r) => r[filter]).find((v) => v !== null && v !== undefined && typeof v !== 'object');
      if (value === undefined || (f.among !== undefined && !f.among.includes(String(value)))) continue;
      const kept = await json(`${name}?limit=${5 * c.pageRows}&${filter}=${encodeURIComponent(String(value))}`);
      expect(kept.records, filter).toEqual(all.filter((r) => r[filter] === value));
    }
    const none = await json(`${name}?${Object.keys(c.filters).includes('tool') ? 'tool' : 'id'}=${randomUUID()}`);
    expect(none).toMatchObject({ status: 200, records: [], next: null });
  });

  test('no record is a file too', async () => {
    const nothing = c.time === null ? `id=${randomUUID()}` : 'from=2199-01-01T00:00:00Z';
    expect(await (await get(`${name}?${nothing}&format=ndjson`)).text()).toBe('');
    expect((await (await get(`${name}?${nothing}&format=csv`)).text()).trimEnd().split('\r\n')).toHaveLength(1);
    for (const format of ['parquet', 'arrow']) {
      const bytes = new Uint8Array(await (await get(`${name}?${nothing}&format=${format}`)).arrayBuffer());
      expect(rowsOf(format === 'arrow' ? bytes : readParquet(bytes).intoIPCStream(), c.columns)).toEqual([]);
    }
  });

  test('only the columns that are asked for, in that order', async () => {
    const [b, a] = [c.columns[1]!.name, c.columns[0]!.name];
    const { records } = await json(`${name}?columns=${b},${a}&limit=1`);
    expect(Object.keys(records[0]!)).toEqual([b, a]);
  });
});

/** Rows of an Arrow stream as plain values. */
function rowsOf(bytes: Uint8Array, columns: readonly { readonly name: string; readonly type: string }[]): ReadRecord[] {
  const table = tableFromIPC(bytes);
  expect(table.schema.fields.map((f) => f.name)).toEqual(columns.map((k) => k.name));
  return table.toArray().map((row: ReadRecord) =>
    Object.fromEntries(
      columns.map((k) => {
        const v = row[k.name];
        return [k.name, k.type === 'time' && v !== null ? new Date(Number(v)).toISOString() : v];
      }),
    ),
  );
}

/** A record as a table of single cells holds it. */
/** A list where a cell is one value: items apart by blanks, NaN where one is not known; objects as JSON. */
const listText = (v: readonly unknown[]): string =>
  v.some((x) => typeof x === 'object' && x !== null) ? JSON.stringify(v) : v.map((x) => x ?? 'NaN').join(' ');

const flat = (r: ReadRecord, columns: readonly { readonly name: string; readonly type: string }[]): ReadRecord =>
  Object.fromEntries(
    columns.map((k) => {
      const v = r[k.name];
      return [
        k.name,
        v !== null && k.type === 'list' ? listText(v as unknown[]) : v !== null && k.type === 'json' ? JSON.stringify(v) : v,
      ];
    }),
  );
