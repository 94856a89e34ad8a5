import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { actOnAlert } from '@/lib/services/alerts/actions';
import { signalsTold } from '@/lib/services/alerts/signals';
import { alertView } from '@/lib/services/evidence/alert';
import { changeChart, excludePoint, includePoint } from '@/lib/services/spc/change-chart';
import { spcChart } from '@/lib/services/spc/views/chart';
import { violationsOf } from '@/lib/services/spc/views/violations';
import type { RuleNumber } from '@/lib/spc';
import { as } from '../support/as';
import { baseline, type CoatedLot, coater } from '../support/coated-lots';
import { type Door, openDoor } from '../support/door';
import { oxideChart } from '../support/oxide';
import { measurementOf } from '../support/wafers';
import { doAllWork } from '../support/work';

let door: Door;
let lots: (list: readonly CoatedLot[]) => Promise<string[]>;
const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 8, 1);
const FAR = T0 + 400 * 24 * HOUR;

beforeAll(async () => {
  door = await openDoor();
  lots = coater(door);
  await lots(baseline(T0));
  await lots([{ at: T0 + 100 * HOUR, means: [100.1, 99.8, 100.2] }]);
  await db().exec(sql`UPDATE chart SET alerting = true WHERE operation = 'CVD-OXIDE' AND parameter = 'oxide_thickness'`);
}, 120_000);
afterAll(() => door.close());

const chartOf = async (characteristic: string, kind: string): Promise<string> => (await oxideChart(characteristic, kind)).id;

const alertOf = async (chart: string, lot: string) =>
  (await db().one<{ id: string; state: string; version: number; title: string; action: string | null }>(
    sql`SELECT id, state::text, version, title, action FROM alert WHERE chart_id = ${chart} AND lot = ${lot} ORDER BY raised_at DESC LIMIT 1`,
  ))!;
const closeAll = (chart: string) => db().exec(sql`UPDATE alert SET state = 'closed' WHERE chart_id = ${chart}`);
/** The history of an alert without the lines of its incident and its checklist, which have tests of their own. */
const historyOf = (alertId: string) =>
  db().rows<{ kind: string; text: string }>(
    sql`SELECT kind, text FROM alert_event WHERE alert_id = ${alertId} AND kind NOT IN ('gathered', 'checklist_begun') ORDER BY id`,
  );
const kinds = async (alertId: string): Promise<string[]> => (await historyOf(alertId)).map((e) => e.kind);
const redOf = async (chart: string) => (await violationsOf(chart, 0, FAR)).map((w) => w.recordId);

test('an excluded point stays the evidence of its alert, marked, and holds again when it is taken back in', async () => {
  const [lot] = await lots([{ at: T0 + 110 * HOUR, means: [108] }]);
  const chart = await chartOf('measurement.mean', 'individuals');
  const { id } = await alertOf(chart, lot!);
  const before = await alertView(id);
  expect(before.signals).toMatchObject([{ rule: 1, lot, slot: 1, withdrawnMs: null, excluded: null }]);
  expect(before.commonality.length).toBeGreaterThan(0);
  const record = before.alert.recordId!;

  await excludePoint(as('ana'), { chart, record, reason: 'wrong wafer on the gauge' });
  const out = await alertView(id);
  expect(out.signals).toMatchObject([
    { rule: 1, lot, judged: 108, withdrawnMs: expect.any(Number), excluded: 'wrong wafer on the gauge' },
  ]);
  expect(out.commonality).toEqual(before.commonality);
  expect(out.alert).toEqual(before.alert);
  expect(await redOf(chart)).not.toContain(record);

  await includePoint(as('ana'), { chart, record, reason: 'the gauge was right after all' });
  const again = await alertView(id);
  expect(again.signals).toEqual(before.signals);
  expect(again.alert).toEqual(before.alert);
  expect(await redOf(chart)).toContain(record);
  expect(await kinds(id)).toEqual(['opened']);
});

