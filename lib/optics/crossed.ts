import { AppError } from '@/lib/errors';
import { type Complex, type ComplexArray, complexArray } from '@/lib/numerics';
import {
  type CrossedLayer,
  crossedModes,
  type FieldParity,
  fieldSpaces,
  isMirrored,
  type StripAxis,
  type WaveNumbers,
} from './crossed-layer';
import { farField, type Incidence, type TangentialResponse, type VectorDiffraction } from './far-field';
import { checkGrating, square } from './line-grating';
import { expand, labels, opposite, type Parity } from './parity';
import { halfSpaceAdmittance, type Layout, solveVectorStack, type VectorStackSolution } from './vector-stack';

/** A doubly periodic grating of rectangles at one wavelength; layers from top to bottom. */
export interface CrossedGrating {
  /** (Λ_x, Λ_y). */
  readonly periodsNm: readonly [number, number];
  /** ñ = n + ik; transparent. */
  readonly superstrate: Complex;
  /** ñ = n + ik. */
  readonly substrate: Complex;
  readonly layers: readonly CrossedLayer[];
}

/** Diffraction of a crossed grating. */
export interface CrossedDiffraction extends VectorDiffraction {
  /** Orders (m, n) of the entries. */
  readonly orders: readonly (readonly [number, number])[];
}

/**
 * Diffraction of a crossed grating by the Fourier modal method with orders −M..M in both directions and Li's factorisation for rectangles. Where the
 * plane of incidence is a mirror plane of the structure, even and odd fields are solved apart: half the unknowns at an azimuth of 0 or 90°, a quarter
 * at normal incidence.
 * @param wavelengthNm - vacuum wavelength, nm.
 * @param incidence - polar angle and azimuth, rad.
 * @param truncation - [M_x, M_y]. Other parameters, errors and the Jones convention as in `solveConical`.
 * @param profiles - order of the factorisation, see {@link StripAxis}; RETICOLO has the values of `y` at every M.
 * @returns Jones matrix of the zero order and efficiencies (dimensionless) of the listed orders.
 * @complexity O((2M_x + 1)³(2M_y + 1)³); mirror planes divide it by 8 each.
 * @reference Li, J. Opt. Soc. Am. A 14 (1997) 2758; symmetry reduction: Bai & Li, J. Opt. A 7 (2005) 783.
 */
export function solveCrossed(
  grating: CrossedGrating,
  wavelengthNm: number,
  incidence: Incidence,
  truncation: readonly [number, number],
  profiles: StripAxis = 'both',
): CrossedDiffraction {
  const [mx, my] = truncation;
  const { k, systems, orders } = crossedSystems(grating, wavelengthNm, incidence, truncation, profiles);
  const responses = systems.flatMap((s) => responsesOf(s, truncation));
  const pair = (side: 'reflected' | 'transmitted') => [responses[0]![side], responses[1]![side]] as const;
  return {
    ...farField(
      incidence,
      square(grating.superstrate),
      square(grating.substrate),
      Float64Array.from(orders, ([m]) => k.x(m)),
      Float64Array.from(orders, ([, m]) => k.y(m)),
      mx * (2 * my + 1) + my,
      pair('reflected'),
      pair('transmitted'),
    ),
    orders,
  };
}

/**
 * The systems behind {@link solveCrossed}, one for both incident components or one for each; same parameters and errors.
 * @param truncation - (M_x, M_y).
 * @param whole - axes along which parities must not be split though a mirror plane allows it.
 */
export function crossedSystems(
  grating: CrossedGrating,
  wavelengthNm: number,
  incidence: Incidence,
  truncation: readonly [number, number],
  profiles: StripAxis,
  whole: { readonly x: boolean; readonly y: boolean } = { x: false, y: false },
): {
  readonly k: WaveNumbers;
  readonly systems: readonly ParitySystem[];
  readonly orders: readonly (readonly [number, number])[];
} {
  const [mx, my] = truncation;
  const [px, py] = grating.periodsNm;
  checkGrating({ ...grating, periodNm: Math.min(px, py), layers: [] }, wavelengthNm, Math.min(mx, my));
  if (!(incidence.angleRad >= 0 && incidence.angleRad < Math.PI / 2))
    throw new AppError('invalid_input', `angleRad is ${incidence.angleRad}; give 0 ≤ angle < π/2`, { field: 'angleRad' });
  const k0 = (2 * Math.PI) / wavelengthNm;
  const tangential = grating.superstrate.re * Math.sin(incidence.angleRad);
  const clean = (v: number): number => (Math.abs(v) < 1e-13 ? 0 : v);
  const x0 = clean(tangential * Math.cos(incidence.azimuthRad));
  const y0 = clean(tangential * Math.sin(incidence.azimuthRad));
  const k: WaveNumbers = { x: (m) => x0 + (m * wavelengthNm) / px, y: (m) => y0 + (m * wavelengthNm) / py };
  const planes = mirrorPlanes(grating, x0, y0);
  const split = { x: planes.x && !whole.x, y: planes.y && !whole.y };
  const orders: [number, number][] = [];
  for (const i of labels('all', mx)) for (const j of labels('all', my)) orders.push([i, j]);
  // E_x incident is even along split axes; E_y incident makes E_x odd there
  const parity = (isSplit: boolean, component: 'x' | 'y'): Parity => (isSplit ? (component === 'x' ? 'even' : 'odd') : 'all');
  const solve = (component: 'x' | 'y', components: readonly ('x' | 'y')[]): ParitySystem =>
    paritySystem(
      grating,
      k0,
      k,
      truncation,
      { x: parity(split.x, component), y: parity(split.y, component) },
      components,
      profiles,
    );
  const systems = split.x || split.y ? [solve('x', ['x']), solve('y', ['y'])] : [solve('x', ['x', 'y'])];
  return { k, systems, orders };
}

