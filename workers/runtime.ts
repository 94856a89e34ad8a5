import { ERROR_CODES, isAway, toAppError } from '@/lib/errors';
import { log } from '@/lib/log';
import { makeWorker, type TaskWorker, UnrecoverableError } from '@/lib/queue/broker';
import { markDead } from '@/lib/queue/dispatcher';
import type { QueueName } from '@/lib/queue/jobs';
import { tally } from '@/lib/services/tasks/flow';
import { type Handler, runTask } from '@/lib/services/tasks/run-task';

/** Delay before a task is retried while the database is down, up to twice this. */
const AWAY_MS = 2_000;

/**
 * Connects a handler to its queue: errors decide between a retry and the dead-letter state of the task's row. A database outage, however long, is not
 * the task's fault and uses up none of its attempts.
 */
export function serve<Q extends QueueName, P>(handler: Handler<Q, P>): TaskWorker {
  const worker = makeWorker(
    handler.queue,
    async (job, postpone, signal) => {
      try {
        await runTask(handler, job.data.taskId, signal);
      } catch (e) {
        const err = toAppError(e);
        log()[ERROR_CODES[err.code].log](
          { queue: handler.queue, taskId: job.data.taskId, code: err.code, details: err.details, err: err.cause ?? err },
          err.message,
        );
        tally(handler.queue, 0, 0, 0, true);
        if (isAway(err)) return postpone(AWAY_MS * (1 + Math.random()));
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
