import { db, sql } from '@/lib/db';
import { QUEUES } from '@/lib/queue/jobs';

export interface QueueRow {
  queue: string;
  ready: number;
  sent: number;
  dead: number;
  /** Age of the oldest waiting task, ms; null without one. */
  lagMs: number | null;
  /** Tasks done in the last hour, failures, records, time per record and mean wait. */
  done: number;
  failed: number;
  records: number;
  busyMs: number;
  waitMs: number | null;
  /** Records per minute, oldest first; 0 for a minute in which the stage did nothing. */
  perMinute: Float64Array;
}

export interface DeadLetter {
  id: number;
  queue: string;
  key: string;
  attempts: number;
  error: string | null;
  payload: string;
  createdMs: number;
}

export interface SystemView {
  queues: QueueRow[];
  dead: DeadLetter[];
  deadTotal: number;
  fromMs: number;
  toMs: number;
  workers: { process: string; lastMs: number; stages: string[]; done: number; failed: number }[];
  tables: { name: string; bytes: number; rows: number; partitions: number }[];
  databaseBytes: number;
  ingest: { kind: string; n: number; lastMs: number }[];
  /** Versions of the code of each stage, the running one first. */
  code: { stage: string; version: string; firstMs: number; lastMs: number }[];
}

const MINUTES = 60;
const MAX_DEAD = 200;
const MAX_PAYLOAD = 2000;

/** Queues, flow rates, dead letters, workers and the size of the database. `nowMs` ends the window of one hour. */
export async function systemView(nowMs: number): Promise<SystemView> {
  const end = Math.floor(nowMs / 60_000) * 60_000;
  const from = end - (MINUTES - 1) * 60_000;
  const [tasks, flow, dead, workers, tables, size, ingest, code] = await Promise.all([
    db().rows<{ queue: string; ready: number; sent: number; dead: number; oldest: Date | null }>(sql`
      SELECT queue, count(*) FILTER (WHERE state = 'ready')::int AS ready, count(*) FILTER (WHERE state = 'sent')::int AS sent, count(*) FILTER (WHERE state = 'dead')::int AS dead,
        min(created_at) FILTER (WHERE state <> 'dead') AS oldest FROM task GROUP BY queue`),
    db().rows<{ minute: Date; stage: string; done: number; failed: number; records: number; busy: number; wait: number }>(sql`
      SELECT minute, stage, sum(done)::int AS done, sum(failed)::int AS failed, sum(records)::int AS records, sum(busy_ms) AS busy, sum(lag_ms * done) AS wait
      FROM flow_minute WHERE minute >= ${new Date(from)} AND minute <= ${new Date(end)} GROUP BY minute, stage`),
    deadLetters(),
    db().rows<{ process: string; last: Date; stages: string[]; done: number; failed: number }>(sql`
      SELECT process, max(minute) AS last, array_agg(DISTINCT stage ORDER BY stage) AS stages, sum(done)::int AS done, sum(failed)::int AS failed
      FROM flow_minute WHERE minute >= ${new Date(end - 86_400_000)} GROUP BY process ORDER BY last DESC LIMIT 40`),
    tableSizes(),
    db().one<{ bytes: number }>(sql`SELECT pg_database_size(current_database())::float8 AS bytes`),
    db().rows<{ kind: string; n: number; last: Date }>(sql`
      SELECT kind, count(*)::int AS n, max(created_at) AS last FROM ingest_key WHERE created_at >= ${new Date(end - 86_400_000)} GROUP BY kind ORDER BY kind`),
    db().rows<{ stage: string; version: string; first_at: Date; last_at: Date }>(
      sql`SELECT stage, version, first_at, last_at FROM code_version ORDER BY stage, last_at DESC LIMIT 200`,
    ),
  ]);
  return {
    queues: QUEUES.map((queue) => {
      const t = tasks.find((x) => x.queue === queue);
      const f = flow.filter((x) => x.stage === queue);
      const perMinute = new Float64Array(MINUTES);
      for (const x of f) perMinute[Math.round((x.minute.getTime() - from) / 60_000)] = x.records;
      const done = f.reduce((s, x) => s + x.done, 0);
      return {
        queue,
        ready: t?.ready ?? 0,
        sent: t?.sent ?? 0,
        dead: t?.dead ?? 0,
        lagMs: t?.oldest ? nowMs - t.oldest.getTime() : null,
        done,
        failed: f.reduce((s, x) => s + x.failed, 0),
        records: f.reduce((s, x) => s + x.records, 0),
        busyMs: f.reduce((s, x) => s + x.busy, 0),
        waitMs: done > 0 ? f.reduce((s, x) => s + x.wait, 0) / done : null,
        perMinute,
      };
    }),
    dead: dead.rows,
    deadTotal: dead.total,
    fromMs: from,
    toMs: end,
    workers: workers.map(({ last, ...w }) => ({ ...w, lastMs: last.getTime() })),
    tables,
    databaseBytes: size!.bytes,
    ingest: ingest.map(({ last, ...i }) => ({ ...i, lastMs: last.getTime() })),
    code: code.map(({ first_at, last_at, ...c }) => ({ ...c, firstMs: first_at.getTime(), lastMs: last_at.getTime() })),
  };
}

async function deadLetters(): Promise<{ rows: DeadLetter[]; total: number }> {
  const rows = await db().rows<Omit<DeadLetter, 'createdMs'> & { created_at: Date; total: number }>(sql`
    SELECT id, queue, key, attempts, error, left(payload::text, ${MAX_PAYLOAD}) AS payload, created_at, count(*) OVER ()::int AS total
    FROM task WHERE state = 'dead' ORDER BY created_at DESC LIMIT ${MAX_DEAD}`);
  return {
    rows: rows.map(({ created_at, total: _total, ...r }) => ({ ...r, id: Number(r.id), createdMs: created_at.getTime() })),
    total: rows[0]?.total ?? 0,
  };
}

/** Size of each table with its indexes, TOAST and partitions; rows as the statistics collector counts them. */
const tableSizes = (): Promise<SystemView['tables']> =>
  db().rows(sql`
    SELECT COALESCE(p.relname, c.relname) AS name, sum(pg_total_relation_size(c.oid))::float8 AS bytes, sum(COALESCE(s.n_live_tup, 0))::float8 AS rows,
      count(i.inhparent)::int AS partitions
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
    LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
    WHERE c.relkind = 'r' GROUP BY 1 HAVING sum(pg_total_relation_size(c.oid)) > 65536 ORDER BY 2 DESC LIMIT 30`);
