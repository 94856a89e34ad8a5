import { db, type RowOf, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { comparedBy, inForceAt, type Memory } from '@/lib/spc';
import { idFromAddress } from '../../address/id-from-address';
import { unsettled } from '../../alerts/unsettled';
import { collectedPoints } from '../phase-one';
import { chartColumns } from '../store';
import { studyOf } from './capability';
import type { ChartColumns, ChartEventView, ChartHead, ChartVersionView, SpcChartView } from './chart-model';
import { chartSpecification } from './chart-specification';
import { isMeasured, recipeChanges } from './recipe-changes';
import { supersededValues } from './superseded';

const MAX_POINTS = 20_000;

/** Everything of one chart in a window. @throws AppError `not_found` when there is no such chart. */
export async function spcChart(id: string, fromMs: number, toMs: number): Promise<SpcChartView> {
  const chart = await db().one<ChartHead>(sql`
    SELECT ${chartColumns}, layer, template_id, retired_at, retired_by, retired_reason FROM chart WHERE id = ${idFromAddress('chart', id)}`);
  if (chart === undefined) throw new AppError('not_found', `there is no chart ${id}`);
  const end = Math.min(toMs, Date.now());
  const [versions, specification, { points, omitted }, events, alert, sisters, collected] = await Promise.all([
    versionsOf(id),
    chartSpecification(chart),
    pointsOf(id, fromMs, toMs),
    eventsOf(chart, fromMs, toMs),
    db().one<NonNullable<SpcChartView['alert']>>(sql`
      SELECT id, state::text, severity, assignee, count FROM alert WHERE chart_id = ${id} ORDER BY (NOT ${unsettled()}), last_at DESC LIMIT 1`),
    sistersOf(chart, fromMs, toMs),
    collectedPoints(db(), chart.id, end),
  ]);
  points.superseded = await supersededValues(chart, points, fromMs, toMs);
  const inForce = inForceAt(versions, 'effectiveMs', end);
  const study = studyOf(chart, inForce, specification, points);
  return {
    toMs: end,
    chart,
    versions,
    specification,
    points,
    omitted,
    collected,
    events,
    alert: alert ?? null,
    ...study,
    sisters,
  };
}

async function versionsOf(id: string): Promise<ChartVersionView[]> {
  const rows = await db().rows<
    Omit<ChartVersionView, 'effectiveMs' | 'createdMs'> & { effective_from: Date; created_at: Date }
  >(sql`
    SELECT version, effective_from, rules, preset, cl, ucl, lcl, limits_source AS "limitsSource", sigma_within AS "sigmaWithin", sigma_method AS "sigmaMethod",
      disp_cl AS "dispCl", disp_ucl AS "dispUcl", disp_lcl AS "dispLcl", disp_source AS "dispSource", lambda, width_l AS "widthL", design, study, baseline_n AS "baselineN", author, reason, created_at
    FROM chart_version WHERE chart_id = ${id} AND cancelled_at IS NULL ORDER BY effective_from, version`);
  return rows.map(({ effective_from, created_at, ...r }) => ({
    ...r,
    effectiveMs: effective_from.getTime(),
    createdMs: created_at.getTime(),
  }));
}

type PointRow = RowOf<
  'chart_point',
  | 'record_id'
  | 'at'
  | 'value'
  | 'plotted'
  | 'plotted_low'
  | 'within'
  | 'within_cl'
  | 'within_ucl'
  | 'within_lcl'
  | 'cl'
  | 'size'
  | 'product'
  | 'unjudged'
  | 'u_value'
  | 'dispersion'
  | 'ucl'
  | 'lcl'
  | 'disp_cl'
  | 'disp_ucl'
  | 'disp_lcl'
  | 'run_id'
  | 'lot'
  | 'slot'
  | 'n'
  | 'tool'
  | 'chamber'
  | 'version'
  | 'rules'
  | 'excluded'
> & { readonly memory: Memory | null };

async function pointsOf(id: string, fromMs: number, toMs: number): Promise<{ points: ChartColumns; omitted: number }> {
  const rows = await db().rows<PointRow & { total: number }>(sql`
    SELECT record_id, at, value, plotted, plotted_low, within, within_cl, within_ucl, within_lcl, cl, size, product, unjudged, memory, u_value, dispersion, ucl, lcl, disp_cl, disp_ucl, disp_lcl, run_id, lot, slot, n, tool, chamber, version, rules, excluded, count(*) OVER ()::int AS total FROM chart_point
    WHERE chart_id = ${id} AND at >= ${new Date(fromMs)} AND at <= ${new Date(toMs)} ORDER BY at DESC, record_id DESC LIMIT ${MAX_POINTS}`);
  rows.reverse();
  const column = (f: (r: PointRow) => number | null): Float64Array => Float64Array.from(rows, (r) => f(r) ?? Number.NaN);
  return {
    omitted: (rows[0]?.total ?? 0) - rows.length,
    points: {
      at: column((r) => r.at.getTime()),
      value: column((r) => r.value),
      plotted: column((r) => r.plotted),
      low: column((r) => r.plotted_low),
      u: column((r) => r.u_value),
      dispersion: column((r) => r.dispersion),
      ucl: column((r) => r.ucl),
      lcl: column((r) => r.lcl),
      dispCl: column((r) => r.disp_cl),
      dispUcl: column((r) => r.disp_ucl),
      dispLcl: column((r) => r.disp_lcl),
      cl: column((r) => r.cl),
      within: column((r) => r.within),
      withinCl: column((r) => r.within_cl),
      withinUcl: column((r) => r.within_ucl),
      withinLcl: column((r) => r.within_lcl),
      size: column((r) => r.size),
      product: rows.map((r) => r.product),
      unjudged: rows.map((r) => r.unjudged),
      memory: rows.map((r) => r.memory),
      recordId: rows.map((r) => r.record_id),
      runId: rows.map((r) => r.run_id),
      lot: rows.map((r) => r.lot),
      slot: rows.map((r) => r.slot),
      n: rows.map((r) => r.n),
      tool: rows.map((r) => r.tool),
      chamber: rows.map((r) => r.chamber),
      version: rows.map((r) => r.version),
      rules: rows.map((r) => r.rules),
      excluded: rows.map((r) => r.excluded),
      superseded: rows.map(() => null),
    },
  };
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

/** The mean of a chart's points `q` that it is compared by. */
const MEAN = {
  value: sql`avg(q.value)`,
  rate: sql`sum(q.value) / NULLIF(sum(q.size), 0)`,
  plotted: sql`avg(q.plotted)`,
} as const;

async function sistersOf(c: ChartHead, fromMs: number, toMs: number): Promise<SpcChartView['sisters']> {
  return db().rows(sql`
    SELECT s.id, s.title, s.tool, s.chamber, COALESCE(p.n, 0) AS n, COALESCE(p.out, 0) AS out, p.mean FROM chart s
    LEFT JOIN LATERAL (SELECT count(*)::int AS n, (count(*) FILTER (WHERE cardinality(q.rules) > 0))::int AS out, ${MEAN[comparedBy(c.kind)]} AS mean FROM chart_point q
      WHERE q.chart_id = s.id AND q.at >= ${new Date(fromMs)} AND q.at <= ${new Date(toMs)} AND q.excluded IS NULL) p ON true
    WHERE s.active AND s.operation = ${c.operation} AND s.characteristic = ${c.characteristic} AND s.parameter = ${c.parameter} AND s.kind = ${c.kind}
      AND s.product IS NOT DISTINCT FROM ${c.product} ORDER BY s.tool, s.chamber LIMIT 24`);
}

export interface WhyRed {
  recordId: string;
  violations: {
    rule: number;
    version: number;
    members: string[];
    side: string | null;
    window: number | null;
    cl: number | null;
    ucl: number | null;
    lcl: number | null;
    sigma: number | null;
    /** The statistic that was judged: the plotted value, or the dispersion. */
    judged: number | null;
    alertId: string | null;
  }[];
}

/** The rules that fired with these points, with the members of their windows and the limits that were in force. */
export async function violationsOf(chartId: string, fromMs: number, toMs: number): Promise<WhyRed[]> {
  const rows = await db().rows<{
    record_id: string;
    rule: number;
    version: number;
    members: string[];
    detail: Record<string, unknown>;
    alert_id: string | null;
  }>(sql`
    SELECT v.record_id, v.rule, v.version, v.members, v.detail, (SELECT s.alert_id FROM alert_signal s JOIN alert a ON a.id = s.alert_id
        WHERE s.chart_id = v.chart_id AND s.record_id = v.record_id AND s.rule = v.rule AND s.withdrawn_at IS NULL ORDER BY a.raised_at DESC LIMIT 1) AS alert_id
    FROM violation v WHERE v.chart_id = ${chartId} AND v.at >= ${new Date(fromMs)} AND v.at <= ${new Date(toMs)} ORDER BY v.at DESC, v.rule LIMIT 2000`);
  const out = new Map<string, WhyRed>();
  const numeric = (v: unknown): number | null => (typeof v === 'number' ? v : null);
  for (const r of rows) {
    const w = out.get(r.record_id) ?? { recordId: r.record_id, violations: [] };
    const d = r.detail;
    w.violations.push({
      rule: r.rule,
      version: r.version,
      members: r.members,
      side: typeof d['side'] === 'string' ? d['side'] : null,
      window: numeric(d['window']),
      cl: numeric(d['cl']),
      ucl: numeric(d['ucl']),
      lcl: numeric(d['lcl']),
      sigma: numeric(d['sigma']),
      judged: numeric(d['judged']),
      alertId: r.alert_id,
    });
    out.set(r.record_id, w);
  }
  return [...out.values()];
}
