import { db, type Sql, sql } from '@/lib/db';

const DAY_MS = 86_400_000;

/** A window of one chart as whole days, which have sums, between edges that are read point by point. */
interface Split {
  readonly from: Date;
  readonly to: Date;
  readonly wholeFrom: Date;
  /** Not included. */
  readonly wholeTo: Date;
}

/** @param filledFrom - time from which the rollups hold all points. */
export function splitWindow(fromMs: number, toMs: number, filledFrom: number): Split {
  const wholeTo = Math.floor((toMs + 1) / DAY_MS) * DAY_MS;
  const first = Math.ceil(Math.max(fromMs, Math.min(filledFrom, toMs)) / DAY_MS) * DAY_MS;
  const wholeFrom = Math.min(first, Math.max(wholeTo, fromMs));
  const isEmpty = wholeFrom >= wholeTo;
  const at = (ms: number) => new Date(ms);
  return {
    from: at(fromMs),
    to: at(toMs),
    wholeFrom: at(isEmpty ? fromMs : wholeFrom),
    wholeTo: at(isEmpty ? fromMs : wholeTo),
  };
}

const edge = (chart: Sql, range: Sql): Sql => sql`
  SELECT (count(*) FILTER (WHERE p.excluded IS NULL))::int AS n, (count(*) FILTER (WHERE p.excluded IS NULL AND cardinality(p.rules) > 0))::int AS n_out, count(*)::int AS n_all,
    avg(p.value) FILTER (WHERE p.excluded IS NULL) AS mean, var_pop(p.value) FILTER (WHERE p.excluded IS NULL) * count(*) FILTER (WHERE p.excluded IS NULL) AS m2
  FROM chart_point p WHERE p.chart_id = ${chart} AND ${range}`;

/**
 * Points of a chart in a window: n that are not excluded, n_out of them with a rule fired, n_all, their mean, and m2, the sum of squared deviations from
 * it (Chan, Golub, LeVeque 1983, eq. 2.1). Exact: whole days by their sums, edges by their points.
 * @param chart - its id, an expression.
 */
export const sumsOf = (chart: Sql, w: Split): Sql => sql`
  SELECT COALESCE(sum(q.n), 0)::int AS n, COALESCE(sum(q.n_out), 0)::int AS n_out, COALESCE(sum(q.n_all), 0)::int AS n_all, max(q.whole) AS mean,
    sum(q.m2 + q.n * (q.mean - q.whole) * (q.mean - q.whole)) AS m2
  FROM (SELECT s.*, sum(s.n * s.mean) OVER () / nullif(sum(s.n) OVER (), 0) AS whole FROM (
    SELECT r.n, r.n_out, r.n_all, r.mean, r.m2 FROM chart_rollup r WHERE r.chart_id = ${chart} AND r.grain = 'day' AND r.at >= ${w.wholeFrom} AND r.at < ${w.wholeTo}
    UNION ALL ${edge(chart, sql`p.at >= ${w.from} AND p.at < ${w.wholeFrom}`)}
    UNION ALL ${edge(chart, sql`p.at >= ${w.wholeTo} AND p.at <= ${w.to}`)}) s) q`;

export interface WindowSums {
  readonly n: number;
  readonly n_out: number;
  readonly n_all: number;
  readonly mean: number | null;
  readonly m2: number | null;
}

export const windowSumsOf = async (chartId: string, w: Split): Promise<WindowSums> =>
  (await db().one<WindowSums>(sumsOf(sql`${chartId}::uuid`, w)))!;
