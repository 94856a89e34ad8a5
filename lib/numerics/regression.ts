import { AppError } from '@/lib/errors';
import { leastSquares } from './least-squares';
import { fromRows, matrix, type Numbers } from './matrix';
import { requireIndependent, requireVariation } from './variation';

/** A regression in the original variables. */
export interface Regression {
  /** In the original variables: intercept first where there is one, then by column or by rising power. */
  readonly coefficients: Float64Array;
  /** In the order of the coefficients. */
  readonly standardErrors: Float64Array;
  readonly residualSigma: number;
  readonly rSquared: number;
  readonly dof: number;
  /** Condition of the centred and scaled design that was solved. */
  readonly conditionNumber: number;
}

/**
 * Polynomial regression y = Σ b_k x^k, solved in t = (x − mid)/halfRange on the Legendre basis and mapped back: the raw powers of NIST's Filip
 * set lose eight digits, this loses none that the data do not lose.
 * @param x - (n,); y - (n,); NaN in y is left out.
 * @param degree - highest power.
 * @throws AppError `invalid_input` with fewer points than coefficients; `out_of_domain` when x does not vary; `rank_deficient` when the x do not differ
 * enough.
 * @reference Forsythe, J. SIAM 5 (1957) 74; NIST StRD linear regression sets.
 */
export function polynomialRegression(x: Numbers, y: Numbers, degree: number): Regression {
  if (!Number.isInteger(degree) || degree < 0)
    throw new AppError('invalid_input', `degree must be an integer >= 0, got ${degree}`, { field: 'degree' });
  if (degree > 0) requireVariation('x', x);
  let [lo, hi] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < x.length; i++) {
    lo = Math.min(lo, x[i]!);
    hi = Math.max(hi, x[i]!);
  }
  const mid = (lo + hi) / 2;
  const half = (hi - lo) / 2 || 1;
  const p = degree + 1;
  const design = matrix(x.length, p);
  for (let i = 0; i < x.length; i++) {
    const t = (x[i]! - mid) / half;
    let [p0, p1] = [1, t];
    for (let k = 0; k < p; k++) {
      design.data[i * p + k] = k === 0 ? 1 : p1;
      if (k > 0) [p0, p1] = [p1, ((2 * k + 1) * t * p1 - k * p0) / (k + 1)];
    }
  }
  const f = leastSquares(design, y, { rankTolerance: 1e-13 });
  const toPowers = legendreToPowers(degree, mid, half);
  const coefficients = new Float64Array(p);
  const standardErrors = new Float64Array(p);
  const add = (legendre: Float64Array): void => {
    for (let i = 0; i < p; i++) for (let j = 0; j < p; j++) coefficients[i]! += toPowers[i * p + j]! * legendre[j]!;
  };
  add(f.coefficients);
  // The mapping rounds; what it lost is in the residuals of the mapped polynomial, taken in twice the precision and fitted once more.
  for (let step = 0; step < REFINEMENTS; step++)
    add(
      leastSquares(
        design,
        Float64Array.from(x, (v, i) => residual(coefficients, v, y[i]!)),
        { rankTolerance: 1e-13 },
      ).coefficients,
    );
  for (let i = 0; i < p; i++) {
    let v = 0;
    for (let j = 0; j < p; j++) {
      for (let k = 0; k < p; k++) v += toPowers[i * p + j]! * f.covariance[j * p + k]! * toPowers[i * p + k]!;
    }
    standardErrors[i] = Math.sqrt(Math.max(0, v));
  }
  return {
    coefficients,
    standardErrors,
    residualSigma: f.residualSigma,
    rSquared: f.rSquared,
    dof: f.dof,
    conditionNumber: f.conditionNumber,
  };
}

const REFINEMENTS = 2;
/** 2²⁷ + 1: splits a double into two halves of 26 bits. */
const SPLITTER = 134217729;

/** a·b − fl(a·b), exactly. @reference Dekker, Numer. Math. 18 (1971) 224. */
function productError(a: number, b: number, product: number): number {
  const ca = SPLITTER * a;
  const ah = ca - (ca - a);
  const al = a - ah;
  const cb = SPLITTER * b;
  const bh = cb - (cb - b);
  const bl = b - bh;
  return al * bl - (product - ah * bh - al * bh - ah * bl);
}

