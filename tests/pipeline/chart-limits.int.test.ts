import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChangeDraft, changeOf, draftBase, draftBlocked, firstDraft } from '@/app/(dash)/spc/[id]/change-draft';
import { db, sql } from '@/lib/db';
import { alertView } from '@/lib/services/evidence/alert';
import { runView } from '@/lib/services/runs/views/run';
import { changeChart, excludePoint, includePoint } from '@/lib/services/spc/change-chart';
import { spcChart } from '@/lib/services/spc/views/chart';
import { violationsOf } from '@/lib/services/spc/views/violations';
import { auditRows } from '@/lib/services/system/views/audit';
import { asSent } from '@/lib/services/verb';
import { sdLimits } from '@/lib/spc';
import { as } from '../support/as';
import { baseline, type CoatedLot, coater } from '../support/coated-lots';
import { type Door, openDoor } from '../support/door';
import { oxideChart } from '../support/oxide';

let door: Door;
const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 8, 1);
const FAR = T0 + 400 * 24 * HOUR;
let lots: (list: readonly CoatedLot[]) => Promise<string[]>;

beforeAll(async () => {
  door = await openDoor();
  lots = coater(door);
  await lots(baseline(T0));
  await lots([{ at: T0 + 100 * HOUR, means: [100.1, 99.8, 100.2] }]); // nine hours on, settles it
}, 120_000);
afterAll(() => door.close());
const chartOf = async (characteristic: string, kind: string): Promise<string> => (await oxideChart(characteristic, kind)).id;

/** What the dialog does: a draft of the version on the page, edited, sent as the dialog sends it. */
async function activate(chartId: string, edit: (d: ChangeDraft) => ChangeDraft, from: number): Promise<void> {
  const view = await spcChart(chartId, 0, FAR);
  const base = draftBase(view, view.versions.find((v) => v.version === view.chart.version)!);
  const draft = edit(firstDraft(base));
  expect(draftBlocked(draft, base)).toBeNull();
  await changeChart(as('ana', { now: from }), {
    chart: chartId,
    seen: view.chart.version,
    change: changeOf(draft, base),
    reason: 'limits of the qualification',
  });
}

const limits =
  (lcl: string, cl: string, ucl: string) =>
  (d: ChangeDraft): ChangeDraft => ({ ...d, mode: 'set', limits: { lcl, cl, ucl } });

async function pointsOf(chartId: string, lot: string) {
  return db().rows<{
    at: Date;
    record_id: string;
    value: number;
    plotted: number;
    n: number;
    ucl: number;
    lcl: number;
    disp_ucl: number | null;
    rules: number[];
  }>(
    sql`SELECT at, record_id, value, plotted, n, ucl, lcl, disp_ucl, rules FROM chart_point WHERE chart_id = ${chartId} AND lot = ${lot} ORDER BY at`,
  );
}

const alertsOf = (chartId: string) =>
  db().rows<Record<string, unknown> & { id: string; count: number; severity: string }>(
    sql`SELECT * FROM alert WHERE chart_id = ${chartId} ORDER BY raised_at`,
  );
const historyOf = (alertId: string) =>
  db().rows<{ kind: string; text: string; detail: Record<string, unknown> }>(
    sql`SELECT kind, text, detail FROM alert_event WHERE alert_id = ${alertId} AND kind NOT IN ('gathered', 'checklist_begun') ORDER BY id`,
  );

test('limits of a study follow the size of each point, those of the dispersion as well', async () => {
  const chart = await chartOf('measurement.lot', 'xbar_s');
  const view = await spcChart(chart, 0, FAR);
  const { sigmaWithin, dispUcl } = view.versions.at(-1)!;
  const [pair] = await lots([{ at: T0 + 104 * HOUR, means: [100.2, 99.9] }]);
  const [p] = await pointsOf(chart, pair!);
  expect(p!.n).toBe(2);
  expect(p!.ucl - p!.lcl).toBeCloseTo((6 * sigmaWithin!) / Math.SQRT2, 10);
  expect(p!.disp_ucl).toBeCloseTo(sdLimits(sigmaWithin!, 2).ucl, 10);
  expect(p!.disp_ucl).not.toBeCloseTo(dispUcl!, 3);
});

