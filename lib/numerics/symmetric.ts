import { AppError } from '@/lib/errors';
import { type LeastSquaresFit, type LeastSquaresOptions, leastSquares } from './least-squares';
import { type Matrix, matrix, type Numbers } from './matrix';
import { withoutRounding } from './variation';

/** Eigenvalues and vectors of a symmetric matrix. */
export interface SymmetricEigen {
  /** Eigenvalues, descending, and orthonormal eigenvectors as columns of `vectors` (n, n). */
  readonly values: Float64Array;
  readonly vectors: Matrix;
  readonly sweeps: number;
}

/**
 * Eigenvalues and vectors of a symmetric matrix by cyclic Jacobi rotations: small eigenvalues keep their absolute accuracy, vectors are orthogonal
 * to rounding.
 * @param a - row-major (n, n); only the lower triangle is read.
 * @throws AppError `invalid_input` on a non-finite entry; `not_converged` after 60 sweeps.
 * @throws AppError `dimension_mismatch` when a does not hold n² values.
 * @complexity about 4n³ a sweep, 6 to 10 sweeps.
 * @reference Golub & Van Loan (2013), Alg. 8.5.2.
 */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen {
  if (a.length !== n * n) throw new AppError('dimension_mismatch', `A has ${a.length} values, need ${n * n}`);
  const w = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const v = a[i * n + j]!;
      if (!Number.isFinite(v))
        throw new AppError('invalid_input', `A[${i}][${j}] is ${v}; give a finite matrix`, { row: i, column: j });
      w[i * n + j] = v;
      w[j * n + i] = v;
    }
  }
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  let sweeps = 0;
  for (; ; sweeps++) {
    let off = 0;
    let diagonal = 0;
    for (let i = 0; i < n; i++) {
      diagonal += w[i * n + i]! ** 2;
      for (let j = 0; j < i; j++) off += 2 * w[i * n + j]! ** 2;
    }
    if (off <= 1e-31 * diagonal || off === 0) break;
    if (sweeps === 60) throw new AppError('not_converged', 'Jacobi rotations did not converge in 60 sweeps');
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(w, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => w[j * n + j]! - w[i * n + i]!);
  const vectors = matrix(n, n);
  order.forEach((src, k) => {
    for (let i = 0; i < n; i++) vectors.data[i * n + k] = v[i * n + src]!;
  });
  return { values: Float64Array.from(order, (i) => w[i * n + i]!), vectors, sweeps };
}

function rotate(w: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const b = w[p * n + q]!;
  if (b === 0) return;
  const theta = (w[q * n + q]! - w[p * n + p]!) / (2 * b);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(1, theta));
  const c = 1 / Math.hypot(1, t);
  const s = c * t;
  for (let k = 0; k < n; k++) {
    const x = w[k * n + p]!;
    const y = w[k * n + q]!;
    w[k * n + p] = c * x - s * y;
    w[k * n + q] = s * x + c * y;
  }
  for (let k = 0; k < n; k++) {
    const x = w[p * n + k]!;
    const y = w[q * n + k]!;
    w[p * n + k] = c * x - s * y;
    w[q * n + k] = s * x + c * y;
    const d = v[k * n + p]!;
    const e = v[k * n + q]!;
    v[k * n + p] = c * d - s * e;
    v[k * n + q] = s * d + c * e;
  }
  w[p * n + q] = 0; // what is left there is rounding
  w[q * n + p] = 0;
}

/**
 * Ridge regression min Σ w (y − Xb)² + Σ_j λ_j b_j², solved as least squares of [X; √λ] — never as XᵀX + λI.
 * @param penalty - λ for every column, or one per column (0 leaves it free, e.g. the intercept).
 * @returns the fit of the augmented system, with residuals, rss and counts of the data rows only; the covariance is that of the penalised estimate at
 * the given noise, and coefficients are biased towards 0.
 * @throws AppError as `leastSquares`; `invalid_input` on a negative penalty.
 * @reference Hoerl & Kennard, Technometrics 12 (1970) 55; Golub & Van Loan (2013), §6.1.4.
 */
export function ridgeRegression(
  x: Matrix,
  y: Numbers,
  penalty: number | Numbers,
  options: LeastSquaresOptions = {},
): LeastSquaresFit {
  const { rows: n, cols: p } = x;
  const lambda = Float64Array.from({ length: p }, (_, j) => (typeof penalty === 'number' ? penalty : penalty[j]!));
  if (lambda.some((v) => !(v >= 0))) throw new AppError('invalid_input', 'penalties must not be negative', { field: 'penalty' });
  const augmented = matrix(n + p, p);
  augmented.data.set(x.data);
  for (let j = 0; j < p; j++) augmented.data[(n + j) * p + j] = Math.sqrt(lambda[j]!);
  const target = new Float64Array(n + p);
  for (let i = 0; i < n; i++) target[i] = y[i]!;
  const weights = new Float64Array(n + p).fill(1);
  if (options.weights) for (let i = 0; i < n; i++) weights[i] = options.weights[i]!;
  const f = leastSquares(augmented, target, { ...options, weights });
  const residuals = f.residuals.slice(0, n);
  let rss = 0;
  let largest = 0;
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(residuals[i]!)) continue;
    rss += weights[i]! * residuals[i]! ** 2;
    largest = Math.max(largest, Math.sqrt(weights[i]!) * Math.abs(y[i]!));
  }
  rss = withoutRounding(rss, n, largest);
  const nUsed = f.nUsed - p;
  return {
    ...f,
    residuals,
    fitted: f.fitted.slice(0, n),
    rss,
    nUsed,
    dof: Math.max(0, nUsed - f.rank),
    nDropped: n - nUsed,
    residualSigma: nUsed > f.rank ? Math.sqrt(rss / (nUsed - f.rank)) : Number.NaN,
  };
}
