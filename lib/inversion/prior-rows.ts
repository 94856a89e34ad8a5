import type { FitProblem } from './fit-types';

/**
 * Rows of the priors: (Σ factor·p − mean)/sd, and their derivatives (k, n).
 * @param p - (n,).
 * @returns residuals (k,), dimensionless, and derivatives (k, n) row-major.
 */
export function priorRows(
  problem: Pick<FitProblem, 'priors'>,
  p: ArrayLike<number>,
): { residuals: Float64Array; jacobian: Float64Array } {
  const priors = problem.priors ?? [];
  const n = p.length;
  const residuals = new Float64Array(priors.length);
  const jacobian = new Float64Array(priors.length * n);
  for (const [k, prior] of priors.entries()) {
    let s = -prior.mean;
    for (const t of prior.terms) {
      s += t.factor * p[t.parameter]!;
      jacobian[k * n + t.parameter]! += t.factor / prior.standardDeviation;
    }
    residuals[k] = s / prior.standardDeviation;
  }
  return { residuals, jacobian };
}