test('a lot that comes back into control with its later wafers closes an alert that nobody has, and says so', async () => {
  const chart = await chartOf('measurement.lot', 'xbar_s');
  await closeAll(chart);
  const at = T0 + 120 * HOUR;
  const { cl, sigma } = (await db().one<{ cl: number; sigma: number }>(
    sql`SELECT cl, sigma_within AS sigma FROM chart_version WHERE chart_id = ${chart} ORDER BY version DESC LIMIT 1`,
  ))!;
  // Beyond three sigma alone; with four others, neither the mean of the lot nor its spread is.
  const first = cl + 3.25 * sigma;
  const [lot] = await lots([{ at, means: [first] }]);
  const opened = await alertOf(chart, lot!);
  expect(opened.state).toBe('open');
  await lots([{ at: at + HOUR, means: Array.from({ length: 4 }, () => cl - 0.8 * sigma), more: { lot: lot!, slot: 2 } }]);
  const closed = await alertOf(chart, lot!);
  expect(closed).toMatchObject({ id: opened.id, state: 'closed' });
  expect(closed.action).toContain(
    `no signal is left: lot ${lot} is ${Number(cl.toPrecision(4))} nm by the data that came since; it was `,
  );
  expect(await kinds(opened.id)).toEqual(['opened', 'closed']);
  const { signals } = await alertView(opened.id);
  expect(signals).toMatchObject([
    { rule: 1, judged: expect.closeTo(first, 9), now: expect.closeTo(cl + 0.01 * sigma, 6), withdrawnMs: expect.any(Number) },
  ]);
  // Out again by yet another wafer: that is news.
  await lots([{ at: at + 2 * HOUR, means: [112], more: { lot: lot!, slot: 6 } }]);
  expect(await alertOf(chart, lot!)).toMatchObject({ state: 'open' });
  expect((await alertOf(chart, lot!)).id).not.toBe(opened.id);
});

test('an earlier wafer that moves the point of a lot in time takes its signal along', async () => {
  const chart = await chartOf('measurement.lot', 'xbar_s');
  await closeAll(chart);
  const at = T0 + 130 * HOUR;
  const [lot] = await lots([{ at, means: [106] }]);
  const { id } = await alertOf(chart, lot!);
  await lots([{ at: at - HOUR, means: [105], more: { lot: lot!, slot: 9 } }]);
  const { alert, signals } = await alertView(id);
  expect(signals).toMatchObject([{ atMs: at - HOUR, rule: 1, withdrawnMs: null }]);
  expect(alert).toMatchObject({ state: 'open', count: 1 });
});

test('a lot that a person left out stays left out when its point moves in time', async () => {
  const chart = await chartOf('measurement.lot', 'xbar_s');
  await closeAll(chart);
  const at = T0 + 134 * HOUR;
  const [lot] = await lots([{ at, means: [130, 131] }]);
  const { id } = await alertOf(chart, lot!);
  await excludePoint(as('ana'), { chart, record: (await alertView(id)).alert.recordId!, reason: 'wrong recipe, known' });
  await closeAll(chart);
  const pointOf = () =>
    db().rows<{ at: Date; excluded: string | null; n: number; rules: number[]; run: number }>(sql`
      SELECT p.at, p.excluded, p.n, p.rules, r.slot AS run FROM chart_point p JOIN run r ON r.id = p.run_id WHERE p.chart_id = ${chart} AND p.lot = ${lot}`);
  expect(await pointOf()).toMatchObject([{ at: new Date(at), excluded: 'wrong recipe, known', n: 2, run: 1 }]);
  await lots([{ at: at - HOUR, means: [130], more: { lot: lot!, slot: 5 } }]);
  expect(await pointOf()).toEqual([{ at: new Date(at - HOUR), excluded: 'wrong recipe, known', n: 3, rules: [], run: 5 }]);
  expect(await alertOf(chart, lot!)).toMatchObject({ id, state: 'closed' });
  expect((await alertView(id)).signals).toMatchObject([{ atMs: at - HOUR, excluded: 'wrong recipe, known' }]);
});

