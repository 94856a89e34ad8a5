import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensureBuild, holdBuild } from './build.mjs';
import { checkDataVersion, demoState, diskTrouble, HELP, openDataDir, reset, settings } from './demo-settings.mjs';
import { install, isInstalled } from './install.mjs';
import { explain, LauncherError } from './launcher-error.mjs';
import { migrate } from './migrate.mjs';
import { webPort } from './ports.mjs';
import { checkOwnPostgres, startPostgres } from './postgres.mjs';
import { keepAlive, onSignals, processGroup } from './process-group.mjs';
import { runFile, start, stopLeftovers } from './processes.mjs';
import { startRedis } from './redis.mjs';
import { inRoot, root } from './root.mjs';
import { secrets } from './secrets.mjs';
import { product, runTask, waitForAddress } from './tasks.mjs';
import { bold, dim, elapsed, fail, say, step, warn } from './ui.mjs';

async function services(set, keys, logs, team) {
  const database = await step('Database', async (progress) => {
    if (set.databaseUrl) {
      progress.done(`Postgres ${await checkOwnPostgres(set.databaseUrl)} of DATABASE_URL`);
      return { url: set.databaseUrl, key: new URL(set.databaseUrl).host + new URL(set.databaseUrl).pathname };
    }
    const place = { dir: join(set.dir, 'postgres'), logs, password: keys.postgres };
    const server = await startPostgres(place);
    keepAlive(team, async () => (await startPostgres({ ...place, port: server.port })).child, server.child);
    progress.done(`embedded Postgres${server.made ? ', new' : ''}`);
    return { url: server.url, key: 'embedded' };
  });
  const queue = await step('Queue', async (progress) => {
    const place = { dir: join(set.dir, 'redis'), logs, password: keys.redis, url: set.redisUrl };
    const server = await startRedis({ ...place, note: progress.note });
    if (server.child) keepAlive(team, async () => (await startRedis({ ...place, port: server.port })).child, server.child);
    progress.done(server.what);
    return server;
  });
  await step('Tables', async (progress) => {
    const { applied, total } = await migrate(database.url);
    progress.done(applied.length ? `${applied.length} of ${total} migrations applied` : 'up to date');
  });
  return { database, env: { DATABASE_URL: database.url, ...queue.env } };
}

function announce(address, set, startedAt) {
  const width = 66;
  const rows = [
    `${bold('Driftless is running')}  ${address}`,
    '',
    'Sign in as   ana@driftless.local     engineer',
    '             omar@driftless.local    operator',
    '             vera@driftless.local    viewer',
    '             admin@driftless.local   administrator',
    `Password     ${(process.env.DEMO_PASSWORD ?? 'driftless').padEnd(24)}(the same for all four)`,
  ];
  say(`\n${'─'.repeat(width)}`);
  for (const row of rows) say(row);
  say('─'.repeat(width));
  say(
    dim(
      `Ready after ${elapsed(Date.now() - startedAt)}. Data and logs: ${relative(root, set.dir) || set.dir}. Ctrl-C stops everything.`,
    ),
  );
}

async function run(set, team, record, startedAt) {
  const { port, moved } = await webPort(process.env.PORT);
  if (moved) say(`Port 3000 is taken by another program; using ${port}.`);
  if (!isInstalled()) await step('Installing packages', (progress) => install(progress, team.passing));
  const build = await step('Building', async (progress) => {
    const made = await ensureBuild(progress, team.passing);
    progress.done(made.built ? 'new' : 'nothing has changed');
    return made;
  });
  team.atEnd(holdBuild(build.dir));
  const logs = join(set.dir, 'logs');
  mkdirSync(logs, { recursive: true });
  watchDisk(set.dir);
  const keys = secrets(join(set.dir, 'secrets.json'));
  const { database, env: addresses } = await services(set, keys, logs, team);
  const address = `http://localhost:${port}`;
  const env = {
    ...addresses,
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    NEXT_DIST_DIR: build.nextDir,
    PORT: String(port),
    HOST: process.env.HOST || '127.0.0.1',
    APP_URL: process.env.APP_URL || address,
    AUTH_SECRET: process.env.AUTH_SECRET || keys.auth,
    DRIFTLESS_API_KEY: keys.apiKey,
    DATA_DIR: set.dir,
    DEMO_DAYS: String(set.days),
    DEMO_SEED: String(set.seed),
  };
  const task = (name, file, args, log) => (progress) =>
    runTask({ name, file: product(build, 'scripts', file), args, env, log: join(logs, log), progress, onStart: team.passing });
  await step('Users and fab', task('seed', 'seed.js', [], 'seed.log'));

  const web = keepAlive(team, () =>
    start({
      name: 'web server',
      command: process.execPath,
      args: [inRoot('node_modules', 'next', 'dist', 'bin', 'next'), 'start', '-p', String(port), '-H', env.HOST],
      env,
      log: join(logs, 'web.log'),
      graceMs: 6000,
    }),
  );
  await step('Web server', async (progress) => {
    const host = ['0.0.0.0', '::'].includes(env.HOST) ? '127.0.0.1' : env.HOST;
    await waitForAddress(`http://${host}:${port}/api/health/ready`, web);
    progress.done(address);
  });
  record.setAddress(address);
  team.atEnd(shareAddresses(join(set.dir, 'env'), env));
  for (let i = 1; i <= set.workers; i++) {
    const name = set.workers > 1 ? `worker ${i}` : 'worker';
    const args = ['--enable-source-maps', product(build, 'workers', 'main.js')];
    keepAlive(team, () =>
      start({ name, command: process.execPath, args, env, log: join(logs, `worker-${i}.log`), ipc: true, graceMs: 27_000 }),
    );
  }
  await history(set, database.key, task, address);
  const simulator = ['--enable-source-maps', product(build, 'scripts', 'simulate.js'), '--live', '--seed', env.DEMO_SEED];
  keepAlive(team, () =>
    start({
      name: 'simulator',
      command: process.execPath,
      args: simulator,
      env,
      log: join(logs, 'simulator.log'),
      graceMs: 5000,
    }),
  );
  announce(address, set, startedAt);
}

