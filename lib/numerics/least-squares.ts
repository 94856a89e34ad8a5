import { AppError } from '@/lib/errors';
import { type Matrix, matrix, multiplyVector, type Numbers, requireFinite } from './matrix';
import { applyQt, inverseR, type Qr, qrFactor, solveR, svdOfR } from './qr';
import { numericalRank, type Svd } from './svd';
import { withoutRounding } from './variation';

/** How the covariance is scaled: `estimated` by the residual variance, `known` when weights are exactly 1/u². */
export type CovarianceScale = 'estimated' | 'known';

/** Options of a linear fit. */
export interface LeastSquaresOptions {
  /** One weight per row, >= 0 (1/u² when standard uncertainties are known). A zero or NaN weight drops the row. */
  readonly weights?: Numbers;
  readonly covariance?: CovarianceScale;
  /** Singular values below this fraction of the largest count as zero. Default 1e-10. */
  readonly rankTolerance?: number;
  /** Rank-deficient design: refuse (default) or return the minimum-norm solution. */
  readonly onDeficient?: 'throw' | 'minimum_norm';
  /** Names of the columns, used in messages. */
  readonly names?: readonly string[];
}

/** A linear fit with its uncertainty and its rank. */
export interface LeastSquaresFit {
  /** (p,). */
  readonly coefficients: Float64Array;
  /** Covariance of the coefficients, row-major (p, p); in a deficient fit of the minimum-norm solution. */
  readonly covariance: Float64Array;
  /** Square roots of its diagonal. */
  readonly standardErrors: Float64Array;
  readonly rank: number;
  /** 2-norm condition number of the (weighted) design as given; Infinity when exactly singular. */
  readonly conditionNumber: number;
  readonly singularValues: Float64Array;
  /** n − rank. */
  readonly dof: number;
  /** √(Σ w r² / dof); NaN only when dof = 0, where it does not exist. */
  readonly residualSigma: number;
  /** Σ w r²; 0 where the rounding of y explains it. */
  readonly rss: number;
  /** y − X·b for every input row; NaN where the row was dropped. */
  readonly residuals: Float64Array;
  readonly fitted: Float64Array;
  /** 1 − rss / Σ w (y − ȳ_w)²; 1 where y does not vary beyond rounding. */
  readonly rSquared: number;
  readonly nUsed: number;
  readonly nDropped: number;
  /** Columns of the null space of X (unit vectors), one per lost rank: which combinations the data cannot see. */
  readonly nullSpace: Float64Array[];
}

/**
 * Weighted linear least squares min Σ w_i (y_i − x_i·b)² by Householder QR; rank and condition from the singular
 * values of R.
 * @param x - design X, shape (n, p), finite.
 * @param y - observations, shape (n,); NaN means "not measured" and drops the row.
 * @returns coefficients in unit of y over unit of their column.
 * @throws AppError `rank_deficient` with `details.columns` (the terms that cannot be told apart) unless `minimum_norm` was asked for;
 * `invalid_input` when fewer rows than columns remain.
 * @throws AppError `dimension_mismatch` when X, y and the weights differ in length.
 * @complexity 2np² flops for the factorisation.
 * @reference Golub & Van Loan (2013), §5.3; Björck, Numerical Methods for Least Squares Problems (1996), §1.
 */
export function leastSquares(x: Matrix, y: Numbers, options: LeastSquaresOptions = {}): LeastSquaresFit {
  if (y.length !== x.rows) throw new AppError('dimension_mismatch', `X has ${x.rows} rows, y has ${y.length} values`);
  return solveDesign(factorDesign(x, y, options, [y]), y, options.covariance);
}

/** A factored design: fits of several y with the same rows and weights share it. */
export interface DesignFactor {
  readonly x: Matrix;
  /** Indices of the rows used. */
  readonly rows: Int32Array;
  /** √w of each used row; null when all are 1. */
  readonly root: Float64Array | null;
  readonly qr: Qr;
  /** Qᵀ√W y of the columns that were carried along. */
  readonly projected: ReadonlyMap<Numbers, Float64Array>;
  readonly svd: Svd;
  readonly rank: number;
  readonly nullSpace: Float64Array[];
  /** (XᵀWX)⁻¹ or its pseudo-inverse. */
  readonly unscaledCovariance: Float64Array;
}

