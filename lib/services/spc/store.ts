import { bulkInsert, sql, type Tx } from '@/lib/db';
import type { ChartKind, Phase } from './judge';
import type { CharacteristicValue } from './values';

export interface ChartRow {
  id: string;
  title: string;
  area: string;
  characteristic: string;
  parameter: string;
  unit: string;
  operation: string;
  product: string | null;
  tool: string | null;
  chamber: string | null;
  kind: ChartKind;
  alerting: boolean;
  version: number;
}

export interface PhaseRow extends Phase {
  readonly baselineN: number;
  readonly preset: string;
  readonly target: number | null;
  readonly lsl: number | null;
  readonly usl: number | null;
}

export interface PointRow {
  chart_id: string;
  record_id: string;
  at: Date;
  value: number;
  plotted: number;
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

/** Charts that could take these values, locked in one order so that two jobs never wait on each other crosswise. */
export function lockCharts(tx: Tx, values: readonly CharacteristicValue[]): Promise<ChartRow[]> {
  const operations = [...new Set(values.map((v) => v.operation))];
  const characteristics = [...new Set(values.map((v) => v.characteristic))];
  const tools = [...new Set(values.map((v) => v.tool))];
  return tx.rows<ChartRow>(sql`
    SELECT id, title, area, characteristic, parameter, unit, operation, product, tool, chamber, kind, alerting, version FROM chart
    WHERE active AND operation = ANY(${operations}::text[]) AND characteristic = ANY(${characteristics}::text[]) AND (tool IS NULL OR tool = ANY(${tools}::text[]))
    ORDER BY id FOR UPDATE`);
}

export async function phasesOf(tx: Tx, chartIds: readonly string[]): Promise<Map<string, PhaseRow[]>> {
  const rows = await tx.rows<{
    chart_id: string;
    version: number;
    effective_from: Date;
    rules: number[];
    preset: string;
    cl: number | null;
    ucl: number | null;
    lcl: number | null;
    sigma_within: number | null;
    disp_ucl: number | null;
    disp_lcl: number | null;
    lambda: number | null;
    width_l: number | null;
    baseline_n: number;
    target: number | null;
    lsl: number | null;
    usl: number | null;
  }>(sql`SELECT * FROM chart_version WHERE chart_id = ANY(${chartIds}::uuid[]) ORDER BY chart_id, effective_from, version`);
  const out = new Map<string, PhaseRow[]>();
  for (const r of rows) {
    const list = out.get(r.chart_id) ?? [];
    list.push({
      version: r.version,
      effectiveFrom: r.effective_from.getTime(),
      rules: r.rules,
      preset: r.preset,
      cl: r.cl,
      ucl: r.ucl,
      lcl: r.lcl,
      sigmaWithin: r.sigma_within,
      dispUcl: r.disp_ucl,
      dispLcl: r.disp_lcl,
      lambda: r.lambda,
      widthL: r.width_l,
      baselineN: r.baseline_n,
      target: r.target,
      lsl: r.lsl,
      usl: r.usl,
    });
    out.set(r.chart_id, list);
  }
  return out;
}

const POINT = {
  table: 'chart_point',
  columns: {
    chart_id: 'uuid',
    at: 'timestamptz',
    record_id: 'uuid',
    value: 'float8',
    plotted: 'float8',
    u_value: 'float8',
    dispersion: 'float8',
    n: 'int4',
    lot: 'text',
    slot: 'int2',
    run_id: 'uuid',
    tool: 'text',
    chamber: 'text',
    version: 'int4',
    rules: 'int4[]',
  },
  // A lot's point is made anew when another of its wafers arrives; a wafer's point never changes.
  onConflict:
    'ON CONFLICT (chart_id, at, record_id) DO UPDATE SET value = EXCLUDED.value, u_value = EXCLUDED.u_value, dispersion = EXCLUDED.dispersion, n = EXCLUDED.n',
} as const;

export async function insertPoints(tx: Tx, points: readonly { chart: ChartRow; value: CharacteristicValue }[]): Promise<void> {
  // A lot's process time is that of its first measured wafer: when an earlier wafer arrives late, its point moves.
  const lots = points.filter((p) => p.value.lotLevel === true);
  if (lots.length > 0) {
    await tx.exec(sql`
      DELETE FROM chart_point p USING unnest(${lots.map((p) => p.chart.id)}::uuid[], ${lots.map((p) => p.value.recordId)}::uuid[], ${lots.map((p) => new Date(p.value.at))}::timestamptz[]) AS u(chart_id, record_id, at)
      WHERE p.chart_id = u.chart_id AND p.record_id = u.record_id AND p.at <> u.at`);
  }
  await bulkInsert(
    tx,
    POINT,
    points.map(({ chart, value: v }) => ({
      chart_id: chart.id,
      at: new Date(v.at),
      record_id: v.recordId,
      value: v.value,
      plotted: v.value,
      u_value: v.uValue,
      dispersion: v.spread,
      n: v.n,
      lot: v.lot,
      slot: v.slot,
      run_id: v.runId,
      tool: v.tool,
      chamber: v.chamber,
      version: chart.version,
      rules: [],
    })),
  );
}

/** Takes the points of measurements that these ones correct off their charts; says from when each chart must be judged again. */
export async function removeRevised(tx: Tx, measurementIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.rows<{ chart_id: string; at: Date }>(sql`
    DELETE FROM chart_point p USING measurement m WHERE m.id = ANY(${measurementIds}::uuid[]) AND m.revises IS NOT NULL AND p.record_id = m.revises
    RETURNING p.chart_id, p.at`);
  const since = new Map<string, number>();
  for (const r of rows) since.set(r.chart_id, Math.min(since.get(r.chart_id) ?? Number.POSITIVE_INFINITY, r.at.getTime()));
  return since;
}

/** For each chart the points from `since` on and `context` before them, in process order. */
export async function stretches(tx: Tx, since: ReadonlyMap<string, number>, context: number): Promise<Map<string, PointRow[]>> {
  const idList = [...since.keys()];
  const rows = await tx.rows<PointRow>(sql`
    SELECT q.* FROM unnest(${idList}::uuid[], ${idList.map((c) => new Date(since.get(c)!))}::timestamptz[]) AS u(chart_id, since)
    CROSS JOIN LATERAL (
      (SELECT p.chart_id, p.record_id, p.at, p.value, p.plotted, CASE WHEN p.n > 1 THEN p.dispersion END AS spread, p.n, p.excluded, p.lot, p.slot, p.run_id, p.tool, p.chamber, p.rules
        FROM chart_point p WHERE p.chart_id = u.chart_id AND p.at < u.since ORDER BY p.at DESC, p.record_id DESC LIMIT ${context})
      UNION ALL
      (SELECT p.chart_id, p.record_id, p.at, p.value, p.plotted, CASE WHEN p.n > 1 THEN p.dispersion END AS spread, p.n, p.excluded, p.lot, p.slot, p.run_id, p.tool, p.chamber, p.rules
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
