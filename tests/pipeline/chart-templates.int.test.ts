import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql, transaction } from '@/lib/db';
import { changeChart } from '@/lib/services/spc/change-chart';
import type { TemplateDraft } from '@/lib/services/spc/templates/content';
import { fillStep } from '@/lib/services/spc/templates/fill';
import { previewTemplate } from '@/lib/services/spc/templates/preview';
import { restoreChart, restoreTemplate, retireChart, retireTemplate } from '@/lib/services/spc/templates/retire';
import { saveTemplate } from '@/lib/services/spc/templates/save';
import { falseAlarmRate } from '@/lib/spc';
import { as } from '../support/as';
import { baseline, type CoatedLot, coater } from '../support/coated-lots';
import { type Door, lotRecord, openDoor } from '../support/door';
import { measurementOf, runOf } from '../support/wafers';
import { doAllWork } from '../support/work';

const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 8, 1);
const NOW = T0 + 20 * 24 * HOUR;
const ana = as('ana', { now: NOW });
const reason = 'the range shows a blocked nozzle';
let door: Door;
let lots: (list: readonly CoatedLot[]) => Promise<string[]>;

const highest: TemplateDraft = {
  where: { operation: ['CVD-OXIDE'], parameter: ['oxide_*'], characteristic: ['measurement.max'] },
  splitBy: ['tool', 'chamber'],
  kind: 'individuals',
  rules: [1],
  preset: 'rule-1',
  alerting: true,
  onlySpecified: false,
  title: '{parameter} {characteristic} · {where}',
};
const save = (name: string, content: TemplateDraft, over: { template?: string; seen?: number } = {}) =>
  saveTemplate(ana, { template: over.template ?? null, seen: over.seen ?? 0, name, content, reason });

beforeAll(async () => {
  door = await openDoor();
  lots = coater(door);
}, 120_000);
afterAll(() => door.close());

const chartsNamed = (name: string) =>
  db().rows<{
    id: string;
    tool: string | null;
    chamber: string | null;
    product: string | null;
    recipe: string | null;
    retired: boolean;
    version: number;
    fill_id: string | null;
    title: string;
  }>(sql`
    SELECT c.id, c.tool, c.chamber, c.product, c.recipe, c.retired_at IS NOT NULL AS retired, c.version, c.fill_id, c.title
    FROM chart c JOIN chart_template t ON t.id = c.template_id WHERE t.name = ${name} ORDER BY c.tool, c.chamber, c.product, c.recipe`);
const pointsOf = (chart: string) =>
  db().rows(sql`
    SELECT at, record_id, value, plotted, u_value, dispersion, n, ucl, lcl, disp_ucl, lot, slot, run_id, version, rules FROM chart_point WHERE chart_id = ${chart} ORDER BY at, record_id`);
const versionsOf = (chart: string) =>
  db().rows<{ version: number; author: string; reason: string; rules: number[]; ucl: number | null; limits_source: string }>(
    sql`SELECT version, effective_from, rules, preset, cl, ucl, lcl, sigma_within, limits_source, baseline_n, author, reason FROM chart_version WHERE chart_id = ${chart} ORDER BY version`,
  );
const countOf = async (of: ReturnType<typeof sql>): Promise<number> =>
  (await db().one<{ n: number }>(sql`SELECT count(*)::int AS n FROM ${of}`))!.n;

