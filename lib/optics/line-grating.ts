import { AppError } from '@/lib/errors';
import {
  type Complex,
  type ComplexArray,
  complexArray,
  complexEigen,
  complexInvertInPlace,
  complexMultiply,
  complexSolve,
  waveRoot,
} from '@/lib/numerics';
import { complexBlock, copyOf, modeRoot, ONE, put } from './complex-arithmetic';
import { fourierCoefficients, piecewisePermittivity, reciprocal, toeplitz } from './fourier';
import type { Diffraction, GratingLayer, LineGrating, Polarisation } from './line-grating-model';
import { admittanceStep, fieldBelow, type LayerModes, type LayerStep, layerModes, uniformModes } from './modal-recursion';
import { symmetricModes } from './symmetric-modes';

/** Eigenmodes of slices seen before, by slice, wavelength, angle, truncation and polarisation: pass one to reuse them over heights. */
export type ModeCache = Map<string, LayerModes>;

/**
 * Diffraction of a line grating in the classical mount (plane of incidence across the lines) by the Fourier modal method with 2M + 1 harmonics, exact
 * Fourier coefficients, Li's factorisation in TM and a stable admittance recursion.
 * @param wavelengthNm - vacuum wavelength, nm.
 * @param angleRad - incidence in the superstrate, |angle| < π/2; positive travels towards +x.
 * @param truncation - M ≥ 0: orders −M..M.
 * @param cache - eigenmodes to reuse.
 * @returns amplitudes and efficiencies of all orders; entry i is order i − M.
 * @throws AppError `invalid_input` naming the field; `rank_deficient` at an exact resonance (move the wavelength by 1e-9).
 * @complexity about 35 (2M + 1)³ complex multiplications per distinct slice, 6 (2M + 1)³ per slice.
 * @reference Moharam et al., J. Opt. Soc. Am. A 12 (1995) 1068; Li, J. Opt. Soc. Am. A 13 (1996) 1870, §§4–5 (inverse rule).
 */
export function solveLineGrating(
  grating: LineGrating,
  wavelengthNm: number,
  angleRad: number,
  polarisation: Polarisation,
  truncation: number,
  cache: ModeCache = new Map(),
): Diffraction {
  const s = lineGratingSystem(grating, wavelengthNm, angleRad, polarisation, truncation, cache);
  const { r, y0 } = s;
  const incident = y0.re[truncation]!;
  const power = (a: ComplexArray, y: ComplexArray, z: ComplexArray, eps: Complex): Float64Array =>
    Float64Array.from(a.re, (v, i) =>
      eps.im === 0 && z.im[i] === 0 ? ((v * v + a.im[i]! ** 2) * y.re[i]!) / incident : Number.NaN,
    );
  let below: ComplexArray | null = null;
  const transmission = (): ComplexArray => {
    if (below) return below;
    let t = copyOf(r);
    t.re[truncation]! += 1;
    for (const { step } of s.steps) t = fieldBelow(step, t);
    below = t;
    return t;
  };
  return {
    truncation,
    r,
    get t() {
      return transmission();
    },
    reflected: power(r, y0, s.z0, square(grating.superstrate)),
    get transmitted() {
      return power(transmission(), s.ys, s.zs, square(grating.substrate));
    },
  };
}

/** Everything that a solution of the classical mount leaves behind: the layers from the top and the amplitudes. */
export interface LineGratingSystem {
  /** Number of harmonics, 2M + 1. */
  readonly n: number;
  /** 2π/λ, 1/nm. */
  readonly k0: number;
  /** k_x/k₀ of every order, (n,). */
  readonly kx: Float64Array;
  /** k_z over k₀ and admittance of the orders above and below. */
  readonly z0: ComplexArray;
  readonly y0: ComplexArray;
  readonly zs: ComplexArray;
  readonly ys: ComplexArray;
  /** `layer` is the position in the grating; layers without thickness are left out. */
  readonly steps: readonly { readonly layer: number; readonly step: LayerStep }[];
  /** Y at the top of the first layer. */
  readonly admittance: ComplexArray;
  /** Reflected amplitudes, (n,). */
  readonly r: ComplexArray;
}

/**
 * The solution behind {@link solveLineGrating}; same parameters and errors.
 * @param wavelengthNm - vacuum wavelength, nm.
 * @param angleRad - angle of incidence in the superstrate, rad.
 */
