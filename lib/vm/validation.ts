import { AppError } from '@/lib/errors';
import { type Matrix, matrix, moments } from '@/lib/numerics';
import { type PlsAlgorithm, plsCoefficients, plsFactors } from './pls-core';
import { applyScaling, columnScaling, scaledRounding } from './scaling';

/** One split: row indices to train on and to judge on. */
export interface Fold {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** How a time-ordered validation splits its rows. */
export interface ValidationPlan {
  /** Number of test blocks. Default 5. */
  readonly folds?: number;
  /** Share of the rows (oldest) that only ever trains. Default 0.4. */
  readonly warmUp?: number;
  /** Context of each row (lot, PM cycle, chamber …): a context in the test block never trains for it. */
  readonly groups?: readonly (string | number)[];
}

/**
 * Forward-chaining folds for rows in time order: block b is judged by a model of everything before it, without the contexts it contains.
 * Random splits are not offered: neighbours in time and lot mates leak the answer and flatter the model.
 * @param n - rows.
 * @throws AppError `invalid_input` when a block would have no training rows.
 * @throws AppError `dimension_mismatch` when contexts and rows differ in number.
 * @reference Bergmeir & Benítez, Inf. Sci. 191 (2012) 192; Roberts et al., Ecography 40 (2017) 913 (blocked, grouped validation).
 */
export function timeOrderedFolds(n: number, plan: ValidationPlan = {}): Fold[] {
  const folds = plan.folds ?? 5;
  const start = Math.max(2, Math.floor(n * (plan.warmUp ?? 0.4)));
  if (!Number.isInteger(folds) || folds < 1 || n - start < folds) {
    throw new AppError('invalid_input', `${n} rows are too few for ${folds} time-ordered blocks; collect more or ask for fewer`, {
      rows: n,
      folds,
    });
  }
  if (plan.groups && plan.groups.length !== n)
    throw new AppError('dimension_mismatch', `${n} rows but ${plan.groups.length} contexts`);
  const out: Fold[] = [];
  let from = start;
  for (let b = 0; b < folds; b++) {
    let to = start + Math.round(((n - start) * (b + 1)) / folds);
    if (plan.groups) while (to < n && to > from && plan.groups[to] === plan.groups[to - 1]) to++; // do not cut a context in two
    if (to <= from) continue;
    const test = Array.from({ length: to - from }, (_, i) => from + i);
    const inTest = new Set(plan.groups ? test.map((i) => plan.groups![i]) : []);
    const train = Array.from({ length: from }, (_, i) => i).filter((i) => !plan.groups || !inTest.has(plan.groups[i]!));
    if (train.length >= 2) out.push({ train, test });
    from = to;
  }
  if (out.length === 0)
    throw new AppError('invalid_input', 'every context reaches into its own test block; give finer contexts or a longer history');
  return out;
}

/** Folds for data without order: fold f holds rows f, f + F, …; F = n leaves one out. For published comparisons, not for fab data. */
export function interleavedFolds(n: number, folds: number): Fold[] {
  const all = Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: folds }, (_, f) => ({
    train: all.filter((i) => i % folds !== f),
    test: all.filter((i) => i % folds === f),
  }));
}

/** Errors of models with 0…A components. */
export interface CrossValidation {
  /** Root mean square error per response for 0…A components, [response][components]; 0 is the mean of the training rows. */
  readonly rmsep: number[][];
  /** Errors (predicted − measured) of each judged row, [components][row · responses]; rows in order of the folds. */
  readonly errors: Float64Array[];
  readonly rows: number[];
  /** Components of the smallest error, and the fewest whose error is within one standard error of it. */
  readonly best: number;
  readonly oneSigma: number;
  /** The fewest that are no worse than the best by more than one standard error of the difference: the automatic choice. */
  readonly chosen: number;
}

function takeRows(m: Matrix, rows: readonly number[]): Matrix {
  const out = matrix(rows.length, m.cols);
  rows.forEach((r, i) => {
    out.data.set(m.data.subarray(r * m.cols, (r + 1) * m.cols), i * m.cols);
  });
  return out;
}

/**
 * Error of PLS models with 0…A components on held-out rows; centring and scaling are renewed inside every fold.
 * @param x - raw X, shape (n, p), finite.
 * @param y - raw Y, shape (n, q), finite.
 * @returns errors, and the choice of components by all responses together (each in units of its own spread).
 * @reference one-standard-error rule: Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, 2nd ed. (2009), §7.10.
 */
