import { AppError } from '@/lib/errors';
import { type Matrix, matrix } from '@/lib/numerics';
import { osaToNm } from './indices';

/**
 * Zernike polynomials, orthonormal on the unit disc (mean square 1), in a form without trigonometry or division:
 * Z_n^m = N · P_k^{(0,|m|)}(2ρ² − 1) · {Re, Im}(x + iy)^|m|, k = (n − |m|)/2, N = √(2(n + 1)/(1 + δ_m0)).
 * The Jacobi polynomial P_k comes from its three-term recurrence, which stays at rounding level for any order, where the
 * explicit power sums lose all digits beyond n ≈ 20.
 * @reference Born & Wolf, Principles of Optics, 7th ed., App. VII; Abramowitz & Stegun (1964), 22.7.1; ANSI Z80.28-2010 for order and sign.
 */
export interface ZernikeBasis {
  readonly terms: number;
  readonly order: number;
  /** Per term: k, |m| and norm with the sign of m in `sine`. */
  readonly k: Int32Array;
  readonly m: Int32Array;
  readonly sine: Uint8Array;
  readonly norm: Float64Array;
}

const bases = new Map<number, ZernikeBasis>();

/** Basis of the first `terms` OSA/ANSI polynomials. @throws AppError `invalid_input` unless terms is a positive integer. */
export function zernikeBasis(terms: number): ZernikeBasis {
  const known = bases.get(terms);
  if (known) return known;
  if (!Number.isInteger(terms) || terms < 1)
    throw new AppError('invalid_input', `number of terms must be a positive integer, got ${terms}`, { field: 'terms' });
  const basis = {
    terms,
    order: osaToNm(terms - 1).n,
    k: new Int32Array(terms),
    m: new Int32Array(terms),
    sine: new Uint8Array(terms),
    norm: new Float64Array(terms),
  };
  for (let j = 0; j < terms; j++) {
    const { n, m } = osaToNm(j);
    basis.m[j] = Math.abs(m);
    basis.k[j] = (n - Math.abs(m)) / 2;
    basis.sine[j] = m < 0 ? 1 : 0;
    basis.norm[j] = Math.sqrt((m === 0 ? 1 : 2) * (n + 1));
  }
  bases.set(terms, basis);
  return basis;
}

interface Work {
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** P_k^{(0,m)} and its derivative by t = 2ρ² − 1, at [m * stride + k]. */
  readonly p: Float64Array;
  readonly dp: Float64Array;
  readonly stride: number;
}

function workFor(order: number): Work {
  const stride = (order >> 1) + 1;
  const size = (order + 1) * stride;
  return {
    re: new Float64Array(order + 1),
    im: new Float64Array(order + 1),
    p: new Float64Array(size),
    dp: new Float64Array(size),
    stride,
  };
}

function fill(w: Work, order: number, x: number, y: number, derivatives: boolean): void {
  w.re[0] = 1;
  w.im[0] = 0;
  for (let m = 1; m <= order; m++) {
    w.re[m] = w.re[m - 1]! * x - w.im[m - 1]! * y;
    w.im[m] = w.re[m - 1]! * y + w.im[m - 1]! * x;
  }
  const t = 2 * (x * x + y * y) - 1;
  for (let m = 0; m <= order; m++) {
    const o = m * w.stride;
    const last = (order - m) >> 1;
    w.p[o] = 1;
    w.dp[o] = 0;
    if (last < 1) continue;
    w.p[o + 1] = 1 + ((m + 2) * (t - 1)) / 2;
    w.dp[o + 1] = (m + 2) / 2;
    for (let k = 2; k <= last; k++) {
      const c = 2 * k + m;
      const den = 2 * k * (k + m) * (c - 2);
      const a = ((c - 1) * c * (c - 2)) / den;
      const b = ((c - 1) * m * m) / den;
      const d = (2 * (k - 1) * (k + m - 1) * c) / den;
      w.p[o + k] = (a * t - b) * w.p[o + k - 1]! - d * w.p[o + k - 2]!;
      if (derivatives) w.dp[o + k] = a * w.p[o + k - 1]! + (a * t - b) * w.dp[o + k - 1]! - d * w.dp[o + k - 2]!;
    }
  }
}