/** Addresses and keys of the running demo, for commands typed beside it (`npm run simulate`). */
function shareAddresses(file, env) {
  const names = ['DATABASE_URL', 'REDIS_URL', 'QUEUE_BACKEND', 'APP_URL', 'AUTH_SECRET', 'DRIFTLESS_API_KEY'];
  const lines = names.filter((name) => env[name]).map((name) => `${name}=${env[name]}`);
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** Reports once that the disk is full, and again after it had free space; the processes wait and resume by themselves. */
function watchDisk(dir) {
  let told = false;
  setInterval(() => {
    const full = diskTrouble(dir);
    if (full && !told) warn(`${full.message}: free some space, then everything goes on by itself`);
    told = Boolean(full);
  }, 3000).unref();
}

/** The simulated past: once per database; an interrupted run resumes where it was, as the API knows what it has. */
async function history(set, database, task, address) {
  const state = demoState(set.dir, database);
  const { days, seed, complete } = state.get();
  if (complete) {
    if (days !== set.days || seed !== set.seed)
      warn(
        `the data folder holds ${days} days of seed ${seed}; for ${set.days} days of seed ${set.seed} start with: npm run demo -- --reset`,
      );
    return;
  }
  state.set({ days: set.days, seed: set.seed, complete: false });
  if (set.days > 0) {
    say(dim(`  The pages can be opened already: ${address} (ana@driftless.local / driftless)`));
    const args = ['--backfill', '--days', String(set.days), '--seed', String(set.seed)];
    await step(
      `Simulating ${set.days} ${set.days === 1 ? 'day' : 'days'} of the fab`,
      task('simulate', 'simulate.js', args, 'backfill.log'),
    );
  }
  state.set({ complete: true });
}

/** The command itself: settings, data folder, signals, then everything in order. */
export async function demo(argv) {
  const startedAt = Date.now();
  let team;
  let where;
  let set;
  try {
    set = settings(argv);
    if (set.help) return console.log(HELP);
    where = join(set.dir, 'logs', 'launcher.log');
    openDataDir(set.dir);
    const record = runFile(join(set.dir, 'run.json'));
    const before = record.previous();
    if (before.runs)
      throw new LauncherError(
        `the demo already runs${before.address ? ` at ${before.address}` : ''} (process ${before.pid})`,
        'stop it first with Ctrl-C there, or set DATA_DIR and PORT for a second one',
      );
    const left = await stopLeftovers(before.children);
    record.claim();
    team = processGroup(record);
    onSignals(team);
    if (left.length) say(`Stopped what an earlier start had left: ${left.join(', ')}.`);
    if (set.reset) {
      if (set.databaseUrl)
        throw new LauncherError(
          '--reset does not touch the database of DATABASE_URL',
          'empty it yourself, or unset DATABASE_URL',
        );
      await step('Starting over', async () => reset(set.dir));
    }
    checkDataVersion(set.dir);
    await run(set, team, record, startedAt);
  } catch (error) {
    if (team?.isEnding()) return;
    if (where && !(error instanceof LauncherError)) keepDetails(where, error);
    fail(explain((set && diskTrouble(set.dir)) ?? error, where && existsSync(where) ? where : undefined));
    if (team) await team.end(1);
    else process.exit(1);
  }
}

/** The stack of an unexpected error, for a report; never on screen. */
function keepDetails(file, error) {
  try {
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, `${new Date().toISOString()} ${error?.stack ?? error}\n`, { flag: 'a' });
  } catch {
    // the disk itself may be the problem: the one line on screen must do
  }
}
