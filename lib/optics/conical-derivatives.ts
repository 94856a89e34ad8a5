import { AppError } from '@/lib/errors';
import { type Complex, type ComplexArray, cmul, complexArray, complexInvertInPlace, complexMultiply } from '@/lib/numerics';
import { times, ZERO } from './complex-arithmetic';
import { type ConicalSystem, conicalSystem } from './conical';
import type { Incidence, Jones, TangentialResponse } from './far-field';
import {
  efficiencyDerivatives,
  type FarOrder,
  jonesDerivative,
  jonesFrom,
  type VectorEfficiencyDerivatives,
} from './far-field-derivatives';
import { fourierCoefficients, piecewisePermittivity, reciprocal, toeplitz } from './fourier';
import { type FourierChange, fourierTangent, type LayerTangent, throughChange } from './fourier-tangent';
import { type IlluminationTangent, inPeriods, orderStepChange, phaseChange, tangentialChange } from './illumination-tangent';
import type { GratingLayer, LineGrating } from './line-grating-model';
import type { LayerModes } from './modal-recursion';
import {
  type ModalChange,
  type NormalFactors,
  type NormalSpace,
  normalFactors,
  type VectorChange,
  vectorSensitivity,
  waveNumberModalChange,
} from './vector-sensitivity';
import { halfSpaceAdmittanceChange, split, type WaveNumberChange } from './vector-stack';

/** How a grating and its illumination move with one parameter of the conical mount. */
export interface ConicalTangent extends IlluminationTangent {
  readonly layers?: readonly (LayerTangent | null)[];
  /** ∂ñ of the substrate. */
  readonly substrate?: Complex;
  /** ∂Λ, nm. The edges keep their positions in nm, seen from x = 0, unless their tangents say otherwise. */
  readonly periodNm?: number;
}

/** Jones matrix of the zero order with its derivatives. */
export interface JonesDerivatives {
  readonly jones: Jones;
  /** ∂ of every element, one entry per tangent. */
  readonly derivatives: readonly Jones[];
}

/** With the efficiencies of all propagating orders, where they were asked for. */
export interface VectorDerivatives<Order> extends JonesDerivatives {
  readonly reflected: VectorEfficiencyDerivatives<Order> | null;
  readonly transmitted: VectorEfficiencyDerivatives<Order> | null;
}

/** Options of the derivatives of the conical mount. */
export interface VectorDerivativeOptions {
  /** Whether the efficiencies of the orders are wanted too; default false. */
  readonly efficiencies?: boolean;
}

/**
 * Jones matrix of the zero order at any azimuth, and the efficiencies of all orders where asked, with their derivatives along given tangents, by the adjoint of
 * the layer recursion (see `vectorSensitivity`): E′ = iPH, H′ = iQE, δQ = diag(−B⁻¹δB B⁻¹, −δE) for materials.
 * @param wavelengthNm - vacuum wavelength, nm.
 * @param incidence - polar angle and azimuth, rad.
 * @param truncation - M: orders −M..M.
 * @param tangents - one per parameter: thicknesses, edges, indices, substrate, superstrate, angle, azimuth, wavelength, period.
 * @returns amplitudes (dimensionless) and ∂ per unit of each tangent's parameter.
 * @throws as `solveConical`; `dimension_mismatch` for layers it does not have.
 * @complexity the solution, and about 30 (2M + 1)³ per layer and parameter that moves its edges, indices or the wave numbers.
 */
