import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';

export interface PipelineStatus {
  /** Tasks not done yet, without dead letters. */
  readonly pending: number;
  readonly dead: number;
  /** Age of the oldest pending task, s. */
  readonly lagS: number;
  readonly byQueue: Readonly<Record<string, { pending: number; dead: number }>>;
}

/** How far the stages lag behind ingestion. A sender that must not run ahead (a backfill) waits until `pending` is 0. */
export async function pipelineStatus(): Promise<PipelineStatus> {
  const rows = await db().rows<{ queue: string; pending: number; dead: number; lag: number | null }>(sql`
    SELECT queue, count(*) FILTER (WHERE state <> 'dead')::int AS pending, count(*) FILTER (WHERE state = 'dead')::int AS dead,
      extract(epoch FROM now() - min(created_at) FILTER (WHERE state <> 'dead'))::float8 AS lag FROM task GROUP BY queue`);
  return {
    pending: rows.reduce((s, r) => s + r.pending, 0),
    dead: rows.reduce((s, r) => s + r.dead, 0),
    lagS: Math.max(0, ...rows.map((r) => r.lag ?? 0)),
    byQueue: Object.fromEntries(rows.map((r) => [r.queue, { pending: r.pending, dead: r.dead }])),
  };
}

/** A worker without a heartbeat for this long is considered gone; one that has just started is given time to begin. */
const HEARD_S = 30;
/** Due work is taken within a second; when it has not been for this long, the workers are alive but not working. */
export const STALLED_S = 60;

export interface WorkState {
  readonly liveWorkers: number;
  /** Tasks that are due and not taken, and how long the oldest has been waiting, s. */
  readonly due: number;
  readonly oldestDueS: number;
  /** Workers have been able to work for long enough, yet due work is not taken. */
  readonly isStalled: boolean;
  /** Due work is not taken, since the queue does not answer the workers. */
  readonly isQueueAway: boolean;
  /** What is wrong, in words; null when nothing is. */
  readonly trouble: string | null;
}

/** The database's view of work and workers. */
export interface WorkRow {
  readonly due: number;
  /** Wait of the oldest due task, s; null without one. */
  readonly oldest: number | null;
  /** Workers with a recent heartbeat, those of them that can work now, and those that have been able to for long enough. */
  readonly live: number;
  readonly able: number;
  readonly settled: number;
  /** Since the database started, s. */
  readonly database_up: number;
}

/** Whether due work is being taken. */
export async function workState(): Promise<WorkState> {
  const row = await db().one<WorkRow>(sql`
    SELECT (SELECT count(*)::int FROM task WHERE state = 'ready' AND available_at <= now()) AS due,
      (SELECT extract(epoch FROM now() - min(greatest(available_at, created_at)))::float8 FROM task WHERE state = 'ready' AND available_at <= now()) AS oldest,
      count(*)::int AS live, count(able_since)::int AS able,
      count(*) FILTER (WHERE able_since < now() - ${STALLED_S} * INTERVAL '1 second')::int AS settled,
      extract(epoch FROM now() - pg_postmaster_start_time())::float8 AS database_up
    FROM worker_process WHERE heard_at > now() - ${HEARD_S} * INTERVAL '1 second'`);
  return judgeWork(row!);
}

/**
 * What is wrong with the work. Time in which workers had no queue, or could not send a heartbeat because the database had just been down, is not held
 * against them.
 */
export function judgeWork(row: WorkRow): WorkState {
  const oldestDueS = Math.max(0, row.oldest ?? 0);
  const lies = oldestDueS > STALLED_S;
  const isStalled = lies && row.settled > 0;
  const isQueueAway = lies && row.live > 0 && row.able === 0;
  return {
    liveWorkers: row.live,
    due: row.due,
    oldestDueS,
    isStalled,
    isQueueAway,
    trouble: lies ? troubleOf(row, oldestDueS, isStalled, isQueueAway) : null,
  };
}

function troubleOf(row: WorkRow, oldestDueS: number, isStalled: boolean, isQueueAway: boolean): string | null {
  const waits = `${row.due} ${row.due === 1 ? 'task waits' : 'tasks wait'}, the oldest for ${Math.round(oldestDueS)} s`;
  if (isStalled) return `The workers have stopped taking work: ${waits}. They restart by themselves; see their logs.`;
  if (isQueueAway)
    return `The queue (Redis) does not answer the workers: ${waits}. Nothing is lost; work goes on when Redis is back.`;
  return row.live === 0 && row.database_up > HEARD_S ? `No worker is running: ${waits}. Start one.` : null;
}

const READY_MS = 3_000;

/** The promise's value, or `dependency_unavailable` when it takes longer than an answer may take. */
function inTime<T>(asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new AppError('dependency_unavailable', 'the database did not answer in time')), READY_MS);
  });
  asked.catch(() => undefined); // once it is late nobody is waiting for it
  return Promise.race([asked, limit]).finally(() => clearTimeout(timer));
}

/**
 * Resolves when the database is up and migrated, and work is being taken.
 * @throws AppError `dependency_unavailable` while it is not.
 */
export async function checkReady(): Promise<void> {
  const state = await inTime(workState());
  if ((state.isStalled || state.isQueueAway) && state.trouble !== null)
    throw new AppError('dependency_unavailable', state.trouble);
}

const ASK_AGAIN_MS = 1_000;
let known: { readonly at: number; readonly answers: Promise<boolean> } | undefined;

/** Whether the database answers; queried at most once a second, whatever the number of callers. */
export function databaseAnswers(): Promise<boolean> {
  if (known === undefined || Date.now() - known.at > ASK_AGAIN_MS) {
    const answers = inTime(db().one(sql`SELECT 1`)).then(
      () => true,
      () => false,
    );
    known = { at: Date.now(), answers };
    // A slow answer counts from when it arrived.
    void answers.then(() => {
      if (known?.answers === answers) known = { at: Date.now(), answers };
    });
  }
  return known.answers;
}
