import { AppError } from '@/lib/errors';
import { type Complex, type ComplexArray, cdiv, complexArray, complexInvertInPlace, complexMultiply } from '@/lib/numerics';
import { modeRoot } from './complex-arithmetic';
import { farField, type Incidence, type VectorDiffraction } from './far-field';
import { fourierCoefficients, piecewisePermittivity, reciprocal, toeplitz } from './fourier';
import { checkGrating, modesOf, sliceKey, square, transverseMagnetic } from './line-grating';
import type { GratingLayer, LineGrating } from './line-grating-model';
import { type LayerModes, layerModes } from './modal-recursion';
import { halfSpaceAdmittance, type Layout, solveVectorStack, split, type VectorStackSolution } from './vector-stack';

/** Modes with H_x = 0 and modes with E_x = 0 of a slice: the two classical eigenproblems, which do not know the azimuth. */
interface SliceEigen {
  readonly te: { readonly w: ComplexArray; readonly squared: ComplexArray };
  readonly tm: { readonly w: ComplexArray; readonly squared: ComplexArray };
  readonly epsilonInverse: ComplexArray;
  readonly inverse: ComplexArray;
}

/**
 * Diffraction of a line grating at any azimuth. In each slice the 2(2M + 1) modes split into two families that solve the classical TE and TM
 * eigenproblems with g² = γ² − k_y²: no larger eigenproblem is needed.
 * @param wavelengthNm - vacuum wavelength, nm.
 * @param incidence - polar angle and azimuth (rad); azimuth 0 is the classical mount.
 * @param truncation - M.
 * @returns Jones matrix of the zero order and the efficiencies; entry i is order i − M.
 * @throws as `solveLineGrating`.
 * @reference Moharam et al., J. Opt. Soc. Am. A 12 (1995) 1068, §4; Li, J. Opt. Soc. Am. A 13 (1996) 1870.
 */
export function solveConical(
  grating: LineGrating,
  wavelengthNm: number,
  incidence: Incidence,
  truncation: number,
): VectorDiffraction {
  const { solution, kx, ky, eps0, epsS } = conicalSystem(grating, wavelengthNm, incidence, truncation);
  const pair = (v: readonly ComplexArray[]) => [split(v[0]!), split(v[1]!)] as const;
  const every = new Float64Array(kx.length).fill(ky);
  return farField(incidence, eps0, epsS, kx, every, truncation, pair(solution.reflected), pair(solution.transmitted));
}

/** What a solution of the conical mount leaves behind. */
export interface ConicalSystem {
  /** k_x/k₀ of the orders −M..M, (2M + 1,). */
  readonly kx: Float64Array;
  /** k_y/k₀, common to all orders. */
  readonly ky: number;
  /** 2π/λ, 1/nm. */
  readonly k0: number;
  /** ε of the superstrate. */
  readonly eps0: Complex;
  /** ε of the substrate. */
  readonly epsS: Complex;
  readonly layout: Layout;
  /** Admittance of the superstrate, (n, n). */
  readonly top: ComplexArray;
  /** Position in the grating of each layer that has a thickness. */
  readonly positions: readonly number[];
  /** For unit E_x and unit E_y incident in order zero. */
  readonly solution: VectorStackSolution;
}

/**
 * The solution behind {@link solveConical}; same parameters and errors.
 * @param wavelengthNm - vacuum wavelength, nm.
 * @param truncation - M: orders −M..M.
 */
export function conicalSystem(
  grating: LineGrating,
  wavelengthNm: number,
  incidence: Incidence,
  truncation: number,
): ConicalSystem {
  checkGrating(grating, wavelengthNm, truncation);
  if (!(incidence.angleRad >= 0 && incidence.angleRad < Math.PI / 2))
    throw new AppError('invalid_input', `angleRad is ${incidence.angleRad}; give 0 ≤ angle < π/2`, { field: 'angleRad' });
  const n = 2 * truncation + 1;
  const k0 = (2 * Math.PI) / wavelengthNm;
  const n0 = grating.superstrate.re;
  const kx = new Float64Array(n);
  for (let i = 0; i < n; i++)
    kx[i] =
      n0 * Math.sin(incidence.angleRad) * Math.cos(incidence.azimuthRad) + ((i - truncation) * wavelengthNm) / grating.periodNm;
  const ky = n0 * Math.sin(incidence.angleRad) * Math.sin(incidence.azimuthRad);
  const waves = Array.from(kx, (x) => ({ kx: x, ky }));
  const layout: Layout = { x: waves, y: waves, partner: Int32Array.from(waves, (_, i) => i) };
  const known = new Map<string, LayerModes>();
  const positions = [...grating.layers.keys()].filter((i) => grating.layers[i]!.thicknessNm > 0);
  const layers = positions.map((position) => {
    const l = grating.layers[position]!;
    const key = sliceKey(l);
    const modes = known.get(key) ?? conicalModes(sliceEigen(l, grating.periodNm, kx), kx, ky);
    known.set(key, modes);
    return { modes, k0d: k0 * l.thicknessNm };
  });
  const eps0 = square(grating.superstrate);
  const epsS = square(grating.substrate);
  const top = halfSpaceAdmittance(eps0, layout);
  const bottom = halfSpaceAdmittance(epsS, layout);
  const solution = solveVectorStack(layers, top, bottom, 2 * n, [truncation, n + truncation]);
  return { kx, ky, k0, eps0, epsS, layout, top, positions, solution };
}

