import { db, type RowOf, type Sql, sql } from '@/lib/db';
import type { Memory } from '@/lib/spc';
import { idFromAddress } from '../../address/id-from-address';
import type { ChartColumns } from './chart-model';
import { type WhyRed, whyRed } from './violations';

const MAX_POINTS = 20_000;

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
  | 'warnings'
  | 'excluded'
> & { readonly memory: Memory | null };

const POINT_COLUMNS = sql`record_id, at, value, plotted, plotted_low, within, within_cl, within_ucl, within_lcl, cl, size, product, unjudged, memory, u_value, dispersion, ucl, lcl, disp_cl, disp_ucl, disp_lcl, run_id, lot, slot, n, tool, chamber, version, rules, warnings, excluded`;

/** The points of a window, the newest 20,000 of them. */
export async function pointsOf(id: string, fromMs: number, toMs: number): Promise<{ points: ChartColumns; omitted: number }> {
  const rows = await db().rows<PointRow & { total: number }>(sql`
    SELECT ${POINT_COLUMNS}, count(*) OVER ()::int AS total FROM chart_point
    WHERE chart_id = ${id} AND at >= ${new Date(fromMs)} AND at <= ${new Date(toMs)} ORDER BY at DESC, record_id DESC LIMIT ${MAX_POINTS}`);
  rows.reverse();
  return { omitted: (rows[0]?.total ?? 0) - rows.length, points: columnsOf(rows) };
}

export function columnsOf(rows: readonly PointRow[]): ChartColumns {
  const column = (f: (r: PointRow) => number | null): Float64Array => Float64Array.from(rows, (r) => f(r) ?? Number.NaN);
  return {
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
    warnings: rows.map((r) => r.warnings),
    excluded: rows.map((r) => r.excluded),
    superseded: rows.map(() => null),
  };
}

/** A point by its record, or by when and where it stands on the chart; NaN where nothing of it is plotted. */
export type PointKey = { readonly record: string } | { readonly atMs: number; readonly plotted: number };

/** A point with the other members of the windows of its signals, oldest first. */
export interface ChosenPoint {
  points: ChartColumns;
  /** Index of the point. */
  index: number;
  why: WhyRed | null;
}

/** One point of a chart and why it is red; null where there is none such. */
export async function chosenPoint(chart: string, key: PointKey): Promise<ChosenPoint | null> {
  const id = idFromAddress('chart', chart);
  const is =
    'record' in key
      ? sql`record_id = ${idFromAddress('point', key.record)}`
      : sql`at = ${new Date(key.atMs)} AND plotted IS NOT DISTINCT FROM ${Number.isNaN(key.plotted) ? null : key.plotted}::float8`;
  const [own] = await selected(sql`chart_id = ${id} AND ${is} ORDER BY record_id LIMIT 1`);
  if (own === undefined) return null;
  const [why = null] = await whyRed(sql`v.chart_id = ${id} AND v.at = ${own.at} AND v.record_id = ${own.record_id}`);
  const members = [...new Set(why?.violations.flatMap((v) => v.members) ?? [])];
  const others =
    members.length === 0
      ? []
      : await selected(sql`chart_id = ${id} AND record_id = ANY(${members}::uuid[]) AND at <= ${own.at} ORDER BY at, record_id`);
  const rows = others.some((r) => r.record_id === own.record_id) ? others : [...others, own];
  return { points: columnsOf(rows), index: rows.findIndex((r) => r.record_id === own.record_id), why };
}

const selected = (condition: Sql): Promise<PointRow[]> =>
  db().rows<PointRow>(sql`SELECT ${POINT_COLUMNS} FROM chart_point WHERE ${condition}`);

const EXPORT_STEP = 5_000;

/** All points of a window, oldest first, some thousand at a time. */
export async function* allPoints(chart: string, fromMs: number, toMs: number): AsyncGenerator<ChartColumns, undefined> {
  const id = idFromAddress('chart', chart);
  let after: Sql = sql`at >= ${new Date(fromMs)}`;
  for (;;) {
    const rows = await selected(
      sql`chart_id = ${id} AND ${after} AND at <= ${new Date(toMs)} ORDER BY at, record_id LIMIT ${EXPORT_STEP}`,
    );
    if (rows.length > 0) yield columnsOf(rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length < EXPORT_STEP) return;
    after = sql`(at, record_id) > (${last.at}::timestamptz, ${last.record_id}::uuid)`;
  }
}

export interface ValueBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Bins of a histogram of a long chart. */
const BINS = 40;

/** Counts of all values of a window that are not excluded, in bins of one width. */
export async function valueBins(chart: string, fromMs: number, toMs: number): Promise<ValueBin[]> {
  const id = idFromAddress('chart', chart);
  const inWindow = sql`p.chart_id = ${id} AND p.at >= ${new Date(fromMs)} AND p.at <= ${new Date(toMs)} AND p.excluded IS NULL`;
  const rows = await db().rows<{ lo: number; width: number; bin: number; n: number }>(sql`
    WITH v AS MATERIALIZED (SELECT p.value FROM chart_point p WHERE ${inWindow}),
      r AS (SELECT min(value) AS lo, nullif((max(value) - min(value)) / ${BINS}::float8, 0) AS width FROM v)
    SELECT r.lo, COALESCE(r.width, 0) AS width, least(${BINS - 1}, COALESCE(floor((v.value - r.lo) / r.width), 0))::int AS bin, count(*)::int AS n FROM v, r GROUP BY 1, 2, 3 ORDER BY 3`);
  const [first] = rows;
  if (first === undefined) return [];
  const of = new Map(rows.map((r) => [r.bin, r.n]));
  const bins = first.width > 0 ? BINS : 1;
  return Array.from({ length: bins }, (_, i) => ({
    from: first.lo + i * first.width,
    to: first.lo + (i + 1) * first.width,
    count: of.get(i) ?? 0,
  }));
}
