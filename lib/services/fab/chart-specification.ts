import { sql } from '@/lib/db';

/**
 * The specification of chart `c`, as a lateral join `spec (lsl, usl, target, contexts)`: that of its product, or of all products on a chart
 * without one. Where the products of such a chart are specified differently there is none (`contexts` > 1): no number would be true for
 * every point.
 */
export const SPECIFICATION_OF_CHART = sql`LEFT JOIN LATERAL (
  SELECT count(*)::int AS contexts, CASE WHEN count(*) = 1 THEN min(q.lsl) END AS lsl, CASE WHEN count(*) = 1 THEN min(q.usl) END AS usl, CASE WHEN count(*) = 1 THEN min(q.target) END AS target
  FROM (SELECT DISTINCT s.lsl, s.usl, s.target FROM specification s
    WHERE c.specified AND s.operation = c.operation AND s.parameter = c.parameter AND (c.product IS NULL OR s.product = c.product)) q) spec ON true`;
