import { bulkInsert, db, type RowOf, sql, type Tx } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { Ref } from '@/lib/queue/jobs';
import { enqueueLater } from '@/lib/queue/outbox';
import { fitZernikeShared, termsOfOrder, WAFER_ZONES, zernikeLayout, zoneStatistics } from '@/lib/spatial';
import { codeVersion } from '../system/code-version';
import { reasonOf } from '../unfitted';

/** The highest radial order that is fitted. */
export const HIGHEST_ORDER = 6;
/** Fewest sites per fitted term that leave enough degrees of freedom to judge the residual. */
const SITES_A_TERM = 1.6;

interface WaferRow {
  id: string;
  measured_at: Date;
  layout_id: string;
  x: Float64Array;
  y: Float64Array;
  value: Float64Array;
  u: Float64Array;
  u_common: Float64Array;
  diameter_mm: number;
}

/** The fit of a wafer, or only the reason why there is none. */
type SpatialRow = RowOf<'spatial_result'>;

const orders = new Map<string, number>();

/** The highest radial order, at most 6, that the sites of a layout determine with degrees of freedom left; found once per layout. */
function orderFor(layoutId: string, x: Float64Array, y: Float64Array, radiusMm: number): number {
  const known = orders.get(layoutId);
  if (known !== undefined) return known;
  let order = HIGHEST_ORDER;
  while (order > 0 && !determined(x, y, order, radiusMm)) order--;
  if (orders.size > 10_000) orders.clear();
  orders.set(layoutId, order);
  return order;
}

function determined(x: Float64Array, y: Float64Array, order: number, radiusMm: number): boolean {
  if (termsOfOrder(order) * SITES_A_TERM > x.length) return false;
  try {
    zernikeLayout(x, y, { order, normRadiusMm: radiusMm });
    return true;
  } catch (e) {
    if (e instanceof AppError && (e.code === 'rank_deficient' || e.code === 'invalid_input')) return false;
    throw e;
  }
}

function fitWafer(w: WaferRow): SpatialRow {
  const radius = w.diameter_mm / 2;
  const measured = [...w.value.keys()].filter((i) => !Number.isNaN(w.value[i]!));
  // Missing sites can make a high order undetermined on this wafer alone: then a lower order is fitted and stored with it.
  let order = orderFor(w.layout_id, w.x, w.y, radius);
  const complete = measured.length === w.value.length;
  const pick = (v: Float64Array) => (complete ? v : Float64Array.from(measured, (i) => v[i]!));
  const [x, y, z] = [pick(w.x), pick(w.y), pick(w.value)];
  while (!complete && order > 0 && !determined(x, y, order, radius)) order--;
  const shared = Array.from({ length: w.u_common.length / w.value.length }, (_, k) =>
    pick(w.u_common.subarray(k * w.value.length, (k + 1) * w.value.length)),
  );
  const { fit, uCoefficients } = fitZernikeShared(x, y, z, w.u.length === 0 ? null : pick(w.u), shared, {
    order,
    normRadiusMm: radius,
    onDeficient: 'minimum_norm',
  });
  return {
    measurement_id: w.id,
    measured_at: w.measured_at,
    order,
    radius_mm: radius,
    coefficients: fit.coefficients,
    u: uCoefficients,
    rank: fit.rank,
    condition: fit.conditionNumber,
    dof: fit.dof,
    r2: fit.rSquared,
    residual_sigma: fit.residualSigma,
    zones: zoneStatistics(
      x,
      y,
      z,
      WAFER_ZONES.edges.map((e) => e * radius),
      WAFER_ZONES.names,
    ),
    code_version: codeVersion('spatial'),
    reason: null,
  };
}

/** A wafer that cannot be fitted gets a result that says why: it must not keep the other wafers of its job from theirs. */
function fitOrReason(w: WaferRow): SpatialRow {
  try {
    return fitWafer(w);
  } catch (e) {
    const none = new Float64Array(0);
    return {
      measurement_id: w.id,
      measured_at: w.measured_at,
      order: 0,
      radius_mm: w.diameter_mm / 2,
      coefficients: none,
      u: none,
      rank: 0,
      condition: Number.NaN,
      dof: 0,
      r2: Number.NaN,
      residual_sigma: Number.NaN,
      zones: [],
      code_version: codeVersion('spatial'),
      reason: reasonOf(e, { measurement: w.id }),
    };
  }
}

/** Fits each measured wafer by Zernike polynomials to the highest order its sites determine. Reads and computes; writes nothing. */
export async function fitWafers(refs: readonly Ref[]): Promise<SpatialRow[]> {
  const rows = await db().rows<WaferRow>(sql`
    SELECT m.id, m.measured_at, m.layout_id, l.x, l.y, m.value, m.u, m.u_common, p.diameter_mm FROM measurement m JOIN site_layout l ON l.id = m.layout_id JOIN product p ON p.name = m.product
    WHERE m.id = ANY(${refs.map((r) => r.id)}::uuid[]) AND m.measured_at BETWEEN ${new Date(Math.min(...refs.map((r) => r.at)))} AND ${new Date(Math.max(...refs.map((r) => r.at)))}
    ORDER BY m.measured_at, m.id`);
  return rows.map(fitOrReason);
}

/** Stores the fits and enqueues what follows from the measurement: chart points and controller updates. */
export async function storeWaferFits(tx: Tx, fits: readonly SpatialRow[], refs: readonly Ref[]): Promise<void> {
  await bulkInsert(tx, 'spatial_result', fits, { key: ['measurement_id', 'measured_at'] });
  await enqueueLater(tx, [
    { queue: 'spc', payload: { v: 1, source: 'measurement', refs: [...refs] } },
    { queue: 'control', payload: { v: 1, source: 'measurement', refs: [...refs] } },
  ]);
}
