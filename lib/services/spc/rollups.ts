import { type Db, db, type Sql, sql, type Tx, transaction } from '@/lib/db';

/** Days with more points than this also have a row an hour, so that a new point reads an hour of a busy chart and not its day. */
const DENSE = 200;

const FIGURES = [
  'n',
  'n_out',
  'n_all',
  'mean',
  'm2',
  'first_at',
  'last_at',
  'last_plotted',
  'last_u',
  'last_out_at',
  'plotted_lo',
  'plotted_lo_at',
  'plotted_hi',
  'plotted_hi_at',
  'disp_lo',
  'disp_hi',
] as const;
const plain = (text: string): Sql => ({ text, values: [] });
const COLUMNS = plain(FIGURES.join(', '));
const OWN_COLUMNS = plain(FIGURES.map((c) => `r.${c}`).join(', '));
/** Rows that would stay as they are are not written again. */
const UPSERT = plain(
  `ON CONFLICT (chart_id, grain, at) DO UPDATE SET ${FIGURES.map((c) => `${c} = EXCLUDED.${c}`).join(', ')}
   WHERE (${FIGURES.map((c) => `chart_rollup.${c}`).join(', ')}) IS DISTINCT FROM (${FIGURES.map((c) => `EXCLUDED.${c}`).join(', ')})`,
);

/**
 * Hours from points `p`. A value with the time that belongs to it travels as an array, which compares by the value first. `var_pop` sums squared
 * deviations by the recurrence of Youngs and Cramer, without cancellation. Points of which nothing is plotted (counted between rare events, or not
 * judged) count, and have no extremes and no last value.
 */
const HOUR_FIGURES = sql`
  count(*) FILTER (WHERE p.excluded IS NULL)::int AS n,
  count(*) FILTER (WHERE p.excluded IS NULL AND cardinality(p.rules) > 0)::int AS n_out,
  count(*)::int AS n_all,
  avg(p.value) FILTER (WHERE p.excluded IS NULL) AS mean,
  var_pop(p.value) FILTER (WHERE p.excluded IS NULL) * count(*) FILTER (WHERE p.excluded IS NULL) AS m2,
  min(p.at) AS first_at, max(p.at) AS last_at,
  max(ARRAY[date_part('epoch', p.at), p.plotted, p.u_value]) FILTER (WHERE p.plotted IS NOT NULL) AS last,
  max(p.at) FILTER (WHERE p.excluded IS NULL AND cardinality(p.rules) > 0) AS last_out_at,
  min(ARRAY[p.plotted, date_part('epoch', p.at)]) FILTER (WHERE p.plotted IS NOT NULL) AS lo, max(ARRAY[p.plotted, date_part('epoch', p.at)]) FILTER (WHERE p.plotted IS NOT NULL) AS hi,
  min(p.dispersion) AS disp_lo, max(p.dispersion) AS disp_hi`;

/** The same of parts `q`, which carry the mean of all of them as `whole` (Chan, Golub, LeVeque 1983, eq. 2.1). */
const MERGED_FIGURES = sql`
  sum(q.n)::int AS n, sum(q.n_out)::int AS n_out, sum(q.n_all)::int AS n_all, max(q.whole) AS mean,
  sum(q.m2 + q.n * (q.mean - q.whole) * (q.mean - q.whole)) AS m2,
  min(q.first_at) AS first_at, max(q.last_at) AS last_at,
  max(ARRAY[date_part('epoch', q.last_at), q.last_plotted, q.last_u]) FILTER (WHERE q.last_plotted IS NOT NULL) AS last,
  max(q.last_out_at) AS last_out_at,
  min(ARRAY[q.plotted_lo, date_part('epoch', q.plotted_lo_at)]) FILTER (WHERE q.plotted_lo IS NOT NULL) AS lo,
  max(ARRAY[q.plotted_hi, date_part('epoch', q.plotted_hi_at)]) FILTER (WHERE q.plotted_hi IS NOT NULL) AS hi,
  min(q.disp_lo) AS disp_lo, max(q.disp_hi) AS disp_hi`;

const UNPACKED = sql`g.chart_id, g.at, g.n, g.n_out, g.n_all, g.mean, g.m2, g.first_at, g.last_at, g.last[2] AS last_plotted, g.last[3] AS last_u, g.last_out_at,
  g.lo[1] AS plotted_lo, to_timestamp(g.lo[2])::timestamptz(3) AS plotted_lo_at, g.hi[1] AS plotted_hi, to_timestamp(g.hi[2])::timestamptz(3) AS plotted_hi_at, g.disp_lo, g.disp_hi`;

