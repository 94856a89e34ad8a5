import { AppError } from '@/lib/errors';
import { cholesky, choleskyInverse, type Matrix } from '@/lib/numerics';

/** D: det of the information; A: mean variance of the coefficients; I: mean variance of the model over all candidates; G: its largest. */
export type DesignCriterion = 'D' | 'A' | 'I' | 'G';

/** Criteria of a plan. */
export interface DesignScores {
  /** ln det FᵀF. */
  readonly logDet: number;
  /** det(FᵀF/n)^{1/p}. */
  readonly dEfficiency: number;
  /** trace((FᵀF)⁻¹). */
  readonly traceInverse: number;
  /** Mean and largest f'(FᵀF)⁻¹f over all candidates. */
  readonly iCriterion: number;
  readonly gCriterion: number;
}

/** What is known of the coefficients before measuring: a precision ridge·I, or a full precision matrix, row-major (p, p). */
export type PriorPrecision = number | Float64Array;

/** FᵀF + prior precision of the chosen rows, row-major. @param f - (N, p); rows - indices. @returns (p, p). */
export function information(f: Matrix, rows: readonly number[], prior: PriorPrecision): Float64Array {
  const p = f.cols;
  const m = new Float64Array(p * p);
  for (const i of rows)
    for (let a = 0; a < p; a++) for (let b = 0; b < p; b++) m[a * p + b]! += f.data[i * p + a]! * f.data[i * p + b]!;
  if (typeof prior === 'number') for (let a = 0; a < p; a++) m[a * (p + 1)]! += prior;
  else for (let a = 0; a < p * p; a++) m[a]! += prior[a]!;
  return m;
}

/** f_iᵀ M⁻¹ f_j. @param inverse - M⁻¹, (p, p) row-major; f - (N, p); i, j - rows of f. */
export function quadratic(inverse: Float64Array, f: Matrix, i: number, j: number): number {
  const p = f.cols;
  let s = 0;
  for (let a = 0; a < p; a++) {
    let t = 0;
    for (let b = 0; b < p; b++) t += inverse[a * p + b]! * f.data[j * p + b]!;
    s += f.data[i * p + a]! * t;
  }
  return s;
}

/**
 * All criteria of a set of sites.
 * @param f - model matrix of all candidates, (N, p).
 * @param sites - indices of the plan.
 * @returns variances in units of the noise variance.
 * @throws AppError `rank_deficient` when the sites do not determine the model: add sites.
 * @reference Atkinson, Donev & Tobias, Optimum Experimental Designs, with SAS (2007), ch. 10.
 */
export function designScores(f: Matrix, sites: readonly number[], prior: PriorPrecision = 0): DesignScores {
  const p = f.cols;
  const { inverse, logDet } = invert(information(f, sites, prior), p);
  let trace = 0;
  for (let a = 0; a < p; a++) trace += inverse[a * (p + 1)]!;
  let mean = 0;
  let largest = 0;
  for (let i = 0; i < f.rows; i++) {
    const v = quadratic(inverse, f, i, i);
    mean += v / f.rows;
    largest = Math.max(largest, v);
  }
  return { logDet, dEfficiency: Math.exp(logDet / p) / sites.length, traceInverse: trace, iCriterion: mean, gCriterion: largest };
}

/** Inverse and log determinant of an information matrix. @param m - (p, p), row-major. @throws AppError `rank_deficient`. */
export function invert(m: Float64Array, p: number): { inverse: Float64Array; logDet: number } {
  try {
    const c = cholesky(m, p);
    return { inverse: choleskyInverse(c), logDet: c.logDet };
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_positive_definite')
      throw new AppError(
        'rank_deficient',
        'these sites do not determine the model; add sites or lower its order',
        {},
        { cause: e },
      );
    throw e;
  }
}
