import { db, sql } from '@/lib/db';
import { uOfRange } from '@/lib/uncertainty';
import { isUuid } from '../../address/uuid';

/** One measured wafer with its sites, ready for a map. */
export interface SiteMap {
  id: string;
  lot: string;
  slot: number;
  product: string;
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
  /** Of mean, sigma and range, from their sites; null where the record gives no u. */
  uOf: { mean: number | null; sd: number | null; range: number | null };
  radiusMm: number;
  edgeExclusionMm: number;
  die: { widthMm: number; heightMm: number };
}

interface Row {
  id: string;
  lot: string;
  slot: number;
  product: string;
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
  u_common: Float64Array;
  u_mean: number | null;
  u_sd: number | null;
  diameter_mm: number;
  edge_exclusion_mm: number;
  die_width_mm: number;
  die_height_mm: number;
}

const toMap = (r: Row): SiteMap => ({
  id: r.id,
  lot: r.lot,
  slot: r.slot,
  product: r.product,
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
  uOf: {
    mean: r.u_mean,
    sd: r.u_sd,
    range: r.u.length === r.value.length ? uOfRange(r.value, { u: r.u, common: r.u_common }) : null,
  },
  radiusMm: r.diameter_mm / 2,
  edgeExclusionMm: r.edge_exclusion_mm,
  die: { widthMm: r.die_width_mm, heightMm: r.die_height_mm },
});

const COLUMNS = sql`m.id, m.lot, m.slot, m.product, m.parameter, m.unit, m.measured_at, m.processed_at, m.tool, m.chamber, m.run_id, m.mean, m.sd, l.x, l.y, m.value, m.u, m.u_common, m.u_mean, m.u_sd,
  p.diameter_mm, p.edge_exclusion_mm, p.die_width_mm, p.die_height_mm,
  (SELECT s.id FROM spectrum s JOIN spectrum_fit f ON f.spectrum_id = s.id AND f.measured_at = s.measured_at
    WHERE s.lot = m.lot AND s.operation = m.operation AND s.slot = m.slot AND s.measured_at = m.measured_at AND m.id = ANY(f.measurements) LIMIT 1) AS spectrum_id`;
const MAX_MAPS = 60;

/** Site maps of these measurements, in process order; unknown ids are left out. At most 60. */
export async function siteMaps(ids: readonly string[]): Promise<SiteMap[]> {
  const uuids = ids.filter(isUuid).slice(0, MAX_MAPS);
  if (uuids.length === 0) return [];
  const rows = await db().rows<Row>(sql`
    SELECT ${COLUMNS} FROM measurement m JOIN site_layout l ON l.id = m.layout_id JOIN product p ON p.name = m.product
    WHERE m.id = ANY(${uuids}::uuid[]) ORDER BY m.processed_at, m.slot`);
  return rows.map(toMap);
}

/** Site maps of a lot at one operation, on a tool or chamber where they are given, in slot order: the wafers behind a lot's point. */
export async function lotMaps(o: {
  lot: string;
  operation: string;
  parameter: string;
  tool: string | null;
  chamber: string | null;
  limit: number;
}): Promise<SiteMap[]> {
  const rows = await db().rows<Row>(sql`
    SELECT ${COLUMNS} FROM measurement m JOIN site_layout l ON l.id = m.layout_id JOIN product p ON p.name = m.product
    WHERE m.lot = ${o.lot} AND m.operation = ${o.operation} AND m.parameter = ${o.parameter} AND m.superseded_by IS NULL
      AND (${o.tool}::text IS NULL OR m.tool = ${o.tool}) AND (${o.chamber}::text IS NULL OR m.chamber = ${o.chamber}) ORDER BY m.slot LIMIT ${o.limit}`);
  return rows.map(toMap);
}
