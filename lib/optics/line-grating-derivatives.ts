import { AppError } from '@/lib/errors';
import { type Complex, type ComplexArray, cmul, complexArray } from '@/lib/numerics';
import { adjointRows } from './adjoint-rows';
import { copyOf } from './complex-arithmetic';
import type { LayerTangent } from './fourier-tangent';
import { type IlluminationTangent, inPeriods, orderStepChange, phaseChange, tangentialChange } from './illumination-tangent';
import { addModalChange, addThicknessChange, descend } from './layer-sensitivity';
import { type LineGratingSystem, lineGratingSystem, type ModeCache, square } from './line-grating';
import {
  addDiagonal,
  admittanceChange,
  factorsOf,
  type LayerFactors,
  layerChange,
  waveNumberChange,
} from './line-grating-changes';
import type { LineGrating, Polarisation } from './line-grating-model';

/** How a grating and its illumination move with one parameter. */
export interface GratingTangent extends Omit<IlluminationTangent, 'azimuthRad'> {
  /** In the order of the grating's layers. */
  readonly layers?: readonly (LayerTangent | null)[];
  /** ∂ñ of the substrate. */
  readonly substrate?: Complex;
  /** ∂Λ, nm. The edges keep their positions in nm, seen from x = 0, unless their tangents say otherwise. */
  readonly periodNm?: number;
}

/** Amplitudes of a line grating with their derivatives. */
export interface GratingDerivatives {
  readonly truncation: number;
  /** Amplitude ratios of all orders, as `solveLineGrating`. */
  readonly r: ComplexArray;
  /** Orders of the entries of the derivatives. */
  readonly orders: readonly number[];
  /** ∂r/∂p of these orders, one entry per tangent. */
  readonly derivatives: readonly ComplexArray[];
  /** Amplitude ratios of all transmitted orders; null unless `transmittedOrders` asks for some. */
  readonly t: ComplexArray | null;
  readonly transmittedOrders: readonly number[];
  /** ∂t/∂p of the transmitted orders, one entry per tangent. */
  readonly transmittedDerivatives: readonly ComplexArray[];
}

/** Options of {@link lineGratingDerivatives}. */
export interface GratingDerivativeOptions {
  /** Orders whose derivatives are wanted. Default all; the zero order alone saves about half the time. */
  readonly orders?: readonly number[];
  /** Transmitted orders whose derivatives are wanted; default none. */
  readonly transmittedOrders?: readonly number[];
  /** As in `solveLineGrating`. */
  readonly cache?: ModeCache | undefined;
}

