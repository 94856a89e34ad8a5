import { AppError } from '@/lib/errors';
import { type Complex, type ComplexArray, cdiv, cmul, complexArray, requireFinite } from '@/lib/numerics';
import { type CodyLorentzTerm, codyLorentz, codyLorentzAbsorptionIn } from './cody-lorentz';
import { plus, put, times } from './complex-arithmetic';
import { dawson } from './dawson';
import type { DispersionLaw, OscillatorTerm } from './dispersion';
import { type Jet, jets } from './jets';
import { kramersKronig } from './kramers-kronig';
import { drude, gaussian, lorentz, type TaucLorentzTerm, taucLorentz, taucLorentzIn } from './oscillators';
import { HC_EV_NM } from './units';

/** ε of a law with ∂ε/∂parameter, named as in the law: `a`, `terms.0.gapEv`, `urbach.amplitude`. */
export interface PermittivityDerivatives {
  /** ε, (w,). */
  readonly epsilon: ComplexArray;
  /** ∂ε/∂parameter, (w,), 1/unit of the parameter. */
  readonly byParameter: ReadonlyMap<string, ComplexArray>;
}

type Named = readonly (readonly [string, Complex])[];

/**
 * Permittivity of a law with its derivatives by every parameter. Closed form; Tauc–Lorentz by exact forward differentiation; the real part of
 * Cody–Lorentz by Kramers–Kronig quadrature of the derivative of its absorption.
 * @param wavelengthNm - (w,), nm, positive; NaN is refused.
 * @returns ε and its derivatives, (w,) each.
 * @throws as `permittivity`.
 * @reference laws as in `permittivity`; ∂ñ = ∂ε/(2ñ) chains to `thinFilmDerivatives`.
 */
export function permittivityDerivatives(law: DispersionLaw, wavelengthNm: ArrayLike<number>): PermittivityDerivatives {
  requireFinite('wavelengthNm', wavelengthNm);
  const w = wavelengthNm.length;
  const epsilon = complexArray(w);
  const byParameter = new Map<string, ComplexArray>();
  for (let i = 0; i < w; i++) {
    const nm = wavelengthNm[i]!;
    if (!(nm > 0))
      throw new AppError('invalid_input', `wavelengthNm[${i}] is ${nm}; give a positive vacuum wavelength`, { index: i });
    const { value, named } = at(law, HC_EV_NM / nm, nm * 1e-3);
    put(epsilon, i, value);
    for (const [name, d] of named) {
      let column = byParameter.get(name);
      if (!column) {
        column = complexArray(w);
        byParameter.set(name, column);
      }
      put(column, i, d);
    }
  }
  return { epsilon, byParameter };
}

/** ∂ñ from ∂ε: ∂ε/(2ñ). @param index - ñ, (w,). @param epsilonDerivative - ∂ε, (w,). @returns ∂ñ, (w,), in the unit of ∂ε. */
export function indexDerivative(index: ComplexArray, epsilonDerivative: ComplexArray): ComplexArray {
  const out = complexArray(index.re.length);
  for (let i = 0; i < index.re.length; i++)
    put(
      out,
      i,
      cdiv({ re: epsilonDerivative.re[i]!, im: epsilonDerivative.im[i]! }, { re: 2 * index.re[i]!, im: 2 * index.im[i]! }),
    );
  return out;
}

const real = (re: number): Complex => ({ re, im: 0 });

function at(law: DispersionLaw, e: number, um: number): { value: Complex; named: Named } {
  const u2 = um * um;
  switch (law.kind) {
    case 'constant': {
      const n = { re: law.n, im: law.k };
      return {
        value: cmul(n, n),
        named: [
          ['n', times(n, 2)],
          ['k', cmul({ re: 0, im: 2 }, n)],
        ],
      };
    }
    case 'sellmeier': {
      let value = law.a;
      const named: [string, Complex][] = [['a', real(1)]];
      for (const [k, t] of law.terms.entries()) {
        const d = u2 - t.cUm * t.cUm;
        value += (t.b * u2) / d;
        named.push([`terms.${k}.b`, real(u2 / d)], [`terms.${k}.cUm`, real((2 * t.b * u2 * t.cUm) / (d * d))]);
      }
      return { value: real(value), named };
    }
    case 'cauchy': {
      const n = law.a + law.bUm2 / u2 + law.cUm4 / (u2 * u2);
      const t = law.urbach;
      const tail = t ? Math.exp(t.exponentPerEv * (e - HC_EV_NM / t.edgeNm)) : 0;
      const index = { re: n, im: t ? t.amplitude * tail : 0 };
      const byN = times(index, 2);
      const byK = cmul({ re: 0, im: 2 }, index);
      const named: [string, Complex][] = [
        ['a', byN],
        ['bUm2', times(byN, 1 / u2)],
        ['cUm4', times(byN, 1 / (u2 * u2))],
      ];
      if (t)
        named.push(
          ['urbach.amplitude', times(byK, tail)],
          ['urbach.exponentPerEv', times(byK, index.im * (e - HC_EV_NM / t.edgeNm))],
          ['urbach.edgeNm', times(byK, (index.im * t.exponentPerEv * HC_EV_NM) / (t.edgeNm * t.edgeNm))],
        );
      return { value: cmul(index, index), named };
    }
    case 'oscillators': {
      let value = real(law.epsInf);
      const named: [string, Complex][] = [['epsInf', real(1)]];
      for (const [k, t] of law.terms.entries()) {
        const d = term(t, e);
        value = plus(value, d.value);
        for (const [name, v] of d.named) named.push([`terms.${k}.${name}`, v]);
      }
      return { value, named };
    }
  }
}

