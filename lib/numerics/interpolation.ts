import { AppError } from '@/lib/errors';
import { requireFinite } from './matrix';

/** A monotone cubic through points: it has no extremum where the points have none. */
export interface MonotoneCubic {
  /** Ascending. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Slope at every point. */
  readonly slope: Float64Array;
}

/**
 * Shape-preserving piecewise cubic Hermite interpolant.
 * @param x - strictly ascending, at least two. @param y - the same length.
 * @throws AppError `invalid_input` for unequal lengths, values that are not finite or abscissae that do not ascend.
 * @reference Fritsch & Butland, SIAM J. Sci. Stat. Comput. 5 (1984) 300, eq. 5 (weighted harmonic mean); ends: Moler, Numerical Computing with MATLAB (2004), §3.6.
 */
export function monotoneCubic(x: ArrayLike<number>, y: ArrayLike<number>): MonotoneCubic {
  const n = x.length;
  if (n < 2 || y.length !== n)
    throw new AppError('invalid_input', `${n} abscissae and ${y.length} values; give at least two pairs`, { field: 'x' });
  requireFinite('x', x);
  requireFinite('y', y);
  const h = new Float64Array(n - 1);
  const d = new Float64Array(n - 1);
  for (let i = 0; i < n - 1; i++) {
    h[i] = x[i + 1]! - x[i]!;
    if (!(h[i]! > 0)) throw new AppError('invalid_input', `x[${i + 1}] is not above x[${i}]; sort the points`, { index: i + 1 });
    d[i] = (y[i + 1]! - y[i]!) / h[i]!;
  }
  const slope = new Float64Array(n);
  if (n === 2) slope.fill(d[0]!);
  else {
    for (let i = 1; i < n - 1; i++) {
      if (d[i - 1]! * d[i]! <= 0) continue;
      const a = h[i - 1]! + 2 * h[i]!;
      const b = 2 * h[i - 1]! + h[i]!;
      slope[i] = (a + b) / (b / d[i - 1]! + a / d[i]!);
    }
    slope[0] = endSlope(h[0]!, h[1]!, d[0]!, d[1]!);
    slope[n - 1] = endSlope(h[n - 2]!, h[n - 3]!, d[n - 2]!, d[n - 3]!);
  }
  return { x: Float64Array.from(x), y: Float64Array.from(y), slope };
}

// Three-point slope at an end, kept from overshooting.
function endSlope(h0: number, h1: number, d0: number, d1: number): number {
  const s = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1);
  if (s * d0 <= 0) return 0;
  return d0 * d1 <= 0 && Math.abs(s) > 3 * Math.abs(d0) ? 3 * d0 : s;
}

/** Value at t. @param t - in the unit of x. @throws AppError `out_of_domain` outside the points: nothing is extrapolated. */
export function evaluateCubic(c: MonotoneCubic, t: number): number {
  const n = c.x.length;
  if (!(t >= c.x[0]! && t <= c.x[n - 1]!))
    throw new AppError('out_of_domain', `${t} lies outside ${c.x[0]} to ${c.x[n - 1]}; nothing is extrapolated`, { value: t });
  let low = 0;
  let high = n - 1;
  while (high - low > 1) {
    const mid = (low + high) >> 1;
    if (c.x[mid]! <= t) low = mid;
    else high = mid;
  }
  const h = c.x[high]! - c.x[low]!;
  const s = (t - c.x[low]!) / h;
  const u = 1 - s;
  return (
    u * u * (1 + 2 * s) * c.y[low]! + s * s * (1 + 2 * u) * c.y[high]! + h * s * u * (u * c.slope[low]! - s * c.slope[high]!)
  );
}
