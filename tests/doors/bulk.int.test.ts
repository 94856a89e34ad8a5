import { afterAll, beforeAll, expect, test } from 'vitest';
import { bulkInsert, closePool, db, recordId, sql } from '@/lib/db';
import { type TestDatabase, testDatabase } from '../support/index';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await closePool();
  await database.drop();
});

const layout = (id: string, x: readonly (number | null)[]) => ({ id: recordId('layout', id), n: x.length, x, y: x.map(() => 0) });
const lot = (name: string, product: string) => ({ name, product, route: 'R', wafers: 25, started_at: new Date(0) });
const products = async (): Promise<[string, string][]> =>
  (await db().rows<{ name: string; product: string }>(sql`SELECT name, product FROM lot ORDER BY name`)).map((r) => [
    r.name,
    r.product,
  ]);

test('arrays keep their gaps and lengths, whatever the other rows have; no rows are no statement', async () => {
  expect(await bulkInsert(db(), 'site_layout', [layout('a', [1, null, -0]), layout('b', []), layout('c', [1e-300])])).toBe(3);
  const rows = await db().rows<{ id: string; x: Float64Array }>(sql`SELECT id, x FROM site_layout ORDER BY n DESC`);
  expect(rows.map((r) => Array.from(r.x))).toEqual([[1, Number.NaN, -0], [1e-300], []]);
  expect(await bulkInsert(db(), 'site_layout', [])).toBe(0);
});

test('JSON, texts with quotes and backslashes, times and NULL arrive as they were', async () => {
  const detail = { a: ['"', '\\', "'"], b: null };
  await bulkInsert(db(), 'feed_event', [{ kind: 'note', text: 'a "b" \\ c, {d}', detail }]);
  expect(await db().one(sql`SELECT kind, text, detail FROM feed_event`)).toEqual({
    kind: 'note',
    text: 'a "b" \\ c, {d}',
    detail,
  });
  const names = ['plain', 'with "quotes"', 'back\\slash', 'comma, brace }'];
  await bulkInsert(db(), 'sensor_set', [{ id: recordId('set', '1'), names, units: names.map(() => '1') }]);
  expect((await db().one<{ names: string[] }>(sql`SELECT names FROM sensor_set`))!.names).toEqual(names);
});

test('a row that is there: an error, left, left by this key, or given the new values of all or of some columns', async () => {
  await bulkInsert(db(), 'lot', [lot('A', 'P1'), lot('B', 'P1')]);
  await expect(bulkInsert(db(), 'lot', [lot('A', 'P2')])).rejects.toThrow();
  expect(await bulkInsert(db(), 'lot', [lot('A', 'P2'), lot('C', 'P2')], 'ignore')).toBe(1);
  expect(await bulkInsert(db(), 'lot', [lot('B', 'P2')], { key: ['name'], update: [] })).toBe(0);
  expect(await products()).toEqual([
    ['A', 'P1'],
    ['B', 'P1'],
    ['C', 'P2'],
  ]);
  expect(await bulkInsert(db(), 'lot', [lot('A', 'P3'), lot('D', 'P3')], { key: ['name'] })).toBe(2);
  await bulkInsert(db(), 'lot', [{ ...lot('B', 'P4'), route: 'S' }], { key: ['name'], update: ['route'] });
  expect(await products()).toEqual([
    ['A', 'P3'],
    ['B', 'P1'],
    ['C', 'P2'],
    ['D', 'P3'],
  ]);
  expect((await db().one<{ route: string }>(sql`SELECT route FROM lot WHERE name = 'B'`))!.route).toBe('S');
});

test('rows of other columns than the first, and a conflict clause with values, are refused before anything is written', async () => {
  const rows: { name: string; product?: string; route?: string }[] = [
    { name: 'X', product: 'P' },
    { name: 'Y', route: 'R' },
  ];
  await expect(bulkInsert(db(), 'lot', rows as { name: string; product: string }[])).rejects.toThrow(
    /row 1 has not the columns of the first/,
  );
  await expect(bulkInsert(db(), 'lot', [lot('A', 'P')], sql`ON CONFLICT (name) DO UPDATE SET product = ${'x'}`)).rejects.toThrow(
    /takes no values/,
  );
});
