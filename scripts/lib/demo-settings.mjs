import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { LauncherError } from './launcher-error.mjs';
import { removePostgres } from './postgres.mjs';
import { dataDir, readJson } from './root.mjs';

/** Incremented when an older data folder can no longer be read; migrations alone do not increment it. */
const DATA_VERSION = 1;

export const HELP = `npm run demo [-- --reset]

Starts Driftless on this machine: database, queue, web server, workers and a simulated fab. Ctrl-C stops all of it.

  --reset        start over: forget users, fab and history of the demo
  --help         this text

Environment, all optional:
  PORT           port of the web server (3000, or the next free one)
  DATA_DIR       where everything is kept (.data)
  DEMO_DAYS      simulated days of history made at the first start (30)
  DEMO_SEED      seed of the simulated fab (1)
  WORKERS        number of worker processes (1, or 2 from four cores on)
  DATABASE_URL   a Postgres 15+ of your own instead of the embedded one
  REDIS_URL      a Redis 6.2+ of your own; QUEUE_BACKEND=postgres does without Redis`;

function wholeNumber(name, fallback, min, max) {
  const text = process.env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new LauncherError(`${name}=${text} is not usable`, `give a whole number from ${min} to ${max}`);
  return value;
}

/** Command line and environment as one record. @throws LauncherError naming the setting */
export function settings(argv) {
  const unknown = argv.find((word) => !['--reset', '--help', '-h'].includes(word));
  if (unknown) throw new LauncherError(`unknown option ${unknown}`, 'see npm run demo -- --help');
  return {
    help: argv.includes('--help') || argv.includes('-h'),
    reset: argv.includes('--reset'),
    dir: dataDir(),
    days: wholeNumber('DEMO_DAYS', 30, 0, 365),
    seed: wholeNumber('DEMO_SEED', 1, 0, 2 ** 31 - 1),
    workers: wholeNumber('WORKERS', availableParallelism() >= 4 ? 2 : 1, 1, 64),
    databaseUrl: process.env.DATABASE_URL || undefined,
    redisUrl: process.env.REDIS_URL || undefined,
  };
}

/** The data folder, created when missing, with free space and write permission. */
export function openDataDir(dir) {
  mkdirSync(dir, { recursive: true });
  accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  const { bavail, bsize } = statfsSync(dir);
  const free = Math.round((bavail * bsize) / 1e6);
  if (free < 400)
    throw new LauncherError(
      `only ${free} MB are free in ${dir}`,
      'free some space (the demo needs about 2 GB), or set DATA_DIR to a larger disk',
    );
}

/** When something failed and the disk is full, that is the reason to report. */
export function diskTrouble(dir) {
  try {
    const { bavail, bsize } = statfsSync(dir);
    if (bavail * bsize < 30_000_000)
      return new LauncherError(`the disk of ${dir} is full`, 'free some space (the demo needs about 2 GB) and start again');
  } catch {
    // the folder itself is the problem, and the first error says so
  }
  return undefined;
}

/** Refuse a folder written by another version in a format that this one cannot read. */
export function checkDataVersion(dir) {
  const file = join(dir, 'version.json');
  const used = existsSync(join(dir, 'postgres', 'PG_VERSION')) || existsSync(join(dir, 'state.json'));
  const have = readJson(file)?.data ?? (used ? 0 : DATA_VERSION);
  if (have !== DATA_VERSION)
    throw new LauncherError(
      `the data in ${dir} were written by ${have < DATA_VERSION ? 'an older' : 'a newer'} Driftless`,
      'start over with "npm run demo -- --reset", or set DATA_DIR to another folder',
    );
  writeFileSync(file, `${JSON.stringify({ data: DATA_VERSION })}\n`);
}

/** Delete the demo: everything in the data folder except downloads and the files of other commands. */
export function reset(dir) {
  removePostgres(join(dir, 'postgres'));
  for (const name of ['secrets.json', 'state.json', 'simulator.json', 'version.json', 'logs'])
    rmSync(join(dir, name), { recursive: true, force: true });
  const redis = join(dir, 'redis');
  if (existsSync(redis))
    for (const name of readdirSync(redis)) if (name !== 'debian') rmSync(join(redis, name), { recursive: true, force: true });
}

/** What the demo has already done for one database, stored beside its data. */
export function demoState(dir, database) {
  const file = join(dir, 'state.json');
  const all = readJson(file) ?? {};
  return {
    get: () => all[database] ?? {},
    set(changes) {
      all[database] = { ...all[database], ...changes };
      writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
    },
  };
}
