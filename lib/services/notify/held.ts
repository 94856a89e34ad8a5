import { db, sql, type Tx, transaction } from '@/lib/db';
import type { Claimed, SummaryBody } from './message';
import { messageQuietUntil, type QuietHours } from './quiet';

/** Receivers whose quiet hours are ended in one round. */
const MOST_A_ROUND = 50;
/** Messages of one summary; more become a second one. */
const MOST_SUMMED = 5_000;

/** What people sent for themselves is never held. */
const NEVER_HELD = ['digest', 'summary', 'test'];

/**
 * Puts a message aside until its quiet hours are over, by the hours in force now. One whose hours were over once is not held again.
 * @returns whether it waits.
 */
export async function holdQuiet(n: Claimed, now: number): Promise<boolean> {
  if (n.held_until !== null || NEVER_HELD.includes(n.kind)) return false;
  const address = n.receiver.startsWith('mail:') ? n.receiver.slice('mail:'.length) : null;
  const [person, rules] = await Promise.all([
    address === null
      ? undefined
      : db().one<{ spec: QuietHours | null }>(sql`SELECT spec FROM notify_quiet WHERE lower(email) = ${address}`),
    db().rows<{ quiet: QuietHours | null }>(
      sql`SELECT NULLIF(spec->'quiet', 'null'::jsonb) AS quiet FROM notify_rule WHERE id = ANY(${n.rules.map((r) => r.id)}::uuid[])`,
    ),
  ]);
  const until = messageQuietUntil(
    person?.spec ?? null,
    rules.map((r) => r.quiet),
    n.severity,
    now,
  );
  if (until === null) return false;
  // The attempt that found the hours quiet was none.
  await db().exec(sql`
    UPDATE notification SET state = 'held', held_until = ${new Date(until)}, attempts = attempts - 1, give_up_at = ${new Date(until)}::timestamptz + INTERVAL '1 day'
    WHERE id = ${n.id} AND state = 'pending'`);
  return true;
}

/** Ends quiet hours that are over: what one receiver was not told becomes one message. Each once, whichever worker comes first. */
export async function releaseHeld(now: number): Promise<void> {
  const due = await db().rows<{ receiver: string }>(
    sql`SELECT DISTINCT receiver FROM notification WHERE state = 'held' AND held_until <= ${new Date(now)} LIMIT ${MOST_A_ROUND}`,
  );
  for (const { receiver } of due) await transaction((tx) => releaseOf(tx, receiver, now));
}

interface HeldRow {
  id: number;
  channel_id: string | null;
  email: string | null;
  created_at: Date;
  held_until: Date;
}

async function releaseOf(tx: Tx, receiver: string, now: number): Promise<void> {
  const rows = await tx.rows<HeldRow>(sql`
    SELECT id, channel_id, email, created_at, held_until FROM notification WHERE receiver = ${receiver} AND state = 'held' AND held_until <= ${new Date(now)}
    ORDER BY id LIMIT ${MOST_SUMMED} FOR UPDATE SKIP LOCKED`);
  const [first] = rows;
  if (first === undefined) return;
  const at = new Date(now);
  const ids = rows.map((r) => r.id);
  if (rows.length === 1) {
    await tx.exec(sql`UPDATE notification SET state = 'pending', next_at = ${at} WHERE id = ${first.id}`);
    return;
  }
  const body: SummaryBody = {
    heldFrom: new Date(Math.min(...rows.map((r) => r.created_at.getTime()))).toISOString(),
    until: new Date(Math.max(...rows.map((r) => r.held_until.getTime()))).toISOString(),
    ids,
  };
  const made = await tx.one<{ id: number }>(sql`
    INSERT INTO notification (event_key, receiver, channel_id, email, kind, title, body, created_at, next_at, give_up_at)
    VALUES (${`summary:${first.id}`}, ${receiver}, ${first.channel_id}, ${first.email}, 'summary', ${`${ids.length} messages of the quiet hours`}, ${JSON.stringify(body)}::jsonb, ${at}, ${at},
      ${at}::timestamptz + INTERVAL '1 day') RETURNING id`);
  await tx.exec(sql`UPDATE notification SET state = 'summed', summary_id = ${made!.id} WHERE id = ANY(${ids}::bigint[])`);
}
