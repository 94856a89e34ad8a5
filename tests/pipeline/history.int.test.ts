import { afterAll, beforeAll, expect, test } from 'vitest';
import { chartInput } from '@/app/(dash)/spc/[id]/chart-input';
import { closePool, db, sql, transaction } from '@/lib/db';
import { loadHistory } from '@/lib/services/simulation/history/load';
import { judgeCharts } from '@/lib/services/spc/evaluate';
import type { ChartRow } from '@/lib/services/spc/store';
import { spcChart } from '@/lib/services/spc/views/chart';
import type { SpcChartView } from '@/lib/services/spc/views/chart-model';
import { allPoints, chosenPoint, valueBins } from '@/lib/services/spc/views/chart-points';
import { prepareControlChart } from '@/lib/ui/charts/control-chart.prepare';
import { controlChartCsv } from '@/lib/ui/charts/control-chart.text';
import { testDatabase } from '../support';
import { expectExactRollups } from '../support/rollups';

const DAY = 86_400_000;
const END = Date.UTC(2026, 8, 30, 13, 20, 7);
const OPTIONS = { charts: 4, points: 260_000, days: 12, seed: 7, endMs: END, intoExisting: false };
let drop: () => Promise<void>;
let busy: string;

interface Point {
  record_id: string;
  at: Date;
  value: number;
  plotted: number;
  rules: number[];
  excluded: string | null;
}
const pointsOf = (chart: string, fromMs: number, toMs: number) =>
  db().rows<Point>(
    sql`SELECT record_id, at, value, plotted, rules, excluded FROM chart_point WHERE chart_id = ${chart} AND at >= ${new Date(fromMs)} AND at <= ${new Date(toMs)} ORDER BY at, record_id`,
  );

beforeAll(async () => {
  const made = await testDatabase();
  drop = made.drop;
  await loadHistory(OPTIONS);
  busy = (await db().one<{ chart_id: string }>(
    sql`SELECT chart_id FROM chart_point GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1`,
  ))!.chart_id;
}, 240_000);
afterAll(async () => {
  await closePool();
  await drop();
});

test('a loaded history is what the judge would say of its points, its rollups are exact, and a second load is refused', async () => {
  await expectExactRollups();
  const quiet = await db().one<ChartRow & { n: number }>(sql`
    SELECT c.*, count(*)::int AS n FROM chart c JOIN chart_point p ON p.chart_id = c.id
    GROUP BY c.id ORDER BY count(*) LIMIT 1`);
  const state = () =>
    db().rows(
      sql`SELECT record_id, rules, dispersion, ucl, lcl, disp_ucl, version FROM chart_point WHERE chart_id = ${quiet!.id} ORDER BY at, record_id`,
    );
  const before = await state();
  const flagged = (await pointsOf(quiet!.id, 0, END)).filter((p) => p.rules.length > 0).length;
  expect(flagged).toBeGreaterThan(50);
  const { violations } = await transaction((tx) => judgeCharts(tx, [quiet!], new Map([[quiet!.id, 0]])));
  expect(violations).toBe(flagged);
  expect(await state()).toEqual(before);
  await expectExactRollups();
  await expect(loadHistory(OPTIONS)).rejects.toMatchObject({ code: 'conflict' });
});

/** What marks promise, against all points of the window. */
async function expectMarks(view: SpcChartView, fromMs: number, toMs: number): Promise<void> {
  const points = await pointsOf(view.chart.id, fromMs, toMs);
  const m = view.marks!;
  expect(m.of).toBe(points.length);
  const shown = new Map(Array.from(m.at, (at, i) => [`${at} ${m.plotted[i]}`, i]));
  const keyOf = (p: Point): string => `${p.at.getTime()} ${p.plotted}`;
  for (const p of points.filter((q) => q.rules.length > 0 || q.excluded !== null)) {
    const i = shown.get(keyOf(p))!;
    expect(m.ruleSets[m.rules[i]!]).toEqual(p.rules);
    expect(m.excluded.find((e) => e.i === i)?.reason ?? null).toBe(p.excluded);
  }
  const known = new Set(points.map(keyOf));
  expect([...shown.keys()].filter((k) => !known.has(k))).toEqual([]);
  expect(shown.has(keyOf(points[0]!)) && shown.has(keyOf(points.at(-1)!))).toBe(true);
  const [first, last] = [points[0]!.at.getTime(), points.at(-1)!.at.getTime()];
  const lowest = Math.min(...points.map((p) => p.plotted));
  const highest = Math.max(...points.map((p) => p.plotted));
  expect([Math.min(...m.plotted), Math.max(...m.plotted)]).toEqual([lowest, highest]);
  expect(m.at[0]! - first).toBeLessThan(1);
  expect(last - m.at.at(-1)!).toBeLessThan(1);
  const used = points.filter((p) => p.excluded === null);
  const mean = used.reduce((s, p) => s + p.value, 0) / used.length;
  const sd = Math.sqrt(used.reduce((s, p) => s + (p.value - mean) ** 2, 0) / (used.length - 1));
  expect(view.capability!.n).toBe(used.length);
  expect(view.capability!.mean).toBeCloseTo(mean, 9);
  expect(view.capability!.sigmaOverall).toBeCloseTo(sd, 9);
}

