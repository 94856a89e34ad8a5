import { AppError } from '@/lib/errors';
import { type Complex, type ComplexArray, cmul, complexArray, complexInvertInPlace, complexMultiply } from '@/lib/numerics';
import { times, ZERO } from './complex-arithmetic';
import type { VectorDerivatives } from './conical-derivatives';
import { type CrossedGrating, crossedSystems, type ParitySystem } from './crossed';
import { type FieldParity, fieldSpaces, isMirrored, permittivityMatrix, type StripAxis, strips } from './crossed-layer';
import {
  type CrossedLayerTangent,
  crossedInPeriods,
  movedLayer,
  movesMaterial,
  type PermittivityChange,
  permittivityChange,
} from './crossed-layer-tangent';
import type { Incidence, TangentialResponse } from './far-field';
import { efficiencyDerivatives, type FarOrder, jonesDerivative, jonesFrom } from './far-field-derivatives';
import { type IlluminationTangent, orderStepChange, phaseChange, tangentialChange } from './illumination-tangent';
import { square } from './line-grating';
import type { LayerModes } from './modal-recursion';
import { expand } from './parity';
import {
  type ModalChange,
  type NormalFactors,
  type NormalSpace,
  normalFactors,
  type VectorChange,
  vectorSensitivity,
  waveNumberModalChange,
} from './vector-sensitivity';
import { halfSpaceAdmittanceChange, type WaveNumberChange } from './vector-stack';

/** How a crossed grating and its illumination move with one parameter. */
export interface CrossedTangent extends IlluminationTangent {
  readonly layers?: readonly (CrossedLayerTangent | null)[];
  /** ∂ñ of the substrate. */
  readonly substrate?: Complex;
  /** (∂Λ_x, ∂Λ_y), nm. The rectangles keep their positions and widths in nm unless their tangents say otherwise. */
  readonly periodsNm?: readonly [number, number];
}

/** Options of {@link crossedDerivatives}. */
export interface CrossedDerivativeOptions {
  /** Whether the efficiencies of the orders are wanted too; default false. */
  readonly efficiencies?: boolean;
  /** As in `solveCrossed`. */
  readonly profiles?: StripAxis;
}

type Order = readonly [number, number];
type Responses = readonly [TangentialResponse, TangentialResponse];

/**
 * Jones matrix of a crossed grating, and the efficiencies of its propagating orders where asked, with their derivatives along given tangents, exact for the
 * truncated problem: the eigenmodes of the one solution serve all parameters (see `vectorSensitivity`). Curved outlines are stacks of rectangles that one
 * tangent moves together. Mirror planes are used along the axes where every tangent keeps them. Edges that coincide must move together, else the structure has no derivative.
 * @param wavelengthNm - nm, in vacuum; incidence - polar angle and azimuth, rad; truncation - (M_x, M_y).
 * @param tangents - one per parameter: thicknesses, rectangles, indices, substrate, superstrate, angle, azimuth, wavelength, periods.
 * @returns amplitudes (dimensionless) and ∂ per unit of each tangent's parameter.
 * @throws as `solveCrossed`; `dimension_mismatch` for layers or rectangles it does not have; `invalid_input` where coinciding edges move apart.
 * @complexity the solution, and with n unknowns up to 4n³ per layer and parameter that moves its material or the wave numbers; a thickness costs n.
 * @reference product rule through Li's factorisation: J. Opt. Soc. Am. A 14 (1997) 2758, §3; adjoint as in `descend`.
 */
