import { z } from 'zod';
import { sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonIn } from '@/lib/formats/reason';
import { audit } from '../audit';
import { verb } from '../verb';

const gone = (id: number) => new AppError('not_found', `there is no dead letter ${id}; it was replayed or dismissed meanwhile`);

/** Sends a dead letter back to its queue. */
export const replayTask = verb(
  { name: 'task.replay', least: 'engineer', input: z.strictObject({ task: z.int() }) },
  async (ctx, { task: id }) =>
    transaction(async (tx) => {
      const row = await tx.one<{ queue: string; error: string | null }>(sql`
        UPDATE task SET state = 'ready', error = NULL, available_at = now() WHERE id = ${id} AND state = 'dead' RETURNING queue, error`);
      if (row === undefined) throw gone(id);
      await tx.exec(sql`SELECT pg_notify('task', '')`);
      await audit(tx, ctx, { action: 'replay', entity: 'task', entityId: String(id), after: { queue: row.queue } });
    }),
);

/** Discards a dead letter; what it was and why it failed stays in the audit trail. */
export const dismissTask = verb(
  { name: 'task.dismiss', least: 'engineer', input: z.strictObject({ task: z.int(), reason: reasonIn }) },
  async (ctx, { task: id, reason }) =>
    transaction(async (tx) => {
      const row = await tx.one<{ queue: string; payload: unknown; error: string | null }>(
        sql`DELETE FROM task WHERE id = ${id} AND state = 'dead' RETURNING queue, payload, error`,
      );
      if (row === undefined) throw gone(id);
      await audit(tx, ctx, { action: 'dismiss', entity: 'task', entityId: String(id), before: row, reason });
    }),
);
