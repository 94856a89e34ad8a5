import { db, type Sql, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { ChartMarks } from './chart-model';

/** Columns of a long chart; each shows its lowest and its highest point. */
export const MARK_COLUMNS = 450;
/** Above this many points a column is made of hours instead of points. */
const BY_HOURS = 60_000;
/** Points that are drawn whatever else is left out: beyond this many the newest, and the page says so. */
const MOST_FLAGGED = 50_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Flagged {
  at: Date;
  plotted: number | null;
  dispersion: number | null;
  rules: number[];
  excluded: string | null;
  unjudged: string | null;
  was?: number;
}

interface Extremes {
  lo: Float64Array;
  hi: Float64Array;
  disp_lo: number | null;
  disp_hi: number | null;
}

const FLAGGED = sql`(p.excluded IS NOT NULL OR cardinality(p.rules) > 0 OR p.unjudged IS NOT NULL)`;

const POINT = sql`p.at, p.plotted AS lo, p.at AS lo_at, p.plotted AS hi, p.at AS hi_at, p.dispersion AS disp_lo, p.dispersion AS disp_hi`;
const points = (chartId: string, from: Date, to: Sql): Sql =>
  sql`SELECT ${POINT} FROM chart_point p WHERE p.chart_id = ${chartId} AND p.at >= ${from} AND ${to} AND p.plotted IS NOT NULL`;

/** Hours where a day has them, points of the other days and of the hours that the window cuts. */
async function pieces(chartId: string, fromMs: number, toMs: number, filledFrom: number): Promise<Sql> {
  const begin = Math.ceil(Math.max(fromMs, filledFrom) / HOUR_MS) * HOUR_MS;
  const end = Math.floor((toMs + 1) / HOUR_MS) * HOUR_MS;
  if (begin >= end) return points(chartId, new Date(fromMs), sql`p.at <= ${new Date(toMs)}`);
  const [first, last] = [new Date(begin), new Date(end)];
  const quiet = await db().rows<{ at: Date }>(sql`
    SELECT d.at FROM chart_rollup d WHERE d.chart_id = ${chartId} AND d.grain = 'day' AND d.at > ${new Date(begin - DAY_MS)} AND d.at < ${last}
      AND NOT EXISTS (SELECT 1 FROM chart_rollup h WHERE h.chart_id = d.chart_id AND h.grain = 'hour' AND h.at >= d.at AND h.at < d.at + interval '1 day')`);
  const ofQuiet = sql`
    UNION ALL SELECT q.* FROM unnest(${quiet.map((d) => d.at)}::timestamptz[]) AS d(at) CROSS JOIN LATERAL (
      ${points(chartId, first, sql`p.at < ${last} AND p.at >= d.at AND p.at < d.at + interval '1 day'`)}) q`;
  return sql`
    SELECT r.at, r.plotted_lo AS lo, r.plotted_lo_at AS lo_at, r.plotted_hi AS hi, r.plotted_hi_at AS hi_at, r.disp_lo, r.disp_hi FROM chart_rollup r
      WHERE r.chart_id = ${chartId} AND r.grain = 'hour' AND r.at >= ${first} AND r.at < ${last} AND r.plotted_lo IS NOT NULL
    UNION ALL ${points(chartId, new Date(fromMs), sql`p.at < ${first}`)}
    UNION ALL ${points(chartId, last, sql`p.at <= ${new Date(toMs)}`)}
    ${quiet.length === 0 ? sql`` : ofQuiet}`;
}

/** Per column its lowest and highest plotted value with their times (epoch s), and the range of its dispersion. */
const extremesOf = (fromMs: number, toMs: number, source: Sql): Promise<Extremes[]> => {
  const width = (toMs - fromMs + 1) / 1000 / MARK_COLUMNS;
  return db().rows<Extremes>(sql`
    SELECT min(ARRAY[q.lo, date_part('epoch', q.lo_at)]) AS lo, max(ARRAY[q.hi, date_part('epoch', q.hi_at)]) AS hi, min(q.disp_lo) AS disp_lo, max(q.disp_hi) AS disp_hi
    FROM (${source}) q GROUP BY floor((date_part('epoch', q.at) - ${fromMs / 1000}::float8) / ${width}::float8)`);
};

/**
 * What a chart of many points draws: of each of 450 equal stretches of the window the lowest and the highest point, and every point where a rule fired or
 * that is excluded or not judged. The dispersion beside the two is the range of the stretch.
 * @param count - points of the window.
 * @param filledFrom - time from which the rollups hold all points.
 * @param was - what points were before they were measured again, by record: these are drawn too.
 */
export async function chartMarks(
  chartId: string,
  fromMs: number,
  toMs: number,
  count: Promise<number>,
  filledFrom: number,
  was: ReadonlyMap<string, number>,
): Promise<ChartMarks> {
  const flagged = db().rows<Flagged>(sql`
    SELECT p.at, p.plotted, p.dispersion, p.rules, p.excluded, p.unjudged FROM chart_point p
    WHERE p.chart_id = ${chartId} AND p.at >= ${new Date(fromMs)} AND p.at <= ${new Date(toMs)} AND ${FLAGGED} ORDER BY p.at DESC LIMIT ${MOST_FLAGGED + 1}`);
  const columns = (async () => {
    const [first, last] = await ends(chartId, fromMs, toMs);
    const [from, to] = [first.at.getTime(), last.at.getTime()];
    const source =
      (await count) > BY_HOURS ? await pieces(chartId, from, to, filledFrom) : points(chartId, first.at, sql`p.at <= ${last.at}`);
    return { ends: [first, last], extremes: await extremesOf(from, to, source) };
  })();
  const [f, c, of, again] = await Promise.all([flagged, columns, count, remeasured(chartId, was)]);
  return asMarks(c.extremes, [...c.ends, ...f.slice(0, MOST_FLAGGED), ...again], of, f.length > MOST_FLAGGED);
}

/** Points that were measured again, with what they were before. */
async function remeasured(chartId: string, was: ReadonlyMap<string, number>): Promise<Flagged[]> {
  if (was.size === 0) return [];
  const rows = await db().rows<Flagged & { record_id: string }>(sql`
    SELECT record_id, at, plotted, dispersion, rules, excluded, unjudged FROM chart_point WHERE chart_id = ${chartId} AND record_id = ANY(${[...was.keys()]}::uuid[])`);
  return rows.map(({ record_id, ...p }) => ({ ...p, was: was.get(record_id)! }));
}

/** The first and the last point of the window: the columns lie between them, and both are drawn. */
async function ends(chartId: string, fromMs: number, toMs: number): Promise<[Flagged, Flagged]> {
  const end = (dir: Sql): Sql =>
    sql`(SELECT at, plotted, dispersion, rules, excluded, unjudged FROM chart_point WHERE chart_id = ${chartId} AND at >= ${new Date(fromMs)} AND at <= ${new Date(toMs)} ORDER BY at ${dir}, record_id ${dir} LIMIT 1)`;
  const rows = await db().rows<Flagged>(sql`${end(sql`ASC`)} UNION ALL ${end(sql`DESC`)}`);
  const [first, last] = rows;
  if (first === undefined || last === undefined) throw new AppError('internal', 'a long chart has no points');
  return [first, last];
}

interface Mark {
  at: number;
  plotted: number;
  dispersion: number | null;
  rules: readonly number[];
  excluded: string | null;
  unjudged: string | null;
  was: number | null;
}
const NO_RULES: readonly number[] = [];

/** Lowest and highest of the columns with the points that are always drawn, each point once, in process order. */
function asMarks(columns: readonly Extremes[], always: readonly Flagged[], of: number, isCut: boolean): ChartMarks {
  const marks = new Map<string, Mark>();
  const plain = (v: Float64Array, dispersion: number | null): void => {
    const at = Math.round(v[1]! * 1000);
    marks.set(`${at} ${v[0]}`, { at, plotted: v[0]!, dispersion, rules: NO_RULES, excluded: null, unjudged: null, was: null });
  };
  for (const c of columns) {
    plain(c.lo, c.disp_lo);
    plain(c.hi, c.disp_hi);
  }
  for (const f of always) {
    const at = f.at.getTime();
    const { dispersion, rules, excluded, unjudged, was = null } = f;
    const plotted = f.plotted ?? Number.NaN;
    marks.set(`${at} ${plotted}`, { at, plotted, dispersion, rules, excluded, unjudged, was });
  }
  const list = [...marks.values()].sort((a, b) => a.at - b.at || a.plotted - b.plotted);
  const sets = [...new Set(list.map((m) => m.rules.join(',')))];
  const setOf = new Map(sets.map((s, i) => [s, i]));
  return {
    at: Float64Array.from(list, (m) => m.at),
    plotted: Float64Array.from(list, (m) => m.plotted),
    dispersion: list.some((m) => m.dispersion !== null) ? Float32Array.from(list, (m) => m.dispersion ?? Number.NaN) : null,
    ruleSets: sets.map((s) => (s === '' ? [] : s.split(',').map(Number))),
    rules: Uint16Array.from(list, (m) => setOf.get(m.rules.join(','))!),
    excluded: list.flatMap((m, i) => (m.excluded === null ? [] : [{ i, reason: m.excluded }])),
    unjudged: list.flatMap((m, i) => (m.unjudged === null ? [] : [{ i, reason: m.unjudged }])),
    superseded: list.flatMap((m, i) => (m.was === null ? [] : [{ i, was: m.was }])),
    of,
    isCut,
  };
}
