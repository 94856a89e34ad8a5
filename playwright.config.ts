import { defineConfig, devices } from '@playwright/test';

const address = process.env['E2E_URL'];
if (!address) throw new Error('E2E_URL is not set: run the journeys with "npm run test:e2e", which starts a demo of their own');

const browser = process.env['CHROMIUM_PATH'];

/** Journeys run one after the other: they share one demo, and some change it. */
export default defineConfig({
  testDir: 'e2e',
  fullyParallel: false,
  workers: 1,
  forbidOnly: Boolean(process.env['CI']),
  retries: process.env['CI'] ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  outputDir: 'test-results',
  use: {
    baseURL: address,
    ...devices['Desktop Chrome'],
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: { ...(browser ? { executablePath: browser } : {}), args: ['--no-sandbox', '--disable-dev-shm-usage'] },
  },
});
