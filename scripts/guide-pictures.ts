/**
 * The pictures of the guide, taken from a running demo: `npm run guide:pictures -- --address http://localhost:3000 [--only charts-template]`. Each is
 * a page at a known size with what its text speaks of in view; a picture whose page lacks it fails, so that text and screen stay together.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from '@playwright/test';
import { ensureBrowser } from './lib/browser.mjs';
import { PICTURES, type Picture } from './lib/guide-pictures';
import { inRoot } from './lib/root.mjs';

const { values: o } = parseArgs({
  options: { address: { type: 'string', default: 'http://localhost:3000' }, only: { type: 'string' } },
});

async function signedIn(browser: Browser, person: Picture['person']) {
  const context = await browser.newContext({
    baseURL: o.address,
    viewport: { width: 1280, height: 860 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(`${person}@driftless.local`);
  await page.getByLabel('Password').fill(process.env['DEMO_PASSWORD'] ?? 'driftless');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  return { context, page };
}

async function take(page: Page, picture: Picture): Promise<void> {
  await page.goto(picture.path);
  await picture.show(page);
  await page.mouse.move(0, 0);
  const path = join(inRoot('docs', 'guide', 'pictures'), `${picture.name}.png`);
  if (picture.part === undefined) await page.screenshot({ path });
  else await picture.part(page).screenshot({ path });
  process.stdout.write(`${picture.name}\n`);
}

const progress = { note: () => undefined };
const { file } = await ensureBrowser(progress, () => undefined);
const browser = await chromium.launch({ executablePath: file, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
try {
  mkdirSync(inRoot('docs', 'guide', 'pictures'), { recursive: true });
  const wanted = PICTURES.filter((p) => o.only === undefined || p.name.startsWith(o.only));
  if (wanted.length === 0)
    throw new Error(`no picture's name begins with ${o.only}; there are ${PICTURES.map((p) => p.name).join(', ')}`);
  for (const person of new Set(wanted.map((p) => p.person))) {
    const { context, page } = await signedIn(browser, person);
    for (const picture of wanted.filter((p) => p.person === person)) await take(page, picture);
    await context.close();
  }
} finally {
  await browser.close();
}