export function conicalDerivatives(
  grating: LineGrating,
  wavelengthNm: number,
  incidence: Incidence,
  truncation: number,
  tangents: readonly ConicalTangent[],
  options: VectorDerivativeOptions = {},
): VectorDerivatives<number> {
  for (const [k, t] of tangents.entries())
    if ((t.layers?.length ?? 0) > grating.layers.length)
      throw new AppError('dimension_mismatch', `tangents[${k}] has more layers than the grating`, { tangent: k });
  const s = conicalSystem(grating, wavelengthNm, incidence, truncation);
  const n = s.kx.length;
  const thickness = s.positions.map((i) => grating.layers[i]!.thicknessNm);
  const moves = tangents.map((t) => movesOf(s, grating, wavelengthNm, incidence, t));
  const factors = new Map<number, Factors>();
  const changes = tangents.map((t, k): VectorChange => {
    const { dk, deltaEps0, deltaEpsS } = moves[k]!;
    const side = (eps: Complex, delta: Complex | null): ComplexArray | null =>
      dk || delta ? halfSpaceAdmittanceChange(eps, s.layout, delta ?? ZERO, dk) : null;
    return {
      phase: (i) => phaseChange(s.k0, wavelengthNm, thickness[i]!, t, t.layers?.[s.positions[i]!]?.thicknessNm),
      modal: (i) => {
        const layer = grating.layers[s.positions[i]!]!;
        const tangent = inPeriods(layer, t.layers?.[s.positions[i]!] ?? null, grating.periodNm, t.periodNm ?? 0);
        const change = tangent ? fourierTangent(layer, tangent, grating.periodNm, n - 1) : null;
        if (!change && !dk) return [];
        const { modes } = s.solution.steps[i]!;
        const f = factors.get(i) ?? factorsOf(layer, grating.periodNm, s, modes);
        factors.set(i, f);
        const out = change ? [modalChange(f, change, n)] : [];
        return dk ? [...out, waveNumberModalChange(modes, s.layout, normalSpace(n), f.normal, dk)] : out;
      },
      above: side(s.eps0, deltaEps0),
      below: side(s.epsS, deltaEpsS),
    };
  });
  const every = Array.from({ length: n }, (_, i) => i);
  const travels = (eps: Complex) => (i: number) => eps.im === 0 && eps.re - s.kx[i]! ** 2 - s.ky ** 2 > 0;
  const wanted = {
    reflected: options.efficiencies ? every.filter((i) => i === truncation || travels(s.eps0)(i)) : [truncation],
    transmitted: options.efficiencies ? every.filter(travels(s.epsS)) : [],
  };
  const entries = (list: readonly number[]): number[] => [...list, ...list.map((i) => n + i)];
  const problem = {
    n: 2 * n,
    top: s.top,
    solution: s.solution,
    phases: thickness.map((d) => s.k0 * d),
    incident: [truncation, n + truncation],
  };
  const d = vectorSensitivity(problem, entries(wanted.reflected), entries(wanted.transmitted), changes);
  const own = (side: 'reflected' | 'transmitted'): Responses => {
    const at = entries(wanted[side]);
    const [x, y] = s.solution[side];
    return [split(pick(x!, at)), split(pick(y!, at))];
  };
  const derived = (side: 'reflected' | 'transmitted'): Responses[] => d[side].map(([x, y]) => [split(x!), split(y!)]);
  const efficiencies = (side: 'reflected' | 'transmitted', eps: Complex, delta: 'deltaEps0' | 'deltaEpsS') =>
    efficiencyDerivatives(
      incidence,
      grating.superstrate.re,
      wanted[side].map((i) => i - truncation),
      wanted[side].map((i): FarOrder => ({ kx: s.kx[i]!, ky: s.ky, eps: eps.re })),
      tangents,
      moves.map((m) => wanted[side].map((i): FarOrder => ({ ...(m.dk?.x[i] ?? { kx: 0, ky: 0 }), eps: m[delta]?.re ?? 0 }))),
      own(side),
      derived(side),
    );
  const zero = wanted.reflected.indexOf(truncation);
  const reflected = own('reflected');
  return {
    jones: jonesFrom(incidence, reflected, zero),
    derivatives: derived('reflected').map((df, k) => jonesDerivative(incidence, tangents[k]!, reflected, df, zero)),
    reflected: options.efficiencies ? efficiencies('reflected', s.eps0, 'deltaEps0') : null,
    transmitted: options.efficiencies ? efficiencies('transmitted', s.epsS, 'deltaEpsS') : null,
  };
}

