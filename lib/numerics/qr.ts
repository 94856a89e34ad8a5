import { AppError } from '@/lib/errors';
import { type Householder, householder } from '@/lib/kernels';
import type { Matrix } from './matrix';
import { type Svd, svd } from './svd';

/** Householder factorisation A·P = Q·R. */
export interface Qr extends Householder {
  readonly rows: number;
  readonly cols: number;
  /** R, row-major (n, n), zeros below the diagonal. */
  readonly factors: Float64Array;
}

/**
 * Householder QR of a tall or square matrix, optionally with column pivoting: A·P = Q·R.
 * @param a - A, shape (m, n) with m >= n, any unit, finite.
 * @param options.pivot - choose at each step the column of largest remaining norm, so that |R_kk| does not grow.
 * @param options.carry - right-hand sides b (m,), to which Qᵀ is applied in the same pass.
 * @throws AppError `invalid_input` when m < n: measure more points or fit fewer terms.
 * @complexity 2n²(m − n/3) flops; the columns are streamed.
 * @reference Golub & Van Loan, Matrix Computations, 4th ed. (2013), Alg. 5.2.1 and 5.4.1.
 */
export function qrFactor(a: Matrix, options: { readonly pivot?: boolean; readonly carry?: readonly Float64Array[] } = {}): Qr {
  const { rows: m, cols: n } = a;
  if (m < n)
    throw new AppError('invalid_input', `${m} equations cannot determine ${n} unknowns; give at least ${n} rows`, {
      rows: m,
      cols: n,
    });
  const h = householder(a.data, m, n, options.pivot ?? false, options.carry ?? []);
  const factors = new Float64Array(n * n);
  for (let j = 0; j < n; j++) for (let i = 0; i <= j; i++) factors[i * n + j] = h.reflectors[j * m + i]!;
  return { rows: m, cols: n, factors, ...h };
}

/** b ← Qᵀb in place, b of length m. @complexity 4mn flops. @throws AppError `dimension_mismatch`. */
export function applyQt(qr: Qr, b: Float64Array): void {
  if (b.length !== qr.rows) throw new AppError('dimension_mismatch', `Q has ${qr.rows} rows, b has ${b.length} values`);
  for (let k = 0; k < qr.cols; k++) reflect(qr, k, b);
}

function reflect(qr: Qr, k: number, b: Float64Array): void {
  const t = qr.tau[k]!;
  if (t === 0) return;
  const { reflectors: f, rows: m } = qr;
  const row = k * m;
  let s0 = b[k]!;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = k + 1;
  for (; i + 3 < m; i += 4) {
    s0 += f[row + i]! * b[i]!;
    s1 += f[row + i + 1]! * b[i + 1]!;
    s2 += f[row + i + 2]! * b[i + 2]!;
    s3 += f[row + i + 3]! * b[i + 3]!;
  }
  for (; i < m; i++) s0 += f[row + i]! * b[i]!;
  const s = t * (s0 + s1 + (s2 + s3));
  b[k]! -= s;
  for (i = k + 1; i < m; i++) b[i]! -= s * f[row + i]!;
}

/** The first n columns of Q as an explicit (m, n) matrix, for cached projections. */
export function thinQ(qr: Qr): Matrix {
  const { rows: m, cols: n } = qr;
  const out = new Float64Array(m * n);
  const e = new Float64Array(m);
  for (let j = 0; j < n; j++) {
    e.fill(0);
    e[j] = 1;
    for (let k = j; k >= 0; k--) reflect(qr, k, e); // the later reflectors leave e_j alone
    for (let i = 0; i < m; i++) out[i * n + j] = e[i]!;
  }
  return { rows: m, cols: n, data: out };
}

/** The upper triangle R as an (n, n) matrix (columns in pivoted order). */
export function upperR(qr: Qr): Matrix {
  return { rows: qr.cols, cols: qr.cols, data: qr.factors.slice() };
}

/** Singular value decomposition of R: the singular values of R are those of A, so they give rank and condition of A. */
export function svdOfR(qr: Qr): Svd {
  return svd(upperR(qr));
}

/**
 * Solve R·x = c by back substitution, x in the original column order.
 * @param c - first n entries are read (Qᵀb).
 * @returns (n,).
 * @throws AppError `rank_deficient` with `details.column` when a diagonal of R vanishes: drop that term.
 */
export function solveR(qr: Qr, c: Float64Array): Float64Array {
  const { cols: n, factors: f } = qr;
  const z = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    const d = f[i * n + i]!;
    if (d === 0)
      throw new AppError('rank_deficient', `column ${qr.permutation[i]} depends on the others; drop that term`, {
        column: qr.permutation[i],
      });
    let s = c[i]!;
    for (let j = i + 1; j < n; j++) s -= f[i * n + j]! * z[j]!;
    z[i] = s / d;
  }
  const x = new Float64Array(n);
  for (let j = 0; j < n; j++) x[qr.permutation[j]!] = z[j]!;
  return x;
}

/** R⁻¹ as an explicit upper triangle, rows in the original column order: (RᵀR)⁻¹ = R⁻¹R⁻ᵀ. @throws AppError `rank_deficient`. */
export function inverseR(qr: Qr): Matrix {
  const n = qr.cols;
  const out = new Float64Array(n * n);
  const e = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    e.fill(0);
    e[j] = 1;
    const x = solveR(qr, e);
    for (let i = 0; i < n; i++) out[i * n + j] = x[i]!;
  }
  return { rows: n, cols: n, data: out };
}
