import { AppError } from '@/lib/errors';
import { type Complex, type ComplexArray, complexArray } from '@/lib/numerics';
import { type CrossedLayer, crossedModes, type FieldParity, isMirrored, type StripAxis, type WaveNumbers } from './crossed-layer';
import { farField, type Incidence, type TangentialResponse, type VectorDiffraction } from './far-field';
import { checkGrating, square } from './line-grating';
import { expand, labels, opposite, type Parity } from './parity';
import { halfSpaceAdmittance, type Layout, solveVectorStack } from './vector-stack';

/** A doubly periodic grating of rectangles at one wavelength; layers from top to bottom. */
export interface CrossedGrating {
  readonly periodsNm: readonly [number, number];
  readonly superstrate: Complex;
  readonly substrate: Complex;
  readonly layers: readonly CrossedLayer[];
}

export interface CrossedDiffraction extends VectorDiffraction {
  /** Orders (m, n) of the entries. */
  readonly orders: readonly (readonly [number, number])[];
}

/**
 * Diffraction of a crossed grating by the Fourier modal method with orders −M..M in both directions and Li's factorisation for rectangles. Where the
 * plane of incidence is a mirror plane of the structure, even and odd fields are solved apart: half the unknowns at an azimuth of 0 or 90°, a quarter
 * at normal incidence.
 * @param truncation - [M_x, M_y]. Other parameters, errors and the Jones convention as in `solveConical`.
 * @param profiles - order of the factorisation, see {@link StripAxis}; RETICOLO has the values of `y` at every M.
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
  const split = mirrorPlanes(grating, x0, y0);
  const orders: [number, number][] = [];
  for (const i of labels('all', mx)) for (const j of labels('all', my)) orders.push([i, j]);
  // E_x incident is even along split axes; E_y incident makes E_x odd there
  const parity = (isSplit: boolean, component: 'x' | 'y'): Parity => (isSplit ? (component === 'x' ? 'even' : 'odd') : 'all');
  const solve = (component: 'x' | 'y', components: readonly ('x' | 'y')[]): Response[] =>
    solveParity(
      grating,
      k0,
      k,
      truncation,
      { x: parity(split.x, component), y: parity(split.y, component) },
      components,
      profiles,
    );
  const responses = split.x || split.y ? [...solve('x', ['x']), ...solve('y', ['y'])] : solve('x', ['x', 'y']);
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

interface Response {
  readonly reflected: TangentialResponse;
  readonly transmitted: TangentialResponse;
}

/** Axes along which the structure is its own mirror image and the incident wave does not travel. */
function mirrorPlanes(grating: CrossedGrating, x0: number, y0: number): { x: boolean; y: boolean } {
  const mirrored = (axis: 'x' | 'y'): boolean => grating.layers.every((l) => isMirrored(l, grating.periodsNm, axis));
  return { x: x0 === 0 && mirrored('x'), y: y0 === 0 && mirrored('y') };
}

/** Order of the largest eigenproblem at M_x = M_y = m. */
export function crossedUnknowns(grating: CrossedGrating, incidence: Incidence): (m: number) => number {
  const t = Math.sin(incidence.angleRad);
  const clean = (v: number): number => (Math.abs(v) < 1e-13 ? 0 : v);
  const split = mirrorPlanes(grating, clean(t * Math.cos(incidence.azimuthRad)), clean(t * Math.sin(incidence.azimuthRad)));
  return (m) => {
    const of = (p: 'even' | 'odd'): number => labels(split.x ? p : 'all', m).length * labels(split.y ? p : 'all', m).length;
    return of('even') + of('odd');
  };
}

function solveParity(
  grating: CrossedGrating,
  k0: number,
  k: WaveNumbers,
  truncation: readonly [number, number],
  p: FieldParity,
  components: readonly ('x' | 'y')[],
  profiles: StripAxis,
): Response[] {
  const [mx, my] = truncation;
  const space = (x: Parity, y: Parity): { x: number; y: number }[] => {
    const out: { x: number; y: number }[] = [];
    for (const i of labels(x, mx)) for (const j of labels(y, my)) out.push({ x: i, y: j });
    return out;
  };
  const q: FieldParity = { x: opposite(p.x), y: opposite(p.y) };
  const A = space(p.x, p.y);
  const B = space(q.x, q.y);
  const waves = (l: readonly { x: number; y: number }[]) => l.map((e) => ({ kx: k.x(e.x), ky: k.y(e.y) }));
  const partner = Int32Array.from(A, (u) => B.findIndex((v) => v.x === u.x && v.y === u.y));
  const layout: Layout = { x: waves(A), y: waves(B), partner };
  const incident = components.map((component) => {
    const zero = (component === 'x' ? A : B).findIndex((l) => l.x === 0 && l.y === 0);
    return component === 'x' ? zero : A.length + zero;
  });
  const known = new Map<string, ReturnType<typeof crossedModes>>();
  const layers = grating.layers
    .filter((l) => l.thicknessNm > 0)
    .map((l) => {
      const key = JSON.stringify([l.background, l.rectangles]);
      const modes = known.get(key) ?? crossedModes(l, grating.periodsNm, truncation, p, k, profiles);
      known.set(key, modes);
      return { modes, k0d: k0 * l.thicknessNm };
    });
  const r = solveVectorStack(
    layers,
    halfSpaceAdmittance(square(grating.superstrate), layout),
    halfSpaceAdmittance(square(grating.substrate), layout),
    A.length + B.length,
    incident,
  );
  const unfold = (v: ComplexArray): TangentialResponse => ({
    ex: onOrders(v, 0, A, p, truncation),
    ey: onOrders(v, A.length, B, q, truncation),
  });
  return components.map((_, i) => ({ reflected: unfold(r.reflected[i]!), transmitted: unfold(r.transmitted[i]!) }));
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
