import { db, type Sql, sql } from '@/lib/db';
import { type Flood, floodsOf } from '@/lib/spc';
import { unsettled } from '../alerts/unsettled';
import { ITSELF } from '../live/itself';

/** A window of the page. An empty area is all of them. */
export interface HygieneWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly area: string | null;
}

const MIN = 60_000;
const DAY = 86_400_000;

/**
 * Alarms of a window: an alert that was raised, or reopened. Only what calls a person counts: an alert that was seen again, or became worse, is the one it
 * was. Columns id, at, area, severity, chart_id, cause (its dedupe key), title.
 */
export const alarmsIn = (w: HygieneWindow): Sql => sql`
  SELECT a.id, x.at, a.area, a.severity, a.chart_id, a.dedupe_key AS cause, a.title FROM (
    SELECT id, raised_at AS at FROM alert WHERE raised_at >= ${new Date(w.fromMs)} AND raised_at < ${new Date(w.toMs)}
    UNION ALL SELECT alert_id, at FROM alert_event WHERE kind = 'reopened' AND at >= ${new Date(w.fromMs)} AND at < ${new Date(w.toMs)}) x
  JOIN alert a ON a.id = x.id WHERE (${w.area}::text IS NULL OR a.area = ${w.area})`;

export interface FloodRow {
  readonly area: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly alarms: number;
  /** Most in any ten minutes. */
  readonly worst: number;
}

export interface AlarmRates {
  readonly alarms: number;
  /** Days of the window with at least one alarm, of all its days. */
  readonly days: number;
  readonly perDay: number;
  readonly perOperatorDay: number;
  /** Most alarms of one UTC day, for one operator. */
  readonly worstDay: number;
  readonly severities: Readonly<Record<string, number>>;
  readonly floods: FloodRow[];
  /** Share of the window that lies in floods. */
  readonly floodShare: number;
}

/** Alarms a window is read with at most: more are not looked at for floods, and the page says so. */
export const MOST_ALARMS = 200_000;

/** How many alarms there were, and their floods: of all areas together, since the same people answer them, and with an area chosen of it alone. */
export async function alarmRates(w: HygieneWindow, operators: number): Promise<AlarmRates> {
  const rows = await db().rows<{ ms: number; area: string; severity: string }>(
    sql`SELECT (extract(epoch FROM at) * 1000)::float8 AS ms, area, severity FROM (${alarmsIn(w)}) q ORDER BY at LIMIT ${MOST_ALARMS}`,
  );
  const at = Float64Array.from(rows, (r) => r.ms);
  const days = Math.max(1, (w.toMs - w.fromMs) / DAY);
  const byDay = new Map<number, number>();
  const severities: Record<string, number> = {};
  for (const r of rows) {
    const day = Math.floor(r.ms / DAY);
    byDay.set(day, (byDay.get(day) ?? 0) + 1);
    severities[r.severity] = (severities[r.severity] ?? 0) + 1;
  }
  const floods = floodsOf(at, operators);
  const areasOf = (f: Flood): string => {
    const named = [...new Set(rows.slice(f.first, f.last + 1).map((r) => r.area))].sort();
    return named.length > 3 ? `${named.slice(0, 3).join(', ')} and ${named.length - 3} more` : named.join(', ');
  };
  const inFloods = floods.reduce((sum, f) => sum + Math.max(0, Math.min(f.to, w.toMs) - f.from), 0);
  return {
    alarms: rows.length,
    days,
    perDay: rows.length / days,
    perOperatorDay: rows.length / days / operators,
    worstDay: Math.max(0, ...byDay.values()) / operators,
    severities,
    floods: floods
      .map((f) => ({ area: areasOf(f), fromMs: f.from, toMs: f.to, alarms: f.alarms, worst: f.worst }))
      .sort((a, b) => b.fromMs - a.fromMs)
      .slice(0, 200),
    floodShare: Math.min(1, inFloods / Math.max(MIN, w.toMs - w.fromMs)),
  };
}

export interface StaleRow {
  readonly id: string;
  readonly title: string;
  readonly area: string;
  readonly severity: string;
  readonly state: string;
  readonly assignee: string | null;
  readonly raisedMs: number;
  /** When a person last did something; null: nobody ever has. */
  readonly actedMs: number | null;
  readonly total: number;
}

/** Alerts that wait and that no person has touched for so long, oldest first. Snoozed ones are left out: their end is agreed. */
export async function staleAlerts(w: HygieneWindow, staleMs: number): Promise<StaleRow[]> {
  const before = new Date(w.toMs - staleMs);
  const rows = await db().rows<Omit<StaleRow, 'raisedMs' | 'actedMs'> & { raised_at: Date; acted: Date | null }>(sql`
    SELECT a.id, a.title, a.area, a.severity, a.state::text, a.assignee, a.raised_at, e.acted, count(*) OVER ()::int AS total
    FROM alert a LEFT JOIN LATERAL (SELECT max(at) AS acted FROM alert_event e WHERE e.alert_id = a.id AND e.actor <> ${ITSELF}) e ON true
    WHERE ${unsettled()} AND a.snoozed_until IS NULL AND a.raised_at < ${before} AND (e.acted IS NULL OR e.acted < ${before}) AND (${w.area}::text IS NULL OR a.area = ${w.area})
    ORDER BY COALESCE(e.acted, a.raised_at), a.id LIMIT 200`);
  return rows.map(({ raised_at, acted, ...r }) => ({ ...r, raisedMs: raised_at.getTime(), actedMs: acted?.getTime() ?? null }));
}

export interface TimesRow {
  readonly area: string;
  readonly severity: string;
  readonly n: number;
  readonly acknowledged: number;
  readonly closed: number;
  readonly ackMedianMs: number | null;
  readonly ackP90Ms: number | null;
  readonly closeMedianMs: number | null;
  readonly closeP90Ms: number | null;
}

/** Time to acknowledge and to close of the alerts raised in the window; those that are still open are no part of the quantiles, and counted. */
export async function responseTimes(w: HygieneWindow): Promise<TimesRow[]> {
  const ms = (end: Sql): Sql => sql`(extract(epoch FROM ${end} - raised_at) * 1000)::float8`;
  const q = (p: number, end: Sql): Sql => sql`percentile_cont(${p}::float8) WITHIN GROUP (ORDER BY ${ms(end)})`;
  return db().rows<TimesRow>(sql`
    SELECT area, severity, count(*)::int AS n, count(acknowledged_at)::int AS acknowledged, count(closed_at)::int AS closed,
      ${q(0.5, sql`acknowledged_at`)} AS "ackMedianMs", ${q(0.9, sql`acknowledged_at`)} AS "ackP90Ms", ${q(0.5, sql`closed_at`)} AS "closeMedianMs", ${q(0.9, sql`closed_at`)} AS "closeP90Ms"
    FROM alert WHERE raised_at >= ${new Date(w.fromMs)} AND raised_at < ${new Date(w.toMs)} AND (${w.area}::text IS NULL OR area = ${w.area})
    GROUP BY area, severity ORDER BY area, array_position(ARRAY['high', 'medium', 'low'], severity) LIMIT 300`);
}
