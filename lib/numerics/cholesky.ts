import { AppError } from '@/lib/errors';
import { choleskyFactor, inverseOfFactor } from '@/lib/kernels';

/**
 * When a matrix is numerically not positive definite, add `start`·mean(diagonal) to the diagonal, multiply by `factor`
 * after each failure and give up above `max`. What was added is reported, never hidden.
 */
export interface JitterPolicy {
  /** Share of the mean diagonal; so is `max`. */
  readonly start: number;
  readonly factor: number;
  readonly max: number;
}

/** Starts at 1e-12 of the mean variance (below any measurement noise), stops at 1e-4 (1 % of a standard deviation). */
export const DEFAULT_JITTER: JitterPolicy = { start: 1e-12, factor: 10, max: 1e-4 };

/** A factored matrix. */
export interface Cholesky {
  readonly n: number;
  /** L, row-major (n, n), zeros above the diagonal. */
  readonly l: Float64Array;
  /** Absolute amount added to every diagonal entry; 0 when none was needed. */
  readonly jitter: number;
  /** log det(A + jitter·I). */
  readonly logDet: number;
}

/**
 * Cholesky factorisation A = L·Lᵀ of a symmetric positive definite matrix.
 * @param a - A, row-major (n, n); only the lower triangle is read.
 * @param n - order of A.
 * @param policy - jitter policy; omit it to refuse any matrix that is not positive definite.
 * @throws AppError `not_positive_definite` with `details.pivot`: remove duplicate rows, or add a noise term.
 * @throws AppError `dimension_mismatch` when a does not hold n² values.
 * @complexity n³/3 flops, by halves in the kernels.
 * @reference Golub & Van Loan (2013), Alg. 4.2.1 and §4.2.6; jitter as in Rasmussen & Williams (2006), §A.4.
 */
export function cholesky(a: Float64Array, n: number, policy?: JitterPolicy): Cholesky {
  if (a.length !== n * n) throw new AppError('dimension_mismatch', `A has ${a.length} values, need ${n * n}`);
  let mean = 0;
  for (let i = 0; i < n; i++) mean += a[i * n + i]! / n;
  let jitter = 0;
  for (;;) {
    const l = choleskyFactor(a, n, jitter);
    if (typeof l !== 'number') return { n, l, jitter, logDet: logDetOf(l, n) };
    const next = jitter === 0 ? (policy?.start ?? 0) * mean : jitter * (policy?.factor ?? 10);
    if (!policy || !(next > 0) || next > policy.max * mean * 1.0001)
      throw new AppError('not_positive_definite', `pivot ${l} is not positive; remove duplicate points or add noise variance`, {
        pivot: l,
        jitter,
      });
    jitter = next;
  }
}

function logDetOf(l: Float64Array, n: number): number {
  let logDet = 0;
  for (let i = 0; i < n; i++) logDet += 2 * Math.log(l[i * n + i]!);
  return logDet;
}

/**
 * Solve L·x = b in place, L lower triangular.
 * @param l - L, shape (n, n), row-major; the upper triangle is not read.
 * @param b - b, shape (n,); holds x on return. NaN propagates.
 * @throws AppError `dimension_mismatch`; `rank_deficient` with `details.row` (0-based): drop that column and refit.
 * @complexity n² flops, no allocation.
 * @reference Golub & Van Loan, Matrix Computations, 4th ed. (2013), Alg. 3.1.1.
 */
export function forwardSolveInPlace(l: Float64Array, b: Float64Array): void {
  const n = b.length;
  if (l.length !== n * n) throw new AppError('dimension_mismatch', `L has ${l.length} values, need ${n * n}`);
  for (let i = 0; i < n; i++) {
    const row = i * n;
    const d = l[row + i]!;
    if (!(Math.abs(d) > 0)) throw new AppError('rank_deficient', `diagonal ${i} is ${d}; drop that column`, { row: i });
    let s = b[i]!;
    for (let k = 0; k < i; k++) s -= l[row + k]! * b[k]!;
    b[i] = s / d;
  }
}

/** Solve Lᵀ·x = b in place. Arguments and errors as `forwardSolveInPlace`. */
export function backSolveInPlace(l: Float64Array, b: Float64Array): void {
  const n = b.length;
  if (l.length !== n * n) throw new AppError('dimension_mismatch', `L has ${l.length} values, need ${n * n}`);
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    const d = l[row + i]!;
    if (!(Math.abs(d) > 0)) throw new AppError('rank_deficient', `diagonal ${i} is ${d}; drop that column`, { row: i });
    const x = b[i]! / d;
    b[i] = x;
    for (let k = 0; k < i; k++) b[k]! -= x * l[row + k]!;
  }
}

/**
 * x with A·x = b from the factor of A.
 * @param b - (n,).
 * @returns x, (n,), unit of b over unit of A.
 * @complexity 2n² flops.
 * @reference Golub & Van Loan (2013), §4.2.
 */
export function choleskySolve(c: Cholesky, b: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(b);
  forwardSolveInPlace(c.l, x);
  backSolveInPlace(c.l, x);
  return x;
}

/**
 * A⁻¹ = L⁻ᵀL⁻¹ (n, n) from its factor, symmetric. Use it only where every entry is wanted (covariances, leave-one-out).
 * @complexity 2n³/3 flops.
 */
export function choleskyInverse(c: Cholesky): Float64Array {
  return inverseOfFactor(c.l, c.n);
}

/**
 * Factor of the (n+1, n+1) matrix that adds one row to A: O(n²) instead of O(n³).
 * @param column - the new off-diagonal entries, shape (n,). @param diagonal - the new diagonal entry.
 * @throws AppError `not_positive_definite` when the new point repeats an old one without noise.
 */
export function choleskyAppend(c: Cholesky, column: ArrayLike<number>, diagonal: number): Cholesky {
  const { n, l } = c;
  const v = Float64Array.from(column);
  forwardSolveInPlace(l, v);
  let d = diagonal + c.jitter;
  for (let k = 0; k < n; k++) d -= v[k]! * v[k]!;
  if (!(d > 0))
    throw new AppError('not_positive_definite', 'the new point repeats an old one; add noise variance or leave it out', {
      pivot: n,
    });
  const root = Math.sqrt(d);
  const out = new Float64Array((n + 1) * (n + 1));
  for (let i = 0; i < n; i++) out.set(l.subarray(i * n, i * n + i + 1), i * (n + 1));
  out.set(v, n * (n + 1));
  out[(n + 1) * (n + 1) - 1] = root;
  return { n: n + 1, l: out, jitter: c.jitter, logDet: c.logDet + 2 * Math.log(root) };
}
