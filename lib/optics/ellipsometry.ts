import { type Complex, type ComplexArray, cmul } from '@/lib/numerics';
import { plus, times, ZERO } from './complex-arithmetic';
import type { Jones } from './far-field';
import { degrees } from './units';

/** Ellipsometric angles in degrees. */
export interface PsiDelta {
  /** In [0, 90]. */
  readonly psiDeg: Float64Array;
  /** In [0, 360). */
  readonly deltaDeg: Float64Array;
}

/**
 * Ψ = atan|ρ|, Δ = −arg ρ of ρ = r_p/r_s with amplitudes of time factor exp(−iωt): the Δ that instruments of the exp(+iωt), ñ = n − ik convention
 * report.
 * @param rp @param rs - same length. Where r_s is exactly 0, Ψ is 90° and Δ is 0; where both are 0 nothing is reflected, and both are NaN.
 * @returns Ψ in [0, 90] and Δ in [0, 360), degrees, one a wavelength.
 * @reference Azzam & Bashara, Ellipsometry and Polarized Light (1977), §3.1; Aspnes & Hauge, sign conventions, J. Opt. Soc. Am. 66 (1976) 949.
 */
export function psiDelta(rp: ComplexArray, rs: ComplexArray): PsiDelta {
  const n = rp.re.length;
  const psiDeg = new Float64Array(n);
  const deltaDeg = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const a = rp.re[i]!;
    const b = rp.im[i]!;
    const c = rs.re[i]!;
    const d = rs.im[i]!;
    if (a === 0 && b === 0 && c === 0 && d === 0) {
      psiDeg[i] = deltaDeg[i] = Number.NaN;
      continue;
    }
    psiDeg[i] = degrees(Math.atan2(Math.hypot(a, b), Math.hypot(c, d)));
    const delta = -degrees(Math.atan2(b * c - a * d, a * c + b * d));
    deltaDeg[i] = delta < 0 ? delta + 360 : delta === 0 ? 0 : delta;
  }
  return { psiDeg, deltaDeg };
}

/** N = cos 2Ψ, C = sin 2Ψ cos Δ, S = sin 2Ψ sin Δ: linear in the detected light, so that mixed light adds in them; N² + C² + S² = 1 without depolarisation. */
export interface Ncs {
  /** (w,). */
  readonly n: Float64Array;
  readonly c: Float64Array;
  readonly s: Float64Array;
  /** 1 − √(N² + C² + S²). */
  readonly depolarisation: Float64Array;
}

/** Sums of the intensities and cross terms of weighted incoherent contributions, at every wavelength: |r_s|² + |r_p|², |r_s|² − |r_p|², 2 Re, −2 Im of r_p r_s*. */
export interface NcsSums {
  /** Σ w(|r_s|² + |r_p|²), (w,). */
  readonly total: Float64Array;
  /** Σ w(|r_s|² − |r_p|²), (w,). */
  readonly n: Float64Array;
  /** Σ 2w Re(r_p r_s*), (w,). */
  readonly c: Float64Array;
  /** −Σ 2w Im(r_p r_s*), (w,). */
  readonly s: Float64Array;
}

/** Sums of nothing. @param wavelengths - their number. */
export const noNcs = (wavelengths: number): NcsSums => ({
  total: new Float64Array(wavelengths),
  n: new Float64Array(wavelengths),
  c: new Float64Array(wavelengths),
  s: new Float64Array(wavelengths),
});

/**
 * Adds one contribution with its weight: the Mueller matrices of an average over thickness, bandwidth, angle or spots add, each with its intensity.
 * @param rp - amplitude ratios, (w,); `rs` likewise.
 * @param weight - share of the contribution, dimensionless; the shares need not add up to 1.
 * @reference van de Hulst, Light Scattering by Small Particles (1981), §5.1.
 */
export function addNcs({ total, n, c, s }: NcsSums, rp: ComplexArray, rs: ComplexArray, weight: number): void {
  for (let i = 0; i < total.length; i++) {
    const p2 = rp.re[i]! ** 2 + rp.im[i]! ** 2;
    const s2 = rs.re[i]! ** 2 + rs.im[i]! ** 2;
    total[i]! += weight * (p2 + s2);
    n[i]! += weight * (s2 - p2);
    c[i]! += 2 * weight * (rp.re[i]! * rs.re[i]! + rp.im[i]! * rs.im[i]!);
    s[i]! -= 2 * weight * (rp.im[i]! * rs.re[i]! - rp.re[i]! * rs.im[i]!);
  }
}

/**
 * N, C, S and depolarisation of what was added.
 * @param sums - of {@link addNcs}.
 * @returns N, C, S in [−1, 1] and depolarisation in [0, 1], (w,) each; NaN where nothing is reflected.
 * @reference Jellison & Modine in Tompkins & Irene, Handbook of Ellipsometry (2005), §6.2; Mueller matrix sum: van de Hulst, Light Scattering (1981),
 * §5.1.
 */
export function ncsOf(sums: NcsSums): Ncs {
  const share = (v: Float64Array): Float64Array => v.map((x, i) => x / sums.total[i]!);
  const [n, c, s] = [share(sums.n), share(sums.c), share(sums.s)];
  return { n, c, s, depolarisation: n.map((v, i) => 1 - Math.min(1, Math.hypot(v, c[i]!, s[i]!))) };
}

/**
 * N, C, S of one coherent response.
 * @param rp - amplitude ratios, (w,); `rs` likewise.
 * @returns N, C, S, (w,); the depolarisation is 0 to rounding.
 * @reference Jellison & Modine in Tompkins & Irene, Handbook of Ellipsometry (2005), §6.2.
 */
