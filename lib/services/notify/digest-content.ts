import { type Db, sql } from '@/lib/db';
import { unsettled } from '../alerts/unsettled';
import { holdWords } from '../holds/hold';

/** What a digest says, as kept with it and as a webhook gets it; times are ISO 8601. */
export interface DigestContent {
  readonly from: string;
  readonly to: string;
  /** Empty: all. */
  readonly areas: readonly string[];
  /** Alerts of the time since the last digest. */
  readonly raised: number;
  readonly closed: number;
  /** Alerts that wait now, past their due time. */
  readonly overdue: number;
  /** Alerts that wait now, by area and severity, worst first. */
  readonly open: readonly { readonly area: string; readonly severity: string; readonly n: number; readonly oldest: string }[];
  /** Charts with the most points that signal, of the days that the time meets. */
  readonly charts: readonly { readonly id: string; readonly title: string; readonly out: number; readonly n: number }[];
  readonly holds: readonly { readonly what: string; readonly reason: string; readonly since: string }[];
  readonly moreHolds: number;
  readonly limitProposals: number;
  readonly loopProposals: number;
}

const WORST = 5;
const HOLDS = 20;

/** What is open at a time, and what happened since another. @param areas - none: all; holds of lots belong to every area. */
export async function digestContent(on: Db, areas: readonly string[], from: Date, to: Date): Promise<DigestContent> {
  const list = [...areas];
  const here = (column: ReturnType<typeof sql>) => sql`(${list}::text[] = '{}' OR ${column} = ANY(${list}::text[]))`;
  const [open, [counts], charts, holds, [waits]] = await Promise.all([
    on.rows<{ area: string; severity: string; n: number; oldest: Date }>(sql`
      SELECT area, severity, count(*)::int AS n, min(raised_at) AS oldest FROM alert WHERE ${unsettled()} AND ${here(sql`area`)} GROUP BY area, severity
      ORDER BY array_position(ARRAY['high', 'medium', 'low'], severity), area LIMIT 100`),
    on.rows<{ raised: number; closed: number; overdue: number }>(sql`
      SELECT (SELECT count(*)::int FROM alert WHERE raised_at > ${from} AND raised_at <= ${to} AND ${here(sql`area`)}) AS raised,
        (SELECT count(*)::int FROM alert_event e JOIN alert a ON a.id = e.alert_id WHERE e.kind = 'closed' AND e.at > ${from} AND e.at <= ${to} AND ${here(sql`a.area`)}) AS closed,
        (SELECT count(*)::int FROM alert WHERE ${unsettled()} AND due_at < ${to} AND ${here(sql`area`)}) AS overdue`),
    on.rows<{ id: string; title: string; out: number; n: number }>(sql`
      SELECT c.id, c.title, r.out, r.n FROM (SELECT chart_id, sum(n_out)::int AS out, sum(n)::int AS n FROM chart_rollup
        WHERE grain = 'day' AND at >= date_trunc('day', ${from}::timestamptz, 'UTC') AND at <= ${to} AND n_out > 0 GROUP BY chart_id) r
      JOIN chart c ON c.id = r.chart_id WHERE c.active AND c.alerting AND ${here(sql`c.area`)} ORDER BY r.out DESC, c.title LIMIT ${WORST}`),
    on.rows<{
      scope: string;
      lot: string | null;
      tool: string | null;
      chamber: string | null;
      reason: string;
      placed_at: Date;
      total: number;
    }>(sql`
      SELECT h.scope, h.lot, h.tool, h.chamber, h.reason, h.placed_at, count(*) OVER ()::int AS total FROM process_hold h LEFT JOIN tool t ON t.name = h.tool
      WHERE h.released_at IS NULL AND (h.tool IS NULL OR ${here(sql`t.area`)}) ORDER BY h.placed_at LIMIT ${HOLDS}`),
    on.rows<{ limits: number; loops: number }>(sql`
      SELECT (SELECT count(*)::int FROM limit_proposal p JOIN chart c ON c.id = p.chart_id WHERE p.state = 'pending' AND ${here(sql`c.area`)}) AS limits,
        (SELECT count(*)::int FROM loop_proposal p JOIN control_loop l ON l.id = p.loop_id WHERE p.state = 'pending' AND ${here(sql`l.area`)}) AS loops`),
  ]);
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    areas: list,
    ...counts!,
    open: open.map((o) => ({ ...o, oldest: o.oldest.toISOString() })),
    charts,
    holds: holds.map((h) => ({ what: holdWords(h), reason: h.reason, since: h.placed_at.toISOString() })),
    moreHolds: (holds[0]?.total ?? 0) - holds.length,
    limitProposals: waits!.limits,
    loopProposals: waits!.loops,
  };
}
