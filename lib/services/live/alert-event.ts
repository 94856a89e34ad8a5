import { bulkInsert, sql, type Tx } from '@/lib/db';
import { enqueueLater } from '@/lib/queue/outbox';

/** Events that Driftless makes itself have no author. */
export const ITSELF = 'Driftless';

/**
 * Adds to an alert's history and asks for its notifications, in the transaction of the transition and after it: the event keeps the version that the
 * alert has then.
 * @param tell - e-mail addresses of people who are told in person, whatever the channels are.
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
  await bulkInsert(
    tx,
    'alert_notice',
    [...new Set(tell)].map((email) => ({ alert_event_id: row!.id, email })),
    'ignore',
  );
  const wanted =
    tell.length > 0 || (await tx.one(sql`SELECT 1 FROM notify_channel WHERE active AND kind <> 'mes' LIMIT 1`)) !== undefined;
  if (wanted) await enqueueLater(tx, [{ queue: 'notify', payload: { v: 1, alertEventId: row!.id } }]);
}
