import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { migrationsOnDisk } from '../../scripts/lib/migrate.mjs';
import { inRoot } from '../../scripts/lib/root.mjs';

const run = promisify(execFile);

/** Same server, another database. */
export function otherDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}

/** Run one piece of work on a connection of its own. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Name of the template for the present migrations: changed migrations get a new one. */
export function templateName(): string {
  const hash = createHash('sha256').update(readFileSync(inRoot('prisma', 'schema.prisma')));
  for (const { name, sql } of migrationsOnDisk(join(inRoot('prisma'), 'migrations'))) hash.update(name).update(sql);
  return `driftless_template_${hash.digest('hex').slice(0, 12)}`;
}

/** Make the migrated template once per server; copies of it take some ten milliseconds. */
export async function prepareTemplate(serverUrl: string): Promise<void> {
  const name = templateName();
  await withClient(otherDatabase(serverUrl, 'postgres'), async (client) => {
    await client.query('select pg_advisory_lock(7410)'); // two runs on one server must not make it twice; freed with the connection
    const { rows } = await client.query('select datistemplate from pg_database where datname = $1', [name]);
    if (rows[0]?.datistemplate) return;
    await client.query(`drop database if exists ${name}`);
    await client.query(`create database ${name}`);
    await run(process.execPath, [inRoot('scripts', 'migrate.mjs')], {
      env: { ...process.env, DATABASE_URL: otherDatabase(serverUrl, name) },
    });
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    await client.query(`alter database ${name} with is_template true allow_connections false`);
  });
}
