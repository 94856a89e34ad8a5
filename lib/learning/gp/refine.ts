import { backSolveInPlace, type Cholesky, forwardSolveInPlace } from '@/lib/numerics';

/** Above this squared ratio of the pivots, which underestimates the condition number, one step of refinement is worth its n². */
const ILL_CONDITIONED = 1e5;

/**
 * One step of iterative refinement of α = K⁻¹y where the factor shows that K is ill-conditioned: the residual y − Kα in twice the precision.
 * @param k - K with its diagonal, row-major (n, n). @param alpha - improved in place.
 * @complexity n² where it acts, n otherwise.
 * @reference Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed. (2002), §12.1; products and sums: Ogita, Rump & Oishi, SIAM J. Sci. Comput.
 * 26 (2005) 1955, Alg. 5.3.
 */
export function refineWeights(k: Float64Array, factor: Cholesky, y: Float64Array, alpha: Float64Array): void {
  const n = y.length;
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (let i = 0; i < n; i++) {
    const p = factor.l[i * (n + 1)]!;
    low = Math.min(low, p);
    high = Math.max(high, p);
  }
  if ((high / low) ** 2 < ILL_CONDITIONED) return;
  const r = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = y[i]!;
    let lost = 0;
    for (let j = 0; j < n; j++) {
      const a = -k[i * n + j]!;
      const b = alpha[j]!;
      const product = a * b;
      const ta = 134217729 * a; // 2²⁷ + 1: halves of 26 bits whose products are exact
      const ah = ta - (ta - a);
      const tb = 134217729 * b;
      const bh = tb - (tb - b);
      const error = (a - ah) * (b - bh) - (product - ah * bh - (a - ah) * bh - ah * (b - bh));
      const next = sum + product;
      const t = next - sum;
      lost += sum - (next - t) + (product - t) + error;
      sum = next;
    }
    r[i] = sum + lost;
  }
  forwardSolveInPlace(factor.l, r);
  backSolveInPlace(factor.l, r);
  for (let i = 0; i < n; i++) alpha[i]! += r[i]!;
}
