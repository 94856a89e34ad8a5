import { readFile } from 'node:fs/promises';
import { expect, test } from './support';

test('the list of charts is ordered by the server over all pages, and its file holds all of them', async ({ page }) => {
  await page.goto('/spc?range=30d');
  const region = page.getByRole('region', { name: 'Charts' });
  const table = region.getByRole('table', { name: 'Charts' });
  await expect(table.getByRole('row').nth(1)).toBeVisible();
  await expect(region).toContainText(/first 100 of \d+ charts/);
  await expect(region).toContainText(/points since .* 00:00 UTC/);
  await table.getByRole('button', { name: 'Chart', exact: true }).click();
  await expect(page).toHaveURL(/sort=title/);
  await expect(table.getByRole('columnheader', { name: 'Chart', exact: true })).toHaveAttribute('aria-sort', 'ascending');
  const titles = () => table.getByRole('row').locator('td:nth-child(2)').allInnerTexts();
  const ascending = (list: readonly string[]): boolean => list.every((t, i) => i === 0 || list[i - 1]! <= t);
  await expect.poll(async () => ascending(await titles())).toBe(true);
  const first = await titles();
  await region.getByRole('link', { name: 'Next' }).click();
  await expect(page).toHaveURL(/sort=title.*after=|after=.*sort=title/);
  await expect.poll(async () => (await titles())[0]! > first.at(-1)!).toBe(true);
  expect(ascending(await titles())).toBe(true);
  // Another order begins at its first page.
  await table.getByRole('button', { name: 'Chart', exact: true }).click();
  await expect(page).toHaveURL(/sort=-title/);
  await expect(page).not.toHaveURL(/after=/);
  await expect.poll(async () => (await titles())[0]! > first.at(-1)!).toBe(true);
  const [file] = await Promise.all([page.waitForEvent('download'), region.getByRole('link', { name: /^CSV of all/ }).click()]);
  const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n');
  const total = Number(/of (\d+) charts/.exec((await region.textContent()) ?? '')![1]);
  expect(lines.length).toBe(total + 1);
  expect(lines[0]).toContain('Cpk');
});

test('dragging over a chart shows a finer window without a new page, and a double click or Home shows all again', async ({
  page,
}) => {
  await page.goto('/spc?range=30d');
  await page.getByRole('table', { name: 'Charts' }).getByRole('row').nth(1).click();
  await expect(page).toHaveURL(/\/spc\/[0-9a-f-]{36}/);
  const chart = page.getByRole('application', { name: /Arrow keys walk the points/ });
  await expect(chart).toBeVisible();
  await page.evaluate(() => {
    (window as { stayed?: boolean }).stayed = true;
  });
  const points = async (): Promise<number> =>
    Number(/: ([\d,]+) points?,/.exec((await chart.getAttribute('aria-label')) ?? '')?.[1]?.replaceAll(',', ''));
  const all = await points();
  const drag = async (): Promise<void> => {
    const box = (await chart.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.35, box.y + 120);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 120, { steps: 5 });
    await page.mouse.up();
  };
  await drag();
  await expect(page).toHaveURL(/from=.*to=/);
  await expect.poll(points).toBeLessThan(all);
  await expect(page.getByRole('button', { name: 'Whole time range' })).toBeVisible();
  await chart.dblclick({ position: { x: 200, y: 40 } });
  await expect(page).not.toHaveURL(/from=/);
  await expect.poll(points).toBe(all);
  await drag();
  await expect.poll(points).toBeLessThan(all);
  await page.goBack();
  await expect.poll(points).toBe(all);
  await drag();
  await expect.poll(points).toBeLessThan(all);
  await page.keyboard.press('Escape');
  await chart.focus();
  await page.keyboard.press('Home');
  await expect.poll(points).toBe(all);
  expect(await page.evaluate(() => (window as { stayed?: boolean }).stayed)).toBe(true);
});
