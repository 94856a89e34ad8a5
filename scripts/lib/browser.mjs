import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { LauncherError } from './launcher-error.mjs';
import { runStreaming, TOOLS } from './stages.mjs';
import { onPath } from './which.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'microsoft-edge-stable'];
const MAC = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** A file that runs as a browser: distributions also ship stubs that only point to an app store. */
const works = (file) =>
  Boolean(file) &&
  existsSync(file) &&
  /\d+\.\d+/.test(spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 20_000 }).stdout ?? '');

function systemBrowser() {
  return [process.env.CHROMIUM_PATH, ...NAMES.map(onPath), ...MAC].find(works);
}

async function playwrightsOwn() {
  const { chromium } = await import('@playwright/test');
  const file = chromium.executablePath();
  return works(file) ? file : undefined;
}

/** Debian's and Ubuntu's package, with administrator rights only. */
function fromApt(note) {
  if (!onPath('apt-get') || process.getuid?.() !== 0) return undefined;
  const apt = (...args) =>
    spawnSync('apt-get', args, {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: 600_000,
    });
  note('apt-get install chromium');
  if (apt('install', '-y', '--no-install-recommends', 'chromium').status !== 0) {
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'chromium');
  }
  return systemBrowser();
}

/**
 * A Chromium for the end-to-end tests: the system's, else Playwright's own (downloaded where the network allows), else the distribution's package.
 * @returns {Promise<{ file: string, what: string }>}
 * @throws LauncherError with what to install
 */
export async function ensureBrowser(progress, onStart) {
  const system = systemBrowser();
  if (system) return { file: system, what: system };
  const own = await playwrightsOwn();
  if (own) return { file: own, what: "Playwright's Chromium" };
  progress.note("fetching Playwright's Chromium");
  const env = { PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '', PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' };
  const { code } = await runStreaming({
    name: 'playwright install',
    args: [TOOLS.playwright, 'install', 'chromium'],
    env,
    onStart,
    show: () => undefined,
  });
  const fetched = code === 0 ? await playwrightsOwn() : undefined;
  if (fetched) return { file: fetched, what: "Playwright's Chromium" };
  const packaged = fromApt(progress.note);
  if (packaged) return { file: packaged, what: packaged };
  throw new LauncherError(
    'there is no Chromium for the end-to-end tests',
    'install Chromium or Chrome, or set CHROMIUM_PATH to one',
  );
}
