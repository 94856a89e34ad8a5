import { sql, type Tx } from '@/lib/db';
import { alertEvent } from '../live/alert-event';
import type { ClockRow } from './policy';

/**
 * Ends a snooze. Escalation goes on where it stood: its clock is moved by the time of the snooze. The due time does not move.
 * @param at - when it ended; its planned end at the latest.
 * @param counts - the act of a person: others who look at the alert see that it changed.
 */
export async function endSnooze(
  tx: Tx,
  a: Pick<ClockRow, 'id' | 'snoozed_at' | 'snoozed_until'>,
  at: Date,
  actor: string,
  text: string | null,
  counts = false,
): Promise<void> {
  const end = new Date(Math.max(a.snoozed_at!.getTime(), Math.min(at.getTime(), a.snoozed_until!.getTime())));
  await tx.exec(sql`
    UPDATE alert SET clock_from = clock_from + (${end}::timestamptz - snoozed_at), snoozed_at = NULL, snoozed_until = NULL, snooze_reason = NULL, version = version + ${counts ? 1 : 0} WHERE id = ${a.id}`);
  await alertEvent(tx, a.id, actor, 'woken', text);
}