test('the reason of an end compares the statistic that was judged, and each alert keeps its own evidence', async () => {
  const chart = await chartOf('measurement.lot', 'xbar_s');
  await closeAll(chart);
  const at = T0 + 136 * HOUR;
  const version = (await db().one<{ version: number }>(sql`SELECT version FROM chart WHERE id = ${chart}`))!.version;
  await changeChart(as('ana', { now: at - HOUR }), {
    chart,
    seen: version,
    change: { rules: [1, 101] },
    reason: 'the spread within a lot as well',
  });
  // Two wafers about the centre, too far from each other.
  const [lot] = await lots([{ at, means: [98.5, 101.5] }]);
  const first = await alertOf(chart, lot!);
  expect(first.title).toMatch(/: standard deviation beyond its limit$/);
  const spread = (await alertView(first.id)).signals[0]!;
  expect(spread).toMatchObject({ rule: 101, judged: expect.closeTo(3 / Math.SQRT2, 9), withdrawnMs: null });
  const calm = Array.from({ length: 16 }, (_, i) => 100 + 0.3 * ((i % 3) - 1));
  await lots([{ at: at + HOUR, means: calm, more: { lot: lot!, slot: 3 } }]);
  const ended = await alertOf(chart, lot!);
  expect(ended).toMatchObject({ id: first.id, state: 'closed' });
  expect(ended.action).toMatch(
    new RegExp(
      `no signal is left: the standard deviation of lot ${lot} is 0\\.\\d+ nm by the data that came since; it was 2\\.121 nm when`,
    ),
  );
  const kept = (await alertView(first.id)).signals;
  expect(kept).toEqual([{ ...spread, withdrawnMs: expect.any(Number), now: expect.any(Number) }]);

  // The same point gives the same signal again: another alert, which takes nothing from the first.
  await lots([{ at: at + 2 * HOUR, means: [94, 106], more: { lot: lot!, slot: 21 } }]);
  const second = await alertOf(chart, lot!);
  expect(second.id).not.toBe(first.id);
  expect((await alertView(second.id)).signals).toMatchObject([{ rule: 101, withdrawnMs: null }]);
  expect((await alertView(first.id)).signals).toMatchObject([
    { rule: 101, judged: spread.judged, withdrawnMs: kept[0]!.withdrawnMs },
  ]);
  expect((await signalsTold(db(), first.id))[0]).toMatchObject({
    rule: 101,
    lot,
    judged: spread.judged,
    ucl: expect.any(Number),
    withdrawnAt: new Date(kept[0]!.withdrawnMs!).toISOString(),
  });
  expect((await violationsOf(chart, 0, FAR)).find((w) => w.recordId === spread.recordId)!.violations).toMatchObject([
    { alertId: second.id },
  ]);
});

