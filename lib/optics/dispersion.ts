import { AppError } from '@/lib/errors';
import { type ComplexArray, complexArray, csqrt, requireFinite } from '@/lib/numerics';
import { type CodyLorentzTerm, codyLorentz } from './cody-lorentz';
import {
  type DrudeTerm,
  drude,
  type GaussianTerm,
  gaussian,
  type LorentzTerm,
  lorentz,
  type TaucLorentzTerm,
  taucLorentz,
} from './oscillators';
import { HC_EV_NM } from './units';

/** A term of a sum of oscillators. */
export type OscillatorTerm = LorentzTerm | DrudeTerm | GaussianTerm | TaucLorentzTerm | CodyLorentzTerm;

/**
 * A dispersion law. λ in its coefficients is in µm, energies are in eV.
 * @reference Fujiwara, Spectroscopic Ellipsometry (2007), §5.2.3 (Sellmeier, Cauchy).
 */
export type DispersionLaw =
  | { readonly kind: 'constant'; readonly n: number; readonly k: number }
  | { readonly kind: 'sellmeier'; readonly a: number; readonly terms: readonly { readonly b: number; readonly cUm: number }[] }
  | {
      readonly kind: 'cauchy';
      readonly a: number;
      readonly bUm2: number;
      readonly cUm4: number;
      /** k = amplitude·exp(exponent·(E − Eedge)). */
      readonly urbach?: { readonly amplitude: number; readonly exponentPerEv: number; readonly edgeNm: number };
    }
  | { readonly kind: 'oscillators'; readonly epsInf: number; readonly terms: readonly OscillatorTerm[] };

/**
 * Relative permittivity ε = (n + ik)² of a law on vacuum wavelengths, time factor exp(−iωt), Im ε ≥ 0 absorbs.
 * @param wavelengthNm - shape (w,), nm, positive; NaN is refused.
 * @returns ε, (w,), dimensionless.
 * @throws AppError `invalid_input` for a bad wavelength; `out_of_domain` for parameters outside the law.
 * @reference Cauchy and Sellmeier: Tompkins & Irene, Handbook of Ellipsometry (2005), §2.5; the others at their functions.
 * @reference Fujiwara, Spectroscopic Ellipsometry (2007), §5.2.
 */
export function permittivity(law: DispersionLaw, wavelengthNm: ArrayLike<number>): ComplexArray {
  requireFinite('wavelengthNm', wavelengthNm);
  const out = complexArray(wavelengthNm.length);
  for (let i = 0; i < wavelengthNm.length; i++) {
    const w = wavelengthNm[i]!;
    if (!(w > 0))
      throw new AppError('invalid_input', `wavelengthNm[${i}] is ${w}; give a positive vacuum wavelength`, { index: i });
    const e = permittivityAt(law, HC_EV_NM / w, w * 1e-3);
    out.re[i] = e.re;
    out.im[i] = e.im;
  }
  return out;
}

/**
 * The same on photon energies (eV): exact where a law is stated in energy.
 * @param energyEv - (w,), eV, positive; NaN is refused.
 * @returns ε, (w,), dimensionless.
 * @throws as {@link permittivity}.
 */
export function permittivityAtEnergy(law: DispersionLaw, energyEv: ArrayLike<number>): ComplexArray {
  requireFinite('energyEv', energyEv);
  const out = complexArray(energyEv.length);
  for (let i = 0; i < energyEv.length; i++) {
    const e = energyEv[i]!;
    if (!(e > 0)) throw new AppError('invalid_input', `energyEv[${i}] is ${e}; give a positive photon energy`, { index: i });
    const v = permittivityAt(law, e, (HC_EV_NM / e) * 1e-3);
    out.re[i] = v.re;
    out.im[i] = v.im;
  }
  return out;
}

function permittivityAt(law: DispersionLaw, e: number, um: number): { re: number; im: number } {
  const u2 = um * um;
  switch (law.kind) {
    case 'constant':
      return { re: law.n * law.n - law.k * law.k, im: 2 * law.n * law.k };
    case 'sellmeier': {
      let re = law.a;
      for (const t of law.terms) re += (t.b * u2) / (u2 - t.cUm * t.cUm);
      return { re, im: 0 };
    }
    case 'cauchy': {
      const n = law.a + law.bUm2 / u2 + law.cUm4 / (u2 * u2);
      const t = law.urbach;
      const k = t ? t.amplitude * Math.exp(t.exponentPerEv * (e - HC_EV_NM / t.edgeNm)) : 0;
      return { re: n * n - k * k, im: 2 * n * k };
    }
    case 'oscillators': {
      let re = law.epsInf;
      let im = 0;
      for (const t of law.terms) {
        const v = term(t, e);
        re += v.re;
        im += v.im;
      }
      return { re, im };
    }
  }
}

function term(t: OscillatorTerm, e: number): { re: number; im: number } {
  switch (t.kind) {
    case 'lorentz':
      return lorentz(t, e);
    case 'drude':
      return drude(t, e);
    case 'gaussian':
      return gaussian(t, e);
    case 'tauc-lorentz':
      return taucLorentz(t, e);
    case 'cody-lorentz':
      return codyLorentz(t, e);
  }
}

/**
 * ñ = n + ik = √ε with n ≥ 0 (principal root), element by element.
 * @param eps - ε, (w,).
 * @returns ñ, (w,).
 * @reference Born & Wolf, Principles of Optics, 7th ed. (1999), §14.1.
 */
export function indexFromPermittivity(eps: ComplexArray): ComplexArray {
  const out = complexArray(eps.re.length);
  for (let i = 0; i < eps.re.length; i++) {
    const n = csqrt({ re: eps.re[i]!, im: eps.im[i]! });
    out.re[i] = n.re;
    out.im[i] = n.im;
  }
  return out;
}

/**
 * ñ of a law on vacuum wavelengths (nm).
 * @param wavelengthNm - (w,), nm, positive; NaN is refused.
 * @returns ñ = n + ik, (w,).
 * @throws as {@link permittivity}.
 */
export function refractiveIndex(law: DispersionLaw, wavelengthNm: ArrayLike<number>): ComplexArray {
  return indexFromPermittivity(permittivity(law, wavelengthNm));
}
