import { config } from '@/lib/config';
import { db, sql, transaction } from '@/lib/db';
import { acknowledgeHold, type HoldRow, holdPage, holdTold } from '../holds/hold';
import { sign } from './post';
import { postWebhook } from './webhook';

/** Messages under way at once: one MES that hangs holds up at most these for the time limit of a webhook, and nothing else. */
const AT_ONCE = 16;
/** A message that was taken by a process that died is taken again after this. */
const LEASE_MS = 60_000;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 600_000;
/** Longest answer that is read. */
const ANSWER_BYTES = 4_096;

/** The pause after the nth attempt, ms: 5 s, doubled each time, at most ten minutes. It is asked until it is acknowledged. */
export const pauseAfter = (attempts: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(20, attempts - 1));

interface Claimed extends HoldRow {
  readonly message_id: number;
  readonly event: 'placed' | 'released';
  readonly attempts: number;
  readonly channel_id: string;
  readonly channel: string;
  readonly target: string;
  readonly secret: string | null;
}

/**
 * Sends what MESs are asked for holds and is due. Each message is claimed for a minute before it is sent, so that no two workers send it at once and none is
 * lost with a worker; it is sent again until it is acknowledged, by the answer or by the API.
 * @param clock - epoch ms.
 * @returns how many were sent.
 */
export async function sendHoldMessages(clock: () => number): Promise<number> {
  const now = clock();
  const due = await db().rows<Claimed>(sql`
    UPDATE hold_message m SET attempts = m.attempts + 1, next_at = ${new Date(now + LEASE_MS)} FROM process_hold h, notify_channel c
    WHERE h.id = m.hold_id AND c.id = m.channel_id AND m.id IN (
      SELECT q.id FROM hold_message q JOIN notify_channel a ON a.id = q.channel_id AND a.active WHERE q.state = 'asked' AND q.next_at <= ${new Date(now)}
      ORDER BY q.next_at, q.id LIMIT ${AT_ONCE} FOR UPDATE OF q SKIP LOCKED)
    RETURNING h.*, m.id AS message_id, m.event, m.attempts, c.id AS channel_id, c.name AS channel, c.target, c.secret`);
  await Promise.all(due.map((m) => send(m, clock)));
  return due.length;
}

async function send(m: Claimed, clock: () => number): Promise<void> {
  const body = JSON.stringify(messageOf(m));
  const timestamp = String(Math.floor(clock() / 1000));
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': 'driftless',
    'x-driftless-event': `hold-${m.message_id}`,
    'x-driftless-timestamp': timestamp,
  };
  if (m.secret !== null) headers['x-driftless-signature'] = sign(m.secret, timestamp, body);
  const answer = await postWebhook(m.target, headers, body, ANSWER_BYTES);
  const at = new Date(clock());
  if (answer.error === null && saysAcknowledged(answer.body)) {
    await transaction(async (tx) => {
      await acknowledgeHold(tx, m.id, m.channel, at, m.channel_id);
      await tx.exec(sql`UPDATE hold_message SET status_code = ${answer.status} WHERE id = ${m.message_id}`);
    });
    return;
  }
  const error = answer.error ?? `answered ${answer.status} without {"acknowledged": true}`;
  await db().exec(sql`
    UPDATE hold_message SET status_code = ${answer.status}, error = ${error}, next_at = ${new Date(at.getTime() + pauseAfter(m.attempts))} WHERE id = ${m.message_id} AND state = 'asked'`);
}

/** What a MES is sent: the hold as it is now, so that a message that arrives out of order does no harm. */
const messageOf = (m: Claimed): object => ({
  event: {
    id: `hold-${m.message_id}`,
    kind: `hold.${m.event}`,
    at: (m.event === 'placed' ? m.placed_at : m.released_at!).toISOString(),
  },
  hold: { ...holdTold(m), url: `${config().APP_URL}${holdPage(m.id)}` },
});

export function saysAcknowledged(body: string): boolean {
  try {
    const v: unknown = JSON.parse(body);
    return typeof v === 'object' && v !== null && 'acknowledged' in v && v.acknowledged === true;
  } catch {
    return false; // no JSON: it has received the message, and has not said that it acts on it
  }
}
