import { NAV } from '../lib/ui/frame/nav';
import { expect, expectAccessible, expectNoBlankness, test } from './support';

test('the overview says what needs a person and shows live lots', async ({ page }) => {
  test.setTimeout(180_000);
  await page.goto('/');
  await expect(page.getByTestId('headline')).toContainText('Open alerts');
  await expect(page.getByTestId('headline')).toContainText('Loops');
  await expect(page.getByRole('region', { name: 'Tools' }).getByRole('link').first()).toBeVisible();
  await expect(page.getByRole('region', { name: 'Worst charts' }).getByRole('row').nth(1)).toBeVisible();
  const feed = page.getByRole('list', { name: 'Live events, newest first' });
  const before = await feed.getByRole('listitem').first().textContent();
  await expect(async () => expect(await feed.getByRole('listitem').first().textContent()).not.toBe(before)).toPass({
    timeout: 120_000, // one minute in twenty of a simulated fab is silent
  });
});

for (const theme of ['light', 'dark'] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });
    for (const { href: path } of NAV) {
      test(`${path} has a heading and no accessibility violation`, async ({ page }) => {
        await page.goto(path);
        await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
        await expectAccessible(page);
        await expectNoBlankness(page);
      });
    }
  });
}

test('an operation of the API is opened by its heading, its entry or its address, and is accessible then too', async ({
  page,
}) => {
  await page.goto('/api-docs');
  const send = page.getByRole('region', { name: 'Send measurements', exact: true });
  const heading = send.getByRole('button', { name: /^Send measurements/ });
  await expect(heading).toHaveAttribute('aria-expanded', 'false');
  await expect(send.getByRole('table')).toHaveCount(0);
  await heading.click();
  // its fields, and the parameters of its query
  const fields = send.getByRole('table').first();
  await expect(fields).toBeVisible();
  await expectAccessible(page);
  await heading.click();
  await expect(send.getByRole('table')).toHaveCount(0);
  await page
    .getByRole('navigation', { name: 'Operations' })
    .getByRole('link', { name: 'Send measurements', exact: true })
    .click();
  await expect(fields).toBeVisible();
  await page.reload();
  await expect(fields).toBeInViewport();
  await page.getByRole('button', { name: 'Open all' }).click();
  await expect(page.getByRole('button', { name: 'Close all' })).toBeVisible();
});

test('the theme is kept without a flash', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: /^Theme: system/ }).click();
  await page.getByRole('button', { name: /^Theme: light/ }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(async () => {
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  }).toPass();
});

test('keys: ? lists them, / searches, Escape leaves', async ({ page }) => {
  await page.goto('/');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  const box = page.getByRole('combobox', { name: /^Search/ });
  await expect(box).toBeFocused();
  await box.fill('ETC');
  const options = page.getByRole('option');
  await expect(options.filter({ hasText: 'ETC-01' }).first()).toBeVisible();
  await box.press('Enter');
  await expect(page).not.toHaveURL(/\/$/);
});

test('an address that is not percent-encoded UTF-8 is refused by the API and is no page', async ({ page }) => {
  for (const path of ['/api/v1/compute/spc/%ff', '/api/v1/%E0%A4%A', '/api/health/%c3']) {
    const answer = await page.request.get(path);
    expect(answer.headers()['content-type'], path).toContain('application/problem+json');
    expect([answer.status(), (await answer.json()).code], path).toEqual([422, 'invalid_input']);
  }
  for (const path of ['/spc/%ff', '/%ff']) expect((await page.request.get(path)).status(), path).toBe(404);
});
