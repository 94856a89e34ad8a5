import { expect, expectAccessible, test } from './support';

test('runs of a recipe lie over each other, aligned at a step; sensors are chosen in the address, and a run is opened from its rank', async ({
  page,
}) => {
  await page.goto('/fdc/traces?range=30d');
  const overlay = page.getByRole('region', { name: 'Overlay' });
  await expect(overlay).toContainText(/\d+ of [\d,]+ runs|\d+ runs/);
  await expect(overlay.locator('svg[data-export]')).toHaveCount(1);
  await overlay.getByRole('checkbox', { checked: false }).first().click();
  await expect(overlay.locator('svg[data-export]')).toHaveCount(2);
  const aligned = page.getByLabel('Aligned at');
  const step = await aligned.locator('option').last().getAttribute('value');
  await aligned.selectOption(step!);
  await expect(page).toHaveURL(/at=/);
  await expect(overlay.locator('svg[data-export]')).toHaveCount(2);
  await expectAccessible(page);
  await page.getByRole('region', { name: 'Runs by distance' }).getByRole('row').nth(1).click();
  await expect(page).toHaveURL(/\/runs\/[0-9a-f-]{36}/);
  await page.getByRole('link', { name: 'This run among others of its recipe' }).click();
  await expect(page).toHaveURL(/\/fdc\/traces\?.*run=/);
  await expect(page.getByRole('region', { name: 'Overlay' }).locator('svg[data-export]').first()).toBeVisible();
});

test('a window without runs says so', async ({ page }) => {
  await page.goto('/fdc/traces?range=30d&of=NOWHERE%20%2F%20NOTHING');
  await expect(page.getByText('No run of this recipe at this operation in this time.')).toBeVisible();
});
