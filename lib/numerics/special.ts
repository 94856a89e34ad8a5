import { AppError } from '@/lib/errors';

const TINY = 1e-300; // keeps Lentz's continued fractions away from division by zero
const EPS = 1e-16;
const MAX_TERMS = 100_000;

// Coefficients B_{2k}/(2k(2k−1)) of Stirling's series (Abramowitz & Stegun 6.1.41).
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];

/**
 * ln Γ(x) for x > 0: recurrence up to 12, then Stirling's series with eight terms (error below 1e-17).
 * @throws AppError `out_of_domain` for x <= 0.
 * @reference Abramowitz & Stegun (1964), 6.1.41.
 */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new AppError('out_of_domain', `logGamma needs x > 0, got ${x}`);
  let shift = 1;
  let y = x;
  while (y < 12) {
    shift *= y;
    y += 1;
  }
  const r = 1 / (y * y);
  let s = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) s = s * r + STIRLING[k]!;
  return (y - 0.5) * Math.log(y) - y + 0.9189385332046727 + s / y - Math.log(shift);
}

/** ln B(a, b). @reference DLMF 5.12.1. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Γ(x) for real x that is not a pole; reflection for x < 0.5. @throws AppError `out_of_domain` at a pole. @reference reflection: DLMF 5.5.3. */
export function gamma(x: number): number {
  if (x <= 0 && Number.isInteger(x)) throw new AppError('out_of_domain', `gamma has a pole at ${x}`);
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gamma(1 - x));
  return Math.exp(logGamma(x));
}

/**
 * Regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 − P: power series below a + 1, continued fraction above,
 * so that whichever is small keeps its relative accuracy.
 * @param a - shape.
 * @throws AppError `out_of_domain` unless a > 0 and x >= 0.
 * @reference Abramowitz & Stegun (1964), 6.5.29 and 6.5.31; Lentz's method in Thompson & Barnett, J. Comput. Phys. 64 (1986) 490.
 * @reference DLMF 8.2.4 (definition).
 */
export function incompleteGamma(a: number, x: number): { p: number; q: number } {
  if (!(a > 0) || !(x >= 0))
    throw new AppError('out_of_domain', `incompleteGamma needs a > 0 and x >= 0, got a = ${a}, x = ${x}`);
  if (x === 0) return { p: 0, q: 1 };
  if (x === Number.POSITIVE_INFINITY) return { p: 1, q: 0 };
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; k < MAX_TERMS && term > sum * EPS; k++) {
      term *= x / (a + k);
      sum += term;
    }
    const p = Math.min(1, front * sum);
    return { p, q: 1 - p };
  }
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < MAX_TERMS; i++) {
    const an = -i * (i - a);
    b += 2;
    d = an * d + b;
    if (Math.abs(d) < TINY) d = TINY;
    c = b + an / c;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < EPS * 2) break;
  }
  const q = Math.min(1, front * h);
  return { p: 1 - q, q };
}

/**
 * Regularised incomplete beta function I_x(a, b) and its complement, both with full relative accuracy.
 * @param y - 1 − x, given by the caller where x is so close to 1 that the difference would lose digits.
 * @throws AppError `out_of_domain` unless a, b > 0 and 0 <= x <= 1.
 * @reference Abramowitz & Stegun (1964), 26.5.8 (continued fraction).
 * @reference DLMF 8.17.1–2 (definition).
 */
