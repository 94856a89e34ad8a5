import { db, sql } from '@/lib/db';

export interface PipelineStatus {
  /** Tasks asked for and not done yet, dead letters apart. */
  readonly pending: number;
  readonly dead: number;
  /** Age of the oldest pending task, s. */
  readonly lagS: number;
  readonly byQueue: Readonly<Record<string, { pending: number; dead: number }>>;
}

/** How far the stages are behind what was ingested. A sender that must not run ahead (a backfill) waits until `pending` is 0. */
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

/** Answers when the database is there and migrated. @throws AppError `dependency_unavailable` while it is not. */
export async function databaseReady(): Promise<void> {
  await db().one(sql`SELECT 1 FROM task LIMIT 1`);
}