function term(t: OscillatorTerm, e: number): { value: Complex; named: Named } {
  switch (t.kind) {
    case 'lorentz': {
      // ε = A/D, D = E0² − E² − iγE
      const value = lorentz(t, e);
      const inverse = cdiv({ re: 1, im: 0 }, { re: t.centreEv ** 2 - e * e, im: -t.gammaEv * e });
      const slope = cmul(value, inverse);
      return {
        value,
        named: [
          ['amplitudeEv2', inverse],
          ['centreEv', times(slope, -2 * t.centreEv)],
          ['gammaEv', cmul({ re: 0, im: e }, slope)],
        ],
      };
    }
    case 'drude': {
      const value = drude(t, e);
      const inverse = cdiv({ re: 1, im: 0 }, { re: e * e, im: t.gammaEv * e });
      return {
        value,
        named: [
          ['plasmaEv', times(inverse, -2 * t.plasmaEv)],
          ['gammaEv', cmul({ re: 0, im: -e }, cmul(value, inverse))],
        ],
      };
    }
    case 'gaussian': {
      const value = gaussian(t, e);
      const s = (2 * Math.sqrt(Math.LN2)) / t.widthEv;
      const [minus, plusX] = [s * (e - t.centreEv), s * (e + t.centreEv)];
      const c = (2 * t.amplitude) / Math.sqrt(Math.PI);
      // derivative of c·D(x) and of A·exp(−x²)
      const slope = (x: number): Complex => ({ re: c * (1 - 2 * x * dawson(x)), im: 2 * t.amplitude * x * Math.exp(-x * x) });
      const [a, b] = [slope(plusX), slope(minus)];
      const move = (byPlus: number, byMinus: number): Complex => ({
        re: a.re * byPlus - b.re * byMinus,
        im: a.im * byPlus - b.im * byMinus,
      });
      return {
        value,
        named: [
          ['amplitude', gaussian({ ...t, amplitude: 1 }, e)],
          ['centreEv', move(s, -s)],
          ['widthEv', move(-plusX / t.widthEv, -minus / t.widthEv)],
        ],
      };
    }
    case 'tauc-lorentz':
      return { value: taucLorentz(t, e), named: taucLorentzDerivatives(t, e) };
    case 'cody-lorentz':
      return { value: codyLorentz(t, e), named: codyLorentzDerivatives(t, e) };
  }
}

const four = jets(4);
const TAUC = ['gapEv', 'amplitudeEv', 'centreEv', 'broadeningEv'] as const;

function taucLorentzDerivatives(t: TaucLorentzTerm, e: number): Named {
  const [g, a, e0, c] = TAUC.map((key, k) => four.variable(t[key], k)) as [Jet, Jet, Jet, Jet];
  const d = taucLorentzIn(four, g, a, e0, c, e);
  return TAUC.map((key, k) => [key, { re: d.re[1 + k]!, im: d.im[1 + k]! }] as const);
}

const seven = jets(7);
const CODY = ['amplitudeEv', 'centreEv', 'gammaEv', 'gapEv', 'crossoverEv', 'transitionEv', 'urbachEv'] as const;

function codyLorentzDerivatives(t: CodyLorentzTerm, e: number): Named {
  const [amplitude, centre, gamma, gap, crossover, transition, urbach] = CODY.map((key, k) => seven.variable(t[key], k)) as [
    Jet,
    Jet,
    Jet,
    Jet,
    Jet,
    Jet,
    Jet,
  ];
  const p = { amplitude, centre, gamma, gap, crossover, transition, urbach };
  return CODY.map((key, k) => {
    const absorption = (x: number): number => codyLorentzAbsorptionIn(seven, p, x)[1 + k]!;
    return [key, { re: kramersKronig(absorption, e, [t.transitionEv, t.centreEv]), im: absorption(e) }] as const;
  });
}
