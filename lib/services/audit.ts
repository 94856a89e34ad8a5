import { sql, type Tx } from '@/lib/db';

export interface AuditLine {
  readonly actor: string;
  readonly action: string;
  readonly entity: string;
  readonly entityId: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly reason?: string;
}

/** Writes to the append-only trail, in the transaction of the change. */
export async function audit(tx: Tx, l: AuditLine): Promise<void> {
  const json = (v: unknown) => (v === undefined ? null : JSON.stringify(v));
  await tx.exec(sql`INSERT INTO audit_entry (actor, action, entity, entity_id, before, after, reason)
    VALUES (${l.actor}, ${l.action}, ${l.entity}, ${l.entityId}, ${json(l.before)}::jsonb, ${json(l.after)}::jsonb, ${l.reason ?? null})`);
}
