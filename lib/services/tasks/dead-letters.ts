import { sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonOf } from '@/lib/errors/reason';
import { audit } from '../audit';

/** Sends a dead letter to its queue again. */
export async function replayTask(id: number, actor: string): Promise<void> {
  await transaction(async (tx) => {
    const row = await tx.one<{ queue: string; error: string | null }>(sql`
      UPDATE task SET state = 'ready', error = NULL, available_at = now() WHERE id = ${id} AND state = 'dead' RETURNING queue, error`);
    if (row === undefined)
      throw new AppError('not_found', `there is no dead letter ${id}; it was replayed or dismissed meanwhile`);
    await tx.exec(sql`SELECT pg_notify('task', '')`);
    await audit(tx, { actor, action: 'replay', entity: 'task', entityId: String(id), after: { queue: row.queue } });
  });
}

/** Gives a dead letter up; what it was and why it failed stays in the audit trail. */
export async function dismissTask(id: number, actor: string, reason: string): Promise<void> {
  const why = reasonOf(reason);
  await transaction(async (tx) => {
    const row = await tx.one<{ queue: string; payload: unknown; error: string | null }>(
      sql`DELETE FROM task WHERE id = ${id} AND state = 'dead' RETURNING queue, payload, error`,
    );
    if (row === undefined)
      throw new AppError('not_found', `there is no dead letter ${id}; it was replayed or dismissed meanwhile`);
    await audit(tx, { actor, action: 'dismiss', entity: 'task', entityId: String(id), before: row, reason: why });
  });
}
