import { type Db, sql } from '@/lib/db';
import { chanceOfAtLeast, lagOne } from '@/lib/spc';
import { rollupsFrom } from '../spc/rollups';
import { alarmsIn, type HygieneWindow } from './alarms';
import { type Fix, fixesOf } from './fixes';
import { type PricedChart, pointSums, pricedVersions, rateOf } from './price';

/** Causes that are listed; the numbers above them are of all. */
const MOST_CAUSES = 100;
/** Of them, charts whose points are looked at for what neighbours have in common. */
const LOOKED_AT = 20;
/** Newest points of such a chart. */
const POINTS = 100;
const WEEK = 7 * 86_400_000;

/** Chatter: so many alarms of one cause within 24 hours. */
export const CHATTER = 3;

export interface BadActor {
  readonly cause: string;
  readonly chartId: string | null;
  readonly title: string;
  readonly area: string;
  readonly alarms: number;
  /** Of all alarms of the window. */
  readonly share: number;
  /** With those above it. */
  readonly cumulated: number;
  /** Most alarms within 24 hours. */
  readonly worstDay: number;
  /** Closed with nothing changed, or as false alarms. */
  readonly noAction: number;
  /** Closed without a person: a person always says the cause. */
  readonly byItself: number;
  readonly points: number | null;
  readonly signals: number | null;
  /** Alarms by chance in the window, and a week; null: no chart, or no price. */
  readonly expected: number | null;
  readonly expectedPerWeek: number | null;
  readonly chance: number | null;
  readonly fixes: Fix[];
}

interface CauseRow {
  cause: string;
  chart_id: string | null;
  title: string;
  area: string;
  n: number;
  worst_day: number;
  no_action: number;
  by_itself: number;
  total: number;
  causes: number;
  chattering: number;
  /** Alarms of charts by area. */
  areas: Record<string, number> | null;
}

export interface BadActors {
  readonly rows: BadActor[];
  /** Causes with an alarm, and those that chatter, of all. */
  readonly causes: number;
  readonly chattering: number;
  /** Share of the ten most frequent. */
  readonly topTen: number;
  /** Alarms of charts, by area. */
  readonly byArea: ReadonlyMap<string, number>;
}

/** Alarms by cause, most frequent first, with the price of the rules of its chart and what could be done. */
export async function badActors(on: Db, w: HygieneWindow): Promise<BadActors> {
  const causes = await on.rows<CauseRow>(sql`
    WITH alarm AS MATERIALIZED (${alarmsIn(w)}),
    counted AS MATERIALIZED (SELECT cause, max(chart_id::text)::uuid AS chart_id, max(area) AS area, max(title) AS title, count(*)::int AS n, max(in_day)::int AS worst_day FROM (
      SELECT cause, chart_id, area, title, count(*) OVER (PARTITION BY cause ORDER BY at RANGE BETWEEN INTERVAL '24 hours' PRECEDING AND CURRENT ROW) AS in_day FROM alarm) d GROUP BY cause),
    whole AS (SELECT sum(n)::int AS total, count(*)::int AS causes, count(*) FILTER (WHERE worst_day >= ${CHATTER})::int AS chattering FROM counted),
    areas AS (SELECT jsonb_object_agg(area, n) AS areas FROM (SELECT area, sum(n)::int AS n FROM counted WHERE chart_id IS NOT NULL GROUP BY area) q),
    top AS MATERIALIZED (SELECT * FROM counted ORDER BY n DESC, cause LIMIT ${MOST_CAUSES}),
    outcome AS (SELECT d.cause, count(*) FILTER (WHERE s.action_code = 'none' OR s.disposition = 'false_alarm')::int AS no_action, count(*) FILTER (WHERE s.cause IS NULL)::int AS by_itself
      FROM (SELECT DISTINCT a.id, a.cause FROM alarm a JOIN top USING (cause)) d JOIN alert s ON s.id = d.id WHERE s.state IN ('closed', 'verified') GROUP BY d.cause)
    SELECT t.cause, t.chart_id, COALESCE(c.title, t.title) AS title, t.area, t.n, t.worst_day, whole.*, areas.areas, COALESCE(o.no_action, 0) AS no_action, COALESCE(o.by_itself, 0) AS by_itself
    FROM top t CROSS JOIN whole CROSS JOIN areas LEFT JOIN chart c ON c.id = t.chart_id LEFT JOIN outcome o ON o.cause = t.cause ORDER BY t.n DESC, t.cause`);
  const charts = causes.flatMap((c) => (c.chart_id === null ? [] : [c.chart_id]));
  const [priced, following, shared] = await Promise.all([
    pricedCharts(on, w, charts),
    followers(on, charts.slice(0, LOOKED_AT)),
    duplicates(on, w, charts),
  ]);
  let above = 0;
  const rows = causes.map((c): BadActor => {
    above += c.n;
    const p = c.chart_id === null ? undefined : priced.get(c.chart_id);
    const rate = p === undefined ? null : rateOf(p);
    const weeks = (w.toMs - w.fromMs) / WEEK;
    const expected = rate === null || p === undefined ? null : rate * p.points;
    const chance = expected === null ? null : chanceOfAtLeast(c.n, expected);
    return {
      cause: c.cause,
      chartId: c.chart_id,
      title: c.title,
      area: c.area,
      alarms: c.n,
      share: c.n / c.total,
      cumulated: above / c.total,
      worstDay: c.worst_day,
      noAction: c.no_action,
      byItself: c.by_itself,
      points: p?.points ?? null,
      signals: p?.signals ?? null,
      expected,
      expectedPerWeek: expected === null ? null : expected / weeks,
      chance,
      fixes:
        p === undefined || c.chart_id === null
          ? []
          : fixesOf({
              chartId: c.chart_id,
              priced: p,
              alarms: c.n,
              worstDay: c.worst_day,
              noAction: c.no_action,
              chance,
              perWeek: p.points / weeks,
              lag: following.get(c.chart_id) ?? null,
              twin: shared.get(c.chart_id) ?? null,
            }),
    };
  });
  return {
    rows,
    causes: causes[0]?.causes ?? 0,
    chattering: causes[0]?.chattering ?? 0,
    topTen: rows.slice(0, 10).reduce((sum, r) => sum + r.share, 0),
    byArea: new Map(Object.entries(causes[0]?.areas ?? {})),
  };
}

