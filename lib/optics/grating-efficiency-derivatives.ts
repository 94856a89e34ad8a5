import type { Complex, ComplexArray } from '@/lib/numerics';
import { lineGratingSystem, square } from './line-grating';
import { admittanceChange } from './line-grating-changes';
import { changeOf, type GratingDerivativeOptions, type GratingTangent, lineGratingDerivatives } from './line-grating-derivatives';
import type { LineGrating, Polarisation } from './line-grating-model';

/** Efficiencies of the propagating orders of one side, and ∂ by each tangent in the same order. */
export interface EfficiencyDerivatives {
  readonly orders: readonly number[];
  /** Power over incident power, dimensionless. */
  readonly values: Float64Array;
  /** Per unit of each tangent's parameter. */
  readonly derivatives: readonly Float64Array[];
}

/**
 * Efficiencies of the reflected and transmitted orders that propagate, with their derivatives: E_m = |a_m|² Re Y_m/Y_0,
 * ∂E_m = 2 Re(a_m* ∂a_m) Re Y_m/Y_0 + |a_m|² ∂(Re Y_m/Y_0), the last for what moves directions or outer indices.
 * An absorbing substrate has no transmitted orders. At the angle where an order appears the derivative does not exist (Wood's anomaly).
 * @param wavelengthNm - vacuum wavelength, nm.
 * @param angleRad - angle of incidence in the superstrate, rad.
 * @param truncation - M: orders −M..M.
 * @param tangents @param options - as in `lineGratingDerivatives`; without `orders` and `transmittedOrders` all that propagate. An order that does not
 * is left out.
 * @returns efficiencies of both sides with their derivatives.
 * @throws as `lineGratingDerivatives`.
 */
export function gratingEfficiencyDerivatives(
  grating: LineGrating,
  wavelengthNm: number,
  angleRad: number,
  polarisation: Polarisation,
  truncation: number,
  tangents: readonly GratingTangent[],
  options: GratingDerivativeOptions = {},
): { readonly reflected: EfficiencyDerivatives; readonly transmitted: EfficiencyDerivatives } {
  const cache = options.cache ?? new Map();
  const s = lineGratingSystem(grating, wavelengthNm, angleRad, polarisation, truncation, cache);
  const eps0 = square(grating.superstrate);
  const epsS = square(grating.substrate);
  const every = Array.from({ length: s.n }, (_, i) => i - truncation);
  const travels = (z: ComplexArray, eps: Complex) => (m: number) =>
    eps.im === 0 && z.im[m + truncation] === 0 && Math.abs(m) <= truncation;
  const orders = (options.orders ?? every).filter(travels(s.z0, eps0));
  const through = (options.transmittedOrders ?? every).filter(travels(s.zs, epsS));
  const d = lineGratingDerivatives(grating, wavelengthNm, angleRad, polarisation, truncation, tangents, {
    orders,
    transmittedOrders: through,
    cache,
  });
  const incident = s.y0.re[truncation]!;
  const moves = tangents.map((t) => {
    const { dk, deltaEps0, deltaEpsS } = changeOf(s, grating, wavelengthNm, angleRad, t);
    return {
      above: admittanceChange(s, eps0, polarisation, dk, deltaEps0, s.z0),
      below: admittanceChange(s, epsS, polarisation, dk, deltaEpsS, s.zs),
    };
  });
  const side = (
    list: readonly number[],
    a: ComplexArray | null,
    y: ComplexArray,
    by: readonly ComplexArray[],
    moved: 'above' | 'below',
  ): EfficiencyDerivatives => {
    const at = (k: number): number => list[k]! + truncation;
    const power = (k: number): number => a!.re[at(k)]! ** 2 + a!.im[at(k)]! ** 2;
    return {
      orders: list,
      values: Float64Array.from(list, (_, k) => (power(k) * y.re[at(k)]!) / incident),
      derivatives: by.map((v, j) =>
        Float64Array.from(list, (_, k) => {
          const share = y.re[at(k)]! / incident;
          const byShare = (moves[j]![moved].re[at(k)]! - share * moves[j]!.above.re[truncation]!) / incident;
          return 2 * (a!.re[at(k)]! * v.re[k]! + a!.im[at(k)]! * v.im[k]!) * share + power(k) * byShare;
        }),
      ),
    };
  };
  return {
    reflected: side(orders, d.r, s.y0, d.derivatives, 'above'),
    transmitted: side(through, d.t, s.ys, d.transmittedDerivatives, 'below'),
  };
}
