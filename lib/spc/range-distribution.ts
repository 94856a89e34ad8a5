import { AppError } from '@/lib/errors';
import { normalCdf, normalPdf } from '@/lib/numerics';

// Trapezoid in x, as in constants.ts: the integrand is analytic and vanishes like a Gaussian.
const STEP = 1 / 16;
const HALF_WIDTH = 9;

/**
 * Distribution function of the relative range W = R/σ of n normal values: F(w) = n ∫ φ(x) [Φ(x + w) − Φ(x)]^{n−1} dx.
 * @param w - R/σ, dimensionless.
 * @param n - subgroup size.
 * @returns probability.
 * @reference Tippett (1925).
 */
export function relativeRangeCdf(w: number, n: number): number {
  if (w <= 0) return 0;
  let s = 0;
  for (let x = -HALF_WIDTH; x <= HALF_WIDTH; x += STEP) s += normalPdf(x) * (normalCdf(x + w) - normalCdf(x)) ** (n - 1);
  return Math.min(1, n * STEP * s);
}

/**
 * w with F(w) = p, by bisection to rounding level.
 * @param p - probability.
 * @param n - subgroup size.
 * @returns R/σ, dimensionless.
 * @throws AppError `out_of_domain` unless 0 < p < 1.
 * @reference Tippett (1925).
 */
export function relativeRangeQuantile(p: number, n: number): number {
  if (!(p > 0 && p < 1)) throw new AppError('out_of_domain', `probability ${p} must lie between 0 and 1`);
  let lo = 0;
  let hi = 1;
  while (relativeRangeCdf(hi, n) < p) hi *= 2;
  for (let k = 0; k < 60 && hi - lo > 1e-15 * hi; k++) {
    const mid = 0.5 * (lo + hi);
    if (relativeRangeCdf(mid, n) < p) lo = mid;
    else hi = mid;
  }
  return 0.5 * (lo + hi);
}
