import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { ensureBuild } from '../../scripts/lib/build.mjs';
import { migrate } from '../../scripts/lib/migrate.mjs';
import { anyPort } from '../../scripts/lib/ports.mjs';
import { removePostgres, startPostgres } from '../../scripts/lib/postgres.mjs';
import { start, stop } from '../../scripts/lib/processes.mjs';
import { startRedis } from '../../scripts/lib/redis.mjs';
import { inRoot } from '../../scripts/lib/root.mjs';
import { product, runTask, waitForAddress } from '../../scripts/lib/tasks.mjs';

const quiet = { note: () => undefined, share: () => undefined, done: () => undefined };

/**
 * The whole product on free ports with an empty, seeded fab, for one measurement: Postgres, Redis, web server, and workers when they are asked for.
 * Everything it started ends with the work.
 * @param {string | null} databaseUrl - a database that is there already, with a seeded fab in it, instead of an empty one. Its key is the caller's to make.
 */
export async function withStand(work, databaseUrl = null) {
  const processes = [];
  mkdirSync(inRoot('.data'), { recursive: true });
  const dir = mkdtempSync(join(inRoot('.data'), 'bench-'));
  const logs = join(dir, 'logs');
  mkdirSync(logs, { recursive: true });
  try {
    const build = await ensureBuild(quiet);
    const postgres =
      databaseUrl === null
        ? await startPostgres({ dir: join(dir, 'postgres'), logs, password: 'bench', throwaway: false })
        : { url: databaseUrl };
    if (postgres.child) processes.push(postgres.child);
    const redis = await startRedis({ dir: join(dir, 'redis'), logs, password: 'bench', note: () => undefined, throwaway: true });
    if (redis.child) processes.push(redis.child);
    await migrate(postgres.url);
    const port = await anyPort();
    const api = { url: `http://127.0.0.1:${port}`, key: databaseUrl === null ? 'dl_bench_key' : `dl_bench_${randomUUID()}` };
    const env = {
      ...redis.env,
      DATABASE_URL: postgres.url,
      NODE_ENV: 'production',
      NEXT_DIST_DIR: build.nextDir,
      APP_URL: api.url,
      AUTH_SECRET: 'bench-bench-bench-bench',
      DRIFTLESS_API_KEY: api.key,
      LOG_LEVEL: 'error',
      DEMO_SEED: '1',
    };
    const progress = quiet;
    if (databaseUrl === null)
      await runTask({
        name: 'seed',
        file: product(build, 'scripts', 'seed.js'),
        args: [],
        env,
        log: join(logs, 'seed.log'),
        progress,
        onStart: () => undefined,
      });
    const run = (name, args) => {
      const child = start({ name, command: process.execPath, args, env, log: join(logs, `${name}.log`) });
      processes.push(child);
      return child;
    };
    const next = inRoot('node_modules', 'next', 'dist', 'bin', 'next');
    const web = run('web', [next, 'start', '-p', String(port), '-H', '127.0.0.1']);
    await waitForAddress(`${api.url}/api/health/ready`, web);
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query(
      `INSERT INTO lot (name, product, route, wafers, started_at) SELECT 'B' || i, 'KITE-45', 'BEOL-1', 25, '2026-08-01' FROM generate_series(0, 399) AS i ON CONFLICT DO NOTHING`,
    );
    const startWorker = (name = 'worker') => run(name, [product(build, 'workers', 'main.js')]);
    try {
      await work({ api, client, web, startWorker, databaseUrl: postgres.url });
    } finally {
      await client.end();
    }
  } finally {
    for (const child of [...processes].reverse()) await stop(child);
    removePostgres(join(dir, 'postgres'));
    rmSync(dir, { recursive: true, force: true });
  }
}
