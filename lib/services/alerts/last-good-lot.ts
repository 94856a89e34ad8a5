import { db, sql } from '@/lib/db';
import { IS_JUDGED } from '../characteristics/judged-point';

export interface LastGoodLot {
  lot: string;
  product: string;
  atMs: number;
}

const DAYS = 30;

/**
 * The last good lot: the newest before the first signal of an alert that has points on the same chart, all of them judged by limits, none with a
 * signal and none excluded. On a chart of all products a lot of the alert's own product comes first, then one of another product.
 * @returns null when there is none within 30 days.
 */
export async function lastGoodLot(
  chartId: string,
  alert: { readonly firstMs: number; readonly lot: string | null },
  product: string | null,
): Promise<LastGoodLot | null> {
  const row = await db().one<{ lot: string; product: string; at: Date }>(sql`
    WITH lots AS (
      SELECT p.lot, max(p.at) AS at FROM chart_point p
      WHERE p.chart_id = ${chartId} AND p.at < ${new Date(alert.firstMs)} AND p.at >= ${new Date(alert.firstMs - DAYS * 86_400_000)} AND p.lot IS DISTINCT FROM ${alert.lot}
      GROUP BY p.lot HAVING bool_and(cardinality(p.rules) = 0 AND p.excluded IS NULL AND ${IS_JUDGED}))
    SELECT lots.lot, l.product, lots.at FROM lots JOIN lot l ON l.name = lots.lot
    ORDER BY (l.product IS NOT DISTINCT FROM ${product}) DESC, lots.at DESC LIMIT 1`);
  return row === undefined ? null : { lot: row.lot, product: row.product, atMs: row.at.getTime() };
}
