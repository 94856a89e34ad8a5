import type { Page } from '@playwright/test';
import { expect, expectAccessible, expectNoBlankness, signIn, test } from './support';

/** Opens an individuals chart of every product together: it has points enough for limits. */
async function openChart(page: Page): Promise<string> {
  await page.goto('/spc?range=30d&kind=individuals&operation=CVD-OXIDE');
  await page
    .getByRole('table', { name: 'Charts' })
    .getByRole('row')
    .filter({ hasText: / within-wafer sigma · CVD-01/ })
    .first()
    .click();
  await expect(page).toHaveURL(/\/spc\/[0-9a-f-]{36}/);
  return page.url().split('?')[0]!;
}

test('an engineer proposes limits from history, compares them and puts them in force', async ({ page }) => {
  const chart = await openChart(page);
  await page.getByRole('button', { name: 'Propose limits…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Sigma').selectOption('mr-median');
  await dialog.getByLabel('Points').selectOption('all');
  await dialog.getByLabel(/^Reason/).fill('limits from the last months');
  await dialog.getByRole('button', { name: 'Study the history' }).click();
  await expect(page.getByText('The study is being computed')).toBeVisible();
  await page.getByRole('link', { name: /limits (proposed|being studied)/ }).click();
  await expect(page).toHaveURL(/\/spc\/limits\/[0-9a-f-]{36}/);
  await expect(page.getByRole('region', { name: 'Alarms won' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Study' })).toContainText('Median moving range (robust)');
  await expect(page.getByRole('region', { name: 'What changes' })).toContainText(/→ \d+, \d+ won, \d+ lost/);
  await expectAccessible(page);
  await expectNoBlankness(page);
  await page.goto('/spc/limits');
  await expect(page.getByRole('table', { name: 'Proposed limits' })).toContainText('waits for a decision');
  await expectAccessible(page);
  await page.getByRole('table', { name: 'Proposed limits' }).getByRole('row').nth(1).click();
  await page.getByRole('button', { name: 'Approve…' }).click();
  await page
    .getByRole('dialog')
    .getByLabel(/^Reason/)
    .fill('agrees with the qualification');
  await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByText(/Version \d+ is in force/)).toBeVisible();
  await expect(page.getByText('approved').first()).toBeVisible();
  await page.goto(chart);
  await expect(page.getByRole('table', { name: 'Versions of the chart' })).toContainText('limits from the last months');
});

test.describe('where the site asks for a second person', () => {
  test('what an engineer enters waits until another approves it', async ({ page, browser, baseURL }) => {
    const context = await browser.newContext({ baseURL: baseURL ?? '', storageState: { cookies: [], origins: [] } });
    const admin = await context.newPage();
    await signIn(admin, 'admin', '/spc/limits');
    const setPolicy = async (label: string): Promise<void> => {
      await admin.goto('/spc/limits');
      await admin.getByRole('button', { name: 'Change…' }).click();
      await admin.getByRole('dialog').getByLabel('Another engineer approves').click();
      await admin
        .getByRole('dialog')
        .getByLabel(/^Reason/)
        .fill('as quality asks for');
      await admin.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await expect(admin.getByText(label)).toBeVisible();
    };
    await setPolicy('Another engineer approves limits and rules before they hold.');
    try {
      await openChart(page);
      await page.getByRole('button', { name: 'Limits and rules…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('checkbox', { name: /^6: / }).click();
      await dialog.getByLabel(/^Reason/).fill('a run near the limit');
      await dialog.getByRole('button', { name: /^Activate version/ }).click();
      await expect(page.getByText('The change waits for another engineer')).toBeVisible();
      await page.getByRole('link', { name: 'limits proposed' }).click();
      await expect(page.getByText('Another engineer approves your proposal.')).toBeVisible();
      await expect(page.getByRole('button', { name: 'Approve…' })).toBeDisabled();
      await admin.goto(page.url());
      await admin.getByRole('button', { name: 'Approve…' }).click();
      await admin
        .getByRole('dialog')
        .getByLabel(/^Reason/)
        .fill('seen together at the chart');
      await admin.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
      await expect(admin.getByText(/Version \d+ is in force/)).toBeVisible();
    } finally {
      await setPolicy('An engineer’s limits and rules hold at once.');
      await context.close();
    }
  });
});

test.describe('a viewer', () => {
  test.use({ person: 'vera' });
  test('sees what is proposed, and why nothing can be decided', async ({ page }) => {
    await page.goto('/spc/limits');
    await expect(page.getByRole('heading', { name: 'Limits', exact: true })).toBeVisible();
    await expect(page.getByText('Changing this needs the administrator role.')).toBeVisible();
    await expect(page.getByRole('button', { name: /^Confirm/ })).toHaveCount(0);
  });
});
