import { type ComplexArray, complexArray } from '@/lib/numerics';
import { type Film, psiDelta, radians, refractiveIndex, solveLineGrating, thinFilm } from '@/lib/optics';
import { cdSaxs, reflectivityFromSld, type SldSlab } from '@/lib/xray';
import { num, obj, objects, str, strings, vec } from '../read';
import type { Input } from '../types';
import { complexVec } from './read';

export interface ParametricModel {
  readonly model: (p: Float64Array) => Float64Array;
  /** Which data are angles modulo 360. */
  readonly periodic: readonly boolean[] | null;
}

/** The forward model of a Fisher or inversion case, from parameters in the order of the case. */
export function parametricModel(i: Input): ParametricModel {
  switch (str(i, 'kind')) {
    case 'ellipsometry':
      return ellipsometry(i);
    case 'reflectivity':
      return { model: reflectivity(i), periodic: null };
    case 'cd-saxs':
      return { model: scattering(i), periodic: null };
    case 'grating':
      return grating(i);
    default:
      throw new Error(`no model ${str(i, 'kind')}`);
  }
}

const real = (n: readonly number[]): ComplexArray => complexArray(n.length, Float64Array.from(n));
const alternating = (n: number): boolean[] => Array.from({ length: 2 * n }, (_, i) => i % 2 === 1);

function ellipsometry(i: Input): ParametricModel {
  const wavelengths = vec(i, 'wavelength_nm');
  const w = wavelengths.length;
  const angles = vec(i, 'angle_deg').map(radians);
  const substrate = complexVec(i, 'substrate');
  const ambient = real(new Array<number>(w).fill(1));
  const names = strings(i, 'parameters');
  const films = (p: Float64Array): Film[] => {
    if (names[0] === 'thickness_nm') {
      const law = { kind: 'cauchy', a: p[1]!, bUm2: p[2]!, cUm4: 0 } as const;
      return [{ thicknessNm: p[0]!, index: refractiveIndex(law, wavelengths) }];
    }
    const oxide = real(vec(i, 'oxide_n'));
    if (names[0] === 'Eg_eV') {
      const [gapEv, amplitudeEv, centreEv, broadeningEv, epsInf, thicknessNm] = Array.from(p) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const index = refractiveIndex(
        { kind: 'oscillators', epsInf, terms: [{ kind: 'tauc-lorentz', gapEv, amplitudeEv, centreEv, broadeningEv }] },
        wavelengths,
      );
      return [
        { thicknessNm: num(i, 'oxide_nm'), index: oxide },
        { thicknessNm, index },
      ];
    }
    return [
      { thicknessNm: p[0]!, index: oxide },
      { thicknessNm: p[1]!, index: real(vec(i, 'nitride_n')) },
      { thicknessNm: p[2]!, index: oxide },
    ];
  };
  return {
    periodic: angles.flatMap(() => alternating(w)),
    model: (p) => {
      const out = new Float64Array(2 * w * angles.length);
      const stack = { ambient, films: films(p), substrate };
      for (const [a, angle] of angles.entries()) {
        const r = thinFilm(stack, wavelengths, angle);
        interleave(out, 2 * w * a, psiDelta(r.rp, r.rs));
      }
      return out;
    },
  };
}

function interleave(out: Float64Array, at: number, v: { psiDeg: Float64Array; deltaDeg: Float64Array }): void {
  for (let k = 0; k < v.psiDeg.length; k++) {
    out[at + 2 * k] = v.psiDeg[k]!;
    out[at + 2 * k + 1] = v.deltaDeg[k]!;
  }
}

function reflectivity(i: Input): (p: Float64Array) => Float64Array {
  const q = vec(i, 'q_per_A');
  const given = Array.isArray(i['layers']) ? objects(i, 'layers') : null;
  const fixed = given ? null : obj(i, 'fixed');
  const density = (layer: number, name: string, key: string): number =>
    given ? num(given[layer]!, key) : num(fixed!, `${name}_${key === 'sld_1e6_per_A2' ? 'sld' : 'isld'}`);
  const [sld, isld] = ['sld_1e6_per_A2', 'isld_1e6_per_A2'] as const;
  return (p) => {
    const slabs: SldSlab[] = [
      { thicknessA: 0, sld: 0, isld: 0, roughnessTopA: 0 },
      { thicknessA: p[0]!, sld: p[1]!, isld: density(1, 'film', isld), roughnessTopA: p[2]! },
      { thicknessA: p[3]!, sld: density(2, 'oxide', sld), isld: density(2, 'oxide', isld), roughnessTopA: p[4]! },
      { thicknessA: 0, sld: density(3, 'substrate', sld), isld: density(3, 'substrate', isld), roughnessTopA: p[5]! },
    ];
    return reflectivityFromSld(slabs, q);
  };
}

function scattering(i: Input): (p: Float64Array) => Float64Array {
  const qx = vec(i, 'qx_per_nm');
  const qz = vec(i, 'qz_per_nm');
  return (p) => {
    const angle = radians(p[2]!);
    const line = { bottomCdNm: p[0]!, trapezoids: [{ heightNm: p[1]!, leftAngleRad: angle, rightAngleRad: angle, contrast: 1 }] };
    const [i0, background] = p.length > 4 ? [p[4]!, p[5]!] : [num(i, 'i0'), num(i, 'background')];
    return cdSaxs(line, qx, qz, { i0, background, sigmaXNm: p[3]!, sigmaZNm: p[3]! });
  };
}

function grating(i: Input): ParametricModel {
  const wavelengths = vec(i, 'wavelength_nm');
  const silicon = complexVec(i, 'substrate_and_line');
  const slices = num(i, 'slices');
  const truncation = num(i, 'M');
  const angle = radians(num(i, 'angle_deg'));
  const air = { re: 1, im: 0 };
  return {
    periodic: alternating(wavelengths.length),
    model: (p) => {
      const [mid, height, swa] = [p[0]!, p[1]!, radians(p[2]!)];
      const lean = height / Math.tan(swa);
      const rs = complexArray(wavelengths.length);
      const rp = complexArray(wavelengths.length);
      for (const [k, w] of wavelengths.entries()) {
        const index = { re: silicon.re[k]!, im: silicon.im[k]! };
        const layers = Array.from({ length: slices }, (_, s) => {
          const half = 0.5 * (mid - lean + (2 * lean * (s + 0.5)) / slices);
          return { thicknessNm: height / slices, background: air, segments: [{ x0Nm: -half, x1Nm: half, index }] };
        });
        const g = { periodNm: num(i, 'period_nm'), superstrate: air, substrate: index, layers };
        for (const [a, pol] of [
          [rs, 'TE'],
          [rp, 'TM'],
        ] as const) {
          const { r } = solveLineGrating(g, w, angle, pol, truncation);
          a.re[k] = r.re[truncation]!;
          a.im[k] = r.im[truncation]!;
        }
      }
      const out = new Float64Array(2 * wavelengths.length);
      interleave(out, 0, psiDelta(rp, rs));
      return out;
    },
  };
}
