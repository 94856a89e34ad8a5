import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { config } from '@/lib/config';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** This query finds a connection that is silently dead. */
const CHECK_MS = 10_000;

export interface Listener {
  /** Resolves once it listens for the first time. */
  readonly ready: Promise<void>;
  stop(): void;
}

export interface ListenEvents {
  /** Something was notified; also called after each (re)connection, since notifications may have been missed. */
  readonly onNotify: () => void;
  readonly onLost?: (error: Error) => void;
}

/**
 * Listens to a channel for ever on a connection of its own, so that it takes no place in the pool: a lost connection is ended and made anew,
 * with pauses that grow to 5 s.
 */
export function listen(channel: 'task' | 'feed', events: ListenEvents): Listener {
  const over = new AbortController();
  let first = () => {};
  const ready = new Promise<void>((resolve) => {
    first = resolve;
  });
  void (async () => {
    for (let pause = FIRST_PAUSE_MS; !over.signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        await hear(channel, over.signal, events, () => {
          pause = FIRST_PAUSE_MS;
          first();
        });
      } catch (e) {
        events.onLost?.(e as Error);
      }
      await sleep(pause, undefined, { signal: over.signal }).catch(() => undefined); // the stop ends the pause
    }
  })();
  return { ready, stop: () => over.abort() };
}

/** One connection, from its making to its loss or to the stop. */
async function hear(channel: string, stop: AbortSignal, events: ListenEvents, onReady: () => void): Promise<void> {
  const client = new pg.Client({
    connectionString: config().DATABASE_URL,
    connectionTimeoutMillis: config().DB_ACQUIRE_MS,
    query_timeout: CHECK_MS,
    keepAlive: true,
    application_name: `driftless listen ${channel}`,
  });
  let lose = (_: Error) => {};
  let leave = () => {};
  const over = new Promise<void>((resolve, reject) => {
    leave = resolve;
    lose = reject;
  });
  over.catch(() => undefined); // waiting callers are notified; before that a loss shows in the statement
  stop.addEventListener('abort', leave);
  const check = setInterval(() => void client.query('SELECT 1').catch(lose), CHECK_MS);
  client.on('error', (e) => lose(e));
  client.on('end', () => lose(new Error('the connection ended')));
  client.on('notification', () => events.onNotify());
  try {
    await client.connect();
    await client.query(`LISTEN ${channel}`);
    onReady();
    events.onNotify();
    if (!stop.aborted) await over;
  } finally {
    clearInterval(check);
    stop.removeEventListener('abort', leave);
    void client.end().catch(() => undefined); // it may be lost already
  }
}