/**
 * Factor the rows of X where y is measured. Errors as `leastSquares`.
 * @param y - only which entries are NaN matters.
 * @param carry - columns that will be fitted: Qᵀy of those measured on all these rows is formed in the same pass.
 */
export function factorDesign(
  x: Matrix,
  y: Numbers,
  options: LeastSquaresOptions = {},
  carry: readonly Numbers[] = [],
): DesignFactor {
  const { cols: p } = x;
  if (options.weights && options.weights.length !== x.rows) {
    throw new AppError('dimension_mismatch', `X has ${x.rows} rows, weights has ${options.weights.length} values`);
  }
  const { rows, root } = usableRows(y, options.weights);
  const n = rows.length;
  if (n < p && options.onDeficient !== 'minimum_norm') {
    throw new AppError(
      'invalid_input',
      `${n} usable observations cannot determine ${p} coefficients; measure more or fit fewer terms`,
      { nUsed: n, needed: p },
    );
  }
  let a = x;
  if (root || n !== x.rows || n < p) {
    a = matrix(Math.max(n, p), p); // zero rows change nothing and keep the factorisation tall
    for (let k = 0; k < n; k++) {
      const s = root ? root[k]! : 1;
      const from = rows[k]! * p;
      for (let j = 0; j < p; j++) a.data[k * p + j] = s * x.data[from + j]!;
    }
  }
  requireFinite('design', a.data);
  const right = carry.map((c) => ({ y: c, b: usedValues(c, rows, root, a.rows) })).filter((c) => c.b !== null);
  const qr = qrFactor(a, { carry: right.map((c) => c.b!) });
  const projected = new Map(right.map((c, k) => [c.y, qr.carried[k]!]));
  const d = svdOfR(qr);
  const rank = numericalRank(d.s, options.rankTolerance ?? 1e-10);
  const nullSpace = nullVectors(d, rank);
  if (rank < p && options.onDeficient !== 'minimum_norm') throw deficient(nullSpace, options.names);
  return { x, rows, root, qr, projected, svd: d, rank, nullSpace, unscaledCovariance: unscaledCovariance(qr, d, rank) };
}

/**
 * Fit one y on a factored design.
 * @param y - (n,); as many entries as the design has rows.
 * @throws AppError `invalid_input` when y is not measured on a row the factor uses.
 */
export function solveDesign(f: DesignFactor, y: Numbers, scale: CovarianceScale = 'estimated'): LeastSquaresFit {
  let b = f.projected.get(y);
  if (!b) {
    const values = usedValues(y, f.rows, f.root, f.qr.rows);
    if (!values) {
      const index = f.rows.find((i) => !Number.isFinite(y[i]!))!;
      throw new AppError('invalid_input', `row ${index} is ${y[index]}; factor the design without it`, { index });
    }
    applyQt(f.qr, values);
    b = values;
  }
  const coefficients = f.rank < f.qr.cols ? minimumNorm(f.svd, f.rank, b) : solveR(f.qr, b);
  return summarise(f, y, coefficients, scale);
}

// √w y on the used rows, padded with zeros; null when one of them is not a number.
function usedValues(y: Numbers, rows: Int32Array, root: Float64Array | null, length: number): Float64Array | null {
  const b = new Float64Array(length);
  for (let k = 0; k < rows.length; k++) {
    const v = y[rows[k]!]!;
    if (!Number.isFinite(v)) return null;
    b[k] = root ? root[k]! * v : v;
  }
  return b;
}

function usableRows(y: Numbers, weights: Numbers | undefined): { rows: Int32Array; root: Float64Array | null } {
  const rows = new Int32Array(y.length);
  const root = weights ? new Float64Array(y.length) : null;
  let n = 0;
  for (let i = 0; i < y.length; i++) {
    const w = weights ? weights[i]! : 1;
    if (w < 0) throw new AppError('invalid_input', `weights[${i}] is ${w}; weights must not be negative`, { index: i });
    if (Number.isNaN(y[i]!) || !(w > 0)) continue;
    if (!Number.isFinite(y[i]!) || !Number.isFinite(w))
      throw new AppError('invalid_input', `row ${i} is not finite; remove it`, { index: i });
    if (root) root[n] = Math.sqrt(w);
    rows[n++] = i;
  }
  return { rows: rows.subarray(0, n), root: root ? root.subarray(0, n) : null };
}

function nullVectors(d: Svd, rank: number): Float64Array[] {
  const p = d.v.rows;
  return Array.from({ length: p - rank }, (_, k) => Float64Array.from({ length: p }, (_, j) => d.v.data[j * p + rank + k]!));
}

