import { AppError } from '@/lib/errors';
import { type Complex, type ComplexArray, cdiv, cmul, complexArray, complexInvertInPlace, complexMultiply } from '@/lib/numerics';
import { coverage, fourierCoefficients, piecewisePermittivity, reciprocal, toeplitz } from './fourier';
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

/** How a layer moves with one parameter p: every entry is ∂/∂p. What is left out does not move. */
export interface LayerTangent {
  readonly thicknessNm?: number;
  readonly background?: Complex;
  /** In the order of the layer's segments. */
  readonly segments?: readonly ({ readonly x0Nm?: number; readonly x1Nm?: number; readonly index?: Complex } | null)[];
}

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
  /** ∂r/∂p of all orders, one entry per tangent. */
  readonly derivatives: readonly ComplexArray[];
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
 * @complexity the solution, 10 n³ per layer, and 4 n³ per layer and parameter that moves its edges or indices.
 * @throws AppError `dimension_mismatch` for tangents of more layers or segments than the grating has.
 */
export function lineGratingDerivatives(
  grating: LineGrating,
  wavelengthNm: number,
  angleRad: number,
  polarisation: Polarisation,
  truncation: number,
  tangents: readonly GratingTangent[],
  cache: ModeCache = new Map(),
): GratingDerivatives {
  checkTangents(grating, tangents);
  const s = lineGratingSystem(grating, wavelengthNm, angleRad, polarisation, truncation, cache);
  const { n } = s;
  const derivatives = tangents.map(() => complexArray(n));
  // β at the top: rows of (Y0 + Y)⁻¹
  let beta = complexArray(n * n, s.admittance.re.slice(), s.admittance.im.slice());
  for (let i = 0; i < n; i++) {
    beta.re[i * n + i]! += s.y0.re[i]!;
    beta.im[i * n + i]! += s.y0.im[i]!;
  }
  complexInvertInPlace(beta, n);
  const shift = (t: GratingTangent): number => (t.angleRad ?? 0) * grating.superstrate.re * Math.cos(angleRad);
  let u = complexArray(n, s.r.re.slice(), s.r.im.slice());
  const difference = complexArray(n, s.r.re.map((v) => -v), s.r.im.map((v) => -v));
  u.re[truncation]! += 1;
  difference.re[truncation]! += 1;
  for (const [k, t] of tangents.entries()) {
    const dk = shift(t);
    if (dk !== 0) addDiagonal(beta, admittanceChange(s, square(grating.superstrate), polarisation, dk, null, s.z0), difference, 1, derivatives[k]!);
  }
  for (const { layer, step } of s.steps) {
    const l = grating.layers[layer]!;
    const down = descend(step, u, beta, n, s.k0 * l.thicknessNm);
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
  return { truncation, r: s.r, derivatives };
}

function checkTangents(grating: LineGrating, tangents: readonly GratingTangent[]): void {
  for (const [k, t] of tangents.entries()) {
    for (const [i, l] of (t.layers ?? []).entries()) {
      const layer = grating.layers[i];
      if (l && (!layer || (l.segments?.length ?? 0) > layer.segments.length))
        throw new AppError('dimension_mismatch', `tangents[${k}].layers[${i}] has no such layer or segment in the grating`, { tangent: k });
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
  const kw = complexArray(n * n, w.re.map((v, i) => v * kx[Math.floor(i / n)]!), w.im.map((v, i) => v * kx[Math.floor(i / n)]!));
  const vk = complexArray(n * n, vInverse.re.map((v, i) => v * kx[i % n]!), vInverse.im.map((v, i) => v * kx[i % n]!));
  return { left: complexMultiply(vk, inverse, n, n, n), right: complexMultiply(inverse, kw, n, n, n), inverse };
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
  for (let m = 0; m < n; m++) {
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
  const { breaks, owners, edges } = coverage(periodNm, layer.segments);
  const shape = piecewisePermittivity(periodNm, layer.background, layer.segments);
  // δc_m of ε and 1/ε: moved edges and changed values
  const direct = complexArray(2 * n - 1);
  const inverse = complexArray(2 * n - 1);
  const half = n - 1;
  let moved = false;
  for (const [i, e] of edges.entries()) {
    const by = e ? (tangent.segments?.[e.segment]?.[e.end] ?? 0) / periodNm : 0;
    if (by === 0) continue;
    moved = true;
    const left = shape.values[(i + owners.length - 1) % owners.length]!;
    const right = shape.values[i]!;
    for (const [c, l, r] of [
      [direct, left, right],
      [inverse, reciprocal(left), reciprocal(right)],
    ] as const) {
      const jump = { re: (l.re - r.re) * by, im: (l.im - r.im) * by };
      for (let m = -half; m <= half; m++) {
        const w = cmul(jump, { re: Math.cos(2 * Math.PI * m * breaks[i]!), im: -Math.sin(2 * Math.PI * m * breaks[i]!) });
        c.re[half + m]! += w.re;
        c.im[half + m]! += w.im;
      }
    }
  }
  const deltas = owners.map((o) => {
    const dn = o < 0 ? tangent.background : tangent.segments?.[o]?.index;
    const index = o < 0 ? layer.background : layer.segments[o]!.index;
    return dn ? cmul({ re: 2 * index.re, im: 2 * index.im }, dn) : { re: 0, im: 0 };
  });
  if (deltas.some((d) => d.re !== 0 || d.im !== 0)) {
    moved = true;
    const inverted = deltas.map((d, i) => {
      const v = cdiv(d, cmul(shape.values[i]!, shape.values[i]!));
      return { re: -v.re, im: -v.im };
    });
    for (const [c, values] of [
      [direct, deltas],
      [inverse, inverted],
    ] as const) {
      const extra = fourierCoefficients({ breaks, values }, half);
      for (let i = 0; i < c.re.length; i++) {
        c.re[i]! += extra.re[i]!;
        c.im[i]! += extra.im[i]!;
      }
    }
  }
  if (!moved) return;
  const around = (c: ComplexArray): ComplexArray => toeplitz(c, n);
  const sandwich = (l: ComplexArray, m: ComplexArray, r: ComplexArray): ComplexArray =>
    complexMultiply(complexMultiply(l, m, n, n, n), r, n, n, n);
  const dq = sandwich(f.left, around(direct), f.right);
  if (polarisation === 'TE') {
    addModalChange(s, dq, null, out);
    return;
  }
  // δP̂ = −W⁻¹B⁻¹ δB B⁻¹V = −g (V⁻¹ δB W) g
  const { g, vInverse, w } = s.step.modes;
  const dp = sandwich(vInverse, around(inverse), w);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const v = cmul({ re: dp.re[i * n + j]!, im: dp.im[i * n + j]! }, cmul({ re: g.re[i]!, im: g.im[i]! }, { re: g.re[j]!, im: g.im[j]! }));
      dp.re[i * n + j] = -v.re;
      dp.im[i * n + j] = -v.im;
    }
  }
  addModalChange(s, dq, dp, out);
}
