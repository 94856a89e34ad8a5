import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { keepDraft } from '@/lib/services/recipes/drafts';
import { setRecipeActive } from '@/lib/services/recipes/recipes';
import { approveDraft, releaseDraft } from '@/lib/services/recipes/release-draft';
import { startTrial } from '@/lib/services/recipes/start-trial';
import { startSurrogate, stopSurrogate, surrogatesOf } from '@/lib/services/recipes/surrogates';
import { asSent } from '@/lib/services/verb';
import { SPECTRAL_STATIONS } from '@/lib/simulator';
import { as } from '../support/as';
import { type Door, openDoor } from '../support/door';
import { breakLamp, ellipsometerLot, takeRecipes } from '../support/ellipsometer';
import { trailOf } from '../support/trail';
import { doAllWork } from '../support/work';

let door: Door;
let wafer: ReturnType<typeof ellipsometerLot>['wafer'];
const T0 = Date.UTC(2026, 8, 1, 7);

/** The ellipsometer's recipe with the index of the film in common. */
const hfo2 = SPECTRAL_STATIONS.find((x) => x.recipe.name === 'HFO2-SE')!.recipe.content;
const commonParameters = hfo2.parameters.map((p) =>
  p.name === 'hfo2_n' ? { ...p, role: { kind: 'free', lower: 1.8, upper: 2.1, shared: 'wafer' } as const } : p,
);
const commonRecipe = { ...hfo2, parameters: commonParameters };

beforeAll(async () => {
  door = await openDoor();
  // before the first spectra: names are trusted for five seconds once they were looked up
  const own = { operation: 'ALD-HFO2', product: null };
  await takeRecipes([{ ...own, name: 'HFO2-COMMON', content: commonRecipe }]);
  const lot = ellipsometerLot(door.url, door.key, T0);
  wafer = lot.wafer;
  await lot.start();
}, 60_000);
afterAll(() => door.close());

interface Fit {
  status: string[];
  accepted: number;
  values: Float64Array;
  u: Float64Array;
  version: number;
  measurements: string[];
}
const fitOf = (slot: number) =>
  db().one<Fit>(
    sql`SELECT f.status, f.accepted, f.values, f.u, f.version, f.measurements FROM spectrum_fit f JOIN spectrum s ON s.id = f.spectrum_id WHERE s.slot = ${slot}`,
  );

test('spectra become a measurement with uncertainty, and that goes on to maps, charts and control', async () => {
  const sent = await wafer(1, (i) => 7.9 + 0.01 * i);
  expect(sent.body).toMatchObject({ accepted: 1 });
  await doAllWork();
  const fit = (await fitOf(1))!;
  expect(fit.accepted).toBe(13);
  for (let i = 0; i < 13; i++) {
    expect(Math.abs(fit.values[i * 3]! - (7.9 + 0.01 * i))).toBeLessThan(5 * fit.u[i * 3]!);
    expect(fit.u[i * 3]!).toBeGreaterThan(0.001);
  }
  const m = await db().one<{ parameter: string; value: Float64Array; u: Float64Array; tool: string; id: string }>(
    sql`SELECT id, parameter, value, u, tool FROM measurement WHERE key = 'S1/hfo2_thickness'`,
  );
  expect(m).toMatchObject({ parameter: 'hfo2_thickness', tool: 'ALD-01', id: fit.measurements[0] });
  expect(Array.from(m!.value)).toEqual(Array.from({ length: 13 }, (_, i) => fit.values[i * 3]));
  const followed = await db().one<{ maps: number; points: number; steps: number }>(sql`
    SELECT (SELECT count(*)::int FROM spatial_result WHERE measurement_id = ${m!.id}) AS maps, (SELECT count(*)::int FROM chart_point WHERE record_id = ${m!.id}) AS points,
      (SELECT count(*)::int FROM control_step WHERE record_id = ${m!.id}) AS steps`);
  expect(followed).toMatchObject({ maps: 1, steps: 1 });
  expect(followed!.points).toBeGreaterThan(2);
});

test('the same spectra sent again are a repeat; other ones under the key a conflict', async () => {
  expect((await wafer(1, (i) => 7.9 + 0.01 * i)).body).toMatchObject({ repeated: 1, accepted: 0 });
  const other = await wafer(1, () => 6);
  expect(other.status).toBe(422);
  expect(other.body.results[0].issues[0].code).toBe('conflict');
});

test('a broken lamp is refused for its fit and charted nowhere; the station raises one alert', async () => {
  await wafer(2, () => 8, breakLamp);
  await wafer(3, () => 8, breakLamp);
  await doAllWork();
  const fit = (await fitOf(2))!;
  expect(fit).toMatchObject({ accepted: 0, measurements: [] });
  expect(new Set(fit.status)).toEqual(new Set(['poor_fit']));
  const alerts = await db().rows<{ title: string; count: number; kind: string }>(
    sql`SELECT title, count, kind FROM alert WHERE kind = 'spectra'`,
  );
  expect(alerts).toHaveLength(1);
  expect(alerts[0]).toMatchObject({ count: 2 });
  expect(alerts[0]!.title).toMatch(/13 of 13 spectra refused by HFO2-SE, χ²\/ν up to/);
  expect(await db().one(sql`SELECT count(*)::int AS n FROM measurement WHERE slot IN (2, 3)`)).toEqual({ n: 0 });
});

