import { bulkInsert, sql, type Tx } from '@/lib/db';
import { kindOf } from '@/lib/spc';
import type { CharacteristicValue } from '../characteristics/values';
import { type ChartRow, type LeftPlace, spreadOf } from './store';
import { SPLIT_FIELDS } from './templates/content';
import { matches } from './templates/patterns';

/** Does a value belong on a chart? */
export const fits = (c: ChartRow, v: CharacteristicValue): boolean =>
  c.characteristic === v.characteristic &&
  c.parameter === v.parameter &&
  fitsContext(c, v) &&
  (kindOf(c.kind).eventsOnly !== true || v.value > 0);

/** Is a value of the context of a chart, whatever it is? A null column matches everything. */
export const fitsContext = (c: ChartRow, v: CharacteristicValue): boolean =>
  c.operation === v.operation &&
  (c.product === null || c.product === v.product) &&
  (c.tool === null || c.tool === v.tool) &&
  (c.chamber === null || c.chamber === v.chamber) &&
  (c.recipe === null || c.recipe === v.recipe) &&
  (c.within === null || isWithin(c.within, v));

/** Patterns of the columns that a chart does not fix. */
const isWithin = (within: NonNullable<ChartRow['within']>, v: CharacteristicValue): boolean =>
  SPLIT_FIELDS.every((f) => within[f] === undefined || matches(within[f], v[f]));

/** Each value with the charts that it belongs on: charts and values meet by what both name, so that thousands of charts cost no more than theirs. */
export function pointsFor(
  charts: readonly ChartRow[],
  values: readonly CharacteristicValue[],
): { chart: ChartRow; value: CharacteristicValue }[] {
  const keyOf = (of: Pick<ChartRow, 'characteristic' | 'parameter' | 'operation'>): string =>
    `${of.characteristic}\u0000${of.parameter}\u0000${of.operation}`;
  const byKey = new Map<string, CharacteristicValue[]>();
  for (const v of values) {
    const list = byKey.get(keyOf(v));
    if (list === undefined) byKey.set(keyOf(v), [v]);
    else list.push(v);
  }
  return charts.flatMap((chart) =>
    (byKey.get(keyOf(chart)) ?? []).filter((v) => fits(chart, v)).map((value) => ({ chart, value })),
  );
}

/** `chart|record` of the points that an evaluation added: new ones, and points of lots whose value changed with another wafer. */
export type FreshPoints = ReadonlySet<string>;

/** Inserts or updates points; returns which are fresh (points sent again with the same value are not), and which places were left. */
export async function insertPoints(
  tx: Tx,
  points: readonly { chart: ChartRow; value: CharacteristicValue }[],
): Promise<{ readonly fresh: FreshPoints; readonly left: readonly LeftPlace[] }> {
  const same = await tx.rows<{ key: string }>(sql`
    SELECT p.chart_id || '|' || p.record_id AS key FROM chart_point p
    JOIN unnest(${points.map((p) => p.chart.id)}::uuid[], ${points.map((p) => new Date(p.value.at))}::timestamptz[], ${points.map((p) => p.value.recordId)}::uuid[],
      ${points.map((p) => p.value.value)}::float8[], ${points.map((p) => p.value.spread)}::float8[], ${points.map((p) => p.value.n)}::int4[], ${points.map((p) => p.value.size ?? null)}::float8[], ${points.map((p) => p.chart.kind)}::text[],
      ${points.map((p) => (p.chart.variables === null ? null : `{${p.value.vector!.join(',')}}`))}::text[])
      AS u(chart_id, at, record_id, value, spread, n, size, kind, vector)
      ON p.chart_id = u.chart_id AND p.at = u.at AND p.record_id = u.record_id
    WHERE p.value = u.value AND p.n = u.n AND (u.vector IS NULL OR p.vector = u.vector::float8[]) AND p.size IS NOT DISTINCT FROM u.size AND ${spreadOf(sql`u.kind`)} IS NOT DISTINCT FROM CASE WHEN u.n > 1 THEN u.spread END`);
  const fresh = new Set(points.map(({ chart, value }) => `${chart.id}|${value.recordId}`));
  for (const { key } of same) fresh.delete(key);
  const left = await movePoints(
    tx,
    points.filter((p) => p.value.lotLevel === true),
  );
  await bulkInsert(
    tx,
    'chart_point',
    points.map(({ chart, value: v }) => ({
      chart_id: chart.id,
      at: new Date(v.at),
      record_id: v.recordId,
      value: v.value,
      plotted: v.value,
      u_value: v.uValue,
      dispersion: kindOf(chart.kind).within === undefined ? v.spread : null,
      within: kindOf(chart.kind).within === undefined ? null : v.spread,
      n: v.n,
      size: v.size ?? null,
      product: v.product,
      vector: v.vector ?? [],
      lot: v.lot,
      slot: v.slot,
      run_id: v.runId,
      tool: v.tool,
      chamber: v.chamber,
      version: chart.version,
      rules: [],
    })),
    {
      key: ['chart_id', 'at', 'record_id'],
      update: ['value', 'u_value', 'dispersion', 'within', 'n', 'size', 'product', 'vector', 'run_id', 'tool', 'chamber'],
    },
  );
  return { fresh, left };
}

/**
 * A lot's process time is that of its first measured wafer: when an earlier wafer arrives late, its point moves, with all that belongs to it: its
 * exclusion by a person, its signals, and those that alerts hold.
 */
async function movePoints(tx: Tx, lots: readonly { chart: ChartRow; value: CharacteristicValue }[]): Promise<LeftPlace[]> {
  if (lots.length === 0) return [];
  const rows = await tx.rows<{ chart_id: string; record_id: string; was: Date; at: Date }>(sql`
    WITH moved AS (
      SELECT p.chart_id, p.record_id, p.at AS was, u.at FROM unnest(${lots.map((p) => p.chart.id)}::uuid[], ${lots.map((p) => p.value.recordId)}::uuid[],
        ${lots.map((p) => new Date(p.value.at))}::timestamptz[]) AS u(chart_id, record_id, at)
      JOIN chart_point p ON p.chart_id = u.chart_id AND p.record_id = u.record_id AND p.at <> u.at)
    UPDATE chart_point p SET at = m.at FROM moved m WHERE p.chart_id = m.chart_id AND p.record_id = m.record_id AND p.at = m.was
    RETURNING p.chart_id, p.record_id, m.was, m.at`);
  if (rows.length === 0) return [];
  const moved = sql`unnest(${rows.map((r) => r.chart_id)}::uuid[], ${rows.map((r) => r.record_id)}::uuid[], ${rows.map((r) => r.at)}::timestamptz[]) AS u(chart_id, record_id, at)`;
  for (const table of [sql`violation`, sql`alert_signal`])
    await tx.exec(sql`UPDATE ${table} s SET at = u.at FROM ${moved} WHERE s.chart_id = u.chart_id AND s.record_id = u.record_id`);
  return rows.map((r) => ({ chartId: r.chart_id, at: r.was.getTime() }));
}