export function crossedDerivatives(
  grating: CrossedGrating,
  wavelengthNm: number,
  incidence: Incidence,
  truncation: readonly [number, number],
  tangents: readonly CrossedTangent[],
  options: CrossedDerivativeOptions = {},
): VectorDerivatives<Order> {
  checkTangents(grating, tangents);
  const profiles = options.profiles ?? 'both';
  const moves = tangents.map((t) => movesOf(grating, wavelengthNm, incidence, t));
  const whole = { x: breaksMirror(grating, moves, 'x'), y: breaksMirror(grating, moves, 'y') };
  const { k, systems, orders } = crossedSystems(grating, wavelengthNm, incidence, truncation, profiles, whole);
  const eps0 = square(grating.superstrate);
  const epsS = square(grating.substrate);
  const isZero = ([m, n]: Order): boolean => m === 0 && n === 0;
  const travels =
    (eps: Complex) =>
    ([m, n]: Order): boolean =>
      eps.im === 0 && eps.re - k.x(m) ** 2 - k.y(n) ** 2 > 0;
  const wanted = {
    reflected: options.efficiencies ? orders.filter((o) => isZero(o) || travels(eps0)(o)) : orders.filter(isZero),
    transmitted: options.efficiencies ? orders.filter(travels(epsS)) : [],
  };
  const solved = systems.map((s) => {
    const outputs = { reflected: outputsOf(s, wanted.reflected), transmitted: outputsOf(s, wanted.transmitted) };
    const problem = {
      n: s.A.length + s.B.length,
      top: s.top,
      solution: s.solution,
      phases: s.positions.map((i) => s.k0 * grating.layers[i]!.thicknessNm),
      incident: s.incident,
    };
    const changes = changesOf(grating, wavelengthNm, truncation, profiles, s, tangents, moves);
    const d = vectorSensitivity(problem, outputs.reflected.entries, outputs.transmitted.entries, changes);
    return { s, outputs, d };
  });
  const pair = (list: readonly TangentialResponse[]): Responses => [list[0]!, list[1]!];
  const own = (side: 'reflected' | 'transmitted'): Responses =>
    pair(
      solved.flatMap(({ s, outputs }) => s.solution[side].map((v) => outputs[side].unfold((i) => outputs[side].entries[i]!, v))),
    );
  const derived = (side: 'reflected' | 'transmitted'): Responses[] =>
    tangents.map((_, t) => pair(solved.flatMap(({ d, outputs }) => d[side][t]!.map((v) => outputs[side].unfold((i) => i, v)))));
  const efficiencies = (side: 'reflected' | 'transmitted', eps: Complex, delta: 'deltaEps0' | 'deltaEpsS') =>
    efficiencyDerivatives(
      incidence,
      grating.superstrate.re,
      wanted[side],
      wanted[side].map(([m, n]): FarOrder => ({ kx: k.x(m), ky: k.y(n), eps: eps.re })),
      tangents,
      moves.map((v) => wanted[side].map(([m, n]): FarOrder => ({ kx: v.x(m), ky: v.y(n), eps: v[delta]?.re ?? 0 }))),
      own(side),
      derived(side),
    );
  const zero = wanted.reflected.findIndex(isZero);
  const fields = own('reflected');
  return {
    jones: jonesFrom(incidence, fields, zero),
    derivatives: derived('reflected').map((df, t) => jonesDerivative(incidence, tangents[t]!, fields, df, zero)),
    reflected: options.efficiencies ? efficiencies('reflected', eps0, 'deltaEps0') : null,
    transmitted: options.efficiencies ? efficiencies('transmitted', epsS, 'deltaEpsS') : null,
  };
}

function checkTangents(grating: CrossedGrating, tangents: readonly CrossedTangent[]): void {
  for (const [k, t] of tangents.entries()) {
    for (const [i, l] of (t.layers ?? []).entries()) {
      const layer = grating.layers[i];
      if (l && (!layer || (l.rectangles?.length ?? 0) > layer.rectangles.length))
        throw new AppError('dimension_mismatch', `tangents[${k}].layers[${i}] has no such layer or rectangle in the grating`, {
          tangent: k,
        });
    }
  }
}

