import { AppError } from '@/lib/errors';
import { type Complex, type ComplexArray, cdiv, cmul, complexArray, complexInvertInPlace, complexMultiply } from '@/lib/numerics';
import { complexBlock, copyOf } from './complex-arithmetic';
import { fourierCoefficients, piecewisePermittivity, toeplitz } from './fourier';
import { fourierTangent, type LayerTangent, throughChange } from './fourier-tangent';
import { addModalChange, addThicknessChange, descend, type LayerSensitivity } from './layer-sensitivity';
import {
  type GratingLayer,
  type LineGrating,
  type LineGratingSystem,
  lineGratingSystem,
  type ModeCache,
  type Polarisation,
  square,
} from './line-grating';

/** How a grating and its illumination move with one parameter. */
export interface GratingTangent {
  /** In the order of the grating's layers. */
  readonly layers?: readonly (LayerTangent | null)[];
  readonly substrate?: Complex;
  readonly angleRad?: number;
}

export interface GratingDerivatives {
  readonly truncation: number;
  /** Amplitude ratios of all orders, as `solveLineGrating`. */
  readonly r: ComplexArray;
  /** Orders of the entries of the derivatives. */
  readonly orders: readonly number[];
  /** ∂r/∂p of these orders, one entry per tangent. */
  readonly derivatives: readonly ComplexArray[];
}

export interface GratingDerivativeOptions {
  /** Orders whose derivatives are wanted. Default all; the zero order alone saves about half the time. */
  readonly orders?: readonly number[];
  /** As in `solveLineGrating`. */
  readonly cache?: ModeCache | undefined;
}

/** Matrices that turn a change of the Fourier matrices into modal changes: δQ̂ = L δE R (TE: V⁻¹ and W; TM: V⁻¹KE⁻¹ and E⁻¹KW). */
interface LayerFactors {
  readonly left: ComplexArray;
  readonly right: ComplexArray;
  readonly inverse: ComplexArray | null;
}

/**
 * Reflected amplitudes of all orders with their derivatives along given tangents, exact for the truncated problem, by one adjoint pass over the
 * layers (see `descend`): a recipe hands in how its parameters move thicknesses, edges, indices and the angle, and chains.
 * Where two edges coincide they must move together, else the structure has no derivative: the upper segment's edge counts.
 * @param tangents - one per parameter. Other parameters and errors as in `solveLineGrating`.
 * @complexity the solution, 3 to 8 n³ per layer; per layer and parameter n² for edges, 4 n³ for indices.
 * @throws AppError `dimension_mismatch` for tangents of more layers or segments than the grating has.
 */
export function lineGratingDerivatives(
  grating: LineGrating,
  wavelengthNm: number,
  angleRad: number,
  polarisation: Polarisation,
  truncation: number,
  tangents: readonly GratingTangent[],
  options: GratingDerivativeOptions = {},
): GratingDerivatives {
  checkTangents(grating, tangents);
  const cache = options.cache ?? new Map();
  const s = lineGratingSystem(grating, wavelengthNm, angleRad, polarisation, truncation, cache);
  const { n } = s;
  const orders = options.orders ?? Array.from({ length: n }, (_, i) => i - truncation);
  const bad = orders.find((m) => !Number.isInteger(m) || Math.abs(m) > truncation);
  if (bad !== undefined)
    throw new AppError('invalid_input', `orders holds ${bad}; give integers within ±${truncation}`, { field: 'orders' });
  const outputs = orders.length;
  const derivatives = tangents.map(() => complexArray(outputs));
  // β at the top: the rows of (Y0 + Y)⁻¹ that belong to the wanted orders
  const full = copyOf(s.admittance);
  for (let i = 0; i < n; i++) {
    full.re[i * n + i]! += s.y0.re[i]!;
    full.im[i * n + i]! += s.y0.im[i]!;
  }
  complexInvertInPlace(full, n);
  let beta = complexArray(outputs * n);
  for (const [k, m] of orders.entries()) {
    const row = (m + truncation) * n;
    beta.re.set(full.re.subarray(row, row + n), k * n);
    beta.im.set(full.im.subarray(row, row + n), k * n);
  }
  const shift = (t: GratingTangent): number => (t.angleRad ?? 0) * grating.superstrate.re * Math.cos(angleRad);
  let u = complexArray(n, s.r.re.slice(), s.r.im.slice());
  const difference = complexArray(
    n,
    s.r.re.map((v) => -v),
    s.r.im.map((v) => -v),
  );
  u.re[truncation]! += 1;
  difference.re[truncation]! += 1;
  for (const [k, t] of tangents.entries()) {
    const dk = shift(t);
    if (dk !== 0)
      addDiagonal(
        beta,
        admittanceChange(s, square(grating.superstrate), polarisation, dk, null, s.z0),
        difference,
        1,
        derivatives[k]!,
      );
  }
  for (const { layer, step } of s.steps) {
    const l = grating.layers[layer]!;
    const down = descend(step, u, beta, outputs, s.k0 * l.thicknessNm);
    let factors: LayerFactors | null = null;
    for (const [k, t] of tangents.entries()) {
      const tangent = t.layers?.[layer];
      const out = derivatives[k]!;
      if (tangent?.thicknessNm) addThicknessChange(down.sensitivity, s.k0 * tangent.thicknessNm, out);
      const dk = shift(t);
      if (dk === 0 && !tangent?.background && !tangent?.segments) continue;
      factors ??= factorsOf(l, grating.periodNm, s, step.modes.vInverse, step.modes.w, polarisation);
      if (dk !== 0) addModalChange(down.sensitivity, angleChange(factors, s, down.sensitivity, dk), null, out);
      if (tangent) addLayerChange(down.sensitivity, factors, l, tangent, grating.periodNm, polarisation, out);
    }
    ({ u, beta } = down);
  }
  for (const [k, t] of tangents.entries()) {
    const dk = shift(t);
    if (dk === 0 && !t.substrate) continue;
    const change = t.substrate ? cmul({ re: 2 * grating.substrate.re, im: 2 * grating.substrate.im }, t.substrate) : null;
    addDiagonal(beta, admittanceChange(s, square(grating.substrate), polarisation, dk, change, s.zs), u, -1, derivatives[k]!);
  }
  return { truncation, orders, r: s.r, derivatives };
}

