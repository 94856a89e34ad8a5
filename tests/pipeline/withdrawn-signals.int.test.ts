import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { actOnAlert } from '@/lib/services/alerts/actions';
import { excludePoint, includePoint } from '@/lib/services/charts/change-chart';
import { alertView } from '@/lib/services/views/alert';
import { spcChart, violationsOf } from '@/lib/services/views/spc-chart';
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
  (await db().one<{ id: string; state: string; version: number; action: string | null }>(
    sql`SELECT id, state::text, version, action FROM alert WHERE chart_id = ${chart} AND lot = ${lot} ORDER BY raised_at DESC LIMIT 1`,
  ))!;
const closeAll = (chart: string) => db().exec(sql`UPDATE alert SET state = 'closed' WHERE chart_id = ${chart}`);
const kinds = async (alertId: string) =>
  (await db().rows<{ kind: string }>(sql`SELECT kind FROM alert_event WHERE alert_id = ${alertId} ORDER BY id`)).map(
    (e) => e.kind,
  );
const redOf = async (chart: string) => (await violationsOf(chart, 0, FAR)).map((w) => w.recordId);

test('an excluded point stays the evidence of its alert, marked, and holds again when it is taken back in', async () => {
  const [lot] = await lots([{ at: T0 + 110 * HOUR, means: [108] }]);
  const chart = await chartOf('measurement.mean', 'individuals');
  const { id } = await alertOf(chart, lot!);
  const before = await alertView(id);
  expect(before.signals).toMatchObject([{ rule: 1, lot, slot: 1, withdrawnMs: null, excluded: null }]);
  expect(before.commonality.length).toBeGreaterThan(0);
  const record = before.alert.recordId!;

  await excludePoint(chart, record, 'wrong wafer on the gauge', 'ana');
  const out = await alertView(id);
  expect(out.signals).toMatchObject([
    { rule: 1, lot, judged: 108, withdrawnMs: expect.any(Number), excluded: 'wrong wafer on the gauge' },
  ]);
  expect(out.commonality).toEqual(before.commonality);
  expect(out.alert).toEqual(before.alert);
  expect(await redOf(chart)).not.toContain(record);

  await includePoint(chart, record, 'the gauge was right after all', 'ana');
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
  await actOnAlert(taken.id, taken.version, { do: 'acknowledge' }, { email: 'omar@example.com' });
  await correct(second);
  expect(await alertOf(chart, second.lot)).toMatchObject({ state: 'acknowledged' });
  expect(await kinds(taken.id)).toEqual(['opened', 'acknowledged', 'ended']);
  expect((await spcChart(chart, 0, FAR)).points.at.length).toBeGreaterThan(60);
});
