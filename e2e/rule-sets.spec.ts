import { expect, expectAccessible, test } from './support';

const NAME = 'Customer A';

test('an engineer copies a set, changes its run to seven, sees the price move, and saves it under a name of its own', async ({
  page,
}) => {
  await page.goto('/spc');
  await page.getByRole('link', { name: 'Rules', exact: true }).click();
  const sets = page.getByRole('table', { name: 'Rule sets' });
  await expect(sets).toContainText('Western Electric (WE1 to WE4)');
  await expect(sets.getByRole('row').filter({ hasText: 'Western Electric' })).toContainText('91.8');
  await expect(sets.getByRole('row').filter({ hasText: 'Rule 1' }).first()).toContainText('370');
  await sets.getByRole('row').filter({ hasText: 'Western Electric' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Western Electric (WE1 to WE4)');
  const price = page.getByRole('region', { name: 'Price' });
  await expect(price).toContainText('one false alarm in 91.8 points');
  await expect(price).toContainText('exact');
  await page.getByRole('link', { name: 'Copy' }).click();
  await page.getByLabel('Name of the set').fill(NAME);
  const run = page.getByRole('group', { name: 'WE4' });
  await run.getByLabel('k points').fill('7');
  await run.getByLabel('of n').fill('7');
  await expect(run.getByRole('alert')).toContainText('"WE4" is the name of "8 points in a row on one side of the centre line"');
  await run.getByLabel('Name').fill('Run of A');
  const mine = page.getByRole('group', { name: 'Run of A' });
  await expect(mine).toContainText('7 points in a row on one side of the centre line');
  await expect(price).toContainText(/one false alarm in [67]\d\.\d points/);
  await price.getByLabel('A shift to find, sigmas').fill('1.5');
  await expect(price).toContainText('a lasting shift of 1.5 σ is found after');
  await mine.getByLabel('Severity').selectOption('warning');
  await expect(price).toContainText(/one false alarm in 1\d\d points/);
  await mine.getByLabel('Severity').selectOption('out_of_control');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save the set…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Reason/).fill('the customer asks for runs of seven');
  await dialog.getByRole('button', { name: 'Save the set' }).click();
  await expect(page.getByRole('heading', { level: 1, name: NAME })).toBeVisible();
  await expect(page.getByRole('table', { name: 'Versions' })).toContainText('first version');
});

test('a chart chooses the set, and follows its next version only when it is applied', async ({ page }) => {
  await page.goto('/spc?kind=individuals&range=30d');
  await page.getByRole('table', { name: 'Charts', exact: true }).getByRole('row').nth(1).click();
  await expect(page.getByRole('region', { name: 'Control chart' })).toBeVisible();
  const address = page.url();
  await page.getByRole('button', { name: 'Limits and rules…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Rule set').selectOption({ label: `${NAME}, version 1` });
  await expect(dialog).toContainText(`Rule set: none of the site → ${NAME} version 1`);
  await expect(
    dialog.getByRole('checkbox', { name: 'Run of A: 7 points in a row on one side of the centre line' }),
  ).toBeChecked();
  await expect(dialog).toContainText(/one false alarm in [67]\d\.\d points/);
  await dialog.getByRole('button', { name: 'Try on history' }).click();
  await expect(dialog).toContainText(/alarms? in force, \d+ with this change/);
  await dialog.getByLabel(/^Reason/).fill('this chart is for customer A');
  await dialog.getByRole('button', { name: /^Activate version/ }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('region', { name: 'Control chart' })).toContainText(`${NAME} version 1`);

  await page.goto('/spc/rules');
  await page.getByRole('table', { name: 'Rule sets' }).getByRole('row').filter({ hasText: NAME }).click();
  const run = page.getByRole('group', { name: 'Run of A' });
  await run.getByLabel('k points').fill('8');
  await run.getByLabel('of n').fill('8');
  await page.getByRole('button', { name: 'Save version 2…' }).click();
  await page
    .getByRole('dialog')
    .getByLabel(/^Reason/)
    .fill('seven was too many');
  await page.getByRole('dialog').getByRole('button', { name: 'Save version 2' }).click();
  await expect(page.getByRole('table', { name: 'Charts of earlier versions' }).getByRole('row')).toHaveCount(2);
  await page.getByRole('button', { name: 'Apply to 1 chart…' }).click();
  const apply = page.getByRole('dialog');
  await expect(apply).toContainText('points that were judged stay as they were');
  await apply.getByLabel(/^Reason/).fill('agreed with the customer');
  await apply.getByRole('button', { name: 'Apply to 1 chart' }).click();
  await expect(page.getByRole('table', { name: 'Charts of earlier versions' })).toBeHidden();
  await page.goto(address);
  await expect(page.getByRole('region', { name: 'Control chart' })).toContainText(`${NAME} version 2`);
});

test.describe('a viewer', () => {
  test.use({ person: 'vera' });
  test('reads sets with their price, and has no button', async ({ page }) => {
    await page.goto('/spc/rules/westgard');
    await expect(page.getByRole('region', { name: 'Price' })).toContainText('one false alarm in');
    await expect(page.getByRole('link', { name: 'Copy' })).toHaveCount(0);
    await expect(page.getByLabel('Name of the set')).toBeDisabled();
    await page.goto('/spc/rules');
    await expect(page.getByText('Making and changing rule sets needs the engineer role.')).toBeVisible();
  });
});

for (const theme of ['light', 'dark'] as const)
  test(`the list and a set are accessible in the ${theme} theme`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme });
    for (const path of ['/spc/rules', '/spc/rules/westgard']) {
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expectAccessible(page);
    }
  });