interface Response {
  readonly reflected: TangentialResponse;
  readonly transmitted: TangentialResponse;
}

/** Axes along which the structure is its own mirror image and the incident wave does not travel. */
function mirrorPlanes(grating: CrossedGrating, x0: number, y0: number): { x: boolean; y: boolean } {
  const mirrored = (axis: 'x' | 'y'): boolean => grating.layers.every((l) => isMirrored(l, grating.periodsNm, axis));
  return { x: x0 === 0 && mirrored('x'), y: y0 === 0 && mirrored('y') };
}

/** Order of the largest eigenproblem at M_x = M_y = m. @returns the order as a function of m. */
export function crossedUnknowns(grating: CrossedGrating, incidence: Incidence): (m: number) => number {
  const t = Math.sin(incidence.angleRad);
  const clean = (v: number): number => (Math.abs(v) < 1e-13 ? 0 : v);
  const split = mirrorPlanes(grating, clean(t * Math.cos(incidence.azimuthRad)), clean(t * Math.sin(incidence.azimuthRad)));
  return (m) => {
    const of = (p: 'even' | 'odd'): number => labels(split.x ? p : 'all', m).length * labels(split.y ? p : 'all', m).length;
    return of('even') + of('odd');
  };
}

/** A stack in one pair of parities, solved: bases of E_x and E_y, layers with a thickness, fields. */
export interface ParitySystem {
  /** 2π/λ, 1/nm. */
  readonly k0: number;
  readonly A: readonly { readonly x: number; readonly y: number }[];
  readonly B: readonly { readonly x: number; readonly y: number }[];
  readonly parity: { readonly x: FieldParity; readonly y: FieldParity };
  readonly layout: Layout;
  readonly incident: readonly number[];
  /** Position in the grating of each layer that has a thickness. */
  readonly positions: readonly number[];
  /** Admittance of the superstrate, (n, n). */
  readonly top: ComplexArray;
  readonly solution: VectorStackSolution;
}

function paritySystem(
  grating: CrossedGrating,
  k0: number,
  k: WaveNumbers,
  truncation: readonly [number, number],
  p: FieldParity,
  components: readonly ('x' | 'y')[],
  profiles: StripAxis,
): ParitySystem {
  const q: FieldParity = { x: opposite(p.x), y: opposite(p.y) };
  const { A, B } = fieldSpaces(p, truncation);
  const waves = (l: readonly { x: number; y: number }[]) => l.map((e) => ({ kx: k.x(e.x), ky: k.y(e.y) }));
  const partner = Int32Array.from(A, (u) => B.findIndex((v) => v.x === u.x && v.y === u.y));
  const layout: Layout = { x: waves(A), y: waves(B), partner };
  const incident = components.map((component) => {
    const zero = (component === 'x' ? A : B).findIndex((l) => l.x === 0 && l.y === 0);
    return component === 'x' ? zero : A.length + zero;
  });
  const known = new Map<string, ReturnType<typeof crossedModes>>();
  const positions = [...grating.layers.keys()].filter((i) => grating.layers[i]!.thicknessNm > 0);
  const layers = positions
    .map((i) => grating.layers[i]!)
    .map((l) => {
      const key = JSON.stringify([l.background, l.rectangles]);
      const modes = known.get(key) ?? crossedModes(l, grating.periodsNm, truncation, p, k, profiles);
      known.set(key, modes);
      return { modes, k0d: k0 * l.thicknessNm };
    });
  const top = halfSpaceAdmittance(square(grating.superstrate), layout);
  const solution = solveVectorStack(
    layers,
    top,
    halfSpaceAdmittance(square(grating.substrate), layout),
    A.length + B.length,
    incident,
  );
  return { k0, A, B, parity: { x: p, y: q }, layout, incident, positions, top, solution };
}

function responsesOf({ A, B, parity, solution: r }: ParitySystem, truncation: readonly [number, number]): Response[] {
  const unfold = (v: ComplexArray): TangentialResponse => ({
    ex: onOrders(v, 0, A, parity.x, truncation),
    ey: onOrders(v, A.length, B, parity.y, truncation),
  });
  return r.reflected.map((_, i) => ({ reflected: unfold(r.reflected[i]!), transmitted: unfold(r.transmitted[i]!) }));
}

// Coefficients of a parity basis put back on the orders (m, n).
function onOrders(
  v: ComplexArray,
  offset: number,
  list: readonly { x: number; y: number }[],
  p: FieldParity,
  [mx, my]: readonly [number, number],
): ComplexArray {
  const out = complexArray((2 * mx + 1) * (2 * my + 1));
  for (const [i, l] of list.entries()) {
    for (const u of expand(p.x, l.x)) {
      for (const w of expand(p.y, l.y)) {
        const at = (u.order + mx) * (2 * my + 1) + w.order + my;
        out.re[at]! += u.weight * w.weight * v.re[offset + i]!;
        out.im[at]! += u.weight * w.weight * v.im[offset + i]!;
      }
    }
  }
  return out;
}
