import { AppError } from '@/lib/errors';

/** Radii must spread by more than this share of the largest, or the slope is that of rounding. */
const LEAST_SPREAD = 1e-9;

/**
 * Derivatives of the least-squares slope of values against radius with respect to each value: Σᵢ gᵢ zᵢ is the slope
 *   b = Σ (rᵢ − r̄)(zᵢ − z̄) / Σ (rᵢ − r̄)²,   gᵢ = (rᵢ − r̄) / Σ (rⱼ − r̄)²,
 * and the derivatives also carry its uncertainty.
 * @param x - (n,), mm, wafer frame; `y` likewise.
 * @param values - (n,), any unit; NaN sites get 0 and are not counted.
 * @returns (n,), 1/mm; null with fewer than three sites, or where all lie at one radius.
 * @throws AppError `dimension_mismatch` when lengths differ.
 * @complexity two passes over the sites.
 * @reference Draper & Smith, Applied Regression Analysis, 3rd ed. (1998), eq. 1.2.9.
 */
export function radialSlopeWeights(x: ArrayLike<number>, y: ArrayLike<number>, values: ArrayLike<number>): Float64Array | null {
  const n = values.length;
  if (x.length !== n || y.length !== n)
    throw new AppError('dimension_mismatch', `x, y and values have ${x.length}, ${y.length} and ${n} entries`);
  const g = new Float64Array(n);
  let used = 0;
  let mean = 0;
  let largest = 0;
  let srr = 0;
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(values[i]!)) continue;
    const r = Math.hypot(x[i]!, y[i]!);
    used++;
    const d = r - mean;
    mean += d / used;
    srr += d * (r - mean);
    largest = Math.max(largest, r);
  }
  if (used < 3 || !(srr > used * (LEAST_SPREAD * largest) ** 2)) return null;
  for (let i = 0; i < n; i++) if (!Number.isNaN(values[i]!)) g[i] = (Math.hypot(x[i]!, y[i]!) - mean) / srr;
  return g;
}