/**
 * Values of the first `terms` polynomials at points of the unit disc.
 * @param x, y - normalised coordinates, shape (n,); beyond the disc the polynomials are extrapolated.
 * @returns design matrix, shape (n, terms).
 * @throws AppError `dimension_mismatch` when x and y differ in length.
 * @complexity about 10·terms flops a point.
 * @reference Born & Wolf, Principles of Optics, 7th ed. (1999), §9.2.1; Jacobi recurrence: Abramowitz & Stegun (1964), 22.7.1.
 */
export function zernikeValues(x: ArrayLike<number>, y: ArrayLike<number>, terms: number, scale = 1): Matrix {
  if (x.length !== y.length) throw new AppError('dimension_mismatch', `x has ${x.length} points, y has ${y.length}`);
  const basis = zernikeBasis(terms);
  const w = workFor(basis.order);
  const out = matrix(x.length, terms);
  for (let i = 0; i < x.length; i++) {
    fill(w, basis.order, x[i]! * scale, y[i]! * scale, false);
    const row = i * terms;
    for (let j = 0; j < terms; j++) {
      const m = basis.m[j]!;
      out.data[row + j] = basis.norm[j]! * w.p[m * w.stride + basis.k[j]!]! * (basis.sine[j] ? w.im[m]! : w.re[m]!);
    }
  }
  return out;
}

/**
 * Gradients ∂Z/∂x and ∂Z/∂y on the unit disc, shape (n, terms) each: ∂/∂x [P(t) C_m] = 4x P′ C_m + m P C_{m−1}, and (x + iy)^m differentiates like a
 * power.
 * @param x - (n,), normalised; `y` likewise.
 * @returns per unit of the normalised coordinate; divide by R for 1/mm.
 * @throws AppError `dimension_mismatch` when lengths differ.
 * @reference as {@link ZernikeBasis}, differentiated.
 */
export function zernikeGradients(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  terms: number,
): { readonly dx: Matrix; readonly dy: Matrix } {
  if (x.length !== y.length) throw new AppError('dimension_mismatch', `x has ${x.length} points, y has ${y.length}`);
  const basis = zernikeBasis(terms);
  const w = workFor(basis.order);
  const dx = matrix(x.length, terms);
  const dy = matrix(x.length, terms);
  for (let i = 0; i < x.length; i++) {
    fill(w, basis.order, x[i]!, y[i]!, true);
    for (let j = 0; j < terms; j++) {
      const m = basis.m[j]!;
      const at = m * w.stride + basis.k[j]!;
      const sine = basis.sine[j] === 1;
      const angular = sine ? w.im[m]! : w.re[m]!;
      const below = m === 0 ? 0 : m * w.p[at]!;
      const lowRe = m === 0 ? 0 : w.re[m - 1]!;
      const lowIm = m === 0 ? 0 : w.im[m - 1]!;
      const radial = 4 * w.dp[at]! * angular;
      const n = basis.norm[j]!;
      dx.data[i * terms + j] = n * (radial * x[i]! + below * (sine ? lowIm : lowRe));
      dy.data[i * terms + j] = n * (radial * y[i]! + below * (sine ? lowRe : -lowIm));
    }
  }
  return { dx, dy };
}

/**
 * One polynomial Z_n^m at one point of the unit disc, any order.
 * @param x - normalised; `y` likewise.
 * @returns dimensionless.
 * @throws AppError `out_of_domain` for an (n, m) that does not exist.
 * @reference as {@link ZernikeBasis}.
 */
export function zernike(n: number, m: number, x: number, y: number): number {
  const j = (n * (n + 2) + m) / 2;
  const nm = osaToNm(j);
  if (nm.n !== n || nm.m !== m) throw new AppError('out_of_domain', `(n, m) = (${n}, ${m}) is not a Zernike index`, { n, m });
  const w = workFor(n);
  fill(w, n, x, y, false);
  const a = Math.abs(m);
  const norm = Math.sqrt((m === 0 ? 1 : 2) * (n + 1));
  return norm * w.p[a * w.stride + (n - a) / 2]! * (m < 0 ? w.im[a]! : w.re[a]!);
}
