import { expect, signIn, test } from './support';

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

test('every fault of a draft stands beside its field, in the words of the form', async ({ page }) => {
  await page.goto('/control');
  await page.locator('tbody').getByRole('row').first().click();
  const draft = page.getByRole('region', { name: 'Try a change' });
  const highest = await draft.getByLabel(/^Highest/).inputValue();
  await draft.getByLabel(/^λ/).fill('2');
  await draft.getByLabel(/^Lowest/).fill('100000');
  await expect(draft.getByLabel(/^λ/)).toHaveAccessibleDescription(/Must be above 0 and at most 1\./);
  await expect(draft.getByLabel(/^Lowest/)).toHaveAccessibleDescription(new RegExp(`Must be below Highest, ${highest}`));
  await expect(draft).toContainText('3 fields to correct: λ, Lowest, Highest');
  await expect(draft.getByRole('button', { name: /^Activate version/ })).toBeDisabled();
});

test('the version in force is replayed by itself, moves beside decisions; list and page say one margin of stability', async ({
  page,
}) => {
  await page.goto('/control');
  const first = page.locator('tbody').getByRole('row').first();
  const margin = await first.locator('[title="ample"], [title="little margin"]').getAttribute('title');
  await first.click();
  await expect(page.getByRole('region', { name: 'Stability' })).toContainText(margin!);
  const draft = page.getByRole('region', { name: 'Try a change' });
  await draft.getByRole('button', { name: 'Replay last 200' }).click();
  const table = draft.getByRole('table').first();
  await expect(table.getByRole('columnheader')).toHaveCount(3);
  await expect(table.getByRole('row', { name: /^Decisions/ })).toBeVisible();
  await expect(table.getByRole('row', { name: /^Moves/ })).toBeVisible();
  await expect(draft).toContainText(/reproduced to the last bit; \d+ of them moved the setpoint/);
});

test.describe('a large change', () => {
  const reason = 'A model gain of the new kit';
  test('is proposed with its replay, shown in the list, and approved on stability and replay by another engineer', async ({
    page,
    browser,
    baseURL,
  }) => {
    await page.goto('/control');
    await page.locator('tbody').getByRole('row').nth(1).click();
    const draft = page.getByRole('region', { name: 'Try a change' });
    const gain = draft.getByLabel(/^Gain/);
    await gain.fill(String(Number(await gain.inputValue()) * 2.5));
    await draft.getByRole('button', { name: /^Propose version/ }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText(/Replay on \d+ observations/);
    await dialog.getByRole('textbox').fill(reason);
    await dialog.getByRole('button', { name: /^Propose version/ }).click();
    const waiting = page.getByRole('region', { name: 'Waiting for a second engineer' });
    await expect(waiting.getByRole('button', { name: 'Approve…' })).toBeDisabled();
    const { pathname } = new URL(page.url());
    await page.goto('/control');
    await expect(page.locator('tbody').getByRole('row').filter({ hasText: 'proposal waits' })).toHaveCount(1);
    const context = await browser.newContext({ baseURL: baseURL ?? '', storageState: { cookies: [], origins: [] } });
    const other = await context.newPage();
    await signIn(other, 'admin', pathname);
    await other.getByRole('button', { name: 'Approve…' }).click();
    const approval = other.getByRole('dialog');
    await expect(approval.getByRole('region', { name: 'Stability of the proposal' })).toContainText('of the bound');
    await expect(approval.getByRole('row', { name: /^Decisions/ })).toBeVisible();
    await approval.getByRole('textbox').fill('Agrees with the qualification of the kit');
    await approval.getByRole('button', { name: 'Approve' }).click();
    await expect(other.getByRole('region', { name: 'History' })).toContainText(reason);
    await context.close();
  });
});

test.describe('an operator', () => {
  test.use({ person: 'omar' });
  test('sees the loop but cannot change it', async ({ page }) => {
    await page.goto('/control');
    await page.locator('tbody').getByRole('row').first().click();
    await expect(page.getByRole('region', { name: 'Try a change' }).getByRole('button', { name: /^Activate/ })).toBeDisabled();
  });
});
