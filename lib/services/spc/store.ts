import { type Db, type RowOf, type Sql, sql, type Tx } from '@/lib/db';
import { CHART_KINDS, type ChartKind, kindOf, type LimitsSource, type Phase } from '@/lib/spc';
import type { CharacteristicValue } from '../characteristics/values';
import type { ChartChange, VersionContent } from './next-version';

export type ChartRow = RowOf<
  'chart',
  | 'id'
  | 'title'
  | 'area'
  | 'characteristic'
  | 'parameter'
  | 'unit'
  | 'operation'
  | 'product'
  | 'tool'
  | 'chamber'
  | 'kind'
  | 'alerting'
  | 'version'
  | 'recipe'
  | 'fill_id',
  { kind: ChartKind; within: Readonly<Record<string, readonly string[]>> | null }
>;

/** The columns of a {@link ChartRow}. */
export const chartColumns = sql`id, title, area, characteristic, parameter, unit, operation, product, tool, chamber, kind, alerting, version, recipe, fill_id, within`;

export interface PhaseRow extends Phase, VersionContent {
  readonly baselineN: number;
  /** What its change set: all else follows the version before it. Null where no person made it. */
  readonly change: Pick<ChartChange, 'rules' | 'limits' | 'dispersion'> | null;
}

export interface PointRow {
  chart_id: string;
  record_id: string;
  at: Date;
  value: number;
  plotted: number;
  /** Of the judgement before this one. */
  ucl: number | null;
  spread: number | null;
  n: number;
  excluded: string | null;
  lot: string;
  slot: number;
  run_id: string | null;
  tool: string | null;
  chamber: string | null;
  rules: number[];
}

/**
 * Charts that could take these values, locked in one order so that jobs do not deadlock.
 * @param fill - only those that this fill works on.
 */
export function lockCharts(
  tx: Tx,
  values: readonly CharacteristicValue[],
  corrections: readonly string[] = [],
  fill: string | null = null,
): Promise<ChartRow[]> {
  const operations = [...new Set(values.map((v) => v.operation))];
  const characteristics = [...new Set(values.map((v) => v.characteristic))];
  const tools = [...new Set(values.map((v) => v.tool))];
  return tx.rows<ChartRow>(sql`
    SELECT ${chartColumns} FROM chart
    WHERE (active AND (${fill}::uuid IS NULL OR fill_id = ${fill}::uuid) AND operation = ANY(${operations}::text[]) AND characteristic = ANY(${characteristics}::text[]) AND (tool IS NULL OR tool = ANY(${tools}::text[])))
      OR id IN (SELECT p.chart_id FROM corrected_by(${corrections}::uuid[]) c JOIN chart_point p ON p.record_id = c.id)
    ORDER BY id FOR UPDATE`);
}

/** Versions of these charts in the order in which they begin, including planned ones; cancelled ones are left out. */
export async function phasesOf(from: Db, chartIds: readonly string[]): Promise<Map<string, PhaseRow[]>> {
  const rows = await from.rows<{
    chart_id: string;
    version: number;
    effective_from: Date;
    rules: number[];
    cl: number | null;
    ucl: number | null;
    lcl: number | null;
    limits_source: LimitsSource;
    sigma_within: number | null;
    sigma_method: string | null;
    preset: string;
    change: PhaseRow['change'];
    disp_cl: number | null;
    disp_ucl: number | null;
    disp_lcl: number | null;
    disp_source: LimitsSource;
    disp_sigma: number | null;
    lambda: number | null;
    width_l: number | null;
    baseline_n: number;
  }>(
    sql`SELECT * FROM chart_version WHERE chart_id = ANY(${chartIds}::uuid[]) AND cancelled_at IS NULL ORDER BY chart_id, effective_from, version`,
  );
  const out = new Map<string, PhaseRow[]>();
  for (const r of rows) {
    const list = out.get(r.chart_id) ?? [];
    list.push({
      version: r.version,
      effectiveFrom: r.effective_from.getTime(),
      rules: r.rules,
      preset: r.preset,
      change: r.change,
      cl: r.cl,
      ucl: r.ucl,
      lcl: r.lcl,
      limitsSource: r.limits_source,
      sigmaWithin: r.sigma_within,
      sigmaMethod: r.sigma_method,
      dispCl: r.disp_cl,
      dispUcl: r.disp_ucl,
      dispLcl: r.disp_lcl,
      dispSource: r.disp_source,
      dispSigma: r.disp_sigma,
      lambda: r.lambda,
      widthL: r.width_l,
      baselineN: r.baseline_n,
    });
    out.set(r.chart_id, list);
  }
  return out;
}

/** The place that a point has left. */
export interface LeftPlace {
  readonly chartId: string;
  /** Process time, epoch ms: the chart must be judged again from there. */
  readonly at: number;
}

/** Removes the points of measurements that these correct from their charts. */
export async function removeRevised(tx: Tx, measurementIds: readonly string[]): Promise<LeftPlace[]> {
  if (measurementIds.length === 0) return [];
  const rows = await tx.rows<{ chart_id: string; at: Date }>(sql`
    DELETE FROM chart_point p USING corrected_by(${measurementIds}::uuid[]) c WHERE p.record_id = c.id
    RETURNING p.chart_id, p.at`);
  return rows.map((r) => ({ chartId: r.chart_id, at: r.at.getTime() }));
}

/**
 * The dispersion within point `p` of a chart of this kind. Charts of individual values store the moving range there, however many values are behind a
 * point.
 */
export const spreadOf = (kind: Sql): Sql =>
  sql`CASE WHEN p.n > 1 AND ${kind} = ANY(${OF_SUBGROUPS}::text[]) THEN p.dispersion END`;

const OF_SUBGROUPS = CHART_KINDS.filter((k) => kindOf(k).ofSubgroups);

/** For each chart the points from `since` on and `context` before them, in process order. */
export async function stretches(tx: Tx, since: ReadonlyMap<string, number>, context: number): Promise<Map<string, PointRow[]>> {
  const idList = [...since.keys()];
  const rows = await tx.rows<PointRow>(sql`
    SELECT q.* FROM unnest(${idList}::uuid[], ${idList.map((c) => new Date(since.get(c)!))}::timestamptz[]) AS u(chart_id, since) JOIN chart c ON c.id = u.chart_id
    CROSS JOIN LATERAL (
      (SELECT p.chart_id, p.record_id, p.at, p.value, p.plotted, p.ucl, ${spreadOf(sql`c.kind`)} AS spread, p.n, p.excluded, p.lot, p.slot, p.run_id, p.tool, p.chamber, p.rules
        FROM chart_point p WHERE p.chart_id = u.chart_id AND p.at < u.since ORDER BY p.at DESC, p.record_id DESC LIMIT ${context})
      UNION ALL
      (SELECT p.chart_id, p.record_id, p.at, p.value, p.plotted, p.ucl, ${spreadOf(sql`c.kind`)} AS spread, p.n, p.excluded, p.lot, p.slot, p.run_id, p.tool, p.chamber, p.rules
        FROM chart_point p WHERE p.chart_id = u.chart_id AND p.at >= u.since)
    ) q ORDER BY q.chart_id, q.at, q.record_id`);
  const out = new Map<string, PointRow[]>();
  for (const r of rows) {
    const list = out.get(r.chart_id);
    if (list === undefined) out.set(r.chart_id, [r]);
    else list.push(r);
  }
  return out;
}
