import { AppError } from '@/lib/errors';
import { erfc, incompleteBeta, incompleteGamma, logBeta, logGamma } from './special';

/** A continuous distribution: density, both tails, quantile. The quantile of the upper tail keeps small tails exact. */
export interface Distribution {
  pdf(x: number): number;
  cdf(x: number): number;
  /** Upper tail 1 − cdf without cancellation. */
  sf(x: number): number;
  /** Smallest x with cdf(x) >= p. @throws AppError `out_of_domain` unless 0 <= p <= 1. */
  quantile(p: number): number;
  /** x with sf(x) = p. */
  upperQuantile(p: number): number;
}

const SQRT1_2 = Math.SQRT1_2;
const LOG_SQRT_2PI = 0.9189385332046727;

/** Standard normal density. @reference Abramowitz & Stegun (1964), 26.2.1. */
export const normalPdf = (x: number): number => Math.exp(-0.5 * x * x - LOG_SQRT_2PI);
/**
 * Standard normal distribution function, relative accuracy 1e-15 in the lower tail.
 * @reference Abramowitz & Stegun (1964), 26.2.2; by erfc, DLMF 7.2.2.
 */
export const normalCdf = (x: number): number => 0.5 * erfc(-x * SQRT1_2);
/** Standard normal upper tail. @reference Abramowitz & Stegun (1964), 26.2.3. */
export const normalSf = (x: number): number => 0.5 * erfc(x * SQRT1_2);

/**
 * Standard normal quantile: a rational start value (relative error 1e-9), then one Halley step on the exact tail.
 * @param p - lower-tail probability.
 * @throws AppError `out_of_domain` unless 0 <= p <= 1.
 * @reference start value: P. J. Acklam (2003), an algorithm for the inverse normal; refinement: Halley's method.
 */
export function normalQuantile(p: number): number {
  requireProbability(p);
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p === 1) return Number.POSITIVE_INFINITY;
  if (p > 0.5) return -lowerNormalQuantile(1 - p);
  return lowerNormalQuantile(p);
}

