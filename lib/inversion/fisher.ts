import { AppError } from '@/lib/errors';
import { correlationOf, matrix, svd } from '@/lib/numerics';
import { requirePositiveSigma } from './positive-sigma';

/** Information that the data hold about the parameters. */
export interface FisherResult {
  /** F = Jᵀ diag(1/σ²) J, (n, n) row-major: reported, never inverted. */
  readonly fisher: Float64Array;
  /** Cramér–Rao bound F⁻¹, (n, n) row-major, units of the parameters. */
  readonly covariance: Float64Array;
  /** (n,), units of the parameters. */
  readonly standardErrors: Float64Array;
  /** (n, n) row-major. */
  readonly correlation: Float64Array;
  /** Condition number of the column-scaled, weighted Jacobian. */
  readonly condition: number;
  /** Combination of parameters that the data determine worst, in units of each parameter's own information; largest entry first. */
  readonly weakest: readonly { readonly parameter: number; readonly share: number }[];
}

/**
 * Fisher information and Cramér–Rao bound of parameters from data with independent Gaussian noise of fixed σ. The bound comes from the singular values of the
 * weighted, column-scaled Jacobian, so that F is never inverted.
 * @param jacobian - (m, n) row-major, unit data/unit parameter.
 * @param sigma - (m,), positive, in the unit of the data; Infinity leaves a datum out.
 * @param n - number of parameters.
 * @throws AppError `rank_deficient` with the parameters that cannot be told apart: fix one of them or add data.
 * @throws AppError `dimension_mismatch` when the Jacobian does not have m rows of n.
 * @reference Kay, Fundamentals of Statistical Signal Processing: Estimation Theory (1993), §3.9.
 */
export function fisherInformation(jacobian: Float64Array, sigma: ArrayLike<number>, n: number): FisherResult {
  const m = sigma.length;
  if (jacobian.length !== m * n) throw new AppError('dimension_mismatch', `J has ${jacobian.length} values, need ${m} x ${n}`);
  const weighted = new Float64Array(m * n);
  const scale = new Float64Array(n);
  requirePositiveSigma(sigma);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const v = jacobian[i * n + j]! / sigma[i]!;
      weighted[i * n + j] = v;
      scale[j] = Math.hypot(scale[j]!, v);
    }
  }
  const fisher = new Float64Array(n * n);
  for (let i = 0; i < m; i++)
    for (let a = 0; a < n; a++) for (let b = 0; b < n; b++) fisher[a * n + b]! += weighted[i * n + a]! * weighted[i * n + b]!;
  const dead = scale.findIndex((s) => !(s > 0));
  if (dead >= 0)
    throw new AppError('rank_deficient', `the data do not depend on parameter ${dead}; fix it`, { parameters: [dead] });
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) weighted[i * n + j]! /= scale[j]!;
  const { s, v } = svd(matrix(m, n, weighted));
  const weakest = Array.from({ length: n }, (_, j) => ({ parameter: j, share: v.data[j * n + n - 1]! })).sort(
    (a, b) => Math.abs(b.share) - Math.abs(a.share),
  );
  const condition = s[0]! / s[n - 1]!;
  if (!(condition < 1e13))
    throw new AppError('rank_deficient', 'some parameters cannot be told apart by these data; fix one of them or add data', {
      parameters: weakest.filter((w) => Math.abs(w.share) > 0.1).map((w) => w.parameter),
      condition,
    });
  const covariance = new Float64Array(n * n);
  for (let a = 0; a < n; a++)
    for (let b = 0; b < n; b++)
      for (let k = 0; k < n; k++)
        covariance[a * n + b]! += (v.data[a * n + k]! * v.data[b * n + k]!) / (s[k]! * s[k]! * scale[a]! * scale[b]!);
  const standardErrors = Float64Array.from({ length: n }, (_, j) => Math.sqrt(covariance[j * n + j]!));
  return { fisher, covariance, standardErrors, correlation: correlationOf(covariance, n), condition, weakest };
}
