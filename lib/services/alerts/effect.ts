import { sql, type Tx } from '@/lib/db';
import { alertEvent } from '../live/alert-event';
import { feed } from '../live/feed';
import { ITSELF } from '../live/itself';
import { pinChecklist } from './checklist';
import { keepIncident } from './incidents/gather';
import { putUnderPolicy } from './policy';
import { moved } from './states';
import { unsettled } from './unsettled';

interface Checked {
  id: string;
  title: string;
  area: string;
  severity: string;
  assignee: string | null;
  chart_id: string;
  check_points: number;
  /** Its first points after the action, oldest first. */
  records: string[];
  /** Place of the first of them with a signal, from 1; null: none has one. */
  first_out: number | null;
  out_lot: string | null;
  out_slot: number | null;
  /** An unsettled alert of the same cause, which an older point raised meanwhile. */
  other: string | null;
}

/**
 * Decides the checks of closed alerts by the points that are there now: so many points of its chart after the action without a signal verify it; a signal before
 * reopens it and tells its owner. Excluded points say nothing. Run when new points were judged and before alerts are raised, so that the signal that reopens an
 * alert is added to it.
 */
export async function judgeEffects(tx: Tx, chartIds: readonly string[]): Promise<void> {
  const checks = await tx.rows<Checked>(sql`
    SELECT a.id, a.title, a.area, a.severity, a.assignee, a.chart_id, a.check_points, COALESCE(p.records, '{}') AS records, p.first_out, p.lots[p.first_out] AS out_lot, p.slots[p.first_out] AS out_slot,
      (SELECT o.id FROM alert o WHERE o.dedupe_key = a.dedupe_key AND ${unsettled(sql`o`)} LIMIT 1) AS other
    FROM alert a CROSS JOIN LATERAL (
      SELECT array_agg(q.record_id ORDER BY q.n) AS records, array_agg(q.lot ORDER BY q.n) AS lots, array_agg(q.slot::int4 ORDER BY q.n) AS slots, min(q.n) FILTER (WHERE q.is_out)::int4 AS first_out FROM (
        SELECT c.record_id, c.lot, c.slot, cardinality(c.rules) > 0 AS is_out, row_number() OVER (ORDER BY c.at, c.record_id) AS n FROM chart_point c
        WHERE c.chart_id = a.chart_id AND c.at > a.check_from AND c.excluded IS NULL ORDER BY c.at, c.record_id LIMIT a.check_points) q) p
    WHERE a.chart_id = ANY(${[...chartIds]}::uuid[]) AND a.check_state = 'running' AND a.state = 'closed' ORDER BY a.id FOR UPDATE OF a`);
  for (const c of checks) {
    if (c.first_out !== null) await failed(tx, c, c.first_out);
    else if (c.records.length >= c.check_points) await passed(tx, c);
  }
}

async function passed(tx: Tx, c: Checked): Promise<void> {
  const text = `${c.check_points} points after the action without a signal`;
  await tx.exec(sql`
    UPDATE alert SET state = ${moved('closed', 'verify')}::alert_state, check_state = 'passed', check_records = ${c.records}::uuid[], check_reason = ${text}, version = version + 1 WHERE id = ${c.id}`);
  await alertEvent(tx, c.id, ITSELF, 'verified', text, { records: c.records });
  await feed(tx, [{ kind: 'alert', text: `${c.title}: verified, ${text}`, detail: { alertId: c.id, severity: null } }]);
}

async function failed(tx: Tx, c: Checked, place: number): Promise<void> {
  const where = c.out_slot ? `${c.out_lot} wafer ${c.out_slot}` : (c.out_lot ?? 'a lot');
  const text = `a signal came back at point ${place} of ${c.check_points} after the action, ${where}`;
  const records = c.records.slice(0, place);
  const detail = { recordId: records.at(-1), chartId: c.chart_id, other: c.other };
  const tell = c.assignee === null ? [] : [c.assignee];
  if (c.other !== null) {
    await tx.exec(sql`
      UPDATE alert SET check_state = 'failed', check_records = ${records}::uuid[], check_reason = ${text}, version = version + 1 WHERE id = ${c.id}`);
    await alertEvent(tx, c.id, ITSELF, 'not_effective', `${text}; it goes on in the alert that is open already`, detail, tell);
    return;
  }
  await tx.exec(sql`
    UPDATE alert SET state = ${moved('closed', 'reopen')}::alert_state, closed_at = NULL, acknowledged_at = NULL, due_at = NULL, check_state = 'failed', check_records = ${records}::uuid[],
      check_reason = ${text}, version = version + 1 WHERE id = ${c.id}`);
  await pinChecklist(tx, await putUnderPolicy(tx, c, null), c.id, true);
  await keepIncident(tx, c.id);
  await alertEvent(tx, c.id, ITSELF, 'not_effective', `reopened: ${text}`, detail, tell);
  await feed(tx, [{ kind: 'alert', text: `${c.title}: reopened, ${text}`, detail: { alertId: c.id, severity: c.severity } }]);
}
