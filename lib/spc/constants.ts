import { AppError } from '@/lib/errors';
import { gaussLegendreOn, logGamma, normalCdf, normalPdf, normalSf } from '@/lib/numerics';

/** Shewhart constants for normal subgroups of size n, for 3-sigma charts. */
export interface ShewhartConstants {
  readonly n: number;
  /** Mean and standard deviation of the relative range W = R/σ. */
  readonly d2: number;
  readonly d3: number;
  /** Mean and standard deviation of s/σ. */
  readonly c4: number;
  readonly c5: number;
  /** 3-sigma factors of the limits, as in the books, dimensionless. */
  readonly A: number;
  readonly A2: number;
  readonly A3: number;
  readonly B3: number;
  readonly B4: number;
  readonly B5: number;
  readonly B6: number;
  readonly D1: number;
  readonly D2: number;
  readonly D3: number;
  readonly D4: number;
  readonly E2: number;
}

/**
 * c4(n) = √(2/(n−1)) Γ(n/2)/Γ((n−1)/2), the bias of the sample standard deviation; n may be real and > 1.
 * @returns dimensionless.
 * @throws AppError `out_of_domain` unless n > 1.
 * @reference Montgomery (2013), App. VI; ISO 7870-2:2013, Annex.
 */
export function c4(n: number): number {
  if (!(n > 1)) throw new AppError('out_of_domain', `c4 needs n > 1, got ${n}; a subgroup needs two measurements`);
  if (!Number.isInteger(n) || n > 400) return Math.sqrt(2 / (n - 1)) * Math.exp(logGamma(n / 2) - logGamma((n - 1) / 2));
  // Γ(k/2)/Γ((k−1)/2) by its two-step recurrence: no logarithms, full precision
  let ratio = n % 2 === 0 ? 1 / Math.sqrt(Math.PI) : Math.sqrt(Math.PI) / 2;
  for (let k = n % 2 === 0 ? 2 : 3; k < n; k += 2) ratio *= k / (k - 1);
  return Math.sqrt(2 / (n - 1)) * ratio;
}

// Trapezoid in x: the integrands are analytic and vanish like a Gaussian at both ends, so the rule converges
// geometrically; step 1/16 on [−9, 9] is at rounding level for every n up to 1e4.
const STEP = 1 / 16;
const HALF_WIDTH = 9;
const POINTS = 2 * Math.round(HALF_WIDTH / STEP) + 1;

interface RangeMoments {
  readonly d2: number;
  readonly d3: number;
}
const cache = new Map<number, RangeMoments>();

/**
 * Mean d2 and standard deviation d3 of the range of n standard normal values:
 * E W = ∫ [1 − Φ(x)ⁿ − (1 − Φ(x))ⁿ] dx, Var W from the distribution function of W.
 * @param n - subgroup size, an integer >= 2.
 * @returns dimensionless.
 * @throws AppError `out_of_domain` otherwise.
 * @reference L. H. C. Tippett, Biometrika 17 (1925) 364.
 */
export function rangeMoments(n: number): RangeMoments {
  if (!Number.isInteger(n) || n < 2) throw new AppError('out_of_domain', `subgroup size must be an integer >= 2, got ${n}`);
  const known = cache.get(n);
  if (known) return known;
  const lower = new Float64Array(POINTS); // Φ(x_i)
  for (let i = 0; i < POINTS; i++) lower[i] = normalCdf(-HALF_WIDTH + i * STEP);
  const low = lower.map((p) => p ** n); // all n below x_i
  let d2 = 0;
  for (let i = 0; i < POINTS; i++) d2 += STEP * (1 - low[i]! - low[POINTS - 1 - i]!);
  const d3 = Math.sqrt(varianceAbout(d2, n));
  const out = { d2, d3 };
  cache.set(n, out);
  return out;
}

// Var W = 2 ∫_m^∞ (w − m)(1 − F(w)) dw + 2 ∫_0^m (m − w) F(w) dw about the mean m, F(w) = n ∫ φ(x) [Q(x) − Q(x + w)]^{n−1} dx, where E W² − (E W)²
// would cancel. Since n ∫ φ Q^{n−1} = 1, 1 − F(w) = n ∫ φ Q^{n−1} [1 − (1 − Q(x + w)/Q(x))^{n−1}] dx has no cancellation either.
// Gauss–Legendre in w, trapezoid in x.
function varianceAbout(m: number, n: number): number {
  const x = Float64Array.from({ length: POINTS }, (_, i) => -HALF_WIDTH + i * STEP);
  const density = x.map(normalPdf);
  const upper = x.map(normalSf);
  const inner = (f: (i: number) => number): number => {
    let s = 0;
    for (let i = 0; i < POINTS; i++) s += density[i]! * f(i);
    return n * STEP * s;
  };
  const above = gaussLegendreOn(64, m, 2 * HALF_WIDTH);
  const below = gaussLegendreOn(40, 0, m);
  let s = 0;
  above.nodes.forEach((w, k) => {
    const tail = inner((i) => -(upper[i]! ** (n - 1)) * Math.expm1((n - 1) * Math.log1p(-normalSf(x[i]! + w) / upper[i]!)));
    s += above.weights[k]! * 2 * (w - m) * tail;
  });
  below.nodes.forEach((w, k) => {
    s += below.weights[k]! * 2 * (m - w) * inner((i) => (upper[i]! - normalSf(x[i]! + w)) ** (n - 1));
  });
  return s;
}

const constantsCache = new Map<number, ShewhartConstants>();

/**
 * All Shewhart constants for subgroup size n, from their definitions (no table, any n):
 * A = 3/√n, A2 = A/d2, A3 = A/c4, D3/D4 = 1 ∓ 3 d3/d2, D1/D2 = d2 ∓ 3 d3, B3/B4 = 1 ∓ 3 c5/c4, B5/B6 = c4 ∓ 3 c5, E2 = 3/d2,
 * lower ones cut at 0.
 * @param n - subgroup size, an integer >= 2.
 * @throws AppError `out_of_domain` unless n is an integer >= 2.
 * @reference ISO 7870-2:2013, Annex; Montgomery, Introduction to Statistical Quality Control, 7th ed. (2013), App. VI.
 */
export function shewhartConstants(n: number): ShewhartConstants {
  const known = constantsCache.get(n);
  if (known) return known;
  const { d2, d3 } = rangeMoments(n);
  const c = c4(n);
  const c5 = Math.sqrt(1 - c * c);
  const a = 3 / Math.sqrt(n);
  const out: ShewhartConstants = {
    n,
    d2,
    d3,
    c4: c,
    c5,
    A: a,
    A2: a / d2,
    A3: a / c,
    B3: Math.max(0, 1 - (3 * c5) / c),
    B4: 1 + (3 * c5) / c,
    B5: Math.max(0, c - 3 * c5),
    B6: c + 3 * c5,
    D1: Math.max(0, d2 - 3 * d3),
    D2: d2 + 3 * d3,
    D3: Math.max(0, 1 - (3 * d3) / d2),
    D4: 1 + (3 * d3) / d2,
    E2: 3 / d2,
  };
  constantsCache.set(n, out);
  return out;
}
