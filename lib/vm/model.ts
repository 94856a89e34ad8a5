import { AppError } from '@/lib/errors';
import { chiSquared, fisherF, type Matrix, matrix, moments } from '@/lib/numerics';
import { fillMissing, hasMissing } from './missing';
import { type PlsAlgorithm, type PlsFactors, plsCoefficients, plsFactors, vip } from './pls-core';
import { applyScaling, columnScaling, scaledRounding } from './scaling';
import { crossValidatePls, type Fold, timeOrderedFolds, type ValidationPlan } from './validation';

/** A PLS virtual-metrology model as plain JSON: everything a prediction needs, nothing else. Matrices are row-major number arrays. */
export interface PlsModel {
  readonly kind: 'pls';
  readonly version: 1;
  readonly algorithm: PlsAlgorithm;
  readonly sensors: readonly string[];
  readonly responses: readonly string[];
  readonly components: number;
  /** Rows used, and rows whose missing sensors were filled by conditional means while training. */
  readonly n: number;
  readonly nFilled: number;
  /** (p,), units of the sensors. */
  readonly xMean: readonly number[];
  /** (p,), standard deviations, units of the sensors. */
  readonly xScale: readonly number[];
  /** Sensors that never varied: they carry no information and are ignored. */
  readonly constantSensors: readonly string[];
  /** (q,), units of the responses. */
  readonly yMean: readonly number[];
  /** (p, A), (p, A), (q, A). */
  readonly rotations: readonly number[];
  readonly xLoadings: readonly number[];
  readonly yLoadings: readonly number[];
  /** t_aᵀt_a, (A,). */
  readonly scoreSumSquares: readonly number[];
  /** Variance of each scaled sensor that the components leave, for missing sensors. */
  readonly xResidualVariance: readonly number[];
  /** In the original units: y = intercept + x·coefficients, (p, q). */
  readonly coefficients: readonly number[];
  readonly intercept: readonly number[];
  /** (p,). */
  readonly vip: readonly number[];
  /** Cumulative shares of the sums of squares explained by 1…A components. */
  readonly xVariance: readonly number[];
  readonly yVariance: readonly number[];
  /** Residual standard deviation of training, dof n − A − 1, and of validation (null without), per response. */
  readonly sigmaTrain: readonly number[];
  readonly sigmaValidation: readonly number[] | null;
  readonly limits: {
    readonly t2: { readonly p95: number; readonly p99: number };
    readonly spe: { readonly p95: number; readonly p99: number };
  };
  readonly validation: {
    readonly rmsep: readonly (readonly number[])[];
    readonly best: number;
    readonly oneSigma: number;
    readonly rows: number;
  } | null;
}

/** Rows to train on. */
export interface PlsTrainingData {
  /** One row per wafer or lot in time order, one column per sensor feature; NaN = not recorded. */
  readonly x: ArrayLike<ArrayLike<number>>;
  /** Measured responses; a row with a NaN response is left out. */
  readonly y: ArrayLike<ArrayLike<number>>;
  readonly sensors?: readonly string[];
  readonly responses?: readonly string[];
}

/** Options of {@link trainPls}. */
export interface PlsTrainingOptions extends ValidationPlan {
  /** Fixed number of components; without it the paired one-standard-error choice of the time-ordered validation decides. */
  readonly components?: number;
  readonly maxComponents?: number;
  readonly scale?: boolean;
  readonly algorithm?: PlsAlgorithm;
  /** `time` (default) validates forward in time by context; `none` trains only; or folds given by the caller. */
  readonly validation?: 'time' | 'none' | readonly Fold[];
}

function toMatrix(rows: ArrayLike<ArrayLike<number>>, use: readonly number[], cols: number, name: string): Matrix {
  const out = matrix(use.length, cols);
  use.forEach((r, i) => {
    const row = rows[r]!;
    if (row.length !== cols)
      throw new AppError('invalid_input', `${name} row ${r} has ${row.length} values, expected ${cols}`, { field: name, row: r });
    for (let j = 0; j < cols; j++) out.data[i * cols + j] = row[j]!;
  });
  return out;
}