function lowerNormalQuantile(p: number): number {
  let x: number;
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    x =
      (((((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q - 2.549732539343734) * q +
        4.374664141464968) *
        q +
        2.938163982698783) /
      ((((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1);
  } else {
    const q = p - 0.5;
    const r = q * q;
    x =
      ((((((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r + 1.38357751867269e2) * r -
        3.066479806614716e1) *
        r +
        2.506628277459239) *
        q) /
      (((((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598866e2) * r + 6.680131188771972e1) * r -
        1.328068155288572e1) *
        r +
        1);
  }
  for (let k = 0; k < 2; k++) {
    const e = (normalCdf(x) - p) / normalPdf(x);
    x -= e / (1 + (x * e) / 2);
  }
  return x;
}

/** Standard normal distribution. */
export const normal: Distribution = {
  pdf: normalPdf,
  cdf: normalCdf,
  sf: normalSf,
  quantile: normalQuantile,
  upperQuantile: (p) => -normalQuantile(p),
};

/**
 * χ² with `dof` > 0 degrees of freedom (real-valued).
 * @throws AppError `out_of_domain` unless dof > 0.
 * @reference Abramowitz & Stegun (1964), 26.4; DLMF 8.2.4.
 */
export function chiSquared(dof: number): Distribution {
  requirePositive('dof', dof);
  const a = dof / 2;
  const c = a * Math.LN2 + logGamma(a);
  const pdf = (x: number): number => (x <= 0 ? 0 : Math.exp((a - 1) * Math.log(x) - x / 2 - c));
  const tails = (x: number) => incompleteGamma(a, Math.max(0, x) / 2);
  const z = (p: number): number => {
    const w = normalQuantile(p); // Wilson–Hilferty start value
    return Math.max(dof * (1 - 2 / (9 * dof) + w * Math.sqrt(2 / (9 * dof))) ** 3, dof * 1e-10);
  };
  return invertible(
    pdf,
    (x) => tails(x).p,
    (x) => tails(x).q,
    z,
    0,
  );
}

/**
 * Student's t with `dof` > 0 degrees of freedom (real-valued; infinite gives the normal).
 * @throws AppError `out_of_domain` unless dof > 0.
 * @reference Abramowitz & Stegun (1964), 26.7; DLMF 8.17.
 */
export function studentT(dof: number): Distribution {
  if (dof === Number.POSITIVE_INFINITY) return normal;
  requirePositive('dof', dof);
  const c = -logBeta(dof / 2, 0.5) - 0.5 * Math.log(dof);
  const pdf = (x: number): number => Math.exp(c - ((dof + 1) / 2) * Math.log1p((x * x) / dof));
  const upper = (x: number): number => {
    const s = dof + x * x;
    const tail = 0.5 * incompleteBeta(dof / 2, 0.5, dof / s, (x * x) / s).p;
    return x >= 0 ? tail : 1 - tail;
  };
  const half = invertible(
    pdf,
    (x) => upper(-x),
    upper,
    (p) => Math.max(0, normalQuantile(p)),
    0,
  );
  const upperQuantile = (p: number): number => {
    requireProbability(p);
    if (p === 0.5) return 0;
    return p < 0.5 ? half.upperQuantile(p) : -half.upperQuantile(1 - p);
  };
  return { pdf, cdf: (x) => upper(-x), sf: upper, quantile: (p) => -upperQuantile(p), upperQuantile };
}

/**
 * Fisher's F with d1, d2 > 0 degrees of freedom.
 * @throws AppError `out_of_domain` unless d1 and d2 > 0.
 * @reference Abramowitz & Stegun (1964), 26.6; DLMF 8.17.
 */
export function fisherF(d1: number, d2: number): Distribution {
  requirePositive('d1', d1);
  requirePositive('d2', d2);
  const lb = logBeta(d1 / 2, d2 / 2);
  const pdf = (x: number): number => {
    if (x <= 0) return 0;
    return Math.exp((d1 / 2) * Math.log(d1 / d2) + (d1 / 2 - 1) * Math.log(x) - ((d1 + d2) / 2) * Math.log1p((d1 * x) / d2) - lb);
  };
  const tails = (x: number) => {
    const v = d1 * Math.max(0, x);
    return incompleteBeta(d1 / 2, d2 / 2, v / (v + d2), d2 / (v + d2));
  };
  return invertible(
    pdf,
    (x) => tails(x).p,
    (x) => tails(x).q,
    () => 1,
    0,
  );
}

/** Beta(a, b) on [0, 1]. @throws AppError `out_of_domain` unless a and b > 0. @reference Abramowitz & Stegun (1964), 26.5; DLMF 8.17. */
export function beta(a: number, b: number): Distribution {
  requirePositive('a', a);
  requirePositive('b', b);
  const lb = logBeta(a, b);
  const pdf = (x: number): number => (x <= 0 || x >= 1 ? 0 : Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - lb));
  const tails = (x: number) => incompleteBeta(a, b, Math.min(1, Math.max(0, x)));
  return invertible(
    pdf,
    (x) => tails(x).p,
    (x) => tails(x).q,
    () => a / (a + b),
    0,
    1,
  );
}

/** Binomial lower tail P(X <= k), n trials of probability p. @reference Abramowitz & Stegun (1964), 26.5.24. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return incompleteBeta(Math.floor(k) + 1, n - Math.floor(k), p).q;
}

// Quantiles by Newton on the smaller tail, kept inside a bracket: it cannot diverge and ends at rounding level.
function invertible(
  pdf: (x: number) => number,
  cdf: (x: number) => number,
  sf: (x: number) => number,
  start: (p: number) => number,
  lowest: number,
  highest = Number.POSITIVE_INFINITY,
): Distribution {
  const solve = (p: number, upper: boolean): number => {
    requireProbability(p);
    if (p === (upper ? 1 : 0)) return lowest;
    if (p === (upper ? 0 : 1)) return highest;
    const useUpper = upper ? p <= 0.5 : p > 0.5;
    const target = useUpper === upper ? p : 1 - p;
    // g increases with x in both cases
    const g = (x: number): number => (useUpper ? target - sf(x) : cdf(x) - target);
    let x = Math.min(Math.max(start(upper ? 1 - p : p), lowest), highest);
    let lo = lowest;
    let hi = highest;
    for (let k = 0; k < 400; k++) {
      const v = g(x);
      if (v === 0) return x;
      if (v < 0) lo = x;
      else hi = x;
      const d = pdf(x);
      let next = d > 0 ? x - v / d : Number.NaN;
      if (!(next > lo && next < hi))
        next = Number.isFinite(hi) ? (lo > 0 && hi / lo > 4 ? Math.sqrt(lo * hi) : 0.5 * (lo + hi)) : 2 * x + 1;
      if (Math.abs(next - x) <= 2e-16 * Math.abs(next)) return next;
      x = next;
    }
    return x;
  };
  return { pdf, cdf, sf, quantile: (p) => solve(p, false), upperQuantile: (p) => solve(p, true) };
}

function requireProbability(p: number): void {
  if (!(p >= 0 && p <= 1)) throw new AppError('out_of_domain', `probability ${p} is outside [0, 1]`);
}

function requirePositive(name: string, v: number): void {
  if (!(v > 0) || !Number.isFinite(v)) throw new AppError('out_of_domain', `${name} must be positive and finite, got ${v}`);
}
