import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePool, db, sql } from '@/lib/db';
import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';
import { closeQueues } from '@/lib/queue/broker';
import { registerFab } from '@/lib/services/fab/register-fab';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { discardDraft, keepDraft } from '@/lib/services/recipes/drafts';
import { approveDraft, releaseDraft, returnDraft } from '@/lib/services/recipes/release-draft';
import { startTrial, stopTrial } from '@/lib/services/recipes/start-trial';
import { draftsOf } from '@/lib/services/recipes/views/drafts';
import { recipeView } from '@/lib/services/recipes/views/recipes';
import { trialSites } from '@/lib/services/recipes/views/trial';
import { asMachine } from '@/lib/services/verb';
import { type TestDatabase, testDatabase, testQueuePrefix } from '../support';
import { apiServer } from '../support/api-server';
import { as, keyFor } from '../support/as';
import { ellipsometerLot } from '../support/ellipsometer';
import { trailOf } from '../support/trail';
import { doAllWork } from '../support/work';

let database: TestDatabase;
let api: Awaited<ReturnType<typeof apiServer>>;
let wafer: ReturnType<typeof ellipsometerLot>['wafer'];
let recipe: { id: string; version: number; content: MetrologyRecipe };
const inForce = async () =>
  (await db().one<typeof recipe>(
    sql`SELECT r.id, r.version, v.content FROM metrology_recipe r JOIN metrology_recipe_version v ON v.recipe_id = r.id AND v.version = r.version WHERE r.name = 'HFO2-SE'`,
  ))!;
const versionOf = async (slot: number) =>
  (await db().one<{ version: number }>(
    sql`SELECT f.version FROM spectrum_fit f JOIN spectrum s ON s.id = f.spectrum_id WHERE s.slot = ${slot}`,
  ))!.version;

beforeAll(async () => {
  database = await testDatabase();
  testQueuePrefix();
  await registerFab(asMachine('test'), simulatedFab(1));
  api = await apiServer();
  const lot = ellipsometerLot(api.url, await keyFor('fab', 'ingest', 'advice', 'fab'), Date.UTC(2026, 8, 1, 7));
  wafer = lot.wafer;
  await lot.start();
  for (const slot of [1, 2]) await wafer(slot, (i) => 7.9 + 0.01 * i);
  await doAllWork();
  recipe = await inForce();
}, 60_000);
afterAll(async () => {
  await api.close();
  await closeQueues();
  await closePool();
  await database.drop();
});

/** The recipe with a change of its content, as the editor sends it. */
const sent = (change: object, over: object = {}) => ({
  id: null,
  revision: 0,
  recipeId: recipe.id,
  name: 'HFO2-SE',
  operation: 'ALD-HFO2',
  product: null,
  baseVersion: recipe.version,
  content: { ...recipe.content, ...change },
  ...over,
});
/** The recipe with everything but the film's thickness 0.5 % higher, which moves the thickness. */
const moved = () => ({
  parameters: recipe.content.parameters.map((p) =>
    p.name === 'hfo2_thickness' ? p : { ...p, value: p.value * 1.005, role: { kind: 'fixed' } },
  ),
});

test('a draft is kept with what no recipe may hold yet, one an author, and a second tab is told', async () => {
  const half = { ...recipe.content.parameters[0], value: null, name: '' };
  const first = await keepDraft(as('ann'), sent({ parameters: [half] }));
  expect(first.revision).toBe(1);
  await expect(keepDraft(as('ann'), sent({}))).rejects.toThrow(/another tab/);
  const again = await keepDraft(as('ann'), sent({ accept: { reducedChi2: 3 } }, first));
  expect(again).toEqual({ id: first.id, revision: 2 });
  await expect(keepDraft(as('ann'), sent({}, first))).rejects.toThrow(/save 2, you saw 1/);
  await expect(keepDraft(as('bob'), sent({}, again))).rejects.toThrow(/draft of ann/);
  await keepDraft(as('bob'), sent({}));
  expect((await draftsOf(recipe.id)).map((d) => d.author).sort()).toEqual(['ann', 'bob']);
  expect(await inForce()).toEqual(recipe);
  await discardDraft(as('ann'), { draft: first.id, revision: 2 });
  const [bobs] = await draftsOf(recipe.id);
  await discardDraft(as('bob'), { draft: bobs!.id, revision: 1 });
  expect(await draftsOf(recipe.id)).toEqual([]);
});

