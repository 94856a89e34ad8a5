import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresBackend, DelayedError, type Job, Queue, UnrecoverableError, Worker, withBackend } from 'bullmq';
import { config } from '@/lib/config';
import { log } from '@/lib/log';
import type { QueueName } from './jobs';

/** A job carries only the task's number; what to do stands in Postgres. */
export interface JobData {
  readonly taskId: number;
}

export { UnrecoverableError };
export type TaskJob = Job<JobData>;
export type TaskQueue = Queue<JobData>;
export type TaskWorker = Worker<JobData>;

/** Ends this attempt of a job and starts another after a pause, without using up one of its attempts. Never returns. */
export type Postpone = (ms: number) => Promise<never>;
/** What a worker does with a job. */
export type RunJob = (job: TaskJob, postpone: Postpone, signal?: AbortSignal) => Promise<void>;

const processor =
  (run: RunJob) =>
  (job: TaskJob, token?: string, signal?: AbortSignal): Promise<void> =>
    run(
      job,
      async (ms) => {
        await job.moveToDelayed(Date.now() + ms, token);
        throw new DelayedError();
      },
      signal,
    );

/** A crashed worker's jobs are taken over after about twice this time. */
const LOCK_MS = 10_000;
const STALLED_MS = 5_000;

const JOB_OPTIONS = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 2_000, jitter: 0.5 },
  removeOnFail: { age: 30 * 86_400 },
} as const;

function backend() {
  const c = config();
  if (c.QUEUE_BACKEND === 'postgres') {
    const { Queue: PgQueue, Worker: PgWorker } = withBackend(createPostgresBackend);
    const connection = { connectionString: c.DATABASE_URL, schema: 'bullmq', migrate: true, max: 6 };
    return {
      queue: (name: string) =>
        new PgQueue<JobData>(name, {
          connection,
          defaultJobOptions: { ...JOB_OPTIONS, removeOnComplete: true },
        }) as unknown as TaskQueue,
      worker: (name: string, run: RunJob, concurrency: number) =>
        new PgWorker<JobData>(name, (job, token, signal) => processor(run)(job as unknown as TaskJob, token, signal), {
          connection,
          concurrency,
          lockDuration: LOCK_MS,
          stalledInterval: STALLED_MS,
          maxStalledCount: 10,
        }) as unknown as TaskWorker,
    };
  }
  const connection = { url: c.REDIS_URL ?? 'redis://127.0.0.1:6379', maxRetriesPerRequest: null };
  // One hash slot for all keys of a queue, so that a Redis Cluster can hold them.
  const prefix = `{${c.QUEUE_PREFIX}}`;
  return {
    queue: (name: string) =>
      new Queue<JobData>(name, {
        connection,
        prefix,
        defaultJobOptions: { ...JOB_OPTIONS, removeOnComplete: { count: 200 } },
      }) as TaskQueue,
    worker: (name: string, run: RunJob, concurrency: number) =>
      new Worker<JobData>(name, processor(run), {
        connection,
        prefix,
        concurrency,
        lockDuration: LOCK_MS,
        stalledInterval: STALLED_MS,
        maxStalledCount: 10,
      }) as TaskWorker,
  };
}

const holder = globalThis as typeof globalThis & { driftlessQueues?: Map<QueueName, TaskQueue> };

/** One producer a queue and process. */
export function queueOf(name: QueueName): TaskQueue {
  holder.driftlessQueues ??= new Map();
  let q = holder.driftlessQueues.get(name);
  if (q === undefined) {
    q = backend().queue(name);
    q.on('error', (e) => log().warn({ queue: name, err: e.message }, 'queue connection'));
    holder.driftlessQueues.set(name, q);
  }
  return q;
}

/** Whether the queue's store answers within `ms`. Tasks wait while it does not, through no fault of the workers. */
export async function queueAnswers(ms: number): Promise<boolean> {
  const limit = new AbortController();
  const asked = queueOf('notify').count();
  try {
    const late = sleep(ms, false, { signal: limit.signal });
    late.catch(() => undefined); // ended early, since the answer was there
    return await Promise.race([asked.then(() => true), late]);
  } catch {
    return false;
  } finally {
    asked.catch(() => undefined); // a query that nobody waits for any more
    limit.abort();
  }
}

export const makeWorker = (name: QueueName, run: RunJob, concurrency: number): TaskWorker =>
  backend().worker(name, run, concurrency);

export async function closeQueues(): Promise<void> {
  const all = [...(holder.driftlessQueues?.values() ?? [])];
  delete holder.driftlessQueues;
  await Promise.all(all.map((q) => q.close()));
}
