import type pg from 'pg';
import { db, pool, sql } from '@/lib/db';
import { log } from '@/lib/log';

export interface FeedRow {
  id: number;
  at: Date;
  kind: string;
  text: string;
  detail: Record<string, unknown>;
}

type Listener = (rows: readonly FeedRow[]) => void;

/** The most that a client that was away gets replayed; older events are on the pages anyway. */
const REPLAY_LIMIT = 200;
const RETRY_MS = 2_000;

class FeedHub {
  private readonly listeners = new Set<Listener>();
  private client: pg.PoolClient | undefined;
  private starting: Promise<void> | undefined;
  private last = 0;
  private reading = false;
  private again = false;

  /** Calls back with every batch of new events; one database subscription serves all clients of this process. */
  async subscribe(listener: Listener): Promise<() => void> {
    this.listeners.add(listener);
    this.starting ??= this.listen();
    await this.starting;
    return () => {
      this.listeners.delete(listener);
    };
  }

  private async listen(): Promise<void> {
    try {
      this.last = (await db().one<{ id: number }>(sql`SELECT COALESCE(max(id), 0) AS id FROM feed_event`))!.id;
      const client = await pool().connect();
      this.client = client;
      client.on('notification', () => void this.read());
      client.on('error', (e) => {
        log().warn({ err: e.message }, 'live feed: connection lost, listening again');
        this.restart();
      });
      await client.query('LISTEN feed');
    } catch (e) {
      log().warn({ err: (e as Error).message }, 'live feed: not listening yet');
      this.restart();
    }
  }

  private restart(): void {
    this.client?.release(true);
    this.client = undefined;
    setTimeout(() => {
      this.starting = this.listen();
    }, RETRY_MS).unref();
  }

  private async read(): Promise<void> {
    if (this.reading) {
      this.again = true;
      return;
    }
    this.reading = true;
    try {
      do {
        this.again = false;
        const rows = await feedSince(this.last);
        if (rows.length > 0) {
          this.last = rows.at(-1)!.id;
          for (const l of this.listeners) l(rows);
        }
      } while (this.again);
    } catch (e) {
      log().warn({ err: (e as Error).message }, 'live feed: read failed, the next notification reads again');
    } finally {
      this.reading = false;
    }
  }
}

/** Events after `id`, oldest first; after a long absence only the newest. */
export async function feedSince(id: number): Promise<FeedRow[]> {
  const rows = await db().rows<FeedRow>(
    sql`SELECT id, at, kind, text, detail FROM feed_event WHERE id > ${id} ORDER BY id DESC LIMIT ${REPLAY_LIMIT}`,
  );
  return rows.reverse();
}

const holder = globalThis as typeof globalThis & { driftlessFeed?: FeedHub };

export const feedHub = (): FeedHub => {
  holder.driftlessFeed ??= new FeedHub();
  return holder.driftlessFeed;
};