test('the alert of the station closes itself when five of its wafers were accepted, and says why', async () => {
  const state = () =>
    db().one<{ state: string; action: string | null; actor: string }>(
      sql`SELECT a.state, a.action, (SELECT e.actor FROM alert_event e WHERE e.alert_id = a.id ORDER BY e.id DESC LIMIT 1) AS actor FROM alert a WHERE a.kind = 'spectra'`,
    );
  for (const slot of [14, 15, 16, 17]) await wafer(slot, () => 8);
  await doAllWork();
  expect(await state()).toMatchObject({ state: 'open' });
  await wafer(18, () => 8);
  await doAllWork();
  const closed = (await state())!;
  expect(closed).toMatchObject({ state: 'closed', actor: 'Driftless' });
  expect(closed.action).toMatch(
    /^the condition has ended: since then 5 wafers of \S+ were accepted by HFO2-SE, none of them wrong; 5 end it$/,
  );
});

test('one bad site is left out, the others are kept', async () => {
  await wafer(
    4,
    () => 8,
    (r) => {
      const delta = r.channels[1]!.values as number[];
      for (let i = 0; i < 51; i++) delta[5 * 51 + i] = 90;
    },
  );
  await doAllWork();
  const fit = (await fitOf(4))!;
  expect(fit.accepted).toBe(12);
  const m = await db().one<{ value: (number | null)[]; n: number }>(
    sql`SELECT value, n FROM measurement WHERE key = 'S4/hfo2_thickness'`,
  );
  expect(m!.n).toBe(12);
  expect(Number.isNaN(m!.value[5] ?? Number.NaN)).toBe(true);
});

test('a surrogate is trained in slices, can be stopped and taken up, and begins the fits that follow', async () => {
  const r = (await db().one<{ id: string }>(sql`SELECT id FROM metrology_recipe WHERE name = 'HFO2-SE'`))!;
  const id = await startSurrogate(as('ann'), { recipe: r.id });
  await expect(startSurrogate(as('ann'), { recipe: r.id })).rejects.toThrow(/in training/);
  await stopSurrogate(as('ann'), { surrogate: id });
  await doAllWork();
  expect((await surrogatesOf(r.id))[0]).toMatchObject({ state: 'stopped', result: null });
  await db().exec(
    sql`UPDATE metrology_surrogate SET settings = settings || '{"samples": 40, "heldBack": 8, "epochs": 60}'::jsonb WHERE id = ${id}`,
  );
  expect(await startSurrogate(as('ann'), { recipe: r.id })).toBe(id);
  await doAllWork();
  const [trained] = await surrogatesOf(r.id);
  expect(trained).toMatchObject({ state: 'ready', error: null });
  expect(trained!.result!.heldBack).toBe(8);
  await wafer(11, (i) => 7.8 + 0.01 * i);
  await doAllWork();
  const fit = (await fitOf(11))!;
  expect(fit.accepted).toBe(13);
  const by = await db().one<{ n: number }>(
    sql`SELECT f.by_surrogate AS n FROM spectrum_fit f JOIN spectrum s ON s.id = f.spectrum_id WHERE s.slot = 11`,
  );
  expect(by!.n).toBeGreaterThan(6);
  for (let i = 0; i < 13; i++) expect(Math.abs(fit.values[i * 3]! - (7.8 + 0.01 * i))).toBeLessThan(5 * fit.u[i * 3]!);
});

test('what the sites of a wafer share is fitted by all of them together; a spoiled site takes no part', async () => {
  await wafer(
    12,
    (i) => 7.8 + 0.02 * i,
    (r) => {
      Object.assign(r, { recipe: 'HFO2-COMMON' });
      const delta = r.channels[1]!.values as number[];
      for (let i = 0; i < 51; i++) delta[4 * 51 + i] = 90;
    },
  );
  await doAllWork();
  const fit = (await fitOf(12))!;
  expect(fit.accepted).toBe(12);
  const taking = Array.from({ length: 13 }, (_, i) => i).filter((i) => i !== 4);
  expect(new Set(taking.map((i) => fit.values[3 * i + 1])).size).toBe(1);
  for (const i of taking) expect(Math.abs(fit.values[3 * i]! - (7.8 + 0.02 * i))).toBeLessThan(6 * fit.u[3 * i]!);
  const stored = await db().one<{ n: number }>(
    sql`SELECT f.common_sites AS n FROM spectrum_fit f JOIN spectrum s ON s.id = f.spectrum_id WHERE s.slot = 12`,
  );
  expect(stored).toEqual({ n: 12 });
  expect(await db().one(sql`SELECT count(*)::int AS n FROM feed_event WHERE text LIKE '%hfo2_n common to 12'`)).toEqual({ n: 1 });
});

