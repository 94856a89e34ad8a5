import { type Complex, type ComplexArray, complexArray, waveRoot } from '@/lib/numerics';

/**
 * Zero-order reflection E_r = (pp E_p + ps E_s) p_r + (sp E_p + ss E_s) s; first letter out, second in.
 * @reference Azzam & Bashara, Ellipsometry and Polarized Light (1977), ch. 2.
 */
export interface Jones {
  readonly pp: Complex;
  readonly ps: Complex;
  readonly sp: Complex;
  readonly ss: Complex;
}

/** Efficiencies of every order for E along s (TE) and along p (TM), both output polarisations together; NaN where evanescent or absorbing. */
export interface OrderEfficiencies {
  /** Power of each order over incident power, dimensionless. */
  readonly reflected: Float64Array;
  /** Power of each order over incident power; NaN in an absorbing substrate. */
  readonly transmitted: Float64Array;
}

/** Diffraction of a grating at any azimuth. */
export interface VectorDiffraction {
  readonly jones: Jones;
  readonly TE: OrderEfficiencies;
  readonly TM: OrderEfficiencies;
}

/** Tangential fields of all orders for unit E_x and for unit E_y incident in order zero. */
export interface TangentialResponse {
  /** One entry an order, over the incident field. */
  readonly ex: ComplexArray;
  readonly ey: ComplexArray;
}

/** Direction of incidence: s = (−sin φ, cos φ, 0), p = k × s, z out of the sample. */
export interface Incidence {
  /** Polar angle from the normal, in the superstrate, [0, π/2). */
  readonly angleRad: number;
  /** Angle of the plane of incidence from x. */
  readonly azimuthRad: number;
}

/**
 * H = Y·E of plane waves travelling down in a homogeneous medium, per order: Q/k_z with Q = [[−k_xk_y, k_x² − ε], [ε − k_y², k_xk_y]].
 * An order exactly at grazing (k_z = 0) is moved by 1e-12.
 * @param eps - ε of the medium.
 * @param kx - k_x/k₀; `ky` likewise.
 * @returns k_z/k₀ and the elements of Y (yy is −xx).
 * @reference plane waves in a homogeneous medium: Born & Wolf, Principles of Optics, 7th ed. (1999), §1.4.
 */
export function planeWaveAdmittance(
  eps: Complex,
  kx: number,
  ky: number,
): { kz: Complex; xx: Complex; xy: Complex; yx: Complex } {
  let kz = waveRoot({ re: eps.re - kx * kx - ky * ky, im: eps.im });
  if (Math.hypot(kz.re, kz.im) < 1e-12) kz = { re: 1e-12, im: 0 };
  const d = kz.re * kz.re + kz.im * kz.im;
  const over = (re: number, im: number): Complex => ({ re: (re * kz.re + im * kz.im) / d, im: (im * kz.re - re * kz.im) / d });
  return { kz, xx: over(-kx * ky, 0), xy: over(kx * kx - eps.re, -eps.im), yx: over(eps.re - ky * ky, eps.im) };
}

/**
 * Jones matrix and efficiencies from the tangential responses to unit E_x and unit E_y.
 * @param eps0 - ε of the superstrate, real; `epsS` of the substrate.
 * @param kx @param ky - tangential wave numbers over k₀ of every order.
 * @param zero - position of order zero.
 * @param reflected - responses to unit E_x and unit E_y, one entry an order; `transmitted` likewise.
 * @returns Jones matrix of order zero and the efficiencies of all orders, dimensionless.
 * @reference power of an order from the z component of its Poynting vector: Born & Wolf, Principles of Optics, 7th ed. (1999), §1.5.3.
 */
export function farField(
  incidence: Incidence,
  eps0: Complex,
  epsS: Complex,
  kx: Float64Array,
  ky: Float64Array,
  zero: number,
  reflected: readonly [TangentialResponse, TangentialResponse],
  transmitted: readonly [TangentialResponse, TangentialResponse],
): VectorDiffraction {
  const c = Math.cos(incidence.azimuthRad);
  const s = Math.sin(incidence.azimuthRad);
  const cosine = Math.cos(incidence.angleRad);
  // tangential parts of unit amplitudes along s and p
  const te = [-s, c] as const;
  const tm = [cosine * c, cosine * s] as const;
  const combine = (r: readonly [TangentialResponse, TangentialResponse], w: readonly [number, number]): TangentialResponse => {
    const mix = (a: ComplexArray, b: ComplexArray): ComplexArray =>
      complexArray(
        a.re.length,
        a.re.map((v, i) => w[0] * v + w[1] * b.re[i]!),
        a.im.map((v, i) => w[0] * v + w[1] * b.im[i]!),
      );
    return { ex: mix(r[0].ex, r[1].ex), ey: mix(r[0].ey, r[1].ey) };
  };
  const incidentPower = Math.sqrt(eps0.re) * cosine;
  const powers = (f: TangentialResponse, eps: Complex): Float64Array =>
    Float64Array.from(kx, (x, i) => {
      const z2 = eps.re - x * x - ky[i]! * ky[i]!;
      if (eps.im !== 0 || !(z2 >= 0)) return Number.NaN;
      const kz = Math.sqrt(z2);
      if (kz === 0) return 0;
      const zr = (x * f.ex.re[i]! + ky[i]! * f.ey.re[i]!) / kz;
      const zi = (x * f.ex.im[i]! + ky[i]! * f.ey.im[i]!) / kz;
      const total = f.ex.re[i]! ** 2 + f.ex.im[i]! ** 2 + f.ey.re[i]! ** 2 + f.ey.im[i]! ** 2 + zr * zr + zi * zi;
      return (kz * total) / incidentPower;
    });
  const out = [te, tm].map((w) => {
    const r = combine(reflected, w);
    const along = (u: number, v: number, scale: number): Complex => ({
      re: (u * r.ex.re[zero]! + v * r.ey.re[zero]!) * scale,
      im: (u * r.ex.im[zero]! + v * r.ey.im[zero]!) * scale,
    });
    return {
      s: along(-s, c, 1),
      p: along(c, s, -1 / cosine), // p of the reflected wave is −cos θ (cos φ, sin φ) in the plane
      efficiencies: { reflected: powers(r, eps0), transmitted: powers(combine(transmitted, w), epsS) },
    };
  });
  const [e, m] = [out[0]!, out[1]!];
  return { jones: { pp: m.p, ps: e.p, sp: m.s, ss: e.s }, TE: e.efficiencies, TM: m.efficiencies };
}
