import { db, sql, transaction, type Tx } from '@/lib/db';
import { AppError, ERROR_CODES, toAppError } from '@/lib/errors';
import { log } from '@/lib/log';
import { makeWorker, type TaskJob, type TaskWorker, UnrecoverableError } from '@/lib/queue/broker';
import { markDead } from '@/lib/queue/dispatcher';
import { PAYLOADS, type Payload, type QueueName } from '@/lib/queue/jobs';
import { tally } from './metrics';

/**
 * What a queue does with a task. `prepare` reads and computes outside the transaction and returns what `apply` writes; both may be
 * run again, only `apply` of the one run that removes the task's row takes effect.
 */
export interface Handler<Q extends QueueName, P = void> {
  readonly queue: Q;
  readonly concurrency: number;
  prepare?(payload: Payload<Q>, signal: AbortSignal | undefined): Promise<P>;
  apply(tx: Tx, payload: Payload<Q>, prepared: P): Promise<void>;
  /** After the commit, outside any transaction: what cannot be taken back, like a delivery. */
  records?(payload: Payload<Q>): number;
}

class AlreadyDone extends Error {}

interface TaskRow {
  payload: unknown;
  created_at: Date;
}

/** Does one task exactly once in effect: its results and the removal of its row commit together. */
export async function runTask<Q extends QueueName, P>(handler: Handler<Q, P>, taskId: number, signal?: AbortSignal): Promise<void> {
  const task = await db().one<TaskRow>(sql`SELECT payload, created_at FROM task WHERE id = ${taskId}`);
  if (task === undefined) return; // done before: delivered twice
  const started = performance.now();
  const parsed = PAYLOADS[handler.queue].safeParse(task.payload);
  if (!parsed.success) throw new AppError('invalid_input', `task ${taskId} does not fit queue ${handler.queue}: ${parsed.error.issues[0]?.message}`);
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
  tally(handler.queue, handler.records?.(payload) ?? 1, performance.now() - started, Date.now() - task.created_at.getTime(), false);
}

/** Connects a handler to its queue: errors decide between another try and the dead-letter box, which is a state of the task's row. */
export function serve<Q extends QueueName, P>(handler: Handler<Q, P>): TaskWorker {
  const worker = makeWorker(
    handler.queue,
    async (job: TaskJob, signal?: AbortSignal) => {
      try {
        await runTask(handler, job.data.taskId, signal);
      } catch (e) {
        const err = toAppError(e);
        log()[ERROR_CODES[err.code].log]({ queue: handler.queue, taskId: job.data.taskId, code: err.code, details: err.details, err: err.cause ?? err }, err.message);
        tally(handler.queue, 0, 0, 0, true);
        if (!err.retry) throw new UnrecoverableError(`${err.code}: ${err.message}`);
        throw err;
      }
    },
    handler.concurrency,
  );
  worker.on('error', (err) => log().warn({ queue: handler.queue, err: err.message }, 'queue connection'));
  worker.on('failed', (job, err) => {
    if (job === undefined) return;
    if (err instanceof UnrecoverableError || job.attemptsMade >= (job.opts.attempts ?? 1)) {
      // Where this fails too, the dispatcher's comparison finds the failed job and marks it.
      markDead(job.data.taskId, err.message).catch((e: Error) => log().error({ err: e.message }, 'dead letter not marked yet'));
    }
  });
  return worker;
}
