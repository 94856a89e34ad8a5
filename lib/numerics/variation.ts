import { AppError } from '@/lib/errors';
import type { Matrix, Numbers } from './matrix';
import { matrix } from './matrix';
import { qrFactor, solveR } from './qr';

/** A spread below this share of the magnitude is rounding: a few hundred times the spacing of doubles, whatever the unit or the offset. */
export const ROUNDING_SHARE = 1e-13;
/** A centred column whose distance to the others falls below this share of its own length depends on them. */
const DEPENDENT = 1e-10;
/** Rounding of the values, in units of their spread, that may hide a dependence. */
const ROUNDING = 64 * Number.EPSILON;

/** Whether the least and the greatest of some values differ by more than rounding. */
export const isSpread = (least: number, greatest: number): boolean =>
  greatest - least > ROUNDING_SHARE * Math.max(Math.abs(least), Math.abs(greatest));

/**
 * Whether values differ by more than their rounding: max − min > 1e-13 · max|x|. Free of scale and unit; NaN entries are skipped.
 * The same constant reached by two ways of computing (0.1 + 0.2 and 0.3) does not vary.
 */
export function varies(x: Numbers): boolean {
  let [lo, hi] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < x.length; i++) {
    const v = x[i]!;
    if (v < lo) lo = v;
    if (v > hi) hi = v;
  }
  return isSpread(lo, hi);
}

/** A value, or 0 where it is only the rounding of what it was computed from. @param largest - largest magnitude of these. */
export const exact = (v: number, largest: number): number => (Math.abs(v) > ROUNDING_SHARE * largest ? v : 0);

/**
 * A sum of squares, or 0 where the rounding of the values explains it: n (1e-13 · largest)².
 * @param n - squares in the sum. @param largest - largest magnitude of the values whose differences were squared.
 */
export const withoutRounding = (ss: number, n: number, largest: number): number =>
  ss > n * (ROUNDING_SHARE * largest) ** 2 ? ss : 0;

/** Largest magnitude; NaN entries are skipped. @returns unit of the values. */
export function magnitude(x: Numbers): number {
  let most = 0;
  for (let i = 0; i < x.length; i++) {
    const v = Math.abs(x[i]!);
    if (v > most) most = v;
  }
  return most;
}

/** Refuses values that do not vary. @throws AppError `out_of_domain` naming the field. */
export function requireVariation(field: string, x: Numbers): void {
  if (!varies(x))
    throw new AppError(
      'out_of_domain',
      `${field}: the values do not vary (beyond rounding); nothing can be estimated from them`,
      {
        field,
      },
    );
}

/** Refuses a field in which nothing was measured (only NaN). @throws AppError `invalid_input` naming the field. */
export function requireMeasured(field: string, x: Numbers): void {
  for (let i = 0; i < x.length; i++) if (!Number.isNaN(x[i]!)) return;
  throw new AppError('invalid_input', `${field}: nothing was measured; give one value at least`, { field });
}

/** Indices of the columns that do not vary. @param x - shape (n, p), NaN skipped. */
export function constantColumns(x: Matrix): number[] {
  const { rows: n, cols: p, data } = x;
  const lo = new Float64Array(p).fill(Number.POSITIVE_INFINITY);
  const hi = new Float64Array(p).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < p; j++) {
      const v = data[i * p + j]!;
      if (v < lo[j]!) lo[j] = v;
      if (v > hi[j]!) hi[j] = v;
    }
  return Array.from(lo.keys()).filter((j) => !isSpread(lo[j]!, hi[j]!));
}

/** A column that is a combination of others, with the columns it is made of. */
export interface Dependence {
  readonly column: number;
  readonly of: readonly number[];
}

/** What rounding leaves of a column of n values of that magnitude, as a length, where it depends on others. @returns unit of the values. */
export const roundingLength = (n: number, largest: number): number => ROUNDING * Math.sqrt(n) * largest;

/**
 * Columns that are linear combinations of the others and a constant: pivoted QR of the centred columns at unit length. A column depends when
 * what the chosen columns leave of it is below 1e-10 of its length, or below what the rounding of values far from 0 leaves.
 * @param x - shape (n, p), finite, every column varying, n > 1.
 * @reference Golub & Van Loan, Matrix Computations, 4th ed. (2013), §5.4.2 (rank by pivoted QR).
 */
