import { type ComplexArray, complexArray, complexInvertInPlace, complexMultiply, complexMultiplyVector } from '@/lib/numerics';

/** Modes of one layer: fields U = W(X a + b), H = V(X a − b) with X = exp(i k₀ g z); Im g ≥ 0. */
export interface LayerModes {
  readonly n: number;
  readonly g: ComplexArray;
  readonly w: ComplexArray;
  readonly v: ComplexArray;
  readonly wInverse: ComplexArray;
  readonly vInverse: ComplexArray;
}

/** What {@link admittanceStep} leaves for the way down. */
export interface LayerStep {
  readonly modes: LayerModes;
  /** X, the decay over the layer. */
  readonly x: ComplexArray;
  /** Reflection of the modes at the bottom of the layer. */
  readonly rho: ComplexArray;
  /** (I + XρX)⁻¹. */
  readonly top: ComplexArray;
  readonly admittance: ComplexArray;
}

/** Modes from W and V: their inverses are taken once and serve every thickness and both half-spaces. @throws AppError `rank_deficient`. */
export function layerModes(n: number, g: ComplexArray, w: ComplexArray, v: ComplexArray): LayerModes {
  const invert = (a: ComplexArray): ComplexArray => {
    const out = complexArray(n * n, a.re.slice(), a.im.slice());
    complexInvertInPlace(out, n);
    return out;
  };
  return { n, g, w, v, wInverse: invert(w), vInverse: invert(v) };
}

/**
 * Admittance H = Y·U at the top of a layer from that at its bottom: ρ = (I + y)⁻¹(I − y) with y = V⁻¹YW, Q = XρX, Y_top = V(I − Q)(I + Q)⁻¹W⁻¹.
 * Only decaying exponentials occur: stable for any depth.
 * @param y - Y, (n, n) row-major; not changed. @param k0d - k₀ times the thickness.
 * @throws AppError `rank_deficient` at an exact resonance of the truncated system.
 * @reference Li, J. Opt. Soc. Am. A 13 (1996) 1024, §5 (R-matrix family); admittance form: Moharam et al., J. Opt. Soc. Am. A 12 (1995) 1077.
 */
export function admittanceStep(modes: LayerModes, y: ComplexArray, k0d: number): LayerStep {
  const { n, g } = modes;
  const rho = complexMultiply(complexMultiply(modes.vInverse, y, n, n, n), modes.w, n, n, n);
  halfCayley(rho, n);
  const x = complexArray(n);
  for (let i = 0; i < n; i++) {
    const m = Math.exp(-g.im[i]! * k0d);
    x.re[i] = m * Math.cos(g.re[i]! * k0d);
    x.im[i] = m * Math.sin(g.re[i]! * k0d);
  }
  const top = complexArray(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const p = i * n + j;
      const xr = x.re[i]! * x.re[j]! - x.im[i]! * x.im[j]!;
      const xi = x.re[i]! * x.im[j]! + x.im[i]! * x.re[j]!;
      top.re[p] = rho.re[p]! * xr - rho.im[p]! * xi + (i === j ? 1 : 0);
      top.im[p] = rho.re[p]! * xi + rho.im[p]! * xr;
    }
  }
  complexInvertInPlace(top, n);
  // (I − Q)(I + Q)⁻¹ = 2(I + Q)⁻¹ − I
  const inner = complexArray(n * n);
  for (let p = 0; p < n * n; p++) {
    inner.re[p] = 2 * top.re[p]!;
    inner.im[p] = 2 * top.im[p]!;
  }
  for (let i = 0; i < n; i++) inner.re[i * n + i]! -= 1;
  const admittance = complexMultiply(complexMultiply(modes.v, inner, n, n, n), modes.wInverse, n, n, n);
  return { modes, x, rho, top, admittance };
}

// y ← (I + y)⁻¹(I − y) = 2(I + y)⁻¹ − I.
function halfCayley(y: ComplexArray, n: number): void {
  for (let i = 0; i < n; i++) y.re[i * n + i]! += 1;
  complexInvertInPlace(y, n);
  for (let p = 0; p < n * n; p++) {
    y.re[p]! *= 2;
    y.im[p]! *= 2;
  }
  for (let i = 0; i < n; i++) y.re[i * n + i]! -= 1;
}

/** The field U at the bottom of a layer from U at its top. */
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