/** Hours of the points that `source` names as `p`. */
const hoursOf = (source: Sql): Sql => sql`
  SELECT ${UNPACKED} FROM (SELECT p.chart_id, date_trunc('hour', p.at, 'UTC') AS at, ${HOUR_FIGURES} FROM ${source} GROUP BY 1, 2) g`;

/** Days or weeks of smaller parts. */
const merged = (grain: 'day' | 'week', parts: Sql): Sql => sql`
  SELECT ${UNPACKED} FROM (
    SELECT q.chart_id, q.into AS at, ${MERGED_FIGURES} FROM (
      SELECT s.*, sum(s.n * s.mean) OVER w / nullif(sum(s.n) OVER w, 0) AS whole
      FROM (SELECT r.*, date_trunc(${grain}::text, r.at, 'UTC') AS into FROM (${parts}) r) s WINDOW w AS (PARTITION BY s.chart_id, s.into)) q
    GROUP BY 1, 2) g`;

/** Weeks from those of `since` on of charts `asked (chart_id, since)`, from their days. */
async function keepWeeks(tx: Tx, asked: Sql): Promise<void> {
  const days = sql`SELECT r.chart_id, r.at, ${OWN_COLUMNS} FROM asked a JOIN chart_rollup r ON r.chart_id = a.chart_id AND r.grain = 'day' AND r.at >= a.since`;
  await tx.exec(sql`
    WITH asked AS MATERIALIZED (SELECT a.chart_id, date_trunc('week', a.since, 'UTC') AS since FROM (${asked}) a),
    weeks AS MATERIALIZED (${merged('week', days)}),
    gone AS (DELETE FROM chart_rollup r USING asked a WHERE r.chart_id = a.chart_id AND r.grain = 'week' AND r.at >= a.since
      AND NOT EXISTS (SELECT 1 FROM weeks w WHERE w.chart_id = r.chart_id AND w.at = r.at))
    INSERT INTO chart_rollup (chart_id, grain, at, ${COLUMNS}) SELECT chart_id, 'week', at, ${COLUMNS} FROM weeks ${UPSERT}`);
}

/**
 * Brings the rollups of these charts up to date from `since` on, after their points have been written: whatever moved, left, was excluded or judged
 * anew lies at or after it. Exact: rows are made of the points themselves, and of hours that no change touched. OFFSET 0 keeps the planner at the few
 * rows of each chart: joined as a whole it reads the rollups of all charts from some twenty charts on.
 * @param since - per chart the process time of its first changed point, epoch ms.
 */
export async function keepRollups(tx: Tx, since: ReadonlyMap<string, number>): Promise<void> {
  if (since.size === 0) return;
  const charts = [...since.keys()].sort();
  const asked = sql`SELECT u.chart_id, u.since FROM unnest(${charts}::uuid[], ${charts.map((c) => new Date(since.get(c)!))}::timestamptz[]) AS u(chart_id, since)`;
  await tx.exec(sql`
    WITH start AS MATERIALIZED (
      SELECT a.chart_id, a.day, CASE WHEN EXISTS (SELECT 1 FROM chart_rollup r WHERE r.chart_id = a.chart_id AND r.grain = 'hour' AND r.at >= a.day AND r.at < a.day + interval '1 day')
        THEN date_trunc('hour', a.since, 'UTC') ELSE a.day END AS first
      FROM (SELECT a.*, date_trunc('day', a.since, 'UTC') AS day FROM (${asked}) a) a),
    hours AS MATERIALIZED (${hoursOf(sql`start s JOIN chart_point p ON p.chart_id = s.chart_id AND p.at >= s.first`)}),
    days AS MATERIALIZED (${merged(
      'day',
      sql`SELECT * FROM hours UNION ALL
      SELECT r.chart_id, r.at, ${OWN_COLUMNS} FROM start s JOIN chart_rollup r ON r.chart_id = s.chart_id AND r.grain = 'hour' AND r.at >= s.day AND r.at < s.first`,
    )}),
    wanted AS MATERIALIZED (
      SELECT 'day' AS grain, d.* FROM days d UNION ALL
      SELECT 'hour', h.* FROM hours h JOIN days d ON d.chart_id = h.chart_id AND d.at = date_trunc('day', h.at, 'UTC') WHERE d.n_all > ${DENSE}),
    gone AS (DELETE FROM chart_rollup r USING (
      SELECT s.chart_id, q.grain, q.at FROM start s CROSS JOIN LATERAL (
        SELECT o.grain, o.at FROM chart_rollup o WHERE o.chart_id = s.chart_id AND o.grain = 'day' AND o.at >= s.day
        UNION ALL SELECT o.grain, o.at FROM chart_rollup o WHERE o.chart_id = s.chart_id AND o.grain = 'hour' AND o.at >= s.day OFFSET 0) q
      WHERE NOT EXISTS (SELECT 1 FROM wanted w WHERE w.chart_id = s.chart_id AND w.grain = q.grain AND w.at = q.at)
        AND NOT (q.grain = 'hour' AND q.at < s.first AND EXISTS (SELECT 1 FROM days d WHERE d.chart_id = s.chart_id AND d.at = s.day AND d.n_all > ${DENSE}))) g
      WHERE r.chart_id = g.chart_id AND r.grain = g.grain AND r.at = g.at)
    INSERT INTO chart_rollup (chart_id, grain, at, ${COLUMNS}) SELECT chart_id, grain, at, ${COLUMNS} FROM wanted ORDER BY at ${UPSERT}`);
  await keepWeeks(tx, asked);
}