/** One parameter: δk of the labels, δε of the half-spaces, tangents of the layers in periods. */
interface Moves {
  readonly x: (label: number) => number;
  readonly y: (label: number) => number;
  readonly isTurned: boolean;
  readonly deltaEps0: Complex | null;
  readonly deltaEpsS: Complex | null;
  readonly layers: readonly (CrossedLayerTangent | null)[];
}

function movesOf(grating: CrossedGrating, wavelengthNm: number, incidence: Incidence, t: CrossedTangent): Moves {
  const [px, py] = grating.periodsNm;
  const periods = t.periodsNm ?? [0, 0];
  const clean = (v: number): number => (Math.abs(v) < 1e-13 ? 0 : v);
  const zero = tangentialChange(grating.superstrate.re, incidence, t);
  const [x0, y0] = [clean(zero.x), clean(zero.y)];
  const [gx, gy] = [orderStepChange(wavelengthNm, px, t, periods[0]), orderStepChange(wavelengthNm, py, t, periods[1])];
  return {
    x: (m) => x0 + m * gx,
    y: (m) => y0 + m * gy,
    isTurned: x0 !== 0 || y0 !== 0 || gx !== 0 || gy !== 0,
    deltaEps0: t.superstrate ? { re: 2 * grating.superstrate.re * t.superstrate, im: 0 } : null,
    deltaEpsS: t.substrate ? cmul(times(grating.substrate, 2), t.substrate) : null,
    layers: grating.layers.map((l, i) => crossedInPeriods(l, t.layers?.[i] ?? null, grating.periodsNm, periods)),
  };
}

// Does a tangent leave the mirror plane across an axis?
function breaksMirror(grating: CrossedGrating, moves: readonly Moves[], axis: 'x' | 'y'): boolean {
  return moves.some(
    (v) =>
      v[axis](0) !== 0 ||
      v.layers.some(
        (t, i) => movesMaterial(t) && !isMirrored(movedLayer(grating.layers[i]!, t, grating.periodsNm), grating.periodsNm, axis),
      ),
  );
}

function changesOf(
  grating: CrossedGrating,
  wavelengthNm: number,
  truncation: readonly [number, number],
  profiles: StripAxis,
  s: ParitySystem,
  tangents: readonly CrossedTangent[],
  moves: readonly Moves[],
): VectorChange[] {
  const z = normalSpace(s, truncation);
  const factors = new Map<number, NormalFactors>();
  const normal = (i: number): NormalFactors => {
    const known = factors.get(i) ?? factorsOf(grating, s, i, z, truncation);
    factors.set(i, known);
    return known;
  };
  return tangents.map((t, k): VectorChange => {
    const v = moves[k]!;
    const wave = (l: { readonly x: number; readonly y: number }) => ({ kx: v.x(l.x), ky: v.y(l.y) });
    const dk: WaveNumberChange | null = v.isTurned ? { x: s.A.map(wave), y: s.B.map(wave) } : null;
    const side = (eps: Complex, delta: Complex | null): ComplexArray | null =>
      dk || delta ? halfSpaceAdmittanceChange(eps, s.layout, delta ?? ZERO, dk) : null;
    return {
      phase: (i) => {
        const at = s.positions[i]!;
        return phaseChange(s.k0, wavelengthNm, grating.layers[at]!.thicknessNm, t, t.layers?.[at]?.thicknessNm);
      },
      modal: (i) => {
        const at = s.positions[i]!;
        const { modes } = s.solution.steps[i]!;
        const tangent = v.layers[at];
        const out: ModalChange[] = [];
        if (movesMaterial(tangent)) {
          const { x, y } = s.parity;
          const change = permittivityChange(grating.layers[at]!, tangent, grating.periodsNm, truncation, x, y, profiles);
          out.push(materialChange(modes, s.A.length, change, normal(i), z));
        }
        if (dk) out.push(waveNumberModalChange(modes, s.layout, z, normal(i), dk));
        return out;
      },
      above: side(square(grating.superstrate), v.deltaEps0),
      below: side(square(grating.substrate), v.deltaEpsS),
    };
  });
}

