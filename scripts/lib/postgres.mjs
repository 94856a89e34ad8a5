import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LauncherError, troubleIn } from './launcher-error.mjs';
import { anyPort, freePort } from './ports.mjs';
import { accountForRoot, outside, places } from './postgres-places.mjs';
import { identity, start, tail } from './processes.mjs';

/** Database user of every cluster that the launcher makes. */
const USER = 'driftless';
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function firstStart({ native, data, account, password, passwordFile }) {
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  const made = spawnSync(
    join(native, 'bin', 'initdb'),
    [
      '-D',
      data,
      '-U',
      USER,
      `--pwfile=${passwordFile}`,
      '-A',
      'scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
      '--no-instructions',
    ],
    {
      cwd: '/',
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      ...(account ? { uid: account.uid, gid: account.gid } : {}),
    },
  );
  rmSync(passwordFile, { force: true });
  if (made.status === 0) return;
  rmSync(data, { recursive: true, force: true });
  const text = `${made.stdout ?? ''}${made.stderr ?? ''}${made.error?.message ?? ''}`;
  throw (
    troubleIn(text, 'making the database') ??
    new LauncherError(
      `the database could not be made (${text.trim().split('\n').at(-1) ?? 'no output'})`,
      'set DATABASE_URL to a Postgres of your own, or report this line',
    )
  );
}

/** The data folder must come from the same major version as the binaries. */
function checkVersion(native, data) {
  const have = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  const version = spawnSync(join(native, 'bin', 'postgres'), ['--version'], { encoding: 'utf8' }).stdout ?? '';
  const need = /(\d+)(\.|beta|devel)/.exec(version)?.[1];
  if (need && have !== need)
    throw new LauncherError(
      `the data folder ${data} was written by Postgres ${have}, this is Postgres ${need}`,
      'keep a copy of what you need and start over with: npm run demo -- --reset',
    );
}

/** Stops a server left over from a killed launcher without a record: its lock file names it. */
async function stopForgotten(data) {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1 || identity(pid) === undefined) return;
  let commandLine = '';
  try {
    commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    commandLine = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
  }
  if (!commandLine.includes(data)) return;
  process.kill(pid, 'SIGINT');
  for (let i = 0; i < 200 && identity(pid) !== undefined; i++) await wait(50);
}

/** A connection to the server's own database. */
async function connect(url) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined); // a server that stops while we wait shows up as the failed query
  await client.connect();
  return client;
}

async function waitForAnswer(url, child) {
  let last;
  for (let i = 0; i < 600; i++) {
    if (!child.running) break;
    try {
      const client = await connect(url);
      await client.end();
      return;
    } catch (error) {
      last = error;
      await wait(i < 40 ? 25 : 100);
    }
  }
  const text = tail(child.log, 20);
  throw (
    troubleIn(text, 'starting the database') ??
    new LauncherError(
      `the database did not start (${text.split('\n').at(-1) || last?.message || 'no output'})`,
      `look into ${child.log}`,
    )
  );
}

/** Create the database if it is missing. */
export async function ensureDatabase(adminUrl, name) {
  const client = await connect(adminUrl);
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (!rowCount) await client.query(`create database "${name.replaceAll('"', '""')}"`);
  } finally {
    await client.end();
  }
}

/**
 * Start the embedded Postgres below `dir` (created the first time) on a free loopback port.
 * @param {{ dir: string, logs: string, password: string, database?: string, throwaway?: boolean, port?: number }} options - `throwaway` trades durability for speed (tests);
 *   `port` is that of a server that died, so that the address stays
 * @returns {Promise<{ child: ReturnType<typeof start>, url: string, adminUrl: string, made: boolean, port: number }>}
 * @throws LauncherError with the remedy
 */
export async function startPostgres({ dir, logs, password, database = 'driftless', throwaway = false, port: given }) {
  const account = accountForRoot();
  const { native, data } = places(dir, account);
  mkdirSync(logs, { recursive: true });
  const made = !existsSync(join(data, 'PG_VERSION'));
  if (made) {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const { bavail, bsize } = statfsSync(data);
    if (bavail * bsize < 150_000_000)
      throw new LauncherError(
        `only ${Math.round((bavail * bsize) / 1e6)} MB are free for the database below ${dirname(data)}`,
        'free some space (the demo needs about 2 GB), or set DATA_DIR to a larger disk',
      );
    if (account) {
      chownSync(data, account.uid, account.gid);
      if (data !== dir) chmodSync(dirname(data), 0o755);
    }
    const passwordFile = join(dirname(data), `.pg-${randomBytes(4).toString('hex')}`);
    firstStart({ native, data, account, password, passwordFile });
  }
  checkVersion(native, data);
  await stopForgotten(data);
  const port = given ?? (throwaway ? await anyPort() : await freePort(54_320));
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'timezone=UTC',
    'log_timezone=UTC',
    'jit=off',
    'shared_buffers=256MB',
    'max_connections=120',
    'max_wal_size=2GB',
    ...(throwaway ? ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off'] : []),
  ];
  const child = start({
    name: 'postgres',
    command: join(native, 'bin', 'postgres'),
    args: ['-D', data, '-p', String(port), ...settings.flatMap((s) => ['-c', s])],
    cwd: '/',
    env: { LC_ALL: 'C' },
    log: join(logs, 'postgres.log'),
    stopSignal: 'SIGINT',
    graceMs: 15_000,
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
  });
  const base = `postgresql://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  try {
    await waitForAnswer(`${base}/postgres`, child);
    await ensureDatabase(`${base}/postgres`, database);
  } catch (error) {
    child.process.kill('SIGINT');
    await child.exited;
    throw error.code === '28P01'
      ? new LauncherError(`the data folder ${dir} belongs to another password`, 'start over with: npm run demo -- --reset')
      : error;
  }
  return { child, url: `${base}/${database}`, adminUrl: `${base}/postgres`, made, port };
}

/** Remove a cluster's data, wherever it had to be placed. */
export function removePostgres(dir) {
  rmSync(dir, { recursive: true, force: true });
  if (process.getuid?.() === 0) rmSync(outside(dir), { recursive: true, force: true });
}

/** Check a Postgres that the user named: reachable, new enough. */
export async function checkOwnPostgres(url) {
  let client;
  try {
    client = await connect(url);
  } catch (error) {
    throw new LauncherError(
      `DATABASE_URL does not answer (${error.message || error.code})`,
      'check address, name and password, or unset it to use the embedded Postgres',
    );
  }
  try {
    const { rows } = await client.query(
      "select current_setting('server_version_num')::int as n, current_setting('server_version') as v",
    );
    if (rows[0].n < 150_000) throw new LauncherError(`DATABASE_URL is Postgres ${rows[0].v}`, 'use Postgres 15 or newer');
    return rows[0].v;
  } finally {
    await client.end();
  }
}
