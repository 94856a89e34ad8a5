import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COLUMNS } from '@/lib/db/generated/rows';
import { inRoot } from '../../scripts/lib/root.mjs';
import { type TestDatabase, testDatabase } from './index';
import { withClient } from './template';

const run = promisify(execFile);

let db: TestDatabase;
let folder: string;
beforeAll(async () => {
  db = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'driftless-migrate-'));
  cpSync(inRoot('prisma', 'migrations'), join(folder, 'migrations'), { recursive: true });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await db.drop();
});

const add = (name: string, sql: string) => {
  mkdirSync(join(folder, 'migrations', name), { recursive: true });
  writeFileSync(join(folder, 'migrations', name, 'migration.sql'), sql);
};
const remove = (name: string) => rmSync(join(folder, 'migrations', name), { recursive: true });

/** What `npm run migrate` prints, and whether it succeeded. */
const migrate = async (): Promise<{ ok: boolean; text: string }> => {
  try {
    const { stdout, stderr } = await run(process.execPath, [inRoot('scripts', 'migrate.mjs'), folder], {
      env: { ...process.env, DATABASE_URL: db.url },
    });
    return { ok: true, text: stdout + stderr };
  } catch (e) {
    const { stdout, stderr } = e as { stdout: string; stderr: string };
    return { ok: false, text: stdout + stderr };
  }
};

const rows = <T>(sql: string): Promise<T[]> => withClient(db.url, async (c) => (await c.query(sql)).rows as T[]);

test('the migrated database has the tables and columns of the schema, and no others', async () => {
  const found = await rows<{ t: string; c: string; type: string; nullable: boolean }>(`
    select c.relname as t, a.attname as c, regexp_replace(format_type(a.atttypid, null), '"', '', 'g') as type, not a.attnotnull as nullable
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> '_prisma_migrations'`);
  const short: Record<string, string> = {
    boolean: 'bool',
    integer: 'int4',
    smallint: 'int2',
    bigint: 'int8',
    real: 'float4',
    'double precision': 'float8',
    'timestamp with time zone': 'timestamptz',
  };
  const nameOf = (type: string) =>
    type.endsWith('[]') ? `${short[type.slice(0, -2)] ?? type.slice(0, -2)}[]` : (short[type] ?? type);
  // Prisma has no optional lists and leaves their columns without NOT NULL: for them the schema says nothing of NULL.
  const mark = (r: { type: string; nullable: boolean }) => (r.nullable && !r.type.endsWith('[]') ? '?' : '');
  const inDatabase = found.map((r) => `${r.t}.${r.c} ${nameOf(r.type)}${mark(r)}`);
  const inSchema = Object.entries(COLUMNS).flatMap(([t, columns]) =>
    Object.entries(columns as Record<string, string>).map(([c, type]) => `${t}.${c} ${type}`),
  );
  expect(inSchema.length).toBeGreaterThan(300);
  expect(inDatabase.sort()).toEqual(inSchema.sort());
});

test('a failing migration leaves nothing behind, names its line, and is applied once mended', async () => {
  add('29990101000000_broken', 'create table half_made (id int);\nselect no_such_column from half_made;');
  const failed = await migrate();
  expect(failed.ok).toBe(false);
  expect(failed.text).toContain('29990101000000_broken, line 2');
  expect(await rows("select to_regclass('half_made') as t")).toEqual([{ t: null }]);
  add('29990101000000_broken', 'create table half_made (id int);');
  expect((await migrate()).text).toContain('1 applied');
  expect((await migrate()).text).toContain('nothing to do');
  const record = await rows(
    "select finished_at is not null as finished, rolled_back_at is not null as back, applied_steps_count as steps from _prisma_migrations where migration_name = '29990101000000_broken' order by started_at",
  );
  expect(record).toEqual([
    { finished: false, back: true, steps: 0 },
    { finished: true, back: false, steps: 1 },
  ]);
});

test('two at once apply each migration once', async () => {
  add('29990102000000_once', 'create table once_only (id int); select pg_sleep(0.3);');
  const both = await Promise.all([migrate(), migrate()]);
  expect(both.map((r) => r.ok)).toEqual([true, true]);
  expect(both.filter((r) => r.text.includes('1 applied'))).toHaveLength(1);
});

test('a statement that refuses a transaction runs outside one', async () => {
  const index = 'create index concurrently once_only_id on once_only (id);';
  add('29990103000000_index', index);
  expect((await migrate()).text).toMatch(/cannot (run|be executed)/);
  add('29990103000000_index', `-- outside a transaction\n${index}`);
  expect((await migrate()).text).toContain('1 applied');
});

test('a changed or unknown migration is refused before anything is done', async () => {
  add('29990104000000_later', 'create table never_made (id int);');
  add('29990102000000_once', 'create table another (id int);');
  expect((await migrate()).text).toContain('29990102000000_once has changed');
  remove('29990102000000_once');
  expect((await migrate()).text).toContain('which this version does not know');
  expect(await rows("select to_regclass('never_made') as t")).toEqual([{ t: null }]);
});
