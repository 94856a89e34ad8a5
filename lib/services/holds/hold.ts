import { type Db, type RowOf, sql, type Tx } from '@/lib/db';
import { alertEvent } from '../live/alert-event';
import { feed } from '../live/feed';
import { tellEvent } from '../live/notify-event';

/** What is held: a lot, a tool with all its chambers, or one chamber. */
export type HoldSubject =
  | { readonly scope: 'lot'; readonly lot: string }
  | { readonly scope: 'tool'; readonly tool: string }
  | { readonly scope: 'chamber'; readonly tool: string; readonly chamber: string };

export type HoldRow = RowOf<
  'process_hold',
  | 'id'
  | 'scope'
  | 'lot'
  | 'tool'
  | 'chamber'
  | 'reason'
  | 'source'
  | 'placed_by'
  | 'placed_at'
  | 'alert_id'
  | 'released_at'
  | 'released_by'
  | 'release_reason'
>;

type Named = Pick<HoldRow, 'scope' | 'lot' | 'tool' | 'chamber'>;

/** "lot A1043", "tool ETCH-03", "chamber ETCH-03 B". */
export const holdWords = (h: Named): string =>
  `${h.scope} ${[h.lot, h.tool, h.chamber].filter((w) => w !== null && w !== undefined).join(' ')}`;

/** The page of a hold, as an address within the product. */
export const holdPage = (id: string): string => `/holds?hold=${id}`;

const parts = (s: HoldSubject): Named => ({
  scope: s.scope,
  lot: s.scope === 'lot' ? s.lot : null,
  tool: s.scope === 'lot' ? null : s.tool,
  chamber: s.scope === 'chamber' ? s.chamber : null,
});

export interface NewHold {
  readonly subject: HoldSubject;
  readonly reason: string;
  readonly source: 'person' | 'policy' | 'mes';
  readonly by: string;
  readonly at: Date;
  readonly alertId: string | null;
}

/**
 * Places a hold where none is active on the subject, and asks every MES for it, in the transaction of whoever decides it.
 * @returns the active hold of the subject, and whether it is this one.
 */
export async function placeHold(tx: Tx, h: NewHold): Promise<{ hold: HoldRow; placed: boolean }> {
  const n = parts(h.subject);
  for (;;) {
    const made = await tx.one<HoldRow>(sql`
      INSERT INTO process_hold (scope, lot, tool, chamber, reason, source, placed_by, placed_at, alert_id)
      VALUES (${n.scope}, ${n.lot}, ${n.tool}, ${n.chamber}, ${h.reason}, ${h.source}, ${h.by}, ${h.at}, ${h.alertId})
      ON CONFLICT (scope, COALESCE(lot, ''), COALESCE(tool, ''), COALESCE(chamber, '')) WHERE released_at IS NULL DO NOTHING RETURNING *`);
    if (made !== undefined) {
      await ask(tx, made.id, 'placed', h.at);
      await tell(tx, made, h.by, 'hold_placed', h.reason);
      return { hold: made, placed: true };
    }
    const active = await tx.one<HoldRow>(sql`
      SELECT * FROM process_hold WHERE scope = ${n.scope} AND COALESCE(lot, '') = ${n.lot ?? ''} AND COALESCE(tool, '') = ${n.tool ?? ''} AND COALESCE(chamber, '') = ${n.chamber ?? ''}
        AND released_at IS NULL FOR UPDATE`);
    if (active !== undefined) return { hold: active, placed: false };
    // It was released between the two statements: there is room now.
  }
}

/** Releases an active hold and asks every MES to do so too. @returns null where it is not active. */
export async function releaseHold(tx: Tx, id: string, by: string, reason: string, at: Date): Promise<HoldRow | null> {
  const row = await tx.one<HoldRow>(sql`
    UPDATE process_hold SET released_at = ${at}, released_by = ${by}, release_reason = ${reason} WHERE id = ${id} AND released_at IS NULL RETURNING *`);
  if (row === undefined) return null;
  // A placing that was never acknowledged is not asked for any more: what counts is the release.
  await tx.exec(sql`UPDATE hold_message SET state = 'superseded' WHERE hold_id = ${id} AND event = 'placed' AND state = 'asked'`);
  await ask(tx, id, 'released', at);
  await tell(tx, row, by, 'hold_released', reason);
  return row;
}

