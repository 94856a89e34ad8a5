import { db, sql } from '@/lib/db';

/** One measured wafer with its sites, ready for a map. */
export interface SiteMap {
  id: string;
  lot: string;
  slot: number;
  parameter: string;
  unit: string;
  measuredMs: number;
  processedMs: number | null;
  tool: string | null;
  chamber: string | null;
  runId: string | null;
  /** The spectra whose fit gave these values; null where they were measured directly. */
  spectrumId: string | null;
  mean: number;
  sd: number | null;
  x: Float64Array;
  y: Float64Array;
  value: Float64Array;
  u: Float64Array | null;
  radiusMm: number;
  edgeExclusionMm: number;
  die: { widthMm: number; heightMm: number };
}

interface Row {
  id: string;
  lot: string;
  slot: number;
  parameter: string;
  unit: string;
  measured_at: Date;
  processed_at: Date | null;
  tool: string | null;
  chamber: string | null;
  run_id: string | null;
  spectrum_id: string | null;
  mean: number;
  sd: number | null;
  x: Float64Array;
  y: Float64Array;
  value: Float64Array;
  u: Float64Array;
  diameter_mm: number;
  edge_exclusion_mm: number;
  die_width_mm: number;
  die_height_mm: number;
}

const toMap = (r: Row): SiteMap => ({
  id: r.id,
  lot: r.lot,
  slot: r.slot,
  parameter: r.parameter,
  unit: r.unit,
  measuredMs: r.measured_at.getTime(),
  processedMs: r.processed_at?.getTime() ?? null,
  tool: r.tool,
  chamber: r.chamber,
  runId: r.run_id,
  spectrumId: r.spectrum_id,
  mean: r.mean,
  sd: r.sd,
  x: r.x,
  y: r.y,
  value: r.value,
  u: r.u.length === r.value.length ? r.u : null,
  radiusMm: r.diameter_mm / 2,
  edgeExclusionMm: r.edge_exclusion_mm,
  die: { widthMm: r.die_width_mm, heightMm: r.die_height_mm },
});

const COLUMNS = sql`m.id, m.lot, m.slot, m.parameter, m.unit, m.measured_at, m.processed_at, m.tool, m.chamber, m.run_id, m.mean, m.sd, l.x, l.y, m.value, m.u,
  p.diameter_mm, p.edge_exclusion_mm, p.die_width_mm, p.die_height_mm,
  (SELECT s.id FROM spectrum s JOIN spectrum_fit f ON f.spectrum_id = s.id AND f.measured_at = s.measured_at
    WHERE s.lot = m.lot AND s.operation = m.operation AND s.slot = m.slot AND s.measured_at = m.measured_at AND m.id = ANY(f.measurements) LIMIT 1) AS spectrum_id`;
const MAX_MAPS = 60;

/** Site maps of these measurements, in process order; unknown ids are left out. At most 60. */
export async function siteMaps(ids: readonly string[]): Promise<SiteMap[]> {
  const uuids = ids.filter((id) => /^[0-9a-f-]{36}$/i.test(id)).slice(0, MAX_MAPS);
  if (uuids.length === 0) return [];
  const rows = await db().rows<Row>(sql`
    SELECT ${COLUMNS} FROM measurement m JOIN site_layout l ON l.id = m.layout_id JOIN product p ON p.name = m.product
    WHERE m.id = ANY(${uuids}::uuid[]) ORDER BY m.processed_at, m.slot`);
  return rows.map(toMap);
}

/** Site maps of a lot at one operation, in slot order: what stands behind a point that is the mean of a lot. */
export async function lotMaps(lot: string, operation: string, parameter: string): Promise<SiteMap[]> {
  const rows = await db().rows<Row>(sql`
    SELECT ${COLUMNS} FROM measurement m JOIN site_layout l ON l.id = m.layout_id JOIN product p ON p.name = m.product
    WHERE m.lot = ${lot} AND m.operation = ${operation} AND m.parameter = ${parameter} AND m.superseded_by IS NULL ORDER BY m.slot LIMIT 25`);
  return rows.map(toMap);
}

/**
 * The last lot before a moment, of the same operation, parameter, product and chamber, none of whose wafers had a rule fired: what good
 * looks like. Empty when there is none within 30 days.
 */
export async function lastGoodMaps(o: {
  operation: string;
  parameter: string;
  product: string;
  tool: string | null;
  chamber: string | null;
  beforeMs: number;
}): Promise<SiteMap[]> {
  const before = new Date(o.beforeMs);
  const since = new Date(o.beforeMs - 30 * 86_400_000);
  const rows = await db().rows<Row>(sql`
    WITH candidates AS (
      SELECT m.lot, max(m.processed_at) AS at FROM measurement m
      WHERE m.operation = ${o.operation} AND m.parameter = ${o.parameter} AND m.product = ${o.product} AND m.measured_at >= ${since} AND m.processed_at < ${before}
        AND (${o.tool}::text IS NULL OR m.tool = ${o.tool}) AND (${o.chamber}::text IS NULL OR m.chamber = ${o.chamber}) AND m.superseded_by IS NULL
      GROUP BY m.lot ORDER BY at DESC LIMIT 40),
    good AS (
      SELECT c.lot FROM candidates c WHERE NOT EXISTS (
        SELECT 1 FROM measurement m JOIN chart_point q ON q.record_id = m.id AND cardinality(q.rules) > 0 AND q.at >= ${since}
        WHERE m.lot = c.lot AND m.operation = ${o.operation} AND m.measured_at >= ${since})
      ORDER BY c.at DESC LIMIT 1)
    SELECT ${COLUMNS} FROM measurement m JOIN good ON good.lot = m.lot JOIN site_layout l ON l.id = m.layout_id JOIN product p ON p.name = m.product
    WHERE m.operation = ${o.operation} AND m.parameter = ${o.parameter} AND m.measured_at >= ${since} AND m.superseded_by IS NULL
      AND (${o.chamber}::text IS NULL OR m.chamber = ${o.chamber}) ORDER BY m.slot LIMIT 6`);
  return rows.map(toMap);
}