export function crossValidatePls(
  x: Matrix,
  y: Matrix,
  folds: readonly Fold[],
  options: {
    readonly maxComponents: number;
    readonly scale?: boolean;
    readonly algorithm?: PlsAlgorithm;
    /** Context of each row of x; without it each row stands for itself. */
    readonly groups?: readonly (string | number)[];
  },
): CrossValidation {
  const q = y.cols;
  const rows = folds.flatMap((f) => [...f.test]);
  const smallest = Math.min(...folds.map((f) => f.train.length));
  const a = Math.min(options.maxComponents, smallest - 1, x.cols);
  const errors = Array.from({ length: a + 1 }, () => new Float64Array(rows.length * q));
  let at = 0;
  for (const fold of folds) {
    const xt = takeRows(x, fold.train);
    const yt = takeRows(y, fold.train);
    const sx = columnScaling(xt, options.scale ?? true);
    const sy = columnScaling(yt, false);
    const f = plsFactors(applyScaling(xt, sx), applyScaling(yt, sy), a, options.algorithm ?? 'nipals', scaledRounding(xt, sx));
    const xs = applyScaling(takeRows(x, fold.test), sx);
    for (let k = 0; k <= a; k++) {
      const b = k === 0 ? null : plsCoefficients(f, Math.min(k, f.components));
      for (let i = 0; i < fold.test.length; i++) {
        for (let c = 0; c < q; c++) {
          let v = sy.mean[c]!;
          if (b) for (let j = 0; j < x.cols; j++) v += xs.data[i * x.cols + j]! * b.data[j * q + c]!;
          errors[k]![(at + i) * q + c] = v - y.data[fold.test[i]! * q + c]!;
        }
      }
    }
    at += fold.test.length;
  }
  const rmsep = Array.from({ length: q }, (_, c) => errors.map((e) => rms(e, c, q)));
  return {
    rmsep,
    errors,
    rows,
    ...chooseComponents(
      errors,
      rmsep,
      q,
      rows.map((r) => options.groups?.[r] ?? r),
    ),
  };
}

function rms(e: Float64Array, c: number, q: number): number {
  let s = 0;
  for (let i = c; i < e.length; i += q) s += e[i]! * e[i]!;
  return Math.sqrt(s / (e.length / q));
}

// Responses are pooled in units of the error of the mean model, so that no unit decides. `oneSigma`: the fewest components whose error less
// one standard error, sd(errors)/√rows, lies below the smallest error: Hastie, Tibshirani & Friedman, The Elements of
// Statistical Learning (2009), §7.10, with the standard error of the simpler model, as published comparisons use it. That standard error
// holds the noise which both models share and says little of their difference: in drifting data it lets far worse models pass. `chosen` is
// the rule in its paired form: the fewest whose squared errors exceed those of the best on the same rows by no more than one standard
// error of that difference, contexts counted as wholes, because wafers of one lot err alike.
function chooseComponents(
  errors: readonly Float64Array[],
  rmsep: readonly number[][],
  q: number,
  contexts: readonly (string | number)[],
): { best: number; oneSigma: number; chosen: number } {
  const scale = rmsep.map((r) => r[0]! || 1);
  const total = errors.map((_, k) => Math.sqrt(rmsep.reduce((s, r, c) => s + (r[k]! / scale[c]!) ** 2, 0) / q));
  const smallest = Math.min(...total);
  const best = total.indexOf(smallest);
  const standardError = (k: number): number => {
    const m = moments(errors[k]!.map((v, i) => v / scale[i % q]!));
    return Math.sqrt(m.variance / contexts.length);
  };
  const excess = (k: number): Float64Array =>
    Float64Array.from(contexts, (_, i) => {
      let s = 0;
      for (let c = 0; c < q; c++) s += (errors[k]![i * q + c]! ** 2 - errors[best]![i * q + c]! ** 2) / scale[c]! ** 2;
      return s / q;
    });
  return {
    best,
    oneSigma: total.findIndex((t, k) => t <= smallest || t - standardError(k) < smallest),
    chosen: errors.findIndex((_, k) => k === best || withinOneError(excess(k), contexts)),
  };
}

/** Whether the mean of differences lies within one standard error of 0, the sums of whole contexts being the independent pieces. */
function withinOneError(differences: Float64Array, contexts: readonly (string | number)[]): boolean {
  const sums = new Map<string | number, number>();
  differences.forEach((v, i) => {
    sums.set(contexts[i]!, (sums.get(contexts[i]!) ?? 0) + v);
  });
  const n = sums.size;
  if (n < 2) return false;
  const m = moments(Float64Array.from(sums.values()));
  return m.mean <= Math.sqrt(m.variance / n);
}
