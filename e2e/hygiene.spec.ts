import { expect, expectAccessible, expectNoBlankness, test } from './support';

test('hygiene stands beside its yard-sticks, and a proposal opens the dialog that does it', async ({ page }) => {
  await page.goto('/alerts');
  await page.getByRole('link', { name: 'Hygiene' }).click();
  await expect(page.getByRole('heading', { name: 'Alarm hygiene' })).toBeVisible();
  await expect(page.getByText('Alarms a day and operator')).toBeVisible();
  const actors = page.getByRole('table', { name: 'Bad actors' });
  await expect(actors.getByRole('row').nth(1)).toBeVisible();
  await expect(actors.getByText(/more than chance|as chance gives|no price/).first()).toBeVisible();
  await page.getByLabel('Operators at a time').selectOption('3');
  await expect(page).toHaveURL(/operators=3/);
  await expect(page.getByText(/3 operators at a time/)).toBeVisible();
  await expectAccessible(page);
  await expectNoBlankness(page);

  // The address of a proposal fills the dialog in, and nothing changes before a person decides.
  const chart = await actors.locator('a[href^="/spc/"]').first().getAttribute('href');
  await page.goto(`${chart!.split('?')[0]}?do=change&rules=1`);
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('checkbox', { name: /^1:/ })).toBeChecked();
  await expect(dialog.getByText('What changes')).toBeVisible();
  await page.goto(`${chart!.split('?')[0]}?do=propose`);
  await expect(page.getByRole('dialog').getByText(/^Propose limits/)).toBeVisible();
});
