import { expect, test, walkTo } from './support';

test('the screening table filters in the address, sorts, and opens by keyboard', async ({ page }) => {
  await page.goto('/spc?range=30d');
  const table = page.getByRole('table', { name: 'Charts' });
  await expect(table.getByRole('row').nth(1)).toBeVisible();
  await page.getByLabel('Tool', { exact: true }).selectOption('ETC-01');
  await expect(page).toHaveURL(/tool=ETC-01/);
  for (const text of await table.getByRole('row').locator('td:nth-child(2)').allInnerTexts()) expect(text).toContain('ETC-01');
  await table.getByRole('button', { name: 'Cpk' }).click();
  await expect(table.getByRole('columnheader', { name: 'Cpk' })).toHaveAttribute('aria-sort', 'ascending');
  await page.reload();
  await expect(page.getByLabel('Tool', { exact: true })).toHaveValue('ETC-01');
  await walkTo(page, table.getByRole('row').nth(1));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/spc\/[0-9a-f-]{36}/);
  await expect(page.getByRole('region', { name: 'Limits and rules' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Capability' })).toBeVisible();
});

test('Back leads to the place in the list that was left', async ({ page }) => {
  await page.goto('/spc?range=30d');
  const rows = page.getByRole('table', { name: 'Charts' }).getByRole('row');
  await expect(rows.nth(1)).toBeVisible();
  const main = page.getByRole('main');
  await main.evaluate((el) => {
    el.scrollTop = 2000;
  });
  const top = await main.evaluate((el) => el.scrollTop);
  expect(top).toBeGreaterThan(500);
  const seen = await rows.evaluateAll((all) => all.findIndex((r) => r.getBoundingClientRect().top > 200));
  await rows.nth(seen).click();
  await expect(page).toHaveURL(/\/spc\/[0-9a-f-]{36}/);
  await page.goBack();
  await expect(rows.nth(1)).toBeAttached();
  await expect.poll(() => main.evaluate((el) => el.scrollTop)).toBe(top);
});

test('an unknown chart, and a window without points, say so', async ({ page }) => {
  await page.goto('/spc/00000000-0000-4000-8000-000000000000');
  await expect(page.getByRole('heading', { name: 'Nothing at this address' })).toBeVisible();
  await page.goto('/spc?range=30d');
  await page.getByRole('table', { name: 'Charts' }).getByRole('row').nth(1).click();
  await expect(page).toHaveURL(/\/spc\/[0-9a-f-]{36}/);
  await page.goto(`${page.url().split('?')[0]}?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z`);
  await expect(page.getByText('No points in this window')).toBeVisible();
});

test('an engineer changes the rules with a reason: a new version, a new phase', async ({ page }) => {
  await page.goto('/spc?range=30d');
  await page.getByRole('table', { name: 'Charts' }).getByRole('row').nth(1).click();
  await expect(page).toHaveURL(/\/spc\/[0-9a-f-]{36}/);
  const rows = page.getByRole('table', { name: 'Versions of the chart' }).getByRole('row');
  await expect(rows.nth(1)).toBeVisible();
  const before = await rows.count();
  await page.getByRole('button', { name: 'Limits and rules…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Nothing yet.');
  await dialog.getByRole('checkbox', { name: /^5: / }).click();
  await expect(dialog).toContainText(/Rule (added|removed): 5/);
  await dialog.getByRole('textbox', { name: /^Reason/ }).fill('Small shifts matter on this step');
  await dialog.getByRole('button', { name: /^Activate version/ }).click();
  await expect(page.getByRole('status').filter({ hasText: 'in force from now on' })).toBeVisible();
  await expect(rows).toHaveCount(before + 1);
  await expect(rows.nth(1)).toContainText('Small shifts matter on this step');
});

test('a point is excluded with a reason, stays visible, and comes back', async ({ page }) => {
  await page.goto('/spc?range=30d');
  await page.getByRole('table', { name: 'Charts' }).getByRole('row').nth(2).click();
  const chart = page.getByRole('application', { name: /Arrow keys walk the points/ });
  await chart.focus();
  await page.keyboard.press('End');
  await page.getByRole('button', { name: 'Exclude the point…' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('Wrong wafer on the gauge');
  await page.getByRole('button', { name: 'Exclude', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Include the point again…' })).toBeVisible();
  await expect(chart).toHaveAccessibleName(/1 point excluded/);
  await page.getByRole('button', { name: 'Include the point again…' }).click();
  await expect(page.getByRole('dialog')).toContainText('Wrong wafer on the gauge');
  await expect(page.getByRole('button', { name: 'Include it again' })).toBeDisabled();
  await page.getByRole('dialog').getByRole('textbox').fill('It was the right wafer');
  await page.getByRole('button', { name: 'Include it again' }).click();
  await expect(page.getByRole('button', { name: 'Exclude the point…' })).toBeVisible();
});

test('what stands at the pointer is whole, also where the chart is narrow', async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 800 });
  await page.goto('/spc?range=30d');
  await page.getByRole('table', { name: 'Charts' }).getByRole('row').nth(1).click();
  const chart = page.getByRole('application', { name: /Arrow keys walk the points/ });
  await chart.scrollIntoViewIfNeeded();
  const main = (await page.getByRole('main').boundingBox())!;
  const box = (await chart.boundingBox())!;
  for (const share of [0.15, 0.3, 0.45, 0.6, 0.75]) {
    await page.mouse.move(box.x + share * box.width, box.y + 60);
    const card = page.locator('.hover-card');
    await expect(card).toBeVisible();
    const seen = (await card.boundingBox())!;
    expect(seen.x).toBeGreaterThanOrEqual(main.x);
    expect(seen.x + seen.width).toBeLessThanOrEqual(main.x + main.width);
  }
});

test('a page that was just opened scrolls by keyboard, and a dialog keeps the focus', async ({ page }) => {
  const main = page.getByRole('main');
  const top = () => main.evaluate((m) => m.scrollTop);
  await page.goto('/spc?range=30d');
  await expect(page.getByRole('table', { name: 'Charts' }).getByRole('row').nth(1)).toBeVisible();
  await expect(main).toBeFocused();
  await page.keyboard.press('End');
  await expect.poll(top).toBeGreaterThan(100);
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: /^Alerts/ })
    .click();
  await expect(page.getByRole('heading', { level: 1, name: 'Alerts' })).toBeVisible();
  await expect(main).toBeFocused();
  await page.getByRole('button', { name: 'Keyboard help' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await page.evaluate(() => document.activeElement?.closest('dialog') !== null)).toBe(true);
});

test('every column of a row is its link, with the address on it and the tip of the cell', async ({ page }) => {
  await page.goto('/spc?range=30d');
  const row = page.getByRole('table', { name: 'Charts' }).getByRole('row').nth(1);
  await expect(row).toBeVisible();
  const href = await row.getByRole('link').first().getAttribute('href');
  for (const cell of await row.getByRole('cell').all()) {
    const box = (await cell.boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    expect(await page.evaluate((at) => document.elementFromPoint(at.x, at.y)?.closest('a')?.getAttribute('href'), { x, y })).toBe(
      href,
    );
  }
  const newest = row.locator('time').last();
  await newest.scrollIntoViewIfNeeded();
  const at = (await newest.boundingBox())!;
  await page.mouse.move(at.x + at.width / 2, at.y + at.height / 2);
  await expect(row.getByRole('link').first()).toHaveAttribute('title', (await newest.getAttribute('title'))!);
});

test('tables are whole at 1280', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  for (const path of [
    '/spc?range=30d',
    '/spc/specifications',
    '/overlay?range=30d',
    '/system',
    '/system/audit',
    '/alerts?state=all',
  ]) {
    await page.goto(path);
    await expect(page.locator('table.grid-table').first()).toBeVisible();
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll('table.grid-table')]
        .filter((t) => t.scrollWidth > (t.parentElement?.clientWidth ?? 0) + 1)
        .map((t) => t.querySelector('caption')?.textContent),
    );
    expect(wide, path).toEqual([]);
  }
});
