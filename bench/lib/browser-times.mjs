import { chromium } from '@playwright/test';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/**
 * Opens a chart's page in Chromium three times, each with an empty cache.
 * @returns per time: ms until a key moves the selection on the drawn chart, bytes of the document and of everything, as transferred.
 */
export async function inBrowser({ browser: executablePath, api, cookie, path }) {
  const browser = await chromium.launch({ executablePath, args: ARGS });
  const seen = [];
  try {
    for (let i = 0; i < 3; i++) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      await context.addCookies(
        cookie.split('; ').map((c) => ({ name: c.slice(0, c.indexOf('=')), value: c.slice(c.indexOf('=') + 1), url: api.url })),
      );
      const page = await context.newPage();
      const wire = await context.newCDPSession(page);
      await wire.send('Network.enable');
      let all = 0;
      let document = 0;
      const documents = new Set();
      wire.on('Network.responseReceived', (e) => e.type === 'Document' && documents.add(e.requestId));
      wire.on('Network.loadingFinished', (e) => {
        all += e.encodedDataLength;
        if (documents.has(e.requestId)) document += e.encodedDataLength;
      });
      const from = performance.now();
      await page.goto(`${api.url}${path}`, { waitUntil: 'commit' });
      const chart = page.getByRole('application').first();
      await chart.waitFor();
      await chart.focus();
      while (!page.url().includes('point=')) await chart.press('n');
      seen.push({ ms: performance.now() - from, all, document });
      await context.close();
    }
  } finally {
    await browser.close();
  }
  return seen;
}
