import { db, type Sql, sql } from '@/lib/db';
import { type ContextSource, contextKey, type SeenContext } from './contexts';

/** Records of a context in a window. */
export interface RecordCount {
  readonly wafers: number;
  /** Lots, each counted where its first wafer was. */
  readonly lots: number;
}

const DAY_MS = 86_400_000;

/** Measured wafers by context: one scan of the window a source. */
const QUERIES: Readonly<Record<ContextSource, (operations: readonly string[], from: Date, to: Date) => Sql>> = {
  measurement: (operations, from, to) =>
    measured(sql`measurement`, sql`m.parameter`, sql`AND m.superseded_by IS NULL`, operations, from, to),
  overlay: (operations, from, to) => measured(sql`overlay_measurement`, sql`''`, sql``, operations, from, to),
  vm: (operations, from, to) => sql`
    SELECT q.operation, q.product, q.tool, q.chamber, q.recipe, q.parameter, count(*)::int AS wafers, (count(*) FILTER (WHERE q.k = 1))::int AS lots, min(q.at) AS first FROM (
      SELECT r.operation, r.product, r.tool, r.chamber, r.recipe, v.parameter, r.started_at AS at,
        row_number() OVER (PARTITION BY r.lot, r.operation, r.tool, r.chamber, v.parameter ORDER BY r.started_at, r.slot) AS k
      FROM vm_prediction p JOIN run r ON r.id = p.run_id AND r.started_at = p.started_at JOIN vm_model v ON v.id = p.model_id
      WHERE p.started_at >= ${from} AND p.started_at <= ${to} AND p.reliable AND v.operation = ANY(${[...operations]}::text[])) q GROUP BY 1, 2, 3, 4, 5, 6`,
  count: (operations, from, to) => sql`
    SELECT c.operation, c.product, COALESCE(c.tool, '') AS tool, COALESCE(c.chamber, '') AS chamber, COALESCE(r.recipe, '') AS recipe, c.parameter, count(*)::int AS wafers, count(*)::int AS lots,
      min(c.measured_at) AS first
    FROM count_record c LEFT JOIN run r ON r.id = c.run_id AND r.started_at = c.processed_at
    WHERE c.measured_at >= ${from} AND c.measured_at <= ${to} AND c.superseded_by IS NULL AND c.operation = ANY(${[...operations]}::text[]) GROUP BY 1, 2, 3, 4, 5, 6`,
  event: (operations, from, to) => sql`
    SELECT o.name AS operation, '' AS product, e.tool, COALESCE(e.chamber, '') AS chamber, '' AS recipe, e.kind AS parameter, count(*)::int AS wafers, count(*)::int AS lots, min(e.at) AS first
    FROM equipment_event e JOIN operation o ON e.tool = ANY(o.tools)
    WHERE e.at >= ${from} AND e.at <= ${to} AND o.name = ANY(${[...operations]}::text[]) GROUP BY 1, 2, 3, 4, 5, 6`,
  trace: (operations, from, to) => sql`
    SELECT r.operation, r.product, r.tool, r.chamber, r.recipe, '' AS parameter, count(*)::int AS wafers, count(*)::int AS lots, min(r.started_at) AS first
    FROM run_summary s JOIN run r ON r.id = s.run_id AND r.started_at = s.started_at
    WHERE s.started_at >= ${from} AND s.started_at <= ${to} AND r.operation = ANY(${[...operations]}::text[]) GROUP BY 1, 2, 3, 4, 5`,
};

const measured = (table: Sql, parameter: Sql, counts: Sql, operations: readonly string[], from: Date, to: Date): Sql => sql`
  SELECT q.operation, q.product, q.tool, q.chamber, r.recipe, q.parameter, count(*)::int AS wafers, (count(*) FILTER (WHERE q.k = 1))::int AS lots, min(q.measured_at) AS first FROM (
    SELECT m.operation, m.product, m.tool, m.chamber, m.run_id, m.processed_at, m.measured_at, ${parameter} AS parameter,
      row_number() OVER (PARTITION BY m.lot, m.operation, ${parameter} ORDER BY m.processed_at, m.slot) AS k
    FROM ${table} m WHERE m.measured_at >= ${from} AND m.measured_at <= ${to} AND m.processed_at IS NOT NULL ${counts} AND m.operation = ANY(${[...operations]}::text[])) q
  JOIN run r ON r.id = q.run_id AND r.started_at = q.processed_at GROUP BY 1, 2, 3, 4, 5, 6`;

/**
 * How many records each of these contexts had in a window.
 * @returns by `contextKey`; `days`: from the first record counted to the end of the window, one day at least.
 */
export async function countRecords(
  contexts: readonly SeenContext[],
  from: Date,
  to: Date,
): Promise<{ counts: ReadonlyMap<string, RecordCount>; days: number }> {
  const counts = new Map<string, RecordCount>();
  let first = to.getTime();
  for (const source of new Set(contexts.map((c) => c.source))) {
    const operations = [...new Set(contexts.filter((c) => c.source === source).map((c) => c.operation))];
    const rows = await db().rows<Omit<SeenContext, 'source' | 'names'> & RecordCount & { first: Date }>(
      QUERIES[source](operations, from, to),
    );
    for (const { wafers, lots, first: at, ...r } of rows) {
      counts.set(contextKey({ ...r, source, names: [] }), { wafers, lots });
      first = Math.min(first, at.getTime());
    }
  }
  return { counts, days: Math.max(1, (to.getTime() - first) / DAY_MS) };
}
