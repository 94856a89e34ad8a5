import { sql, type Tx } from '@/lib/db';

export interface AuditLine {
  readonly action: string;
  readonly entity: string;
  readonly entityId: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly reason?: string;
  /** Whose act it is, where another one than who asks: what a second person approves is its author's. */
  readonly author?: string;
}

/**
 * Writes to the append-only trail, in the transaction of the change.
 * @param who - the ctx of a verb; of what no verb does, whoever it is told of.
 */
export async function audit(tx: Tx, who: { readonly by: { readonly email: string } }, l: AuditLine): Promise<void> {
  const json = (v: unknown) => (v === undefined ? null : JSON.stringify(v));
  await tx.exec(sql`INSERT INTO audit_entry (actor, action, entity, entity_id, before, after, reason)
    VALUES (${l.author ?? who.by.email}, ${l.action}, ${l.entity}, ${l.entityId}, ${json(l.before)}::jsonb, ${json(l.after)}::jsonb, ${l.reason ?? null})`);
}
