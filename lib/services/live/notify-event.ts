import { sql, type Tx } from '@/lib/db';
import { enqueueLater } from '@/lib/queue/outbox';

/** Something that happened beside the history of an alert, and may be told. */
export interface ToldEvent {
  /** As in `lib/services/notify/event-kinds.ts`. */
  readonly kind: string;
  /** Null: of no area in particular; only rules for all areas take it. */
  readonly area: string | null;
  readonly severity: 'high' | 'medium' | 'low' | null;
  readonly title: string;
  readonly text: string | null;
  readonly actor: string;
  /** What a webhook is sent of it, by its name: `{ hold: {...} }`. */
  readonly subject: object;
  /** Its page within the product. */
  readonly path: string;
}

/** Tells of an event, in the transaction in which it happens. Without any rule or channel it is kept for previews of rules alone. */
export async function tellEvent(tx: Tx, e: ToldEvent): Promise<void> {
  const row = await tx.one<{ id: number }>(sql`
    INSERT INTO notify_event (kind, area, severity, title, text, actor, subject, path)
    VALUES (${e.kind}, ${e.area}, ${e.severity}, ${e.title}, ${e.text}, ${e.actor}, ${JSON.stringify(e.subject)}::jsonb, ${e.path}) RETURNING id`);
  if (await anybodyListens(tx)) await enqueueLater(tx, [{ queue: 'notify', payload: { v: 1, eventId: row!.id } }]);
}

/** Whether a rule in force could tell somebody; otherwise no work is made. */
export async function anybodyListens(tx: Tx): Promise<boolean> {
  const row = await tx.one(sql`
    SELECT 1 FROM notify_rule r WHERE r.active AND EXISTS (SELECT 1 FROM jsonb_array_elements(r.spec->'to') t
      WHERE NOT t ?| ARRAY['channels', 'channel'] OR EXISTS (SELECT 1 FROM notify_channel c WHERE c.active AND c.kind <> 'mes')) LIMIT 1`);
  return row !== undefined;
}