function checkTangents(grating: LineGrating, tangents: readonly GratingTangent[]): void {
  for (const [k, t] of tangents.entries()) {
    for (const [i, l] of (t.layers ?? []).entries()) {
      const layer = grating.layers[i];
      if (l && (!layer || (l.segments?.length ?? 0) > layer.segments.length))
        throw new AppError('dimension_mismatch', `tangents[${k}].layers[${i}] has no such layer or segment in the grating`, {
          tangent: k,
        });
    }
  }
}

function factorsOf(
  layer: GratingLayer,
  periodNm: number,
  s: LineGratingSystem,
  vInverse: ComplexArray,
  w: ComplexArray,
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

// δQ of a common shift of all k_x: −2Kδk (TE), −δk(E⁻¹K + KE⁻¹) (TM), in modes.
function angleChange(f: LayerFactors, s: LineGratingSystem, at: LayerSensitivity, dk: number): ComplexArray {
  const { n, kx } = s;
  const { vInverse, w } = at.step.modes;
  if (!f.inverse) {
    const vk = complexArray(
      n * n,
      vInverse.re.map((v, i) => -2 * dk * v * kx[i % n]!),
      vInverse.im.map((v, i) => -2 * dk * v * kx[i % n]!),
    );
    return complexMultiply(vk, w, n, n, n);
  }
  const out = complexMultiply(vInverse, f.right, n, n, n);
  const other = complexMultiply(f.left, w, n, n, n);
  for (let i = 0; i < n * n; i++) {
    out.re[i] = -dk * (out.re[i]! + other.re[i]!);
    out.im[i] = -dk * (out.im[i]! + other.im[i]!);
  }
  return out;
}

// δY of a half-space: δk_z = (δε/2 − k_x δk)/k_z; TM also −k_z δε/ε².
function admittanceChange(
  s: LineGratingSystem,
  eps: Complex,
  polarisation: Polarisation,
  dk: number,
  deltaEps: Complex | null,
  z: ComplexArray,
): ComplexArray {
  const out = complexArray(s.n);
  for (let i = 0; i < s.n; i++) {
    const kz = { re: z.re[i]!, im: z.im[i]! };
    const dz = cdiv({ re: 0.5 * (deltaEps?.re ?? 0) - s.kx[i]! * dk, im: 0.5 * (deltaEps?.im ?? 0) }, kz);
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

// out += sign·β·diag(d)·u.
function addDiagonal(beta: ComplexArray, d: ComplexArray, u: ComplexArray, sign: number, out: ComplexArray): void {
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

function addLayerChange(
  s: LayerSensitivity,
  f: LayerFactors,
  layer: GratingLayer,
  tangent: LayerTangent,
  periodNm: number,
  polarisation: Polarisation,
  out: ComplexArray,
): void {
  const { n } = s;
  const change = fourierTangent(layer, tangent, periodNm, n - 1);
  if (!change) return;
  const dq = throughChange(f.left, change, 'direct', f.right, n, n, n);
  if (polarisation === 'TE') {
    addModalChange(s, dq, null, out);
    return;
  }
  // δP̂ = −W⁻¹B⁻¹ δB B⁻¹V = −g (V⁻¹ δB W) g
  const { g, vInverse, w } = s.step.modes;
  const dp = throughChange(vInverse, change, 'inverse', w, n, n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const p = i * n + j;
      const gr = g.re[i]! * g.re[j]! - g.im[i]! * g.im[j]!;
      const gi = g.re[i]! * g.im[j]! + g.im[i]! * g.re[j]!;
      const re = dp.re[p]! * gr - dp.im[p]! * gi;
      dp.im[p] = -(dp.re[p]! * gi + dp.im[p]! * gr);
      dp.re[p] = -re;
    }
  }
  addModalChange(s, dq, dp, out);
}
