import { AppError } from '@/lib/errors';
import { type Matrix, matrix, transpose } from './matrix';

/** A = U·diag(s)·Vᵀ, s descending and non-negative; U (m, k), V (n, k), k = min(m, n). */
export interface Svd {
  readonly u: Matrix;
  readonly s: Float64Array;
  readonly v: Matrix;
  readonly sweeps: number;
}

// Columns count as orthogonal when their cosine is below this; it bounds the relative error of each singular value.
const ORTHOGONALITY = 1e-15;
const MAX_SWEEPS = 60;

/**
 * Singular value decomposition by one-sided Jacobi rotations. Small singular values come out with high relative
 * accuracy, which is what rank decisions need.
 * @param a - A, shape (m, n), finite.
 * @throws AppError `invalid_input` on a non-finite value; `not_converged` after 60 sweeps (never seen on finite input).
 * @complexity about 6 n² max(m, n) flops a sweep, 5 to 10 sweeps.
 * @reference Hestenes, J. SIAM 6 (1958) 51; Demmel & Veselić, SIAM J. Matrix Anal. Appl. 13 (1992) 1204.
 */
export function svd(a: Matrix): Svd {
  if (a.rows < a.cols) {
    const t = svd(transpose(a));
    return { u: t.v, s: t.s, v: t.u, sweeps: t.sweeps };
  }
  const { rows: m, cols: n } = a;
  const w = transpose(a).data; // column j of A is row j of w
  const v = new Float64Array(n * n);
  for (let j = 0; j < n; j++) v[j * n + j] = 1;
  for (let i = 0; i < w.length; i++) {
    if (!Number.isFinite(w[i]!))
      throw new AppError('invalid_input', 'matrix holds a non-finite value; remove or impute it first');
  }
  // below this squared norm a column is rounding noise of the others and counts as zero
  const floor = 2.2e-16 * 2.2e-16 * w.reduce((f, x) => f + x * x, 0);
  let sweeps = 0;
  for (let rotated = true; rotated; sweeps++) {
    if (sweeps === MAX_SWEEPS) throw new AppError('not_converged', `Jacobi SVD did not converge in ${MAX_SWEEPS} sweeps`);
    rotated = false;
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) if (rotatePair(w, v, m, n, p, q, floor)) rotated = true;
  }
  return sortSvd(w, v, m, n, sweeps);
}

function rotatePair(w: Float64Array, v: Float64Array, m: number, n: number, p: number, q: number, floor: number): boolean {
  const op = p * m;
  const oq = q * m;
  let alpha = 0;
  let beta = 0;
  let gamma = 0;
  for (let i = 0; i < m; i++) {
    const x = w[op + i]!;
    const y = w[oq + i]!;
    alpha += x * x;
    beta += y * y;
    gamma += x * y;
  }
  if (alpha <= floor || beta <= floor || Math.abs(gamma) <= ORTHOGONALITY * Math.sqrt(alpha * beta)) return false;
  const zeta = (beta - alpha) / (2 * gamma);
  const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = c * t;
  rotate(w, op, oq, m, c, s);
  rotate(v, p * n, q * n, n, c, s);
  return true;
}

function rotate(x: Float64Array, op: number, oq: number, len: number, c: number, s: number): void {
  for (let i = 0; i < len; i++) {
    const a = x[op + i]!;
    const b = x[oq + i]!;
    x[op + i] = c * a - s * b;
    x[oq + i] = s * a + c * b;
  }
}

function sortSvd(w: Float64Array, v: Float64Array, m: number, n: number, sweeps: number): Svd {
  const norms = Float64Array.from({ length: n }, (_, j) => Math.hypot(...w.subarray(j * m, (j + 1) * m)));
  const order = Array.from(norms.keys()).sort((i, j) => norms[j]! - norms[i]!);
  const u = matrix(m, n);
  const vv = matrix(n, n);
  const s = new Float64Array(n);
  order.forEach((src, k) => {
    const d = norms[src]!;
    s[k] = d;
    for (let i = 0; i < m; i++) u.data[i * n + k] = d > 0 ? w[src * m + i]! / d : 0;
    for (let i = 0; i < n; i++) vv.data[i * n + k] = v[src * n + i]!;
  });
  return { u, s, v: vv, sweeps };
}

/**
 * Number of singular values above `tolerance` times the largest.
 * @param s - singular values, descending.
 * @reference Golub & Van Loan, Matrix Computations, 4th ed. (2013), §5.4.
 */
export function numericalRank(s: Float64Array, tolerance: number): number {
  const limit = tolerance * (s[0] ?? 0);
  let r = 0;
  while (r < s.length && s[r]! > limit) r++;
  return r;
}
