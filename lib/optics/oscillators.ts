import { AppError } from '@/lib/errors';
import type { Complex } from '@/lib/numerics';
import { dawson } from './dawson';

/** Lorentz oscillator: A/(E0² − E² − iγE), A in eV². */
export interface LorentzTerm {
  readonly kind: 'lorentz';
  readonly amplitudeEv2: number;
  readonly centreEv: number;
  readonly gammaEv: number;
}
/** Drude free carriers: −Ep²/(E² + iγE). */
export interface DrudeTerm {
  readonly kind: 'drude';
  readonly plasmaEv: number;
  readonly gammaEv: number;
}
/** Gaussian absorption of height A (dimensionless), centre E0 and full width at half maximum Br, with its Kramers–Kronig partner. */
export interface GaussianTerm {
  readonly kind: 'gaussian';
  readonly amplitude: number;
  readonly centreEv: number;
  readonly widthEv: number;
}
/** Tauc–Lorentz oscillator above the gap Eg. */
export interface TaucLorentzTerm {
  readonly kind: 'tauc-lorentz';
  readonly gapEv: number;
  readonly amplitudeEv: number;
  readonly centreEv: number;
  readonly broadeningEv: number;
}

/** @reference Lorentz and Drude terms: Wooten, Optical Properties of Solids (1972), §3.1, 3.3; time factor exp(−iωt). */
export function lorentz(t: LorentzTerm, e: number): Complex {
  const u = t.centreEv * t.centreEv - e * e;
  const v = -t.gammaEv * e;
  const d = u * u + v * v;
  return { re: (t.amplitudeEv2 * u) / d, im: (-t.amplitudeEv2 * v) / d };
}

export function drude(t: DrudeTerm, e: number): Complex {
  const p = t.plasmaEv * t.plasmaEv;
  const d = e * e + t.gammaEv * t.gammaEv;
  return { re: -p / d, im: (p * t.gammaEv) / (e * d) };
}

/** ε₂ = A[exp(−x₋²) − exp(−x₊²)], ε₁ = (2A/√π)[D(x₊) − D(x₋)], x± = 2√ln2 (E ± E0)/Br. @reference De Sousa Meneses et al., J. Non-Cryst. Solids 352 (2006) 769. */
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
 * value at E = Eg is finite and exact.
 * @throws AppError `out_of_domain` when C ≥ 2·E0 (the closed form then needs complex α): lower the broadening or use a Lorentz term.
 * @reference Jellison & Modine, Appl. Phys. Lett. 69 (1996) 371, eqs. 4–6, with the erratum 69 (1996) 2137.
 */
export function taucLorentz(t: TaucLorentzTerm, e: number): Complex {
  const { gapEv: g, amplitudeEv: a, centreEv: e0, broadeningEv: c } = t;
  if (!(c < 2 * e0) || !(c > 0))
    throw new AppError('out_of_domain', `broadeningEv ${c} must lie between 0 and 2·centreEv (${2 * e0}); lower it`, {
      field: 'broadeningEv',
    });
  const alpha = Math.sqrt(4 * e0 * e0 - c * c);
  const gamma2 = e0 * e0 - 0.5 * c * c;
  const zeta4 = (e * e - gamma2) ** 2 + 0.25 * alpha * alpha * c * c;
  const e2 = e * e;
  const g2 = g * g;
  const ln = (g2 - e0 * e0) * e2 + g2 * c * c - e0 * e0 * (e0 * e0 + 3 * g2);
  const at = (e2 - e0 * e0) * (e0 * e0 + g2) + g2 * c * c;
  const away = Math.abs(e - g);
  const edge = away === 0 ? 0 : (((e - g) * (e - g)) / e) * Math.log(away);
  const sum = g === 0 && e === 0 ? 0 : (((e + g) * (e + g)) / e) * Math.log(e + g);
  let re =
    ((a * c * ln) / (2 * Math.PI * zeta4 * alpha * e0)) * Math.log((e0 * e0 + g2 + alpha * g) / (e0 * e0 + g2 - alpha * g));
  re -= ((a * at) / (Math.PI * zeta4 * e0)) * (Math.PI - Math.atan((2 * g + alpha) / c) + Math.atan((alpha - 2 * g) / c));
  re +=
    ((2 * a * e0 * g * (e2 - gamma2)) / (Math.PI * zeta4 * alpha)) * (Math.PI + 2 * Math.atan((2 * (gamma2 - g2)) / (alpha * c)));
  re += ((a * e0 * c) / (Math.PI * zeta4)) * (sum - edge - g * Math.log((e0 * e0 - g2) ** 2 + g2 * c * c));
  const im = e > g ? (a * e0 * c * (e - g) ** 2) / (((e2 - e0 * e0) ** 2 + c * c * e2) * e) : 0;
  return { re, im };
}
