import { type Db, type Sql, sql, type Tx } from '@/lib/db';

/** A signal: a rule that fired on a chart, with this record as the last of its window. */
export interface SignalKey {
  readonly chart: { readonly id: string };
  readonly recordId: string;
  readonly rule: number;
}

const keysOf = (list: readonly SignalKey[]): Sql =>
  sql`unnest(${list.map((v) => v.chart.id)}::uuid[], ${list.map((v) => v.recordId)}::uuid[], ${list.map((v) => v.rule)}::int4[]) AS u(chart_id, record_id, rule)`;

/** An alert keeps its signals as they are now: later changes of their points do not change the evidence. */
export async function keepSignals(tx: Tx, alertId: string, list: readonly SignalKey[]): Promise<void> {
  await tx.exec(sql`
    INSERT INTO alert_signal (alert_id, chart_id, record_id, rule, at, version, members, detail)
    SELECT ${alertId}, v.chart_id, v.record_id, v.rule, v.at, v.version, v.members, v.detail FROM violation v JOIN ${keysOf(list)} USING (chart_id, record_id, rule)
    ON CONFLICT (alert_id, record_id, rule) DO NOTHING`);
}

/** A withdrawn signal that its point gives again, such as that of a point included again, holds again in the alert that received it last. */
export async function holdAgain(tx: Tx, list: readonly SignalKey[]): Promise<void> {
  if (list.length === 0) return;
  await tx.exec(sql`
    UPDATE alert_signal s SET withdrawn_at = NULL FROM (
      SELECT DISTINCT ON (q.chart_id, q.record_id, q.rule) q.alert_id, q.record_id, q.rule, q.withdrawn_at FROM ${keysOf(list)}
      JOIN alert_signal q USING (chart_id, record_id, rule) JOIN alert a ON a.id = q.alert_id ORDER BY q.chart_id, q.record_id, q.rule, a.raised_at DESC, a.id) last
    WHERE last.withdrawn_at IS NOT NULL AND s.alert_id = last.alert_id AND s.record_id = last.record_id AND s.rule = last.rule`);
}

/** A signal of an alert as reported to other systems. */
export interface AlertSignal {
  readonly rule: number;
  readonly at: string;
  readonly lot: string | null;
  readonly slot: number | null;
  /** The judged statistic and its limits, in the unit of the chart. */
  readonly judged: number | null;
  readonly ucl: number | null;
  readonly lcl: number | null;
  /** When its point ceased to give it; null: it still holds. */
  readonly withdrawnAt: string | null;
}

const MOST_TOLD = 50;

/** The signals of an alert, newest first: at most 50. */
export async function signalsTold(on: Db, alertId: string): Promise<AlertSignal[]> {
  const rows = await on.rows<Omit<AlertSignal, 'at' | 'withdrawnAt'> & { at: Date; withdrawn_at: Date | null }>(sql`
    SELECT rule, at, detail->>'lot' AS lot, (detail->>'slot')::int AS slot, (detail->>'judged')::float8 AS judged, (detail->>'ucl')::float8 AS ucl, (detail->>'lcl')::float8 AS lcl, withdrawn_at
    FROM alert_signal WHERE alert_id = ${alertId} ORDER BY at DESC, rule LIMIT ${MOST_TOLD}`);
  return rows.map(({ at, withdrawn_at, ...r }) => ({
    ...r,
    at: at.toISOString(),
    withdrawnAt: withdrawn_at?.toISOString() ?? null,
  }));
}
