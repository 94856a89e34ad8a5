import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import type { AlertHostOrder } from './alert-host';
import { expect } from './support';

export const MINUTE = 60_000;
const run = promisify(execFile);

async function makeKey(page: Page, sender: string): Promise<string> {
  await page.goto('/settings');
  await page.getByRole('button', { name: 'Make a key…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Sender/).fill(sender);
  for (const scope of [/^fab/, /^advice/, /^read/]) await dialog.getByRole('checkbox', { name: scope }).check();
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  const secret = (await page.getByRole('status').locator('code').textContent()) ?? '';
  await page.getByRole('button', { name: 'I have it' }).click();
  return secret;
}

/** A line with a chart of its own, whose limits an engineer has set; a process of its own sends what it measures. */
export async function lineOf(page: Page, base: string, name: string) {
  const key = await makeKey(page, `journey ${name}`);
  const send = async (order: Omit<AlertHostOrder, 'parameter'>): Promise<void> => {
    const whole: AlertHostOrder = { parameter: name, ...order };
    await run(process.execPath, ['--import', 'tsx', 'e2e/alert-host.ts', JSON.stringify(whole)], {
      env: { ...process.env, HOST_URL: base, HOST_KEY: key },
    });
  };
  const now = Date.now();
  await send({
    register: true,
    lots: [1, 2, 3].map((i) => ({ lot: `${name}-${i}`, at: now - (20 - i) * MINUTE, mean: 100 + i / 10 })),
  });
  const row = page
    .getByRole('row')
    .filter({ hasText: `${name} mean` })
    .first();
  await expect(async () => {
    await page.goto(`/spc?parameter=${name}&source=measurement`);
    await row.click({ timeout: 2000 });
  }).toPass({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Limits and rules…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Set limits').click();
  for (const [label, value] of [
    ['LCL', '97'],
    ['CL', '100'],
    ['UCL', '103'],
  ] as const)
    await dialog.getByRole('textbox', { name: new RegExp(`^${label},`) }).fill(value);
  await dialog.getByRole('textbox', { name: /^Reason/ }).fill('Limits of the qualification');
  await dialog.getByRole('button', { name: /^Activate version/ }).click();
  await expect(page.getByRole('status').filter({ hasText: 'is in force from now on' })).toBeVisible();
  return { key, send };
}

/** Opens the alert of the line once it is in the inbox. */
export async function openAlert(page: Page, name: string): Promise<void> {
  const row = page.getByRole('row').filter({ hasText: `${name} mean` });
  await expect(async () => {
    await page.goto('/alerts?group=alert');
    await row.first().click({ timeout: 2000 });
  }).toPass({ timeout: 60_000 });
  await expect(page.getByRole('heading', { name: 'Evidence' })).toBeVisible();
}

export const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