test('charts filled from history, while live data arrive, have the points of charts that had them live', async () => {
  await save('Highest, live', highest);
  const history = baseline(T0);
  await lots(history);
  await lots([{ at: T0 + 90 * HOUR, means: [100, 100.2, 99.9] }]);
  // The same values on charts of their own: divided by product as well, of which there is one.
  const draft = { ...highest, splitBy: [...highest.splitBy, 'product' as const] };
  const preview = await previewTemplate(ana, { template: null, content: draft });
  const saved = await save('Highest, filled', draft);
  expect(preview.counts).toEqual({ new: saved.made, follows: 0, 'taken back': 0, other: 0, retired: 0 });
  const mine = preview.charts.find(
    (c) => c.tool === 'CVD-01' && c.chamber === 'A' && c.product === 'KITE-45' && c.parameter === 'oxide_thickness',
  )!;
  expect(mine.points).toBe(63);
  expect(preview.points).toBe(63);
  expect(mine.falseAlarms).toBeCloseTo((63 / preview.days) * 7 * falseAlarmRate({ kind: 'individuals', rules: [1] }), 12);
  expect(preview.days).toBeCloseTo((NOW - T0) / (24 * HOUR) - 1 / 24, 6);
  // Three more wafers come while the fill waits, and are charted between its steps.
  await lots([{ at: T0 + 94 * HOUR, means: [100.3, 99.7, 100] }]);
  const [live] = (await chartsNamed('Highest, live')).filter((c) => c.tool === 'CVD-01' && c.chamber === 'A');
  expect(await pointsOf(mine.id)).toEqual(await pointsOf(live!.id));
  expect((await pointsOf(live!.id)).length).toBe(66);
  const content = ({ author: _, reason: __, ...v }: { author: string; reason: string }) => v;
  expect((await versionsOf(mine.id)).map(content)).toEqual((await versionsOf(live!.id)).map(content));
  expect((await versionsOf(mine.id)).at(-1)).toMatchObject({ version: 2, author: 'Driftless' });
  expect((await chartsNamed('Highest, filled')).every((c) => c.fill_id === null)).toBe(true);
});

test('a fill is resumed where it was, a step that comes twice counts once, and live data in between take no baseline', async () => {
  const saved = await save('Median, in steps', {
    ...highest,
    where: { ...highest.where, characteristic: ['measurement.median'] },
  });
  const step = async () =>
    (await db().one<{ step: number; state: string; points: number }>(
      sql`SELECT step, state, points FROM chart_fill WHERE id = ${saved.fillId}`,
    ))!;
  const run = (n: number) => transaction((tx) => fillStep(tx, { v: 1, fillId: saved.fillId!, step: n }));
  const before = await step();
  await expect(
    transaction(async (tx) => {
      await fillStep(tx, { v: 1, fillId: saved.fillId!, step: 0 });
      throw new Error('killed between the points and the commit');
    }),
  ).rejects.toThrow('killed');
  expect(await step()).toEqual(before);
  await run(0);
  const once = await step();
  expect(once.points).toBeGreaterThan(0);
  await run(0);
  expect(await step()).toEqual(once);
  // Five wafers of now, while most of the history is still to come: charted, not judged, no part of a baseline.
  const [chart] = (await chartsNamed('Median, in steps')).filter((c) => c.tool === 'CVD-01' && c.chamber === 'A');
  const at = T0 + 110 * HOUR;
  await door.post('lots', [lotRecord('LIVE', { startedAt: new Date(at).toISOString() })]);
  const wafers = [1, 2, 3, 4, 5].map((slot) => ({ key: `LIVE-${slot}`, lot: 'LIVE', slot, at: at + slot * 600_000 }));
  await door.post(
    'runs',
    wafers.map((w) => runOf(w)),
  );
  await door.post(
    'measurements',
    wafers.map((w) => measurementOf(w, 300)),
  );
  await doAllWork();
  expect((await step()).state).toBe('done');
  const versions = await versionsOf(chart!.id);
  expect(versions).toHaveLength(2);
  expect(versions[1]!.ucl!, 'limits come of the history, not of the live wafers').toBeLessThan(110);
  const points = await pointsOf(chart!.id);
  expect(points.length).toBe(71);
  expect(points.filter((p) => (p as { lot: string }).lot === 'LIVE').map((p) => (p as { rules: number[] }).rules)).toEqual(
    Array(5).fill([1]),
  );
});

test('points of the past are marked and raise no alert; the next wafer does', async () => {
  const saved = await save('Lowest site', { ...highest, where: { ...highest.where, characteristic: ['measurement.min'] } });
  await doAllWork();
  const [chart] = (await chartsNamed('Lowest site')).filter((c) => c.tool === 'CVD-01' && c.chamber === 'A');
  expect(await countOf(sql`violation WHERE chart_id = ${chart!.id}`)).toBeGreaterThanOrEqual(5);
  expect(await countOf(sql`alert WHERE chart_id = ${chart!.id}`)).toBe(0);
  await lots([{ at: T0 + 130 * HOUR, means: [300] }]);
  expect(await countOf(sql`alert WHERE chart_id = ${chart!.id}`)).toBe(1);
  expect(saved.fillId).not.toBeNull();
});