/** y − Σ b_k x^k as if computed in twice the precision. @reference compensated Horner: Graillat, Langlois & Louvet (2005), algorithm 4. */
function residual(b: Float64Array, x: number, y: number): number {
  let s = b[b.length - 1]!;
  let correction = 0;
  for (let k = b.length - 2; k >= 0; k--) {
    const product = s * x;
    const sum = product + b[k]!;
    const z = sum - product;
    const sumError = product - (sum - z) + (b[k]! - z);
    correction = correction * x + (productError(s, x, product) + sumError);
    s = sum;
  }
  return y - s - correction;
}

// Column j: P_j((x − mid)/half) in powers of x
function legendreToPowers(degree: number, mid: number, half: number): Float64Array {
  const p = degree + 1;
  const times = (a: Float64Array): Float64Array => {
    const out = new Float64Array(p); // a(x)·(x − mid)/half
    for (let i = 0; i < p; i++) {
      out[i]! -= (a[i]! * mid) / half;
      if (i + 1 < p) out[i + 1]! += a[i]! / half;
    }
    return out;
  };
  const basis: Float64Array[] = [Float64Array.from({ length: p }, (_, i) => (i === 0 ? 1 : 0))];
  for (let k = 1; k < p; k++) {
    const t = times(basis[k - 1]!);
    basis.push(t.map((v, i) => (k === 1 ? v : ((2 * k - 1) * v - (k - 1) * basis[k - 2]![i]!) / k)));
  }
  return Float64Array.from({ length: p * p }, (_, i) => basis[i % p]![Math.floor(i / p)]!);
}

/**
 * Multiple regression, columns centred and scaled before QR (Longley keeps eleven digits), mapped back to the original variables.
 * @param columns - one array per regressor.
 * @param y - (n,); NaN is left out.
 * @param intercept - default true.
 * @param names - of the regressors, for what is refused.
 * @throws AppError as `leastSquares`; with an intercept `rank_deficient` naming regressors that do not vary or depend on others.
 * @reference Golub & Van Loan (2013), §5.3; NIST StRD.
 */
export function multipleRegression(
  columns: readonly Numbers[],
  y: Numbers,
  intercept = true,
  names?: readonly string[],
): Regression {
  const n = y.length;
  const m = columns.length;
  if (intercept && m > 0 && n > m)
    requireIndependent('columns', fromRows(Array.from({ length: n }, (_, i) => columns.map((c) => c[i]!))), names);
  const centre = columns.map((c) => (intercept ? mean(c) : 0));
  const scale = columns.map((c, j) => {
    let s = 0;
    for (let i = 0; i < n; i++) s = Math.max(s, Math.abs(c[i]! - centre[j]!));
    return s || 1;
  });
  const p = m + (intercept ? 1 : 0);
  const design = matrix(n, p);
  for (let i = 0; i < n; i++) {
    if (intercept) design.data[i * p] = 1;
    for (let j = 0; j < m; j++) design.data[i * p + p - m + j] = (columns[j]![i]! - centre[j]!) / scale[j]!;
  }
  const f = leastSquares(design, y, { rankTolerance: 1e-13 });
  const coefficients = new Float64Array(p);
  const standardErrors = new Float64Array(p);
  const o = p - m;
  for (let j = 0; j < m; j++) {
    coefficients[o + j] = f.coefficients[o + j]! / scale[j]!;
    standardErrors[o + j] = f.standardErrors[o + j]! / scale[j]!;
  }
  if (intercept) {
    const row = Float64Array.from({ length: p }, (_, k) => (k === 0 ? 1 : -centre[k - 1]! / scale[k - 1]!));
    let v = 0;
    for (let a = 0; a < p; a++) {
      coefficients[0]! += row[a]! * f.coefficients[a]!;
      for (let b = 0; b < p; b++) v += row[a]! * f.covariance[a * p + b]! * row[b]!;
    }
    standardErrors[0] = Math.sqrt(Math.max(0, v));
  }
  return {
    coefficients,
    standardErrors,
    residualSigma: f.residualSigma,
    rSquared: intercept ? f.rSquared : 1 - f.rss / squares(y),
    dof: f.dof,
    conditionNumber: f.conditionNumber,
  };
}

function mean(v: Numbers): number {
  let s = 0;
  for (let i = 0; i < v.length; i++) s += v[i]! / v.length;
  return s;
}

function squares(v: Numbers): number {
  let s = 0;
  for (let i = 0; i < v.length; i++) s += v[i]! ** 2;
  return s;
}