test('what the sites share is not averaged away: u of the mean from the accepted sites and the covariance of the fit, also on the chart point', async () => {
  const fit = (await db().one<{ u: Float64Array; covariance: Float64Array; status: string[] }>(
    sql`SELECT f.u, f.covariance, f.status FROM spectrum_fit f JOIN spectrum s ON s.id = f.spectrum_id WHERE s.slot = 12`,
  ))!;
  const m = (await db().one<{ id: string; value: Float64Array; u: Float64Array; u_common: Float64Array; u_mean: number }>(
    sql`SELECT id, value, u, u_common, u_mean FROM measurement WHERE key = 'S12/hfo2_thickness'`,
  ))!;
  const accepted = Array.from({ length: 13 }, (_, i) => i).filter((i) => fit.status[i] === 'accepted');
  expect(accepted).toHaveLength(12);
  expect([m.value[4], m.u[4], m.u_common[4]]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  // By hand: thickness is parameter 0, the common index parameter 1 of 3.
  let own = 0;
  let together = 0;
  for (const i of accepted) {
    const shared = fit.covariance[9 * i + 1]! / Math.sqrt(fit.covariance[9 * i + 4]!);
    expect(m.u_common[i]).toBeCloseTo(shared, 14);
    own += fit.u[3 * i]! ** 2 - shared ** 2;
    together += shared;
  }
  const byHand = Math.sqrt(own + together ** 2) / 12;
  expect(Math.abs(m.u_mean / byHand - 1)).toBeLessThan(1e-12);
  const independent = Math.sqrt(accepted.reduce((s, i) => s + fit.u[3 * i]! ** 2, 0)) / 12;
  expect(m.u_mean / independent).toBeGreaterThan(1.25);
  const point = await db().one<{ u_value: number }>(
    sql`SELECT p.u_value FROM chart_point p JOIN chart c ON c.id = p.chart_id WHERE p.record_id = ${m.id} AND c.characteristic = 'measurement.mean'`,
  );
  expect(point).toEqual({ u_value: m.u_mean });
});

test('a changed recipe fits what comes next; earlier fits keep their version; a retired one takes nothing', async () => {
  const r = (await db().one<{ id: string; content: Record<string, unknown> & { accept: object } }>(
    sql`SELECT r.id, v.content FROM metrology_recipe r JOIN metrology_recipe_version v ON v.recipe_id = r.id AND v.version = r.version WHERE r.name = 'HFO2-SE'`,
  ))!;
  const draft = { id: null, revision: 0, recipeId: r.id, name: 'HFO2-SE', operation: 'ALD-HFO2', product: null };
  const seen = (baseVersion: number, content: object, author: string) =>
    keepDraft(as(author), { ...draft, baseVersion, content: asSent(content) });
  const old = await seen(7, r.content, 'bob');
  await expect(releaseDraft(as('bob'), { draft: old.id, revision: 1, reason: 'seen an old one' })).rejects.toThrow(
    /put version 1 in use since/,
  );
  const empty = await seen(1, { ...r.content, parameters: [] }, 'carl');
  await expect(releaseDraft(as('carl'), { draft: empty.id, revision: 1, reason: 'nothing to fit' })).rejects.toThrow();
  const wide = await seen(1, { ...r.content, accept: { reducedChi2: 1e6 } }, 'ann');
  await startTrial(as('ann'), { draft: wide.id, revision: 1 });
  await doAllWork();
  expect(await releaseDraft(as('ann'), { draft: wide.id, revision: 1, reason: 'accept everything' })).toMatchObject({
    kind: 'proposed',
  });
  expect(await approveDraft(as('bob'), { draft: wide.id, revision: 1, reason: 'for the study of tails' })).toMatchObject({
    kind: 'in_use',
    version: 2,
  });
  await wafer(5, () => 8.1);
  await doAllWork();
  expect((await fitOf(5))!.version).toBe(2);
  expect((await fitOf(1))!.version).toBe(1);
  await setRecipeActive(as('ann'), { recipe: r.id, seen: 2, active: false, reason: 'station is down' });
  await new Promise((resolve) => setTimeout(resolve, 5_100)); // what is known by name is trusted for five seconds
  expect((await wafer(6, () => 8)).status).toBe(422);
  const trail = await trailOf('metrology recipe', r.id);
  expect(trail.map((t) => `${t.action} ${t.name}`)).toEqual(['create', 'change', 'retire'].map((a) => `${a} HFO2-SE`));
}, 20_000);

test('the certificate of a grating recipe is stored with its version', async () => {
  const c = await db().one<{ certificate: { truncation: number; errorEstimate: number; tolerance: number; sweep: unknown[] } }>(
    sql`SELECT v.certificate FROM metrology_recipe r JOIN metrology_recipe_version v ON v.recipe_id = r.id WHERE r.name = 'M1-OCD'`,
  );
  expect(c!.certificate.truncation).toBeGreaterThan(3);
  expect(c!.certificate.errorEstimate).toBeLessThanOrEqual(c!.certificate.tolerance);
  expect(c!.certificate.sweep.length).toBeGreaterThan(2);
});
