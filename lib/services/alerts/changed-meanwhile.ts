import { sql, type Tx } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { eventWords } from './event-words';

/**
 * Of two people who work on one alert, the second is told what the first did; nothing is overwritten, and what was typed stays in its dialog.
 * @param seen - version that the caller saw; null for a system that knows none.
 * @throws AppError `precondition_failed` with the changes in words and as `details.changes`.
 */
export async function refuseChanged(tx: Tx, alertId: string, seen: number | null, version: number): Promise<void> {
  if (seen === null || seen === version) return;
  const events = await tx.rows<{ actor: string; kind: string; text: string | null; at: Date }>(
    sql`SELECT actor, kind, text, at FROM alert_event WHERE alert_id = ${alertId} AND alert_version > ${seen} ORDER BY id DESC LIMIT 5`,
  );
  const changes = events.reverse().map((e) => ({
    by: e.actor,
    what: eventWords(e.kind, e.actor),
    text: e.text,
    at: e.at.toISOString(),
  }));
  const told = changes.map((c) => `${c.by}: ${c.what}${c.text ? ` (${c.text.slice(0, 120)})` : ''}`).join('; ');
  throw new AppError(
    'precondition_failed',
    `the alert was changed meanwhile${told === '' ? '' : `: ${told}`}; look at it again, then repeat what you were about to do`,
    {
      version,
      changes,
    },
  );
}