export function lineGratingSystem(
  grating: LineGrating,
  wavelengthNm: number,
  angleRad: number,
  polarisation: Polarisation,
  truncation: number,
  cache: ModeCache,
): LineGratingSystem {
  checkGrating(grating, wavelengthNm, truncation);
  checkAngle(angleRad);
  const n = 2 * truncation + 1;
  const k0 = (2 * Math.PI) / wavelengthNm;
  const kx = new Float64Array(n);
  for (let i = 0; i < n; i++)
    kx[i] = grating.superstrate.re * Math.sin(angleRad) + ((i - truncation) * wavelengthNm) / grating.periodNm;
  const [z0, y0] = halfSpace(square(grating.superstrate), kx, polarisation);
  const [zs, ys] = halfSpace(square(grating.substrate), kx, polarisation);
  let admittance = diagonal(ys, n);
  const steps: { layer: number; step: LayerStep }[] = [];
  for (let j = grating.layers.length - 1; j >= 0; j--) {
    const layer = grating.layers[j]!;
    if (layer.thicknessNm === 0) continue;
    const key = `${polarisation} ${sliceKey(layer)} ${grating.periodNm} ${wavelengthNm} ${kx[truncation]} ${truncation}`;
    let modes = cache.get(key);
    if (!modes) {
      modes = sliceModes(layer, grating.periodNm, kx, polarisation);
      cache.set(key, modes);
    }
    const step = admittanceStep(modes, admittance, k0 * layer.thicknessNm);
    steps.unshift({ layer: j, step });
    admittance = step.admittance;
  }
  // (Y0 + Y) r = (Y0 − Y) e_0
  const r = complexArray(n);
  for (let i = 0; i < n; i++) {
    const p = i * n + truncation;
    r.re[i] = -admittance.re[p]!;
    r.im[i] = -admittance.im[p]!;
  }
  r.re[truncation]! += y0.re[truncation]!;
  r.im[truncation]! += y0.im[truncation]!;
  const system = copyOf(admittance);
  for (let i = 0; i < n; i++) {
    system.re[i * n + i]! += y0.re[i]!;
    system.im[i * n + i]! += y0.im[i]!;
  }
  complexSolve(system, n, r, 1);
  return { n, k0, kx, z0, y0, zs, ys, steps, admittance, r };
}

/**
 * Modes of a slice in one polarisation of the classical mount: TE (E_y, k_z E_y), TM (H_y, ε⁻¹k_z H_y).
 * @param periodNm - Λ, nm.
 * @param kx - k_x/k₀ of every order, (n,).
 * @throws AppError `rank_deficient` for modes that depend on each other.
 * @reference Moharam et al., J. Opt. Soc. Am. A 12 (1995) 1068 (TE and TM), with Li's factorisation.
 */
export function sliceModes(layer: GratingLayer, periodNm: number, kx: Float64Array, polarisation: Polarisation): LayerModes {
  const n = kx.length;
  const shape = piecewisePermittivity(periodNm, layer.background, layer.segments);
  const [first, ...others] = shape.values as readonly [Complex, ...Complex[]];
  if (others.every((e) => e.re === first.re && e.im === first.im)) {
    const g = complexArray(n);
    for (let i = 0; i < n; i++) put(g, i, waveRoot({ re: first.re - kx[i]! * kx[i]!, im: first.im }));
    return uniformModes(n, g, polarisation === 'TE' ? ONE : reciprocal(first));
  }
  const lossless = symmetricModes(shape, middleOf(layer) / periodNm, kx, polarisation === 'TM');
  if (lossless) return lossless;
  const epsilon = toeplitz(fourierCoefficients(shape, n - 1), n);
  if (polarisation === 'TE') {
    for (let i = 0; i < n; i++) epsilon.re[i * n + i]! -= kx[i]! * kx[i]!;
    const { g, w } = modesOf(epsilon, n);
    return layerModes(n, g, w, scaleColumns(w, g, n), true);
  }
  const inverse = toeplitz(fourierCoefficients(shape, n - 1, reciprocal), n);
  const { g, w } = modesOf(transverseMagnetic(epsilon, inverse, kx), n);
  return layerModes(n, g, w, scaleColumns(complexMultiply(inverse, w, n, n, n), g, n));
}

// Where a mirror plane of the slice can be.
function middleOf({ segments }: GratingLayer): number {
  return 0.5 * (Math.min(...segments.map((s) => s.x0Nm)) + Math.max(...segments.map((s) => s.x1Nm)));
}

/**
 * [[1/ε]]⁻¹(I − k_x [[ε]]⁻¹ k_x): Li's rules for H along the lines. Neither argument is changed.
 * @param epsilon - [[ε]], (n, n).
 * @param inverse - [[1/ε]], (n, n).
 * @param kx - k_x/k₀, (n,).
 * @returns (n, n), row-major.
 * @reference Li, J. Opt. Soc. Am. A 13 (1996) 1870; Lalanne & Morris, J. Opt. Soc. Am. A 13 (1996) 779.
 */
