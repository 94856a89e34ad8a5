import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { onPath } from './which.mjs';

/** Libraries of Debian 12's redis-tools beyond libc; the list is read from the package where the tool can read it. */
const FALLBACK_LIBRARIES = ['libjemalloc2', 'liblzf1', 'libatomic1'];

/** apt with lists and cache of its own below `dir`: works without administrator rights and touches nothing of the system. */
function privateApt(dir) {
  for (const folder of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(dir, folder), { recursive: true });
  const options = {
    'Dir::State::lists': join(dir, 'lists'),
    'Dir::Cache': join(dir, 'cache'),
    'Dir::State::status': '/var/lib/dpkg/status',
    'Debug::NoLocking': '1',
    'APT::Sandbox::User': '',
    'Acquire::Retries': '1',
    'Acquire::http::Timeout': '20',
  };
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

const run = (command, args, cwd, timeout = 120_000) =>
  spawnSync(command, args, { cwd, encoding: 'utf8', timeout, env: { ...process.env, LC_ALL: 'C' } });

/** Names of the libraries that the package needs, without those of the C library that every system has. */
function librariesOf(apt) {
  const told = run('apt-cache', [...apt, 'depends', '--no-recommends', '--no-suggests', 'redis-tools'], '/');
  const names = [...(told.stdout ?? '').matchAll(/^\s*Depends: ([a-z0-9.+-]+)/gm)]
    .map((m) => m[1])
    .filter((n) => /^(lib|lua)/.test(n) && !/^libc6/.test(n));
  return names.length ? names : FALLBACK_LIBRARIES;
}

function download(dir, note) {
  const attempt = (apt) => run('apt-get', [...apt, 'download', 'redis-tools', ...librariesOf(apt)], dir).status === 0;
  if (attempt([])) return true;
  const apt = privateApt(join(dir, 'apt'));
  note('reading the package lists');
  if (run('apt-get', [...apt, 'update'], dir, 180_000).status !== 0) return false;
  return attempt(apt);
}

/**
 * The Debian or Ubuntu package of Redis, unpacked below `dir` (kept there for the next start). `redis-server` is a link to
 * a binary that sits in `redis-tools`, so that the small package suffices.
 * @returns {{ file: string, env: Record<string, string> } | undefined} undefined where there is no apt or no network
 */
export function unpackDebianRedis(dir, note) {
  const file = join(dir, 'usr', 'bin', 'redis-server');
  if (!existsSync(file)) {
    if (!onPath('apt-get') || !onPath('dpkg-deb')) return undefined;
    note('fetching the Debian package of Redis');
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true });
    if (!download(dir, note)) return undefined;
    for (const deb of readdirSync(dir).filter((name) => name.endsWith('.deb'))) {
      if (run('dpkg-deb', ['-x', deb, '.'], dir).status !== 0) return undefined;
      rmSync(join(dir, deb));
    }
    rmSync(join(dir, 'apt'), { recursive: true, force: true });
    if (!existsSync(file) && existsSync(join(dir, 'usr', 'bin', 'redis-check-rdb'))) symlinkSync('redis-check-rdb', file);
  }
  const folders = ['usr/lib', 'lib'].flatMap((base) => {
    const at = join(dir, base);
    return existsSync(at)
      ? [
          at,
          ...readdirSync(at, { withFileTypes: true })
            .filter((e) => e.isDirectory())
            .map((e) => join(at, e.name)),
        ]
      : [];
  });
  return { file, env: { LD_LIBRARY_PATH: folders.join(':') } };
}