async function pricedCharts(on: Db, w: HygieneWindow, charts: readonly string[]): Promise<Map<string, PricedChart>> {
  if (charts.length === 0) return new Map();
  const filled = await rollupsFrom(on);
  const rows = await on.rows<PricedChart & { id: string }>(sql`
    SELECT c.id, c.kind, v.rules, v.lambda, v.width_l, v.design, v.subgroup, COALESCE(s.n, 0)::int AS points, COALESCE(s.n_out, 0)::int AS signals
    FROM chart c JOIN (${pricedVersions(charts)}) v ON v.chart_id = c.id LEFT JOIN (${pointSums(w, filled, charts)}) s ON s.chart_id = c.id
    WHERE c.id = ANY(${[...charts]}::uuid[]) AND c.active AND v.has_limits`);
  return new Map(rows.map(({ id, ...p }) => [id, p]));
}

/** Of a few charts, whether neighbouring points follow each other: of their newest points that nobody excluded. */
async function followers(on: Db, charts: readonly string[]): Promise<Map<string, number>> {
  const rows = await on.rows<{ id: string; v: Float64Array }>(sql`
    SELECT u.id, q.v FROM unnest(${[...charts]}::uuid[]) AS u(id) CROSS JOIN LATERAL (
      SELECT array_agg(p.value ORDER BY p.at, p.record_id) AS v FROM (
        SELECT at, record_id, value FROM chart_point WHERE chart_id = u.id AND excluded IS NULL ORDER BY at DESC, record_id DESC LIMIT ${POINTS}) p) q WHERE q.v IS NOT NULL`);
  return new Map(
    rows.flatMap(({ id, v }) => {
      const lag = lagOne(v);
      return lag?.isClear ? [[id, lag.r] as const] : [];
    }),
  );
}

/** Share of the signals of a chart that another one must have on the same records. */
const TWIN_SHARE = 0.8;
const TWIN_LEAST = 3;

/** Of charts with alarms, another one that signals on nearly all of the same records. The one with fewer alarms is named beside the other. */
async function duplicates(
  on: Db,
  w: HygieneWindow,
  charts: readonly string[],
): Promise<Map<string, { id: string; title: string; share: number }>> {
  const rows = await on.rows<{ chart_id: string; other: string; title: string; shared: number; own: number }>(sql`
    WITH s AS MATERIALIZED (SELECT DISTINCT chart_id, record_id FROM alert_signal WHERE chart_id = ANY(${[...charts]}::uuid[]) AND at >= ${new Date(w.fromMs)}),
    own AS (SELECT chart_id, count(*)::int AS n FROM s GROUP BY chart_id)
    SELECT DISTINCT ON (a.chart_id) a.chart_id, b.chart_id AS other, c.title, count(*)::int AS shared, o.n AS own
    FROM s a JOIN s b ON b.record_id = a.record_id AND b.chart_id <> a.chart_id JOIN own o ON o.chart_id = a.chart_id JOIN chart c ON c.id = b.chart_id
    GROUP BY a.chart_id, b.chart_id, c.title, o.n HAVING count(*) >= ${TWIN_LEAST} AND count(*) >= ${TWIN_SHARE}::float8 * o.n ORDER BY a.chart_id, count(*) DESC, b.chart_id`);
  return new Map(rows.map((r) => [r.chart_id, { id: r.other, title: r.title, share: r.shared / r.own }]));
}
