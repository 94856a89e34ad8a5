import { db, sql } from '@/lib/db';
import type { Alarm, RawPoint } from '@/lib/spc';
import { type ChartRow, spreadOf } from '../store';
import { rawPoint, targetsOf } from '../targets';

/** A point with the wafer or lot that it is of. */
export interface StudyPoint extends RawPoint {
  readonly record: string;
  readonly lot: string;
  readonly slot: number;
}

/** The point as the kinds of charts take it. */
export const rawOf = ({ record: _r, lot: _l, slot: _s, ...p }: StudyPoint): RawPoint => p;

/** The newest points of a chart between two process times, oldest first. @param most - at most so many. */
export async function pointsBetween(
  chart: Pick<ChartRow, 'id' | 'kind' | 'operation' | 'parameter'>,
  from: Date,
  to: Date,
  most: number,
): Promise<StudyPoint[]> {
  const [rows, targets] = await Promise.all([
    db().rows<Parameters<typeof rawPoint>[0] & { record: string; lot: string; slot: number }>(sql`
      SELECT p.at, p.value, ${spreadOf(sql`c.kind`)} AS spread, p.n, p.excluded, p.size, p.product, p.vector, p.record_id AS record, p.lot, p.slot FROM chart_point p JOIN chart c ON c.id = p.chart_id
      WHERE p.chart_id = ${chart.id} AND p.at BETWEEN ${from} AND ${to} ORDER BY p.at DESC, p.record_id DESC LIMIT ${most}`),
    targetsOf(db(), [chart]),
  ]);
  return rows.reverse().map((r) => ({ ...rawPoint(r, targets.get(chart.id)), record: r.record, lot: r.lot, slot: r.slot }));
}

/** An alarm as it is listed. */
export interface ListedAlarm {
  readonly at: string;
  readonly record: string;
  readonly lot: string;
  readonly slot: number;
  readonly value: number;
  readonly rule: number;
}

/** An alarm with the point that ends it. */
export function listedAlarm(points: readonly StudyPoint[], a: Alarm): ListedAlarm {
  const { at, record, lot, slot, value } = points[a.end]!;
  return { at: new Date(at).toISOString(), record, lot, slot, value, rule: a.rule };
}
