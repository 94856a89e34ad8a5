import { type Cholesky, cholesky, constantColumns, covarianceMatrix, type Matrix, matrix } from '@/lib/numerics';
import type { DesignField } from './design';
import type { Placed } from './kind';
import type { BaselineLimits, RawPoint, Study } from './phase';

/** Most variables of one chart: a point of more could not be read, and the time to judge it grows with the cube. */
export const MOST_VARIABLES = 60;

/** A variable whose share of variance of its own, beside those before it, is below this follows from them: what it adds is rounding and noise of the sender. */
const LEAST_OWN = 1e-6;

/** False alarms a point that is asked of a limit: that of 3 sigma on one variable. */
export const DEFAULT_ALPHA = 0.0027;

/** Confidence of the limits that leave points out of a baseline, whatever the design asks of later points. */
export const SCREENING = 1 - DEFAULT_ALPHA;

export const ALPHA: DesignField = {
  name: 'alpha',
  label: 'False alarm rate',
  help: 'Share of points beyond the limit in control. 0.0027 is that of 3 sigma on one variable.',
  type: 'number',
  fallback: DEFAULT_ALPHA,
  above: 0,
  most: 0.1,
};

/** What a baseline says of several variables: the study of every kind of chart of them. Units are those of the variables. */
export interface VariablesStudy {
  /** Points used. */
  readonly n: number;
  /** Of all variables, in the order of the chart. */
  readonly mean: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  /** Places of the variables that are judged, from 0. */
  readonly kept: readonly number[];
  /** Places of those that did not vary, and of those that follow from the ones before them: left out. */
  readonly constant: readonly number[];
  readonly dependent: readonly number[];
}

/** The places of the variables of a point that were not measured. */
export const missingOf = (vector: ArrayLike<number> | null | undefined): number[] =>
  Array.from(vector ?? []).flatMap((v, j) => (Number.isFinite(v) ? [] : [j]));

const isWhole = (p: RawPoint): boolean => (p.vector?.length ?? 0) > 0 && missingOf(p.vector).length === 0;

/** The rows of the points of a baseline that have every variable and are not left out. */
function rowsOf(points: readonly RawPoint[], out: ReadonlySet<number>): Matrix {
  const used = points.filter((p, i) => !out.has(i) && isWhole(p));
  const cols = used[0]?.vector?.length ?? 0;
  const m = matrix(used.length, cols);
  for (const [i, p] of used.entries()) m.data.set(Array.from(p.vector!), i * cols);
  return m;
}

/**
 * Mean and covariance (divisor n − 1) of a baseline. Variables that do not vary are left out; with `independent` also those that follow linearly from
 * the ones before them, since T² needs the inverse of the covariance.
 * @param least - points that so many kept variables need; fewer give no study.
 * @returns null with fewer points, or where fewer than two variables are kept.
 * @reference Montgomery, 7th ed. (2013), §11.3.
 */
export function studyVariables(
  points: readonly RawPoint[],
  out: ReadonlySet<number>,
  independent: boolean,
  least: (variables: number) => number,
): VariablesStudy | null {
  const rows = rowsOf(points, out);
  const { rows: n, cols: p } = rows;
  if (n < 3 || p < 2) return null;
  const { mean, covariance } = covarianceMatrix(rows.data, n, p);
  const constant = constantColumns(rows);
  const varying = Array.from({ length: p }, (_, j) => j).filter((j) => !constant.includes(j));
  const dependent = independent ? followers(covariance, p, varying) : [];
  const kept = varying.filter((j) => !dependent.includes(j));
  if (kept.length < 2 || n < least(kept.length)) return null;
  return {
    n,
    mean: [...mean],
    covariance: Array.from({ length: p }, (_, i) => [...covariance.slice(i * p, (i + 1) * p)]),
    kept,
    constant,
    dependent,
  };
}

/** Which of these variables follow from the ones before them: pivots of the Cholesky factor of their correlations, 1 − R² on those kept before. */
function followers(covariance: Float64Array, p: number, among: readonly number[]): number[] {
  const kept: number[] = [];
  const out: number[] = [];
  const l: number[][] = [];
  const r = (i: number, j: number): number =>
    covariance[i * p + j]! / Math.sqrt(covariance[i * (p + 1)]! * covariance[j * (p + 1)]!);
  for (const j of among) {
    const row: number[] = [];
    for (const [k, other] of kept.entries()) {
      let s = r(j, other);
      for (let q = 0; q < k; q++) s -= row[q]! * l[k]![q]!;
      row.push(s / l[k]![k]!);
    }
    const own = 1 - row.reduce((s, v) => s + v * v, 0);
    if (own < LEAST_OWN) {
      out.push(j);
      continue;
    }
    l.push([...row, Math.sqrt(own)]);
    kept.push(j);
  }
  return out;
}

/** The study as a version stores it. */
export const storedStudy = (s: VariablesStudy, more: Study = {}): Study => ({ ...s, ...more });

/** A stored study; null where there is none. */
export const variablesStudy = (s: Study | null | undefined): VariablesStudy | null =>
  s == null || s['covariance'] === undefined ? null : (s as unknown as VariablesStudy);

/** Mean, covariance and its factor of the kept variables, row-major. */
export interface Kept {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  readonly sigma: Float64Array;
}

export function keptOf(s: VariablesStudy): Kept {
  const { kept } = s;
  const covariance = Float64Array.from(kept.flatMap((i) => kept.map((j) => s.covariance[i]![j]!)));
  return {
    mean: Float64Array.from(kept, (j) => s.mean[j]!),
    covariance,
    sigma: Float64Array.from(kept, (j) => Math.sqrt(s.covariance[j]![j]!)),
  };
}

export const factorOf = (k: Kept): Cholesky => cholesky(k.covariance, k.mean.length);

/** The kept variables of a point. */
export const keptRow = (s: VariablesStudy, vector: ArrayLike<number>): Float64Array =>
  Float64Array.from(s.kept, (j) => vector[j]!);

/** Limits without a dispersion, whose statistic has no sigma of its own: 1. */
export const statisticLimits = (cl: number, ucl: number, study: Study): Omit<BaselineLimits, 'used' | 'method'> => ({
  cl,
  ucl,
  lcl: null,
  sigmaWithin: 1,
  dispCl: null,
  dispUcl: null,
  dispLcl: null,
  dispSigma: null,
  study,
});

/** What is said of a point that no limits judge: nothing of it is plotted. */
const unplotted = (unjudged: string): Placed => ({ plotted: Number.NaN, limits: null, unjudged });

/** Why nothing of a point is plotted; null where it can be. A missing variable is a gap: it is never filled in. */
export function unplottable(p: RawPoint, hasLimits: boolean): Placed | null {
  const missing = missingOf(p.vector);
  if (p.vector == null || p.vector.length === 0) return unplotted('the point has no values of its variables');
  if (missing.length > 0)
    return unplotted(
      missing.length === 1
        ? `variable ${missing[0]! + 1} was not measured`
        : `variables ${missing.map((j) => j + 1).join(', ')} were not measured`,
    );
  return hasLimits ? null : unplotted('the mean and the covariance of the baseline are being collected');
}

/** Distances from the means of the baseline in its sigmas. */
export const zOf = (k: Kept, x: ArrayLike<number>): Float64Array => k.mean.map((m, j) => (x[j]! - m) / k.sigma[j]!);
