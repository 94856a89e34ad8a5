import { AppError } from '@/lib/errors';
import { withKernels } from './load';

/**
 * Correlation that depends on distance alone: gaussian e^(−u²), exponential e^(−u), matern32 (1 + u)e^(−u), matern52 (1 + u + u²/3)e^(−u),
 * spherical 1 − 3u/2 + u³/2 for u < 1 and 0 beyond.
 * @reference Stein, Interpolation of Spatial Data (1999), §2.7; Rasmussen & Williams (2006), §4.2.1.
 */
export type RadialFamily = 'gaussian' | 'exponential' | 'matern32' | 'matern52' | 'spherical';

const FAMILIES: readonly RadialFamily[] = ['gaussian', 'exponential', 'matern32', 'matern52', 'spherical'];

/** c(u) of one distance. @param u - distance over length scale, dimensionless. @reference as {@link RadialFamily}. */
export function radialCorrelation(family: RadialFamily, u: number): number {
  const index = FAMILIES.indexOf(family);
  return withKernels(0, (kernels) => kernels.radialAt(index, u));
}

/** Options of {@link radialMatrix}. */
export interface RadialOptions {
  /** u = `factor`·|a_i − b_j|. Default 1. */
  readonly factor?: number;
  readonly variance?: number;
  /** Value at distance 0, to add a nugget. Default: the variance (0 for slopes). */
  readonly atZero?: number;
  /** g(u) instead of c(u), with ∂c/∂ln l_j = g(u)·u_j² where u_j = factor·(a_j − b_j) is inversely proportional to l_j. */
  readonly slope?: boolean;
}

/**
 * variance·c(|a_i − b_j|·factor) for all pairs, row-major (n, m).
 * @param a, b - points, row-major (n, d) and (m, d). The same array twice gives the symmetric matrix at half the work.
 * @returns unit of the variance.
 * @throws AppError `dimension_mismatch` when the lengths are not multiples of d.
 * @complexity n·m·d.
 */
export function radialMatrix(
  family: RadialFamily,
  a: Float64Array,
  b: Float64Array,
  d: number,
  options: RadialOptions = {},
): Float64Array {
  const [n, m] = [a.length / d, b.length / d];
  if (!Number.isInteger(n) || !Number.isInteger(m))
    throw new AppError('dimension_mismatch', `points of ${d} coordinates need a multiple of ${d} values`, {
      a: a.length,
      b: b.length,
    });
  const { factor = 1, variance = 1, slope = false } = options;
  const zero = options.atZero ?? (slope ? 0 : variance);
  const index = FAMILIES.indexOf(family);
  const same = a === b;
  return withKernels((n + m) * d + n * m, (kernels, scratch, at) => {
    scratch.set(a);
    const columns = n * d;
    for (let j = 0; j < m; j++) for (let k = 0; k < d; k++) scratch[columns + k * m + j] = b[j * d + k]!;
    const from = (n + m) * d;
    const out = at + 8 * from;
    kernels.squaredDistances(n, m, d, at, at + 8 * columns, out, same ? 1 : 0);
    const set = (p: number, count: number): void =>
      kernels.radial(index, slope ? 1 : 0, count, p, factor * factor, variance, zero);
    if (same) {
      for (let i = 0; i < n; i++) set(out + 8 * i * n, i + 1);
      kernels.mirror(n, out, n);
    } else set(out, n * m);
    return scratch.slice(from);
  });
}

/** eˣ of every value in place, to within one unit of the last place; 0 below −708. The bits are the same on every machine. */
export function expInPlace(x: Float64Array): void {
  withKernels(x.length, (kernels, scratch, at) => {
    scratch.set(x);
    kernels.expInPlace(x.length, at);
    x.set(scratch);
  });
}
