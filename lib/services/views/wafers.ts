import { db, sql, where } from '@/lib/db';
import { type SiteMap, siteMaps } from './evidence';

export interface WaferFilter {
  readonly fromMs: number;
  readonly toMs: number;
  readonly operation: string | null;
  readonly parameter: string | null;
  readonly product: string | null;
  readonly tool: string | null;
  readonly lot: string | null;
  readonly slot: number | null;
  readonly limit: number;
}

export interface WaferTile extends SiteMap {
  operation: string;
  product: string;
  /** A rule fired on a chart of this measurement. */
  isOut: boolean;
}

export interface WaferGalleryView {
  /** The pair that is shown: its maps share a unit, so they can share a scale. */
  operation: string | null;
  parameter: string | null;
  product: string | null;
  tiles: WaferTile[];
  total: number;
  /** What the filters offer: operation and parameter pairs that have measurements in the window. */
  pairs: { operation: string; parameter: string; n: number }[];
  specification: { lsl: number | null; usl: number | null; target: number | null } | null;
}

/**
 * Maps of measured wafers, newest lot first, of one operation and parameter (a shared colour scale needs one quantity); without a choice
 * the pair of the lot, or the one with the newest measurement. With a product the specification comes along.
 */
export async function waferGallery(f: WaferFilter): Promise<WaferGalleryView> {
  const window = sql`m.measured_at >= ${new Date(f.fromMs)} AND m.measured_at <= ${new Date(f.toMs)}`;
  const base = [
    // A lot is found whenever it was measured.
    f.lot === null && window,
    sql`m.superseded_by IS NULL`,
    f.product !== null && sql`m.product = ${f.product}`,
    f.tool !== null && sql`m.tool = ${f.tool}`,
    f.lot !== null && sql`m.lot = ${f.lot}`,
    f.slot !== null && sql`m.slot = ${f.slot}`,
  ];
  const pairs = await db().rows<{ operation: string; parameter: string; n: number }>(sql`
    SELECT m.operation, m.parameter, count(*)::int AS n FROM measurement m ${where(base)} GROUP BY m.operation, m.parameter ORDER BY max(m.measured_at) DESC`);
  const chosen =
    pairs.find((p) => p.operation === f.operation && (f.parameter === null || p.parameter === f.parameter)) ??
    (f.operation === null ? pairs[0] : undefined);
  if (chosen === undefined)
    return {
      operation: f.operation,
      parameter: f.parameter,
      product: f.product,
      tiles: [],
      total: 0,
      pairs: byName(pairs),
      specification: null,
    };
  const rows = await db().rows<{
    id: string;
    operation: string;
    product: string;
    lot: string;
    total: number;
    is_out: boolean;
  }>(sql`
    SELECT q.*, EXISTS (SELECT 1 FROM chart_point p WHERE p.record_id = q.id AND cardinality(p.rules) > 0) AS is_out FROM (
      SELECT m.id, m.operation, m.product, m.lot, m.measured_at, m.slot, count(*) OVER ()::int AS total FROM measurement m
      ${where([...base, sql`m.operation = ${chosen.operation}`, sql`m.parameter = ${chosen.parameter}`])} ORDER BY m.measured_at DESC, m.slot DESC LIMIT ${f.limit}) q
    ORDER BY q.measured_at DESC, q.slot`);
  const maps = new Map((await siteMaps(rows.map((r) => r.id))).map((m) => [m.id, m]));
  const product = f.product ?? (new Set(rows.map((r) => r.product)).size === 1 ? (rows[0]?.product ?? null) : null);
  const specification =
    product === null
      ? undefined
      : await db().one<NonNullable<WaferGalleryView['specification']>>(sql`
        SELECT lsl, usl, target FROM specification WHERE product = ${product} AND operation = ${chosen.operation} AND parameter = ${chosen.parameter}`);
  return {
    operation: chosen.operation,
    parameter: chosen.parameter,
    product,
    tiles: rows.flatMap((r) => {
      const m = maps.get(r.id);
      return m ? [{ ...m, operation: r.operation, product: r.product, isOut: r.is_out }] : [];
    }),
    total: rows[0]?.total ?? 0,
    pairs: byName(pairs),
    specification: specification ?? null,
  };
}

const byName = (p: WaferGalleryView['pairs']): WaferGalleryView['pairs'] =>
  [...p].sort((a, b) => `${a.operation} ${a.parameter}`.localeCompare(`${b.operation} ${b.parameter}`, 'en'));
