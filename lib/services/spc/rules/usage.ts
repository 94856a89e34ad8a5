import { type Db, type Sql, sql } from '@/lib/db';
import type { ChartKind } from '@/lib/spc';
import { inForce } from '../templates/version-charts';

/** Days over which the points of charts are counted. */
const DAYS = 30;

/** Charts of one kind, with what they bring a week. */
export interface KindUsage {
  readonly kind: ChartKind;
  /** Values of a subgroup, the median of the charts; only the dispersion of subgroups depends on it. */
  readonly subgroup: number;
  readonly lambda: number | null;
  readonly widthL: number | null;
  readonly charts: number;
  /** Points a week by the last 30 days, of all these charts. */
  readonly pointsPerWeek: number;
}

/** Active charts of each kind with their points a week. @param which - of chart `k` and its version in force `v`. */
export function usageOf(from: Db, now: Date, which: Sql): Promise<KindUsage[]> {
  return from.rows<KindUsage>(sql`
    SELECT k.kind, v.lambda, v.width_l AS "widthL", greatest(2, COALESCE(percentile_disc(0.5) WITHIN GROUP (ORDER BY p.size), 2))::int AS subgroup, count(*)::int AS charts,
      COALESCE(sum(p.n), 0) * ${7 / DAYS}::float8 AS "pointsPerWeek"
    FROM chart k ${inForce(now)}
    LEFT JOIN LATERAL (SELECT sum(r.n_all)::float8 AS n, (SELECT q.n FROM chart_point q WHERE q.chart_id = k.id ORDER BY q.at DESC LIMIT 1) AS size
      FROM chart_rollup r WHERE r.chart_id = k.id AND r.grain = 'day' AND r.at >= ${new Date(now.getTime() - DAYS * 86_400_000)} AND r.at <= ${now}) p ON true
    WHERE k.active AND ${which} GROUP BY k.kind, v.lambda, v.width_l ORDER BY count(*) DESC, k.kind LIMIT 100`);
}

/** Charts whose version in force is of this set. */
export const usesSet = (set: string): Sql => sql`v.preset = ${set}`;

/** A chart that an earlier version of a set judges, or a template that makes charts by one. */
export interface Following {
  readonly id: string;
  readonly title: string;
  readonly kind: ChartKind;
  readonly setVersion: number;
  readonly template: string | null;
}

/** Most charts that a preview lists by name; all are counted. */
const LISTED = 200;

/** Charts in use that an earlier version of the set judges. */
export async function chartsBehind(
  from: Db,
  set: string,
  version: number,
  now: Date,
): Promise<{ count: number; listed: Following[] }> {
  const behind = sql`FROM chart k ${inForce(now)} WHERE k.active AND ${usesSet(set)} AND v.set_version < ${version}`;
  const [count, listed] = await Promise.all([
    from.one<{ n: number }>(sql`SELECT count(*)::int AS n ${behind}`),
    from.rows<Following>(
      sql`SELECT k.id, k.title, k.kind, v.set_version AS "setVersion", (SELECT t.name FROM chart_template t WHERE t.id = k.template_id) AS template ${behind} ORDER BY k.title LIMIT ${LISTED}`,
    ),
  ]);
  return { count: count?.n ?? 0, listed };
}