test.each([
  ['by hours', 12 * DAY],
  ['point by point', 5.3 * DAY],
  ['within a day', 0.9 * DAY],
])('a long chart drawn %s keeps every flagged point and the extremes, and its study is of all points', async (_, length) => {
  const to = END - 3_456_789 + (length > 11 * DAY ? 3_456_789 : 0);
  const view = await spcChart(busy, to - length, to, true);
  expect(view.points.at.length).toBe(0);
  await expectMarks(view, to - length, to);
  const model = prepareControlChart(chartInput(view), { xMode: 'time', showSpec: false, showZones: true });
  expect(model.drawn).toEqual({ shown: view.marks!.at.length, of: view.marks!.of });
  expect(model.violations.length).toBe((await pointsOf(busy, to - length, to)).filter((p) => p.rules.length > 0).length);
});

test('each column of a window read point by point has its own lowest and highest', async () => {
  const [from, to] = [END - 3 * DAY, END];
  const m = (await spcChart(busy, from, to, true)).marks!;
  const points = await pointsOf(busy, from, to);
  const [first, last] = [points[0]!.at.getTime(), points.at(-1)!.at.getTime()];
  const shown = new Set(m.plotted);
  const columns = new Map<number, number[]>();
  for (const p of points) {
    const k = Math.floor(((p.at.getTime() - first) * 450) / (last - first + 1));
    columns.set(k, [...(columns.get(k) ?? []), p.plotted]);
  }
  for (const list of columns.values()) expect(shown.has(Math.min(...list)) && shown.has(Math.max(...list))).toBe(true);
});

test('few points are all there, a point is found by its place, and the file holds all of them', async () => {
  const [from, to] = [END - 3 * 3_600_000, END];
  const few = await spcChart(busy, from, to, true);
  const all = await pointsOf(busy, from, to);
  expect(few.marks).toBeNull();
  expect(few.points.recordId).toEqual(all.map((p) => p.record_id));

  const red = (await pointsOf(busy, END - 5 * DAY, END)).find((p) => p.rules.length > 0)!;
  const found = (await chosenPoint(busy, { atMs: red.at.getTime(), plotted: red.plotted }))!;
  expect(found.points.recordId[found.index]).toBe(red.record_id);
  expect(found.why).toMatchObject({ recordId: red.record_id, violations: [{ rule: 1, members: [red.record_id] }] });
  expect((await chosenPoint(busy, { record: red.record_id }))!.points.at[found.index]).toBe(red.at.getTime());
  expect(await chosenPoint(busy, { atMs: 1, plotted: 1 })).toBeNull();

  const long = [END - 5 * DAY, END] as const;
  const view = { ...(await spcChart(busy, ...long, true)), marks: null };
  const lines: string[] = [];
  let sent = 0;
  for await (const points of allPoints(busy, ...long)) {
    lines.push(
      ...controlChartCsv(chartInput({ ...view, points }), sent)
        .trimEnd()
        .split('\r\n')
        .slice(1),
    );
    sent += points.at.length;
  }
  const wanted = await pointsOf(busy, ...long);
  expect(lines.map((l) => l.split(',')[0])).toEqual(wanted.map((_, i) => String(i + 1)));
  expect(lines.map((l) => l.slice(-36))).toEqual(wanted.map((p) => p.record_id));
});

test('the histogram counts every value that is not excluded', async () => {
  const [from, to] = [END - 6 * DAY, END - DAY];
  const bins = await valueBins(busy, from, to);
  const values = (await pointsOf(busy, from, to)).filter((p) => p.excluded === null).map((p) => p.value);
  expect(bins.reduce((s, b) => s + b.count, 0)).toBe(values.length);
  expect(bins[0]!.from).toBe(Math.min(...values));
  for (const b of bins.slice(3, 30)) {
    const inside = values.filter((v) => v >= b.from && v < b.to).length;
    expect(Math.abs(inside - b.count)).toBeLessThanOrEqual(2); // values on an edge
  }
});

test('a long chart keeps a point that no limits judge, also where nothing of it is plotted', async () => {
  const p = (await pointsOf(busy, 0, END)).filter((q) => q.rules.length === 0 && q.excluded === null).at(-100)!;
  await db().exec(
    sql`UPDATE chart_point SET plotted = NULL, unjudged = 'its product has no target' WHERE chart_id = ${busy} AND at = ${p.at} AND record_id = ${p.record_id}`,
  );
  const m = (await spcChart(busy, 0, END, true)).marks!;
  expect(m.unjudged).toEqual([{ i: m.at.indexOf(p.at.getTime()), reason: 'its product has no target' }]);
  expect(m.plotted[m.unjudged[0]!.i]).toBeNaN();
  const found = await chosenPoint(busy, { atMs: p.at.getTime(), plotted: Number.NaN });
  expect(found!.points.unjudged[found!.index]).toBe('its product has no target');
});