test('limits that a person enters on an Xbar-S chart judge as entered, for every n, and leave the dispersion watched', async () => {
  const chart = await chartOf('measurement.lot', 'xbar_s');
  const before = (await spcChart(chart, 0, FAR)).versions.at(-1)!;
  await activate(chart, limits('94', '100', '106'), T0 + 108 * HOUR);
  const after = (await spcChart(chart, 0, FAR)).versions.at(-1)!;
  expect(after).toMatchObject({ cl: 100, ucl: 106, lcl: 94, limitsSource: 'given', dispSource: 'study' });
  expect([after.sigmaWithin, after.dispUcl, after.dispLcl]).toEqual([before.sigmaWithin, before.dispUcl, before.dispLcl]);

  const [inside, outside, pair, wide] = await lots([
    { at: T0 + 110 * HOUR, means: [105, 105.4, 105.7] },
    { at: T0 + 114 * HOUR, means: [106.2, 106.1, 106.4] },
    { at: T0 + 118 * HOUR, means: [105.8, 105.9] },
    { at: T0 + 122 * HOUR, means: [88, 100, 112] },
  ]);
  for (const lot of [inside, outside, pair, wide]) {
    const [p] = await pointsOf(chart, lot!);
    expect([p!.lcl, p!.ucl]).toEqual([94, 106]);
    expect(p!.disp_ucl).toBeCloseTo(sdLimits(before.sigmaWithin!, p!.n).ucl, 10);
  }
  const rules = async (lot: string) => (await pointsOf(chart, lot))[0]!.rules;
  expect([await rules(inside!), await rules(outside!), await rules(pair!), await rules(wide!)]).toEqual([[], [1], [], [101]]);
  const why = await violationsOf(chart, T0 + 109 * HOUR, FAR);
  expect(why.flatMap((w) => w.violations).find((v) => v.rule === 1)).toMatchObject({ cl: 100, ucl: 106, lcl: 94 });
  const page = await spcChart(chart, T0 + 109 * HOUR, FAR);
  expect([...page.points.ucl]).toEqual([106, 106, 106, 106]);
});

test('an excluded point on the ramp of an EWMA chart has the limits of its place, and so has the point after it', async () => {
  const chart = await chartOf('measurement.mean', 'ewma');
  const { version, effectiveMs, cl, sigmaWithin, lambda, widthL } = (await spcChart(chart, 0, FAR)).versions.at(-1)!;
  const judged = async () => {
    const { points: p } = await spcChart(chart, effectiveMs, FAR);
    return p.recordId.map((id, i) => ({
      id,
      value: p.value[i]!,
      z: p.plotted[i]!,
      ucl: p.ucl[i]!,
      lcl: p.lcl[i]!,
      v: p.version[i],
    }));
  };
  const half = (k: number) => widthL! * sigmaWithin! * Math.sqrt((lambda! / (2 - lambda!)) * (1 - (1 - lambda!) ** (2 * k)));
  const before = await judged();
  expect(before.length).toBeGreaterThan(3);
  await excludePoint(as('ana'), { chart, record: before[1]!.id, reason: 'wrong wafer on the gauge' });
  const after = await judged();
  let z = cl!;
  after.forEach((p, i) => {
    const place = i === 0 ? 1 : i === 1 ? 2 : i;
    const stands = lambda! * p.value + (1 - lambda!) * z;
    expect(p).toMatchObject({ v: version, z: expect.closeTo(stands, 9) });
    expect([p.lcl, p.ucl]).toEqual([expect.closeTo(cl! - half(place), 9), expect.closeTo(cl! + half(place), 9)]);
    if (i !== 1) z = stands;
  });
  await includePoint(as('ana'), { chart, record: before[1]!.id, reason: 'the gauge was right after all' });
  expect(await judged()).toEqual(before);
});

test('limits that a person enters on an EWMA chart hold from its first point, without a ramp', async () => {
  const chart = await chartOf('measurement.mean', 'ewma');
  await activate(chart, limits('99', '100', '101'), T0 + 130 * HOUR);
  const [lot] = await lots([{ at: T0 + 132 * HOUR, means: [100.4, 103, 104.2] }]);
  const points = await pointsOf(chart, lot!);
  expect(points.map((p) => [p.lcl, p.ucl])).toEqual([
    [99, 101],
    [99, 101],
    [99, 101],
  ]);
  let z = 100;
  for (const p of points) {
    z = 0.2 * p.value + 0.8 * z;
    expect(p.plotted).toBeCloseTo(z, 12);
  }
  expect(points.map((p) => p.rules)).toEqual([[], [], [1]]);
});

