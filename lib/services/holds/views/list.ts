import { db, sql, where } from '@/lib/db';

export interface HoldMessageRow {
  channel: string;
  event: 'placed' | 'released';
  state: 'asked' | 'acknowledged' | 'superseded';
  attempts: number;
  error: string | null;
  nextMs: number;
  acknowledgedMs: number | null;
  acknowledgedBy: string | null;
}

export interface HoldListRow {
  id: string;
  scope: string;
  lot: string | null;
  tool: string | null;
  chamber: string | null;
  reason: string;
  source: string;
  placedBy: string;
  placedMs: number;
  alertId: string | null;
  alertTitle: string | null;
  releasedMs: number | null;
  releasedBy: string | null;
  releaseReason: string | null;
  /** What MESs were asked, oldest first. */
  messages: HoldMessageRow[];
}

export interface HoldFilter {
  readonly state: 'active' | 'released' | 'all';
  readonly scope: string | null;
  /** Only these. */
  readonly id?: string;
  readonly lot?: string;
  readonly limit: number;
}

interface Raw extends Omit<HoldListRow, 'placedMs' | 'releasedMs' | 'messages'> {
  placed: Date;
  released: Date | null;
}

/** Holds, active ones first, then newest. */
export async function holdList(f: HoldFilter): Promise<{ rows: HoldListRow[]; total: number }> {
  const filter = where([
    f.state === 'active' && sql`h.released_at IS NULL`,
    f.state === 'released' && sql`h.released_at IS NOT NULL`,
    f.scope !== null && sql`h.scope = ${f.scope}`,
    f.id !== undefined && sql`h.id = ${f.id}`,
    f.lot !== undefined && sql`h.lot = ${f.lot}`,
  ]);
  const [rows, [count]] = await Promise.all([
    db().rows<Raw>(sql`
      SELECT h.id, h.scope, h.lot, h.tool, h.chamber, h.reason, h.source, h.placed_by AS "placedBy", h.placed_at AS placed, h.alert_id AS "alertId", a.title AS "alertTitle", h.released_at AS released,
        h.released_by AS "releasedBy", h.release_reason AS "releaseReason"
      FROM process_hold h LEFT JOIN alert a ON a.id = h.alert_id ${filter} ORDER BY (h.released_at IS NOT NULL), COALESCE(h.released_at, h.placed_at) DESC, h.id LIMIT ${f.limit}`),
    db().rows<{ n: number }>(sql`SELECT count(*)::int AS n FROM process_hold h ${filter}`),
  ]);
  const messages = await messagesOf(rows.map((r) => r.id));
  return {
    rows: rows.map(({ placed, released, ...r }) => ({
      ...r,
      placedMs: placed.getTime(),
      releasedMs: released?.getTime() ?? null,
      messages: messages.get(r.id) ?? [],
    })),
    total: count!.n,
  };
}

async function messagesOf(ids: readonly string[]): Promise<Map<string, HoldMessageRow[]>> {
  const rows = await db().rows<
    Omit<HoldMessageRow, 'nextMs' | 'acknowledgedMs'> & { hold_id: string; next: Date; acknowledged: Date | null }
  >(sql`
    SELECT m.hold_id, c.name AS channel, m.event, m.state, m.attempts, m.error, m.next_at AS next, m.acknowledged_at AS acknowledged, m.acknowledged_by AS "acknowledgedBy"
    FROM hold_message m JOIN notify_channel c ON c.id = m.channel_id WHERE m.hold_id = ANY(${[...ids]}::uuid[]) ORDER BY m.id`);
  const out = new Map<string, HoldMessageRow[]>();
  for (const { hold_id, next, acknowledged, ...m } of rows)
    out.set(hold_id, [
      ...(out.get(hold_id) ?? []),
      { ...m, nextMs: next.getTime(), acknowledgedMs: acknowledged?.getTime() ?? null },
    ]);
  return out;
}
