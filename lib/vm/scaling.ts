import { AppError } from '@/lib/errors';
import { constantColumns, type Matrix, matrix, roundingLength } from '@/lib/numerics';

/** Centre and scale of each column, stored with the model. A column that never varied (beyond rounding) has scale 1 and is listed in `constant`. */
export interface Scaling {
  readonly mean: number[];
  readonly scale: number[];
  readonly constant: number[];
}

/**
 * Column means and, with `unitVariance`, standard deviations (divisor n − 1).
 * @param x - (n, p), units of the sensors.
 * @throws AppError `invalid_input` below two rows.
 * @reference autoscaling: Wold, Sjöström & Eriksson, Chemom. Intell. Lab. Syst. 58 (2001) 109.
 */
export function columnScaling(x: Matrix, unitVariance: boolean): Scaling {
  const { rows: n, cols: p, data } = x;
  if (n < 2) throw new AppError('invalid_input', `a model needs two rows or more, got ${n}`);
  const mean = new Array<number>(p).fill(0);
  const m2 = new Float64Array(p);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < p; j++) {
      const v = data[i * p + j]!;
      const d = v - mean[j]!;
      mean[j]! += d / (i + 1);
      m2[j]! += d * (v - mean[j]!);
    }
  }
  const constant = constantColumns(x);
  const still = new Set(constant);
  const scale = Array.from(m2, (s, j) => (still.has(j) || !unitVariance ? 1 : Math.sqrt(s / (n - 1))));
  return { mean, scale, constant };
}

/**
 * (x − mean)/scale of every row; columns that never varied become exactly 0.
 * @param x - (n, p), units of the sensors.
 * @returns (n, p), dimensionless.
 */
export function applyScaling(x: Matrix, s: Scaling): Matrix {
  const { rows: n, cols: p } = x;
  const out = matrix(n, p);
  const inverse = s.scale.map((v) => 1 / v);
  for (let i = 0; i < n; i++) for (let j = 0; j < p; j++) out.data[i * p + j] = (x.data[i * p + j]! - s.mean[j]!) * inverse[j]!;
  for (const j of s.constant) for (let i = 0; i < n; i++) out.data[i * p + j] = 0;
  return out;
}

/** Longest column, after scaling, that is nothing but the rounding of the values: what depends on other columns leaves that. @param x - before scaling. */
export function scaledRounding(x: Matrix, s: Scaling): number {
  const { rows: n, cols: p, data } = x;
  const largest = new Float64Array(p);
  for (let i = 0; i < n; i++) for (let j = 0; j < p; j++) largest[j] = Math.max(largest[j]!, Math.abs(data[i * p + j]!));
  for (const j of s.constant) largest[j] = 0;
  return largest.reduce((most, v, j) => Math.max(most, roundingLength(n, v) / s.scale[j]!), 0);
}
