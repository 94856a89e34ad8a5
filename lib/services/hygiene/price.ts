import { type Db, type Sql, sql } from '@/lib/db';
import { type ChartKind, chanceOfAtLeast, falseAlarmRate, kindOf, type PricedRules } from '@/lib/spc';
import { rollupsFrom } from '../spc/rollups';
import type { HygieneWindow } from './alarms';

const DAY = 86_400_000;
/** 1 January 1970 was a Thursday: the first Monday. */
const FIRST_MONDAY = 4 * DAY;
const WEEK = 7 * DAY;

/** What decides the price of a chart's alarms. */
export interface PricedVersion {
  readonly kind: ChartKind;
  readonly rules: readonly number[];
  readonly lambda: number | null;
  readonly width_l: number | null;
  readonly design: PricedRules['design'];
  readonly subgroup: number;
}

/** A chart with its points of the window. */
export type PricedChart = PricedVersion & { readonly points: number; readonly signals: number };

/** False alarms a point of rules in force; null for a version that cannot be priced (a subgroup of one with a rule on its dispersion). */
export function rateOf(v: PricedVersion, rules: readonly number[] = v.rules): number | null {
  const subgroup = kindOf(v.kind).ofSubgroups ? Math.max(2, v.subgroup) : v.subgroup;
  try {
    return falseAlarmRate({ kind: v.kind, rules, lambda: v.lambda, widthL: v.width_l, design: v.design, subgroup });
  } catch {
    return null; // settings outside of what the price is known for: said as "no price"
  }
}

/**
 * Sums of points of the window by chart, from weeks and days of the rollups: whole UTC days, as every list of charts shows them. Columns chart_id, n, n_out.
 * @param filledFrom - time from which the rollups hold all points; days before it are left out, and the page says so.
 * @param charts - of these alone; by default of all.
 */
export function pointSums(w: HygieneWindow, filledFrom: number, charts: readonly string[] | null = null): Sql {
  const only = charts === null ? sql`` : sql`AND chart_id = ANY(${[...charts]}::uuid[])`;
  const from = Math.floor(Math.max(w.fromMs, filledFrom) / DAY) * DAY;
  const to = Math.floor(w.toMs / DAY) * DAY + DAY;
  const firstWeek = Math.ceil((from - FIRST_MONDAY) / WEEK) * WEEK + FIRST_MONDAY;
  const lastWeek = Math.max(firstWeek, Math.floor((to - FIRST_MONDAY) / WEEK) * WEEK + FIRST_MONDAY);
  const part = (grain: string, a: number, b: number): Sql =>
    sql`SELECT chart_id, n, n_out FROM chart_rollup WHERE grain = ${grain} AND at >= ${new Date(a)} AND at < ${new Date(b)} ${only}`;
  return sql`SELECT chart_id, sum(n)::int AS n, sum(n_out)::int AS n_out FROM (
    ${part('week', firstWeek, lastWeek)} UNION ALL ${part('day', from, Math.min(firstWeek, to))} UNION ALL ${part('day', Math.max(firstWeek, lastWeek), to)}) q GROUP BY chart_id`;
}

/** Version in force of each chart, or of these alone, as far as the price needs it. */
export const pricedVersions = (charts: readonly string[] | null = null): Sql => sql`
  SELECT DISTINCT ON (q.chart_id) q.chart_id, q.version, q.rules, q.lambda, q.width_l, q.design, q.subgroup, num_nonnulls(q.ucl, q.lcl, q.disp_ucl) > 0 AS has_limits
  FROM chart_version q WHERE q.cancelled_at IS NULL AND q.effective_from <= now() ${charts === null ? sql`` : sql`AND q.chart_id = ANY(${[...charts]}::uuid[])`} ORDER BY q.chart_id, q.effective_from DESC, q.version DESC`;

export interface AreaExpected {
  readonly area: string;
  readonly charts: number;
  readonly points: number;
  /** Points with a signal. */
  readonly signals: number;
  /** Alarms by chance: the exact price of the rules in force times the points. */
  readonly expected: number;
  /** Charts whose rules have no price. */
  readonly unpriced: number;
}

export interface AreaPrice extends AreaExpected {
  readonly alarms: number;
  /** Probability of so many alarms or more by chance alone. */
  readonly chance: number;
}

interface Group extends PricedVersion {
  area: string;
  charts: number;
  points: number;
  signals: number;
}

/**
 * Alarms that the rules in force would give by chance, against those that there were, by area: charts are summed by equal settings in the database, and each
 * setting is priced once. Only charts that raise alerts and have limits. The alarms of an area are at least what chance gives less those that came while an alert was open.
 */
export async function areaPrices(on: Db, w: HygieneWindow): Promise<AreaExpected[]> {
  const filled = await rollupsFrom(on);
  const groups = await on.rows<Group>(sql`
    SELECT c.area, c.kind, v.rules, v.lambda, v.width_l, v.design, v.subgroup, count(*)::int AS charts, sum(s.n)::int AS points, sum(s.n_out)::int AS signals
    FROM (${pointSums(w, filled)}) s JOIN chart c ON c.id = s.chart_id JOIN (${pricedVersions()}) v ON v.chart_id = c.id
    WHERE c.active AND c.alerting AND v.has_limits AND (${w.area}::text IS NULL OR c.area = ${w.area})
    GROUP BY c.area, c.kind, v.rules, v.lambda, v.width_l, v.design, v.subgroup LIMIT 5000`);
  const areas = new Map<string, { charts: number; points: number; signals: number; expected: number; unpriced: number }>();
  for (const g of groups) {
    const sum = areas.get(g.area) ?? { charts: 0, points: 0, signals: 0, expected: 0, unpriced: 0 };
    const rate = rateOf(g);
    sum.charts += g.charts;
    sum.points += g.points;
    sum.signals += g.signals;
    if (rate === null) sum.unpriced += g.charts;
    else sum.expected += rate * g.points;
    areas.set(g.area, sum);
  }
  return [...areas].map(([area, sum]) => ({ area, ...sum }));
}

/** The same beside the alarms that there were. @param alarms - of charts, by area. */
export const againstAlarms = (expected: readonly AreaExpected[], alarms: ReadonlyMap<string, number>): AreaPrice[] =>
  expected
    .map((e) => ({ ...e, alarms: alarms.get(e.area) ?? 0, chance: chanceOfAtLeast(alarms.get(e.area) ?? 0, e.expected) }))
    .sort((a, b) => b.alarms - a.alarms || a.area.localeCompare(b.area));
