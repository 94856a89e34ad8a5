import { db, sql } from '@/lib/db';
import { type HoldPlace, type HoldRow, holdsAt } from '../hold';

/** A hold as pages show it. */
export interface HoldLine {
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
  releasedMs: number | null;
  releasedBy: string | null;
  releaseReason: string | null;
}

export const holdLine = (h: HoldRow): HoldLine => ({
  id: h.id,
  scope: h.scope,
  lot: h.lot,
  tool: h.tool,
  chamber: h.chamber,
  reason: h.reason,
  source: h.source,
  placedBy: h.placed_by,
  placedMs: h.placed_at.getTime(),
  alertId: h.alert_id,
  releasedMs: h.released_at?.getTime() ?? null,
  releasedBy: h.released_by,
  releaseReason: h.release_reason,
});

/** Active holds that a lot, a tool or its chambers meet now. */
export const heldLines = async (place: HoldPlace): Promise<HoldLine[]> => (await holdsAt(db(), place)).map(holdLine);

/** Active holds of these chambers and of their tools. */
export async function heldChambers(places: readonly { readonly tool: string; readonly chamber: string }[]): Promise<HoldLine[]> {
  const rows = await db().rows<HoldRow>(sql`
    SELECT DISTINCT h.* FROM process_hold h JOIN unnest(${places.map((p) => p.tool)}::text[], ${places.map((p) => p.chamber)}::text[]) AS u(tool, chamber)
      ON h.tool = u.tool AND (h.scope = 'tool' OR h.chamber = u.chamber) WHERE h.released_at IS NULL ORDER BY h.tool, h.chamber LIMIT 50`);
  return rows.map(holdLine);
}
