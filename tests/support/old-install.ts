import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import { inRoot } from '../../scripts/lib/root.mjs';
import { emptyDatabase, type TestDatabase } from './index';
import { withClient } from './template';

const run = promisify(execFile);

/**
 * A database as an earlier release left it: the migrations before `migration` are applied, `fill` writes what that release had stored, and
 * the rest brings it to the present as `npm run migrate` does. DATABASE_URL of the process points to it.
 */
export async function upgradedDatabase(migration: string, fill: (client: Client) => Promise<void>): Promise<TestDatabase> {
  const database = await emptyDatabase();
  const migrate = (...folder: string[]) =>
    run(process.execPath, [inRoot('scripts', 'migrate.mjs'), ...folder], { env: { ...process.env, DATABASE_URL: database.url } });
  const old = mkdtempSync(join(tmpdir(), 'driftless-old-'));
  try {
    const isLater = (path: string) =>
      basename(dirname(path)) === 'migrations' && /^\d/.test(basename(path)) && basename(path) >= migration;
    cpSync(inRoot('prisma'), old, { recursive: true, filter: (from) => !isLater(from) });
    await migrate(old);
    await withClient(database.url, fill);
    await migrate();
    return database;
  } catch (e) {
    await database.drop();
    throw e;
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}
