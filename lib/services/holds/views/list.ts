import { db, sql, where } from '@/lib/db';
import type { HoldRow } from '../hold';
import { type HoldLine, holdLine } from './held';

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

export interface HoldListRow extends HoldLine {
  alertTitle: string | null;
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
    db().rows<HoldRow & { alert_title: string | null }>(sql`
      SELECT h.*, a.title AS alert_title FROM process_hold h LEFT JOIN alert a ON a.id = h.alert_id ${filter} ORDER BY (h.released_at IS NOT NULL), COALESCE(h.released_at, h.placed_at) DESC, h.id LIMIT ${f.limit}`),
    db().rows<{ n: number }>(sql`SELECT count(*)::int AS n FROM process_hold h ${filter}`),
  ]);
  const messages = await messagesOf(rows.map((r) => r.id));
  return {
    rows: rows.map((h) => ({ ...holdLine(h), alertTitle: h.alert_title, messages: messages.get(h.id) ?? [] })),
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
  for (const { hold_id, next, acknowledged, ...m } of rows) {
    const of = out.get(hold_id) ?? [];
    of.push({ ...m, nextMs: next.getTime(), acknowledgedMs: acknowledged?.getTime() ?? null });
    out.set(hold_id, of);
  }
  return out;
}
