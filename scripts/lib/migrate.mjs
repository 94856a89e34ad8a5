import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LauncherError } from './launcher-error.mjs';
import { inRoot } from './root.mjs';

/** The lock that `prisma migrate deploy` takes as well, so that the two never run at once. */
const LOCK = 72_707_369;

/** Prisma's own record of migrations, column by column: each tool reads what the other wrote. */
const RECORD = `create table if not exists _prisma_migrations (
  id varchar(36) primary key not null,
  checksum varchar(64) not null,
  finished_at timestamptz,
  migration_name varchar(255) not null,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0
)`;

/** A migration with this line runs outside a transaction; it holds one statement, for CREATE INDEX CONCURRENTLY and the like. */
const OUTSIDE = /^-- outside a transaction\s*$/m;

/** Migrations on disk, oldest first. */
export function migrationsOnDisk(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => ({ name, sql: readFileSync(join(folder, name, 'migration.sql'), 'utf8') }));
}

const checksumOf = ({ sql }) => createHash('sha256').update(sql).digest('hex');

/** Migrations recorded in the database, with their outcome. */
async function applied(client) {
  const { rows } = await client.query(
    'select migration_name as name, checksum, finished_at is not null as finished from _prisma_migrations where rolled_back_at is null order by started_at',
  );
  return rows;
}

const startOver = 'for the demo start over with: npm run demo -- --reset; for real data restore the release that wrote it';

/** Refuse a database whose history is not ours, before anything is changed. */
function checkHistory(done, disk) {
  for (const { name, checksum, finished } of done) {
    const ours = disk.find((m) => m.name === name);
    if (!finished) throw new LauncherError(`migration ${name} was begun earlier and did not finish`, startOver);
    if (!ours) throw new LauncherError(`the database has migration ${name}, which this version does not know`, startOver);
    if (checksumOf(ours) !== checksum)
      throw new LauncherError(`migration ${name} has changed since the database was made`, startOver);
  }
}

const place = (url) => {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || 5432}${pathname}`;
};

const oneLine = (text) => String(text).replace(/\s+/g, ' ').trim().slice(0, 400);

/** One migration and its record, both or neither; the server itself splits the script into statements. */
async function apply(client, migration) {
  const record = (state) =>
    client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, finished_at, rolled_back_at, logs, applied_steps_count)
       values ($1, $2, $3, case when $4::text is null then now() end, case when $4::text is not null then now() end, $4, $5)`,
      [randomUUID(), checksumOf(migration), migration.name, state.logs ?? null, state.logs === undefined ? 1 : 0],
    );
  const inTransaction = !OUTSIDE.test(migration.sql);
  try {
    if (inTransaction) await client.query('begin');
    await client.query(migration.sql);
    await record({});
    if (inTransaction) await client.query('commit');
  } catch (error) {
    if (inTransaction) await client.query('rollback');
    const line = error.position ? `, line ${migration.sql.slice(0, Number(error.position)).split('\n').length}` : '';
    const what = `${migration.name}${line}: ${oneLine(error.message)}`;
    await record({ logs: what });
    throw new LauncherError(
      `migration failed (${what})`,
      inTransaction
        ? 'nothing of it was kept; mend it and start again'
        : 'it ran outside a transaction: see what it left, mend it and start again',
    );
  }
}

/**
 * Bring a database to the current schema; a second call changes nothing.
 * @param {string} url - Postgres address
 * @param {{ folder?: string }} [options] - folder that holds `migrations/`
 * @returns {Promise<{ applied: string[], total: number }>} names of the migrations applied by this call
 * @throws LauncherError for an unreachable database, a foreign or broken history, a failing statement
 */
export async function migrate(url, { folder = inRoot('prisma') } = {}) {
  const disk = migrationsOnDisk(join(folder, 'migrations'));
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // the failed query carries the same error
  try {
    await client.connect();
  } catch (error) {
    throw new LauncherError(
      `the database at ${place(url)} does not answer (${error.message || error.code})`,
      'check DATABASE_URL',
    );
  }
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]); // released with the connection
    await client.query(RECORD);
    const done = await applied(client);
    checkHistory(done, disk);
    const due = disk.filter(({ name }) => !done.some((d) => d.name === name));
    for (const migration of due) await apply(client, migration);
    return { applied: due.map(({ name }) => name), total: disk.length };
  } finally {
    await client.end();
  }
}
