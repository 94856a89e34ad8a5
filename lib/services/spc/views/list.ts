import { db, type Sql, sql, where } from '@/lib/db';
import { CHART_KINDS, type ChartKind, comparedBy, kindOf } from '@/lib/spc';
import { pageOf } from '../../address/cursor';
import { unsettled } from '../../alerts/unsettled';
import { SPECIFICATION_OF_CHART } from '../chart-specification';
import { rollupsFrom } from '../rollups';
import { type ListOrder, listOrder, type OrderedRow, orderingOf } from './list-order';
import { type ListWindow, listWindow, windowSums } from './list-stats';

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
  /** Default: worst first. */
  readonly order?: ListOrder | null;
  /** `next` of the page before, in the same order. */
  readonly after?: string | null;
  /** Without the last points, for a file. */
  readonly withoutSpark?: boolean;
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

interface Row extends OrderedRow {
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
  spec_differs: boolean;
  n: number | null;
  n_out: number | null;
  sd: number | null;
  cpk: number | null;
  stability: number | null;
  last_out: Date | null;
  last_at: Date | null;
  last_value: number | null;
  last_u: number | null;
  spark: Float64Array | null;
  spark_out: Float64Array | null;
  alert_id: string | null;
  total: number;
}

const SPARK_POINTS = 40;
/** Kinds that plot an average of their past, counts or several variables have no capability of their own. */
const WITHOUT_CAPABILITY = CHART_KINDS.filter(
  (k) => kindOf(k).memory !== null || kindOf(k).ofCounts === true || kindOf(k).ofVariables === true,
);
/** Counts of different sizes and values of different targets do not compare with one sigma. */
const OF_ONE_SCALE = CHART_KINDS.filter((k) => comparedBy(k) === 'value');

/** The version in force at the end of the window, as far as the order needs it. */
const currentVersions = (to: Date): Sql => sql`
  SELECT DISTINCT ON (q.chart_id) q.chart_id, q.version, q.sigma_within, COALESCE(q.cl, q.ucl, q.lcl, 0) AS origin, num_nonnulls(q.ucl, q.lcl, q.disp_ucl, q.disp_lcl) > 0 AS has_limits
  FROM chart_version q WHERE q.cancelled_at IS NULL AND q.effective_from <= least(${to}::timestamptz, now())
  ORDER BY q.chart_id, q.effective_from DESC, q.version DESC`;

/** Retired charts `c` are a list of their own. */
const shown = (f: ScreenFilter): Sql => (f.onlyRetired === true ? sql`NOT c.active` : sql`c.active`);

/** Charts that pass the filters, with what their order needs: limits in force, specification, and the origin of their sums. */
const pickedCharts = (f: ScreenFilter, to: Date): Sql => sql`
  shared AS (SELECT c.id, spec.* FROM chart c ${SPECIFICATION_OF_CHART} WHERE ${shown(f)} AND c.specified AND c.product IS NULL),
  picked AS MATERIALIZED (
    SELECT c.id, c.title, c.alerting, c.kind = ANY(${WITHOUT_CAPABILITY}::text[]) AS incapable, c.kind = ANY(${OF_ONE_SCALE}::text[]) AS of_one_scale, v.version, v.sigma_within, v.origin, v.has_limits,
      COALESCE(own.lsl, shared.lsl) AS lsl, COALESCE(own.usl, shared.usl) AS usl, COALESCE(shared.contexts > 1, false) AS spec_differs
    FROM chart c JOIN (${currentVersions(to)}) v ON v.chart_id = c.id
    LEFT JOIN specification own ON c.specified AND own.product = c.product AND own.operation = c.operation AND own.parameter = c.parameter
    LEFT JOIN shared ON shared.id = c.id
    ${where([
      shown(f),
      f.template != null && sql`c.template_id::text = ${f.template}`,
      f.area !== null && sql`c.area = ${f.area}`,
      f.operation !== null && sql`c.operation = ${f.operation}`,
      f.product !== null && sql`(c.product = ${f.product} OR c.product IS NULL)`,
      f.tool !== null && sql`c.tool = ${f.tool}`,
      f.parameter != null && sql`c.parameter = ${f.parameter}`,
      f.onlySpecified === true && sql`c.specified`,
      f.kind != null && sql`c.kind = ${f.kind}`,
      f.source !== null && sql`split_part(c.characteristic, '.', 1) = ${f.source}`,
    ])})`;

/**
 * What the list is ordered by. Cpk is that of the window's mean with the sigma of the limits in force (as `capabilityIndices`); null without
 * specification, limits or enough points. Stability is sigma overall over that sigma. The last value is that of the last point with something plotted.
 */