function normalSpace(s: ParitySystem, truncation: readonly [number, number]): NormalSpace {
  const { C } = fieldSpaces(s.parity.x, truncation);
  const at = new Map(C.map((l, i) => [`${l.x},${l.y}`, i]));
  const of = (list: ParitySystem['A']): Int32Array => Int32Array.from(list, (l) => at.get(`${l.x},${l.y}`) ?? -1);
  return { x: of(s.A), y: of(s.B), size: C.length };
}

function factorsOf(
  grating: CrossedGrating,
  s: ParitySystem,
  i: number,
  z: NormalSpace,
  truncation: readonly [number, number],
): NormalFactors {
  const mixed: FieldParity = { x: s.parity.y.x, y: s.parity.x.y };
  const list = strips(grating.layers[s.positions[i]!]!, grating.periodsNm, 'x');
  const eInverse = permittivityMatrix(list, 'x', mixed, truncation, 'laurent');
  complexInvertInPlace(eInverse, z.size);
  return normalFactors(s.solution.steps[i]!.modes, s.layout, z, eInverse);
}

// δQ = diag(δD_x, −δD_y), δP = −a E⁻¹ δD_z E⁻¹ b, in modes.
function materialChange(
  { n, w, vInverse }: LayerModes,
  a: number,
  change: PermittivityChange,
  f: NormalFactors,
  z: NormalSpace,
): ModalChange {
  const b = n - a;
  const moved = complexArray(n * n);
  const rows = (from: number, size: number): ComplexArray =>
    complexArray(size * n, w.re.slice(from * n, (from + size) * n), w.im.slice(from * n, (from + size) * n));
  const x = complexMultiply(change.x, rows(0, a), a, a, n);
  const y = complexMultiply(change.y, rows(a, b), b, b, n);
  for (const part of ['re', 'im'] as const) {
    moved[part].set(x[part], 0);
    for (let i = 0; i < b * n; i++) moved[part][a * n + i] = -y[part][i]!;
  }
  const p = complexMultiply(complexMultiply(f.left, change.z, n, z.size, z.size), f.right, n, z.size, n);
  for (let i = 0; i < n * n; i++) {
    p.re[i] = -p.re[i]!;
    p.im[i] = -p.im[i]!;
  }
  return { q: complexMultiply(vInverse, moved, n, n, n), p };
}

// Entries of the parity bases that hold the fields of the orders, and the way back.
function outputsOf(s: ParitySystem, orders: readonly Order[]) {
  const entries: number[] = [];
  const place = (list: ParitySystem['A'], p: FieldParity, offset: number, [m, n]: Order) => {
    const [x, y] = [p.x === 'all' ? m : Math.abs(m), p.y === 'all' ? n : Math.abs(n)];
    const at = list.findIndex((l) => l.x === x && l.y === y);
    if (at < 0) return null;
    const u = expand(p.x, x).find((e) => e.order === m)!;
    const v = expand(p.y, y).find((e) => e.order === n)!;
    return { output: entries.push(offset + at) - 1, weight: u.weight * v.weight };
  };
  const places = orders.map((o) => ({
    ex: place(s.A, s.parity.x, 0, o),
    ey: place(s.B, s.parity.y, s.A.length, o),
  }));
  const unfold = (at: (output: number) => number, v: ComplexArray): TangentialResponse => {
    const component = (key: 'ex' | 'ey'): ComplexArray => {
      const out = complexArray(orders.length);
      for (const [i, p] of places.entries()) {
        const from = p[key];
        if (!from) continue;
        out.re[i] = from.weight * v.re[at(from.output)]!;
        out.im[i] = from.weight * v.im[at(from.output)]!;
      }
      return out;
    };
    return { ex: component('ex'), ey: component('ey') };
  };
  return { entries, unfold };
}
