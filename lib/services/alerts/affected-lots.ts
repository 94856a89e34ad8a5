import { type Db, type Sql, sql } from '@/lib/db';
import { isWrongRecipe } from '../runs/wrong-recipe';
import { lastGoodLot } from './last-good-lot';

/** Why a lot is affected: a point of it is in the window of a signal; it was charted since the last good lot; it ran since then and was not charted. */
export type AffectedBy = 'signal' | 'since' | 'unmeasured';

export interface AffectedLot {
  readonly lot: string;
  readonly by: AffectedBy;
  /** Wafers in the windows of signals; empty for a point of a whole lot. */
  readonly slots: number[];
  readonly firstMs: number;
}

/** What is needed of an alert to know its lots. */
export interface AffectingAlert {
  readonly id: string;
  readonly kind: string;
  readonly chart_id: string | null;
  readonly operation: string | null;
  readonly product: string | null;
  readonly tool: string | null;
  readonly chamber: string | null;
  readonly lot: string | null;
  readonly slot: number | null;
  readonly first_at: Date;
  readonly last_at: Date;
  readonly closed_at: Date | null;
}

export const AFFECTING = sql`id, kind, chart_id, operation, product, tool, chamber, lot, slot, first_at, last_at, closed_at`;

/** More lots than a person decides one by one: the oldest are listed. */
export const MOST_LOTS = 100;
const DAY = 86_400_000;
/** Runs are looked for within this time of the alert, whatever its age. */
const DAYS = 30;

interface Found {
  lot: string;
  by: AffectedBy;
  slots: number[];
  first: Date;
}

/**
 * The lots that an alert affects, from its evidence: the members of the windows of its signals; what was charted after the last good lot up to the last signal;
 * and what ran there after the last good lot, up to the next good point (else until now), without being charted.
 * @param now - epoch ms; how far runs are looked at where no good point has come.
 */
export async function affectedLots(on: Db, a: AffectingAlert, now: number): Promise<AffectedLot[]> {
  const rows = a.chart_id === null ? await ofCondition(on, a) : await ofChart(on, a, a.chart_id, now);
  return rows.map(({ first, slots, ...r }) => ({ ...r, slots: [...slots].sort((x, y) => x - y), firstMs: first.getTime() }));
}

async function ofChart(on: Db, a: AffectingAlert, chart: string, now: number): Promise<Found[]> {
  const good = await lastGoodLot(chart, { firstMs: a.first_at.getTime(), lot: a.lot }, a.product);
  const since = good === null ? a.first_at : new Date(good.atMs);
  const until = new Date(Math.min(a.closed_at?.getTime() ?? now, now, a.last_at.getTime() + DAYS * DAY));
  return on.rows<Found>(sql`
    WITH own AS (
      SELECT p.lot, p.slot, p.at FROM alert_signal s CROSS JOIN LATERAL unnest(s.members) AS m(id) JOIN chart_point p ON p.record_id = m.id AND p.chart_id = s.chart_id WHERE s.alert_id = ${a.id}
      UNION SELECT s.detail->>'lot', (s.detail->>'slot')::int2, s.at FROM alert_signal s WHERE s.alert_id = ${a.id} AND s.detail->>'lot' IS NOT NULL
      UNION SELECT ${a.lot}::text, ${a.slot}::int2, ${a.first_at}::timestamptz WHERE ${a.lot}::text IS NOT NULL),
    charted AS (
      SELECT p.lot, min(p.at) AS at FROM chart_point p WHERE p.chart_id = ${chart} AND p.at > ${since} AND p.at <= ${a.last_at} AND p.lot NOT IN (SELECT lot FROM own) GROUP BY p.lot),
    good AS (
      SELECT min(p.at) AS at FROM chart_point p WHERE p.chart_id = ${chart} AND p.at > ${a.last_at} AND cardinality(p.rules) = 0 AND p.excluded IS NULL),
    ran AS (
      SELECT r.lot, min(r.started_at) AS at FROM chart c JOIN run r ON r.operation = c.operation, good
      WHERE c.id = ${chart} AND r.started_at > ${since} AND r.started_at < COALESCE(good.at, ${until}) AND (c.product IS NULL OR r.product = c.product) AND (c.tool IS NULL OR r.tool = c.tool)
        AND (c.chamber IS NULL OR r.chamber = c.chamber) AND NOT EXISTS (SELECT 1 FROM chart_point p WHERE p.chart_id = c.id AND p.lot = r.lot AND p.at >= ${since})
      GROUP BY r.lot)
    SELECT * FROM (
      SELECT lot, 'signal' AS by, COALESCE(array_agg(DISTINCT slot::int4) FILTER (WHERE slot > 0), '{}') AS slots, min(at) AS first FROM own GROUP BY lot
      UNION ALL SELECT lot, 'since', '{}', at FROM charted
      UNION ALL SELECT lot, 'unmeasured', '{}', at FROM ran WHERE lot NOT IN (SELECT lot FROM own)) q
    ORDER BY (by = 'signal') DESC, first, lot LIMIT ${MOST_LOTS}`);
}

/** Of a condition: the lots of the runs with a wrong recipe, or the lot whose spectra were refused. */
async function ofCondition(on: Db, a: AffectingAlert): Promise<Found[]> {
  const own: Sql = sql`SELECT ${a.lot}::text AS lot, ${a.slot}::int4 AS slot, ${a.first_at}::timestamptz AS at WHERE ${a.lot}::text IS NOT NULL`;
  const runs =
    a.kind === 'recipe'
      ? sql`${own} UNION SELECT r.lot, r.slot::int4, r.started_at FROM run r WHERE r.tool = ${a.tool} AND r.product = ${a.product} AND r.operation = ${a.operation}
          AND r.started_at BETWEEN ${a.first_at} AND ${a.last_at} AND ${isWrongRecipe(sql`r`)}`
      : own;
  return on.rows<Found>(sql`
    SELECT lot, 'signal' AS by, array_agg(DISTINCT slot) FILTER (WHERE slot > 0) AS slots, min(at) AS first FROM (${runs}) q GROUP BY lot ORDER BY first, lot LIMIT ${MOST_LOTS}`);
}
