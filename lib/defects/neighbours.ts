import { AppError } from '@/lib/errors';
import {
  cholesky,
  covarianceMatrix,
  forwardSolveInPlace,
  fromRows,
  median,
  requireFinite,
  requireIndependent,
} from '@/lib/numerics';

type Rows = ArrayLike<ArrayLike<number>>;

/** Nearest rows of a row. */
export interface Neighbours {
  /** Indices of the k nearest training rows, nearest first, and their squared distances. */
  readonly index: number[];
  readonly distance2: number[];
}

/**
 * k nearest training rows of one row, ties by index. `skip` leaves one training row out.
 * @param train - (n, p), finite.
 * @param k - number of neighbours.
 * @throws AppError `invalid_input` when there are fewer than k rows.
 * @reference Cover & Hart, IEEE Trans. Inf. Theory 13 (1967) 21.
 */
export function nearest(train: Rows, x: ArrayLike<number>, k: number, skip = -1): Neighbours {
  const count = train.length - (skip >= 0 ? 1 : 0);
  if (!Number.isInteger(k) || k < 1 || k > count)
    throw new AppError('invalid_input', `k must be an integer from 1 to ${count}, got ${k}`, { field: 'k' });
  const all: { i: number; d: number }[] = [];
  for (let i = 0; i < train.length; i++) {
    if (i === skip) continue;
    let d = 0;
    for (let j = 0; j < x.length; j++) d += (train[i]![j]! - x[j]!) ** 2;
    all.push({ i, d });
  }
  all.sort((a, b) => a.d - b.d || a.i - b.i);
  const top = all.slice(0, k);
  return { index: top.map((t) => t.i), distance2: top.map((t) => t.d) };
}

/** Fault detection by distance to normal runs: a plain-JSON model. */
export interface KnnModel {
  readonly kind: 'knn';
  readonly k: number;
  readonly train: readonly (readonly number[])[];
  /** Quantiles of the score of each training row against the others: limits for new ones. */
  readonly limits: { readonly p95: number; readonly p99: number };
}

/**
 * kNN fault detection: score = Σ squared distances to the k nearest normal runs; limits from the leave-one-out scores of the training runs.
 * Scale the features first: distances mix them.
 * @param train - (n, p), finite, scaled.
 * @param k - neighbours.
 * @throws AppError `invalid_input` on NaN or with fewer than k + 2 runs.
 * @reference He & Wang, IEEE Trans. Semicond. Manuf. 20 (2007) 345.
 */
export function trainKnn(train: Rows, k = 5): KnnModel {
  const m = fromRows(train);
  requireFinite('train', m.data);
  if (m.rows < k + 2)
    throw new AppError('invalid_input', `${m.rows} normal runs are too few for k = ${k}; collect ${k + 2} or more`, {
      rows: m.rows,
    });
  const scores = Array.from({ length: m.rows }, (_, i) =>
    nearest(train, train[i]!, k, i).distance2.reduce((s, d) => s + d, 0),
  ).sort((a, b) => a - b);
  const at = (p: number): number => scores[Math.min(scores.length - 1, Math.ceil(p * scores.length) - 1)]!;
  return {
    kind: 'knn',
    k,
    train: Array.from({ length: m.rows }, (_, i) => Array.from(train[i]!)),
    limits: { p95: at(0.95), p99: at(0.99) },
  };
}

/**
 * Score of a new run and its nearest normal runs, which serve as the reference to overlay.
 * @param x - (p,), in the scale of the training rows.
 * @returns score and contributions in the squared scale of the features.
 * @throws AppError `invalid_input` on another number of features.
 */
export function scoreKnn(
  m: KnnModel,
  x: ArrayLike<number>,
): { readonly score: number; readonly neighbours: Neighbours; readonly contributions: number[] } {
  checkWidth(x, m.train[0]!.length);
  const neighbours = nearest(m.train, x, m.k);
  const contributions = Array.from({ length: x.length }, (_, j) =>
    neighbours.index.reduce((s, i) => s + (m.train[i]![j]! - x[j]!) ** 2, 0),
  );
  return { score: neighbours.distance2.reduce((s, d) => s + d, 0), neighbours, contributions };
}

/**
 * Local outlier factor of new rows against training rows: about 1 inside a cluster of any density, well above 1 outside.
 * @param k - neighbours that set the density.
 * @returns one factor a row, dimensionless.
 * @throws AppError `out_of_domain` when every training row repeats k others.
 * @reference Breunig, Kriegel, Ng & Sander, SIGMOD (2000) 93.
 */
export function localOutlierFactor(train: Rows, x: Rows, k: number): number[] {
  const own = Array.from({ length: train.length }, (_, i) => nearest(train, train[i]!, k, i));
  const kDistance = own.map((n) => Math.sqrt(n.distance2[k - 1]!));
  // repeated points have no finite density: a floor far below the usual distance, whatever the unit
  const floor = 1e-10 * (median(kDistance) || Math.max(...kDistance));
  if (!(floor > 0))
    throw new AppError('out_of_domain', `train: every normal run repeats ${k} others; a local density needs runs that differ`, {
      field: 'train',
    });
  const density = (n: Neighbours): number => {
    const mean = n.index.reduce((s, i, j) => s + Math.max(kDistance[i]!, Math.sqrt(n.distance2[j]!)), 0) / k;
    return 1 / (mean + floor);
  };
  const trained = own.map(density);
  return Array.from({ length: x.length }, (_, r) => {
    const n = nearest(train, x[r]!, k);
    return n.index.reduce((s, i) => s + trained[i]!, 0) / k / density(n);
  });
}

/**
 * Squared Mahalanobis distance of rows to the training mean, covariance with divisor n − 1.
 * @param names - of the features, for what is refused.
 * @returns one distance a row, dimensionless.
 * @throws AppError `invalid_input` on NaN, too few training rows or rows of another length; `rank_deficient` naming features that do not vary or
 * depend on others.
 * @reference Mahalanobis, Proc. Natl. Inst. Sci. India 2 (1936) 49.
 */
export function mahalanobis2(train: Rows, x: Rows, names?: readonly string[]): number[] {
  const m = fromRows(train);
  requireFinite('train', m.data);
  if (m.rows <= m.cols)
    throw new AppError(
      'invalid_input',
      `train: ${m.rows} runs are too few for ${m.cols} variables; a covariance needs more than ${m.cols}`,
      {
        field: 'train',
      },
    );
  requireIndependent('train', m, names);
  const { mean, covariance } = covarianceMatrix(m.data, m.rows, m.cols);
  const { l } = cholesky(covariance, m.cols);
  return Array.from({ length: x.length }, (_, i) => {
    checkWidth(x[i]!, m.cols);
    const d = Float64Array.from(mean, (c, j) => x[i]![j]! - c);
    forwardSolveInPlace(l, d);
    return d.reduce((s, v) => s + v * v, 0);
  });
}

function checkWidth(x: ArrayLike<number>, p: number): void {
  if (x.length !== p)
    throw new AppError('invalid_input', `x: the normal runs have ${p} variables, got ${x.length}`, { field: 'x' });
  requireFinite('x', x);
}
