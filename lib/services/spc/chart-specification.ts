import { characteristicsOf } from '@/lib/characteristic';
import { type Sql, sql } from '@/lib/db';

/**
 * The first wafer of product `w.name` that was measured where chart `c` takes its values from. Queries the measurements in the order of their index,
 * so that the index alone shows that a product never came.
 */
const firstInContext = (table: Sql, more: Sql): Sql => sql`(SELECT m.id FROM ${table} m
  WHERE m.operation = c.operation AND m.product = w.name AND m.processed_at IS NOT NULL ${more} AND (c.tool IS NULL OR m.tool = c.tool) AND (c.chamber IS NULL OR m.chamber = c.chamber)
  ORDER BY m.operation, m.product, m.measured_at LIMIT 1)`;
const MEASURED_IN_CONTEXT = sql`CASE WHEN c.characteristic LIKE ${characteristicsOf('overlay')} THEN ${firstInContext(sql`overlay_measurement`, sql``)}
  ELSE ${firstInContext(sql`measurement`, sql`AND m.parameter = c.parameter`)} END IS NOT NULL`;

/**
 * The specification of chart `c`, as a lateral join `spec (lsl, usl, target, contexts, unspecified)`: the one that all products of the chart share.
 * These are its own product, or on a chart without one every product that is specified or was measured in its context. Where they are specified
 * differently, or only some of them are, there is none (`contexts` > 1): no number would hold for every point. `contexts` is 0 where no product is
 * specified; `unspecified` names the products without a specification where others have one.
 */
export const SPECIFICATION_OF_CHART = sql`LEFT JOIN LATERAL (
  SELECT CASE WHEN q.specified = 0 THEN 0 ELSE q.contexts END AS contexts, CASE WHEN q.contexts = 1 THEN q.lsl END AS lsl, CASE WHEN q.contexts = 1 THEN q.usl END AS usl,
    CASE WHEN q.contexts = 1 THEN q.target END AS target, CASE WHEN q.specified > 0 THEN q.without END AS unspecified
  FROM (
    SELECT count(s.product)::int AS specified, count(DISTINCT (s.product IS NULL, s.lsl, s.usl, s.target))::int AS contexts,
      min(s.lsl) AS lsl, min(s.usl) AS usl, min(s.target) AS target, array_agg(w.name ORDER BY w.name) FILTER (WHERE s.product IS NULL) AS without
    FROM (SELECT name FROM product UNION SELECT c.product WHERE c.product IS NOT NULL) w
    LEFT JOIN specification s ON s.product = w.name AND s.operation = c.operation AND s.parameter = c.parameter
    WHERE c.specified AND CASE WHEN c.product IS NOT NULL THEN w.name = c.product ELSE s.product IS NOT NULL OR ${MEASURED_IN_CONTEXT} END) q) spec ON true`;
