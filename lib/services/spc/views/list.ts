import { db, sql, where } from '@/lib/db';
import { type ChartKind, capabilityIndices, comparedBy, kindOf } from '@/lib/spc';
import { type Cursor, type CursorKey, pageOf, readCursor } from '../../address/cursor';
import { unsettled } from '../../alerts/unsettled';
import { SPECIFICATION_OF_CHART } from '../chart-specification';

export interface ScreenFilter {
  readonly fromMs: number;
  readonly toMs: number;
  readonly area: string | null;
  readonly operation: string | null;
  readonly product: string | null;
  readonly tool: string | null;
  /** Default: all. */
  readonly parameter?: string | null;
  /** Only charts whose values are on the scale of a specification. */
  readonly onlySpecified?: boolean;
  /** First part of the characteristic: measurement, zernike, overlay, vm. */
  readonly source: string | null;
  /** Kind of chart; default: all. */
  readonly kind?: string | null;
  /** Only charts of this template; default: all. */
  readonly template?: string | null;
  /** Only retired charts, which are left out otherwise. */
  readonly onlyRetired?: boolean;
  /** Only charts where a rule fired in the window. */
  readonly onlyOut: boolean;
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | null;
}

export interface ScreenRow {
  id: string;
  title: string;
  area: string;
  operation: string;
  product: string | null;
  tool: string | null;
  chamber: string | null;
  kind: ChartKind;
  characteristic: string;
  unit: string;
  alerting: boolean;
  n: number;
  out: number;
  lastAtMs: number | null;
  /** What the chart judges: the value, or of an EWMA chart the average. */
  lastValue: number | null;
  lastOutMs: number | null;
  /** Standard uncertainty of the last value, for its digits. */
  lastU: number | null;
  sigmaWithin: number | null;
  sigmaOverall: number | null;
  /** sigma overall / sigma within of the limits in force. */
  stability: number | null;
  cpk: number | null;
  /** The specification differs by product, so that the chart has no Cpk. */
  specDiffers: boolean;
  cl: number | null;
  ucl: number | null;
  lcl: number | null;
  dispUcl: number | null;
  dispLcl: number | null;
  /** Open alert of this chart. */
  alertId: string | null;
  spark: Float64Array;
  sparkOut: Float64Array;
}

interface Row {
  id: string;
  title: string;
  area: string;
  operation: string;
  product: string | null;
  tool: string | null;
  chamber: string | null;
  kind: ChartKind;
  characteristic: string;
  unit: string;
  alerting: boolean;
  cl: number | null;
  ucl: number | null;
  lcl: number | null;
  disp_ucl: number | null;
  disp_lcl: number | null;
  sigma_within: number | null;
  lsl: number | null;
  usl: number | null;
  target: number | null;
  spec_differs: boolean;
  n: number | null;
  n_out: number | null;
  mean: number | null;
  sd: number | null;
  last_out: Date | null;
  last_at: Date | null;
  last_value: number | null;
  last_u: number | null;
  spark: Float64Array | null;
  spark_out: Float64Array | null;
  alert_id: string | null;
  total: number;
  is_idle: number;
  is_closed: number;
  is_in: number;
  is_silent: number;
  minus_share: number;
}

/** Position of a chart in the list: the five ranks, its title, its id. */
const CHART_KEYS: readonly CursorKey[] = ['integer', 'integer', 'integer', 'integer', 'number', 'text', 'uuid'];
const chartKey = (r: Row): Cursor => [r.is_idle, r.is_closed, r.is_in, r.is_silent, r.minus_share, r.title, r.id];

const SPARK_POINTS = 40;

/**
 * The screening table: each chart with the figures it is ranked by. Worst first: charts with an open alert, then by rules fired in the window and
 * lowest Cpk over stability. One statement; charts without points in the window follow at the end.
 */
