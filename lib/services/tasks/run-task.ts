import { db, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { PAYLOADS, type Payload, type QueueName } from '@/lib/queue/jobs';
import { tally } from './flow';

/**
 * How a queue handles a task. `prepare` reads and computes outside the transaction and returns what `apply` writes; both may run again, but only the
 * `apply` of the run that deletes the task's row takes effect.
 */
export interface Handler<Q extends QueueName, P = void> {
  readonly queue: Q;
  readonly concurrency: number;
  prepare?(payload: Payload<Q>, signal: AbortSignal | undefined): Promise<P>;
  apply(tx: Tx, payload: Payload<Q>, prepared: P): Promise<void>;
  /** Number of records of a payload, for the flow rates. */
  records?(payload: Payload<Q>): number;
}

class AlreadyDone extends Error {}

interface TaskRow {
  payload: unknown;
  created_at: Date;
}

/** Runs one task with exactly-once effect: its results and the removal of its row commit together. */
export async function runTask<Q extends QueueName, P>(
  handler: Handler<Q, P>,
  taskId: number,
  signal?: AbortSignal,
): Promise<void> {
  const task = await db().one<TaskRow>(sql`SELECT payload, created_at FROM task WHERE id = ${taskId}`);
  if (task === undefined) return; // done before: delivered twice
  const started = performance.now();
  const parsed = PAYLOADS[handler.queue].safeParse(task.payload);
  if (!parsed.success)
    throw new AppError('invalid_input', `task ${taskId} does not fit queue ${handler.queue}: ${parsed.error.issues[0]?.message}`);
  const payload = parsed.data as Payload<Q>;
  const prepared = (await handler.prepare?.(payload, signal)) as P;
  try {
    await transaction(async (tx) => {
      if ((await tx.exec(sql`DELETE FROM task WHERE id = ${taskId}`)) === 0) throw new AlreadyDone();
      await handler.apply(tx, payload, prepared);
    });
  } catch (e) {
    if (e instanceof AlreadyDone) return;
    throw e;
  }
  tally(
    handler.queue,
    handler.records?.(payload) ?? 1,
    performance.now() - started,
    Date.now() - task.created_at.getTime(),
    false,
  );
}