test('nothing is put in use untried; within the limits of its trial the author puts it in use, and only later spectra are fitted by it', async () => {
  const d = await keepDraft(
    as('ann'),
    sent({ fit: { ...recipe.content.fit, maxIterations: recipe.content.fit.maxIterations + 5 } }),
  );
  await expect(releaseDraft(as('ann'), { draft: d.id, revision: 1, reason: 'more iterations' })).rejects.toThrow(
    /try the draft on stored spectra first/,
  );
  await startTrial(as('ann'), { draft: d.id, revision: 1 });
  await expect(releaseDraft(as('ann'), { draft: d.id, revision: 1, reason: 'more iterations' })).rejects.toThrow(/try the draft/);
  await doAllWork();
  const trial = (await draftsOf(recipe.id))[0]!.trial!;
  expect(trial).toMatchObject({ state: 'ready', done: 2, of: 2 });
  expect(trial.difference).toMatchObject({ wafers: 2, sites: 26, acceptedByDraft: 26, acceptedByBase: 26, beyond: [] });
  expect(trial.difference!.parameters.map((p) => p.maxShift)).toEqual(trial.difference!.parameters.map(() => 0));
  await wafer(3, () => 8);
  await doAllWork();
  expect(await versionOf(3)).toBe(1);
  await expect(releaseDraft(as('ann'), { draft: d.id, revision: 1, reason: 'why' })).rejects.toThrow(/at least 5/);
  expect(await releaseDraft(as('ann'), { draft: d.id, revision: 1, reason: 'more iterations' })).toMatchObject({
    kind: 'in_use',
    version: 2,
  });
  await wafer(4, () => 8);
  await doAllWork();
  expect([await versionOf(3), await versionOf(4)]).toEqual([1, 2]);
  await expect(releaseDraft(as('ann'), { draft: d.id, revision: 1, reason: 'once more' })).rejects.toThrow(/in use by now/);
});

test('a draft that moves values waits for a second engineer; the trial says by how much, a change of it makes the trial void', async () => {
  recipe = await inForce();
  const d = await keepDraft(as('ann'), sent(moved()));
  await startTrial(as('ann'), { draft: d.id, revision: 1 });
  await doAllWork();
  const { difference } = (await draftsOf(recipe.id))[0]!.trial!;
  const thickness = difference!.parameters.find((p) => p.name === 'hfo2_thickness')!;
  expect(thickness.sites).toBeGreaterThan(0);
  expect(thickness.maxShiftInU).toBeGreaterThan(1);
  const { parameters, wafers } = await trialSites((await draftsOf(recipe.id))[0]!.trial!.id);
  const at = parameters.findIndex((p) => p.name === 'hfo2_thickness');
  expect(parameters[at]!.unit).toBe('nm');
  const shifts = wafers.flatMap((w) => Array.from(w.shifts[at]!.shift));
  const known = shifts.filter((v) => !Number.isNaN(v));
  expect(wafers.map((w) => w.x.length)).toEqual(wafers.map((w) => w.draft.length));
  expect(known.length).toBe(thickness.sites);
  expect(known.reduce((a, b) => a + b, 0) / known.length).toBeCloseTo(thickness.meanShift!, 12);
  expect(Math.max(...wafers.flatMap((w) => Array.from(w.shifts[at]!.shiftInU).filter((v) => v > 0)))).toBe(thickness.maxShiftInU);
  const fitted = (await db().one<{ values: Float64Array; n: number }>(sql`
    SELECT f."values", cardinality(f.parameters) AS n FROM spectrum_fit f WHERE f.spectrum_id = ${wafers[0]!.spectrumId} ORDER BY f.version LIMIT 1`))!;
  const own = recipe.content.parameters.findIndex((p) => p.name === 'hfo2_thickness');
  expect(wafers[0]!.shifts[at]!.base[0]).toBeCloseTo(fitted.values[own]!, 6);
  expect(await inForce()).toEqual(recipe);
  expect(await releaseDraft(as('ann'), { draft: d.id, revision: 1, reason: 'index from the reference' })).toMatchObject({
    kind: 'proposed',
  });
  expect(await inForce()).toEqual(recipe);
  await expect(keepDraft(as('ann'), sent({}, d))).rejects.toThrow(/is proposed by now/);
  await expect(approveDraft(as('ann'), { draft: d.id, revision: 1, reason: 'looks right to me' })).rejects.toThrow(
    /second person/,
  );
  await returnDraft(as('bob'), { draft: d.id, revision: 1, reason: 'which reference is it' });
  const saved = await keepDraft(as('ann'), sent(moved(), d));
  await expect(
    releaseDraft(as('ann'), { draft: d.id, revision: saved.revision, reason: 'index from the reference' }),
  ).rejects.toThrow(/try the draft/);
  await startTrial(as('ann'), { draft: d.id, revision: saved.revision });
  await doAllWork();
  await releaseDraft(as('ann'), { draft: d.id, revision: saved.revision, reason: 'index from the reference' });
  expect(
    await approveDraft(as('bob'), { draft: d.id, revision: saved.revision, reason: 'compared with the report' }),
  ).toMatchObject({
    kind: 'in_use',
    version: 3,
  });
  await expect(
    approveDraft(as('carl'), { draft: d.id, revision: saved.revision, reason: 'compared with the report' }),
  ).rejects.toThrow(/in use by now/);
  const v = await db().one(
    sql`SELECT author, reason FROM metrology_recipe_version WHERE recipe_id = ${recipe.id} AND version = 3`,
  );
  expect(v).toEqual({ author: 'ann', reason: 'index from the reference' });
  const { versions } = await recipeView(recipe.id);
  expect(versions.map((r) => [r.version, r.author, r.approval])).toEqual([
    [3, 'ann', { by: 'bob', reason: 'compared with the report' }],
    [2, 'ann', null],
    [1, 'test', null],
  ]);
  const trail = await trailOf('metrology recipe draft', d.id);
  expect(new Set(trail.map((t) => t.name))).toEqual(new Set(['HFO2-SE']));
  expect(trail.map((t) => `${t.actor} ${t.action}`)).toEqual([
    'ann try',
    'ann propose',
    'bob reject',
    'ann try',
    'ann propose',
    'bob approve',
  ]);
});

