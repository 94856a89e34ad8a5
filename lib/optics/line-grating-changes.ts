import { type Complex, type ComplexArray, cdiv, cmul, complexArray, complexInvertInPlace, complexMultiply } from '@/lib/numerics';
import { complexBlock } from './complex-arithmetic';
import { fourierCoefficients, piecewisePermittivity, toeplitz } from './fourier';
import { fourierTangent, type LayerTangent, throughChange } from './fourier-tangent';
import type { LineGratingSystem } from './line-grating';
import type { GratingLayer, Polarisation } from './line-grating-model';
import type { LayerModes } from './modal-recursion';

/** Matrices that turn a change of the Fourier matrices into modal changes: δQ̂ = L δE R (TE: V⁻¹ and W; TM: V⁻¹KE⁻¹ and E⁻¹KW). */
export interface LayerFactors {
  /** (n, n). */
  readonly left: ComplexArray;
  /** (n, n). */
  readonly right: ComplexArray;
  /** [[ε]]⁻¹, (n, n); null in TE. */
  readonly inverse: ComplexArray | null;
}

/** The factors of a layer. @param periodNm - Λ, nm. */
export function factorsOf(
  layer: GratingLayer,
  periodNm: number,
  s: LineGratingSystem,
  { vInverse, w }: LayerModes,
  polarisation: Polarisation,
): LayerFactors {
  if (polarisation === 'TE') return { left: vInverse, right: w, inverse: null };
  const { n, kx } = s;
  const inverse = toeplitz(fourierCoefficients(piecewisePermittivity(periodNm, layer.background, layer.segments), n - 1), n);
  complexInvertInPlace(inverse, n);
  const [left, right] = complexBlock(n * n, n * n) as [ComplexArray, ComplexArray];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const p = i * n + j;
      right.re[p] = w.re[p]! * kx[i]!;
      right.im[p] = w.im[p]! * kx[i]!;
      left.re[p] = vInverse.re[p]! * kx[j]!;
      left.im[p] = vInverse.im[p]! * kx[j]!;
    }
  }
  complexMultiply(left, inverse, n, n, n, left);
  complexMultiply(inverse, right, n, n, n, right);
  return { left, right, inverse };
}

/**
 * δQ of changed wave numbers: −2KδK (TE), −δK E⁻¹K − K E⁻¹δK (TM), in modes.
 * @param dk - δk_x/k₀ of every order, (n,).
 * @returns (n, n), row-major.
 */
export function waveNumberChange(f: LayerFactors, s: LineGratingSystem, modes: LayerModes, dk: Float64Array): ComplexArray {
  const { n, kx } = s;
  const { vInverse, w } = modes;
  if (!f.inverse) {
    const vk = complexArray(
      n * n,
      vInverse.re.map((v, i) => -2 * dk[i % n]! * v * kx[i % n]!),
      vInverse.im.map((v, i) => -2 * dk[i % n]! * v * kx[i % n]!),
    );
    return complexMultiply(vk, w, n, n, n);
  }
  const columns = (v: number, i: number): number => -dk[i % n]! * v;
  const rows = (v: number, i: number): number => -dk[(i / n) | 0]! * v;
  const moved = complexArray(n * n, vInverse.re.map(columns), vInverse.im.map(columns));
  const out = complexMultiply(moved, f.right, n, n, n);
  const other = complexMultiply(f.left, complexArray(n * n, w.re.map(rows), w.im.map(rows)), n, n, n);
  for (let i = 0; i < n * n; i++) {
    out.re[i]! += other.re[i]!;
    out.im[i]! += other.im[i]!;
  }
  return out;
}

/**
 * δY of a half-space: δk_z = (δε/2 − k_x δk)/k_z; TM also −k_z δε/ε².
 * @param dk - δk_x/k₀ of every order, (n,); null where none moves.
 * @param deltaEps - δε of the half-space.
 * @param z - k_z/k₀ of every order, (n,).
 * @returns δY of every order, (n,).
 */
export function admittanceChange(
  s: LineGratingSystem,
  eps: Complex,
  polarisation: Polarisation,
  dk: Float64Array | null,
  deltaEps: Complex | null,
  z: ComplexArray,
): ComplexArray {
  const out = complexArray(s.n);
  for (let i = 0; i < s.n; i++) {
    const kz = { re: z.re[i]!, im: z.im[i]! };
    const dz = cdiv({ re: 0.5 * (deltaEps?.re ?? 0) - s.kx[i]! * (dk?.[i] ?? 0), im: 0.5 * (deltaEps?.im ?? 0) }, kz);
    let dy = dz;
    if (polarisation === 'TM') {
      dy = cdiv(dz, eps);
      if (deltaEps) {
        const extra = cdiv(cmul(kz, deltaEps), cmul(eps, eps));
        dy = { re: dy.re - extra.re, im: dy.im - extra.im };
      }
    }
    out.re[i] = dy.re;
    out.im[i] = dy.im;
  }
  return out;
}

/** out += sign·β·diag(d)·u. @param beta - (outputs, n); d, u - (n,); out - (outputs,). */
export function addDiagonal(beta: ComplexArray, d: ComplexArray, u: ComplexArray, sign: number, out: ComplexArray): void {
  const n = u.re.length;
  for (let m = 0; m < out.re.length; m++) {
    for (let i = 0; i < n; i++) {
      const vr = d.re[i]! * u.re[i]! - d.im[i]! * u.im[i]!;
      const vi = d.re[i]! * u.im[i]! + d.im[i]! * u.re[i]!;
      const k = m * n + i;
      out.re[m]! += sign * (beta.re[k]! * vr - beta.im[k]! * vi);
      out.im[m]! += sign * (beta.re[k]! * vi + beta.im[k]! * vr);
    }
  }
}

/**
 * Modal changes δQ̂ and δP̂ (null in TE) of changed edges and indices of a layer; null when nothing but its thickness moves.
 * @param periodNm - Λ, nm.
 * @returns (n, n) each.
 */
export function layerChange(
  modes: LayerModes,
  f: LayerFactors,
  layer: GratingLayer,
  tangent: LayerTangent,
  periodNm: number,
  polarisation: Polarisation,
): { q: ComplexArray; p: ComplexArray | null } | null {
  const { n, g, vInverse, w } = modes;
  const change = fourierTangent(layer, tangent, periodNm, n - 1);
  if (!change) return null;
  const q = throughChange(f.left, change, 'direct', f.right, n, n, n);
  if (polarisation === 'TE') return { q, p: null };
  // δP̂ = −W⁻¹B⁻¹ δB B⁻¹V = −g (V⁻¹ δB W) g
  const p = throughChange(vInverse, change, 'inverse', w, n, n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const k = i * n + j;
      const gr = g.re[i]! * g.re[j]! - g.im[i]! * g.im[j]!;
      const gi = g.re[i]! * g.im[j]! + g.im[i]! * g.re[j]!;
      const re = p.re[k]! * gr - p.im[k]! * gi;
      p.im[k] = -(p.re[k]! * gi + p.im[k]! * gr);
      p.re[k] = -re;
    }
  }
  return { q, p };
}
