import { hostname } from 'node:os';
import pg from 'pg';
import { config } from '@/lib/config';
import { db, sql } from '@/lib/db';
import { queueAnswers } from '@/lib/queue/broker';
import { STALLED_S } from '../system/status';

const processName = `${hostname()} ${process.pid}`;
const startedAt = new Date();

/** Records that this worker process is alive, and since when it has been able to work without a gap; null: it is not. @param ableSince - epoch ms. */
export async function beat(ableSince: number | null): Promise<void> {
  const able = ableSince === null ? null : new Date(ableSince);
  await db().exec(sql`INSERT INTO worker_process (process, started_at, heard_at, able_since) VALUES (${processName}, ${startedAt}, now(), ${able}::timestamptz)
    ON CONFLICT (process) DO UPDATE SET started_at = EXCLUDED.started_at, heard_at = now(), able_since = EXCLUDED.able_since`);
}

/** This worker ends on request: nothing must wait for it. */
export async function lastBeat(): Promise<void> {
  await db().exec(sql`DELETE FROM worker_process WHERE process = ${processName}`);
}

/**
 * How long the oldest due work has been waiting, s, queried on a separate connection, since this process's pool may be what is wrong.
 * @returns null while the database does not answer, which is not this process's fault.
 */
async function oldestDueS(): Promise<number | null> {
  const client = new pg.Client({
    connectionString: config().DATABASE_URL,
    connectionTimeoutMillis: config().DB_ACQUIRE_MS,
    query_timeout: config().DB_ACQUIRE_MS,
    application_name: 'driftless watchdog',
  });
  client.on('error', () => undefined); // shows up as the failed query
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

/** How long the queue may take to answer. */
const QUEUE_MS = 2_000;
/** Longest time between two checks; after a longer pause (a suspended process, a blocked event loop) nothing is known of the time between. */
const GAP_MS = 30_000;

/**
 * Watches that work is being taken, for a process that may have stalled without noticing. Only time counts in which work could have been taken and
 * was checked: not time without a database or a queue, and not time in which this process itself was suspended.
 * @param stalledS - after this long it is stuck, if it has been watched for as long.
 * @param clock - epoch ms.
 */
export class Watchdog {
  private since: number | null;
  private looked: number;
  constructor(
    private readonly stalledS = STALLED_S,
    private readonly clock: () => number = Date.now,
  ) {
    this.since = clock();
    this.looked = this.since;
  }

  /** Since when this process has been able to work without a gap, epoch ms; null: it was not at the last check. */
  get ableSince(): number | null {
    return this.since;
  }

  /** What has been wrong for longer than the limit; null when nothing has. */
  async look(): Promise<string | null> {
    const [age, queue] = await Promise.all([oldestDueS(), queueAnswers(QUEUE_MS)]);
    const now = this.clock();
    const missed = now - this.looked > GAP_MS;
    this.looked = now;
    if (age === null || !queue) {
      this.since = null;
      return null;
    }
    if (this.since === null || missed) this.since = now;
    if (age < this.stalledS || now - this.since < this.stalledS * 1000) return null;
    return `work that is due has not been taken for ${Math.round(age)} s`;
  }
}
