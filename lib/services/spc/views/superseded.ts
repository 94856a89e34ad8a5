import { WAFER_MEAN } from '@/lib/characteristic';
import { db, sql } from '@/lib/db';
import { ofLocation } from '../../alerts/judged-now';
import type { ChartHead } from './chart-model';

const MOST = 500;

/**
 * What the points of a window were before they were measured again: values that an alert holds as evidence and that left the chart, and those that a request for
 * a measurement replaced. A correction has the process time of what it corrects.
 * @returns the values by the records that are on the chart now.
 */
export async function supersededValues(chart: ChartHead, fromMs: number, toMs: number): Promise<ReadonlyMap<string, number>> {
  if (chart.characteristic !== WAFER_MEAN) return new Map();
  const rows = await db().rows<{ now: string; was: number }>(sql`
    SELECT m.id AS now, s.was FROM (
      SELECT v.record_id AS old, (v.detail->>'judged')::float8 AS was, v.at FROM alert a JOIN alert_signal v ON v.alert_id = a.id
      WHERE a.chart_id = ${chart.id} AND v.withdrawn_at IS NOT NULL AND v.at BETWEEN ${new Date(fromMs)} AND ${new Date(toMs)} AND ${ofLocation(sql`v.rule`)}
      UNION
      SELECT e.id, e.mean, e.processed_at FROM measurement_request r JOIN measurement q ON q.id = r.measurement_id JOIN measurement e ON e.id = q.revises
      WHERE r.state = 'fulfilled' AND r.operation = ${chart.operation} AND r.parameter = ${chart.parameter} AND e.processed_at BETWEEN ${new Date(fromMs)} AND ${new Date(toMs)}) s
    JOIN measurement o ON o.id = s.old JOIN measurement m ON m.id = o.superseded_by LIMIT ${MOST}`);
  return new Map(rows.map((r) => [r.now, r.was]));
}
