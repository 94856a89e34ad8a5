import { AppError } from '@/lib/errors';
import type { Complex } from '@/lib/numerics';
import { dawson } from './dawson';
import { type Arithmetic, REAL } from './jets';

/** Lorentz oscillator: A/(E0² − E² − iγE), A in eV². @reference Fujiwara, Spectroscopic Ellipsometry (2007), §5.2.1. */
export interface LorentzTerm {
  readonly kind: 'lorentz';
  /** A; the static contribution is A/E0². */
  readonly amplitudeEv2: number;
  /** E0, resonance energy. */
  readonly centreEv: number;
  /** γ, full width at half maximum. */
  readonly gammaEv: number;
}
/** Drude free carriers: −Ep²/(E² + iγE). @reference Fujiwara, Spectroscopic Ellipsometry (2007), §5.2.5. */
export interface DrudeTerm {
  readonly kind: 'drude';
  /** Ep; the strength Ep² is in eV². */
  readonly plasmaEv: number;
  /** γ = ħ/τ. */
  readonly gammaEv: number;
}
/** Gaussian absorption of height A (dimensionless), centre E0 and full width at half maximum Br, with its Kramers–Kronig partner. */
export interface GaussianTerm {
  readonly kind: 'gaussian';
  /** Peak of ε₂, dimensionless. */
  readonly amplitude: number;
  readonly centreEv: number;
  readonly widthEv: number;
}
/** Tauc–Lorentz oscillator above the gap Eg. */
export interface TaucLorentzTerm {
  readonly kind: 'tauc-lorentz';
  /** Eg, optical gap. */
  readonly gapEv: number;
  /** A, eV. */
  readonly amplitudeEv: number;
  /** E0, peak transition energy. */
  readonly centreEv: number;
  /** C. */
  readonly broadeningEv: number;
}

/**
 * Lorentz term A/(E0² − E² − iγE), time factor exp(−iωt).
 * @param e - photon energy, eV.
 * @returns its part of ε, dimensionless.
 * @reference Wooten, Optical Properties of Solids (1972), §3.1.
 */
export function lorentz(t: LorentzTerm, e: number): Complex {
  const u = t.centreEv * t.centreEv - e * e;
  const v = -t.gammaEv * e;
  const d = u * u + v * v;
  return { re: (t.amplitudeEv2 * u) / d, im: (-t.amplitudeEv2 * v) / d };
}

/**
 * Drude term −Ep²/(E² + iγE), time factor exp(−iωt).
 * @param e - photon energy, eV, positive.
 * @returns its part of ε, dimensionless.
 * @reference Wooten, Optical Properties of Solids (1972), §3.3.
 */
export function drude(t: DrudeTerm, e: number): Complex {
  const p = t.plasmaEv * t.plasmaEv;
  const d = e * e + t.gammaEv * t.gammaEv;
  return { re: -p / d, im: (p * t.gammaEv) / (e * d) };
}

/**
 * ε₂ = A[exp(−x₋²) − exp(−x₊²)], ε₁ = (2A/√π)[D(x₊) − D(x₋)], x± = 2√ln2 (E ± E0)/Br.
 * @param e - photon energy, eV.
 * @returns its part of ε, dimensionless.
 * @reference De Sousa Meneses et al., J. Non-Cryst. Solids 352 (2006) 769.
 */
export function gaussian(t: GaussianTerm, e: number): Complex {
  const s = (2 * Math.sqrt(Math.LN2)) / t.widthEv;
  const minus = s * (e - t.centreEv);
  const plus = s * (e + t.centreEv);
  return {
    re: ((2 * t.amplitude) / Math.sqrt(Math.PI)) * (dawson(plus) - dawson(minus)),
    im: t.amplitude * (Math.exp(-minus * minus) - Math.exp(-plus * plus)),
  };
}

/**
 * Tauc–Lorentz with the closed Kramers–Kronig form. The two logarithms of |E − Eg| are joined: their coefficient is −(E − Eg)²/E, so that the
 * value at E = Eg is finite and exact. α² = 4E0² − C² may have either sign: the parts that hold α are even in it.
 * @param e - photon energy, eV, positive.
 * @returns its part of ε without ε∞, dimensionless.
 * @throws AppError `out_of_domain` when C or E0 is not positive.
 * @reference Jellison & Modine, Appl. Phys. Lett. 69 (1996) 371, eqs. 4–6, with the erratum 69 (1996) 2137.
 */
export function taucLorentz(t: TaucLorentzTerm, e: number): Complex {
  return taucLorentzIn(REAL, t.gapEv, t.amplitudeEv, t.centreEv, t.broadeningEv, e);
}

/**
 * The formula of {@link taucLorentz} in any arithmetic.
 * @param o - the arithmetic: plain numbers, or jets for derivatives.
 * @param g - Eg, eV.
 * @param a - A, eV.
 * @param e0 - E0, eV.
 * @param c - C, eV.
 * @param e - photon energy, eV.
 * @throws as {@link taucLorentz}.
 */
