import { AppError } from '@/lib/errors';
import { cholesky, DEFAULT_JITTER, type Rng } from '@/lib/numerics';
import { type CovarianceModel, covarianceMatrixOf } from './covariance';
import { type KrigingModel, krige } from './kriging';

/**
 * Gaussian random field mean + L·w at given positions from standard normal deviates w (one a site).
 * @param x - (n,), mm; `y` likewise.
 * @param normals - w, (n,).
 * @returns (n,), unit of the values.
 * @throws AppError `dimension_mismatch` when lengths differ.
 * @complexity n³/3 for the factor.
 * @reference Cressie (1993), §3.6.1.
 */
export function simulateField(
  model: CovarianceModel,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  normals: ArrayLike<number>,
  mean = 0,
): Float64Array {
  const n = x.length;
  if (normals.length !== n)
    throw new AppError('dimension_mismatch', `${n} sites need ${n} normal deviates, got ${normals.length}`);
  return correlated(cholesky(covarianceMatrixOf(model, x, y), n, DEFAULT_JITTER).l, normals, () => mean);
}

function correlated(l: Float64Array, w: ArrayLike<number>, mean: (i: number) => number): Float64Array {
  const n = w.length;
  return Float64Array.from({ length: n }, (_, i) => {
    let s = mean(i);
    for (let j = 0; j <= i; j++) s += l[i * n + j]! * w[j]!;
    return s;
  });
}

/**
 * Fields that honour the data: draws from the kriging distribution at new positions, jointly.
 * @param x - (n,), mm; `y` likewise.
 * @param count - number of simulations.
 * @returns one row a simulation.
 * @reference Chilès & Delfiner (2012), §7.3.
 */
export function simulateConditional(
  k: KrigingModel,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  count: number,
  rng: Rng,
): Float64Array[] {
  const m = x.length;
  const { prediction, covariance } = krige(k, x, y, { covariance: true });
  const { l } = cholesky(covariance!, m, DEFAULT_JITTER);
  const w = new Float64Array(m);
  return Array.from({ length: count }, () => {
    for (let i = 0; i < m; i++) w[i] = rng.normal();
    return correlated(l, w, (i) => prediction[i]!);
  });
}
