import type { Page } from '@playwright/test';
import { expect, test, walkTo } from './support';

test('an operator acknowledges, comments on and closes an alert with cause and action', async ({ page }) => {
  await page.goto('/alerts?state=open&group=alert');
  await expect(page.getByRole('heading', { level: 1, name: 'Alerts' })).toBeVisible();
  const isQuiet = (await page.getByRole('row').count()) < 2;
  if (isQuiet) await page.goto('/alerts?state=all&range=30d&group=alert');
  await walkTo(page, page.getByRole('row').nth(1));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Evidence' })).toBeVisible();
  if (isQuiet) await reopen(page);

  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Acknowledged.' })).toBeVisible();
  const history = page.getByRole('region', { name: 'History' });
  await expect(history).toContainText('acknowledged');

  await page.getByRole('button', { name: 'Comment' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('Looked at the map: the edge is high.');
  await page.getByRole('button', { name: 'Add comment' }).click();
  await expect(history).toContainText('the edge is high');

  await page.getByRole('button', { name: 'Close…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Close the alert' });
  await dialog.getByRole('textbox').fill('Cleaned the chamber and re-qualified it.');
  await expect(dialog.getByText(/Choose a cause/)).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Close alert' })).toBeDisabled();
  await dialog.getByLabel('Cause').selectOption('equipment_fault');
  await dialog.getByLabel('Wafers').selectOption('use_as_is');
  await dialog.getByRole('button', { name: 'Close alert' }).click();
  await expect(history).toContainText('closed');
  await expect(page.getByRole('complementary', { name: 'Evidence' })).toContainText('equipment fault');
  await expect(page.getByRole('button', { name: 'Reopen…' })).toBeVisible();
});

test.describe('a viewer', () => {
  test.use({ person: 'vera' });
  test('sees alerts but cannot act on them', async ({ page }) => {
    await page.goto('/alerts?state=all&range=30d&group=alert');
    await expect(page.getByRole('row').nth(1)).toBeVisible();
    await expect(page.getByRole('button', { name: /^Acknowledge/ })).toHaveCount(0);
    await page.getByRole('row').nth(1).click();
    await expect(page.getByText('acknowledging and closing need the operator role')).toBeVisible();
  });
});

/** Everything was dealt with already: takes a closed (or acknowledged, then closed) alert back to open. */
async function reopen(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: 'Reopen…' });
  if ((await button.count()) === 0) {
    await page.getByRole('button', { name: 'Close…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Close the alert' });
    await dialog.getByRole('textbox').fill('Closed to be opened again.');
    await dialog.getByLabel('Cause').selectOption('unknown');
    await dialog.getByLabel('Wafers').selectOption('use_as_is');
    await dialog.getByRole('button', { name: 'Close alert' }).click();
  }
  await button.click();
  await page.getByRole('dialog').getByRole('textbox').fill('It came back.');
  await page.getByRole('dialog').getByRole('button', { name: 'Reopen' }).click();
  await expect(page.getByRole('button', { name: 'Acknowledge' })).toBeVisible();
}