test('limits that cannot hold are refused in words, and nothing changes', async () => {
  const chart = await chartOf('measurement.mean', 'ewma');
  const { version } = (await spcChart(chart, 0, FAR)).chart;
  const send = (change: object, reason = 'long enough') =>
    changeChart(as('ana', { now: T0 + 140 * HOUR }), { chart, seen: version, change, reason });
  await expect(send({ limits: { lcl: 101, cl: 100, ucl: 102 } })).rejects.toMatchObject({
    code: 'invalid_input',
    message: 'The lower limit must lie below the centre line (100).',
    details: { field: 'limits.lcl' },
  });
  await expect(send({ limits: { lcl: null, cl: 100, ucl: null } })).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(send({ limits: { lcl: 'x', cl: 100, ucl: 102 } })).rejects.toMatchObject({
    message: expect.stringMatching(/^Lower limit: /),
  });
  await expect(send({ dispersion: { lcl: null, cl: 1, ucl: 2 } })).rejects.toMatchObject({ details: { field: 'dispersion' } });
  await expect(send({ rules: [1, 2] })).rejects.toMatchObject({ details: { field: 'rules' } });
  await expect(send({ rules: [1] }, 'why')).rejects.toMatchObject({ code: 'invalid_input', details: { field: 'reason' } });
  expect((await spcChart(chart, 0, FAR)).chart.version).toBe(version);
});

test('a change of rules marks old points and opens no alert, nor does late data among them; new data does', async () => {
  const chart = await chartOf('measurement.mean', 'individuals');
  await activate(chart, (d) => ({ ...limits('90', '100', '110')(d), rules: new Set([1]) }), T0 + 200 * HOUR);
  await db().exec(sql`UPDATE alert SET state = 'closed' WHERE chart_id = ${chart}`);
  const run = Array.from({ length: 11 }, (_, i) => ({ at: T0 + (202 + 2 * i) * HOUR, means: [101 + (i % 3) / 10] }));
  await lots(run);
  const before = await alertsOf(chart);
  await activate(chart, (d) => ({ ...d, rules: new Set([1, 2]) }), T0 + 201 * HOUR);
  const marked = (await violationsOf(chart, T0 + 201 * HOUR, FAR)).filter((w) => w.violations.some((v) => v.rule === 2));
  expect(marked).toHaveLength(3);
  expect(marked.flatMap((w) => w.violations.map((v) => v.alertId))).toEqual([null, null, null]);
  expect(await alertsOf(chart)).toEqual(before);

  // A late wafer before them makes their windows news in part, but they were known.
  await lots([{ at: T0 + 201.5 * HOUR, means: [99.5] }]);
  expect(await alertsOf(chart)).toEqual(before);

  await lots([{ at: T0 + 230 * HOUR, means: [101.2] }]);
  const after = await alertsOf(chart);
  expect(after).toHaveLength(before.length + 1);
  expect(after.at(-1)).toMatchObject({ rule: 2, severity: 'medium', count: 1, value: 101.2 });
});

test('an open alert keeps what opened it: older late points and milder ones are listed beside, a later and worse one escalates', async () => {
  const chart = await chartOf('measurement.mean', 'individuals');
  const opened = (await alertsOf(chart)).find((a) => a['state'] === 'open')!;
  const kept = ['title', 'rule', 'value', 'record_id', 'lot', 'slot', 'first_at', 'run_id'] as const;
  const evidence = (a: Record<string, unknown>) => kept.map((k) => a[k]);
  const one = async () => (await alertsOf(chart)).find((a) => a.id === opened.id)!;

  await lots([{ at: T0 + 201.2 * HOUR, means: [120] }]); // late, older and worse than what opened it
  expect(evidence(await one())).toEqual(evidence(opened));
  expect(await one()).toMatchObject({ severity: 'medium', count: 2, last_at: opened['last_at'] });
  const listed = (await violationsOf(chart, 0, FAR)).flatMap((w) => w.violations).filter((v) => v.alertId === opened.id);
  expect(listed.map((v) => v.rule).sort()).toEqual([1, 2]);

  await lots([{ at: T0 + 232 * HOUR, means: [125] }]); // later and worse
  expect(evidence(await one())).toEqual(evidence(opened));
  expect(await one()).toMatchObject({ severity: 'high', count: expect.any(Number) });
  const history = await historyOf(opened.id);
  expect(history.map((h) => h.kind)).toEqual(['opened', 'escalated']);
  expect(history[0]!.detail).toMatchObject({ rule: 2, value: 101.2, cl: 100, ucl: 110, lcl: 90, recordId: opened['record_id'] });
  expect(history[0]!.detail['members']).toHaveLength(9);
  expect(history[1]!).toMatchObject({ text: expect.stringContaining('medium → high'), detail: { rule: 1, value: 125 } });
  const page = await alertView(opened.id);
  expect(page.signals.map((v) => v.rule)).toEqual(expect.arrayContaining([1, 2]));
  expect(page.signals.filter((v) => v.recordId === opened['record_id'])).toMatchObject([
    { rule: 2, judged: expect.closeTo(101.2, 9) },
  ]);
  expect(page.alert).toMatchObject({ value: 101.2, title: opened['title'], severity: 'high' });
});