export function transverseMagnetic(epsilon: ComplexArray, inverse: ComplexArray, kx: Float64Array): ComplexArray {
  const n = kx.length;
  const inner = copyOf(epsilon);
  complexInvertInPlace(inner, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const p = i * n + j;
      inner.re[p]! *= -kx[i]! * kx[j]!;
      inner.im[p]! *= -kx[i]! * kx[j]!;
    }
    inner.re[i * n + i]! += 1;
  }
  complexSolve(copyOf(inverse), n, inner, n);
  return inner;
}

/** Eigenvectors W and g = √λ on the decaying branch. @param a - (n, n), row-major; eigenvalues γ². @returns g, (n,), and W, (n, n). */
export function modesOf(a: ComplexArray, n: number): { g: ComplexArray; w: ComplexArray; squared: ComplexArray } {
  const { values, vectors } = complexEigen(a, n);
  const g = complexArray(n);
  for (let i = 0; i < n; i++) {
    const root = modeRoot({ re: values.re[i]!, im: values.im[i]! });
    g.re[i] = root.re;
    g.im[i] = root.im;
  }
  return { g, w: vectors, squared: values };
}

/** A·diag(d). @param a - (n, n); d - (n,). */
export function scaleColumns(a: ComplexArray, d: ComplexArray, n: number): ComplexArray {
  const out = complexArray(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const p = i * n + j;
      out.re[p] = a.re[p]! * d.re[j]! - a.im[p]! * d.im[j]!;
      out.im[p] = a.re[p]! * d.im[j]! + a.im[p]! * d.re[j]!;
    }
  }
  return out;
}

/** ñ². */
export const square = (n: Complex): Complex => ({ re: n.re * n.re - n.im * n.im, im: 2 * n.re * n.im });

/** A text that is equal for equal slices. */
export function sliceKey(l: GratingLayer): string {
  return `${l.background.re},${l.background.im};${l.segments.map((s) => `${s.x0Nm},${s.x1Nm},${s.index.re},${s.index.im}`).join(';')}`;
}

/** Refuses a grating, a wavelength (nm) or a truncation that cannot be. @throws AppError `invalid_input` naming the field. */
export function checkGrating(g: LineGrating, wavelengthNm: number, truncation: number): void {
  const bad = (field: string, value: unknown, remedy: string): never => {
    throw new AppError('invalid_input', `${field} is ${value}; ${remedy}`, { field });
  };
  if (!(g.periodNm > 0)) bad('periodNm', g.periodNm, 'give a positive period');
  if (!(wavelengthNm > 0)) bad('wavelengthNm', wavelengthNm, 'give a positive vacuum wavelength');
  if (!Number.isInteger(truncation) || truncation < 0) bad('truncation', truncation, 'give an integer of 0 or more');
  if (g.superstrate.im !== 0) bad('superstrate.im', g.superstrate.im, 'the superstrate must be transparent');
  for (const [i, l] of g.layers.entries()) {
    if (!(l.thicknessNm >= 0) || !Number.isFinite(l.thicknessNm))
      bad(`layers[${i}].thicknessNm`, l.thicknessNm, 'give 0 nm or more');
  }
}

/** Refuses an angle (rad) outside (−π/2, π/2). @throws AppError `invalid_input`. */
export function checkAngle(angleRad: number): void {
  if (!(Math.abs(angleRad) < Math.PI / 2))
    throw new AppError('invalid_input', `angleRad is ${angleRad}; give an angle within ±π/2`, { field: 'angleRad' });
}

function halfSpace(eps: Complex, kx: Float64Array, polarisation: Polarisation): [ComplexArray, ComplexArray] {
  const n = kx.length;
  const [z, y] = complexBlock(n, n) as [ComplexArray, ComplexArray];
  const inverse = polarisation === 'TE' ? { re: 1, im: 0 } : reciprocal(eps);
  for (let i = 0; i < n; i++) {
    const root = waveRoot({ re: eps.re - kx[i]! * kx[i]!, im: eps.im });
    z.re[i] = root.re;
    z.im[i] = root.im;
    y.re[i] = root.re * inverse.re - root.im * inverse.im;
    y.im[i] = root.re * inverse.im + root.im * inverse.re;
  }
  return [z, y];
}

function diagonal(d: ComplexArray, n: number): ComplexArray {
  const out = complexArray(n * n);
  for (let i = 0; i < n; i++) {
    out.re[i * n + i] = d.re[i]!;
    out.im[i * n + i] = d.im[i]!;
  }
  return out;
}