const FIGURES = sql`
  measured AS (SELECT chart_id, nullif(n, 0) AS n, n_out, last_at, last_out, last[2] AS last_key, s1 / nullif(n, 0) AS from_origin,
    CASE WHEN n > 1 THEN sqrt(greatest(0, s2 - s1 * s1 / n) / (n - 1)) END AS sd FROM stats),
  figures AS (
    SELECT k.id, k.title, k.alerting, k.version, k.spec_differs, k.has_limits, m.n, m.n_out, m.sd, m.last_at, m.last_out, m.last_key, a.id AS alert_id,
      CASE WHEN k.of_one_scale THEN m.sd / nullif(k.sigma_within, 0) END AS stability,
      CASE WHEN m.n > 1 AND k.sigma_within > 0 AND NOT k.incapable
        THEN least(k.usl - (k.origin + m.from_origin), (k.origin + m.from_origin) - k.lsl) / (3 * k.sigma_within) END AS cpk
    FROM picked k LEFT JOIN measured m ON m.chart_id = k.id
    LEFT JOIN (SELECT DISTINCT ON (chart_id) chart_id, id FROM alert WHERE ${unsettled()} AND chart_id IS NOT NULL ORDER BY chart_id, raised_at) a ON a.chart_id = k.id)`;

export interface ScreenPage {
  rows: ScreenRow[];
  total: number;
  next: string | null;
  /** What is shown: windows longer than a day are of whole UTC days. */
  window: ListWindow;
}

/**
 * The screening table: each chart with the figures it is ordered by, worst first or by one of its columns. Sums of days and weeks stand for the points of
 * the window; the points themselves are read for the charts of the page alone.
 */
export async function screenCharts(f: ScreenFilter): Promise<ScreenPage> {
  const window = listWindow(f.fromMs, f.toMs);
  const [from, to] = [new Date(window.fromMs), new Date(window.toMs)];
  const order = listOrder(f.order ?? null);
  const { columns, by, after, cursorOf } = orderingOf(order, f.after ?? null);
  const filledFrom = window.wholeDays ? await rollupsFrom(db()) : 0;
  const rows = await db().rows<Row>(sql`
    WITH ${pickedCharts(f, to)},
    stats AS (${windowSums(window, filledFrom, Date.now(), order?.key === 'last')}), ${FIGURES},
    ranked AS (SELECT q.*, ${columns}, count(*) OVER ()::int AS total FROM figures q WHERE ${!f.onlyOut} OR q.n_out > 0),
    paged AS (SELECT * FROM ranked ${where([after])} ORDER BY ${by} LIMIT ${f.limit + 1})
    SELECT r.*, c.area, c.operation, c.product, c.tool, c.chamber, c.kind, c.characteristic, c.unit, v.cl, v.ucl, v.lcl, v.disp_ucl, v.disp_lcl, v.sigma_within,
      t.spark, t.spark_out, t.last_value, t.last_u
    FROM paged r JOIN chart c ON c.id = r.id JOIN chart_version v ON v.chart_id = r.id AND v.version = r.version
    LEFT JOIN LATERAL (
      SELECT array_agg(q.plotted ORDER BY q.at, q.plotted) AS spark, array_agg((cardinality(q.rules) > 0)::int::float8 ORDER BY q.at, q.plotted) AS spark_out,
        (array_agg(q.plotted ORDER BY q.at DESC, q.plotted DESC))[1] AS last_value, (array_agg(q.u_value ORDER BY q.at DESC, q.plotted DESC))[1] AS last_u
      FROM (SELECT p.at, p.plotted, p.rules, p.u_value FROM chart_point p WHERE p.chart_id = r.id AND p.at >= ${from} AND p.at <= ${to} AND p.plotted IS NOT NULL
        ORDER BY p.at DESC, p.record_id DESC LIMIT ${f.withoutSpark === true ? 1 : SPARK_POINTS}) q
    ) t ON true
    ORDER BY ${by}`);
  const { page, next } = pageOf(rows, f.limit, cursorOf);
  return { rows: page.map(toRow), total: rows[0]?.total ?? 0, next, window };
}

/** Charts of one step of an export. */
const EXPORT_STEP = 2500;

/** All charts that match, in the order asked for, a few thousand at a time. */
export async function* allCharts(f: Omit<ScreenFilter, 'limit' | 'after'>): AsyncGenerator<ScreenRow[], undefined> {
  let after: string | null = null;
  do {
    const { rows, next }: ScreenPage = await screenCharts({ ...f, limit: EXPORT_STEP, after, withoutSpark: true });
    yield rows;
    after = next;
  } while (after !== null);
}

function toRow(r: Row): ScreenRow {
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
    stability: r.stability,
    cpk: r.cpk,
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