/** Error that names the columns taking part in a dependency (share above 10 % of the null vector). */
function deficient(nullSpace: readonly Float64Array[], names: readonly string[] | undefined): AppError {
  const columns = new Set<number>();
  for (const v of nullSpace) for (let j = 0; j < v.length; j++) if (Math.abs(v[j]!) > 0.1) columns.add(j);
  const labels = [...columns].sort((a, b) => a - b).map((j) => names?.[j] ?? `column ${j}`);
  return new AppError('rank_deficient', `the data cannot tell apart: ${labels.join(', ')}; drop terms or add sites`, {
    columns: [...columns],
    terms: labels,
    lostRank: nullSpace.length,
  });
}

// x = Σ_{k<rank} v_k (u_kᵀ c)/s_k with R = U S Vᵀ, c = Qᵀb
function minimumNorm(d: Svd, rank: number, c: Float64Array): Float64Array {
  const p = d.v.rows;
  const out = new Float64Array(p);
  for (let k = 0; k < rank; k++) {
    let s = 0;
    for (let i = 0; i < p; i++) s += d.u.data[i * p + k]! * c[i]!;
    s /= d.s[k]!;
    for (let j = 0; j < p; j++) out[j]! += s * d.v.data[j * p + k]!;
  }
  return out;
}

function unscaledCovariance(qr: Qr, d: Svd, rank: number): Float64Array {
  const p = qr.cols;
  const out = new Float64Array(p * p);
  if (rank === p) {
    const r = inverseR(qr).data;
    for (let i = 0; i < p; i++) {
      for (let j = 0; j <= i; j++) {
        let s = 0;
        for (let k = i; k < p; k++) s += r[i * p + k]! * r[j * p + k]!;
        out[i * p + j] = s;
        out[j * p + i] = s;
      }
    }
    return out;
  }
  for (let k = 0; k < rank; k++) {
    const w = 1 / d.s[k]! ** 2;
    for (let i = 0; i < p; i++) for (let j = 0; j < p; j++) out[i * p + j]! += w * d.v.data[i * p + k]! * d.v.data[j * p + k]!;
  }
  return out;
}

function summarise(f: DesignFactor, y: Numbers, coefficients: Float64Array, scale: CovarianceScale): LeastSquaresFit {
  const { x, rows, root, svd: d, rank } = f;
  const p = x.cols;
  const residuals = new Float64Array(x.rows).fill(Number.NaN);
  const fitted = multiplyVector(x, coefficients);
  let sw = 0;
  let mean = 0;
  for (let k = 0; k < rows.length; k++) {
    const w = root ? root[k]! * root[k]! : 1;
    sw += w;
    mean += w * y[rows[k]!]!;
  }
  mean /= sw;
  let rss = 0;
  let tss = 0;
  let largest = 0;
  for (let k = 0; k < rows.length; k++) {
    const i = rows[k]!;
    const w = root ? root[k]! * root[k]! : 1;
    const r = y[i]! - fitted[i]!;
    const t = y[i]! - mean;
    residuals[i] = r;
    rss += w * r * r;
    tss += w * t * t;
    largest = Math.max(largest, Math.abs(y[i]!) * (root ? root[k]! : 1));
  }
  rss = withoutRounding(rss, rows.length, largest);
  tss = withoutRounding(tss, rows.length, largest);
  const dof = rows.length - rank;
  const covariance = f.unscaledCovariance.slice();
  if (scale === 'estimated') {
    const s2 = dof > 0 ? rss / dof : Number.NaN;
    for (let i = 0; i < covariance.length; i++) covariance[i]! *= s2;
  }
  const smallest = d.s[p - 1] ?? 0;
  return {
    coefficients,
    covariance,
    standardErrors: Float64Array.from({ length: p }, (_, j) => Math.sqrt(covariance[j * p + j]!)),
    rank,
    conditionNumber: smallest > 0 ? d.s[0]! / smallest : Number.POSITIVE_INFINITY,
    singularValues: d.s,
    dof,
    residualSigma: dof > 0 ? Math.sqrt(rss / dof) : Number.NaN,
    rss,
    residuals,
    fitted,
    rSquared: tss > 0 ? 1 - rss / tss : 1,
    nUsed: rows.length,
    nDropped: x.rows - rows.length,
    nullSpace: f.nullSpace,
  };
}
