import { type Listener as ChannelListener, db, listen, type RowOf, sql } from '@/lib/db';
import { log } from '@/lib/log';

export type FeedRow = RowOf<'feed_event', 'id' | 'at' | 'kind' | 'text' | 'detail'>;

type Listener = (rows: readonly FeedRow[]) => void;

/** Most events that are replayed to a client that was away; older events are on the pages anyway. */
const REPLAY_LIMIT = 200;

class FeedHub {
  private readonly listeners = new Set<Listener>();
  private channel: ChannelListener | undefined;
  private last: number | undefined;
  private reading = false;
  private again = false;

  /** Calls `listener` with every batch of new events; one database subscription serves all clients of this process. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    this.channel ??= listen('feed', {
      onNotify: () => void this.read(),
      onLost: (e) => log().warn({ err: e.message }, 'live feed: connection lost, listening again'),
    });
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.channel?.stop();
      this.channel = undefined;
      this.last = undefined;
    };
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
        if (this.last === undefined) {
          this.last = (await db().one<{ id: number }>(sql`SELECT COALESCE(max(id), 0) AS id FROM feed_event`))!.id;
          continue;
        }
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