/**
 * Train a PLS virtual-metrology model. Missing sensor values are filled by their conditional mean under the model and the model is
 * renewed until it settles (never by zero); the number of components comes from validation that respects time and context.
 * @param data - rows in time order, units of the sensors and responses.
 * @returns a model in the units of the data.
 * @throws AppError `invalid_input` on too few rows, unequal rows, infinite values or a sensor that was never recorded;
 * `out_of_domain` when nothing correlates.
 * @reference Wold, Sjöström & Eriksson, Chemom. Intell. Lab. Syst. 58 (2001) 109; T², SPE: Kourti & MacGregor, ibid. 28 (1995) 3.
 */
export function trainPls(data: PlsTrainingData, options: PlsTrainingOptions = {}): PlsModel {
  if (data.x.length !== data.y.length)
    throw new AppError('invalid_input', `x has ${data.x.length} rows, y has ${data.y.length}; give one row per wafer in both`);
  const use = Array.from({ length: data.y.length }, (_, i) => i).filter((i) =>
    Array.from(data.y[i]!).every((v) => !Number.isNaN(v)),
  );
  if (use.length < 4)
    throw new AppError('invalid_input', `only ${use.length} rows have a measured response; a model needs four or more`, {
      rows: use.length,
    });
  const p = data.x[use[0]!]!.length;
  const q = data.y[use[0]!]!.length;
  const raw = toMatrix(data.x, use, p, 'x');
  const y = toMatrix(data.y, use, q, 'y');
  const sensors = data.sensors ?? Array.from({ length: p }, (_, j) => `x${j + 1}`);
  if (sensors.length !== p)
    throw new AppError('invalid_input', `${p} sensor columns but ${sensors.length} names`, { field: 'sensors' });
  for (const [name, m] of [
    ['x', raw],
    ['y', y],
  ] as const) {
    for (let k = 0; k < m.data.length; k++) {
      const v = m.data[k]!;
      if (!Number.isFinite(v) && !Number.isNaN(v))
        throw new AppError(
          'invalid_input',
          `${name} row ${use[Math.floor(k / m.cols)]} holds ${v}; give a finite number or NaN`,
          { field: name },
        );
    }
  }
  const { x, nFilled } = hasMissing(raw) ? fillMissing(raw, sensors, options.maxComponents ?? 8) : { x: raw, nFilled: 0 };
  const groups = options.groups ? use.map((i) => options.groups![i]!) : undefined;
  const most = Math.min(options.maxComponents ?? 12, p, use.length - 2);
  const check = options.validation ?? 'time';
  const folds =
    check === 'none'
      ? null
      : check === 'time'
        ? timeOrderedFolds(use.length, { ...options, ...(groups ? { groups } : {}) })
        : check;
  const cv = folds
    ? crossValidatePls(x, y, folds, {
        maxComponents: options.components ?? most,
        scale: options.scale ?? true,
        algorithm: options.algorithm ?? 'nipals',
        ...(groups ? { groups } : {}),
      })
    : null;
  const components = options.components ?? (cv ? Math.max(1, cv.chosen) : Math.min(2, most));
  const sx = columnScaling(x, options.scale ?? true);
  const sy = columnScaling(y, false);
  const xs = applyScaling(x, sx);
  const ys = applyScaling(y, sy);
  const f = plsFactors(xs, ys, components, options.algorithm ?? 'nipals', scaledRounding(x, sx));
  const responses = data.responses ?? Array.from({ length: q }, (_, c) => `y${c + 1}`);
  const judged = cv ? Math.min(f.components, cv.errors.length - 1) : 0;
  return {
    kind: 'pls',
    version: 1,
    algorithm: f.algorithm,
    sensors: [...sensors],
    responses: [...responses],
    components: f.components,
    n: use.length,
    nFilled,
    xMean: sx.mean,
    xScale: sx.scale,
    constantSensors: sx.constant.map((j) => sensors[j]!),
    yMean: sy.mean,
    rotations: Array.from(f.rotations.data),
    xLoadings: Array.from(f.xLoadings.data),
    yLoadings: Array.from(f.yLoadings.data),
    scoreSumSquares: Array.from(f.scoreSumSquares),
    ...originalUnits(f, sx, sy.mean),
    vip: Array.from(vip(f)),
    ...explained(f, xs, ys),
    ...calibration(f, xs, ys),
    sigmaValidation: cv ? cv.rmsep.map((r) => r[judged]!) : null,
    validation: cv ? { rmsep: cv.rmsep, best: cv.best, oneSigma: cv.oneSigma, rows: cv.rows.length } : null,
  };
}

