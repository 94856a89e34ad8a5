import { expect, test } from './support';

test('each loop shows its capability with control beside the same disturbance without it, and is better', async ({ page }) => {
  await page.goto('/control?range=30d');
  const rows = page.locator('tbody').getByRole('row');
  await expect(rows.first()).toBeVisible();
  const header = await page.getByRole('columnheader').allTextContents();
  const on = header.findIndex((h) => h.startsWith('Ppk on'));
  const off = header.findIndex((h) => h.startsWith('Ppk off'));
  expect(on).toBeGreaterThan(0);
  const cells = await rows.evaluateAll((all) => all.map((r) => [...r.querySelectorAll('td')].map((c) => c.textContent ?? '')));
  const pairs = cells
    .map((c) => [Number(c[on]?.replace('−', '-')), Number(c[off]?.replace('−', '-'))] as const)
    .filter((p) => p.every(Number.isFinite));
  expect(pairs.length).toBeGreaterThan(0);
  expect(pairs.filter(([a, b]) => a > b).length).toBeGreaterThanOrEqual(pairs.length * 0.8);
});

test('an engineer changes lambda: replays it, gives a reason, and finds the version in the history', async ({ page }) => {
  await page.goto('/control');
  await page.locator('tbody').getByRole('row').first().click();
  await expect(page.getByRole('region', { name: 'Achieved' })).toBeVisible();
  const draft = page.getByRole('region', { name: 'Try a change' });
  const lambda = draft.getByLabel(/^λ/);
  const old = Number(await lambda.inputValue());
  const next = old > 0.3 ? old - 0.05 : old + 0.05;
  await lambda.fill(next.toFixed(2));
  await expect(draft).toContainText(/λ .* → /);
  await draft.getByRole('button', { name: 'Replay last 200' }).click();
  await expect(draft.getByRole('table').first()).toBeVisible();
  await draft.getByRole('button', { name: /^Activate version/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('Calmer moves after the new pad');
  await dialog.getByRole('button', { name: /^Activate version/ }).click();
  await expect(page.getByRole('region', { name: 'History' })).toContainText('Calmer moves after the new pad');
  await expect(page.getByRole('heading', { level: 1 }).locator('..')).toContainText(`λ ${next.toFixed(2)}`);
});

test.describe('an operator', () => {
  test.use({ person: 'omar' });
  test('sees the loop but cannot change it', async ({ page }) => {
    await page.goto('/control');
    await page.locator('tbody').getByRole('row').first().click();
    await expect(page.getByRole('region', { name: 'Try a change' }).getByRole('button', { name: /^Activate/ })).toBeDisabled();
  });
});
