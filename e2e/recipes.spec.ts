import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, signIn, test } from './support';

/** The recipe of the simulated ellipsometer: a thin film, so that its model answers at once and its save needs no order sweep. */
async function openFilmRecipe(page: Page): Promise<void> {
  await page.goto('/recipes');
  await page.getByRole('row').filter({ hasText: 'HFO2-SE' }).click();
  await expect(page.getByRole('heading', { level: 1, name: /HFO2-SE/ })).toBeVisible();
  await expect(modelCurves(page).first()).toBeVisible();
}

const modelCurves = (page: Page) => page.getByRole('region', { name: 'Model' }).locator('svg[data-export]');
const drawing = (page: Page) => page.getByRole('img', { name: /^Sample of/ });

test('the drawing and the curves follow a parameter, and leave the draft as it is', async ({ page }) => {
  await openFilmRecipe(page);
  await expect(drawing(page)).toHaveAttribute('aria-label', /HfO2 7\.6 nm/);
  const before = await modelCurves(page).first().innerHTML();
  await page.getByRole('slider', { name: /^HfO2 thickness/ }).press('End');
  await expect(drawing(page)).toHaveAttribute('aria-label', /HfO2 1[4-9] nm/);
  await expect.poll(() => modelCurves(page).first().innerHTML()).not.toBe(before);
  await expect(page.getByRole('button', { name: /^Put version/ })).toBeDisabled();
  await page.getByRole('button', { name: 'Back to the start' }).click();
  await expect(drawing(page)).toHaveAttribute('aria-label', /HfO2 7\.6 nm/);
  await expect.poll(() => modelCurves(page).first().innerHTML()).toBe(before);
});

test('an engineer corrects a field, leaves and comes back to the draft, tries it on stored spectra and puts it in use', async ({
  page,
}) => {
  await openFilmRecipe(page);
  await page.getByRole('tab', { name: 'Parameters' }).click();
  const upper = page.getByLabel('Upper nm');
  const old = Number(await upper.inputValue());
  await upper.fill('2');
  await expect(page.getByRole('alert').filter({ hasText: /lower 3 must be below upper 2/ })).toBeVisible();
  await expect(page.getByRole('tab', { name: /Parameters\s*■ 1/ })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Put version/ })).toBeDisabled();
  await upper.fill(String(old + 1));
  const draft = page.getByRole('region', { name: 'Draft' });
  await expect(draft).toContainText(`parameter hfo2_thickness upper ${old} → ${old + 1}`);
  await expect(draft.getByText('kept', { exact: true })).toBeVisible();
  await openFilmRecipe(page);
  await expect(draft).toContainText(`parameter hfo2_thickness upper ${old} → ${old + 1}`);
  const trial = page.getByRole('region', { name: 'Trial on stored spectra' });
  await trial.getByRole('button', { name: 'Try on stored spectra' }).click();
  await expect(trial).toContainText(/Tried on \d+ wafers/, { timeout: 60_000 });
  await expect(trial).toContainText('Within the limits');
  await trial.getByRole('button', { name: 'Show site by site' }).click();
  const sites = trial.getByRole('region', { name: 'Difference site by site' });
  await expect(sites.getByRole('row')).toHaveCount(14);
  await expect(
    sites
      .getByRole('img', { name: /draft − in force/ })
      .or(sites.locator('canvas'))
      .first(),
  ).toBeVisible();
  const reason = `Thicker stacks of the new node ${randomUUID().slice(0, 8)}`;
  await page.getByRole('button', { name: /^Put version/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('row').filter({ hasText: 'hfo2_thickness upper' })).toContainText(String(old + 1));
  await dialog.getByRole('textbox').fill(reason);
  await dialog.getByRole('button', { name: /^Put version/ }).click();
  const row = page.getByRole('region', { name: 'History' }).getByRole('row').filter({ hasText: reason });
  await expect(row).toContainText('ana@driftless.local');
  await expect(row).toContainText(`${old} → ${old + 1}`);
  await expect(row).toContainText('in force');
});

