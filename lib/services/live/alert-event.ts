import { config } from '@/lib/config';
import { sql, type Tx } from '@/lib/db';
import { enqueueLater } from '@/lib/queue/outbox';
import { anybodyListens } from './notify-event';

/** State in which a message to a person begins: without mail it is on screen alone, which is no failure. */
export const personalState = (): 'pending' | 'on_screen' => (config().SMTP_URL ? 'pending' : 'on_screen');

/**
 * Adds to an alert's history and asks for its notifications, in the transaction of the transition and after it: the event keeps the version that the
 * alert has then.
 * @param tell - e-mail addresses of people who are told in person, whatever the rules are.
 */
export async function alertEvent(
  tx: Tx,
  alertId: string,
  actor: string,
  kind: string,
  text: string | null,
  detail: object | null = null,
  tell: readonly string[] = [],
): Promise<void> {
  const row = await tx.one<{ id: number }>(sql`
    INSERT INTO alert_event (alert_id, actor, kind, text, detail, alert_version) SELECT ${alertId}, ${actor}, ${kind}, ${text}::text, ${detail === null ? null : JSON.stringify(detail)}::jsonb, version
    FROM alert WHERE id = ${alertId} RETURNING id`);
  const emails = [...new Set(tell)];
  if (emails.length > 0)
    await tx.exec(sql`
      INSERT INTO notification (event_key, receiver, email, kind, alert_id, alert_event_id, area, severity, title, in_person, state)
      SELECT ${`alert:${row!.id}`}, 'mail:' || lower(u.email), u.email, ${kind}, a.id, ${row!.id}, a.area, a.severity, a.title, true, ${personalState()}
      FROM alert a CROSS JOIN unnest(${emails}::text[]) AS u(email) WHERE a.id = ${alertId} ON CONFLICT (event_key, receiver) DO NOTHING`);
  if (await anybodyListens(tx)) await enqueueLater(tx, [{ queue: 'notify', payload: { v: 1, alertEventId: row!.id } }]);
}
