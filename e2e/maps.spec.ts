import { expect, expectAccessible, test } from './support';

test('the gallery shows wafers on one colour range and opens one', async ({ page }) => {
  await page.goto('/wafers');
  await expect(page.getByRole('img', { name: /^Colour scale from/ }).first()).toBeVisible();
  await page.getByRole('list', { name: 'Wafers' }).first().getByRole('link').first().click();
  await expect(page).toHaveURL(/\/wafers\/[0-9a-f-]{36}/);
  await expect(page.getByRole('application', { name: /^Measured/ })).toBeVisible();
  await expectAccessible(page);
});

test('a map is read by keys and as a table, as sites, dies and contour; residuals beside it', async ({ page }) => {
  await page.goto('/wafers');
  await page.getByRole('list', { name: 'Wafers' }).first().getByRole('link').first().click();
  const measured = page.getByRole('figure').filter({ hasText: /^Measured/ });
  await measured.getByRole('application').focus();
  await page.keyboard.press('ArrowRight');
  await expect(measured).toContainText(/site \d+ at \(.*\) mm: /);
  await page.getByRole('group', { name: 'Kind of map' }).getByText('Dies').click();
  await expect(measured).toContainText('die value');
  await page.getByRole('group', { name: 'Kind of map' }).getByText('Sites').click();
  await measured.getByText('Values as a table').click();
  await expect(measured.getByRole('table').getByRole('row').nth(1)).toBeVisible();
  await expect(page.getByRole('application', { name: /^Residual/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Zernike coefficients' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Radial profile' })).toBeVisible();
});

test('overlay: raw, modelled and residual on one arrow scale, terms with units, statistics', async ({ page }) => {
  await page.goto('/overlay');
  await page.locator('tbody').getByRole('row').first().click();
  await expect(page).toHaveURL(/\/overlay\/[0-9a-f-]{36}/);
  for (const what of ['Raw', 'Modelled', 'Residual'])
    await expect(page.getByRole('application', { name: new RegExp(`^${what}`, 'i') })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Terms' })).toContainText('ppm');
  await expect(page.getByRole('region', { name: 'Statistics' }).getByRole('table')).toBeVisible();
  await expectAccessible(page);
});

test('virtual metrology: predicted against measured with intervals, and the sensors that matter', async ({ page }) => {
  await page.goto('/vm');
  await page.locator('tbody').getByRole('row').first().click();
  await expect(page).toHaveURL(/\/vm\/[0-9a-f-]{36}/);
  await expect(page.getByRole('application', { name: /predicted against measured/ })).toBeVisible();
  await expectAccessible(page);
});
