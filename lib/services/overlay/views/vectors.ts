import { db, sql } from '@/lib/db';

/** Measured overlay of one wafer, ready for a vector map: positions mm in the wafer frame, vectors nm, NaN where not measured. */
export interface OverlayVectors {
  id: string;
  lot: string;
  slot: number;
  product: string;
  measuredMs: number;
  x: Float64Array;
  y: Float64Array;
  dx: Float64Array;
  dy: Float64Array;
  fields: OverlayField[];
  fieldWidthMm: number;
  fieldHeightMm: number;
  radiusMm: number;
}

/** Centre of a field, mm in the wafer frame. */
export interface OverlayField {
  x: number;
  y: number;
  column: number;
  row: number;
}

interface Marks {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly fx: Float64Array;
  readonly fy: Float64Array;
  readonly column: readonly number[];
  readonly row: readonly number[];
}

/** The fields that marks lie in, each once. */
export function fieldsOf(m: Marks): OverlayField[] {
  const fields = new Map<string, OverlayField>();
  for (let i = 0; i < m.column.length; i++) {
    const key = `${m.column[i]} ${m.row[i]}`;
    if (!fields.has(key)) fields.set(key, { x: m.x[i]! - m.fx[i]!, y: m.y[i]! - m.fy[i]!, column: m.column[i]!, row: m.row[i]! });
  }
  return [...fields.values()];
}

/** The first measured wafer of a lot at an operation, on a tool or chamber where they are given; null where there is none. */
export async function lotVectors(o: {
  lot: string;
  operation: string;
  tool: string | null;
  chamber: string | null;
}): Promise<OverlayVectors | null> {
  const m = await db().one<
    Marks & {
      id: string;
      lot: string;
      slot: number;
      product: string;
      measured_at: Date;
      dx: Float64Array;
      dy: Float64Array;
      field_width_mm: number;
      field_height_mm: number;
      diameter_mm: number;
    }
  >(sql`
    SELECT m.id, m.lot, m.slot, m.product, m.measured_at, l.x, l.y, l.fx, l.fy, l."column", l.row, m.dx, m.dy, p.field_width_mm, p.field_height_mm, p.diameter_mm
    FROM overlay_measurement m JOIN overlay_layout l ON l.id = m.layout_id JOIN product p ON p.name = m.product
    WHERE m.lot = ${o.lot} AND m.operation = ${o.operation} AND (${o.tool}::text IS NULL OR m.tool = ${o.tool}) AND (${o.chamber}::text IS NULL OR m.chamber = ${o.chamber})
    ORDER BY m.slot, m.measured_at DESC LIMIT 1`);
  if (m === undefined) return null;
  return {
    id: m.id,
    lot: m.lot,
    slot: m.slot,
    product: m.product,
    measuredMs: m.measured_at.getTime(),
    x: m.x,
    y: m.y,
    dx: m.dx,
    dy: m.dy,
    fields: fieldsOf(m),
    fieldWidthMm: m.field_width_mm,
    fieldHeightMm: m.field_height_mm,
    radiusMm: m.diameter_mm / 2,
  };
}
