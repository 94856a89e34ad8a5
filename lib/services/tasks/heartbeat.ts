import { hostname } from 'node:os';
import pg from 'pg';
import { config } from '@/lib/config';
import { db, sql } from '@/lib/db';
import { STALLED_S } from '../status';

const processName = `${hostname()} ${process.pid}`;
const startedAt = new Date();

/** Says that this worker process lives. */
export async function beat(): Promise<void> {
  await db().exec(sql`INSERT INTO worker_process (process, started_at, heard_at) VALUES (${processName}, ${startedAt}, now())
    ON CONFLICT (process) DO UPDATE SET started_at = EXCLUDED.started_at, heard_at = now()`);
}

/** This worker ends by being asked to: nobody shall wait for it. */
export async function lastBeat(): Promise<void> {
  await db().exec(sql`DELETE FROM worker_process WHERE process = ${processName}`);
}

/**
 * How long the oldest work that is due has been waiting, s, asked on a connection of its own: what may be wrong is this process's pool.
 * @returns null while the database cannot be asked, which is not this process's fault.
 */
async function oldestDueS(): Promise<number | null> {
  const client = new pg.Client({
    connectionString: config().DATABASE_URL,
    connectionTimeoutMillis: config().DB_ACQUIRE_MS,
    query_timeout: config().DB_ACQUIRE_MS,
    application_name: 'driftless watchdog',
  });
  client.on('error', () => undefined); // shows up as the failed question
  try {
    await client.connect();
    const { rows } = await client.query<{ s: number | null }>(
      "SELECT extract(epoch FROM now() - min(greatest(available_at, created_at)))::float8 AS s FROM task WHERE state = 'ready' AND available_at <= now()",
    );
    return rows[0]?.s ?? 0;
  } catch {
    return null;
  } finally {
    void client.end().catch(() => undefined);
  }
}

/**
 * Watches that work is taken up, for a process that may have stopped without noticing.
 * @param stalledS - after so long it is stuck, if it has been watched for as long.
 */
export class Watchdog {
  private since = Date.now();
  constructor(private readonly stalledS = STALLED_S) {}

  /** What is wrong for longer than the limit; null when nothing is. A time without a database does not count. */
  async look(): Promise<string | null> {
    const age = await oldestDueS();
    if (age === null) this.since = Date.now();
    if (age === null || age < this.stalledS || Date.now() - this.since < this.stalledS * 1000) return null;
    return `work that is due has not been taken for ${Math.round(age)} s`;
  }
}
