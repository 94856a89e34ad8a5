import { afterAll, beforeAll, expect, test } from 'vitest';
import { recipeWords } from '@/app/(dash)/alerts/[id]/recipe-words';
import { chartInput } from '@/app/(dash)/spc/[id]/chart-input';
import { closePool, db, sql } from '@/lib/db';
import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';
import { closeQueues } from '@/lib/queue/broker';
import { alertView } from '@/lib/services/evidence/alert';
import { registerFab } from '@/lib/services/fab/register-fab';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { keepDraft } from '@/lib/services/recipes/drafts';
import { approveDraft, releaseDraft } from '@/lib/services/recipes/release-draft';
import { startTrial } from '@/lib/services/recipes/start-trial';
import { draftsOf } from '@/lib/services/recipes/views/drafts';
import { changeChart } from '@/lib/services/spc/change-chart';
import { spcChart } from '@/lib/services/spc/views/chart';
import { asMachine } from '@/lib/services/verb';
import { prepareControlChart } from '@/lib/ui/charts/control-chart.prepare';
import { type TestDatabase, testDatabase, testQueuePrefix } from '../support';
import { apiServer } from '../support/api-server';
import { as, keyFor } from '../support/as';
import { ellipsometerLot } from '../support/ellipsometer';
import { doAllWork } from '../support/work';

const HOUR = 3_600_000;
/** Some wafers were processed before the recipe changed and are measured after it. */
const START = Date.now() - 10 * HOUR;
const [FROM, TO] = [START - 24 * HOUR, Date.now() + 24 * HOUR];
let database: TestDatabase;
let api: Awaited<ReturnType<typeof apiServer>>;
let wafer: ReturnType<typeof ellipsometerLot>['wafer'];

interface Chart {
  id: string;
  version: number;
}
const chartOf = async (characteristic: string, parameter = 'hfo2_thickness'): Promise<Chart> =>
  (await db().one<Chart>(sql`SELECT id, version FROM chart WHERE characteristic = ${characteristic} AND kind IN ('individuals', 'xbar_s')
    AND operation = 'ALD-HFO2' AND parameter = ${parameter} AND (product = 'KITE-45' OR product IS NULL) AND (tool IS NULL OR tool = 'ALD-01') AND (chamber IS NULL OR chamber = 'A')`))!;
const recipeMarks = async (id: string) => (await spcChart(id, FROM, TO)).events.filter((e) => e.kind === 'metrology_recipe');

beforeAll(async () => {
  database = await testDatabase();
  testQueuePrefix();
  await registerFab(asMachine('test'), simulatedFab(1));
  api = await apiServer();
  const lot = ellipsometerLot(api.url, await keyFor('fab', 'ingest', 'advice', 'fab'), START);
  wafer = lot.wafer;
  await lot.start();
  for (const slot of [1, 2]) await wafer(slot, () => 7.95);
  await doAllWork();
}, 60_000);
afterAll(async () => {
  await api.close();
  await closeQueues();
  await closePool();
  await database.drop();
});

/** Another model put in use with a trial and a second engineer. Returns the shift of the trial, nm. */
async function changeModel(): Promise<number> {
  const recipe = (await db().one<{ id: string; version: number; content: MetrologyRecipe }>(
    sql`SELECT r.id, r.version, v.content FROM metrology_recipe r JOIN metrology_recipe_version v ON v.recipe_id = r.id AND v.version = r.version WHERE r.name = 'HFO2-SE'`,
  ))!;
  const parameters = recipe.content.parameters.map((p) =>
    p.name === 'hfo2_thickness' ? p : { ...p, value: p.value * 1.005, role: { kind: 'fixed' } },
  );
  const common = { recipeId: recipe.id, name: 'HFO2-SE', operation: 'ALD-HFO2', product: null, baseVersion: recipe.version };
  const d = await keepDraft(as('ann'), { ...common, id: null, revision: 0, content: { ...recipe.content, parameters } });
  await startTrial(as('ann'), { draft: d.id, revision: 1 });
  await doAllWork();
  const { difference } = (await draftsOf(recipe.id))[0]!.trial!;
  await releaseDraft(as('ann'), { draft: d.id, revision: 1, reason: 'index from the reference' });
  expect(await approveDraft(as('bob'), { draft: d.id, revision: 1, reason: 'compared with the report' })).toMatchObject({
    kind: 'in_use',
    version: 2,
  });
  return difference!.parameters.find((p) => p.name === 'hfo2_thickness')!.meanShift!;
}