export async function screenCharts(f: ScreenFilter): Promise<{ rows: ScreenRow[]; total: number; next: string | null }> {
  const from = new Date(f.fromMs);
  const to = new Date(f.toMs);
  const after = readCursor(f.after ?? null, CHART_KEYS);
  const rows = await db().rows<Row>(sql`
    WITH picked AS (
      SELECT c.id, c.title, c.area, c.operation, c.product, c.tool, c.chamber, c.kind, c.characteristic, c.unit, c.alerting,
        v.cl, v.ucl, v.lcl, v.disp_ucl, v.disp_lcl, v.sigma_within, spec.lsl, spec.usl, spec.target, spec.contexts > 1 AS spec_differs
      FROM chart c JOIN LATERAL (SELECT * FROM chart_version q WHERE q.chart_id = c.id AND q.cancelled_at IS NULL AND q.effective_from <= least(${to}::timestamptz, now())
        ORDER BY q.effective_from DESC, q.version DESC LIMIT 1) v ON true ${SPECIFICATION_OF_CHART}
      ${where([
        f.onlyRetired === true ? sql`NOT c.active` : sql`c.active`,
        f.template != null && sql`c.template_id::text = ${f.template}`,
        f.area !== null && sql`c.area = ${f.area}`,
        f.operation !== null && sql`c.operation = ${f.operation}`,
        f.product !== null && sql`(c.product = ${f.product} OR c.product IS NULL)`,
        f.tool !== null && sql`c.tool = ${f.tool}`,
        f.parameter != null && sql`c.parameter = ${f.parameter}`,
        f.onlySpecified === true && sql`c.specified`,
        f.kind != null && sql`c.kind = ${f.kind}`,
        f.source !== null && sql`split_part(c.characteristic, '.', 1) = ${f.source}`,
      ])}),
    stats AS (
      SELECT p.chart_id, count(*)::int AS n, (count(*) FILTER (WHERE cardinality(p.rules) > 0))::int AS n_out, avg(p.value) AS mean,
        stddev_samp(p.value) AS sd, max(p.at) FILTER (WHERE cardinality(p.rules) > 0) AS last_out
      FROM chart_point p JOIN picked k ON k.id = p.chart_id
      WHERE p.at >= ${from} AND p.at <= ${to} AND p.excluded IS NULL GROUP BY p.chart_id),
    ranked AS (
      SELECT k.*, s.n, s.n_out, s.mean, s.sd, s.last_out, a.id AS alert_id, count(*) OVER ()::int AS total,
        (s.n IS NULL)::int AS is_idle, (a.id IS NULL)::int AS is_closed, (COALESCE(s.n_out, 0) = 0)::int AS is_in, (NOT k.alerting)::int AS is_silent,
        COALESCE(-s.n_out::float8 / s.n, 0) AS minus_share
      FROM picked k LEFT JOIN stats s ON s.chart_id = k.id
      LEFT JOIN LATERAL (SELECT id FROM alert a WHERE a.chart_id = k.id AND ${unsettled(sql`a`)} LIMIT 1) a ON true
      WHERE ${!f.onlyOut} OR s.n_out > 0),
    paged AS (
      SELECT * FROM ranked ${where([
        after !== null &&
          sql`(is_idle, is_closed, is_in, is_silent, minus_share, title, id) > (${after[0]}::bigint, ${after[1]}::bigint, ${after[2]}::bigint, ${after[3]}::bigint, ${after[4]}::float8, ${after[5]}::text, ${after[6]}::uuid)`,
      ])}
      ORDER BY is_idle, is_closed, is_in, is_silent, minus_share, title, id LIMIT ${f.limit + 1})
    SELECT r.*, t.spark, t.spark_out, t.last_at, t.last_value, t.last_u FROM paged r
    LEFT JOIN LATERAL (
      SELECT array_agg(q.plotted ORDER BY q.at) AS spark, array_agg((cardinality(q.rules) > 0)::int::float8 ORDER BY q.at) AS spark_out,
        max(q.at) AS last_at, (array_agg(q.plotted ORDER BY q.at DESC))[1] AS last_value, (array_agg(q.u_value ORDER BY q.at DESC))[1] AS last_u
      FROM (SELECT p.at, p.value, p.plotted, p.rules, p.u_value FROM chart_point p WHERE p.chart_id = r.id AND p.at >= ${from} AND p.at <= ${to} ORDER BY p.at DESC LIMIT ${SPARK_POINTS}) q
    ) t ON true
    ORDER BY is_idle, is_closed, is_in, is_silent, minus_share, title, id`);
  const { page, next } = pageOf(rows, f.limit, chartKey);
  return { rows: page.map(toRow), total: rows[0]?.total ?? 0, next };
}

function toRow(r: Row): ScreenRow {
  // counts of different sizes and values of different targets do not compare with one sigma
  const isOneScale = comparedBy(r.kind) === 'value';
  const stability = isOneScale && r.sd !== null && r.sigma_within !== null && r.sigma_within > 0 ? r.sd / r.sigma_within : null;
  return {
    id: r.id,
    title: r.title,
    area: r.area,
    operation: r.operation,
    product: r.product,
    tool: r.tool,
    chamber: r.chamber,
    kind: r.kind,
    characteristic: r.characteristic,
    unit: r.unit,
    alerting: r.alerting,
    n: r.n ?? 0,
    out: r.n_out ?? 0,
    lastAtMs: r.last_at?.getTime() ?? null,
    lastValue: r.last_value,
    lastOutMs: r.last_out?.getTime() ?? null,
    lastU: r.last_u,
    sigmaWithin: r.sigma_within,
    sigmaOverall: r.sd,
    stability,
    cpk: cpkOf(r),
    specDiffers: r.spec_differs,
    cl: r.cl,
    ucl: r.ucl,
    lcl: r.lcl,
    dispUcl: r.disp_ucl,
    dispLcl: r.disp_lcl,
    alertId: r.alert_id,
    spark: r.spark ?? new Float64Array(0),
    sparkOut: r.spark_out ?? new Float64Array(0),
  };
}

/** Cpk of the window with the sigma of the limits in force; null without specification, limits or enough points. */
function cpkOf(r: Row): number | null {
  if (r.mean === null || r.sigma_within === null || !(r.sigma_within > 0) || (r.n ?? 0) < 2 || (r.lsl === null && r.usl === null))
    return null;
  if (kindOf(r.kind).memory !== null) return null;
  const spec = { ...(r.lsl === null ? {} : { lsl: r.lsl }), ...(r.usl === null ? {} : { usl: r.usl }) };
  return capabilityIndices(r.mean, r.sigma_within, r.n!, spec).actual;
}

export interface FabLists {
  areas: string[];
  operations: { name: string; area: string }[];
  products: string[];
  parameters: string[];
  tools: { name: string; area: string }[];
}

/** The choices of the filters. */
export async function fabLists(): Promise<FabLists> {
  const [areas, operations, products, parameters, tools] = await Promise.all([
    db().rows<{ name: string }>(sql`SELECT name FROM area ORDER BY position`),
    db().rows<{ name: string; area: string }>(sql`SELECT name, area FROM operation ORDER BY position`),
    db().rows<{ name: string }>(sql`SELECT name FROM product ORDER BY name`),
    db().rows<{ name: string }>(sql`SELECT DISTINCT parameter AS name FROM chart WHERE active ORDER BY parameter`),
    db().rows<{ name: string; area: string }>(sql`SELECT name, area FROM tool ORDER BY position, name`),
  ]);
  const names = (rows: readonly { name: string }[]): string[] => rows.map((r) => r.name);
  return { areas: names(areas), operations, products: names(products), parameters: names(parameters), tools };
}
