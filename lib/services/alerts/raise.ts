import { randomUUID } from 'node:crypto';
import { sql, type Tx } from '@/lib/db';
import { enqueueLater } from '@/lib/queue/outbox';
import { describeRule } from '@/lib/spc';
import { feed } from '../feed';
import { DISPERSION, ruleOf } from '../spc/judge';
import type { ChartRow } from '../spc/store';

export interface RaisedViolation {
  readonly chart: ChartRow;
  readonly at: Date;
  readonly recordId: string;
  readonly rule: number;
  readonly version: number;
  readonly value: number;
  readonly lot: string;
  readonly slot: number;
  readonly runId: string | null;
  readonly tool: string | null;
  readonly chamber: string | null;
}

export type Severity = 'high' | 'medium' | 'low';

/** A point beyond the limits needs a person now; runs and trends need one today. */
export const severityOf = (rule: number): Severity =>
  rule === 1 ? 'high' : rule % DISPERSION === 1 || rule === 5 || rule === 2 ? 'medium' : 'low';
const RANK: Readonly<Record<Severity, number>> = { low: 0, medium: 1, high: 2 };

export const ruleText = (rule: number): string =>
  rule > DISPERSION ? 'the dispersion lies beyond its control limit' : describeRule(ruleOf(rule));

/**
 * One open alert a chart: the first violation opens it, further ones add to it. Judging the same stretch again (late data, a
 * retried job) changes nothing: the alert's span and count are taken from the violations themselves.
 */
export async function raiseAlerts(tx: Tx, violations: readonly RaisedViolation[]): Promise<void> {
  const byChart = new Map<string, RaisedViolation[]>();
  for (const v of violations) byChart.set(v.chart.id, [...(byChart.get(v.chart.id) ?? []), v]);
  for (const [chartId, list] of byChart) {
    const known = await tx.rows<{ at: Date; record_id: string; rule: number }>(sql`
      SELECT v.at, v.record_id, v.rule FROM violation v WHERE v.chart_id = ${chartId} AND v.alert_id IS NOT NULL
        AND v.at BETWEEN ${new Date(Math.min(...list.map((v) => v.at.getTime())))} AND ${new Date(Math.max(...list.map((v) => v.at.getTime())))}`);
    const seen = new Set(known.map((k) => `${k.at.getTime()}|${k.record_id}|${k.rule}`));
    const fresh = list.filter((v) => !seen.has(`${v.at.getTime()}|${v.recordId}|${v.rule}`));
    if (fresh.length > 0) await raise(tx, fresh);
  }
}

async function raise(tx: Tx, fresh: readonly RaisedViolation[]): Promise<void> {
  const { chart } = fresh[0]!;
  const worst = [...fresh].sort(
    (a, b) => RANK[severityOf(b.rule)] - RANK[severityOf(a.rule)] || a.at.getTime() - b.at.getTime(),
  )[0]!;
  const key = `spc:${chart.id}`;
  const first = new Date(Math.min(...fresh.map((v) => v.at.getTime())));
  const last = new Date(Math.max(...fresh.map((v) => v.at.getTime())));
  const severity = severityOf(worst.rule);
  const title = `${chart.title}: ${ruleText(worst.rule)}`;
  const open = await tx.one<{ id: string; severity: Severity }>(
    sql`SELECT id, severity FROM alert WHERE dedupe_key = ${key} AND state <> 'closed' FOR UPDATE`,
  );
  let id = open?.id;
  if (open === undefined) {
    id = randomUUID();
    await tx.exec(sql`
      INSERT INTO alert (id, dedupe_key, kind, severity, title, area, tool, chamber, product, operation, chart_id, record_id, run_id, lot, slot, rule, value, first_at, last_at, count)
      VALUES (${id}, ${key}, 'spc', ${severity}, ${title}, ${chart.area}, ${worst.tool}, ${worst.chamber}, ${chart.product}, ${chart.operation}, ${chart.id}, ${worst.recordId},
        ${worst.runId}, ${worst.lot}, ${worst.slot}, ${worst.rule}, ${worst.value}, ${first}, ${last}, ${fresh.length})`);
    await alertEvent(tx, id, 'Driftless', 'opened', title, { rule: worst.rule, lot: worst.lot, slot: worst.slot });
    await feed(tx, [{ kind: 'alert', text: title, detail: { alertId: id, severity, tool: worst.tool, chamber: worst.chamber } }]);
  } else {
    const worse = RANK[severity] > RANK[open.severity];
    await tx.exec(sql`
      UPDATE alert SET first_at = least(first_at, ${first}), last_at = greatest(last_at, ${last}), count = count + ${fresh.length}, version = version + 1,
        severity = ${worse ? severity : open.severity} WHERE id = ${open.id}`);
    if (worse) {
      await tx.exec(sql`UPDATE alert SET title = ${title}, record_id = ${worst.recordId}, run_id = ${worst.runId}, lot = ${worst.lot}, slot = ${worst.slot}, rule = ${worst.rule},
        value = ${worst.value}, tool = ${worst.tool}, chamber = ${worst.chamber} WHERE id = ${open.id}`);
      await alertEvent(tx, open.id, 'Driftless', 'again', title, { rule: worst.rule, lot: worst.lot, slot: worst.slot });
    }
  }
  await tx.exec(sql`
    UPDATE violation v SET alert_id = ${id} FROM unnest(${fresh.map((v) => v.at)}::timestamptz[], ${fresh.map((v) => v.recordId)}::uuid[], ${fresh.map((v) => v.rule)}::int4[]) AS u(at, record_id, rule)
    WHERE v.chart_id = ${chart.id} AND v.at = u.at AND v.record_id = u.record_id AND v.rule = u.rule`);
}

/** Adds to an alert's history and asks for its notifications, in the transaction of the transition. */
export async function alertEvent(
  tx: Tx,
  alertId: string,
  actor: string,
  kind: string,
  text: string | null,
  detail: object | null = null,
): Promise<void> {
  const row = await tx.one<{ id: number }>(sql`
    INSERT INTO alert_event (alert_id, actor, kind, text, detail) VALUES (${alertId}, ${actor}, ${kind}, ${text}, ${detail === null ? null : JSON.stringify(detail)}::jsonb) RETURNING id`);
  const wanted = await tx.one(sql`SELECT 1 FROM notify_channel WHERE active LIMIT 1`);
  if (wanted !== undefined) await enqueueLater(tx, [{ queue: 'notify', payload: { v: 1, alertEventId: row!.id } }]);
}