test('a recipe that comes into force with another model is marked on the charts it makes, and a signal soon after names it', async () => {
  const mean = await chartOf('measurement.mean');
  expect(await recipeMarks(mean.id)).toEqual([]); // the first version changes nothing
  const shift = await changeModel();
  expect(Math.abs(shift)).toBeGreaterThan(0.005);
  const before = (await db().one<{ value: number }>(
    sql`SELECT value FROM chart_point WHERE chart_id = ${mean.id} ORDER BY at DESC LIMIT 1`,
  ))!;
  const half = Math.abs(shift) / 2;
  const limits = { lcl: before.value - half, cl: before.value, ucl: before.value + half };
  const since = START - HOUR;
  await changeChart(as('ana', { now: since }), {
    chart: mean.id,
    seen: mean.version,
    change: { limits, alerting: true },
    reason: 'limits of the qualification',
  });

  await wafer(3, () => 7.95);
  await doAllWork();
  const alert = (await db().one<{ id: string }>(sql`SELECT id FROM alert WHERE chart_id = ${mean.id}`))!;
  const { recipe } = await alertView(alert.id);
  expect(recipe).toMatchObject({ recipe: 'HFO2-SE', version: 2, author: 'ann', reason: 'index from the reference', points: 1 });
  expect(recipe!.trial).toMatchObject({ unit: 'nm', meanShift: expect.closeTo(shift, 12) });
  expect(recipe!.afterMs).toBeGreaterThan(0);
  expect(recipe!.afterMs).toBeLessThan(HOUR);
  expect(recipeWords(recipe!)).toMatch(
    /^HFO2-SE version 2 came into force .* before it fitted this value, point 1 of this chart by it; its trial shifted the result by \S+ nm on the mean of \d+ sites\. Reason: index from the reference$/,
  );

  // The wafer was processed hours before the change: its point stands at the mark, not before it.
  const view = await spcChart(mean.id, FROM, TO);
  const [mark] = await recipeMarks(mean.id);
  expect(mark).toMatchObject({ atMs: view.points.at.at(-1), tool: null });
  expect(mark!.description).toMatch(/^metrology recipe HFO2-SE version 2, in force .* UTC, ann: index from the reference$/);
  const options = { xMode: 'time', showSpec: false, showZones: false } as const;
  expect(prepareControlChart(chartInput(view), options).events).toMatchObject([
    { glyph: 'M', label: expect.stringContaining('HFO2-SE version 2') },
  ]);
  expect(await recipeMarks((await chartOf('measurement.lot')).id)).toHaveLength(1);
  const other = await db().rows<{ id: string }>(
    sql`SELECT id FROM chart WHERE operation <> 'ALD-HFO2' AND characteristic = 'measurement.mean' LIMIT 3`,
  );
  for (const { id } of other) expect(await recipeMarks(id)).toEqual([]);
});

test('a signal long after the change, or of a value by the old version, does not name it', async () => {
  const mean = await chartOf('measurement.mean');
  const alert = (await db().one<{ id: string; record: string }>(
    sql`SELECT id, record_id AS record FROM alert WHERE chart_id = ${mean.id}`,
  ))!;
  const old = (await db().one<{ record: string; lot: string; at: Date }>(
    sql`SELECT record_id AS record, lot, at FROM chart_point WHERE chart_id = ${mean.id} ORDER BY at LIMIT 1`,
  ))!;
  await db().exec(sql`UPDATE alert SET record_id = ${old.record}, first_at = ${old.at} WHERE id = ${alert.id}`);
  expect((await alertView(alert.id)).recipe).toBeNull();
  await db().exec(
    sql`UPDATE alert SET record_id = ${alert.record}, first_at = ${new Date(START + 3 * HOUR)} WHERE id = ${alert.id}`,
  );
  expect((await alertView(alert.id)).recipe).toMatchObject({ version: 2 });
  // More than a day later the change is still named by a signal among the first points, and not by one that comes after them.
  await db().exec(sql`UPDATE spectrum_fit SET fitted_at = fitted_at + interval '2 days' WHERE version = 2`);
  expect((await alertView(alert.id)).recipe).toMatchObject({ version: 2, points: 1 });
  await db().exec(sql`INSERT INTO chart_point (chart_id, at, record_id, value, plotted, lot, slot, version, rules)
    SELECT chart_id, at + k * interval '1 second', gen_random_uuid(), value, plotted, lot, slot, version, '{}' FROM chart_point, generate_series(1, 30) AS k
    WHERE chart_id = ${mean.id} AND record_id = ${alert.record}`);
  await db().exec(sql`UPDATE alert SET first_at = first_at + interval '1 minute' WHERE id = ${alert.id}`);
  expect((await alertView(alert.id)).recipe).toBeNull();
});
