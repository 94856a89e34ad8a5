import { sql, type Tx } from '@/lib/db';

export interface AuditLine {
  readonly action: string;
  readonly entity: string;
  readonly entityId: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly reason?: string;
  /** The author where it is not the caller: a change that a second person approves remains its author's. */
  readonly author?: string;
}

/**
 * Writes to the append-only trail, in the transaction of the change.
 * @param who - the ctx of a verb; outside of verbs, whoever the act is attributed to.
 */
export async function audit(tx: Tx, who: { readonly by: { readonly email: string } }, l: AuditLine): Promise<void> {
  const json = (v: unknown) => (v === undefined ? null : JSON.stringify(v));
  await tx.exec(sql`INSERT INTO audit_entry (actor, action, entity, entity_id, before, after, reason)
    VALUES (${l.author ?? who.by.email}, ${l.action}, ${l.entity}, ${l.entityId}, ${json(l.before)}::jsonb, ${json(l.after)}::jsonb, ${l.reason ?? null})`);
}
