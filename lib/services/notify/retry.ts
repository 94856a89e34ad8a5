import { z } from 'zod';
import { sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { audit } from '../audit';
import { timeOf, verb } from '../verb';

/**
 * Sends a message again, now, under the same id: one that was given up, or that waits for its next attempt.
 * @throws AppError `not_found`; `conflict` for one that was delivered, waits for the end of quiet hours or was a test.
 */
export const retryNotification = verb(
  { name: 'notification.retry', least: 'engineer', input: z.strictObject({ notification: z.int().min(1) }) },
  async (ctx, { notification }) =>
    transaction(async (tx) => {
      const n = await tx.one<{ state: string; kind: string; attempts: number; error: string | null }>(
        sql`SELECT state, kind, attempts, error FROM notification WHERE id = ${notification} FOR UPDATE`,
      );
      if (n === undefined) throw new AppError('not_found', 'there is no such message');
      if (n.kind === 'test') throw new AppError('conflict', 'this was a test: test the channel again in the settings');
      if (n.state !== 'failed' && n.state !== 'pending')
        throw new AppError(
          'conflict',
          `the message is ${n.state === 'summed' ? 'part of the one that ended quiet hours' : n.state}; there is nothing to send again`,
        );
      const at = timeOf(ctx);
      await tx.exec(sql`
        UPDATE notification SET state = 'pending', next_at = ${at}, give_up_at = ${at}::timestamptz + INTERVAL '1 day' WHERE id = ${notification}`);
      await audit(tx, ctx, { action: 'retry', entity: 'notification', entityId: String(notification), before: n });
    }),
);