/** Process time from which the rollups hold all points; those before are read one by one. */
export async function rollupsFrom(from: Db): Promise<number> {
  const row = await from.one<{ filled_from: Date }>(sql`SELECT filled_from FROM chart_rollup_fill`);
  return row?.filled_from.getTime() ?? Number.POSITIVE_INFINITY;
}

const DAY_MS = 86_400_000;
const EPOCH = sql`'1970-01-01T00:00:00Z'::timestamptz`;

/**
 * One step of filling the rollups of an installation that had points before it had rollups: the newest day that is not in them, of all charts. Stages
 * wait at their own rollups for this long, so that no point is read before it is written and counted after.
 * A week is added once all of its days are, so that the weeks after `filled_from` are whole.
 * @returns the day that was added, epoch ms; null when nothing was left.
 */
async function fillDay(): Promise<number | null> {
  return transaction(async (tx) => {
    await tx.exec(sql`LOCK TABLE chart_rollup IN SHARE ROW EXCLUSIVE MODE`);
    const from = await rollupsFrom(tx);
    const next = await tx.one<{ day: Date | null }>(
      sql`SELECT date_trunc('day', max(at), 'UTC') AS day FROM chart_point WHERE at < ${new Date(from)}`,
    );
    const day = next?.day ?? null;
    const reached = day === null ? EPOCH : sql`${day}::timestamptz`;
    if (day !== null) await addDay(tx, day);
    const weeks = sql`date_trunc('week', r.at, 'UTC')`;
    await tx.exec(sql`
      INSERT INTO chart_rollup (chart_id, grain, at, ${COLUMNS}) SELECT chart_id, 'week', at, ${COLUMNS}
      FROM (${merged('week', sql`SELECT r.chart_id, r.at, ${OWN_COLUMNS} FROM chart_rollup r WHERE r.grain = 'day' AND r.at > ${reached} AND ${weeks} > ${reached} AND ${weeks} <= ${new Date(from)}`)}) w ${UPSERT}`);
    await tx.exec(sql`UPDATE chart_rollup_fill SET filled_from = ${reached}`);
    return day?.getTime() ?? null;
  });
}

/** Days and hours of one day of all charts. */
async function addDay(tx: Tx, day: Date): Promise<void> {
  // One stretch of the table by the index of times, instead of a descent into the index of charts for each chart.
  await tx.exec(sql`SET LOCAL enable_indexscan = off`);
  await tx.exec(sql`SET LOCAL enable_indexonlyscan = off`);
  const next = new Date(day.getTime() + DAY_MS);
  await tx.exec(sql`
    WITH hours AS MATERIALIZED (${hoursOf(sql`chart_point p WHERE p.at >= ${day} AND p.at < ${next}`)}),
    days AS MATERIALIZED (${merged('day', sql`SELECT * FROM hours`)})
    INSERT INTO chart_rollup (chart_id, grain, at, ${COLUMNS})
    SELECT q.chart_id, q.grain, q.at, ${COLUMNS} FROM (
      SELECT 'day' AS grain, d.* FROM days d UNION ALL SELECT 'hour', h.* FROM hours h JOIN days d ON d.chart_id = h.chart_id WHERE d.n_all > ${DENSE}) q
    ${UPSERT}`);
}

/**
 * Fills what is left, newest days first, in steps that hold nothing up for long.
 * @param stop - ends it after the step that is under way; the next start goes on there.
 */
export async function fillRollups(stop?: AbortSignal): Promise<void> {
  while (stop?.aborted !== true && (await rollupsFrom(db())) > 0 && (await fillDay()) !== null);
}