/**
 * Reflected and transmitted amplitudes of all orders with their derivatives along given tangents, exact for the truncated problem, by one adjoint pass over the
 * layers (see `descend`): a recipe hands in how its parameters move thicknesses, edges, indices, the angle, the wavelength and the period, and chains. Where
 * two edges coincide they must move together, else the structure has no derivative: the upper segment's edge counts.
 * @param wavelengthNm - vacuum wavelength, nm.
 * @param angleRad - angle of incidence in the superstrate, rad.
 * @param truncation - M: orders −M..M.
 * @param tangents - one per parameter. Other parameters and errors as in `solveLineGrating`.
 * @returns amplitudes (dimensionless) and ∂ per unit of each tangent's parameter.
 * @throws AppError `dimension_mismatch` for tangents of more layers or segments than the grating has.
 * @complexity the solution, 3 to 8 n³ per layer; per layer and parameter n² for edges, 4 n³ for indices, the angle, the wavelength and the period.
 * @reference adjoint of the recursion: `descend`; δ of Li's factorisation: product rule.
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
  const s = lineGratingSystem(grating, wavelengthNm, angleRad, polarisation, truncation, options.cache ?? new Map());
  const { n } = s;
  const orders = options.orders ?? Array.from({ length: n }, (_, i) => i - truncation);
  const through = options.transmittedOrders ?? [];
  for (const [field, list] of [
    ['orders', orders],
    ['transmittedOrders', through],
  ] as const) {
    const bad = list.find((m) => !Number.isInteger(m) || Math.abs(m) > truncation);
    if (bad !== undefined)
      throw new AppError('invalid_input', `${field} holds ${bad}; give integers within ±${truncation}`, { field });
  }
  const sum = copyOf(s.admittance);
  for (let i = 0; i < n; i++) {
    sum.re[i * n + i]! += s.y0.re[i]!;
    sum.im[i * n + i]! += s.y0.im[i]!;
  }
  const steps = s.steps.map((v) => v.step);
  const rows = (list: readonly number[], side: 'reflected' | 'transmitted') =>
    adjointRows(
      steps,
      sum,
      n,
      list.map((m) => m + truncation),
      side,
    );
  const groups = [rows(orders, 'reflected')];
  if (through.length > 0) groups.push(rows(through, 'transmitted'));
  const changes = tangents.map((t) => ({
    ...changeOf(s, grating, wavelengthNm, angleRad, t),
    out: groups.map((g) => complexArray(g.count)),
  }));
  const eps0 = square(grating.superstrate);
  const difference = complexArray(
    n,
    s.r.re.map((v) => -v),
    s.r.im.map((v) => -v),
  );
  difference.re[truncation]! += 1;
  for (const { dk, deltaEps0, out } of changes) {
    if (!dk && !deltaEps0) continue;
    const dy = admittanceChange(s, eps0, polarisation, dk, deltaEps0, s.z0);
    for (const [j, g] of groups.entries()) addDiagonal(g.beta, dy, difference, 1, out[j]!);
  }
  let u = copyOf(s.r);
  u.re[truncation]! += 1;
  for (const [i, { layer, step }] of s.steps.entries()) {
    const l = grating.layers[layer]!;
    const down = groups.map((g) => descend(step, u, g.beta, g.count, s.k0 * l.thicknessNm, g.sources[i] ?? null));
    let factors: LayerFactors | null = null;
    for (const [k, t] of tangents.entries()) {
      const { dk, out } = changes[k]!;
      const tangent = t.layers?.[layer] ?? null;
      const phase = phaseChange(s.k0, wavelengthNm, l.thicknessNm, t, tangent?.thicknessNm);
      if (phase !== 0) for (const [j, d] of down.entries()) addThicknessChange(d.sensitivity, phase, out[j]!);
      const moved = inPeriods(l, tangent, grating.periodNm, t.periodNm ?? 0);
      if (!dk && !moved?.background && !moved?.segments) continue;
      factors ??= factorsOf(l, grating.periodNm, s, step.modes, polarisation);
      if (dk) {
        const change = waveNumberChange(factors, s, step.modes, dk);
        for (const [j, d] of down.entries()) addModalChange(d.sensitivity, change, null, out[j]!);
      }
      const change = moved && layerChange(step.modes, factors, l, moved, grating.periodNm, polarisation);
      if (change) for (const [j, d] of down.entries()) addModalChange(d.sensitivity, change.q, change.p, out[j]!);
    }
    for (const [j, d] of down.entries()) groups[j]!.beta = d.beta;
    u = down[0]!.u;
  }
  for (const { dk, deltaEpsS, out } of changes) {
    if (!dk && !deltaEpsS) continue;
    const dy = admittanceChange(s, square(grating.substrate), polarisation, dk, deltaEpsS, s.zs);
    for (const [j, g] of groups.entries()) addDiagonal(g.beta, dy, u, -1, out[j]!);
  }
  return {
    truncation,
    orders,
    r: s.r,
    derivatives: changes.map((c) => c.out[0]!),
    t: through.length > 0 ? u : null,
    transmittedOrders: through,
    transmittedDerivatives: changes.map((c) => c.out[1] ?? complexArray(0)),
  };
}

/**
 * What a tangent does outside the layers: δk_x of every order, δε above and below; null where nothing moves.
 * @param wavelengthNm - vacuum wavelength, nm.
 * @param angleRad - angle of incidence in the superstrate, rad.
 */
export function changeOf(
  s: LineGratingSystem,
  grating: LineGrating,
  wavelengthNm: number,
  angleRad: number,
  t: GratingTangent,
): { dk: Float64Array | null; deltaEps0: Complex | null; deltaEpsS: Complex | null } {
  const { x } = tangentialChange(grating.superstrate.re, { angleRad, azimuthRad: 0 }, t);
  const step = orderStepChange(wavelengthNm, grating.periodNm, t, t.periodNm ?? 0);
  const half = (s.n - 1) / 2;
  return {
    dk: x === 0 && step === 0 ? null : Float64Array.from({ length: s.n }, (_, i) => x + (i - half) * step),
    deltaEps0: t.superstrate ? { re: 2 * grating.superstrate.re * t.superstrate, im: 0 } : null,
    deltaEpsS: t.substrate ? cmul({ re: 2 * grating.substrate.re, im: 2 * grating.substrate.im }, t.substrate) : null,
  };
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