export function ncs(rp: ComplexArray, rs: ComplexArray): Ncs {
  const sums = noNcs(rp.re.length);
  addNcs(sums, rp, rs, 1);
  return ncsOf(sums);
}

/**
 * Ψ and Δ of light that may be partly depolarised: of its polarised part, Ψ = ½ atan2(√(C² + S²), N) and Δ = atan2(S, C).
 * @returns Ψ and Δ in degrees, (w,) each.
 * @reference Jellison & Modine in Tompkins & Irene, Handbook of Ellipsometry (2005), §6.2.
 */
export function psiDeltaOfNcs({ n, c, s }: Omit<Ncs, 'depolarisation'>): PsiDelta {
  return {
    psiDeg: n.map((v, i) => 0.5 * degrees(Math.atan2(Math.hypot(c[i]!, s[i]!), v))),
    deltaDeg: c.map((v, i) => {
      const delta = degrees(Math.atan2(s[i]!, v));
      return delta < 0 ? delta + 360 : delta;
    }),
  };
}

/**
 * Normalised Mueller matrix (row-major, 16 values) of an isotropic sample, or of one with N, C, S after depolarisation.
 * @returns M/M₁₁, (4, 4) row-major, dimensionless.
 * @reference Azzam & Bashara, Ellipsometry and Polarized Light (1977), §2.12.
 */
export function muellerIsotropic(n: number, c: number, s: number): Float64Array {
  return Float64Array.of(1, -n, 0, 0, -n, 1, 0, 0, 0, 0, c, s, 0, 0, -s, c);
}

/**
 * Mueller matrix (row-major, 16 values, not normalised: M₁₁ is the mean reflectance) of a Jones matrix: Φ′ = JΦJ† of the coherency matrix
 * Φ = ½[[S₀ + S₁, S₂ + iS₃], [S₂ − iS₃, S₀ − S₁]] over (p, s). Divided by M₁₁ it is {@link muellerIsotropic} where J is diagonal.
 * @param j - amplitudes over (p, s), dimensionless.
 * @returns (4, 4) row-major.
 * @reference Azzam & Bashara, Ellipsometry and Polarized Light (1977), §2.12; time factor exp(−iωt), S₃ = 2 Im(E_p E_s*).
 */
export function muellerFromJones(j: Jones): Float64Array {
  const matrix = [
    [j.pp, j.ps],
    [j.sp, j.ss],
  ] as const;
  const out = new Float64Array(16);
  const basis = [
    [{ re: 0.5, im: 0 }, ZERO, ZERO, { re: 0.5, im: 0 }],
    [{ re: 0.5, im: 0 }, ZERO, ZERO, { re: -0.5, im: 0 }],
    [ZERO, { re: 0.5, im: 0 }, { re: 0.5, im: 0 }, ZERO],
    [ZERO, { re: 0, im: 0.5 }, { re: 0, im: -0.5 }, ZERO],
  ] as const;
  const conjugate = (z: Complex): Complex => ({ re: z.re, im: -z.im });
  for (const [k, phi] of basis.entries()) {
    const element = (a: 0 | 1, b: 0 | 1): Complex => {
      let v = ZERO;
      for (const c of [0, 1] as const)
        for (const d of [0, 1] as const) v = plus(v, cmul(cmul(matrix[a][c], phi[2 * c + d]!), conjugate(matrix[b][d])));
      return v;
    };
    const [pp, ps, ss] = [element(0, 0), times(element(0, 1), 2), element(1, 1)];
    out[k] = pp.re + ss.re;
    out[4 + k] = pp.re - ss.re;
    out[8 + k] = ps.re;
    out[12 + k] = ps.im;
  }
  return out;
}

/**
 * ∂Ψ and ∂Δ (degrees per unit of the parameter) from ∂r_p and ∂r_s by a real parameter: ∂ρ/ρ = ∂r_p/r_p − ∂r_s/r_s, ∂Ψ = ½ sin 2Ψ Re(∂ρ/ρ), ∂Δ = −Im(∂ρ/ρ).
 * Where an amplitude is 0 the derivative does not exist and the entries are NaN.
 * @param drp - ∂r_p, (w,), 1/unit of the parameter; `drs` likewise.
 * @returns ∂Ψ and ∂Δ, (w,), degrees per unit of the parameter.
 */
export function psiDeltaDerivatives(rp: ComplexArray, rs: ComplexArray, drp: ComplexArray, drs: ComplexArray): PsiDelta {
  const n = rp.re.length;
  const psiDeg = new Float64Array(n);
  const deltaDeg = new Float64Array(n);
  const ratio = (d: ComplexArray, r: ComplexArray, i: number): readonly [number, number] => {
    const size = r.re[i]! ** 2 + r.im[i]! ** 2;
    return [(d.re[i]! * r.re[i]! + d.im[i]! * r.im[i]!) / size, (d.im[i]! * r.re[i]! - d.re[i]! * r.im[i]!) / size];
  };
  for (let i = 0; i < n; i++) {
    const [pr, pi] = ratio(drp, rp, i);
    const [sr, si] = ratio(drs, rs, i);
    const p = Math.hypot(rp.re[i]!, rp.im[i]!);
    const s = Math.hypot(rs.re[i]!, rs.im[i]!);
    psiDeg[i] = degrees(((p * s) / (p * p + s * s)) * (pr - sr));
    deltaDeg[i] = -degrees(pi - si);
  }
  return { psiDeg, deltaDeg };
}
