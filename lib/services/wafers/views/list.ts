import { db, sql, where } from '@/lib/db';
import { type SiteMap, siteMaps } from './site-maps';

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
  /** A rule fired on a chart of this measurement. */
  isOut: boolean;
}

export interface WaferGroup {
  operation: string;
  parameter: string;
  product: string | null;
  /** The target of each product shown, null where it has none; where they differ, one range of values is meaningless. */
  targets: { product: string; target: number | null }[];
  tiles: WaferTile[];
  total: number;
  specification: { lsl: number | null; usl: number | null; target: number | null } | null;
}

export interface WaferGalleryView {
  /** One per quantity: its maps share a unit, so they share a scale. Several only for a lot. */
  groups: WaferGroup[];
  /** What the filters offer: operation and parameter pairs that have measurements here. */
  pairs: { operation: string; parameter: string; n: number }[];
}

/**
 * Maps of measured wafers, newest lot first, of one operation and parameter: the chosen pair, else the one with the newest measurement.
 * A lot shows all its pairs. Where all wafers are of one product, its specification is included.
 */
export async function waferGallery(f: WaferFilter): Promise<WaferGalleryView> {
  const base = [
    // A lot is found whenever it was measured.
    f.lot === null && sql`m.measured_at >= ${new Date(f.fromMs)} AND m.measured_at <= ${new Date(f.toMs)}`,
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
    (f.operation === null && f.lot === null ? pairs[0] : undefined);
  const shown = chosen === undefined ? (f.operation === null && f.lot !== null ? pairs : []) : [chosen];
  if (shown.length === 0) return { groups: [], pairs: byName(pairs) };
  const rows = await db().rows<{ id: string; operation: string; parameter: string; product: string; is_out: boolean }>(sql`
    SELECT q.*, EXISTS (SELECT 1 FROM chart_point p WHERE p.record_id = q.id AND cardinality(p.rules) > 0) AS is_out FROM (
      SELECT m.id, m.operation, m.parameter, m.product, m.measured_at, m.slot FROM measurement m
      ${where([...base, chosen !== undefined && sql`m.operation = ${chosen.operation} AND m.parameter = ${chosen.parameter}`])}
      ORDER BY m.measured_at DESC, m.slot DESC LIMIT ${f.limit}) q
    ORDER BY q.measured_at DESC, q.slot`);
  const [maps, specifications] = await Promise.all([
    siteMaps(rows.map((r) => r.id)),
    db().rows<{ product: string; operation: string; parameter: string } & NonNullable<WaferGroup['specification']>>(sql`
      SELECT product, operation, parameter, lsl, usl, target FROM specification WHERE product = ANY(${[...new Set(rows.map((r) => r.product))]}::text[])`),
  ]);
  const mapOf = new Map(maps.map((m) => [m.id, m]));
  return {
    pairs: byName(pairs),
    groups: shown.map((pair): WaferGroup => {
      const mine = rows.filter((r) => r.operation === pair.operation && r.parameter === pair.parameter);
      const products = new Set(mine.map((r) => r.product));
      const product = products.size === 1 ? (mine[0]?.product ?? null) : null;
      const spec = specifications.find(
        (s) => s.product === product && s.operation === pair.operation && s.parameter === pair.parameter,
      );
      return {
        operation: pair.operation,
        parameter: pair.parameter,
        product,
        targets: [...products].sort().map((name) => ({
          product: name,
          target:
            specifications.find((q) => q.product === name && q.operation === pair.operation && q.parameter === pair.parameter)
              ?.target ?? null,
        })),
        tiles: mine.flatMap((r) => {
          const m = mapOf.get(r.id);
          return m ? [{ ...m, operation: r.operation, isOut: r.is_out }] : [];
        }),
        total: pair.n,
        specification: spec ? { lsl: spec.lsl, usl: spec.usl, target: spec.target } : null,
      };
    }),
  };
}

const byName = (p: WaferGalleryView['pairs']): WaferGalleryView['pairs'] =>
  [...p].sort((a, b) => `${a.operation} ${a.parameter}`.localeCompare(`${b.operation} ${b.parameter}`, 'en'));