export function dependentColumns(x: Matrix): Dependence[] {
  const { rows: n, cols: p, data } = x;
  const rows = Math.max(n, p);
  const unit = matrix(rows, p);
  let tolerance = DEPENDENT;
  for (let j = 0; j < p; j++) {
    let largest = 0;
    for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(data[i * p + j]!));
    let mean = 0;
    for (let i = 0; i < n; i++) mean += data[i * p + j]! / largest / n;
    let length = 0;
    for (let i = 0; i < n; i++) {
      const v = data[i * p + j]! / largest - mean;
      unit.data[i * p + j] = v;
      length += v * v;
    }
    length = Math.sqrt(length);
    for (let i = 0; i < n; i++) unit.data[i * p + j]! /= length;
    tolerance = Math.max(tolerance, roundingLength(n, 1) / length);
  }
  const qr = qrFactor(unit, { pivot: true });
  const f = qr.factors;
  let rank = 0;
  while (rank < p && Math.abs(f[rank * (p + 1)]!) > tolerance) rank++;
  if (rank === p) return [];
  const lead = {
    ...qr,
    cols: rank,
    factors: Float64Array.from({ length: rank * rank }, (_, i) => f[Math.floor(i / rank) * p + (i % rank)]!),
    permutation: Int32Array.from({ length: rank }, (_, k) => k),
  };
  return Array.from({ length: p - rank }, (_, t) => {
    const k = rank + t;
    const weights = solveR(
      lead,
      Float64Array.from({ length: rank }, (_, i) => f[i * p + k]!),
    );
    const of = Array.from(weights.keys()).filter((i) => Math.abs(weights[i]!) > 1e-8);
    return { column: qr.permutation[k]!, of: of.map((i) => qr.permutation[i]!).sort((a, b) => a - b) };
  });
}

/** How a column is called in a message: its name, or its place counted from 1. */
export const columnName = (j: number, names?: readonly string[]): string => names?.[j] ?? `column ${j + 1}`;

const listed = (columns: readonly number[], names?: readonly string[]): string =>
  columns.map((j) => columnName(j, names)).join(', ');

/**
 * Refuse columns that do not vary or that depend on others, by name: a covariance of them has no inverse.
 * @param x - shape (n, p), finite.
 * @throws AppError `rank_deficient` with `details.columns` (from 0): leave those columns out.
 */
export function requireIndependent(field: string, x: Matrix, names?: readonly string[]): void {
  requireVarying(field, x, names);
  const found = dependentColumns(x);
  if (found.length === 0) return;
  const each = found.map((d) => `${columnName(d.column, names)} is a linear combination of ${listed(d.of, names)}`);
  throw new AppError(
    'rank_deficient',
    `${field}: ${each.join('; ')}; leave one of each set out, or monitor by principal components`,
    {
      field,
      columns: found.map((d) => d.column),
    },
  );
}

/** Refuse columns that do not vary, by name. @throws AppError `rank_deficient` with `details.columns` (from 0). */
export function requireVarying(field: string, x: Matrix, names?: readonly string[]): void {
  const constant = constantColumns(x);
  if (constant.length > 0)
    throw new AppError(
      'rank_deficient',
      `${field}: ${listed(constant, names)} ${constant.length === 1 ? 'does' : 'do'} not vary (beyond rounding); leave out what does not vary`,
      { field, columns: constant },
    );
}

/** Comparisons of measured decimals with computed limits forgive this many units of rounding of the larger term. */
const EDGE = 8 * Number.EPSILON;

/**
 * value > limit, where a difference of rounding counts as equal: 10.3 does not exceed 10 + 3 · 0.1.
 * @param scale - a further term that entered the limit, such as the centre line; same unit.
 */
export function exceeds(value: number, limit: number, scale = 0): boolean {
  if (!(value > limit)) return false;
  const size = Math.max(Math.abs(value), Math.abs(limit), Math.abs(scale));
  return size === Number.POSITIVE_INFINITY || value - limit > EDGE * size;
}

/** Outside [low, high] by more than rounding. Arguments as `exceeds`; an infinite limit is none. */
export const isOutside = (value: number, low: number, high: number, scale = 0): boolean =>
  exceeds(value, high, scale) || exceeds(-value, -low, scale);

/**
 * (value − centre)/width, with a result that rounding moved off a decimal put back on it: (10.3 − 10)/0.1 is 3, not 3.0000000000000071.
 * Zones of rules are decimals, so a point exactly on a zone's border is compared as one.
 */
export function standardised(value: number, centre: number, width: number): number {
  const z = (value - centre) / width;
  if (!Number.isFinite(z)) return z;
  const rounding = (EDGE * Math.max(Math.abs(value), Math.abs(centre))) / width;
  const decimal = Math.round(z * 1e4) / 1e4;
  return Math.abs(z - decimal) <= rounding ? decimal : z;
}
