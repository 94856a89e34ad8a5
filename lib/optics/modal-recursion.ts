import { AppError } from '@/lib/errors';
import {
  type Complex,
  type ComplexArray,
  cdiv,
  cmul,
  complexInvertInPlace,
  complexMultiplyVector,
  type ModalStep,
  type Modes,
  modalStep,
} from '@/lib/numerics';
import { complexBlock, copyOf, put } from './complex-arithmetic';

/** Modes of one layer: fields U = W(X a + b), H = V(X a − b) with X = exp(i k₀ g z); Im g ≥ 0. */
export type LayerModes = Modes;

/** What {@link admittanceStep} keeps for the pass down through the layers. */
export interface LayerStep extends ModalStep {
  readonly modes: LayerModes;
}

/**
 * Modes from W and V: their inverses are taken once and serve every thickness and both half-spaces.
 * @param n - order of the matrices.
 * @param g - k_z/k₀ of the modes, (n,).
 * @param w - eigenvectors by columns, (n, n); `v` likewise.
 * @param vOfW - V is W·diag(g), so that V⁻¹ = diag(1/g)·W⁻¹.
 * @throws AppError `rank_deficient`.
 */
export function layerModes(n: number, g: ComplexArray, w: ComplexArray, v: ComplexArray, vOfW = false): LayerModes {
  const wInverse = copyOf(w);
  complexInvertInPlace(wInverse, n);
  const vInverse = copyOf(v);
  if (vOfW && g.re.every((x, i) => x !== 0 || g.im[i] !== 0)) divideRows(wInverse, g, n, vInverse);
  else complexInvertInPlace(vInverse, n);
  return { n, g, w, v, wInverse, vInverse };
}

// diag(1/d)·A
function divideRows(a: ComplexArray, d: ComplexArray, n: number, out: ComplexArray): void {
  for (let i = 0; i < n; i++) {
    const f = cdiv({ re: 1, im: 0 }, { re: d.re[i]!, im: d.im[i]! });
    for (let p = i * n; p < (i + 1) * n; p++) {
      out.re[p] = a.re[p]! * f.re - a.im[p]! * f.im;
      out.im[p] = a.re[p]! * f.im + a.im[p]! * f.re;
    }
  }
}

/**
 * Modes of a layer of one permittivity: the orders themselves, W = I and V = diag(g·c) with c = 1 (TE) or 1/ε (TM).
 * @param g - k_z/k₀ of the orders, (n,).
 * @throws AppError `rank_deficient` when an order grazes (g = 0).
 */
export function uniformModes(n: number, g: ComplexArray, c: Complex): LayerModes {
  const size = n * n;
  const [w, v, vInverse] = complexBlock(size, size, size) as [ComplexArray, ComplexArray, ComplexArray];
  for (let i = 0; i < n; i++) {
    const p = i * (n + 1);
    const y = cmul({ re: g.re[i]!, im: g.im[i]! }, c);
    if (y.re === 0 && y.im === 0)
      throw new AppError('rank_deficient', `order ${i} of ${n} grazes the layer; change the wavelength or angle by a little`, {
        column: i,
      });
    w.re[p] = 1;
    put(v, p, y);
    put(vInverse, p, cdiv({ re: 1, im: 0 }, y));
  }
  return { n, g, w, v, wInverse: w, vInverse };
}

/**
 * Admittance H = Y·U at the top of a layer from that at its bottom: ρ = (I + y)⁻¹(I − y) with y = V⁻¹YW, Q = XρX, Y_top = V(I − Q)(I + Q)⁻¹W⁻¹.
 * Only decaying exponentials occur: stable for any depth.
 * @param y - Y, (n, n) row-major; not changed.
 * @param k0d - k₀ times the thickness.
 * @returns the factors of the step; `admittance` at the top, (n, n).
 * @throws AppError `rank_deficient` at an exact resonance of the truncated system.
 * @reference Li, J. Opt. Soc. Am. A 13 (1996) 1024, §5 (R-matrix family); admittance form: Moharam et al., J. Opt. Soc. Am. A 12 (1995) 1077.
 */
export function admittanceStep(modes: LayerModes, y: ComplexArray, k0d: number): LayerStep {
  return { modes, ...modalStep(modes, y, k0d) };
}

/** The field U at the bottom of a layer from U at its top. @param u - (n,). @returns (n,). */
export function fieldBelow(s: LayerStep, u: ComplexArray): ComplexArray {
  const { n } = s.modes;
  const a = complexMultiplyVector(s.top, complexMultiplyVector(s.modes.wInverse, u, n, n), n, n);
  for (let i = 0; i < n; i++) {
    const re = a.re[i]! * s.x.re[i]! - a.im[i]! * s.x.im[i]!;
    a.im[i] = a.re[i]! * s.x.im[i]! + a.im[i]! * s.x.re[i]!;
    a.re[i] = re;
  }
  const b = complexMultiplyVector(s.rho, a, n, n);
  for (let i = 0; i < n; i++) {
    a.re[i]! += b.re[i]!;
    a.im[i]! += b.im[i]!;
  }
  return complexMultiplyVector(s.modes.w, a, n, n);
}
