import type { Page } from '@playwright/test';
import { send } from './host-send';
import { expect, expectAccessible, expectNoBlankness, test } from './support';

test.use({ person: 'admin' });

const HOUR = 3_600_000;
/** Sensors, lot and template have names of their own each time, so that the journey can be made again on one fab. */
const OWN = Date.now().toString(36);
const SENSORS = ['pressure', 'power', 'flow', 'heat'].map((s) => `${s}_${OWN}`);
const FLOW = SENSORS[2]!;
const LOT = `JOINT-${OWN}`;
const NAME = `Sensors of ${LOT}`;
const iso = (ms: number): string => new Date(ms).toISOString();

/** A key of a host; what this process sends goes with it. */
async function asHost(page: Page, baseURL: string): Promise<void> {
  await page.goto('/settings');
  await page.getByRole('button', { name: 'Make a key…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Sender/).fill('journey of several variables');
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  process.env['HOST_KEY'] = (await page.getByRole('status').locator('code').textContent()) ?? '';
  process.env['HOST_URL'] = baseURL;
  await page.getByRole('button', { name: 'I have it' }).click();
}

/** A run whose sensors stand at levels that move together, in a pattern that never repeats; `shift` moves the flow alone. */
function run(i: number, at: number, shift = 0) {
  const t = Array.from({ length: 24 }, (_, k) => k);
  const common = Math.sin(2.3 * i) + 0.5 * Math.cos(1.1 * i);
  return {
    key: `${LOT}/${i}`,
    lot: LOT,
    wafer: 1 + (i % 25),
    product: 'KITE-45',
    layer: 'ILD1',
    operation: 'CVD-OXIDE',
    tool: 'CVD-02',
    chamber: 'B',
    recipe: { name: 'CVD-OXIDE.KITE-45', version: 1 },
    startedAt: iso(at),
    endedAt: iso(at + 60_000),
    setpoints: {},
    trace: {
      t,
      sensors: SENSORS.map((name, j) => ({
        name,
        unit: 'V',
        values: t.map(
          (k) => 10 * (j + 1) + common + 0.3 * Math.sin(7.7 * i * (j + 2)) + 0.02 * (k % 3) + (j === 2 && k > 4 ? shift : 0),
        ),
      })),
      steps: [
        { name: 'stabilise', start: 0, end: 4 },
        { name: 'main', start: 4, end: 24 },
      ],
    },
  };
}

test('sensors are charted together; the alert of a fault names the sensor, and its bar leads to the trace', async ({
  page,
  baseURL,
}) => {
  test.setTimeout(180_000);
  await asHost(page, baseURL!);
  const begin = Date.now() - 44 * HOUR;
  await send('POST', 'lots', [{ key: LOT, lot: LOT, product: 'KITE-45', route: 'BEOL-1', wafers: 25, startedAt: iso(begin) }]);
  await send('POST', 'runs', [run(0, begin)]);

  await page.goto('/spc/templates/new');
  await page.getByLabel('Name', { exact: true }).fill(NAME);
  await page.getByLabel('Tool', { exact: true }).fill('CVD-02');
  await page.getByLabel('Kind').selectOption({ label: 'PCA (T² and SPE)' });
  await expect(page.getByLabel('Characteristic', { exact: true })).toHaveCount(0);
  const found = page.getByRole('list', { name: 'Values found' }).getByRole('listitem');
  await expect(async () => {
    await page.getByLabel('Find values').fill('');
    await page.getByLabel('Find values').fill(`trace.*_${OWN}.main.mean`);
    await expect(found).toHaveCount(SENSORS.length, { timeout: 3000 });
  }).toPass({ timeout: 60_000 });
  await page.getByRole('button', { name: `Add all ${SENSORS.length}` }).click();
  await expect(page.getByRole('list', { name: 'Chosen variables' }).getByRole('listitem')).toHaveCount(SENSORS.length);
  await page.getByLabel('Title of each chart').fill(`joint sensors of ${LOT} · {where}`);
  await page.getByRole('checkbox', { name: 'SPE beyond its limit' }).check();
  await expect(page.getByRole('region', { name: 'Preview' })).toContainText('1 chart');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save and make the charts…' }).click();
  await page
    .getByRole('dialog')
    .getByLabel(/^Reason/)
    .fill('a drifting valve shows against the others first');
  await page.getByRole('dialog').getByRole('button', { name: 'Make the charts' }).click();
  await expect(page.getByRole('heading', { level: 1, name: NAME })).toBeVisible();

  await send(
    'POST',
    'runs',
    Array.from({ length: 40 }, (_, i) => run(i + 1, begin + (i + 1) * HOUR)),
  );
  await expect(async () => {
    await page.goto('/spc?kind=pca&tool=CVD-02&range=7d');
    await page
      .getByRole('row')
      .filter({ hasText: `joint sensors of ${LOT}` })
      .first()
      .click({ timeout: 2000 });
    await expect(page.getByRole('table', { name: 'Versions of the chart' }).getByRole('row')).toHaveCount(3, { timeout: 3000 });
  }).toPass({ timeout: 60_000 });
  const chart = page.getByRole('region', { name: 'Control chart' });
  await expect(chart.locator('svg[data-export]')).toHaveCount(2);
  await expect(page.getByRole('region', { name: 'Study and design' })).toContainText('4 of 4');

  await send('POST', 'runs', [run(41, begin + 42 * HOUR, 4)]);
  await expect(async () => {
    await page.goto('/alerts');
    await page
      .getByRole('row')
      .filter({ hasText: `joint sensors of ${LOT}` })
      .first()
      .click({ timeout: 2000 });
  }).toPass({ timeout: 60_000 });
  await expect(page.getByRole('heading', { level: 1 })).toContainText(`most of it ${FLOW} mean in main`);
  const contributions = page.getByRole('region', { name: 'Contributions', exact: true });
  const first = contributions.getByRole('region', { name: 'Contributions to SPE' }).getByRole('link').first();
  await expect(first).toHaveAccessibleName(new RegExp(`^${FLOW} mean in main: \\+`));
  await expectAccessible(page);
  await expectNoBlankness(page);
  await first.click();
  await expect(page).toHaveURL(new RegExp(`/runs/[0-9a-f-]{36}\\?sensor=${FLOW}&step=main&indicator=mean`));
  await expect(page.getByRole('region', { name: 'Traces' }).getByRole('button', { pressed: true })).toContainText(FLOW);
  await expect(page.getByRole('region', { name: 'Traces' }).getByLabel('Step')).toHaveValue('main');
});

test('the sensors of a coater are one chart of two panels, and each of its points says what contributes', async ({ page }) => {
  await page.goto('/spc?range=30d&kind=pca&tool=CVD-01');
  const rows = page.getByRole('table', { name: 'Charts' }).getByRole('row');
  await rows.nth(1).click();
  const chart = page.getByRole('region', { name: 'Control chart' });
  await expect(chart.locator('svg[data-export]')).toHaveCount(2);
  await page.locator('[aria-roledescription="control chart"]').focus();
  await page.keyboard.press('End');
  const contributions = page.getByRole('region', { name: 'Contributions', exact: true });
  await expect(contributions.getByRole('region', { name: 'Contributions to T²' }).getByRole('link').first()).toBeVisible();
  const download = page.waitForEvent('download');
  await contributions.getByRole('button', { name: 'Contributions as CSV' }).click();
  expect((await download).suggestedFilename()).toMatch(/contributions.*\.csv$/);
});
