import { db, sql } from '@/lib/db';
import { RESETS } from '../control/thread-storage';
import type { HygieneWindow } from './alarms';

export interface UnphasedRow {
  readonly chartId: string;
  readonly title: string;
  readonly area: string;
  readonly eventId: string;
  readonly what: string;
  readonly where: string;
  readonly atMs: number;
  /** Alarms of the chart since then. */
  readonly alarms: number;
  readonly total: number;
}

/**
 * Charts of a chamber on which work was done and whose limits are older than it, with alarms since: a new phase is proposed, never begun by itself. The events are those that also reset the threads of loops. Of several events at
 * one chamber the newest counts.
 */
export async function unphasedCharts(w: HygieneWindow): Promise<UnphasedRow[]> {
  const rows = await db().rows<Omit<UnphasedRow, 'atMs'> & { at: Date }>(sql`
    WITH work AS MATERIALIZED (SELECT DISTINCT ON (tool, COALESCE(chamber, '')) id, tool, chamber, kind, at, description FROM equipment_event
      WHERE kind = ANY(${[...RESETS]}::text[]) AND at >= ${new Date(w.fromMs)} AND at < ${new Date(w.toMs)} ORDER BY tool, COALESCE(chamber, ''), at DESC),
    hit AS MATERIALIZED (SELECT DISTINCT ON (c.id) c.id, c.title, c.area, e.id AS event_id, e.kind, e.tool, e.chamber, e.at, e.description
      FROM work e JOIN chart c ON c.tool = e.tool AND (e.chamber IS NULL OR c.chamber = e.chamber)
      WHERE c.active AND c.alerting AND (${w.area}::text IS NULL OR c.area = ${w.area})
        AND NOT EXISTS (SELECT 1 FROM chart_version v WHERE v.chart_id = c.id AND v.cancelled_at IS NULL AND v.effective_from >= e.at) ORDER BY c.id, e.at DESC)
    SELECT h.id AS "chartId", h.title, h.area, h.event_id AS "eventId", replace(h.kind, '_', ' ') || CASE h.description WHEN '' THEN '' ELSE ': ' || h.description END AS what,
      concat_ws(' ', h.tool, h.chamber) AS where, h.at, n.alarms, count(*) OVER ()::int AS total
    FROM hit h CROSS JOIN LATERAL (SELECT count(*)::int AS alarms FROM alert a WHERE a.chart_id = h.id AND a.first_at >= h.at) n WHERE n.alarms > 0 ORDER BY n.alarms DESC, h.at DESC, h.id LIMIT 100`);
  return rows.map(({ at, ...r }) => ({ ...r, atMs: at.getTime() }));
}
