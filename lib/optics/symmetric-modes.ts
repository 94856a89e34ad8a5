import {
  type ComplexArray,
  cholesky,
  choleskyInverse,
  forwardSolveManyInPlace,
  matrix,
  multiply,
  symmetricQr,
  transpose,
} from '@/lib/numerics';
import { complexBlock } from './complex-arithmetic';
import { fourierCoefficients, type Piecewise, reciprocal } from './fourier';
import type { LayerModes } from './modal-recursion';

// Imaginary parts that the turn to the centre leaves, over the largest coefficient: rounding.
const EVEN = 2e-14;

/**
 * Modes of a lossless slice with a mirror plane, where the Fourier matrices about the plane are real and symmetric: Q = [[ε]] − K² = SΛSᵀ in TE, so that
 * W = S and W⁻¹ = Sᵀ. In TM B = [[1/ε]] = LLᵀ and L⁻¹(I − K[[ε]]⁻¹K)L⁻ᵀ = SΛSᵀ, so that W = L⁻ᵀS, W⁻¹ = SᵀLᵀ, V = LSg and V⁻¹ = g⁻¹Wᵀ: no inverse of a
 * complex matrix and no general eigenproblem. The plane at x_c (in periods) turns row m by exp(−2πi m x_c).
 * @param shape - ε along one period.
 * @param centre - x_c.
 * @param kx - k_x/k₀ of every order, (n,).
 * @returns null when the slice absorbs, has ε ≤ 0, is not even about the centre, or an order grazes: the general way serves all.
 * @reference symmetric-definite eigenproblem by Cholesky: Golub & Van Loan, Matrix Computations, 4th ed. (2013), §8.7.
 */
export function symmetricModes(shape: Piecewise, centre: number, kx: Float64Array, tm: boolean): LayerModes | null {
  if (shape.values.some((e) => e.im !== 0 || !(e.re > 0))) return null;
  const n = kx.length;
  const direct = evenToeplitz(fourierCoefficients(shape, n - 1), centre, n);
  const inverse = tm ? evenToeplitz(fourierCoefficients(shape, n - 1, reciprocal), centre, n) : null;
  if (!direct || (tm && !inverse)) return null;
  if (!inverse) {
    for (let i = 0; i < n; i++) direct[i * (n + 1)]! -= kx[i]! * kx[i]!;
    const { values, rows } = symmetricQr(direct, n);
    return assemble(n, centre, values, { w: rows, wInverse: rows, v: rows, vInverse: rows });
  }
  const inner = choleskyInverse(cholesky(direct, n));
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) inner[i * n + j]! *= -kx[i]! * kx[j]!;
  for (let i = 0; i < n; i++) inner[i * (n + 1)]! += 1;
  const { l } = cholesky(inverse, n);
  // L⁻¹M, then L⁻¹(L⁻¹M)ᵀ
  forwardSolveManyInPlace(l, n, inner, n);
  const reduced = transpose(matrix(n, n, inner)).data;
  forwardSolveManyInPlace(l, n, reduced, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) reduced[i * n + j] = reduced[j * n + i] = 0.5 * (reduced[i * n + j]! + reduced[j * n + i]!);
  const { values, rows } = symmetricQr(reduced, n);
  const s = matrix(n, n, rows);
  const unit = new Float64Array(n * n);
  for (let i = 0; i < n; i++) unit[i * (n + 1)] = 1;
  forwardSolveManyInPlace(l, n, unit, n);
  const wRows = multiply(s, matrix(n, n, unit)).data; // SᵀL⁻¹ = Wᵀ
  const lRows = multiply(s, transpose(matrix(n, n, l))).data; // SᵀLᵀ = W⁻¹
  return assemble(n, centre, values, { w: wRows, wInverse: lRows, v: lRows, vInverse: wRows });
}

/** Toeplitz matrix about the centre, or null when it is not real there. */
function evenToeplitz(c: ComplexArray, centre: number, n: number): Float64Array | null {
  const zero = n - 1;
  const even = new Float64Array(n);
  const limit = EVEN * Math.abs(c.re[zero]!);
  for (let m = 0; m < n; m++) {
    const cosine = Math.cos(2 * Math.PI * m * centre);
    const sine = Math.sin(2 * Math.PI * m * centre);
    if (Math.abs(c.re[zero + m]! * sine + c.im[zero + m]! * cosine) > limit) return null;
    even[m] = c.re[zero + m]! * cosine - c.im[zero + m]! * sine;
  }
  const out = new Float64Array(n * n);
  for (let j = 0; j < n; j++) for (let k = 0; k < n; k++) out[j * n + k] = even[Math.abs(j - k)]!;
  return out;
}

/** Real matrices by modes (rows), the orders in the columns: W and V before the factor g, their inverses likewise. */
interface RealModes {
  readonly w: Float64Array;
  readonly wInverse: Float64Array;
  readonly v: Float64Array;
  readonly vInverse: Float64Array;
}

// λ > 0 travels (g real), λ < 0 decays (g imaginary).
function assemble(n: number, centre: number, lambda: Float64Array, real: RealModes): LayerModes | null {
  const size = n * n;
  const [g, w, v, wInverse, vInverse] = complexBlock(n, size, size, size, size) as [
    ComplexArray,
    ComplexArray,
    ComplexArray,
    ComplexArray,
    ComplexArray,
  ];
  const half = (n - 1) / 2;
  const cosine = Float64Array.from(lambda, (_, m) => Math.cos(2 * Math.PI * (m - half) * centre));
  const sine = Float64Array.from(lambda, (_, m) => -Math.sin(2 * Math.PI * (m - half) * centre));
  for (let k = 0; k < n; k++) {
    if (lambda[k] === 0) return null;
    const travels = lambda[k]! > 0;
    const root = Math.sqrt(Math.abs(lambda[k]!));
    (travels ? g.re : g.im)[k] = root;
    for (let m = 0; m < n; m++) {
      const c = cosine[m]!;
      const s = sine[m]!;
      const [p, t] = [m * n + k, k * n + m];
      w.re[p] = real.w[t]! * c;
      w.im[p] = real.w[t]! * s;
      wInverse.re[t] = real.wInverse[t]! * c;
      wInverse.im[t] = -real.wInverse[t]! * s;
      const a = real.v[t]! * root;
      const b = real.vInverse[t]! / root;
      // times g, and times 1/g on the other side
      v.re[p] = travels ? a * c : -a * s;
      v.im[p] = travels ? a * s : a * c;
      vInverse.re[t] = travels ? b * c : -b * s;
      vInverse.im[t] = travels ? -b * s : -b * c;
    }
  }
  return { n, g, w, v, wInverse, vInverse };
}
