import type { ChartVariable } from '@/lib/characteristic';
import { type Db, type RowOf, type Sql, sql, type Tx } from '@/lib/db';
import {
  CHART_KINDS,
  type ChartKind,
  CONTEXT_EVENTS,
  CONTEXT_POINTS,
  type Design,
  kindOf,
  type LimitsSource,
  type Memory,
  MOST_CONTEXT_RECORDS,
  type Phase,
  type Study,
} from '@/lib/spc';
import type { CharacteristicValue } from '../characteristics/values';
import type { ChartChange, VersionContent } from './next-version';
import { knowRules } from './rules/book';

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
  {
    kind: ChartKind;
    within: Readonly<Record<string, readonly string[]>> | null;
    /** In the order of the vectors of its points; null: it charts one value. */
    variables: readonly ChartVariable[] | null;
  }
>;

/** The columns of a {@link ChartRow}. */
export const chartColumns = sql`id, title, area, characteristic, parameter, unit, operation, product, tool, chamber, kind, alerting, version, recipe, fill_id, within, variables`;

export interface PhaseRow extends Phase, VersionContent {
  readonly baselineN: number;
  /** What its change set: all else follows the version before it. Null where no person made it. */
  readonly change: Pick<ChartChange, 'rules' | 'ruleSet' | 'limits' | 'dispersion' | 'design'> | null;
}

export interface PointRow {
  chart_id: string;
  record_id: string;
  at: Date;
  value: number;
  spread: number | null;
  n: number;
  /** Of counts: units or area inspected. */
  size: number | null;
  product: string | null;
  vector: Float64Array;
  /** What the chart remembered after this point when it was judged last. */
  memory: Memory | null;
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
    WHERE (active AND (${fill}::uuid IS NULL OR fill_id = ${fill}::uuid) AND operation = ANY(${operations}::text[]) AND (characteristic = ANY(${characteristics}::text[])
          OR EXISTS (SELECT 1 FROM jsonb_array_elements(variables) v WHERE v ->> 'characteristic' = ANY(${characteristics}::text[]))) AND (tool IS NULL OR tool = ANY(${tools}::text[])))
      OR id IN (SELECT p.chart_id FROM corrected_by(${corrections}::uuid[]) c JOIN chart_point p ON p.record_id = c.id)
      OR (active AND variables IS NOT NULL AND id IN (
        SELECT p.chart_id FROM corrected_by(${corrections}::uuid[]) c JOIN measurement m ON m.id = c.id JOIN chart_point p ON p.record_id = m.run_id))
    ORDER BY id FOR UPDATE`);
}

/** Versions of these charts in the order in which they begin, including planned ones; cancelled ones are left out. Their rules are known then. */
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
    set_version: number | null;
    change: PhaseRow['change'];
    disp_cl: number | null;
    disp_ucl: number | null;
    disp_lcl: number | null;
    disp_source: LimitsSource;
    disp_sigma: number | null;
    lambda: number | null;
    width_l: number | null;
    design: Design | null;
    study: Study | null;
    baseline_n: number;
  }>(
    sql`SELECT * FROM chart_version WHERE chart_id = ANY(${chartIds}::uuid[]) AND cancelled_at IS NULL ORDER BY chart_id, effective_from, version`,
  );
  await knowRules(
    from,
    rows.flatMap((r) => r.rules),
  );
  const out = new Map<string, PhaseRow[]>();
  for (const r of rows) {
    const list = out.get(r.chart_id) ?? [];
    list.push({
      version: r.version,
      effectiveFrom: r.effective_from.getTime(),
      rules: r.rules,
      preset: r.preset,
      setVersion: r.set_version,
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
      design: r.design,
      study: r.study,
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
 * point; those that show the spread within beside it keep that in a column of its own.
 */
export const spreadOf = (kind: Sql): Sql =>
  sql`CASE WHEN p.n > 1 AND ${kind} = ANY(${OF_SUBGROUPS}::text[]) THEN p.dispersion WHEN p.n > 1 AND ${kind} = ANY(${WITH_WITHIN}::text[]) THEN p.within END`;

const OF_SUBGROUPS = CHART_KINDS.filter((k) => kindOf(k).ofSubgroups);
const WITH_WITHIN = CHART_KINDS.filter((k) => kindOf(k).within !== undefined);

/** Columns of point `p` of chart `c` that judging reads. */
const JUDGED = sql`p.chart_id, p.record_id, p.at, p.value, ${spreadOf(sql`c.kind`)} AS spread, p.n, p.size, p.product, p.vector, p.memory, p.excluded, p.lot, p.slot, p.run_id, p.tool, p.chamber, p.rules`;

/** Kinds of the gaps between events. */
export const OF_EVENTS = CHART_KINDS.filter((k) => kindOf(k).carries === true);

/** Since when a chart of gaps needs its records: the earliest of the events before `u.since` that its rules may look back to. */
const SINCE_EVENTS = sql`COALESCE((SELECT min(e.at) FROM (SELECT q.at FROM chart_point q
  WHERE q.chart_id = u.chart_id AND q.at < u.since AND q.value > 0 ORDER BY q.at DESC, q.record_id DESC LIMIT ${CONTEXT_EVENTS}) e), '-infinity'::timestamptz)`;

/** For each chart the points from `since` on and the context before them that its rules may look back to, in process order. */
export async function stretches(tx: Tx, since: ReadonlyMap<string, number>): Promise<Map<string, PointRow[]>> {
  const idList = [...since.keys()];
  const rows = await tx.rows<PointRow>(sql`
    SELECT q.* FROM unnest(${idList}::uuid[], ${idList.map((c) => new Date(since.get(c)!))}::timestamptz[]) AS u(chart_id, since) JOIN chart c ON c.id = u.chart_id
    CROSS JOIN LATERAL (
      (SELECT ${JUDGED} FROM chart_point p WHERE p.chart_id = u.chart_id AND p.at < u.since AND (NOT c.kind = ANY(${OF_EVENTS}::text[]) OR p.at >= ${SINCE_EVENTS})
        ORDER BY p.at DESC, p.record_id DESC LIMIT CASE WHEN c.kind = ANY(${OF_EVENTS}::text[]) THEN ${MOST_CONTEXT_RECORDS}::int ELSE ${CONTEXT_POINTS}::int END)
      UNION ALL
      (SELECT ${JUDGED} FROM chart_point p WHERE p.chart_id = u.chart_id AND p.at >= u.since)
    ) q ORDER BY q.chart_id, q.at, q.record_id`);
  const out = new Map<string, PointRow[]>();
  for (const r of rows) {
    const list = out.get(r.chart_id);
    if (list === undefined) out.set(r.chart_id, [r]);
    else list.push(r);
  }
  return out;
}