type Responses = readonly [TangentialResponse, TangentialResponse];
const pick = (v: ComplexArray, at: readonly number[]): ComplexArray =>
  complexArray(
    at.length,
    Float64Array.from(at, (i) => v.re[i]!),
    Float64Array.from(at, (i) => v.im[i]!),
  );

// δk of the orders, δε above and below.
function movesOf(s: ConicalSystem, grating: LineGrating, wavelengthNm: number, incidence: Incidence, t: ConicalTangent) {
  const n = s.kx.length;
  const { x, y } = tangentialChange(grating.superstrate.re, incidence, t);
  const step = orderStepChange(wavelengthNm, grating.periodNm, t, t.periodNm ?? 0);
  const waves = Array.from({ length: n }, (_, i) => ({ kx: x + (i - (n - 1) / 2) * step, ky: y }));
  const dk: WaveNumberChange | null = x === 0 && y === 0 && step === 0 ? null : { x: waves, y: waves };
  return {
    dk,
    deltaEps0: t.superstrate ? { re: 2 * grating.superstrate.re * t.superstrate, im: 0 } : null,
    deltaEpsS: t.substrate ? cmul(times(grating.substrate, 2), t.substrate) : null,
  };
}

function normalSpace(n: number): NormalSpace {
  const same = Int32Array.from({ length: n }, (_, i) => i);
  return { x: same, y: same, size: n };
}

/** Constant factors of a layer's modal changes; rectangular matrices between n orders and 2n modes. */
interface Factors {
  readonly normal: NormalFactors;
  /** Columns of V⁻¹ and rows of W for E_x (with B⁻¹) and E_y. */
  readonly xLeft: ComplexArray;
  readonly xRight: ComplexArray;
  readonly yLeft: ComplexArray;
  readonly yRight: ComplexArray;
}

function factorsOf(layer: GratingLayer, periodNm: number, s: ConicalSystem, modes: LayerModes): Factors {
  const n = s.kx.length;
  const m = 2 * n;
  const shape = piecewisePermittivity(periodNm, layer.background, layer.segments);
  const eInverse = toeplitz(fourierCoefficients(shape, n - 1), n);
  complexInvertInPlace(eInverse, n);
  const bInverse = toeplitz(fourierCoefficients(shape, n - 1, reciprocal), n);
  complexInvertInPlace(bInverse, n);
  const { vInverse, w } = modes;
  const columns = (a: ComplexArray, from: number): ComplexArray => {
    const out = complexArray(m * n);
    for (let i = 0; i < m; i++) {
      out.re.set(a.re.subarray(i * m + from, i * m + from + n), i * n);
      out.im.set(a.im.subarray(i * m + from, i * m + from + n), i * n);
    }
    return out;
  };
  const rows = (a: ComplexArray, from: number): ComplexArray =>
    complexArray(n * m, a.re.slice(from * m, (from + n) * m), a.im.slice(from * m, (from + n) * m));
  return {
    normal: normalFactors(modes, s.layout, normalSpace(n), eInverse),
    xLeft: complexMultiply(columns(vInverse, 0), bInverse, m, n, n),
    xRight: complexMultiply(bInverse, rows(w, 0), n, n, m),
    yLeft: columns(vInverse, n),
    yRight: rows(w, n),
  };
}

function modalChange(f: Factors, change: FourierChange, n: number): ModalChange {
  const m = 2 * n;
  const p = throughChange(f.normal.left, change, 'direct', f.normal.right, m, n, m);
  const q = throughChange(f.xLeft, change, 'inverse', f.xRight, m, n, m);
  const y = throughChange(f.yLeft, change, 'direct', f.yRight, m, n, m);
  for (let i = 0; i < m * m; i++) {
    p.re[i] = -p.re[i]!;
    p.im[i] = -p.im[i]!;
    q.re[i] = -q.re[i]! - y.re[i]!;
    q.im[i] = -q.im[i]! - y.im[i]!;
  }
  return { p, q };
}
