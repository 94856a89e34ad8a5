import { type Complex, type ComplexArray, complexArray } from '@/lib/numerics';
import { plus, times, ZERO } from './complex-arithmetic';
import type { Incidence, Jones, TangentialResponse } from './far-field';
import type { IlluminationTangent } from './illumination-tangent';

/** One order: its wave numbers over k₀, those of its medium, and how they move. */
export interface FarOrder {
  /** k_x/k₀. */
  readonly kx: number;
  /** k_y/k₀. */
  readonly ky: number;
  /** ε of the medium, real. */
  readonly eps: number;
}

type Pair = readonly [number, number];
type Responses = readonly [TangentialResponse, TangentialResponse];

// Tangential parts of unit amplitudes along s and p (in) and what reads them off a reflected wave (out), with their change.
function directions({ angleRad, azimuthRad }: Incidence, t: IlluminationTangent) {
  const [c, s] = [Math.cos(azimuthRad), Math.sin(azimuthRad)];
  const [cosine, sine] = [Math.cos(angleRad), Math.sin(angleRad)];
  const [dθ, dφ] = [t.angleRad ?? 0, t.azimuthRad ?? 0];
  const mix = (along: number, across: number): Pair => [along * c - across * s, along * s + across * c];
  return {
    s: mix(0, 1),
    p: mix(cosine, 0),
    out: mix(-1 / cosine, 0),
    ds: mix(-dφ, 0),
    dp: mix(-sine * dθ, cosine * dφ),
    dOut: mix((-sine / (cosine * cosine)) * dθ, -dφ / cosine),
  };
}

const read = (f: Responses, order: number, from: Pair, to: Pair): Complex => {
  let v = ZERO;
  for (const k of [0, 1] as const) {
    const { ex, ey } = f[k];
    v = plus(v, times({ re: ex.re[order]!, im: ex.im[order]! }, from[k] * to[0]));
    v = plus(v, times({ re: ey.re[order]!, im: ey.im[order]! }, from[k] * to[1]));
  }
  return v;
};

/**
 * Jones matrix of order zero from the reflected fields for unit E_x and unit E_y incident.
 * @param incidence - polar angle and azimuth, rad.
 * @param zero - its position in the fields.
 * @returns Jones matrix over (p, s), dimensionless.
 */
export function jonesFrom(incidence: Incidence, f: Responses, zero: number): Jones {
  const d = directions(incidence, {});
  return {
    pp: read(f, zero, d.p, d.out),
    ps: read(f, zero, d.s, d.out),
    sp: read(f, zero, d.p, d.s),
    ss: read(f, zero, d.s, d.s),
  };
}

/**
 * Its derivative, from those of the fields and of the directions s and p themselves.
 * @param t - how the illumination moves.
 * @returns ∂ of every element, per unit of the parameter.
 */
export function jonesDerivative(incidence: Incidence, t: IlluminationTangent, f: Responses, df: Responses, zero: number): Jones {
  const d = directions(incidence, t);
  const element = (from: Pair, by: Pair, to: Pair, toBy: Pair): Complex =>
    plus(plus(read(df, zero, from, to), read(f, zero, by, to)), read(f, zero, from, toBy));
  return {
    pp: element(d.p, d.dp, d.out, d.dOut),
    ps: element(d.s, d.ds, d.out, d.dOut),
    sp: element(d.p, d.dp, d.s, d.ds),
    ss: element(d.s, d.ds, d.s, d.ds),
  };
}

/** Efficiencies and their derivatives of propagating orders for E along s (TE) and along p (TM). */
export interface VectorEfficiencyDerivatives<Order> {
  readonly orders: readonly Order[];
  readonly TE: { readonly values: Float64Array; readonly derivatives: readonly Float64Array[] };
  readonly TM: { readonly values: Float64Array; readonly derivatives: readonly Float64Array[] };
}

