import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { createRng } from '@/lib/numerics';
import { alertView } from '@/lib/services/evidence/alert';
import { changeChart, excludePoint, includePoint } from '@/lib/services/spc/change-chart';
import { proposeLimits } from '@/lib/services/spc/limits/propose';
import { proposalView } from '@/lib/services/spc/limits/views/proposals';
import type { ChartChange } from '@/lib/services/spc/next-version';
import { spcChart } from '@/lib/services/spc/views/chart';
import { violationsOf } from '@/lib/services/spc/views/violations';
import { hotellingBase, hotellingLimits, individualsSigma, rulesOfKind } from '@/lib/spc';
import { SIGMA_CHOICES } from '@/lib/spc/limit-study';
import { as } from '../support/as';
import { chartOf } from '../support/chart-kinds';
import { type Door, openDoor } from '../support/door';
import { oxideChart } from '../support/oxide';
import { HOUR, type OxideAlerts, T0, workedAlerts } from '../support/oxide-alerts';
import { doAllWork } from '../support/work';

/** What users of other SPC programs complained of in public trackers, each shown not to hold here, through the services. The name of a test says where it was reported. */

let door: Door;
let line: OxideAlerts;
const FAR = T0 + 400 * 24 * HOUR;
const reason = 'as the customer asks for';

const latest = async (chart: string) => (await spcChart(chart, 0, FAR)).versions.at(-1)!;

/** A new version from the next lot on. */
async function change(chart: string, what: ChartChange): Promise<void> {
  const { version: seen } = (await db().one<{ version: number }>(sql`SELECT version FROM chart WHERE id = ${chart}`))!;
  const effectiveFrom = new Date(line.at() + HOUR).toISOString();
  await changeChart(as('ana@fab.example', { now: line.at() + HOUR }), {
    chart,
    seen,
    change: { ...what, effectiveFrom },
    reason,
  });
}

const entered = (lcl: number | null, cl: number | null, ucl: number | null): ChartChange => ({ limits: { lcl, cl, ucl } });

/** Lots over ten hours: a baseline waits that long for values that come late. */
const LATER = [[100.2], [100.4], [100.1], [100.3], [100.2], [100.3]];

interface Judged {
  readonly record_id: string;
  readonly at: Date;
  readonly lot: string;
  readonly value: number;
  readonly rules: number[];
  readonly version: number;
}
const pointsOf = (chart: string, lots: readonly string[]) =>
  db().rows<Judged>(
    sql`SELECT record_id, at, lot, value, rules, version FROM chart_point WHERE chart_id = ${chart} AND lot = ANY(${lots}::text[]) ORDER BY at, record_id`,
  );
const rulesOf = async (lots: readonly string[], chart = line.chart): Promise<number[][]> =>
  (await pointsOf(chart, lots)).map((p) => p.rules);

beforeAll(async () => {
  door = await openDoor();
  line = await workedAlerts(door);
}, 120_000);
beforeEach(() => line.settleAll());
afterAll(() => door.close());

test('rules are on or off one by one, and a chart without some of them, or with one alone, is judged (jasp-stats #2610, #2394, qicharts2 #5)', async () => {
  await change(line.chart, { ...entered(97, 100, 103), rules: [5] });
  expect(await rulesOf(await line.make([100], [102.5], [102.6], [104]))).toEqual([[], [], [5], [5]]);
  await change(line.chart, { rules: [1] });
  expect(await rulesOf(await line.make([100], [102.5], [102.6], [104]))).toEqual([[], [], [], [1]]);
});

test('a chart of ranges or deviations has no rule that nobody asked for, and never a run rule (qcc #49, jasp-stats #2611)', async () => {
  const { id } = await oxideChart('measurement.lot', 'xbar_s');
  expect(rulesOfKind('xbar_s').filter((r) => r > 100)).toEqual([101]);
  await change(id, { rules: [1] });
  const wide = await line.make([88, 100, 112]);
  expect(await rulesOf(wide, id)).toEqual([[]]);
  await change(id, { rules: [1, 101] });
  expect(await rulesOf(await line.make([88, 100, 112]), id)).toEqual([[101]]);
});

test('a red point says which rule, with which points, by which sigma of which version (jasp-stats #2422)', async () => {
  await change(line.chart, { ...entered(97, 100, 103), rules: [1, 5] });
  const lots = await line.make([102.5], [100], [102.7]);
  const points = await pointsOf(line.chart, lots);
  const why = (await violationsOf(line.chart, points[0]!.at.getTime(), FAR)).find((w) => w.recordId === points[2]!.record_id)!;
  expect(why.violations).toEqual([
    expect.objectContaining({ rule: 5, version: points[2]!.version, side: 'above', ucl: 103, lcl: 97, cl: 100 }),
  ]);
  expect(why.violations[0]!.members).toEqual(points.map((p) => p.record_id));
});