test('a context seen for the first time has its chart with its first wafer; a recipe divides', async () => {
  await save('By recipe', {
    ...highest,
    where: { ...highest.where, characteristic: ['measurement.min'] },
    splitBy: ['tool', 'recipe'],
  });
  await doAllWork();
  const before = await chartsNamed('By recipe');
  expect(before.map((c) => [c.tool, c.recipe])).toEqual([['CVD-01', 'CVD-OXIDE.KITE-45']]);
  const w = { key: 'NEW-1', lot: 'NEW', slot: 1, at: T0 + 140 * HOUR, chamber: 'B' };
  await door.post('lots', [lotRecord('NEW', { startedAt: new Date(w.at).toISOString() })]);
  await door.post('runs', [runOf(w, { recipe: { name: 'CVD-OXIDE.TRIAL', version: 1 } })]);
  await door.post('measurements', [measurementOf(w, 101)]);
  await doAllWork();
  const after = await chartsNamed('By recipe');
  expect(after.map((c) => c.recipe)).toEqual(['CVD-OXIDE.KITE-45', 'CVD-OXIDE.TRIAL']);
  expect((await pointsOf(after[1]!.id)).length).toBe(1);
  expect(await pointsOf(after[0]!.id)).toHaveLength(72);
  // Its range chart was made by the same wafer, by the template that divides by chamber.
  const [live] = (await chartsNamed('Highest, live')).filter((c) => c.chamber === 'B' && c.tool === 'CVD-01');
  expect((await pointsOf(live!.id)).length).toBe(1);
});

test('patterns of a column that does not divide hold for the values of its one chart', async () => {
  await save('Both ends', {
    ...highest,
    where: { ...highest.where, characteristic: ['measurement.halfrange'], chamber: ['B', 'C'] },
    splitBy: ['tool'],
  });
  await doAllWork();
  const [chart] = await chartsNamed('Both ends');
  expect((await pointsOf(chart!.id)).map((p) => (p as { lot: string }).lot)).toEqual(['NEW']);
});

test('a version goes to its charts from now on; what engineers set on one stays; what no longer matches is retired, and may come back', async () => {
  const name = 'Highest, live';
  const [template] = await db().rows<{ id: string }>(sql`SELECT id FROM chart_template WHERE name = ${name}`);
  const charts = await chartsNamed(name);
  const [a, b] = ['A', 'B'].map((chamber) => charts.find((c) => c.tool === 'CVD-01' && c.chamber === chamber)!);
  await changeChart(ana, {
    chart: a!.id,
    seen: a!.version,
    change: { limits: { cl: 2, ucl: 9, lcl: 0 } },
    reason: 'limits of the supplier',
  });
  await changeChart(ana, { chart: b!.id, seen: b!.version, change: { rules: [1, 2] }, reason: 'runs matter here' });
  const next: TemplateDraft = { ...highest, rules: [1, 5], preset: 'custom' };
  const preview = await previewTemplate(ana, { template: template!.id, content: next });
  expect([preview.keepLimits, preview.keepRules, preview.counts.follows]).toEqual([1, 1, charts.length]);
  expect(preview.charts.filter((c) => c.keepsLimits).map((c) => c.id)).toEqual([a!.id]);
  await save(name, next, { template: template!.id, seen: 1 });
  expect((await versionsOf(a!.id)).at(-1)).toMatchObject({
    rules: [1, 5],
    ucl: 9,
    limits_source: 'given',
    author: 'ana',
    reason: `version 2 of the template: ${reason}`,
  });
  expect((await versionsOf(b!.id)).at(-1)).toMatchObject({ rules: [1, 2] });
  await expect(save(name, next, { template: template!.id, seen: 2 })).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(save(name, highest, { template: template!.id, seen: 1 })).rejects.toMatchObject({ code: 'precondition_failed' });

  await save(name, { ...next, where: { ...next.where, chamber: ['A'] } }, { template: template!.id, seen: 2 });
  const retired = (await chartsNamed(name)).filter((c) => c.retired).map((c) => c.id);
  expect(retired).toContain(b!.id);
  expect(retired).not.toContain(a!.id);
  const seen = (await pointsOf(b!.id)).length;
  await lots([{ at: T0 + 150 * HOUR, means: [100] }]);
  const w = { key: 'GAP-1', lot: 'GAP', slot: 1, at: NOW + HOUR, chamber: 'B' };
  await door.post('lots', [lotRecord('GAP', { startedAt: new Date(w.at).toISOString() })]);
  await door.post('runs', [runOf(w)]);
  await door.post('measurements', [measurementOf(w, 100)]);
  await doAllWork();
  expect(await pointsOf(b!.id)).toHaveLength(seen);
  const back = await save(name, next, { template: template!.id, seen: 3 });
  expect(back.takenBack).toBe(retired.length);
  await doAllWork();
  expect(await pointsOf(b!.id)).toHaveLength(seen + 1);
});

