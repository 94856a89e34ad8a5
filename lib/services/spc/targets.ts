import { type Db, sql } from '@/lib/db';
import { inForceAt, kindOf, type RawPoint } from '@/lib/spc';
import type { ChartRow, PointRow } from './store';

/** Targets of a specification from a moment on, oldest first. */
interface TargetVersion {
  readonly fromMs: number;
  readonly target: number | null;
}

/** The targets of the products of one chart. */
export type ProductTargets = ReadonlyMap<string, readonly TargetVersion[]>;

export const NO_TARGETS: ProductTargets = new Map();

/** The target in force at a time; before the first version, which is when the fab was registered, that of the first. */
const targetAt = (versions: readonly TargetVersion[] | undefined, at: number): number | null =>
  versions === undefined ? null : ((inForceAt(versions, 'fromMs', at) ?? versions[0])?.target ?? null);

type Judged = Pick<PointRow, 'at' | 'value' | 'spread' | 'n' | 'size' | 'product' | 'vector' | 'excluded'>;

/** A stored point as the kinds of charts take it. */
export const rawPoint = (r: Judged, targets: ProductTargets = NO_TARGETS): RawPoint => ({
  at: r.at.getTime(),
  value: r.value,
  spread: r.spread,
  n: r.n,
  excluded: r.excluded !== null,
  size: r.size,
  product: r.product,
  vector: r.vector,
  target: r.product === null ? null : targetAt(targets.get(r.product), r.at.getTime()),
});

/** Targets of the products at the operation of each chart that compares its points with them; other charts have no entry. */
export async function targetsOf(
  from: Db,
  charts: readonly Pick<ChartRow, 'id' | 'kind' | 'operation' | 'parameter'>[],
): Promise<Map<string, ProductTargets>> {
  const asking = charts.filter((c) => kindOf(c.kind).byTarget === true);
  if (asking.length === 0) return new Map();
  const rows = await from.rows<{ chart_id: string; product: string; valid_from: Date; target: number | null }>(sql`
    SELECT u.chart_id, v.product, v.valid_from, v.target
    FROM unnest(${asking.map((c) => c.id)}::uuid[], ${asking.map((c) => c.operation)}::text[], ${asking.map((c) => c.parameter)}::text[]) AS u(chart_id, operation, parameter)
    JOIN specification_version v ON v.operation = u.operation AND v.parameter = u.parameter ORDER BY u.chart_id, v.product, v.version`);
  const out = new Map<string, Map<string, TargetVersion[]>>();
  for (const r of rows) {
    const products = out.get(r.chart_id) ?? new Map<string, TargetVersion[]>();
    products.set(r.product, [...(products.get(r.product) ?? []), { fromMs: r.valid_from.getTime(), target: r.target }]);
    out.set(r.chart_id, products);
  }
  return out;
}
