import type { Page } from '@playwright/test';
import { expect, test } from './support';

/** Opens the first chart of a kind in the list. @param parameter - one of the fab; other journeys bring charts of parameters of their own. */
async function open(page: Page, kind: string, parameter?: string): Promise<void> {
  await page.goto(`/spc?range=30d&kind=${kind}${parameter === undefined ? '' : `&parameter=${parameter}`}`);
  const rows = page.getByRole('table', { name: 'Charts' }).getByRole('row');
  await expect(rows.nth(1)).toBeVisible();
  await rows.nth(1).click();
  await expect(page).toHaveURL(/\/spc\/[0-9a-f-]{36}/);
  await expect(page.getByRole('region', { name: 'Control chart' })).toBeVisible();
}

/** Selects the newest point by the keyboard; its panel lies beside the chart. */
async function newest(page: Page): Promise<void> {
  await page.locator('[aria-roledescription="control chart"]').focus();
  await page.keyboard.press('End');
  await expect(page).toHaveURL(/point=/);
}

test('a CUSUM draws both sums between h and −h, dates the change and says what it costs', async ({ page }) => {
  await open(page, 'cusum');
  const study = page.getByRole('region', { name: 'Study and design' });
  await expect(study).toContainText('Target of the sums');
  await expect(study).toContainText('a false alarm every 465 points on average; a shift of 1 σ is found after 10.4 points');
  await newest(page);
  await expect(page.getByText(/C⁺ .*, C⁻ .* σ/).first()).toBeVisible();
  await page.getByText('Values as a table').first().click();
  const points = page.getByRole('table', { name: /points drawn/ });
  await expect(points.getByRole('columnheader', { name: 'C⁺, σ' })).toBeVisible();
  await expect(points.getByRole('columnheader', { name: 'C⁻, σ' })).toBeVisible();
});

test('the design of a CUSUM is edited with its price beside it, and needs no new baseline', async ({ page }) => {
  await open(page, 'cusum');
  await page.getByRole('button', { name: 'Limits and rules…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('Set limits')).toHaveCount(0);
  await dialog.getByLabel('h', { exact: true }).fill('0');
  await expect(dialog.getByText('h must lie above 0.').first()).toBeVisible();
  await dialog.getByLabel('h', { exact: true }).fill('4');
  await expect(dialog).toContainText('a false alarm every 168 points on average; a shift of 1 σ is found after 8.4 points');
  await expect(dialog).toContainText('h: 5 → 4');
  await dialog.getByLabel(/Reason/).fill('smaller shifts matter here');
  await dialog.getByRole('button', { name: /^Activate version/ }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('table', { name: 'Versions of the chart' })).toContainText('smaller shifts matter here');
  await expect(page.getByRole('table', { name: 'Versions of the chart' }).getByRole('row').nth(1)).toContainText('4.00');
});

test('a three-way chart has three panels and three sigmas', async ({ page }) => {
  await open(page, 'three_way');
  const chart = page.getByRole('region', { name: 'Control chart' });
  await expect(chart.locator('svg[data-export]')).toHaveCount(3);
  await expect(chart.getByText('standard deviation within the lot').first()).toBeVisible();
  const study = page.getByRole('region', { name: 'Study and design' });
  for (const of of ['σ within wafers', 'σ between wafers', 'σ between lots']) await expect(study).toContainText(of);
});

test('short runs plot deviations, and say of a point whose product it is', async ({ page }) => {
  await open(page, 'short_run', 'oxide_thickness');
  await newest(page);
  await expect(page.getByText('Deviation from target', { exact: true })).toBeVisible();
  await expect(page.getByText('Product', { exact: true }).first()).toBeVisible();
});

for (const [kind, words] of [
  ['u', 'Defects per unit'],
  ['p', 'Share nonconforming'],
] as const)
  test(`a ${kind} chart says what was counted in how much`, async ({ page }) => {
    await open(page, kind);
    await newest(page);
    await expect(page.getByText(words, { exact: true })).toBeVisible();
    await expect(page.getByText(/^\d+ in \d+ wafer$/)).toBeVisible();
    await expect(page.getByRole('region', { name: 'Study and design' })).toContainText('Limits');
    await expect(page.getByText('Zones', { exact: true })).toHaveCount(0);
  });

test('a g chart plots the gap before each event, and other records only lengthen it', async ({ page }) => {
  await open(page, 'g');
  await page.getByText('Values as a table').first().click();
  const points = page.getByRole('table', { name: /points drawn/ });
  await expect(points.getByRole('columnheader', { name: 'Units since the last event, units' })).toBeVisible();
  await expect(points.getByRole('row').nth(1)).toBeVisible();
});
