#!/usr/bin/env node
/**
 * `npm run services`: Postgres and a queue store for development, below `.data/dev`, until Ctrl-C. Their addresses are written
 * to `.data/dev/env` (`node --env-file=.data/dev/env ...`).
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explain, LauncherError } from './lib/launcher-error.mjs';
import { startPostgres } from './lib/postgres.mjs';
import { runFile, stop, stopLeftovers } from './lib/processes.mjs';
import { startRedis } from './lib/redis.mjs';
import { dataDir } from './lib/root.mjs';
import { secrets } from './lib/secrets.mjs';
import { fail, say, step } from './lib/ui.mjs';

const dir = dataDir('.data/dev');
const processes = [];
let stopping = false;

async function end(code) {
  if (stopping) return;
  stopping = true;
  for (const child of [...processes].reverse()) await stop(child);
  rmSync(join(dir, 'env'), { force: true });
  rmSync(join(dir, 'run.json'), { force: true });
  process.exit(code);
}

try {
  mkdirSync(dir, { recursive: true });
  const run = runFile(join(dir, 'run.json'));
  const before = run.previous();
  if (before.runs)
    throw new LauncherError(`the services already run (process ${before.pid})`, `their addresses are in ${join(dir, 'env')}`);
  await stopLeftovers(before.children);
  run.claim();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0));
  const keys = secrets(join(dir, 'secrets.json'));
  const logs = join(dir, 'logs');
  const postgres = await step('Postgres', async (progress) => {
    const server = await startPostgres({ dir: join(dir, 'postgres'), logs, password: keys.postgres });
    processes.push(server.child);
    run.add(server.child);
    progress.done(server.url.replace(/:[^:@/]+@/, ':...@'));
    return server;
  });
  const redis = await step('Queue store', async (progress) => {
    const server = await startRedis({ dir: join(dir, 'redis'), logs, password: keys.redis, note: progress.note });
    if (server.child) {
      processes.push(server.child);
      run.add(server.child);
    }
    progress.done(server.what);
    return server;
  });
  const env = { DATABASE_URL: postgres.url, ...redis.env, AUTH_SECRET: keys.auth, DRIFTLESS_API_KEY: keys.apiKey };
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  writeFileSync(join(dir, 'env'), `${lines.join('\n')}\n`, { mode: 0o600 });
  say(`Addresses: ${join(dir, 'env')}; Ctrl-C stops both.`);
  for (const child of processes)
    child.exited.then(({ code, signal }) => {
      if (stopping) return;
      fail(`${child.name} ended by itself (${signal ?? `code ${code}`}): look into ${child.log}`);
      end(1);
    });
} catch (error) {
  fail(explain(error));
  await end(1);
}
