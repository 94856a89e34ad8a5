import { bulkInsert, sql, type Tx } from '@/lib/db';
import type { ChartRow } from './store';
import type { CharacteristicValue } from './values';

/** Does a value belong on a chart? A null context column matches everything. */
export const fits = (c: ChartRow, v: CharacteristicValue): boolean =>
  c.characteristic === v.characteristic &&
  c.parameter === v.parameter &&
  c.operation === v.operation &&
  (c.product === null || c.product === v.product) &&
  (c.tool === null || c.tool === v.tool) &&
  (c.chamber === null || c.chamber === v.chamber);

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

/** `chart|record` of points that an evaluation brought: new ones, and points of lots whose value changed with another wafer. */
export type FreshPoints = ReadonlySet<string>;

/** Inserts points or brings them up to date; says which of them are news. Points sent again with the same value are not. */
export async function insertPoints(
  tx: Tx,
  points: readonly { chart: ChartRow; value: CharacteristicValue }[],
): Promise<FreshPoints> {
  const same = await tx.rows<{ key: string }>(sql`
    SELECT p.chart_id || '|' || p.record_id AS key FROM chart_point p
    JOIN unnest(${points.map((p) => p.chart.id)}::uuid[], ${points.map((p) => new Date(p.value.at))}::timestamptz[], ${points.map((p) => p.value.recordId)}::uuid[],
      ${points.map((p) => p.value.value)}::float8[], ${points.map((p) => p.value.spread)}::float8[], ${points.map((p) => p.value.n)}::int4[]) AS u(chart_id, at, record_id, value, spread, n)
      ON p.chart_id = u.chart_id AND p.at = u.at AND p.record_id = u.record_id
    WHERE p.value = u.value AND p.n = u.n AND (p.n = 1 OR p.dispersion IS NOT DISTINCT FROM u.spread)`);
  const fresh = new Set(points.map(({ chart, value }) => `${chart.id}|${value.recordId}`));
  for (const { key } of same) fresh.delete(key);
  // A lot's process time is that of its first measured wafer: when an earlier wafer arrives late, its point moves.
  const lots = points.filter((p) => p.value.lotLevel === true);
  if (lots.length > 0) {
    const moved = sql`unnest(${lots.map((p) => p.chart.id)}::uuid[], ${lots.map((p) => p.value.recordId)}::uuid[], ${lots.map((p) => new Date(p.value.at))}::timestamptz[]) AS u(chart_id, record_id, at)`;
    await tx.exec(
      sql`DELETE FROM chart_point p USING ${moved} WHERE p.chart_id = u.chart_id AND p.record_id = u.record_id AND p.at <> u.at`,
    );
    await tx.exec(
      sql`UPDATE violation v SET at = u.at FROM ${moved} WHERE v.chart_id = u.chart_id AND v.record_id = u.record_id AND v.at <> u.at`,
    );
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
  return fresh;
}
