import {
  type DispersionLaw,
  effectiveMedium,
  indexFromPermittivity,
  type OscillatorTerm,
  permittivity,
  permittivityAtEnergy,
} from '@/lib/optics';
import { has, num, obj, objects, str, vec } from '../read';
import type { Input, ReferenceCase } from '../types';
import { complexVec } from './read';

function law(i: Input): DispersionLaw {
  const oscillators = (terms: OscillatorTerm[]): DispersionLaw => ({ kind: 'oscillators', epsInf: num(i, 'eps_inf'), terms });
  switch (str(i, 'model')) {
    case 'sellmeier':
      return {
        kind: 'sellmeier',
        a: num(i, 'a'),
        terms: objects(i, 'terms').map((t) => ({ b: num(t, 'B'), cUm: num(t, 'C_um') })),
      };
    case 'cauchy':
      return { kind: 'cauchy', a: num(i, 'A'), bUm2: num(i, 'B_um2'), cUm4: num(i, 'C_um4') };
    case 'cauchy-urbach':
      return {
        kind: 'cauchy',
        a: num(i, 'A'),
        bUm2: num(i, 'B_um2'),
        cUm4: num(i, 'C_um4'),
        urbach: { amplitude: num(i, 'k_amplitude'), exponentPerEv: num(i, 'k_exponent_per_eV'), edgeNm: num(i, 'band_edge_nm') },
      };
    case 'drude-lorentz': {
      const terms: OscillatorTerm[] = objects(i, 'oscillators').map((t) => ({
        kind: 'lorentz',
        amplitudeEv2: num(t, 'A_eV2'),
        centreEv: num(t, 'E0_eV'),
        gammaEv: num(t, 'gamma_eV'),
      }));
      if (has(i, 'drude')) {
        const d = obj(i, 'drude');
        terms.push({ kind: 'drude', plasmaEv: num(d, 'Ep_eV'), gammaEv: num(d, 'gamma_eV') });
      }
      return oscillators(terms);
    }
    case 'tauc-lorentz':
      return oscillators(
        objects(i, 'oscillators').map((t) => ({
          kind: 'tauc-lorentz',
          gapEv: num(i, 'Eg_eV'),
          amplitudeEv: num(t, 'A_eV'),
          centreEv: num(t, 'E0_eV'),
          broadeningEv: num(t, 'C_eV'),
        })),
      );
    case 'gaussian':
      return oscillators(
        objects(i, 'oscillators').map((t) => ({
          kind: 'gaussian',
          amplitude: num(t, 'A'),
          centreEv: num(t, 'E0_eV'),
          widthEv: num(t, 'Br_eV'),
        })),
      );
    case 'cody-lorentz':
      return oscillators([
        {
          kind: 'cody-lorentz',
          amplitudeEv: num(i, 'A_eV'),
          centreEv: num(i, 'E0_eV'),
          gammaEv: num(i, 'gamma_eV'),
          gapEv: num(i, 'Eg_eV'),
          crossoverEv: num(i, 'Ep_eV'),
          transitionEv: num(i, 'Et_eV'),
          urbachEv: num(i, 'Eu_eV'),
        },
      ]);
    default:
      throw new Error(`no dispersion model ${str(i, 'model')}`);
  }
}

export const dispersionMethod = ({ input }: ReferenceCase) => {
  const model = str(input, 'model');
  const mix = model === 'bruggeman' || model === 'maxwell-garnett';
  const eps = mix
    ? effectiveMedium(model, complexVec(input, 'host_eps'), complexVec(input, 'guest_eps'), num(input, 'f_guest'))
    : has(input, 'energy_eV')
      ? permittivityAtEnergy(law(input), vec(input, 'energy_eV'))
      : permittivity(law(input), vec(input, 'wavelength_nm'));
  const n = indexFromPermittivity(eps);
  return { eps, n: n.re, k: n.im };
};
