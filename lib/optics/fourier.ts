import { AppError } from '@/lib/errors';
import { type Complex, type ComplexArray, complexArray } from '@/lib/numerics';

/** A segment [x0, x1) of a layer with its refractive index; it repeats with the period, and later segments cover earlier ones. */
export interface Segment {
  readonly x0Nm: number;
  readonly x1Nm: number;
  /** ñ = n + ik. */
  readonly index: Complex;
}

/** A piecewise-constant function on one period: value i holds from breaks[i] to breaks[i + 1] (the last up to breaks[0] + 1), in units of the period. */
export interface Piecewise {
  /** Rising, within one period. */
  readonly breaks: Float64Array;
  readonly values: readonly Complex[];
}

/**
 * Permittivity of a layer along one period.
 * @param periodNm - Λ, nm.
 * @param background - ñ where no segment is.
 * @returns ε along x/Λ.
 * @throws AppError `invalid_input` for a segment of negative or more than one period's width.
 */
export function piecewisePermittivity(periodNm: number, background: Complex, segments: readonly Segment[]): Piecewise {
  const { breaks, owners } = coverage(periodNm, segments);
  const values = owners.map((k) => {
    const index = segments[k]?.index ?? background;
    return { re: index.re * index.re - index.im * index.im, im: 2 * index.re * index.im };
  });
  return { breaks, values };
}

/**
 * Which segment is seen from each break on: −1 is the background. `edges[i]` names what moves break i, if anything does.
 * @param periodNm - Λ, nm.
 * @returns breaks in units of the period, in [0, 1).
 * @throws AppError `invalid_input` for a segment of negative or more than one period's width.
 */
export function coverage(
  periodNm: number,
  segments: readonly Segment[],
): {
  readonly breaks: Float64Array;
  readonly owners: readonly number[];
  readonly edges: readonly ({ readonly segment: number; readonly end: 'x0Nm' | 'x1Nm' } | null)[];
} {
  const cover = segments.map((s, i) => {
    const share = (s.x1Nm - s.x0Nm) / periodNm;
    // as wide as the period may be a little more by rounding
    const width = share <= 1 + 1e-12 ? Math.min(share, 1) : share;
    if (!(width >= 0 && width <= 1))
      throw new AppError('invalid_input', `segments[${i}] is ${s.x1Nm - s.x0Nm} nm wide; give 0 to one period (${periodNm} nm)`, {
        index: i,
      });
    return { start: wrap(s.x0Nm / periodNm), width };
  });
  const points = [...new Set([0, ...cover.flatMap((s) => [s.start, wrap(s.start + s.width)])])].sort((a, b) => a - b);
  const owners = points.map((a, i) => {
    const middle = 0.5 * (a + (points[i + 1] ?? 1));
    return cover.findLastIndex((s) => wrap(middle - s.start) < s.width);
  });
  const edges = points.map((at, i) => {
    const right = owners[i]!;
    const left = owners[(i + points.length - 1) % points.length]!;
    const starts = right >= 0 && right !== left && cover[right]!.start === at;
    const ends = left >= 0 && right !== left && wrap(cover[left]!.start + cover[left]!.width) === at;
    if (starts && (!ends || right > left)) return { segment: right, end: 'x0Nm' as const };
    return ends ? { segment: left, end: 'x1Nm' as const } : null;
  });
  return { breaks: Float64Array.from(points), owners, edges };
}

const wrap = (x: number): number => {
  const y = x - Math.floor(x);
  return y >= 1 ? 0 : y;
};

/**
 * Exact Fourier coefficients c_m = ∫₀¹ f(u) exp(−2πi m u) du for |m| ≤ order; entry m + order.
 * @param p - values along one period.
 * @param order - highest |m|.
 * @param f - what is expanded of each value; default the value itself.
 * @returns c_m, (2·order + 1,).
 * @reference exact integrals of a piecewise-constant profile: Moharam et al., J. Opt. Soc. Am. A 12 (1995) 1068.
 */
export function fourierCoefficients(p: Piecewise, order: number, f: (v: Complex) => Complex = (v) => v): ComplexArray {
  const out = complexArray(2 * order + 1);
  for (const [i, value] of p.values.entries()) {
    const a = p.breaks[i]!;
    const b = p.breaks[i + 1] ?? 1;
    const v = f(value);
    out.re[order]! += v.re * (b - a);
    out.im[order]! += v.im * (b - a);
    for (let m = 1; m <= order; m++) {
      // ∫ = exp(−2πi m c) sin(π m (b − a))/(π m), c the middle
      const s = Math.sin(Math.PI * m * (b - a)) / (Math.PI * m);
      const c = Math.cos(Math.PI * m * (a + b)) * s;
      const d = -Math.sin(Math.PI * m * (a + b)) * s;
      out.re[order + m]! += v.re * c - v.im * d;
      out.im[order + m]! += v.re * d + v.im * c;
      out.re[order - m]! += v.re * c + v.im * d;
      out.im[order - m]! += v.im * c - v.re * d;
    }
  }
  return out;
}

/**
 * Toeplitz matrix T_jk = c_{j−k} of order n = 2M + 1 from coefficients up to |m| = 2M.
 * @param c - (4M + 1,).
 * @returns (n, n), row-major.
 * @reference Li, J. Opt. Soc. Am. A 13 (1996) 1870 (Laurent's rule).
 */
export function toeplitz(c: ComplexArray, n: number): ComplexArray {
  const out = complexArray(n * n);
  const zero = (c.re.length - 1) / 2;
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < n; k++) {
      out.re[j * n + k] = c.re[zero + j - k]!;
      out.im[j * n + k] = c.im[zero + j - k]!;
    }
  }
  return out;
}

/** 1/z. */
export function reciprocal(z: Complex): Complex {
  const d = z.re * z.re + z.im * z.im;
  return { re: z.re / d, im: -z.im / d };
}