test('a point of the baseline is judged by nothing, on its chart and on its run; a later one is', async () => {
  const { points } = await spcChart(await chartOf('measurement.mean', 'individuals'), 0, FAR);
  const of = async (i: number) => (await runView(points.runId[i]!)).points.find((p) => p.recordId === points.recordId[i])!;
  const later = points.ucl.findIndex((v) => !Number.isNaN(v));
  expect(later).toBeGreaterThan(0);
  expect(points.ucl[0]).toBeNaN();
  expect(await of(0)).toMatchObject({ isJudged: false, excluded: null, rules: [] });
  expect((await of(later)).isJudged).toBe(true);
});

test('excluding a point and taking it back in opens no alert and changes none', async () => {
  const chart = await chartOf('measurement.mean', 'individuals');
  const before = await alertsOf(chart);
  const history = await historyOf(before.at(-1)!.id);
  const bad = (await db().one<{ record_id: string }>(
    sql`SELECT record_id FROM chart_point WHERE chart_id = ${chart} AND value = 125`,
  ))!;
  await expect(excludePoint(as('ana'), { chart, record: bad.record_id, reason: 'bad' })).rejects.toMatchObject({
    details: { field: 'reason' },
  });
  await excludePoint(as('ana'), { chart, record: bad.record_id, reason: 'wrong wafer on the gauge' });
  await expect(excludePoint(as('vera'), { chart, record: bad.record_id, reason: 'another reason' })).rejects.toMatchObject({
    code: 'conflict',
    message: 'the point is excluded already: "wrong wafer on the gauge"',
  });
  expect((await violationsOf(chart, 0, FAR)).find((w) => w.recordId === bad.record_id)).toBeUndefined();
  expect(await alertsOf(chart)).toEqual(before);
  for (const reason of ['', null, 'ok', '     ·'])
    await expect(includePoint(as('ana'), { chart, record: bad.record_id, reason: asSent(reason) })).rejects.toMatchObject({
      details: { field: 'reason' },
    });
  await includePoint(as('ana'), { chart, record: bad.record_id, reason: 'the gauge was right after all' });
  expect((await violationsOf(chart, 0, FAR)).find((w) => w.recordId === bad.record_id)!.violations[0]!.rule).toBe(1);
  expect(await alertsOf(chart)).toEqual(before);
  expect(await historyOf(before.at(-1)!.id)).toEqual(history);
  const [trail] = await auditRows(
    { actor: null, entity: 'chart_point', action: 'include', id: null, fromMs: 0, toMs: Date.now() + 1 },
    null,
    1,
  );
  expect(trail).toMatchObject({ entityId: `${chart}/${bad.record_id}`, reason: 'the gauge was right after all' });
  await expect(
    includePoint(as('ana'), { chart, record: bad.record_id, reason: 'once more, with feeling' }),
  ).rejects.toMatchObject({ code: 'conflict' });
  // Also with the alert closed: what was known is nobody's news.
  await db().exec(sql`UPDATE alert SET state = 'closed' WHERE chart_id = ${chart}`);
  await excludePoint(as('ana'), { chart, record: bad.record_id, reason: 'wrong wafer on the gauge' });
  await includePoint(as('ana'), { chart, record: bad.record_id, reason: 'the gauge was right after all' });
  expect(await db().rows(sql`SELECT 1 FROM alert WHERE chart_id = ${chart} AND state <> 'closed'`)).toEqual([]);
});

test('a chart that collects says how many points of its baseline it has, whatever the window holds', async () => {
  const chart = await chartOf('measurement.lot', 'xbar_s');
  const from = T0 + 1_000 * HOUR;
  expect((await spcChart(chart, 0, FAR)).collected).toBeNull();
  await activate(chart, (d) => ({ ...d, mode: 'baseline' }), from);
  await lots([1, 5, 9].map((h) => ({ at: from + h * HOUR, means: [100.1, 99.8, 100.2] })));
  const view = await spcChart(chart, 0, FAR);
  expect(view.collected).toBe(3);
  expect(view.points.at.length).toBeGreaterThan(view.versions.at(-1)!.baselineN);
  expect((await spcChart(chart, from + 4 * HOUR, FAR)).collected).toBe(3);
  expect((await spcChart(chart, 0, from + 6 * HOUR)).collected).toBe(2);
  await excludePoint(as('ana'), { chart, record: view.points.recordId.at(-1)!, reason: 'a test wafer' });
  expect((await spcChart(chart, 0, FAR)).collected).toBe(2);
  expect((await spcChart(chart, 0, from - HOUR)).collected).toBeNull();
});
