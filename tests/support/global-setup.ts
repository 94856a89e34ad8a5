import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { removePostgres, startPostgres } from '../../scripts/lib/postgres.mjs';
import { kill, runFile, stop } from '../../scripts/lib/processes.mjs';
import { startRedis } from '../../scripts/lib/redis.mjs';
import { inRoot } from '../../scripts/lib/root.mjs';
import { prepareTemplate } from './template';

type ManagedProcess = Parameters<typeof stop>[0];

/** Start a throw-away Postgres and Redis for a run by hand; `npm test` hands its own over in the environment. */
async function startServices(): Promise<() => Promise<void>> {
  const dir = inRoot('.data', `vitest-${process.pid}`);
  const processes: ManagedProcess[] = [];
  const lastResort = () => {
    for (const child of processes) kill(child);
  };
  process.once('exit', lastResort);
  mkdirSync(dir, { recursive: true });
  const record = runFile(join(dir, 'run.json')); // what a killed run leaves is stopped by the next `npm test`
  record.claim();
  const password = `test-${process.pid}`;
  const postgres = await startPostgres({ dir: join(dir, 'postgres'), logs: join(dir, 'logs'), password, throwaway: true });
  processes.push(postgres.child);
  record.add(postgres.child);
  const queue = await startRedis({ dir: join(dir, 'redis'), logs: join(dir, 'logs'), password, throwaway: true });
  if (queue.child) {
    processes.push(queue.child);
    record.add(queue.child);
  }
  Object.assign(process.env, { DATABASE_URL: postgres.url, AUTH_SECRET: `secret-of-the-tests-${process.pid}` }, queue.env);
  return async () => {
    for (const child of [...processes].reverse()) await stop(child);
    process.off('exit', lastResort);
    removePostgres(join(dir, 'postgres'));
    if (existsSync(dir)) rmSync(dir, { recursive: true, force: true });
  };
}

/** vitest's global set-up of the integration project: services when none are given, and the migrated template database. */
export default async function setup(): Promise<() => Promise<void>> {
  const stopServices = process.env['DATABASE_URL'] ? async () => undefined : await startServices();
  await prepareTemplate(process.env['DATABASE_URL']!);
  return stopServices;
}