test('zones of an Xbar chart are of the sigma of the plotted mean, not of single values (jasp-stats #4113)', async () => {
  const { id } = await oxideChart('measurement.lot', 'xbar_s');
  await change(id, { limits: null, rules: [1, 5] });
  await line.make([100, 100.2, 99.9]);
  const { sigmaWithin } = await latest(id);
  const known = sigmaWithin ?? (await spcChart(id, 0, FAR)).versions.findLast((v) => v.sigmaWithin !== null)!.sigmaWithin!;
  await change(id, { limits: { cl: 100, ucl: 100 + (3 * known) / Math.sqrt(3), lcl: 100 - (3 * known) / Math.sqrt(3) } });
  // two standard errors lie well within two sigmas of single wafers
  const far = 100 + (2.4 * known) / Math.sqrt(3);
  const lots = await line.make([100, 100, 100], [far, far, far], [far, far, far]);
  expect((await rulesOf(lots, id)).map((r) => r.includes(5))).toEqual([false, false, true]);
});

test('limits are those of the validated study, whatever window is shown (jasp-stats #4496, #1790; NHSRplotthedots #16)', async () => {
  await change(line.chart, entered(97, 100, 103));
  const lots = await line.make([101], [102], [101.5]);
  const [first] = await pointsOf(line.chart, lots);
  const limits = async (from: number, to: number) => {
    const { points: p } = await spcChart(line.chart, from, to);
    return p.lot.map((lot, i) => [lot, p.lcl[i], p.ucl[i]] as const).filter(([lot]) => lots.includes(lot));
  };
  const whole = await limits(0, FAR);
  expect(whole).toEqual(lots.map((lot) => [lot, 97, 103]));
  expect(await limits(first!.at.getTime() + 1, FAR)).toEqual(whole.slice(1));
});

test('limits and a target that a person sets are used as they are, and a value beyond them tells people (PowerBI-SPC #253, #261; spc-chart #34)', async () => {
  await change(line.chart, { ...entered(99, 100.5, 101), rules: [1] });
  expect(await latest(line.chart)).toMatchObject({ lcl: 99, cl: 100.5, ucl: 101, limitsSource: 'given' });
  await line.make([101.2]);
  const alert = await line.newest();
  expect(alert.state).toBe('open');
  expect(await db().one(sql`SELECT 1 FROM alert_event WHERE alert_id = ${alert.id} AND kind = 'opened'`)).toBeDefined();
});

test('phases have limits of their own and say why they began (qcc #15; jasp-stats #1789, #3589, #4487; PowerBI-SPC #94)', async () => {
  await change(line.chart, entered(97, 100, 103));
  const [old] = await line.make([102]);
  await change(line.chart, entered(100, 103, 106));
  const [fresh] = await line.make([102]);
  const { points: p, versions } = await spcChart(line.chart, 0, FAR);
  const of = (lot: string) => p.lot.indexOf(lot);
  expect([p.ucl[of(old!)], p.ucl[of(fresh!)]]).toEqual([103, 106]);
  expect(versions.at(-1)).toMatchObject({ reason, author: 'ana@fab.example' });
});

test('a new phase, a baseline of a fixed number of points and an exclusion hold together; what excludes each other is refused with the way out (PowerBI-SPC #554, NHSRplotthedots #93)', async () => {
  await expect(change(line.chart, { limits: null, dispersion: { cl: 0.5, ucl: 5, lcl: 0 } })).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('enter the limits of the location too'),
  });
  await change(line.chart, { limits: null, rules: [1, 101] });
  const { baselineN } = await latest(line.chart);
  const means = Array.from({ length: baselineN + 1 }, (_, i) => [100 + ((i * 7) % 5) / 5]);
  const lots = await line.make(...means);
  const [bad] = await pointsOf(line.chart, lots);
  await excludePoint(as('ana'), { chart: line.chart, record: bad!.record_id, reason: 'wrong wafer' });
  const [after] = (await line.make(...LATER)).slice(-1);
  const now = await latest(line.chart);
  expect(now).toMatchObject({ limitsSource: 'study', dispSource: 'study' });
  expect(now.cl).toBeCloseTo(100.4, 0);
  expect(await rulesOf([after!])).toEqual([[]]);
});

test('nothing is rebased silently: a shift is proposed as a new phase and changes nothing until a person decides (PowerBI-SPC #531, NHSRplotthedots #142)', async () => {
  await change(line.chart, { ...entered(97, 100, 103), rules: [1] });
  const before = await latest(line.chart);
  await line.make(...Array.from({ length: 30 }, (_, i) => [102 + ((i * 3) % 7) / 10]));
  expect((await latest(line.chart)).version).toBe(before.version);
  const { proposals } = await proposeLimits(as('ana', { now: line.at() + HOUR }), {
    charts: [line.chart],
    options: { from: new Date(T0).toISOString(), to: new Date(line.at() + HOUR).toISOString(), sigma: 'mr', use: 'last' },
    reason,
  });
  await doAllWork();
  expect((await proposalView(proposals[0]!)).proposed!.cl).toBeCloseTo(102.3, 0);
  expect((await latest(line.chart)).version).toBe(before.version);
  await db().exec(
    sql`UPDATE limit_proposal SET state = 'withdrawn', decided_by = 'test', decided_at = now() WHERE state = 'pending'`,
  );
});

