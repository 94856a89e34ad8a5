import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type TestDatabase, testDatabase, testQueuePrefix } from './index';
import { withClient } from './template';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

test('each database is migrated and of its own', async () => {
  const other = await testDatabase();
  const tables = await withClient(
    db.url,
    async (c) => (await c.query("select count(*)::int as n from pg_tables where schemaname = 'public'")).rows[0].n,
  );
  expect(tables).toBeGreaterThan(10);
  await withClient(other.url, (c) => c.query('create table only_here (id int)'));
  const seen = await withClient(db.url, async (c) => (await c.query("select to_regclass('only_here') as t")).rows[0].t);
  expect(seen).toBeNull();
  await other.drop();
});

test('queue prefixes differ', () => {
  expect(testQueuePrefix()).not.toBe(testQueuePrefix());
});

test('eventually tells what it saw last', async () => {
  await expect(
    eventually(
      async () => 1,
      (n) => n === 2,
      60,
    ),
  ).rejects.toThrow('1');
});
