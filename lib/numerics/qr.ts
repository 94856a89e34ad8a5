import { AppError } from '@/lib/errors';
import type { Matrix } from './matrix';
import { type Svd, svd } from './svd';

/** Householder factorisation A·P = Q·R; `factors` holds R on and above the diagonal, the reflectors below. */
export interface Qr {
  readonly rows: number;
  readonly cols: number;
  readonly factors: Float64Array;
  /** Scalar of each reflector H_k = I − tau_k v_k v_kᵀ with v_k[k] = 1. */
  readonly tau: Float64Array;
  /** Column j of A·P is column `permutation[j]` of A. Identity without pivoting. */
  readonly permutation: Int32Array;
}

/**
 * Householder QR of a tall or square matrix, optionally with column pivoting: A·P = Q·R.
 * @param a - A, shape (m, n) with m >= n, any unit, finite.
 * @param options.pivot - choose at each step the column of largest remaining norm, so that |R_kk| does not grow.
 * @throws AppError `invalid_input` when m < n: measure more points or fit fewer terms.
 * @complexity 2n²(m − n/3) flops; rows are streamed, no allocation in the loops.
 * @reference Golub & Van Loan, Matrix Computations, 4th ed. (2013), Alg. 5.2.1 and 5.4.1.
 */
export function qrFactor(a: Matrix, options: { readonly pivot?: boolean } = {}): Qr {
  const { rows: m, cols: n } = a;
  if (m < n)
    throw new AppError('invalid_input', `${m} equations cannot determine ${n} unknowns; give at least ${n} rows`, {
      rows: m,
      cols: n,
    });
  const f = a.data.slice();
  const tau = new Float64Array(n);
  const permutation = Int32Array.from({ length: n }, (_, j) => j);
  const w = new Float64Array(n);
  const norms = options.pivot ? columnNormsSquared(f, m, n) : null;
  for (let k = 0; k < n; k++) {
    if (norms) pivotColumns(f, m, n, k, norms, permutation);
    let scale = 0;
    for (let i = k; i < m; i++) scale = Math.max(scale, Math.abs(f[i * n + k]!));
    if (scale === 0) continue; // a zero column has the identity as its reflector
    let s = 0;
    for (let i = k; i < m; i++) {
      const v = f[i * n + k]! / scale;
      s += v * v;
    }
    const alpha = f[k * n + k]!;
    const beta = alpha >= 0 ? -scale * Math.sqrt(s) : scale * Math.sqrt(s);
    const t = (beta - alpha) / beta;
    const inv = 1 / (alpha - beta);
    for (let i = k + 1; i < m; i++) f[i * n + k]! *= inv;
    f[k * n + k] = beta;
    tau[k] = t;
    // w = Aᵀv over the trailing block, then A −= tau v wᵀ: two passes along rows
    for (let j = k + 1; j < n; j++) w[j] = f[k * n + j]!;
    for (let i = k + 1; i < m; i++) {
      const row = i * n;
      const v = f[row + k]!;
      for (let j = k + 1; j < n; j++) w[j]! += v * f[row + j]!;
    }
    for (let j = k + 1; j < n; j++) {
      w[j]! *= t;
      f[k * n + j]! -= w[j]!;
    }
    for (let i = k + 1; i < m; i++) {
      const row = i * n;
      const v = f[row + k]!;
      for (let j = k + 1; j < n; j++) f[row + j]! -= v * w[j]!;
    }
    if (norms) downdateNorms(f, m, n, k, norms);
  }
  return { rows: m, cols: n, factors: f, tau, permutation };
}

function columnNormsSquared(f: Float64Array, m: number, n: number): Float64Array {
  const out = new Float64Array(2 * n); // [0, n): current, [n, 2n): at last exact evaluation
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j]! += f[i * n + j]! ** 2;
  for (let j = 0; j < n; j++) out[n + j] = out[j]!;
  return out;
}

function pivotColumns(f: Float64Array, m: number, n: number, k: number, norms: Float64Array, p: Int32Array): void {
  let best = k;
  for (let j = k + 1; j < n; j++) if (norms[j]! > norms[best]!) best = j;
  if (best === k) return;
  for (let i = 0; i < m; i++) {
    const t = f[i * n + k]!;
    f[i * n + k] = f[i * n + best]!;
    f[i * n + best] = t;
  }
  const t = p[k]!;
  p[k] = p[best]!;
  p[best] = t;
  for (const o of [0, n]) {
    const v = norms[o + k]!;
    norms[o + k] = norms[o + best]!;
    norms[o + best] = v;
  }
}

// The running norm loses digits by subtraction; it is recomputed once it fell below 1e-8 of its last exact value.
function downdateNorms(f: Float64Array, m: number, n: number, k: number, norms: Float64Array): void {
  for (let j = k + 1; j < n; j++) {
    norms[j] = Math.max(0, norms[j]! - f[k * n + j]! ** 2);
    if (norms[j]! > 1e-8 * norms[n + j]!) continue;
    let s = 0;
    for (let i = k + 1; i < m; i++) s += f[i * n + j]! ** 2;
    norms[j] = s;
    norms[n + j] = s;
  }
}

/** b ← Qᵀb in place, b of length m. @complexity 4mn flops. @throws AppError `dimension_mismatch`. */
export function applyQt(qr: Qr, b: Float64Array): void {
  if (b.length !== qr.rows) throw new AppError('dimension_mismatch', `Q has ${qr.rows} rows, b has ${b.length} values`);
  for (let k = 0; k < qr.cols; k++) reflect(qr, k, b);
}

/** b ← Qb in place, b of length m. @throws AppError `dimension_mismatch`. */
export function applyQ(qr: Qr, b: Float64Array): void {
  if (b.length !== qr.rows) throw new AppError('dimension_mismatch', `Q has ${qr.rows} rows, b has ${b.length} values`);
  for (let k = qr.cols - 1; k >= 0; k--) reflect(qr, k, b);
}

function reflect(qr: Qr, k: number, b: Float64Array): void {
  const t = qr.tau[k]!;
  if (t === 0) return;
  const { factors: f, cols: n, rows: m } = qr;
  let s = b[k]!;
  for (let i = k + 1; i < m; i++) s += f[i * n + k]! * b[i]!;
  s *= t;
  b[k]! -= s;
  for (let i = k + 1; i < m; i++) b[i]! -= s * f[i * n + k]!;
}

/** The first n columns of Q as an explicit (m, n) matrix, for cached projections. */
export function thinQ(qr: Qr): Matrix {
  const { rows: m, cols: n } = qr;
  const out = new Float64Array(m * n);
  const e = new Float64Array(m);
  for (let j = 0; j < n; j++) {
    e.fill(0);
    e[j] = 1;
    applyQ(qr, e);
    for (let i = 0; i < m; i++) out[i * n + j] = e[i]!;
  }
  return { rows: m, cols: n, data: out };
}

/** The upper triangle R as an explicit (n, n) matrix (columns in pivoted order). */
export function upperR(qr: Qr): Matrix {
  const n = qr.cols;
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) out[i * n + j] = qr.factors[i * n + j]!;
  return { rows: n, cols: n, data: out };
}

/** Singular value decomposition of R: the singular values of R are those of A, so they give rank and condition of A. */
export function svdOfR(qr: Qr): Svd {
  return svd(upperR(qr));
}

/**
 * Solve R·x = c by back substitution, x in the original column order.
 * @param c - first n entries are read (Qᵀb).
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
