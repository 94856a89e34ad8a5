import { AppError } from '@/lib/errors';
import { applyQt, matrix, qrFactor, solveR } from '@/lib/numerics';
import type { FitProblem } from './fit-types';
import { priorRows } from './prior-rows';

/** −argmin ‖√W r/σ + √W J/σ d‖ for residuals r of the data and of the priors. */
export interface GaussNewtonStep {
  /** (n,); 0 for parameters that are held. */
  readonly step: Float64Array;
  /** ‖√W J/σ d‖, priors included: how far that is in standard deviations. Infinity when J has lost rank. */
  readonly length: number;
}

/**
 * Steps with one Jacobian for any residuals: its weighted QR is taken once.
 * @param jacobian - (m, n) of the model.
 * @param free - indices of the parameters that move.
 * @returns a function of data residuals in σ (m,) and prior residuals (k,).
 * @reference Nocedal & Wright, Numerical Optimization (2006), §10.3.
 */
export function gaussNewton(
  problem: FitProblem,
  jacobian: Float64Array,
  free: readonly number[],
): (data: ArrayLike<number>, prior: ArrayLike<number>) => GaussNewtonStep {
  const n = problem.names.length;
  const m = problem.data.length;
  const k = problem.priors?.length ?? 0;
  const q = free.length;
  if (q === 0) return () => ({ step: new Float64Array(n), length: 0 });
  const root = Float64Array.from({ length: m }, (_, i) => Math.sqrt(problem.weights?.[i] ?? 1));
  const a = matrix(m + k, q);
  for (let i = 0; i < m; i++)
    for (const [c, j] of free.entries()) a.data[i * q + c] = (jacobian[i * n + j]! * root[i]!) / problem.sigma[i]!;
  const prior = priorRows(problem, new Float64Array(n)).jacobian;
  for (let i = 0; i < k; i++) for (const [c, j] of free.entries()) a.data[(m + i) * q + c] = prior[i * n + j]!;
  const factor = qrFactor(a);
  return (data, priors) => {
    const r = new Float64Array(m + k);
    for (let i = 0; i < m; i++) r[i] = data[i]! * root[i]!;
    for (let i = 0; i < k; i++) r[m + i] = priors[i]!;
    applyQt(factor, r);
    // ‖J d‖ is the norm of the first entries of Qᵀr
    let length = 0;
    for (let c = 0; c < q; c++) length = Math.hypot(length, r[c]!);
    const step = new Float64Array(n);
    try {
      const d = solveR(factor, r);
      free.forEach((j, c) => {
        step[j] = -d[c]!;
      });
    } catch (e) {
      if (!(e instanceof AppError) || e.code !== 'rank_deficient') throw e;
      return { step, length: Number.POSITIVE_INFINITY };
    }
    return { step, length };
  };
}