/**
 * k_z(|E_x|² + |E_y|² + |E_z|²)/(n₀ cos θ) with k_zE_z = ∓(k_xE_x + k_yE_y), and its product rule.
 * @param n0 - index of the superstrate.
 * @param orders - labels of the orders, in the order of `waves`.
 * @param waves - of the orders.
 * @param moves - for each tangent how the wave numbers, ε and n₀cos θ move.
 * @param f @param df - fields at the orders.
 * @returns efficiencies (dimensionless) and ∂ by each tangent.
 */
export function efficiencyDerivatives<Order>(
  incidence: Incidence,
  n0: number,
  orders: readonly Order[],
  waves: readonly FarOrder[],
  tangents: readonly IlluminationTangent[],
  moves: readonly (readonly FarOrder[])[],
  f: Responses,
  df: readonly Responses[],
): VectorEfficiencyDerivatives<Order> {
  const incident = n0 * Math.cos(incidence.angleRad);
  const of = (polarisation: 's' | 'p') => {
    const values = new Float64Array(orders.length);
    const derivatives = tangents.map(() => new Float64Array(orders.length));
    const base = directions(incidence, {})[polarisation];
    const own = fieldOf(f, base);
    for (const [m, w] of waves.entries()) values[m] = poynting(w, own, m).value / incident;
    for (const [k, t] of tangents.entries()) {
      const d = directions(incidence, t)[polarisation === 's' ? 'ds' : 'dp'];
      const moved = sum(fieldOf(df[k]!, base), fieldOf(f, d));
      const byIncident =
        (t.superstrate ?? 0) * Math.cos(incidence.angleRad) - n0 * Math.sin(incidence.angleRad) * (t.angleRad ?? 0);
      for (const [m, w] of waves.entries())
        derivatives[k]![m] = (poynting(w, own, m, moves[k]![m]!, moved).slope - values[m]! * byIncident) / incident;
    }
    return { values, derivatives };
  };
  return { orders, TE: of('s'), TM: of('p') };
}

const fieldOf = (f: Responses, w: Pair): TangentialResponse => ({
  ex: mixed(f[0].ex, w[0], f[1].ex, w[1]),
  ey: mixed(f[0].ey, w[0], f[1].ey, w[1]),
});
const sum = (a: TangentialResponse, b: TangentialResponse): TangentialResponse => ({
  ex: mixed(a.ex, 1, b.ex, 1),
  ey: mixed(a.ey, 1, b.ey, 1),
});
const mixed = (a: ComplexArray, u: number, b: ComplexArray, v: number): ComplexArray =>
  complexArray(
    a.re.length,
    Float64Array.from(a.re, (x, i) => u * x + v * b.re[i]!),
    Float64Array.from(a.im, (x, i) => u * x + v * b.im[i]!),
  );

// k_z|E|² of order m and its slope.
function poynting(
  w: FarOrder,
  f: TangentialResponse,
  m: number,
  dw: FarOrder = { kx: 0, ky: 0, eps: 0 },
  df: TangentialResponse | null = null,
): { value: number; slope: number } {
  const kz = Math.sqrt(w.eps - w.kx * w.kx - w.ky * w.ky);
  const dz = (0.5 * dw.eps - w.kx * dw.kx - w.ky * dw.ky) / kz;
  let value = 0;
  let slope = 0;
  for (const part of ['re', 'im'] as const) {
    const [x, y] = [f.ex[part][m]!, f.ey[part][m]!];
    const [dx, dy] = df ? [df.ex[part][m]!, df.ey[part][m]!] : [0, 0];
    const along = w.kx * x + w.ky * y;
    const dAlong = w.kx * dx + w.ky * dy + dw.kx * x + dw.ky * y;
    value += kz * (x * x + y * y) + (along * along) / kz;
    slope += dz * (x * x + y * y) + 2 * kz * (x * dx + y * dy) + (2 * along * dAlong) / kz - (along * along * dz) / (kz * kz);
  }
  return { value, slope };
}