test('a draft that moves values is proposed; who approves it reads of no draft of their own, and the history names both', async ({
  page,
  browser,
  baseURL,
}) => {
  await openFilmRecipe(page);
  const b = page.getByLabel('B µm²');
  await b.fill(String(Number(await b.inputValue()) + 0.003));
  const draft = page.getByRole('region', { name: 'Draft' });
  await expect(draft).toContainText(/film HfO2 material B, µm² 0\.\d+ → 0\.\d+/);
  await expect(draft.getByText('kept', { exact: true })).toBeVisible();
  const waits = /Try the draft on stored spectra first/;
  await expect(page.getByText(waits)).toBeVisible();
  await expect(page.getByRole('button', { name: /^Put version/ })).toHaveAccessibleDescription(waits);
  const trial = page.getByRole('region', { name: 'Trial on stored spectra' });
  await trial.getByRole('button', { name: 'Try on stored spectra' }).click();
  await expect(trial).toContainText('Needs a second engineer', { timeout: 60_000 });
  await page.getByRole('button', { name: /^Propose version/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(/A second engineer decides: .*moves by up to/);
  const reason = `Index of the reference ${randomUUID().slice(0, 8)}`;
  await dialog.getByRole('textbox').fill(reason);
  await dialog.getByRole('button', { name: /^Propose version/ }).click();
  await expect(trial).toContainText(`waits for another engineer: ${reason}`);
  const context = await browser.newContext({ baseURL: baseURL ?? '', storageState: { cookies: [], origins: [] } });
  const other = await context.newPage();
  await signIn(other, 'admin', new URL(page.url()).pathname);
  await other.getByRole('button', { name: 'Approve…' }).click();
  await other.getByRole('dialog').getByRole('textbox').fill('Compared with the reference wafer');
  await other.getByRole('dialog').getByRole('button', { name: 'Put in use' }).click();
  const row = other.getByRole('region', { name: 'History' }).getByRole('row').filter({ hasText: reason });
  await expect(row).toContainText('approved by admin@driftless.local');
  await expect(row).toContainText('Compared with the reference wafer');
  await expect(other.getByText('came into force while you were typing')).toHaveCount(0);
  await expect(other.getByRole('region', { name: 'Draft' })).toContainText('which is in force');
  await context.close();
  await page.reload();
  await expect(page.getByText('came into force while you were typing')).toHaveCount(0);
  await expect(page.getByRole('button', { name: /^Put version/ })).toBeDisabled();
});

test('a name that is no parameter is told beside its field', async ({ page }) => {
  await openFilmRecipe(page);
  const thickness = page.getByLabel('Thickness nm').first();
  await thickness.fill('hfo2_thicknes');
  await expect(thickness).toHaveAttribute('aria-invalid', 'true');
  await expect(thickness).toHaveAccessibleDescription(/there is no parameter "hfo2_thicknes"/);
  await expect(page.getByRole('region', { name: 'Draft' })).toContainText('1 field to correct: film HfO2 thickness, nm');
});

test('a draft fits a measured site in the browser', async ({ page }) => {
  await openFilmRecipe(page);
  await page.getByLabel('Measured').selectOption({ index: 1 });
  await page.getByRole('button', { name: 'Fit here' }).click();
  const fit = page.getByRole('region', { name: 'Fit of the measured site' });
  await expect(fit.getByRole('row').filter({ hasText: 'HfO2 thickness' })).toContainText(/\d\.\d+ ± 0\.\d+/);
});

test('a template opens in the editor as a recipe that does not exist yet', async ({ page }) => {
  await page.goto('/recipes');
  await page.getByRole('button', { name: 'New recipe…' }).click();
  await page.getByLabel('Start from').selectOption('line-grating');
  await page.getByRole('button', { name: 'Open in the editor' }).click();
  await expect(drawing(page)).toHaveAttribute('aria-label', /Lines of 40 nm and 100 nm height in a pitch of 90 nm/);
  const name = `JOURNEY-${randomUUID().slice(0, 8)}`;
  await page.getByLabel('Name, as stations send it').fill(name);
  await expect(page.getByRole('region', { name: 'Draft' }).getByText('kept', { exact: true })).toBeVisible();
  await page.goto('/recipes');
  await page.getByRole('link', { name }).click();
  await expect(page.getByLabel('Name, as stations send it')).toHaveValue(name);
});

for (const theme of ['light', 'dark'] as const)
  test(`list and editor are accessible in the ${theme} theme`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme });
    await page.goto('/recipes');
    await expect(page.getByRole('table')).toBeVisible();
    await expectAccessible(page);
    await openFilmRecipe(page);
    await expectAccessible(page);
    await page.getByRole('tab', { name: 'Parameters' }).click();
    await page.getByLabel('Upper nm').fill('2');
    await expectAccessible(page);
  });

test.describe('a viewer', () => {
  test.use({ person: 'vera' });
  test('sees the recipe and tries values, but cannot save', async ({ page }) => {
    await openFilmRecipe(page);
    await page.getByRole('slider', { name: /^HfO2 thickness/ }).press('End');
    await expect(drawing(page)).toHaveAttribute('aria-label', /HfO2 1[4-9] nm/);
    await expect(page.getByLabel('Thickness nm').first()).toBeDisabled();
    await expect(page.getByRole('button', { name: /^Put version/ })).toBeDisabled();
    await expect(page.getByRole('button', { name: /^Take out of use/ })).toBeDisabled();
  });
});