test('a retired chart and a retired template take nothing, and what they missed comes with them when they are restored', async () => {
  const [chart] = (await chartsNamed('Highest, filled')).filter(
    (c) => c.chamber === 'A' && c.tool === 'CVD-01' && c.product === 'KITE-45',
  );
  const later = as('ana', { now: NOW + 30 * HOUR });
  await retireChart(later, { chart: chart!.id, reason });
  await expect(retireChart(later, { chart: chart!.id, reason })).rejects.toMatchObject({ code: 'conflict' });
  await expect(
    changeChart(later, { chart: chart!.id, seen: chart!.version, change: { rules: [1] }, reason }),
  ).rejects.toMatchObject({ code: 'conflict' });
  const before = (await pointsOf(chart!.id)).length;
  await lots([{ at: NOW + 40 * HOUR, means: [100, 100.1] }]);
  expect(await pointsOf(chart!.id)).toHaveLength(before);
  const at = { now: NOW + 50 * HOUR };
  await restoreChart(as('bob', at), { chart: chart!.id, reason });
  await doAllWork();
  expect(await pointsOf(chart!.id)).toHaveLength(before + 2);

  const [template] = await db().rows<{ id: string }>(sql`SELECT id FROM chart_template WHERE name = 'Highest, filled'`);
  const all = (await chartsNamed('Highest, filled')).length;
  expect(await retireTemplate(as('bob', at), { template: template!.id, seen: 1, reason })).toBe(all);
  expect((await chartsNamed('Highest, filled')).every((c) => c.retired)).toBe(true);
  expect(await restoreTemplate(as('bob', at), { template: template!.id, seen: 1, reason })).toBe(all);
  await doAllWork();
  expect((await chartsNamed('Highest, filled')).some((c) => c.retired || c.fill_id !== null)).toBe(false);
});

test('a chart that is retired while it is filled gets its whole history when it is restored', async () => {
  await save('Slope', {
    ...highest,
    where: { ...highest.where, characteristic: ['zone.slope', 'overlay.lot.tx'], operation: ['*'], parameter: ['*'] },
  });
  const charts = await chartsNamed('Slope');
  const slope = charts.find((c) => c.tool === 'CVD-01' && c.chamber === 'A')!;
  await retireChart(ana, { chart: slope.id, reason });
  await doAllWork();
  expect(await pointsOf(slope.id)).toHaveLength(0);
  expect((await chartsNamed('Slope')).filter((c) => c.fill_id !== null).map((c) => c.id)).toEqual([slope.id]);
  // By a clock after the newest wafer of these tests.
  await restoreChart(as('ana', { now: NOW + 60 * HOUR }), { chart: slope.id, reason });
  await doAllWork();
  const measured = await db().one<{ n: number }>(
    sql`SELECT count(*)::int AS n FROM measurement WHERE tool = 'CVD-01' AND chamber = 'A' AND superseded_by IS NULL`,
  );
  expect(await pointsOf(slope.id)).toHaveLength(measured!.n);
});