test('an EWMA ends by what is plotted, not by the value of its last wafer', async () => {
  const chart = await chartOf('measurement.mean', 'ewma');
  await closeAll(chart);
  const at = T0 + 160 * HOUR;
  const made = await lots([101.5, 101.5, 101.5, 101.5, 100.9].map((mean, i) => ({ at: at + i * HOUR, means: [mean] })));
  const open = (await db().one<{ id: string; record: string; lot: string }>(
    sql`SELECT id, record_id AS record, lot FROM alert WHERE chart_id = ${chart} AND state = 'open'`,
  ))!;
  const judged = (await alertView(open.id)).signals.at(-1)!.judged!;
  const plotted = () =>
    db().one<{ plotted: number; value: number }>(
      sql`SELECT plotted, value FROM chart_point WHERE chart_id = ${chart} AND record_id = ${open.record}`,
    );
  const { value } = (await plotted())!;
  expect(Math.abs(judged - value)).toBeGreaterThan(0.1);
  // Corrections of all wafers but the one of the alert: its value stays, the average goes.
  const revised = made.map((lot, i) => ({ lot, i })).filter(({ lot }) => lot !== open.lot);
  const answer = await door.post(
    'measurements',
    revised.map(({ lot, i }) =>
      measurementOf({ key: `${lot}-1`, lot, slot: 1, at: at + i * HOUR }, 99.5, { key: `${lot}-1-c`, revises: `${lot}-1-m` }),
    ),
  );
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  await doAllWork();
  const { action, state } = (await db().one<{ action: string; state: string }>(
    sql`SELECT action, state::text FROM alert WHERE id = ${open.id}`,
  ))!;
  expect(state).toBe('closed');
  const said = (v: number) => Number(v.toPrecision(4));
  expect(action).toContain(
    `the EWMA at wafer ${open.lot}.01 is ${said((await plotted())!.plotted)} nm by the data that came since; it was ${said(judged)} nm when`,
  );
});

test('a corrected record ends the alert; one that a person has is left to them', async () => {
  const chart = await chartOf('measurement.mean', 'individuals');
  await closeAll(chart);
  const wafer = async (at: number) => {
    const [lot] = await lots([{ at, means: [109] }]);
    return { key: `${lot}-1`, lot: lot!, slot: 1, at };
  };
  const correct = async (w: Awaited<ReturnType<typeof wafer>>) => {
    const answer = await door.post('measurements', [measurementOf(w, 100.2, { key: `${w.key}-c`, revises: `${w.key}-m` })]);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    await doAllWork();
  };
  const first = await wafer(T0 + 140 * HOUR);
  const open = await alertOf(chart, first.lot);
  await correct(first);
  expect(await alertOf(chart, first.lot)).toMatchObject({
    state: 'closed',
    action: expect.stringContaining('was corrected; it was 109 nm'),
  });
  expect((await alertView(open.id)).signals).toMatchObject([{ lot: first.lot, slot: 1, judged: 109, now: null }]);

  const second = await wafer(T0 + 150 * HOUR);
  const taken = await alertOf(chart, second.lot);
  await actOnAlert(as('omar@example.com'), { alert: taken.id, seen: taken.version, action: { do: 'acknowledge' } });
  await correct(second);
  expect(await alertOf(chart, second.lot)).toMatchObject({ state: 'acknowledged' });
  expect(await kinds(taken.id)).toEqual(['opened', 'acknowledged', 'ended']);
  expect((await spcChart(chart, 0, FAR)).points.at.length).toBeGreaterThan(60);
});

test('an alert speaks of the limits that judged: entered ones are no multiple of a sigma', async () => {
  const chart = await chartOf('measurement.mean', 'individuals');
  await closeAll(chart);
  const { version } = (await db().one<{ version: number }>(sql`SELECT version FROM chart WHERE id = ${chart}`))!;
  const at = T0 + 200 * HOUR;
  const entered = { limits: { lcl: 94, cl: 100, ucl: 106 }, rules: [1, 5] satisfies RuleNumber[] };
  await changeChart(as('ana', { now: at }), {
    chart,
    seen: version,
    change: { ...entered, effectiveFrom: new Date(at).toISOString() },
    reason: 'as the device asks',
  });
  // A window counts once it is full, which is with the third point; the fourth is worse.
  const [, , lot] = await lots([105, 105, 100].map((mean, i) => ({ at: at + i * HOUR, means: [mean] })));
  await lots([{ at: at + 3 * HOUR, means: [120] }]);
  const { id, title } = await alertOf(chart, lot!);
  expect(title).toMatch(/: 2 of 3 points on the same side beyond two thirds of the way to the limit of that side$/);
  expect(await historyOf(id)).toEqual([
    { kind: 'opened', text: title },
    { kind: 'escalated', text: 'medium → high: 1 point beyond the control limits (as entered)' },
  ]);
});
