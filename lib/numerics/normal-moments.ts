import { AppError } from '@/lib/errors';
import { type Cholesky, cholesky, choleskySolve } from './cholesky';
import { type Matrix, matrix } from './matrix';
import { hasMissing } from './missing';
import { covarianceMatrix } from './statistics';

/** Mean and covariance of rows. */
export interface NormalMoments {
  /** (p,). */
  readonly mean: Float64Array;
  /** Row-major (p, p), divisor n − 1. */
  readonly covariance: Float64Array;
}

/** Relative to the spread of each column, per round. */
const SETTLED = 1e-9;
const MAX_ITERATIONS = 500;

/**
 * Mean and covariance of rows that may have gaps, by expectation–maximisation for a multivariate normal; without gaps the sample moments.
 * Works on columns divided by their spread, so no unit matters.
 * @param x - shape (n, p), NaN = not measured.
 * @throws AppError `invalid_input` naming a column with fewer than two values; `not_converged` when gaps leave the covariance undetermined.
 * @complexity a round: n p² and p³ a pattern of gaps.
 * @reference Little & Rubin, Statistical Analysis with Missing Data, 2nd ed. (2002), §11.2.
 */
export function normalMoments(x: Matrix, name: (column: number) => string = (j) => `column ${j + 1}`): NormalMoments {
  const { rows: n, cols: p } = x;
  if (!hasMissing(x)) return covarianceMatrix(x.data, n, p);
  const { z, centre, scale } = observedScale(x, name);
  const patterns = patternsOf(z);
  const mean = new Float64Array(p);
  let covariance = new Float64Array(p * p);
  for (let j = 0; j < p; j++) covariance[j * (p + 1)] = 1;
  for (let k = 0; ; k++) {
    if (k === MAX_ITERATIONS)
      throw new AppError('not_converged', 'x: the gaps leave the covariance undetermined; record more complete rows', {
        field: 'x',
      });
    const sum = new Float64Array(p);
    const cross = new Float64Array(p * p);
    for (const pattern of patterns) {
      const r = regression(covariance, p, pattern.missing);
      for (const i of pattern.rows) {
        const row = completed(z.data.subarray(i * p, (i + 1) * p), mean, r);
        for (let a = 0; a < p; a++) {
          sum[a]! += row[a]!;
          for (let b = 0; b <= a; b++) cross[a * p + b]! += row[a]! * row[b]!;
        }
        r.missing.forEach((a, s) => {
          r.missing.forEach((b, t) => {
            if (b <= a) cross[a * p + b]! += r.residual[s * r.missing.length + t]!;
          });
        });
      }
    }
    let change = 0;
    for (let a = 0; a < p; a++) {
      change = Math.max(change, Math.abs(sum[a]! / n - mean[a]!));
      mean[a] = sum[a]! / n;
    }
    const next = new Float64Array(p * p);
    for (let a = 0; a < p; a++)
      for (let b = 0; b <= a; b++) {
        const v = cross[a * p + b]! / n - mean[a]! * mean[b]!;
        next[a * p + b] = next[b * p + a] = v;
        change = Math.max(change, Math.abs(v - covariance[a * p + b]!));
      }
    covariance = next;
    if (change < SETTLED) break;
  }
  const unbias = n / (n - 1);
  return {
    mean: mean.map((m, j) => centre[j]! + scale[j]! * m),
    covariance: covariance.map((v, i) => v * unbias * scale[Math.floor(i / p)]! * scale[i % p]!),
  };
}

function observedScale(x: Matrix, name: (column: number) => string) {
  const { rows: n, cols: p } = x;
  const [centre, scale, count] = [new Float64Array(p), new Float64Array(p), new Float64Array(p)];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < p; j++) {
      const v = x.data[i * p + j]!;
      if (Number.isNaN(v)) continue;
      const d = v - centre[j]!;
      centre[j]! += d / ++count[j]!;
      scale[j]! += d * (v - centre[j]!);
    }
  const few = count.findIndex((c) => c < 2);
  if (few >= 0)
    throw new AppError('invalid_input', `x: ${name(few)} was recorded fewer than twice; leave it out`, {
      field: 'x',
      column: few,
    });
  for (let j = 0; j < p; j++) scale[j] = Math.sqrt(scale[j]! / count[j]!) || 1;
  const z = matrix(
    n,
    p,
    x.data.map((v, i) => (v - centre[i % p]!) / scale[i % p]!),
  );
  return { z, centre, scale };
}

function patternsOf(z: Matrix): { rows: number[]; missing: number[] }[] {
  const { rows: n, cols: p } = z;
  const found = new Map<string, { rows: number[]; missing: number[] }>();
  for (let i = 0; i < n; i++) {
    const missing = Array.from({ length: p }, (_, j) => j).filter((j) => Number.isNaN(z.data[i * p + j]!));
    const key = missing.join();
    const known = found.get(key);
    if (known) known.rows.push(i);
    else found.set(key, { rows: [i], missing });
  }
  return [...found.values()];
}

/** How the missing variables follow from the recorded ones under a covariance. */
export interface MissingRegression {
  readonly missing: readonly number[];
  readonly recorded: readonly number[];
  /** Σ_mo Σ_oo⁻¹, row-major (missing, recorded), and Σ_mm − Σ_mo Σ_oo⁻¹ Σ_om. */
  readonly weights: Float64Array;
  readonly residual: Float64Array;
}

/**
 * Regression of the missing variables on the recorded ones.
 * @param covariance - row-major (p, p), positive definite.
 * @reference Little & Rubin, Statistical Analysis with Missing Data, 2nd ed. (2002), §11.2.
 */
export function regression(covariance: Float64Array, p: number, missing: readonly number[]): MissingRegression {
  const absent = new Set(missing);
  const recorded = Array.from({ length: p }, (_, j) => j).filter((j) => !absent.has(j));
  const [m, o] = [missing.length, recorded.length];
  const weights = new Float64Array(m * o);
  const residual = Float64Array.from({ length: m * m }, (_, i) => covariance[missing[Math.floor(i / m)]! * p + missing[i % m]!]!);
  if (m > 0 && o > 0) {
    const block = Float64Array.from(
      { length: o * o },
      (_, i) => covariance[recorded[Math.floor(i / o)]! * p + recorded[i % o]!]!,
    );
    const factor: Cholesky = cholesky(block, o, { start: 1e-14, factor: 10, max: 1e-9 });
    missing.forEach((a, s) => {
      weights.set(
        choleskySolve(
          factor,
          recorded.map((b) => covariance[a * p + b]!),
        ),
        s * o,
      );
    });
    for (let s = 0; s < m; s++)
      for (let t = 0; t < m; t++)
        recorded.forEach((b, k) => {
          residual[s * m + t]! -= weights[s * o + k]! * covariance[missing[t]! * p + b]!;
        });
  }
  return { missing, recorded, weights, residual };
}

/**
 * A row with its missing values replaced by their means given the recorded ones.
 * @param mean - (p,).
 * @returns (p,).
 * @reference as {@link normalMoments}.
 */
export function completed(row: ArrayLike<number>, mean: ArrayLike<number>, r: MissingRegression): Float64Array {
  const out = Float64Array.from(row);
  const o = r.recorded.length;
  r.missing.forEach((a, s) => {
    let v = mean[a]!;
    r.recorded.forEach((b, k) => {
      v += r.weights[s * o + k]! * (row[b]! - mean[b]!);
    });
    out[a] = v;
  });
  return out;
}
