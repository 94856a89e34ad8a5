import { emailOf, expect, expectAccessible, PASSWORD, signIn, test } from './support';

test.use({ storageState: { cookies: [], origins: [] } });

test('a visitor is sent to the sign-in and then to the page they asked for', async ({ page }) => {
  await page.goto('/alerts');
  await expect(page).toHaveURL(/\/sign-in\?next=%2Falerts/);
  await expectAccessible(page);
  await page.getByLabel('E-mail').fill(emailOf('omar'));
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'E-mail or password is wrong' })).toBeVisible();
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/alerts$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Alerts' })).toBeVisible();
});

test('an address of another site is not followed after the sign-in', async ({ page }) => {
  await signIn(page, 'omar', '/sign-in?next=//example.org');
  expect(new URL(page.url()).pathname).toBe('/');
});

test('signing out ends the session', async ({ page }) => {
  await signIn(page, 'vera');
  await page.getByLabel(/Signed in as/).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto('/spc');
  await expect(page).toHaveURL(/\/sign-in/);
});
