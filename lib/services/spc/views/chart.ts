import { db, type Sql, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { BUILT_IN_SETS, comparedBy, inForceAt, kindOf } from '@/lib/spc';
import { idFromAddress } from '../../address/id-from-address';
import { unsettled } from '../../alerts/unsettled';
import { collectedPoints } from '../phase-one';
import { rollupsFrom } from '../rollups';
import { chartColumns } from '../store';
import { counts, type StudiedPoints, studiedPoints, studyOf } from './capability';
import { chartMarks } from './chart-marks';
import type { ChartEventView, ChartHead, ChartMarks, ChartVersionView, SpcChartView } from './chart-model';
import { columnsOf, pointsOf } from './chart-points';
import { type ChartSpecification, chartSpecification } from './chart-specification';
import { isMeasured, recipeChanges } from './recipe-changes';
import { supersededValues } from './superseded';
import { splitWindow, sumsOf, type WindowSums, windowSumsOf } from './window-sums';

/** Up to this many points a chart draws each of them; of more it draws marks (`chart-marks.ts`). */
const ONE_BY_ONE = 1500;

/** Marks carry one statistic, judged by the limits of its phase; sums in two directions, counts and a spread within need their points. */
const drawsMarks = (kind: ChartHead['kind']): boolean =>
  kind !== 'cusum' && kindOf(kind).ofCounts !== true && kindOf(kind).within === undefined;

/**
 * Everything of one chart in a window.
 * @param asMarks - of more points than a screen has columns only what is drawn (`marks`), where the kind of chart allows it; default: all points, the newest 20,000 at most.
 * @throws AppError `not_found` when there is no such chart.
 */
export async function spcChart(id: string, fromMs: number, toMs: number, asMarks = false): Promise<SpcChartView> {
  const chart = await db().one<ChartHead>(sql`
    SELECT ${chartColumns}, layer, template_id, retired_at, retired_by, retired_reason FROM chart WHERE id = ${idFromAddress('chart', id)}`);
  if (chart === undefined) throw new AppError('not_found', `there is no chart ${id}`);
  const end = Math.min(toMs, Date.now());
  const filledFrom = await rollupsFrom(db());
  const [isLong, was] = await Promise.all([
    asMarks && drawsMarks(chart.kind) && hasMoreThan(id, fromMs, toMs, ONE_BY_ONE),
    supersededValues(chart, fromMs, toMs),
  ]);
  const [versions, specification, drawn, events, alert, sisters, collected] = await Promise.all([
    versionsOf(id),
    chartSpecification(chart),
    isLong ? longChart(id, fromMs, toMs, filledFrom, was) : pointsOf(id, fromMs, toMs),
    eventsOf(chart, fromMs, toMs),
    db().one<NonNullable<SpcChartView['alert']>>(sql`
      SELECT id, state::text, severity, assignee, count FROM alert WHERE chart_id = ${id} ORDER BY (NOT ${unsettled()}), last_at DESC LIMIT 1`),
    sistersOf(chart, splitWindow(fromMs, toMs, filledFrom)),
    collectedPoints(db(), chart.id, end),
  ]);
  if ('points' in drawn) {
    drawn.points.superseded = drawn.points.recordId.map((r) => was.get(r) ?? null);
  }
  const inForce = inForceAt(versions, 'effectiveMs', end);
  const studied =
    'sums' in drawn
      ? await studiedMarks(chart, specification, drawn, { fromMs, toMs, filledFrom })
      : studiedPoints(chart.kind, specification, drawn.points);
  return {
    fromMs,
    toMs: end,
    chart,
    versions,
    specification,
    points: 'sums' in drawn ? columnsOf([]) : drawn.points,
    marks: 'sums' in drawn ? drawn.marks : null,
    omitted: 'sums' in drawn ? 0 : drawn.omitted,
    collected,
    events,
    alert: alert ?? null,
    ...studyOf(chart, inForce, specification, studied),
    sisters,
  };
}

/** Whether a chart has more than `n` points in a window; looks at no more than that. */
async function hasMoreThan(id: string, fromMs: number, toMs: number, n: number): Promise<boolean> {
  const row = await db().one<{ more: boolean }>(sql`
    SELECT count(*) > ${n} AS more FROM (SELECT 1 FROM chart_point WHERE chart_id = ${id} AND at >= ${new Date(fromMs)} AND at <= ${new Date(toMs)} LIMIT ${n + 1}) p`);
  return row!.more;
}

interface LongChart {
  readonly sums: WindowSums;
  readonly marks: ChartMarks;
}

async function longChart(
  id: string,
  fromMs: number,
  toMs: number,
  filledFrom: number,
  was: ReadonlyMap<string, number>,
): Promise<LongChart> {
  const counted = windowSumsOf(id, splitWindow(fromMs, toMs, filledFrom));
  const count = counted.then((s) => s.n_all);
  const [sums, marks] = await Promise.all([counted, chartMarks(id, fromMs, toMs, count, filledFrom, was)]);
  return { sums, marks };
}

/** The study of a long chart: moments of all points; signals of the flagged ones, all of which are among the marks. */
async function studiedMarks(
  chart: ChartHead,
  s: ChartSpecification,
  { sums, marks }: LongChart,
  w: { readonly fromMs: number; readonly toMs: number; readonly filledFrom: number },
): Promise<StudiedPoints> {
  const since = s.spans.at(-1)?.fromMs ?? Number.NEGATIVE_INFINITY;
  const before = Math.min(w.toMs, since - 1);
  const older = before < w.fromMs ? 0 : (await windowSumsOf(chart.id, splitWindow(w.fromMs, before, w.filledFrom))).n;
  const excluded = new Set(marks.excluded.map((e) => e.i));
  const isSignal = marks.ruleSets.map((rules) => rules.some((r) => counts(chart.kind, r)));
  return {
    n: sums.n,
    mean: sums.mean ?? Number.NaN,
    variance: sums.m2 === null || sums.n < 2 ? Number.NaN : sums.m2 / (sums.n - 1),
    signals: marks.rules.reduce((k, set, i) => k + (isSignal[set] && !excluded.has(i) ? 1 : 0), 0),
    // The extremes of 450 columns: a gauge too coarse for them is too coarse for all points.
    distinct: new Set(marks.plotted).size,
    older,
  };
}

async function versionsOf(id: string): Promise<ChartVersionView[]> {
  const rows = await db().rows<
    Omit<ChartVersionView, 'effectiveMs' | 'createdMs'> & { effective_from: Date; created_at: Date }
  >(sql`
    SELECT version, effective_from, rules, preset, set_version AS "setVersion", (SELECT s.name FROM rule_set s WHERE s.id::text = preset) AS "setName", cl, ucl, lcl, limits_source AS "limitsSource", sigma_within AS "sigmaWithin", sigma_method AS "sigmaMethod",
      disp_cl AS "dispCl", disp_ucl AS "dispUcl", disp_lcl AS "dispLcl", disp_source AS "dispSource", lambda, width_l AS "widthL", design, study, baseline_n AS "baselineN", author, reason, created_at
    FROM chart_version WHERE chart_id = ${id} AND cancelled_at IS NULL ORDER BY effective_from, version`);
  return rows.map(({ effective_from, created_at, ...r }) => ({
    ...r,
    setName: r.setName ?? BUILT_IN_SETS.find((s) => s.id === r.preset)?.label ?? null,
    effectiveMs: effective_from.getTime(),
    createdMs: created_at.getTime(),
  }));
}

async function eventsOf(c: ChartHead, fromMs: number, toMs: number): Promise<ChartEventView[]> {
  const rows = await db().rows<{ at: Date; kind: string; tool: string; chamber: string | null; description: string }>(sql`
    SELECT e.at, e.kind, e.tool, e.chamber, e.description FROM equipment_event e JOIN operation o ON o.name = ${c.operation} AND e.tool = ANY(o.tools)
    WHERE e.at >= ${new Date(fromMs)} AND e.at <= ${new Date(toMs)} AND (${c.tool}::text IS NULL OR e.tool = ${c.tool})
      AND (${c.chamber}::text IS NULL OR e.chamber IS NULL OR e.chamber = ${c.chamber}) ORDER BY e.at LIMIT 500`);
  const own = rows.map(({ at, ...r }) => ({ ...r, atMs: at.getTime() }));
  const recipes = (isMeasured(c.characteristic) ? await recipeChanges(c, fromMs, toMs) : []).map((r) => ({
    atMs: r.atMs,
    kind: 'metrology_recipe',
    tool: null,
    chamber: null,
    description: `metrology recipe ${r.recipe} version ${r.version}, in force ${new Date(r.inForceMs).toISOString().slice(0, 16).replace('T', ' ')} UTC, ${r.author}: ${r.reason}`,
  }));
  return [...own, ...recipes].sort((a, b) => a.atMs - b.atMs);
}

/** The mean of the points `q` of charts that are not compared by their values. */
const MEAN = {
  rate: sql`sum(q.value) / NULLIF(sum(q.size), 0)`,
  plotted: sql`avg(q.plotted)`,
} as const;

/** Sums of days stand for values; rates and plotted deviations are made of the points. */
function comparedSums(kind: ChartHead['kind'], w: ReturnType<typeof splitWindow>): Sql {
  const by = comparedBy(kind);
  if (by === 'value') return sumsOf(sql`s.id`, w);
  return sql`SELECT count(*)::int AS n, (count(*) FILTER (WHERE cardinality(q.rules) > 0))::int AS n_out, ${MEAN[by]} AS mean FROM chart_point q
    WHERE q.chart_id = s.id AND q.at >= ${w.from} AND q.at <= ${w.to} AND q.excluded IS NULL`;
}

async function sistersOf(c: ChartHead, w: ReturnType<typeof splitWindow>): Promise<SpcChartView['sisters']> {
  return db().rows(sql`
    SELECT s.id, s.title, s.tool, s.chamber, p.n, p.n_out AS out, p.mean FROM chart s CROSS JOIN LATERAL (${comparedSums(c.kind, w)}) p
    WHERE s.active AND s.operation = ${c.operation} AND s.characteristic = ${c.characteristic} AND s.parameter = ${c.parameter} AND s.kind = ${c.kind} AND s.variables IS NOT DISTINCT FROM ${c.variables === null ? null : JSON.stringify(c.variables)}::jsonb
      AND s.product IS NOT DISTINCT FROM ${c.product} ORDER BY s.tool, s.chamber LIMIT 24`);
}