test('a draft beside a version that is no longer in force is told whose came between', async () => {
  const old = recipe.version;
  recipe = await inForce();
  const d = await keepDraft(as('carl'), sent({}, { baseVersion: old }));
  await startTrial(as('carl'), { draft: d.id, revision: 1 });
  await doAllWork();
  await expect(releaseDraft(as('carl'), { draft: d.id, revision: 1, reason: 'made beside the old one' })).rejects.toThrow(
    /ann has put version 3 in use since/,
  );
  await discardDraft(as('carl'), { draft: d.id, revision: 1 });
});

test('a new recipe is tried on the spectra of its operation and put in use by a second engineer; a loosened limit is not the author’s alone', async () => {
  const d = await keepDraft(as('ann'), sent({}, { recipeId: null, name: 'HFO2-NEW', baseVersion: 0 }));
  const stopped = await startTrial(as('ann'), { draft: d.id, revision: 1 });
  await stopTrial(as('ann'), { trial: stopped });
  await doAllWork();
  await startTrial(as('ann'), { draft: d.id, revision: 1 });
  await doAllWork();
  const out = await releaseDraft(as('ann'), { draft: d.id, revision: 1, reason: 'for the new layer' });
  expect(out).toEqual({ kind: 'proposed', beyond: ['no version is in force to compare with'] });
  expect(await db().one(sql`SELECT 1 FROM metrology_recipe WHERE name = 'HFO2-NEW'`)).toBeUndefined();
  expect(await approveDraft(as('bob'), { draft: d.id, revision: 1, reason: 'as agreed in the review' })).toMatchObject({
    kind: 'in_use',
    version: 1,
  });
  const loose = await keepDraft(as('ann'), sent({ accept: { reducedChi2: 1e6 } }));
  await startTrial(as('ann'), { draft: loose.id, revision: 1 });
  await doAllWork();
  const wide = await releaseDraft(as('ann'), { draft: loose.id, revision: 1, reason: 'accept everything' });
  expect(wide).toEqual({ kind: 'proposed', beyond: ['what is reported, or when a site is refused, has changed'] });
});
