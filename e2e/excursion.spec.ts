import { readFile } from 'node:fs/promises';
import { expect, openMeasuredAlert, test } from './support';

test('from the alert in two clicks to the red point, the wafer map and the traces', async ({ page }) => {
  await openMeasuredAlert(page);
  const alert = page.url();
  const evidence = page.getByRole('complementary', { name: 'Evidence' });

  await evidence.getByRole('link', { name: 'The red point on its chart' }).click();
  await expect(page.getByRole('region', { name: 'Why this point is red' })).toContainText('Limits in force');
  await expect(page.getByRole('application', { name: /Arrow keys walk the points/ })).toBeVisible();
  const heading = page.getByRole('complementary').filter({ hasText: 'Why this point is red' }).getByRole('heading').first();
  const wafer = ((await heading.textContent()) ?? '').trim();

  await page.goto(alert);
  await evidence.getByRole('link', { name: 'Map of the wafer' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(wafer);
  await expect(page.getByRole('application', { name: /sites, mean/ }).first()).toBeVisible();

  await page.goto(alert);
  await evidence.getByRole('link', { name: 'Traces of the run' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(wafer);
  await expect(page.getByRole('application', { name: /golden band|no golden band/ })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Sensors, the differing ones first' }).getByRole('button').first()).toBeVisible();
});

test('a chart is walked by keys: n finds a violation, arrows move, Escape leaves', async ({ page }) => {
  await openMeasuredAlert(page);
  await page.getByRole('complementary', { name: 'Evidence' }).getByRole('link', { name: 'The red point on its chart' }).click();
  await expect(page.getByRole('region', { name: 'Why this point is red' })).toBeVisible();
  const chart = page.getByRole('application', { name: /Arrow keys walk the points/ });
  await chart.focus();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'No point selected' })).toBeVisible();
  await page.keyboard.press('n');
  await expect(page.getByRole('region', { name: 'Why this point is red' })).toBeVisible();
  const first = page.url();
  await chart.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page).not.toHaveURL(first);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'No point selected' })).toHaveCount(0);
});

test('the chart and its data leave as CSV, PNG and SVG', async ({ page }) => {
  await openMeasuredAlert(page);
  await page.getByRole('complementary', { name: 'Evidence' }).getByRole('link', { name: 'The red point on its chart' }).click();
  const panel = page.getByRole('region', { name: 'Control chart' });
  for (const [item, ending] of [
    ['CSV of the data', '.csv'],
    ['PNG image', '.png'],
    ['SVG drawing', '.svg'],
  ] as const) {
    await panel.getByRole('button', { name: 'Export' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: item }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(new RegExp(`\\${ending}$`));
    // The frame with title and context; in it the drawing of both charts, the points and their dispersion below; and the legend, whose marks are small.
    if (ending === '.svg') expect((await readFile(await file.path(), 'utf8')).match(/<svg[^>]* width="\d{3}/g)).toHaveLength(5);
  }
});