export function incompleteBeta(a: number, b: number, x: number, y: number = 1 - x): { p: number; q: number } {
  if (!(a > 0) || !(b > 0) || !(x >= 0) || !(x <= 1)) {
    throw new AppError('out_of_domain', `incompleteBeta needs a, b > 0 and x in [0, 1], got a = ${a}, b = ${b}, x = ${x}`);
  }
  if (x === 0) return { p: 0, q: 1 };
  if (y === 0) return { p: 1, q: 0 };
  if (x > (a + 1) / (a + b + 2)) {
    const swapped = incompleteBeta(b, a, y, x);
    return { p: swapped.q, q: swapped.p };
  }
  const lx = x < 0.5 ? Math.log(x) : Math.log1p(-y);
  const ly = y < 0.5 ? Math.log(y) : Math.log1p(-x);
  const front = Math.exp(a * lx + b * ly - logBeta(a, b)) / a;
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  if (Math.abs(d) < TINY) d = TINY;
  d = 1 / d;
  let h = d;
  for (let m = 1; m < MAX_TERMS; m++) {
    const m2 = 2 * m;
    let an = (m * (b - m) * x) / ((a + m2 - 1) * (a + m2));
    d = 1 + an * d;
    if (Math.abs(d) < TINY) d = TINY;
    c = 1 + an / c;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    h *= d * c;
    an = (-(a + m) * (a + b + m) * x) / ((a + m2) * (a + m2 + 1));
    d = 1 + an * d;
    if (Math.abs(d) < TINY) d = TINY;
    c = 1 + an / c;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < EPS * 2) break;
  }
  const p = Math.min(1, front * h);
  return { p, q: 1 - p };
}

/**
 * Complementary error function with relative accuracy about 1e-15 for all x, also far in the tail.
 * Series 7.1.6 below 1, continued fraction 7.1.14 above.
 * @reference Abramowitz & Stegun (1964), ch. 7.
 * @reference DLMF 7.2.2 (definition).
 */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x < 1) return 1 - erf(x);
  if (x > 27.3) return 0;
  // erfc(x)·√π·exp(x²) = 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))), evaluated from the far end
  let f = x;
  const n = x > 6 ? 24 : x > 3 ? 50 : x > 1.7 ? 110 : 260;
  for (let k = n; k >= 1; k--) f = x + k / 2 / f;
  return expMinusSquare(x) / (f * 1.772453850905516);
}

/** Error function. @reference Abramowitz & Stegun (1964), 7.1.6. */
export function erf(x: number): number {
  if (x < 0) return -erf(-x);
  if (x >= 1) return 1 - erfc(x);
  let term = x;
  let sum = x;
  for (let k = 1; k < 60 && term > sum * 1e-17; k++) {
    term *= (2 * x * x) / (2 * k + 1);
    sum += term;
  }
  return 1.1283791670955126 * Math.exp(-x * x) * sum;
}

// exp(−x²) with x split so that the rounding of x² does not enter the exponent
function expMinusSquare(x: number): number {
  const h = Math.round(x * 4096) / 4096;
  return Math.exp(-h * h) * Math.exp(-(x - h) * (x + h));
}

/**
 * Modified Bessel function of the second kind K_ν(x), x > 0, by the trapezoidal rule on
 * K_ν(x) = ∫_0^∞ exp(−x cosh t) cosh(νt) dt, which converges faster than exponentially.
 * @param nu - order, real.
 * @throws AppError `out_of_domain` unless x > 0.
 * @reference Abramowitz & Stegun (1964), 9.6.24; Trefethen & Weideman, SIAM Rev. 56 (2014) 385.
 * @reference DLMF 10.32.9.
 */
export function besselK(nu: number, x: number): number {
  if (!(x > 0)) throw new AppError('out_of_domain', `besselK needs x > 0, got ${x}`);
  const h = 0.03125;
  let sum = 0.5; // the integrand at t = 0, with exp(−x) taken out
  for (let k = 1; k < 4000; k++) {
    const t = k * h;
    const e = -x * 2 * Math.sinh(t / 2) ** 2; // −x(cosh t − 1)
    const v = Math.exp(e + nu * t) * 0.5 + Math.exp(e - nu * t) * 0.5;
    sum += v;
    if (v < sum * 1e-18 && x * Math.sinh(t) > Math.abs(nu)) break;
  }
  return h * sum * Math.exp(-x);
}