export function taucLorentzIn<T>(o: Arithmetic<T>, g: T, a: T, e0: T, c: T, e: number): { re: T; im: T } {
  const { add, sub, mul, div, scale, of, log } = o;
  if (!(o.value(c) > 0) || !(o.value(e0) > 0))
    throw new AppError('out_of_domain', `broadeningEv ${o.value(c)} and centreEv ${o.value(e0)} must be positive; raise them`, {
      field: o.value(c) > 0 ? 'centreEv' : 'broadeningEv',
    });
  const e2 = e * e;
  const g2 = mul(g, g);
  const c2 = mul(c, c);
  const f2 = mul(e0, e0);
  const alpha2 = sub(scale(f2, 4), c2);
  const gamma2 = sub(f2, scale(c2, 0.5));
  const off = sub(of(e2), gamma2);
  const zeta4 = add(mul(off, off), scale(mul(alpha2, c2), 0.25));
  const gc = mul(g2, c2);
  const ln = sub(add(scale(sub(g2, f2), e2), gc), mul(f2, add(f2, scale(g2, 3))));
  const at = add(mul(sub(of(e2), f2), add(f2, g2)), gc);
  const away = sub(of(e), g);
  const edge = o.value(away) === 0 ? of(0) : scale(mul(mul(away, away), log(scale(away, Math.sign(o.value(away))))), 1 / e);
  const both = add(of(e), g);
  const sum = scale(mul(mul(both, both), log(both)), 1 / e);
  const strength = scale(div(a, zeta4), 1 / Math.PI);
  const { logOverAlpha, turn, halfOverAlpha } = angularParts(o, alpha2, c, g, f2);
  let re = mul(div(scale(mul(mul(strength, c), ln), 0.5), e0), logOverAlpha);
  re = sub(re, mul(div(mul(strength, at), e0), turn));
  re = add(re, mul(scale(mul(mul(mul(strength, e0), g), off), 2), halfOverAlpha));
  const gap = sub(f2, g2);
  re = add(re, mul(mul(mul(strength, e0), c), sub(sub(sum, edge), mul(g, log(add(mul(gap, gap), gc))))));
  if (!(e > o.value(g))) return { re, im: of(0) };
  const resonance = sub(of(e2), f2);
  const shape = scale(add(mul(resonance, resonance), scale(c2, e2)), e);
  return { re, im: div(mul(mul(mul(a, e0), c), mul(away, away)), shape) };
}

/** Share of E0² below which the functions of α² come from their series, exact to rounding. */
const SMALL_ALPHA2 = 1e-6;

// ln[(S + αg)/(S − αg)]/α with S = E0² + g²; π − atan((2g + α)/C) + atan((α − 2g)/C); 2[atan((α + 2g)/C) + atan((α − 2g)/C)]/α. All even in α.
function angularParts<T>(o: Arithmetic<T>, alpha2: T, c: T, g: T, f2: T): { logOverAlpha: T; turn: T; halfOverAlpha: T } {
  const { add, sub, mul, div, scale, of } = o;
  const sum = add(f2, mul(g, g));
  const twice = scale(g, 2);
  const across = mul(twice, c);
  const c2 = mul(c, c);
  const u2 = mul(twice, twice);
  // the two angles of the turn add up to atan2(4gC, C² − 4g² + α²)
  const d = add(sub(c2, u2), alpha2);
  const angle = o.value(d) > 0 ? o.atan(div(scale(across, 2), d)) : sub(of(Math.PI / 2), o.atan(div(d, scale(across, 2))));
  const turn = sub(of(Math.PI), angle);
  const size = o.value(alpha2) / o.value(f2);
  if (Math.abs(size) < SMALL_ALPHA2) {
    const t = div(g, sum);
    const t2 = mul(alpha2, mul(t, t));
    const h = div(scale(c, 2), sub(add(c2, u2), alpha2));
    const h2 = mul(alpha2, mul(h, h));
    return {
      logOverAlpha: scale(mul(t, add(of(1), add(scale(t2, 1 / 3), scale(mul(t2, t2), 1 / 5)))), 2),
      turn,
      halfOverAlpha: scale(mul(h, add(of(1), add(scale(h2, -1 / 3), scale(mul(h2, h2), 1 / 5)))), 2),
    };
  }
  if (size > 0) {
    const alpha = o.sqrt(alpha2);
    const side = mul(alpha, g);
    const ratio = div(scale(sub(sub(f2, scale(c2, 0.5)), mul(g, g)), 2), mul(alpha, c));
    return {
      logOverAlpha: div(o.log(div(add(sum, side), sub(sum, side))), alpha),
      turn,
      halfOverAlpha: div(add(of(Math.PI), scale(o.atan(ratio), 2)), alpha),
    };
  }
  // α = iβ: 2 atan(βg/S)/β and ln[(4g² + (C + β)²)/(4g² + (C − β)²)]/β
  const beta = o.sqrt(scale(alpha2, -1));
  const plus = add(c, beta);
  const minus = sub(c, beta);
  return {
    logOverAlpha: div(scale(o.atan(div(mul(beta, g), sum)), 2), beta),
    turn,
    halfOverAlpha: div(o.log(div(add(u2, mul(plus, plus)), add(u2, mul(minus, minus)))), beta),
  };
}