function sliceEigen(layer: GratingLayer, periodNm: number, kx: Float64Array): SliceEigen {
  const n = kx.length;
  const shape = piecewisePermittivity(periodNm, layer.background, layer.segments);
  const epsilon = toeplitz(fourierCoefficients(shape, n - 1), n);
  const inverse = toeplitz(fourierCoefficients(shape, n - 1, reciprocal), n);
  const tm = modesOf(transverseMagnetic(epsilon, inverse, kx), n);
  const epsilonInverse = complexArray(n * n, epsilon.re.slice(), epsilon.im.slice());
  complexInvertInPlace(epsilonInverse, n);
  for (let i = 0; i < n; i++) epsilon.re[i * n + i]! -= kx[i]! * kx[i]!;
  return { te: modesOf(epsilon, n), tm, epsilonInverse, inverse };
}

// Fields (E_x, E_y) and (H_y, H_x). H_x = 0: E = (Bγ²h, −k_y ε⁻¹ k_x h), H_y = g h. E_x = 0: E_y = e, H_y = k_y k_x e/g, H_x = −γ² e/g.
function conicalModes(s: SliceEigen, kx: Float64Array, ky: number): LayerModes {
  const n = kx.length;
  const m = 2 * n;
  const w = complexArray(m * m);
  const v = complexArray(m * m);
  const g = complexArray(m);
  const bh = complexMultiply(s.inverse, s.tm.w, n, n, n);
  const kh = complexArray(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      kh.re[i * n + j] = kx[i]! * s.tm.w.re[i * n + j]!;
      kh.im[i * n + j] = kx[i]! * s.tm.w.im[i * n + j]!;
    }
  }
  const ekh = complexMultiply(s.epsilonInverse, kh, n, n, n);
  const set = (a: ComplexArray, i: number, j: number, re: number, im: number): void => {
    a.re[i * m + j] = re;
    a.im[i * m + j] = im;
  };
  for (let j = 0; j < n; j++) {
    const root = (re: number, im: number): { re: number; im: number } => {
      const z = modeRoot({ re: re - ky * ky, im });
      return Math.hypot(z.re, z.im) < 1e-12 ? { re: 1e-12, im: 0 } : z;
    };
    const t = { re: s.tm.squared.re[j]!, im: s.tm.squared.im[j]! };
    const gt = root(t.re, t.im);
    g.re[j] = gt.re;
    g.im[j] = gt.im;
    const e = { re: s.te.squared.re[j]!, im: s.te.squared.im[j]! };
    const ge = root(e.re, e.im);
    g.re[n + j] = ge.re;
    g.im[n + j] = ge.im;
    const q = cdiv(e, ge);
    const one = cdiv({ re: 1, im: 0 }, ge);
    for (let i = 0; i < n; i++) {
      const p = i * n + j;
      set(w, i, j, bh.re[p]! * t.re - bh.im[p]! * t.im, bh.re[p]! * t.im + bh.im[p]! * t.re);
      set(w, n + i, j, -ky * ekh.re[p]!, -ky * ekh.im[p]!);
      const hr = s.tm.w.re[p]!;
      const hi = s.tm.w.im[p]!;
      set(v, i, j, hr * gt.re - hi * gt.im, hr * gt.im + hi * gt.re);
      const er = s.te.w.re[p]!;
      const ei = s.te.w.im[p]!;
      set(w, n + i, n + j, er, ei);
      const k = ky * kx[i]!;
      set(v, i, n + j, k * (er * one.re - ei * one.im), k * (er * one.im + ei * one.re));
      set(v, n + i, n + j, -(er * q.re - ei * q.im), -(er * q.im + ei * q.re));
    }
  }
  return layerModes(m, g, w, v);
}
