import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './root.mjs';
import { Trouble } from './trouble.mjs';

/**
 * The adapter of Prisma with one method replaced: it cuts a script at every semicolon, also within quotes, comments and
 * functions. A whole script in one message is understood by Postgres itself, and is one transaction: all of it or nothing.
 */
async function migrationAdapter(url, failed, connections) {
  const { DriverAdapterError } = await import('@prisma/driver-adapter-utils');
  const { PrismaPg } = await import('@prisma/adapter-pg');
  const { default: pg } = await import('pg');
  const factory = new PrismaPg({ connectionString: url });
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    connections.push(adapter);
    adapter.executeScript = async (script) => {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined); // the failed query carries the same error
      await client.connect();
      try {
        await client.query(script);
      } catch (error) {
        failed.line = error.position ? script.slice(0, Number(error.position)).split('\n').length : undefined;
        failed.error = error;
        failed.script = script;
        const { code = 'XX000', severity = 'ERROR', message, detail, column, hint } = error;
        throw new DriverAdapterError({ kind: 'postgres', code, severity, message, detail, column, hint });
      } finally {
        await client.end();
      }
    };
    return adapter;
  };
  return factory;
}

/** Prisma's own schema engine as WebAssembly: nothing is downloaded, no binary is needed. */
async function schemaEngine(schema, adapter) {
  const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const wasm = readFileSync(inRoot('node_modules', '@prisma', 'schema-engine-wasm', 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const { bindMigrationAwareSqlAdapterFactory } = await import('@prisma/driver-adapter-utils');
  return glue.SchemaEngine.new(
    { datamodels: [['schema.prisma', schema]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(adapter),
  );
}

/** Migrations on disk, oldest first. */
export function migrationsOnDisk(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => ({ name, sql: readFileSync(join(folder, name, 'migration.sql'), 'utf8') }));
}

/** Migrations the database says it has, with what became of them. */
async function applied(client) {
  const { rows } = await client.query("select to_regclass('_prisma_migrations') is not null as there");
  if (!rows[0].there) return [];
  const list = await client.query(
    'select migration_name as name, checksum, finished_at is not null as finished from _prisma_migrations where rolled_back_at is null order by started_at',
  );
  return list.rows;
}

const startOver = 'for the demo start over with: npm run demo -- --reset; for real data restore the release that wrote it';

/** Refuse a database whose history is not ours, before anything is changed. */
function checkHistory(done, disk) {
  for (const { name, checksum, finished } of done) {
    const ours = disk.find((m) => m.name === name);
    if (!finished) throw new Trouble(`migration ${name} was begun earlier and did not finish`, startOver);
    if (!ours) throw new Trouble(`the database has migration ${name}, which this version does not know`, startOver);
    if (createHash('sha256').update(ours.sql).digest('hex') !== checksum)
      throw new Trouble(`migration ${name} has changed since the database was made`, startOver);
  }
}

const place = (url) => {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || 5432}${pathname}`;
};

/**
 * Bring a database to the present schema; a second call changes nothing.
 * @param {string} url - Postgres address
 * @param {{ prisma?: string }} [options] - folder that holds `schema.prisma` and `migrations/`
 * @returns {Promise<{ applied: string[], total: number }>} names of the migrations applied by this call
 * @throws Trouble for an unreachable database, a foreign or broken history, a failing statement
 */
export async function migrate(url, { prisma = inRoot('prisma') } = {}) {
  const disk = migrationsOnDisk(join(prisma, 'migrations'));
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // the failed query carries the same error
  try {
    await client.connect();
  } catch (error) {
    throw new Trouble(`the database at ${place(url)} does not answer (${error.message || error.code})`, 'check DATABASE_URL');
  }
  try {
    checkHistory(await applied(client), disk);
  } finally {
    await client.end();
  }
  const failed = {};
  const connections = [];
  const engine = await schemaEngine(
    readFileSync(join(prisma, 'schema.prisma'), 'utf8'),
    await migrationAdapter(url, failed, connections),
  );
  const migrationsList = {
    baseDir: join(prisma, 'migrations'),
    lockfile: { path: 'migration_lock.toml', content: readFileSync(join(prisma, 'migrations', 'migration_lock.toml'), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: disk.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
  try {
    const result = await engine.applyMigrations({ filters: { externalTables: [], externalEnums: [] }, migrationsList });
    return { applied: result.appliedMigrationNames ?? [], total: disk.length };
  } catch (error) {
    if (!failed.error) throw new Trouble(`migrating failed (${oneLine(error.message)})`, 'report this line');
    const name = disk.find(({ sql }) => sql === failed.script)?.name;
    if (name) await engine.markMigrationRolledBack({ migrationName: name }); // it was one transaction: nothing of it is there
    const where = `${name ?? 'a migration'}${failed.line ? `, line ${failed.line}` : ''}`;
    throw new Trouble(
      `migration failed (${where}: ${oneLine(failed.error.message)})`,
      'nothing of it was kept; mend it and start again',
    );
  } finally {
    for (const connection of connections) await connection.dispose();
  }
}

const oneLine = (text) => String(text).replace(/\s+/g, ' ').trim().slice(0, 400);

/**
 * The SQL that leads from one Prisma schema to another: the start of a new migration. The tables of the database at `url`
 * are not looked at.
 * @param {string | undefined} from - old schema text; undefined means an empty database
 * @param {string} to - new schema text
 * @param {string} url - any reachable Postgres
 */
export async function migrationSql(from, to, url) {
  const connections = [];
  const engine = await schemaEngine(to, await migrationAdapter(url, {}, connections));
  const side = (content) =>
    content === undefined ? { tag: 'empty' } : { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] };
  const result = await engine.diff({
    from: side(from),
    to: side(to),
    script: true,
    shadowDatabaseUrl: null,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  for (const connection of connections) await connection.dispose();
  return result.stdout ?? '';
}
