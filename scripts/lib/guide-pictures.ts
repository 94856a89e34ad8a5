import { expect as fastExpect, type Locator, type Page } from '@playwright/test';

const expect = fastExpect.configure({ timeout: 20_000 });

/** A picture of the guide: what is shown, and the words without which it would not show it. */
export interface Picture {
  /** File name without ending; its first word is the page of the guide. */
  readonly name: string;
  readonly person: 'ana' | 'omar' | 'vera' | 'admin';
  readonly path: string;
  /** Brings the page into the state of the text; throws when it cannot. */
  readonly show: (page: Page) => Promise<void>;
  /** What of the page is taken; default: the window. */
  readonly part?: (page: Page) => Locator;
}

const dialog = (page: Page): Locator => page.getByRole('dialog');

async function firstRow(page: Page, table: string): Promise<void> {
  const row = page.getByRole('table', { name: table }).getByRole('row').nth(1);
  await row.click();
  await page.waitForURL(/[0-9a-f-]{36}/);
}

const drawn = (page: Page): Promise<void> => expect(page.locator('svg[data-export]').first()).toBeVisible();

/** A chart of the wafer mean with signals, and its newest red point chosen by the keyboard. */
async function redPoint(page: Page): Promise<void> {
  await firstRow(page, 'Charts');
  await drawn(page);
  await page.locator('[aria-roledescription="control chart"]').focus();
  await page.keyboard.press('End');
  await page.waitForURL(/point=/);
}

const CHARTS: readonly Picture[] = [
  {
    name: 'charts-list',
    person: 'ana',
    path: '/spc?range=30d',
    show: (page) => expect(page.getByRole('table', { name: 'Charts' }).getByRole('row').nth(3)).toBeVisible(),
  },
  {
    name: 'charts-template',
    person: 'ana',
    path: '/spc/templates/new',
    show: async (page) => {
      await page.getByLabel('Name', { exact: true }).fill('Non-uniformity by chamber');
      await page.getByLabel('Characteristic', { exact: true }).fill('measurement.nonuniformity');
      await page.getByLabel('Tool', { exact: true }).fill('CVD-*');
      await expect(page.getByRole('region', { name: 'Preview' })).toContainText(/a week, all charts/);
    },
  },
  { name: 'charts-point', person: 'ana', path: '/spc?range=30d&kind=individuals&source=measurement', show: redPoint },
  {
    name: 'charts-rules',
    person: 'ana',
    path: '/spc?range=30d&kind=individuals&source=measurement',
    show: async (page) => {
      await firstRow(page, 'Charts');
      await page.getByRole('button', { name: 'Limits and rules…' }).click();
      await expect(dialog(page)).toContainText(/a week|false alarm/);
    },
    part: dialog,
  },
  {
    name: 'charts-propose',
    person: 'ana',
    path: '/spc?range=30d&kind=individuals&source=measurement',
    show: async (page) => {
      await firstRow(page, 'Charts');
      await page.getByRole('button', { name: 'Propose limits…' }).click();
      await expect(dialog(page)).toContainText('Sigma');
    },
    part: dialog,
  },
];

const SHOWN = (heading: string) => (page: Page) => expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();

const RULES: readonly Picture[] = [
  {
    name: 'charts-rule-set',
    person: 'ana',
    path: '/spc/rules/weco-4',
    show: (page) => expect(page.getByRole('region', { name: 'Price' })).toContainText('one false alarm in'),
  },
  {
    name: 'charts-variables',
    person: 'ana',
    path: '/spc?range=30d&kind=pca',
    show: async (page) => {
      await redPoint(page);
      await expect(page.getByRole('region', { name: 'Contributions', exact: true })).toContainText('T²');
    },
  },
];

const ALERTS: readonly Picture[] = [
  {
    name: 'alerts-inbox',
    person: 'ana',
    path: '/alerts',
    show: (page) => expect(page.getByRole('table').getByRole('row').nth(1)).toBeVisible(),
  },
  {
    name: 'alerts-evidence',
    person: 'ana',
    path: '/alerts',
    show: async (page) => {
      await page.getByRole('table').getByRole('row').nth(1).click();
      await expect(page.getByRole('heading', { name: 'Evidence' })).toBeVisible();
      await drawn(page);
    },
  },
  {
    name: 'alerts-policies',
    person: 'admin',
    path: '/alerts/policies',
    show: (page) => expect(page.getByRole('heading', { level: 1 })).toBeVisible(),
  },
  {
    name: 'alerts-checklist',
    person: 'ana',
    path: '/alerts/checklists',
    show: async (page) => {
      await page.getByRole('table').getByRole('row').nth(1).click();
      await expect(page.getByRole('region', { name: 'Flow' })).toBeVisible();
    },
  },
  { name: 'hygiene-page', person: 'ana', path: '/alerts/hygiene', show: SHOWN('Alarm hygiene') },
  { name: 'notifications-rules', person: 'ana', path: '/alerts/notifications', show: SHOWN('Notification rules') },
];

/** All pictures of the guide. */
export const PICTURES: readonly Picture[] = [...CHARTS, ...RULES, ...ALERTS];
