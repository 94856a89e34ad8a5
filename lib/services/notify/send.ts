import { db, sql } from '@/lib/db';
import { log } from '@/lib/log';
import { type Outcome, sendMail } from './formats/mail';
import { holdQuiet, releaseHeld } from './held';
import { pauseAfter } from './hold-messages';
import { type Claimed, messageOf, type NotificationRow } from './message';
import { type ChannelRow, postTo } from './post';

/** Messages under way at once in this process, and to one receiver: who hangs holds up its own messages, and no others. */
const AT_ONCE = 24;
const AT_ONCE_EACH = 3;
/** A message that was taken by a process that died is taken again after this, ms; longer than any attempt may take. */
const LEASE_MS = 60_000;

/**
 * Sends messages that are due. Each is claimed for a minute before it is sent and marked afterwards: a process that dies in between leaves it to the next
 * one, which sends it again under the same id. What fails is sent again after 5 s, 10 s and so on up to ten minutes, for a day.
 * @param clock - epoch ms.
 */
export function sender(clock: () => number) {
  const underWay = new Map<number, { receiver: string; done: Promise<void> }>();
  const full = (): string[] => {
    const n = new Map<string, number>();
    for (const { receiver } of underWay.values()) n.set(receiver, (n.get(receiver) ?? 0) + 1);
    return [...n].filter(([, k]) => k >= AT_ONCE_EACH).map(([r]) => r);
  };
  /** Takes what is due as far as there is room, and does not wait for it. @returns how many were taken. */
  const round = async (): Promise<number> => {
    await releaseHeld(clock());
    const room = AT_ONCE - underWay.size;
    if (room <= 0) return 0;
    const due = await claim(clock(), room, full());
    for (const n of due) {
      const done = deliver(n, clock)
        .catch((e: Error) => log().error({ notification: n.id, err: e }, 'a message could not be worked; it is taken again'))
        .finally(() => underWay.delete(n.id));
      underWay.set(n.id, { receiver: n.receiver, done });
    }
    return due.length;
  };
  /** Waits for what is under way. */
  const idle = async (): Promise<void> => {
    await Promise.all([...underWay.values()].map((u) => u.done));
  };
  return {
    round,
    idle,
    /** Sends until nothing is due any more. @returns how many attempts were made. */
    async all(): Promise<number> {
      for (let sent = 0; ; ) {
        const n = await round();
        await idle();
        if (n === 0) return sent;
        sent += n;
      }
    },
  };
}

/** Takes due messages, of each receiver the oldest first; those of a paused channel wait. */
const claim = (now: number, room: number, busy: readonly string[]): Promise<Claimed[]> =>
  db().rows<Claimed>(sql`
    WITH due AS MATERIALIZED (
      SELECT id FROM (SELECT n.id, n.next_at, row_number() OVER (PARTITION BY n.receiver ORDER BY n.next_at, n.id) AS k FROM notification n
        WHERE n.state = 'pending' AND n.next_at <= ${new Date(now)} AND n.receiver <> ALL(${[...busy]}::text[])
          AND (n.channel_id IS NULL OR EXISTS (SELECT 1 FROM notify_channel c WHERE c.id = n.channel_id AND c.active))) q
      WHERE k <= ${AT_ONCE_EACH} ORDER BY next_at, id LIMIT ${room}),
    mine AS MATERIALIZED (SELECT n.id FROM notification n JOIN due USING (id) WHERE n.state = 'pending' AND n.next_at <= ${new Date(now)} FOR UPDATE OF n SKIP LOCKED)
    UPDATE notification n SET attempts = n.attempts + 1, next_at = ${new Date(now + LEASE_MS)} FROM mine WHERE n.id = mine.id RETURNING n.*`);

/** One attempt: held where its hours are quiet, else sent and marked. */
async function deliver(n: Claimed, clock: () => number): Promise<void> {
  if (await holdQuiet(n, clock())) return;
  const started = performance.now();
  const outcome = await attempt(n, clock);
  const at = clock();
  const error = outcome.error;
  const pause = Math.max(pauseAfter(n.attempts), outcome.pauseMs ?? 0);
  const state = error === null ? 'delivered' : at >= n.give_up_at.getTime() ? 'failed' : 'pending';
  await db().exec(sql`
    UPDATE notification SET state = ${state}, status_code = ${outcome.status}, error = ${error}, latency_ms = ${Math.round(performance.now() - started)},
      delivered_at = ${error === null ? new Date(at) : null}, next_at = ${new Date(at + (state === 'pending' ? pause : 0))} WHERE id = ${n.id} AND state = 'pending'`);
  if (state === 'failed') log().warn({ notification: n.id, receiver: n.receiver, error }, 'a message was given up');
}

/** What identifies a message to its receiver: in headers, and of a mail in its Message-ID. */
const identityOf = (n: Pick<NotificationRow, 'id' | 'event_key'>) => ({
  deliveryId: `n${n.id}`,
  eventId: n.event_key.startsWith('alert:') ? n.event_key.slice('alert:'.length) : n.event_key.replace(':', '-'),
});

async function attempt(n: Claimed, clock: () => number): Promise<Outcome> {
  const message = await messageOf(db(), n);
  if (message === null) return { status: null, error: 'what it tells of is gone', pauseMs: null };
  const id = identityOf(n);
  if (n.channel_id === null) return sendMail(n.email!, message, id.deliveryId, id.eventId);
  const channel = await db().one<ChannelRow>(
    sql`SELECT id, name, kind, target, secret FROM notify_channel WHERE id = ${n.channel_id}`,
  );
  return postTo(channel!, message, id, clock());
}
