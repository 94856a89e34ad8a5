import { AppError } from '@/lib/errors';
import {
  backSolveInPlace,
  type Cholesky,
  forwardSolveInPlace,
  forwardSolveManyInPlace,
  type Matrix,
  matrix,
  type Qr,
  qrFactor,
  solveR,
  thinQ,
} from '@/lib/numerics';

/** Mean function m(x) = h(x)ᵀβ: none (0), 1, all inputs, or all inputs with squares and products. */
export type GpMean = 'none' | 'constant' | 'linear' | 'quadratic';

/** Basis in u_j = (x_j − centre_j)/scale_j: 1, u_j, u_j u_k (j <= k). Plain JSON; fixed when the model is fitted. */
export interface MeanFrame {
  readonly kind: Exclude<GpMean, 'none'>;
  readonly centre: readonly number[];
  readonly scale: readonly number[];
}

/** Trend of a fitted model: generalised least squares through QR of L⁻¹H. */
export interface GpTrend {
  /** β, in the basis of the frame, unit of the (normalised) target. */
  readonly beta: Float64Array;
  readonly qr: Qr;
  /** Thin Q of L⁻¹H, row-major (n, p). */
  readonly q: Float64Array;
  readonly p: number;
  /** ln|HᵀK⁻¹H|. */
  readonly logDet: number;
}

/** A diagonal of R below this share of the largest means a basis function that the samples do not determine. */
const DEPENDENT = 1e-10;

/**
 * Frame of the samples x (n, d): centre and half range of each input, so that powers stay near 1.
 * @param x - (n, d) row-major, units of the inputs.
 */
export function meanFrame(kind: GpMean, x: Float64Array, d: number): MeanFrame | null {
  if (kind === 'none') return null;
  const low = new Float64Array(d).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(d).fill(Number.NEGATIVE_INFINITY);
  x.forEach((v, i) => {
    low[i % d] = Math.min(low[i % d]!, v);
    high[i % d] = Math.max(high[i % d]!, v);
  });
  return {
    kind,
    centre: Array.from(low, (v, j) => (v + high[j]!) / 2),
    scale: Array.from(low, (v, j) => (high[j]! - v) / 2 || 1),
  };
}

/** H, shape (n, p): p = 1, 1 + d, or 1 + d + d(d + 1)/2. @param x - (n, d) row-major, units of the inputs. */
export function meanMatrix(f: MeanFrame, x: Float64Array, d: number): Matrix {
  const n = x.length / d;
  const p = f.kind === 'constant' ? 1 : f.kind === 'linear' ? 1 + d : 1 + d + (d * (d + 1)) / 2;
  const h = matrix(n, p);
  for (let i = 0; i < n; i++) {
    const row = h.data.subarray(i * p, (i + 1) * p);
    row[0] = 1;
    if (p === 1) continue;
    for (let j = 0; j < d; j++) row[1 + j] = (x[i * d + j]! - f.centre[j]!) / f.scale[j]!;
    if (f.kind === 'linear') continue;
    for (let j = 0, c = 1 + d; j < d; j++) for (let k = j; k < d; k++) row[c++] = row[1 + j]! * row[1 + k]!;
  }
  return h;
}

/**
 * β = (HᵀK⁻¹H)⁻¹HᵀK⁻¹y, K = L Lᵀ.
 * @param y - targets; holds L⁻¹(y − Hβ) on return.
 * @throws AppError `invalid_input` with fewer samples than basis functions plus one; `rank_deficient` when the inputs do not determine them.
 * @complexity n²p. @reference Rasmussen & Williams (2006), §2.7, eqs. 2.41–2.42.
 */
export function fitTrend(f: MeanFrame, factor: Cholesky, x: Float64Array, d: number, y: Float64Array): GpTrend {
  const n = y.length;
  const h = meanMatrix(f, x, d);
  const p = h.cols;
  if (n <= p)
    throw new AppError('invalid_input', `${n} samples cannot carry the ${p} terms of a ${f.kind} mean; lower it or add samples`, {
      field: 'mean',
      n,
      p,
    });
  forwardSolveManyInPlace(factor.l, n, h.data, p);
  forwardSolveInPlace(factor.l, y);
  const qr = qrFactor(h);
  let largest = 0;
  for (let j = 0; j < p; j++) largest = Math.max(largest, Math.abs(qr.factors[j * (p + 1)]!));
  let logDet = 0;
  for (let j = 0; j < p; j++) {
    const r = Math.abs(qr.factors[j * (p + 1)]!);
    if (!(r > DEPENDENT * largest))
      throw new AppError(
        'rank_deficient',
        `the samples do not determine a ${f.kind} mean; lower it, or drop inputs that do not vary`,
        {
          field: 'mean',
          term: j,
        },
      );
    logDet += 2 * Math.log(r);
  }
  const q = thinQ(qr).data;
  const c = new Float64Array(p);
  for (let i = 0; i < n; i++) for (let j = 0; j < p; j++) c[j]! += q[i * p + j]! * y[i]!;
  for (let i = 0; i < n; i++) for (let j = 0; j < p; j++) y[i]! -= q[i * p + j]! * c[j]!;
  return { beta: solveR(qr, c), qr, q, p, logDet };
}

/**
 * K⁻¹ ← P = K⁻¹ − K⁻¹H(HᵀK⁻¹H)⁻¹HᵀK⁻¹, the precision of the contrasts that the trend leaves.
 * @complexity n²p.
 * @reference Rasmussen & Williams (2006), §2.7.
 */
export function removeTrend(inverse: Float64Array, factor: Cholesky, t: GpTrend): void {
  const n = factor.n;
  const column = new Float64Array(n);
  for (let j = 0; j < t.p; j++) {
    for (let i = 0; i < n; i++) column[i] = t.q[i * t.p + j]!;
    backSolveInPlace(factor.l, column);
    for (let a = 0; a < n; a++) {
      const f = column[a]!;
      for (let b = 0; b < n; b++) inverse[a * n + b]! -= f * column[b]!;
    }
  }
}

/**
 * Contribution of the trend to predictions at x (w, d): h(x)ᵀβ, and U = R⁻ᵀ(h − HᵀK⁻¹k*), whose columns' products are the variance that β adds.
 * @param k - L⁻¹k*, row-major (n, w).
 * @returns mean, (w,), and u, (p, w) row-major.
 * @reference Rasmussen & Williams (2006), eq. 2.42; in geostatistics the drift term of universal kriging.
 */
export function trendAt(
  f: MeanFrame,
  t: GpTrend,
  x: Float64Array,
  d: number,
  k: Float64Array,
): { readonly mean: Float64Array; readonly u: Float64Array } {
  const h = meanMatrix(f, x, d);
  const { p } = t;
  const w = h.rows;
  const n = t.q.length / p;
  const mean = new Float64Array(w);
  const u = new Float64Array(p * w);
  for (let j = 0; j < w; j++) {
    for (let a = 0; a < p; a++) {
      mean[j]! += h.data[j * p + a]! * t.beta[a]!;
      let s = h.data[j * p + a]!; // R⁻ᵀh by forward substitution
      for (let b = 0; b < a; b++) s -= t.qr.factors[b * p + a]! * u[b * w + j]!;
      u[a * w + j] = s / t.qr.factors[a * (p + 1)]!;
    }
  }
  for (let i = 0; i < n; i++)
    for (let a = 0; a < p; a++) {
      const q = t.q[i * p + a]!;
      for (let j = 0; j < w; j++) u[a * w + j]! -= q * k[i * w + j]!;
    }
  return { mean, u };
}