async function ask(tx: Tx, holdId: string, event: 'placed' | 'released', at: Date): Promise<void> {
  await tx.exec(sql`
    INSERT INTO hold_message (hold_id, channel_id, event, next_at) SELECT ${holdId}, id, ${event}, ${at} FROM notify_channel WHERE kind = 'mes' AND active
    ON CONFLICT (hold_id, channel_id, event) DO NOTHING`);
}

/** A hold as webhooks get it: as it is now, so that a message that arrives out of order does no harm. */
export const holdTold = (h: HoldRow) => ({
  id: h.id,
  active: h.released_at === null,
  scope: h.scope,
  lot: h.lot,
  tool: h.tool,
  chamber: h.chamber,
  reason: h.reason,
  source: h.source,
  placedBy: h.placed_by,
  placedAt: h.placed_at.toISOString(),
  releasedBy: h.released_by,
  releasedAt: h.released_at?.toISOString() ?? null,
  releaseReason: h.release_reason,
  alertId: h.alert_id,
});

const HOLD_WORDS = { hold_placed: 'on hold', hold_released: 'released', hold_acknowledged: 'acknowledged' } as const;

/** Tells of a hold of no alert; it stops product, so it counts as severe. */
async function tellHold(tx: Tx, h: HoldRow, by: string, kind: keyof typeof HOLD_WORDS, text: string): Promise<void> {
  const area = h.tool === null ? undefined : await tx.one<{ area: string }>(sql`SELECT area FROM tool WHERE name = ${h.tool}`);
  await tellEvent(tx, {
    kind,
    area: area?.area ?? null,
    severity: 'high',
    title: `${holdWords(h)}: ${HOLD_WORDS[kind]}`,
    text,
    actor: by,
    subject: { hold: holdTold(h) },
    path: holdPage(h.id),
  });
}

async function tell(tx: Tx, h: HoldRow, by: string, kind: 'hold_placed' | 'hold_released', reason: string): Promise<void> {
  const what = holdWords(h);
  if (h.alert_id !== null) await alertEvent(tx, h.alert_id, by, kind, `${what}: ${reason}`, { holdId: h.id, scope: h.scope });
  else await tellHold(tx, h, by, kind, reason);
  await feed(tx, [
    {
      kind: 'hold',
      text: `${what} ${kind === 'hold_placed' ? 'is on hold' : 'is released'}: ${reason} (${by})`,
      detail: { holdId: h.id, tool: h.tool, chamber: h.chamber, lot: h.lot },
    },
  ]);
}

/**
 * A MES has taken note of what it was last asked for a hold.
 * @param channelId - the channel that answered; null: a caller of the API, who answers for all.
 * @returns how many messages this settled.
 */
export async function acknowledgeHold(tx: Tx, id: string, by: string, at: Date, channelId: string | null): Promise<number> {
  const rows = await tx.rows<HoldRow & { event: string }>(sql`
    UPDATE hold_message m SET state = 'acknowledged', acknowledged_at = ${at}, acknowledged_by = ${by}, error = NULL FROM process_hold h
    WHERE h.id = m.hold_id AND m.hold_id = ${id} AND m.state = 'asked' AND (${channelId}::uuid IS NULL OR m.channel_id = ${channelId}) RETURNING m.event, h.*`);
  for (const r of rows) {
    const text = `${r.event === 'placed' ? 'the hold' : 'the release'} is known to ${by}`;
    if (r.alert_id !== null) await alertEvent(tx, r.alert_id, by, 'hold_acknowledged', text, { holdId: id });
    else await tellHold(tx, r, by, 'hold_acknowledged', text);
  }
  return rows.length;
}

/** Where a process is about to begin, or has been. */
export interface HoldPlace {
  readonly lot: string | null;
  readonly tool: string | null;
  /** Empty: no chamber in particular. */
  readonly chambers: readonly string[];
}

/** Active holds that a place meets, the lot's first, then the tool's, then those of its chambers. */
export const holdsAt = (on: Db, p: HoldPlace): Promise<HoldRow[]> =>
  on.rows<HoldRow>(sql`
    SELECT * FROM process_hold WHERE released_at IS NULL AND (
      (scope = 'lot' AND lot = ${p.lot}) OR (scope = 'tool' AND tool = ${p.tool}) OR (scope = 'chamber' AND tool = ${p.tool} AND chamber = ANY(${[...p.chambers]}::text[])))
    ORDER BY array_position(ARRAY['lot', 'tool', 'chamber'], scope), chamber LIMIT 50`);
