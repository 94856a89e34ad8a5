import { type Complex, type ComplexArray, cdiv, cmul, complexArray, complexSolve } from '@/lib/numerics';
import { planeWaveAdmittance, type TangentialResponse } from './far-field';
import { admittanceStep, fieldBelow, type LayerModes, type LayerStep } from './modal-recursion';

/** How the two tangential components are laid out: E_x in entries 0..a−1, E_y in entries a..a+b−1, each entry a wave (k_x, k_y). */
export interface Layout {
  /** k_x and k_y over k₀ of each entry of E_x. */
  readonly x: readonly { readonly kx: number; readonly ky: number }[];
  /** The same of E_y. */
  readonly y: readonly { readonly kx: number; readonly ky: number }[];
  /** For entry i of E_x the entry of E_y with the same wave number pair, or −1. */
  readonly partner: Int32Array;
}

/** Y of a homogeneous half-space in a layout. @param eps - ε of the half-space. @returns (n, n), row-major. */
export function halfSpaceAdmittance(eps: Complex, l: Layout): ComplexArray {
  return admittanceIn(l, (kx, ky) => planeWaveAdmittance(eps, kx, ky));
}

/** How the wave numbers (over k₀) of a layout move, entry by entry. */
export type WaveNumberChange = Pick<Layout, 'x' | 'y'>;

/**
 * δY of a homogeneous half-space for δε and moved wave numbers: Y = f/k_z, δk_z = (δε/2 − k_x δk_x − k_y δk_y)/k_z.
 * @returns (n, n), row-major, per unit of the parameter.
 */
export function halfSpaceAdmittanceChange(eps: Complex, l: Layout, deltaEps: Complex, dk: WaveNumberChange | null): ComplexArray {
  return admittanceIn(l, (kx, ky, component, i) => {
    const { kz, xx, xy, yx } = planeWaveAdmittance(eps, kx, ky);
    const by = dk?.[component][i] ?? { kx: 0, ky: 0 };
    const dz = cdiv({ re: 0.5 * deltaEps.re - kx * by.kx - ky * by.ky, im: 0.5 * deltaEps.im }, kz);
    const slope = (v: Complex, own: number, eps: number): Complex => {
      const e = cmul(v, dz);
      return cdiv({ re: own + eps * deltaEps.re - e.re, im: eps * deltaEps.im - e.im }, kz);
    };
    return {
      xx: slope(xx, -by.kx * ky - kx * by.ky, 0),
      xy: slope(xy, 2 * kx * by.kx, -1),
      yx: slope(yx, -2 * ky * by.ky, 1),
    };
  });
}

interface WaveAdmittance {
  readonly xx: Complex;
  readonly xy: Complex;
  readonly yx: Complex;
}

function admittanceIn(
  l: Layout,
  of: (kx: number, ky: number, component: 'x' | 'y', entry: number) => WaveAdmittance,
): ComplexArray {
  const a = l.x.length;
  const n = a + l.y.length;
  const out = complexArray(n * n);
  const set = (i: number, j: number, v: Complex, sign: number): void => {
    out.re[i * n + j] = sign * v.re;
    out.im[i * n + j] = sign * v.im;
  };
  // H is ordered as (H_y, H_x) so that its parts live in the spaces of (E_x, E_y)
  for (const [i, k] of l.x.entries()) {
    const y = of(k.kx, k.ky, 'x', i);
    set(i, i, y.yx, 1);
    const p = l.partner[i]!;
    if (p < 0) continue;
    set(i, a + p, y.xx, -1);
    set(a + p, i, y.xx, 1);
  }
  for (const [i, k] of l.y.entries()) set(a + i, a + i, of(k.kx, k.ky, 'y', i).xy, 1);
  return out;
}

/** Fields of a stack and what its solution leaves behind. */
export interface VectorStackSolution {
  /** One vector per incident component. */
  readonly reflected: ComplexArray[];
  readonly transmitted: ComplexArray[];
  /** From the top, and Y at the top of the first layer. */
  readonly steps: readonly LayerStep[];
  readonly admittance: ComplexArray;
}

/**
 * Reflected and transmitted tangential fields of a stack of layers for incident vectors, from the admittance recursion.
 * @param layers - modes and k₀d from top to bottom.
 * @param top - admittance of the superstrate, (n, n); `bottom` of the substrate.
 * @param n - order of the matrices.
 * @param incident - positions of unit incident components.
 * @returns one field per incident component, (n,).
 * @throws AppError `rank_deficient` at an exact resonance.
 */
export function solveVectorStack(
  layers: readonly { readonly modes: LayerModes; readonly k0d: number }[],
  top: ComplexArray,
  bottom: ComplexArray,
  n: number,
  incident: readonly number[],
): VectorStackSolution {
  let y = bottom;
  const steps: LayerStep[] = [];
  for (const l of layers.toReversed()) {
    const step = admittanceStep(l.modes, y, l.k0d);
    steps.unshift(step);
    y = step.admittance;
  }
  const m = incident.length;
  const sum = complexArray(n * n);
  const rhs = complexArray(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      sum.re[i * n + j] = top.re[i * n + j]! + y.re[i * n + j]!;
      sum.im[i * n + j] = top.im[i * n + j]! + y.im[i * n + j]!;
    }
    for (const [k, at] of incident.entries()) {
      rhs.re[i * m + k] = top.re[i * n + at]! - y.re[i * n + at]!;
      rhs.im[i * m + k] = top.im[i * n + at]! - y.im[i * n + at]!;
    }
  }
  complexSolve(sum, n, rhs, m);
  const reflected = incident.map((_, k) => column(rhs, n, m, k));
  const transmitted = reflected.map((r, k) => {
    let u = complexArray(n, r.re.slice(), r.im.slice());
    u.re[incident[k]!]! += 1;
    for (const s of steps) u = fieldBelow(s, u);
    return u;
  });
  return { reflected, transmitted, steps, admittance: y };
}

function column(a: ComplexArray, n: number, m: number, k: number): ComplexArray {
  const out = complexArray(n);
  for (let i = 0; i < n; i++) {
    out.re[i] = a.re[i * m + k]!;
    out.im[i] = a.im[i * m + k]!;
  }
  return out;
}

/** Splits a vector of the full layout (both components on the same waves) into E_x and E_y. */
export function split(v: ComplexArray): TangentialResponse {
  const n = v.re.length / 2;
  return {
    ex: complexArray(n, v.re.slice(0, n), v.im.slice(0, n)),
    ey: complexArray(n, v.re.slice(n), v.im.slice(n)),
  };
}
