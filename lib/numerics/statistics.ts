import { AppError } from '@/lib/errors';
import type { Numbers } from './matrix';
import { isSpread } from './variation';

/** Moments of a sample. */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  /** Sample variance, divisor n − 1; 0 where the values do not vary beyond rounding, NaN below two. */
  readonly variance: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Mean by a compensated sum, so that large values that cancel leave the small ones, and variance by a second pass that is corrected for the
 * rounding of the mean; NaN entries ("not measured") are skipped.
 * @param x - any unit.
 * @reference Neumaier, Z. Angew. Math. Mech. 54 (1974) 39; Chan, Golub & LeVeque, Am. Stat. 37 (1983) 242, eq. 1.7.
 */
export function moments(x: Numbers): Moments {
  let n = 0;
  let sum = 0;
  let lost = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < x.length; i++) {
    const v = x[i]!;
    if (Number.isNaN(v)) continue;
    n++;
    const next = sum + v;
    lost += Math.abs(sum) >= Math.abs(v) ? sum - next + v : v - next + sum;
    sum = next;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  const mean = (sum + lost) / n;
  let m1 = 0;
  let m2 = 0;
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i]!)) continue;
    const d = x[i]! - mean;
    m1 += d;
    m2 += d * d;
  }
  return {
    n,
    mean: n > 0 ? mean : Number.NaN,
    variance: n > 1 ? (isSpread(min, max) ? Math.max(0, m2 - (m1 * m1) / n) / (n - 1) : 0) : Number.NaN,
    min: n > 0 ? min : Number.NaN,
    max: n > 0 ? max : Number.NaN,
  };
}

/**
 * Quantile with linear interpolation between order statistics at position p(n − 1); NaN skipped.
 * @param x - any unit.
 * @param p - 0 to 1.
 * @returns unit of x.
 * @throws AppError `invalid_input` when no value is left; `out_of_domain` unless 0 <= p <= 1.
 * @reference Hyndman & Fan, Am. Stat. 50 (1996) 361, type 7.
 */
export function quantile(x: Numbers, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new AppError('out_of_domain', `probability ${p} is outside [0, 1]`);
  let n = 0;
  for (let k = 0; k < x.length; k++) if (!Number.isNaN(x[k]!)) n++;
  if (n === 0) throw new AppError('invalid_input', 'quantile of no values; measure at least one');
  const h = p * (n - 1);
  const i = Math.floor(h);
  if (n - i <= FEW) {
    const top = largestFew(x, n - i);
    return h === i ? top[0]! : top[0]! + (h - i) * (top[1]! - top[0]!);
  }
  const v = measured(x);
  const a = selectInPlace(v, i);
  if (h === i) return a;
  let b = Number.POSITIVE_INFINITY; // the next order statistic is the smallest of what selection left above
  for (let k = i + 1; k < n; k++) if (v[k]! < b) b = v[k]!;
  return a + (h - i) * (b - a);
}

// So many extremes are kept by insertion: one comparison for nearly every value.
const FEW = 16;

// The `count` largest values, ascending.
function largestFew(x: Numbers, count: number): Float64Array {
  const top = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  for (let k = 0; k < x.length; k++) {
    const v = x[k]!;
    if (!(v > top[0]!)) continue;
    let j = 1;
    for (; j < count && top[j]! < v; j++) top[j - 1] = top[j]!;
    top[j - 1] = v;
  }
  return top;
}

/**
 * The k-th smallest value (from 0) by Hoare's selection with the median of three as pivot; v is reordered so that smaller values precede it.
 * @complexity O(n) on average. @reference Hoare, Comm. ACM 4 (1961) 321.
 */
function selectInPlace(v: Float64Array, k: number): number {
  let lo = 0;
  let hi = v.length - 1;
  while (lo < hi) {
    const a = v[lo]!;
    const b = v[(lo + hi) >> 1]!;
    const c = v[hi]!;
    const pivot = a < b ? (b < c ? b : Math.max(a, c)) : a < c ? a : Math.max(b, c);
    let i = lo;
    let j = hi;
    while (i <= j) {
      while (v[i]! < pivot) i++;
      while (v[j]! > pivot) j--;
      if (i <= j) {
        const t = v[i]!;
        v[i++] = v[j]!;
        v[j--] = t;
      }
    }
    if (k <= j) hi = j;
    else if (k >= i) lo = i;
    else break;
  }
  return v[k]!;
}

function measured(x: Numbers): Float64Array {
  const out = new Float64Array(x.length);
  let n = 0;
  for (let i = 0; i < x.length; i++) if (!Number.isNaN(x[i]!)) out[n++] = x[i]!;
  return out.subarray(0, n);
}

/** As `quantile`, for values already ascending and without NaN. @throws AppError as {@link quantile}. */
export function sortedQuantile(s: Numbers, p: number): number {
  if (s.length === 0) throw new AppError('invalid_input', 'quantile of no values; measure at least one');
  if (!(p >= 0 && p <= 1)) throw new AppError('out_of_domain', `probability ${p} is outside [0, 1]`);
  const h = p * (s.length - 1);
  const i = Math.floor(h);
  const a = s[i]!;
  const b = s[Math.min(i + 1, s.length - 1)]!;
  return a + (h - i) * (b - a);
}

/** Ascending copy without NaN. */
export function sorted(x: Numbers): Float64Array {
  return measured(x).sort();
}

/** Median, NaN skipped. */
export function median(x: Numbers): number {
  return quantile(x, 0.5);
}

/** Φ⁻¹(3/4): makes the median absolute deviation estimate sigma of a normal sample. */
export const MAD_TO_SIGMA = 1 / 0.674489750196082;

/**
 * Robust sigma: median |x − centre| · 1.4826, about the median unless a centre is given.
 * @returns unit of the values.
 * @reference Hampel, J. Am. Stat. Assoc. 69 (1974) 383.
 */
export function madSigma(x: Numbers, centre?: number): number {
  const c = centre ?? median(x);
  return MAD_TO_SIGMA * median(Float64Array.from(x, (v) => Math.abs(v - c)));
}

/**
 * Mean vector and sample covariance (divisor n − 1) of rows, shape (n, p).
 * @param data - row-major (n, p).
 * @returns mean, (p,), and covariance, (p, p) row-major.
 * @throws AppError `invalid_input` with fewer than two rows.
 */
export function covarianceMatrix(data: Float64Array, n: number, p: number): { mean: Float64Array; covariance: Float64Array } {
  if (n < 2) throw new AppError('invalid_input', `a covariance needs two rows or more, got ${n}`);
  const mean = new Float64Array(p);
  for (let i = 0; i < n; i++) for (let j = 0; j < p; j++) mean[j]! += data[i * p + j]! / n;
  const covariance = new Float64Array(p * p);
  const d = new Float64Array(p);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < p; j++) d[j] = data[i * p + j]! - mean[j]!;
    for (let j = 0; j < p; j++) for (let k = 0; k <= j; k++) covariance[j * p + k]! += d[j]! * d[k]!;
  }
  for (let j = 0; j < p; j++) {
    for (let k = 0; k <= j; k++) {
      covariance[j * p + k]! /= n - 1;
      covariance[k * p + j] = covariance[j * p + k]!;
    }
  }
  return { mean, covariance };
}
