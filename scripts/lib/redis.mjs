import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LauncherError, troubleIn } from './launcher-error.mjs';
import { anyPort, freePort } from './ports.mjs';
import { start, stop, tail } from './processes.mjs';
import { unpackDebianRedis } from './redis-debian.mjs';
import { onPath } from './which.mjs';

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** BullMQ needs at least this version. */
const NEEDED = [6, 2];

/** Version of a server program, when it runs at all and is new enough. */
function usableVersion(file, env = {}) {
  const run = spawnSync(file, ['--version'], { encoding: 'utf8', env: { ...process.env, ...env }, timeout: 10_000 });
  const version = /v=(\d+)\.(\d+)[^\s]*/.exec(run.stdout ?? '');
  if (run.status !== 0 || !version) return undefined;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]) ? version[0].slice(2) : undefined;
}

/** One short conversation with a server. */
async function talk(url, work) {
  const { Redis } = await import('ioredis');
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null, connectTimeout: 5000 });
  let reason; // the client's error event gives the reason; the failed command only says that the connection is closed
  client.on('error', (error) => {
    reason = error;
  });
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw reason ?? error;
  } finally {
    client.disconnect();
  }
}

const infoField = (info, field) => new RegExp(`^${field}:(.+?)\\r?$`, 'm').exec(info)?.[1];

/** Check a Redis that the user named: reachable and new enough; `evicts` is its eviction policy where it may drop keys. */
export async function checkOwnRedis(url) {
  let info;
  let policy;
  try {
    [info, policy] = await talk(url, async (client) => [
      await client.info('server'),
      await client.config('GET', 'maxmemory-policy').catch(() => undefined),
    ]);
  } catch (error) {
    throw new LauncherError(
      `REDIS_URL does not answer (${error.message || error.code})`,
      'check address and password, or unset it to use a private Redis',
    );
  }
  const version = infoField(info, 'redis_version') ?? '?';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1]))
    throw new LauncherError(`REDIS_URL is Redis ${version}`, 'use Redis 6.2 or newer, or Valkey');
  const evicts = Array.isArray(policy) && policy[1] && policy[1] !== 'noeviction' ? policy[1] : undefined;
  return { version, evicts };
}

async function startServer({ file, env, dir, logs, password, throwaway, port: given }) {
  mkdirSync(dir, { recursive: true });
  mkdirSync(logs, { recursive: true });
  const port = given ?? (throwaway ? await anyPort() : await freePort(63_790));
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir "${dir.replaceAll('"', '\\"')}"`,
    'daemonize no',
    `appendonly ${throwaway ? 'no' : 'yes'}`,
    'save ""',
    'maxmemory-policy noeviction',
    `requirepass ${password}`,
  ];
  const config = join(dir, 'redis.conf');
  writeFileSync(config, `${settings.join('\n')}\n`, { mode: 0o600 });
  const child = start({ name: 'redis', command: file, args: [config], env, log: join(logs, 'redis.log'), graceMs: 10_000 });
  const url = `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  let last;
  for (let i = 0; i < 300 && child.running; i++) {
    try {
      const id = await talk(url, async (client) => infoField(await client.info('server'), 'process_id'));
      if (Number(id) === child.pid) return { child, url, port };
      last = new Error(`another Redis (process ${id}) answers on port ${port}`);
      break;
    } catch (error) {
      last = error; // not up yet, or still loading its file
      await wait(i < 40 ? 25 : 100);
    }
  }
  await stop(child);
  const text = tail(child.log, 20);
  throw (
    troubleIn(text, 'starting Redis') ??
    new LauncherError(
      `Redis did not start (${text.split('\n').at(-1) || last?.message || 'no output'})`,
      `look into ${child.log}, or set REDIS_URL to one of your own`,
    )
  );
}

/**
 * A queue store, in this order: `REDIS_URL`; a private instance of the `redis-server` or `valkey-server` on the PATH; on
 * Debian and Ubuntu the package unpacked below `dir` without administrator rights; BullMQ's Postgres backend.
 * @param {{ dir: string, logs: string, password: string, url?: string, throwaway?: boolean, port?: number, note?: (text: string) => void }} options -
 *   `port` is that of a server that died, so that the address stays
 * @returns {Promise<{ child?: ReturnType<typeof start>, port?: number, env: Record<string, string>, what: string }>} `env` is passed to every process
 */
export async function startRedis({ dir, logs, password, url, throwaway = false, port, note = () => undefined }) {
  if (url) {
    const { version, evicts } = await checkOwnRedis(url);
    const what = `REDIS_URL, version ${version}${evicts ? `; its maxmemory-policy is ${evicts}, set it to noeviction or jobs can be lost` : ''}`;
    return { env: { REDIS_URL: url }, what };
  }
  const wanted = process.env.QUEUE_BACKEND;
  if (wanted === 'postgres')
    return { env: { QUEUE_BACKEND: 'postgres' }, what: "BullMQ's Postgres backend, as QUEUE_BACKEND asks" };
  for (const name of ['redis-server', 'valkey-server']) {
    const file = onPath(name);
    const version = file && usableVersion(file);
    if (!version) continue;
    const server = await startServer({ file, env: {}, dir, logs, password, throwaway, port });
    return { child: server.child, port: server.port, env: { REDIS_URL: server.url }, what: `a private ${name} ${version}` };
  }
  const unpacked = unpackDebianRedis(join(dir, 'debian'), note);
  const version = unpacked && existsSync(unpacked.file) && usableVersion(unpacked.file, unpacked.env);
  if (version) {
    const server = await startServer({ file: unpacked.file, env: unpacked.env, dir, logs, password, throwaway, port });
    return {
      child: server.child,
      port: server.port,
      env: { REDIS_URL: server.url },
      what: `a private redis-server ${version}, unpacked from the Debian package`,
    };
  }
  return {
    env: { QUEUE_BACKEND: 'postgres' },
    what: "BullMQ's Postgres backend (no Redis found on this machine; install redis-server for more speed)",
  };
}