/** Coefficients and intercept for raw sensor values. */
export function originalUnits(
  f: PlsFactors,
  sx: { mean: readonly number[]; scale: readonly number[] },
  yMean: readonly number[],
  k = f.components,
) {
  const b = plsCoefficients(f, k);
  const q = yMean.length;
  const coefficients = Array.from(b.data, (v, i) => v / sx.scale[Math.floor(i / q)]!);
  const intercept = yMean.map((m, c) => sx.mean.reduce((s, mj, j) => s - mj * coefficients[j * q + c]!, m));
  return { coefficients, intercept };
}

/** Cumulative explained shares of X and Y. @returns shares of 1…A components, 0 to 1. */
export function explained(f: PlsFactors, xs: Matrix, ys: Matrix): { xVariance: number[]; yVariance: number[] } {
  const total = (m: Matrix) => m.data.reduce((s, v) => s + v * v, 0);
  const tx = total(xs);
  const ty = total(ys);
  const share = (loadings: Matrix, whole: number): number[] => {
    let sum = 0;
    return Array.from({ length: f.components }, (_, k) => {
      let ss = 0;
      for (let j = 0; j < loadings.rows; j++) ss += loadings.data[j * f.components + k]! ** 2;
      sum += (ss * f.scoreSumSquares[k]!) / whole;
      return sum;
    });
  };
  return { xVariance: share(f.xLoadings, tx), yVariance: share(f.yLoadings, ty) };
}

// Residual variances, training sigma, and limits of T² and SPE from the calibration rows.
function calibration(f: PlsFactors, xs: Matrix, ys: Matrix) {
  const { rows: n, cols: p } = xs;
  const q = ys.cols;
  const a = f.components;
  const sse = new Float64Array(q);
  const spe = new Float64Array(n);
  const left = new Float64Array(p);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < q; c++) {
      let v = ys.data[i * q + c]!;
      for (let k = 0; k < a; k++) v -= f.scores.data[i * a + k]! * f.yLoadings.data[c * a + k]!;
      sse[c]! += v * v;
    }
    let s = 0;
    for (let j = 0; j < p; j++) {
      let e = xs.data[i * p + j]!;
      for (let k = 0; k < a; k++) e -= f.scores.data[i * a + k]! * f.xLoadings.data[j * a + k]!;
      s += e * e;
      left[j]! += e * e;
    }
    spe[i] = s;
  }
  const dof = Math.max(1, n - a - 1);
  const t2 = (level: number) =>
    n > a ? ((a * (n * n - 1)) / (n * (n - a))) * fisherF(a, n - a).quantile(level) : Number.POSITIVE_INFINITY;
  const m = moments(spe);
  const speLimit = (level: number) =>
    m.variance > 0 ? (m.variance / (2 * m.mean)) * chiSquared((2 * m.mean ** 2) / m.variance).quantile(level) : m.mean;
  return {
    sigmaTrain: Array.from(sse, (s) => Math.sqrt(s / dof)),
    xResidualVariance: Array.from(left, (s) => s / dof),
    limits: { t2: { p95: t2(0.95), p99: t2(0.99) }, spe: { p95: speLimit(0.95), p99: speLimit(0.99) } },
  };
}
