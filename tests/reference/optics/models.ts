import { type ComplexArray, complexArray } from '@/lib/numerics';
import { type DispersionLaw, type Film, psiDelta, radians, refractiveIndex, solveLineGrating, thinFilm } from '@/lib/optics';
import { cdSaxs, reflectivityFromSld, type SldSlab } from '@/lib/xray';
import { num, objects, str, strings, vec } from '../read';
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

/** A quantity of the model by its name: a parameter of the case, or what the case holds fixed; null where it has neither. */
type Named = (name: string) => number | null;

function named(i: Input): (p: Float64Array) => Named {
  const names = strings(i, 'parameters');
  const fixed = (i['fixed'] ?? {}) as Input;
  return (p) => (name) => {
    const at = names.indexOf(name);
    if (at >= 0) return p[at]!;
    const v = fixed[name] ?? i[name];
    return typeof v === 'number' ? v : null;
  };
}

const known = (v: Named, name: string): number => {
  const x = v(name);
  if (x === null) throw new Error(`the case has neither a parameter nor a fixed value ${name}`);
  return x;
};

function ellipsometry(i: Input): ParametricModel {
  const wavelengths = vec(i, 'wavelength_nm');
  const w = wavelengths.length;
  const angles = vec(i, 'angle_deg').map(radians);
  const substrate = complexVec(i, 'substrate');
  const ambient = real(new Array<number>(w).fill(1));
  const at = named(i);
  const film = (v: Named, name: string, index: () => ComplexArray): Film[] => {
    const thicknessNm = v(name);
    return thicknessNm === null ? [] : [{ thicknessNm, index: index() }];
  };
  const oxide = () => real(vec(i, 'oxide_n'));
  const nitride = () => real(vec(i, 'nitride_n'));
  const law = (v: Named): DispersionLaw =>
    v('Eg_eV') === null
      ? { kind: 'cauchy', a: known(v, 'cauchy_A'), bUm2: v('cauchy_B_um2') ?? 0, cUm4: v('cauchy_C_um4') ?? 0 }
      : {
          kind: 'oscillators',
          epsInf: known(v, 'eps_inf'),
          terms: [
            {
              kind: 'tauc-lorentz',
              gapEv: known(v, 'Eg_eV'),
              amplitudeEv: known(v, 'A_eV'),
              centreEv: known(v, 'E0_eV'),
              broadeningEv: known(v, 'C_eV'),
            },
          ],
        };
  const films = (v: Named): Film[] => [
    ...film(v, 'oxide_nm', oxide),
    ...film(v, 'thickness_nm', () => refractiveIndex(law(v), wavelengths)),
    ...film(v, 'top_oxide_nm', oxide),
    ...film(v, 'nitride_nm', nitride),
    ...film(v, 'bottom_oxide_nm', oxide),
  ];
  return {
    periodic: angles.flatMap(() => alternating(w)),
    model: (p) => {
      const out = new Float64Array(2 * w * angles.length);
      const stack = { ambient, films: films(at(p)), substrate };
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
  const at = named(i);
  const given = Array.isArray(i['layers']) ? objects(i, 'layers') : null;
  const every = [...strings(i, 'parameters'), ...Object.keys((i['fixed'] ?? {}) as Input)];
  const films = [...new Set(every.flatMap((n) => n.match(/^(.+)_thickness_A$/)?.[1] ?? []))];
  return (p) => {
    const v = at(p);
    const of = (name: string, row: number, key: string, own: string): number =>
      v(`${name}_${key}`) ?? (given ? num(given[row]!, own) : known(v, `${name}_${key}`));
    const slab = (name: string, row: number, isLast: boolean): SldSlab => ({
      thicknessA: isLast ? 0 : of(name, row, 'thickness_A', 'thickness_A'),
      sld: of(name, row, 'sld', 'sld_1e6_per_A2'),
      isld: of(name, row, 'isld', 'isld_1e6_per_A2'),
      roughnessTopA: of(name, row, 'roughness_A', 'roughness_top_A'),
    });
    const slabs: SldSlab[] = [
      { thicknessA: 0, sld: 0, isld: 0, roughnessTopA: 0 },
      ...films.map((name, k) => slab(name, k + 1, false)),
      slab('substrate', films.length + 1, true),
    ];
    const r = reflectivityFromSld(slabs, q);
    const [scale, background] = [v('scale') ?? 1, v('background') ?? 0];
    return r.map((x) => scale * x + background);
  };
}

function scattering(i: Input): (p: Float64Array) => Float64Array {
  const qx = vec(i, 'qx_per_nm');
  const qz = vec(i, 'qz_per_nm');
  const at = named(i);
  return (p) => {
    const v = at(p);
    const angle = (side: string): number => radians(v(`swa_${side}_deg`) ?? known(v, 'swa_deg'));
    const sigma = (axis: string): number => v(`debye_waller_${axis}_nm`) ?? v('debye_waller_nm') ?? 0;
    const line = {
      bottomCdNm: known(v, 'bottom_cd_nm'),
      trapezoids: [
        {
          heightNm: known(v, 'height_nm'),
          leftAngleRad: angle('left'),
          rightAngleRad: angle('right'),
          contrast: v('contrast') ?? 1,
        },
      ],
    };
    return cdSaxs(line, qx, qz, {
      i0: v('i0') ?? 1,
      background: v('background') ?? 0,
      sigmaXNm: sigma('x'),
      sigmaZNm: sigma('z'),
    });
  };
}

function grating(i: Input): ParametricModel {
  const wavelengths = vec(i, 'wavelength_nm');
  const silicon = complexVec(i, 'substrate_and_line');
  const slices = num(i, 'slices');
  const truncation = num(i, 'M');
  const at = named(i);
  const angle = radians(num(i, 'angle_deg'));
  const air = { re: 1, im: 0 };
  return {
    periodic: alternating(wavelengths.length),
    model: (p) => {
      const v = at(p);
      const [mid, height, swa] = [known(v, 'mid_cd_nm'), known(v, 'height_nm'), radians(known(v, 'swa_deg'))];
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
