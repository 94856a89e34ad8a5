import AxeBuilder from '@axe-core/playwright';
import { type BrowserContext, test as base, expect, type Locator, type Page } from '@playwright/test';

export const PASSWORD = process.env['DEMO_PASSWORD'] ?? 'driftless';
export type Person = 'ana' | 'omar' | 'vera' | 'admin';
export const emailOf = (p: Person): string => `${p}@driftless.local`;

type State = Awaited<ReturnType<BrowserContext['storageState']>>;

/** Signs a person in over the form once a worker; every test starts with that session. */
export const test = base.extend<{ person: Person }, { sessions: Map<Person, State> }>({
  person: ['ana', { option: true }],
  sessions: [
    async ({ browserName: _ }, use) => {
      await use(new Map());
    },
    { scope: 'worker' },
  ],
  storageState: async ({ browser, person, sessions, baseURL }, use) => {
    let state = sessions.get(person);
    if (state === undefined) {
      const context = await browser.newContext({ baseURL: baseURL ?? '', storageState: { cookies: [], origins: [] } });
      const page = await context.newPage();
      await signIn(page, person);
      state = await context.storageState();
      sessions.set(person, state);
      await context.close();
    }
    await use(state);
  },
  page: async ({ page }, use) => {
    for (const load of ['goto', 'reload'] as const) {
      const plain = page[load].bind(page) as (...args: unknown[]) => ReturnType<Page['goto']>;
      Object.assign(page, {
        [load]: async (...args: unknown[]) => {
          const answer = await plain(...args);
          await streamedIn(page);
          return answer;
        },
      });
    }
    await use(page);
  },
});

/** A page has streamed in when its hidden server half is gone: until then every text is there twice. */
const streamedIn = (page: Page): Promise<void> => expect(page.locator('div[hidden][id^="S:"]')).toHaveCount(0);

export { expect };

export async function signIn(page: Page, person: Person, path = '/'): Promise<void> {
  await page.goto(path === '/' ? '/sign-in' : path);
  await page.getByLabel('E-mail').fill(emailOf(person));
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
}

/** No accessibility violation that axe can see (WCAG 2.2 AA), in the theme the page is in. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes[0]?.html ?? ''} ${v.nodes[0]?.failureSummary ?? ''}`)).toEqual([]);
}

/** The window is the page: what scrolls is inside it, and what is for screen readers alone does not make it taller or wider. */
export async function expectNoBlankness(page: Page): Promise<void> {
  const beyond = await page.evaluate(() => {
    const main = document.querySelector('main');
    const { scrollHeight, scrollWidth } = document.documentElement;
    const end = Math.max(0, ...[...(main?.children ?? [])].map((c) => c.getBoundingClientRect().bottom + (main?.scrollTop ?? 0)));
    return {
      tall: scrollHeight - innerHeight,
      wide: scrollWidth - innerWidth,
      blank: main !== null && main.scrollHeight > main.clientHeight ? Math.round(main.scrollHeight - end) : 0,
    };
  });
  expect(beyond.tall).toBe(0);
  expect(beyond.wide).toBe(0);
  expect(beyond.blank).toBeLessThan(100); // the padding below the last panel
}

/** The first alert of the inbox that a rule on a chart of measured wafers raised: it has maps and traces; those that the journey of the spectra raises have none. */
export async function openMeasuredAlert(page: Page): Promise<void> {
  await page.goto('/alerts?state=all&range=30d&group=alert');
  const row = page
    .getByRole('row')
    .filter({ hasText: / mean · /, hasNotText: /EWMA|_height/ })
    .first();
  await row.click();
  await expect(page.getByRole('heading', { name: 'Evidence' })).toBeVisible();
}

/** Presses `j` until the row, or its link, has the focus: before the page has come to life a key does nothing. */
export async function walkTo(page: Page, row: Locator): Promise<void> {
  await expect(async () => {
    await page.keyboard.press('j');
    expect(await row.evaluate((r) => r.contains(document.activeElement))).toBe(true);
  }).toPass();
}
