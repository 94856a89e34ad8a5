import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import type { HostOrder } from './spectra-host';
import { expect, expectAccessible, test } from './support';

test.use({ person: 'admin' });

const MINUTE = 60_000;
const STATION = 'OCD-01';
const LOT = `J${Date.now().toString(36).toUpperCase()}`;
const RECIPE = `${LOT}-OCD`;

async function makeKey(page: Page): Promise<string> {
  await page.goto('/settings');
  await page.getByRole('button', { name: 'Make a key…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Sender/).fill(`journey ${LOT}`);
  await dialog.getByRole('checkbox', { name: /^fab/ }).check();
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  const secret = (await page.getByRole('status').locator('code').textContent()) ?? '';
  await page.getByRole('button', { name: 'I have it' }).click();
  return secret;
}

const run = promisify(execFile);

/** A fab host that records spectra and sends them over the API: a process of its own, since it carries the whole simulator. */
const host = (base: string, key: string) => async (order: Pick<HostOrder, 'register' | 'wafers'>) => {
  const whole: HostOrder = { lot: LOT, station: STATION, recipe: RECIPE, ...order };
  await run(process.execPath, ['--import', 'tsx', 'e2e/spectra-host.ts', JSON.stringify(whole)], {
    env: { ...process.env, HOST_URL: base, HOST_KEY: key },
  });
};

/** Reloads the list of the lot until a wafer says what became of its spectra. */
async function waitForWafer(page: Page, slot: number, verdict: string): Promise<void> {
  const row = page.getByRole('row').filter({ hasText: `${LOT}.${String(slot).padStart(2, '0')}` });
  await expect(async () => {
    await page.goto(`/spectra?lot=${LOT}`);
    await expect(row).toContainText(verdict, { timeout: 1500 });
  }).toPass({ timeout: 60_000 });
}

const openWafer = async (page: Page, slot: number): Promise<void> => {
  await page
    .getByRole('row')
    .filter({ hasText: `${LOT}.${String(slot).padStart(2, '0')}` })
    .click();
  await expect(page).toHaveURL(/\/spectra\/[0-9a-f-]{36}/);
};

test('spectra become maps and chart points; an excursion in height raises an alert, a broken lamp is refused', async ({
  page,
  baseURL,
}) => {
  test.setTimeout(180_000);
  const send = host(baseURL!, await makeKey(page));
  const parameters = page.getByRole('table', { name: new RegExp(`^Parameters of ${LOT}`) });

  await test.step('a lot of spectra arrives and is fitted', async () => {
    const now = Date.now();
    await send({ register: true, wafers: [1, 2, 3].map((slot) => ({ slot, at: now - (10 - slot) * MINUTE, height: 120 })) });
    for (const slot of [1, 2, 3]) await waitForWafer(page, slot, '5 of 5 accepted');
    const head = page.getByRole('table', { name: 'Wafers with spectra' }).getByRole('columnheader');
    await expect(head.filter({ hasText: `${LOT}_height` })).toHaveCount(1);
    await expectAccessible(page);
  });

  await test.step('CD and sidewall angle have maps with uncertainty, and the fit can be judged', async () => {
    await openWafer(page, 3);
    for (const map of ['Line width at half height', 'Sidewall angle', 'Trench depth', 'Fit quality'])
      await expect(page.getByRole('application', { name: new RegExp(`^${map}.*5 sites, mean`) })).toBeVisible();
    await page.getByRole('application', { name: /^Line width/ }).focus();
    await page.keyboard.press('ArrowRight');
    await expect(page).toHaveURL(/site=\d/);
    await expect(page.getByRole('figure').filter({ hasText: /^Sidewall angle/ })).toContainText(
      /site \d at .* mm: 8\d\.\d+ ± 0\.\d+ °/,
    );
    await expect(parameters.getByRole('row', { name: /Line width/ })).toContainText(/3[23]\.\d+ ± 0\.\d+ nm/);
    await expect(page.getByRole('application', { name: /psi 65: 10 points, mean square residual/ })).toBeVisible();
    await expect(page.getByRole('application', { name: /^Sensitivity of delta 65.*change for 1 %/ })).toBeVisible();
    await expect(page.getByRole('table', { name: /^Correlation/ }).getByRole('row', { name: /^swa/ })).toContainText(
      /[−0]\.\d\d/,
    );
    await expect(page.getByRole('region', { name: 'Convergence' })).toContainText('reached');
    await expectAccessible(page);
  });

  await test.step('the CD chart has the points', async () => {
    await expect(async () => {
      await page.reload();
      await parameters
        .getByRole('row', { name: /Line width/ })
        .getByRole('link', { name: 'chart' })
        .click({ timeout: 3000 });
    }).toPass();
    await expect(page.getByRole('heading', { level: 1 })).toContainText(`${LOT}_cd mean`);
    await expect(page.getByRole('application', { name: /Arrow keys walk the points/ })).toHaveAccessibleName(/\b3 points/);
    await page.goBack();
  });

  await test.step('an engineer sets the limits of the height chart', async () => {
    await parameters
      .getByRole('row', { name: /Trench depth/ })
      .getByRole('link', { name: 'chart' })
      .click();
    await page.getByRole('button', { name: 'Limits and rules…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Set limits').click();
    for (const [label, value] of [
      ['LCL', '117'],
      ['CL', '119.2'],
      ['UCL', '121.4'],
    ] as const)
      await dialog.getByRole('textbox', { name: new RegExp(`^${label},`) }).fill(value);
    await dialog.getByRole('textbox', { name: /^Reason/ }).fill('Limits of the qualification lot');
    await dialog.getByRole('button', { name: /^Activate version/ }).click();
    await expect(page.getByRole('status').filter({ hasText: 'is in force from now on' })).toBeVisible();
  });

  await test.step('a deeper trench raises an alert', async () => {
    await send({ wafers: [{ slot: 4, at: Date.now(), height: 128 }] });
    await waitForWafer(page, 4, '5 of 5 accepted');
    await openWafer(page, 4);
    const alert = page.getByRole('link', { name: new RegExp(`open alert: .*${LOT}_height mean`) });
    await expect(async () => {
      await page.reload();
      await expect(alert).toBeVisible({ timeout: 2000 });
    }).toPass({ timeout: 30_000 });
    await expect(parameters.getByRole('row', { name: /Trench depth/ })).toContainText('chart, rule fired');
    await alert.click();
    await expect(page.getByRole('heading', { name: 'Evidence' })).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).toContainText(`${LOT}_height mean`);
  });

  await test.step('spectra under a broken lamp are refused for their fit, not charted, and told of the station', async () => {
    await send({ wafers: [{ slot: 5, at: Date.now(), height: 120, isLampBroken: true }] });
    await waitForWafer(page, 5, '5 of 5 refused');
    await openWafer(page, 5);
    await expect(page.getByRole('region', { name: /^Fit of site/ })).toContainText('refused: poor fit');
    await expect(page.getByRole('region', { name: /^Fit of site/ })).toContainText('Its values were not charted');
    await expect(page.getByRole('application', { name: /^Line width.*all 5 sites refused/ })).toBeVisible();
    await expect(parameters.getByRole('link', { name: /map|chart/ })).toHaveCount(0);
    await expect(page.getByRole('application', { name: /psi 65: 10 points, mean square residual/ })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('link', { name: new RegExp(`alert: ${STATION}: 5 of 5 spectra refused by ${RECIPE}`) }).click();
    await expect(page.getByRole('region', { name: 'Refused spectra' })).toContainText('not charted');
    await expect(page.getByRole('region', { name: 'What to check' })).toContainText('Lamp');
    const last = page.getByRole('table', { name: 'Last wafers of the station' });
    await expect(last.getByRole('row').filter({ hasText: `${LOT}.05` })).toContainText('5 of 5 refused');
    await expect(last.getByRole('row').filter({ hasText: `${LOT}.04` })).toContainText('5 of 5 accepted');
    await expectAccessible(page);
  });
});

test('an empty list says how spectra arrive; an unknown wafer says so', async ({ page }) => {
  await page.goto('/spectra?lot=NO-SUCH-LOT');
  await expect(page.getByText('POST /api/v1/spectra')).toBeVisible();
  await page.goto('/spectra/00000000-0000-4000-8000-000000000000');
  await expect(page.getByRole('heading', { name: 'Nothing at this address' })).toBeVisible();
});