test('an excluded point leaves the mean, the sigma and the rules, and stays visible with its reason (NHSRplotthedots #152, PowerBI-SPC #253)', async () => {
  await change(line.chart, { limits: null, rules: [1] });
  const { baselineN } = await latest(line.chart);
  const values = Array.from({ length: baselineN }, (_, i) => (i === 3 ? 140 : 100 + ((i * 7) % 5) / 5));
  const lots = await line.make(...values.slice(0, -1).map((v) => [v]));
  const odd = (await pointsOf(line.chart, lots)).find((p) => p.value > 130)!;
  await excludePoint(as('ana'), { chart: line.chart, record: odd.record_id, reason: 'spilled cup' });
  await line.make([values.at(-1)!], ...LATER);
  const now = await latest(line.chart);
  const kept = (await pointsOf(line.chart, lots)).filter((p) => p.value < 130);
  expect(now.cl).toBeLessThan(101);
  expect(now.sigmaWithin).toBeLessThan(
    2 *
      individualsSigma(
        kept.map((p) => p.value),
        'mr',
      ),
  );
  const { points: p } = await spcChart(line.chart, 0, FAR);
  expect(p.excluded[p.recordId.indexOf(odd.record_id)]).toBe('spilled cup');
  await includePoint(as('ana'), { chart: line.chart, record: odd.record_id, reason: 'it was the process' });
});

test('two of three: the point that completes the window signals, on the same side, strictly beyond (NHSRplotthedots #194)', async () => {
  await change(line.chart, { ...entered(97, 100, 103), rules: [5] });
  // exactly on two sigmas: not beyond
  expect(await rulesOf(await line.make([102], [102], [102]))).toEqual([[], [], []]);
  await change(line.chart, { ...entered(97, 100, 103.0001), rules: [5] });
  await change(line.chart, { ...entered(97, 100, 103), rules: [5] });
  // one on each side is no pair; the last of two on one side is marked, a third point within is not
  expect(await rulesOf(await line.make([102.5], [97.5], [102.6], [100]))).toEqual([[], [], [5], []]);
});

test('the sigma of a study is a choice: moving ranges, their median, successive differences, pooled (qcc #63)', () => {
  expect(SIGMA_CHOICES).toEqual(expect.arrayContaining(['mr', 'mr-median', 'mssd', 'sd']));
});

test('the marked data are those that caused the alert, at their process time (grafana #17801)', async () => {
  await change(line.chart, { ...entered(97, 100, 103), rules: [1] });
  const [lot] = await line.make([108]);
  const alert = await line.newest();
  const [point] = await pointsOf(line.chart, [lot!]);
  expect((await violationsOf(line.chart, point!.at.getTime(), FAR))[0]).toMatchObject({
    recordId: point!.record_id,
    violations: [{ alertId: alert.id }],
  });
  expect(point!.at.getTime()).toBe(line.at());
  expect(alert.raised_at.getTime()).toBeGreaterThan(point!.at.getTime());
});

test('the chart carries its alerts and the events of its tool (spc-chart #31, #32)', async () => {
  await change(line.chart, { ...entered(97, 100, 103), rules: [1] });
  const at = new Date(line.at() + HOUR).toISOString();
  const sent = await door.post('events', [
    { key: `pm-${at}`, tool: 'CVD-01', chamber: 'A', kind: 'pm', at, description: 'wet clean' },
  ]);
  expect(sent.status).toBeLessThan(300);
  await line.make([108]);
  const view = await spcChart(line.chart, 0, FAR);
  expect(view.alert).toMatchObject({ id: (await line.newest()).id, state: 'open' });
  expect(view.events).toEqual(expect.arrayContaining([expect.objectContaining({ kind: 'pm', chamber: 'A' })]));
  expect((await alertView((await line.newest()).id)) ?? null).not.toBeNull();
});

test('a CUSUM takes h, k, a target and a sigma as entered, without a baseline (jasp-stats #3042)', async () => {
  const { id, version: seen } = await chartOf('cusum');
  const design = { h: 4, k: 0.5, target: 100, sigma: 1 };
  await changeChart(as('ana@fab.example', { now: line.at() + HOUR }), { chart: id, seen, change: { design }, reason });
  const lots = await line.make([101.5], [101.5], [101.5], [101.5], [101.5]);
  const { points: p } = await spcChart(id, 0, FAR);
  expect(lots.map((lot) => p.plotted[p.lot.indexOf(lot)])).toEqual([1, 2, 3, 4, 5]);
  expect(await rulesOf(lots, id)).toEqual([[], [], [], [], [1]]);
});

test('limits of T² follow the Beta distribution for the points of the study and F for those after it (statsmodels #4191)', () => {
  const rng = createRng(7);
  const base = hotellingBase(Array.from({ length: 30 }, () => [rng.normal(), rng.normal(), rng.normal()]));
  const { phase1, phase2 } = hotellingLimits(base, 0.9973);
  // R 4.2: 29^2/30*qbeta(0.9973, 1.5, 13) and 3*31*29/(30*27)*qf(0.9973, 3, 27)
  expect(phase1).toBeCloseTo(11.611862315, 6);
  expect(phase2).toBeCloseTo(20.202525181, 6);
});
