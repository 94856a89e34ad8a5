import { setTimeout as sleep } from 'node:timers/promises';
import { db, listen, type RowOf, sql } from '@/lib/db';
import { log } from '@/lib/log';
import { queueOf } from './broker';
import { QUEUES, type QueueName } from './jobs';

/** Tasks taken to the queue in one go. */
const BATCH = 500;
/** The longest a notification can be missed for. */
const POLL_MS = 1_000;
/** How often tasks in flight are compared with the queue; a task younger than this is not judged. */
const RECONCILE_MS = 4_000;

type TaskRow = RowOf<'task', 'id' | 'queue' | 'attempts' | 'created_at', { queue: QueueName }>;

/**
 * A used job id stays taken while the queue remembers it, so each sending has its own; the task's creation time is part of it, because a new database beside
 * an old Redis counts from 1 again.
 */
const jobId = (t: TaskRow) => `t${t.id}_${t.attempts}_${t.created_at.getTime().toString(36)}`;

/** Takes ready tasks to their queues; returns how many. Two dispatchers never take the same one. */
export async function dispatchReady(): Promise<number> {
  const tasks = await db().rows<TaskRow>(sql`
    UPDATE task SET state = 'sent', sent_at = now(), attempts = attempts + 1
    WHERE id IN (SELECT id FROM task WHERE state = 'ready' AND available_at <= now() ORDER BY id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
    RETURNING id, queue, attempts, created_at`);
  tasks.sort((a, b) => a.id - b.id);
  for (const name of QUEUES) {
    const mine = tasks.filter((t) => t.queue === name);
    if (mine.length > 0)
      await queueOf(name).addBulk(mine.map((t) => ({ name, data: { taskId: t.id }, opts: { jobId: jobId(t) } })));
  }
  return tasks.length;
}

/**
 * Compares tasks in flight with the queue: what the queue does not know any more (it was flushed, or the dispatcher died between
 * marking and sending) is made ready again; a task that failed for good without its worker recording it becomes a dead letter.
 */
export async function reconcile(): Promise<number> {
  const tasks = await db().rows<TaskRow>(sql`
    SELECT id, queue, attempts, created_at FROM task WHERE state = 'sent' AND sent_at < now() - ${RECONCILE_MS} * INTERVAL '1 millisecond' ORDER BY id LIMIT 2000`);
  const lost: number[] = [];
  for (const t of tasks) {
    const state = await queueOf(t.queue).getJobState(jobId(t));
    if (state === 'unknown' || state === 'completed') lost.push(t.id);
    else if (state === 'failed') await markDead(t.id, (await queueOf(t.queue).getJob(jobId(t)))?.failedReason ?? 'failed');
  }
  if (lost.length === 0) return 0;
  // "completed" with its row still here: the job ended without deleting it; running it again is safe.
  return db().exec(
    sql`UPDATE task SET state = 'ready', available_at = now() WHERE id = ANY(${lost}::bigint[]) AND state = 'sent' AND sent_at < now() - ${RECONCILE_MS} * INTERVAL '1 millisecond'`,
  );
}

/** Puts a task aside for a person to look at; it is replayed or dismissed on the system page. */
export async function markDead(taskId: number, error: string): Promise<void> {
  await db().exec(sql`UPDATE task SET state = 'dead', error = ${error.slice(0, 4000)} WHERE id = ${taskId} AND state <> 'dead'`);
}

/** Runs until the signal: sends what is ready at once, and compares with the queue now and then. A failed round is followed by the next. */
export async function runDispatcher(signal: AbortSignal): Promise<void> {
  let wake = () => {};
  const listener = listen('task', {
    onNotify: () => wake(),
    onLost: (e) => log().warn({ err: e.message }, 'dispatcher: not listening for a moment; it asks every second meanwhile'),
  });
  signal.addEventListener('abort', () => wake());
  let compared = Date.now();
  while (!signal.aborted) {
    try {
      if ((await dispatchReady()) === BATCH) continue;
      if (Date.now() - compared > RECONCILE_MS) {
        compared = Date.now();
        const again = await reconcile();
        if (again > 0) {
          log().warn({ tasks: again }, 'tasks the queue had lost are sent again');
          continue;
        }
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (signal.aborted) wake();
      });
    } catch (e) {
      log().error({ err: e }, 'dispatcher: this round failed, the next follows');
      await sleep(POLL_MS);
    }
  }
  listener.stop();
}
