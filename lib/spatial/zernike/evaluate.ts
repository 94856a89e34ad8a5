import { AppError } from '@/lib/errors';
import { zernikeValues } from './polynomials';

/**
 * Model values Σ a_j Z_j at positions in mm, wafer frame.
 * @param coefficients - a, OSA/ANSI order, unit of the values.
 * @param x - (n,), mm, wafer frame; `y` likewise.
 * @returns (n,), unit of the values.
 */
export function evaluateZernike(
  coefficients: ArrayLike<number>,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  normRadiusMm = 150,
): Float64Array {
  const terms = coefficients.length;
  const a = zernikeValues(x, y, terms, 1 / normRadiusMm);
  return Float64Array.from({ length: x.length }, (_, i) => {
    let s = 0;
    for (let j = 0; j < terms; j++) s += a.data[i * terms + j]! * coefficients[j]!;
    return s;
  });
}

/**
 * Standard uncertainty of the model at positions in mm, from the covariance of the coefficients: u² = zᵀ C z.
 * @param covariance - C, (terms, terms) row-major, unit of the values squared.
 * @param x - (n,), mm, wafer frame; `y` likewise.
 * @returns (n,), unit of the values.
 * @throws AppError `dimension_mismatch` for a covariance that is not square.
 * @reference JCGM 100:2008, 5.2.2, eq. 13.
 */
export function zernikeUncertainty(
  covariance: Float64Array,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  normRadiusMm = 150,
): Float64Array {
  const terms = Math.round(Math.sqrt(covariance.length));
  if (terms * terms !== covariance.length)
    throw new AppError('dimension_mismatch', `covariance has ${covariance.length} values, not a square`);
  const a = zernikeValues(x, y, terms, 1 / normRadiusMm);
  return Float64Array.from({ length: x.length }, (_, i) => {
    let s = 0;
    for (let j = 0; j < terms; j++) {
      let t = 0;
      for (let k = 0; k < terms; k++) t += covariance[j * terms + k]! * a.data[i * terms + k]!;
      s += a.data[i * terms + j]! * t;
    }
    return Math.sqrt(Math.max(0, s));
  });
}

/** A square raster over the wafer; cell (row, column) sits at (xs[column], ys[row]); NaN outside the radius. */
export interface WaferGrid {
  /** mm. */
  readonly xs: Float64Array;
  /** mm. */
  readonly ys: Float64Array;
  /** Row-major (rows, columns). */
  readonly values: Float64Array;
}

/**
 * Coordinates of a raster of `size` x `size` cells over a wafer of the given radius, y from −radius upwards.
 * @returns (size,), mm.
 * @throws AppError `invalid_input` for a size below 2.
 */
export function rasterAxes(size: number, radiusMm: number): Float64Array {
  if (!Number.isInteger(size) || size < 2)
    throw new AppError('invalid_input', `grid size must be an integer >= 2, got ${size}`, { field: 'size' });
  return Float64Array.from({ length: size }, (_, i) => radiusMm * ((2 * i) / (size - 1) - 1));
}

/**
 * The model on a raster, for maps. `radiusMm` bounds the drawn disc (edge exclusion included or not, as the caller wants).
 * @param options.size - cells along an axis.
 */
export function zernikeGrid(
  coefficients: ArrayLike<number>,
  options: { readonly size?: number; readonly radiusMm?: number; readonly normRadiusMm?: number } = {},
): WaferGrid {
  const size = options.size ?? 121;
  const radius = options.radiusMm ?? 150;
  const xs = rasterAxes(size, radius);
  const values = new Float64Array(size * size).fill(Number.NaN);
  for (let r = 0; r < size; r++) {
    const inside: number[] = [];
    for (let c = 0; c < size; c++) if (Math.hypot(xs[c]!, xs[r]!) <= radius * (1 + 1e-12)) inside.push(c);
    const row = evaluateZernike(
      coefficients,
      inside.map((c) => xs[c]!),
      inside.map(() => xs[r]!),
      options.normRadiusMm ?? 150,
    );
    inside.forEach((c, k) => {
      values[r * size + c] = row[k]!;
    });
  }
  return { xs, ys: xs, values };
}
