import { expect, expectAccessible, test } from './support';

const NAME = 'Non-uniformity of the chambers';

test('an engineer writes a template over two chambers, sees its preview and price, saves it, and sees its charts fill', async ({
  page,
}) => {
  await page.goto('/spc');
  await page.getByRole('link', { name: 'Templates' }).click();
  await expect(page.getByRole('table', { name: 'Chart templates' })).toContainText('Wafer mean');
  await page.getByRole('link', { name: 'New template' }).click();
  await page.getByLabel('Name', { exact: true }).fill(NAME);
  await page.getByLabel('Characteristic', { exact: true }).fill('measurement.nonuniformity');
  await page.getByLabel('Tool', { exact: true }).fill('CVD-01');
  await page.getByLabel('Chamber', { exact: true }).fill('A, B');
  await page.getByLabel('Parameter', { exact: true }).fill('oxide_thickness');
  await page.getByRole('checkbox', { name: 'product' }).uncheck();
  const preview = page.getByRole('region', { name: 'Preview' });
  await expect(preview).toContainText('2 charts');
  const rows = preview.getByRole('table', { name: 'Charts of the preview' }).getByRole('row');
  await expect(rows).toHaveCount(3);
  await expect(preview).toContainText(/Expected false alarms\s*[\d.]+ a week, all charts/);
  const price = await preview.getByText(/a week, all charts/).textContent();
  await page.getByLabel('Rule set').selectOption('nelson-8');
  await expect(page.getByText(/one false alarm in 7\d/)).toBeVisible();
  await expect(preview.getByText(/a week, all charts/)).not.toHaveText(price ?? '');
  await page.getByLabel('Rule set').selectOption('nelson-1-2');
  await expect(page.getByText('one false alarm in 217 points')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save and make the charts…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('2 charts made and filled from history');
  await dialog.getByLabel(/^Reason/).fill('both chambers are compared after the new showerhead');
  await dialog.getByRole('button', { name: 'Make the charts' }).click();
  await expect(page.getByRole('heading', { level: 1, name: NAME })).toBeVisible();
  await expect(page.getByLabel('Filling from history')).toContainText(/2 charts filled: [\d,]+ records read, [\d,]+ points/, {
    timeout: 30_000,
  });
  await page.getByRole('link', { name: 'Its charts' }).click();
  const charts = page.getByRole('table', { name: 'Charts', exact: true }).getByRole('row');
  await expect(charts).toHaveCount(3);
  await charts.nth(1).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('non-uniformity');
  await expect(page.getByRole('region', { name: 'Control chart' })).not.toContainText('No points in this window');
});

test('a field that makes no sense is refused beside it, and an impossible pattern makes no chart', async ({ page }) => {
  await page.goto('/spc/templates/new');
  await page.getByLabel('Name', { exact: true }).fill('Wrong');
  await page.getByLabel('Characteristic', { exact: true }).fill('thickness');
  await expect(page.getByRole('alert').filter({ hasText: 'is no characteristic' }).first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save and make the charts…' })).toBeDisabled();
  await page.getByLabel('Characteristic', { exact: true }).fill('measurement.mean');
  await page.getByLabel('Tool', { exact: true }).fill('NOWHERE-*');
  await expect(page.getByRole('region', { name: 'Preview' })).toContainText('Nothing matches yet');
});

test('a value on the page of a wafer is charted in three clicks, and retired again', async ({ page }) => {
  await page.goto('/wafers?range=30d&operation=CVD-OXIDE');
  await page
    .getByRole('main')
    .getByRole('link')
    .filter({ has: page.locator('canvas') })
    .first()
    .click();
  await expect(page).toHaveURL(/\/wafers\/[0-9a-f-]{36}/);
  await page.getByRole('button', { name: 'Chart this: median' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(/points of the last \d+ days; expected false alarms/);
  await dialog.getByRole('button', { name: 'Make the chart' }).click();
  await expect(page).toHaveURL(/\/spc\/[0-9a-f-]{36}/);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('median');
  const made = page.url();
  await expect(async () => {
    await page.reload();
    await expect(page.getByText('Filling from history')).toHaveCount(0);
    await expect(page.getByText('No points in this window')).toHaveCount(0);
  }).toPass({ timeout: 30_000 });
  await page.goBack();
  await page.getByRole('button', { name: 'Chart this: median' }).click();
  await expect(dialog).toContainText('This chart is there already');
  await expect(dialog.getByRole('button', { name: 'Make the chart' })).toBeDisabled();
  await page.goto(made);
  await page.getByRole('button', { name: 'Retire…' }).click();
  await dialog.getByLabel(/^Reason/).fill('made for a look only');
  await dialog.getByRole('button', { name: 'Retire', exact: true }).click();
  await expect(page.getByText(/^Retired .* made for a look only/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Limits and rules…' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Restore…' })).toBeVisible();
});

test.describe('who may only read', () => {
  test.use({ person: 'vera' });
  test('sees templates and their preview without a button, and why', async ({ page }) => {
    await page.goto('/spc/templates');
    await expect(page.getByText('Making and changing templates needs the engineer role.')).toBeVisible();
    await expect(page.getByRole('link', { name: 'New template' })).toHaveCount(0);
    await page.getByRole('row').filter({ hasText: 'Wafer mean' }).first().click();
    await expect(page.getByText('Needs the engineer role.')).toBeVisible();
    await expect(page.getByRole('button', { name: /Save|Retire/ })).toHaveCount(0);
    await expect(page.getByRole('table', { name: 'Charts of the preview' }).getByRole('row').nth(1)).toBeVisible();
    await page.goto('/wafers?range=30d');
    await page
      .getByRole('main')
      .getByRole('link')
      .filter({ has: page.locator('canvas') })
      .first()
      .click();
    await expect(page.getByText('Charting a value needs the engineer role.')).toBeVisible();
    await expect(page.getByRole('button', { name: /^Chart this/ })).toHaveCount(0);
  });
});
