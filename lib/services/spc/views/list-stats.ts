import { type Sql, sql } from '@/lib/db';

const DAY_MS = 86_400_000;
/** 1 January 1970 was a Thursday: the first Monday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
const WEEK_MS = 7 * DAY_MS;
/** Windows up to this long are read point by point; longer ones are of whole days, of which there are sums. */
const POINT_BY_POINT_MS = DAY_MS;
/** Windows longer than this begin with their week, of which there is one sum for seven. */
const BY_WEEK_MS = 35 * DAY_MS;

const dayOf = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;
const weekOf = (ms: number): number => Math.floor((ms - FIRST_MONDAY_MS) / WEEK_MS) * WEEK_MS + FIRST_MONDAY_MS;

/** The window that a list really shows: of points from `fromMs` up to `toMs`, and whether these are limits of UTC days. */
export interface ListWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly wholeDays: boolean;
}

/** Windows longer than a day begin and end with their days (UTC), those longer than five weeks begin with their week, on Monday. */
export function listWindow(fromMs: number, toMs: number): ListWindow {
  const long = toMs - fromMs;
  if (long <= POINT_BY_POINT_MS) return { fromMs, toMs, wholeDays: false };
  return { fromMs: long > BY_WEEK_MS ? weekOf(fromMs) : dayOf(fromMs), toMs: dayOf(toMs) + DAY_MS - 1, wholeDays: true };
}

/** Points of picked charts `k` one by one. */
const ofPoints = (fromMs: number, toMs: number, hasLast: boolean): Sql => sql`
  SELECT p.chart_id, (count(*) FILTER (WHERE p.excluded IS NULL))::int AS n, (count(*) FILTER (WHERE p.excluded IS NULL AND cardinality(p.rules) > 0))::int AS n_out,
    sum(p.value - k.origin) FILTER (WHERE p.excluded IS NULL) AS s1, sum((p.value - k.origin) * (p.value - k.origin)) FILTER (WHERE p.excluded IS NULL) AS s2,
    max(p.at) AS last_at, max(p.at) FILTER (WHERE p.excluded IS NULL AND cardinality(p.rules) > 0) AS last_out, ${hasLast ? sql`max(ARRAY[date_part('epoch', p.at), p.plotted]) FILTER (WHERE p.plotted IS NOT NULL)` : sql`NULL::float8[]`} AS last
  FROM chart_point p JOIN picked k ON k.id = p.chart_id WHERE p.at >= ${new Date(fromMs)} AND p.at <= ${new Date(toMs)} GROUP BY p.chart_id`;

/** Their days and weeks. @param hasLast - with the last value, which costs as much as the rest. */
const ofRollups = (parts: readonly { grain: 'day' | 'week'; fromMs: number; toMs: number }[], hasLast: boolean): Sql => sql`
  SELECT r.chart_id, sum(r.n)::int AS n, sum(r.n_out)::int AS n_out, sum(r.n * (r.mean - k.origin)) AS s1,
    sum(r.m2 + r.n * (r.mean - k.origin) * (r.mean - k.origin)) AS s2, max(r.last_at) AS last_at, max(r.last_out_at) AS last_out,
    ${hasLast ? sql`max(ARRAY[date_part('epoch', r.last_at), r.last_plotted]) FILTER (WHERE r.last_plotted IS NOT NULL)` : sql`NULL::float8[]`} AS last
  FROM (${parts
    .map(
      (p) =>
        sql`SELECT * FROM chart_rollup WHERE grain = ${p.grain} AND at >= ${new Date(p.fromMs)} AND at < ${new Date(p.toMs)}`,
    )
    .reduce((a, b) => sql`${a} UNION ALL ${b}`)}) r JOIN picked k ON k.id = r.chart_id GROUP BY r.chart_id`;

/**
 * Per picked chart `k (id, origin)` of the window: n, n_out, s1 and s2 (sums of the deviations from `origin` and of their squares), last_at, last_out, last
 * (time and plotted value). The origin lies within the values, so that nothing cancels in the variance.
 * @param filledFrom - time from which the rollups hold all points; what is older is read point by point.
 * @param nowMs - there are no points after now: the week under way counts whole.
 */
export function windowSums(w: ListWindow, filledFrom: number, nowMs: number, hasLast: boolean): Sql {
  if (!w.wholeDays) return ofPoints(w.fromMs, w.toMs, hasLast);
  const from = Math.max(w.fromMs, dayOf(filledFrom));
  if (from > w.toMs) return ofPoints(w.fromMs, w.toMs, hasLast);
  const end = w.toMs + 1;
  const weekAfter = weekOf(from - 1) + WEEK_MS;
  // A week that begins with the day that was filled last may still miss its sum.
  const firstWeek = weekAfter <= filledFrom ? weekAfter + WEEK_MS : weekAfter;
  const lastWeek = end > nowMs ? weekOf(end - 1) + WEEK_MS : weekOf(end);
  const all = [
    { grain: 'day' as const, fromMs: from, toMs: Math.min(firstWeek, end) },
    { grain: 'week' as const, fromMs: firstWeek, toMs: lastWeek },
    { grain: 'day' as const, fromMs: Math.max(firstWeek, lastWeek), toMs: end },
  ];
  const parts = firstWeek < lastWeek ? all : [{ grain: 'day' as const, fromMs: from, toMs: end }];
  const sums = ofRollups(
    parts.filter((p) => p.fromMs < p.toMs),
    hasLast,
  );
  if (from === w.fromMs) return sums;
  return sql`SELECT chart_id, sum(n)::int AS n, sum(n_out)::int AS n_out, sum(s1) AS s1, sum(s2) AS s2, max(last_at) AS last_at, max(last_out) AS last_out, max(last) AS last
    FROM (${sums} UNION ALL ${ofPoints(w.fromMs, from - 1, hasLast)}) parts GROUP BY chart_id`;
}
