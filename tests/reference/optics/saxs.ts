import { radians } from '@/lib/optics';
import {
  cdSaxs,
  type LineProfile,
  type ParticleLength,
  type ParticleShape,
  type Polydispersity,
  particleScattering,
  trapezoidAmplitude,
} from '@/lib/xray';
import { has, num, obj, str, vec } from '../read';
import type { Input, Mismatch, ReferenceCase, ReferenceMethod } from '../types';
import { Checker, complexVec } from './read';

function shape(name: string, p: Input): ParticleShape {
  switch (name) {
    case 'sphere':
      return { kind: 'sphere', radius: num(p, 'radius'), sld: num(p, 'sld') };
    case 'core_shell_sphere':
      return {
        kind: 'core-shell-sphere',
        radius: num(p, 'radius'),
        thickness: num(p, 'thickness'),
        sldCore: num(p, 'sld_core'),
        sldShell: num(p, 'sld_shell'),
      };
    case 'cylinder':
      return { kind: 'cylinder', radius: num(p, 'radius'), length: num(p, 'length'), sld: num(p, 'sld') };
    case 'core_shell_cylinder':
      return {
        kind: 'core-shell-cylinder',
        radius: num(p, 'radius'),
        thickness: num(p, 'thickness'),
        length: num(p, 'length'),
        sldCore: num(p, 'sld_core'),
        sldShell: num(p, 'sld_shell'),
      };
    case 'ellipsoid':
      return { kind: 'ellipsoid', polar: num(p, 'radius_polar'), equatorial: num(p, 'radius_equatorial'), sld: num(p, 'sld') };
    case 'parallelepiped':
      return { kind: 'parallelepiped', a: num(p, 'length_a'), b: num(p, 'length_b'), c: num(p, 'length_c'), sld: num(p, 'sld') };
    case 'core_shell_parallelepiped':
      return {
        kind: 'core-shell-parallelepiped',
        a: num(p, 'length_a'),
        b: num(p, 'length_b'),
        c: num(p, 'length_c'),
        rimA: num(p, 'thick_rim_a'),
        rimB: num(p, 'thick_rim_b'),
        rimC: num(p, 'thick_rim_c'),
        sldCore: num(p, 'sld_core'),
        sldA: num(p, 'sld_a'),
        sldB: num(p, 'sld_b'),
        sldC: num(p, 'sld_c'),
      };
    default:
      throw new Error(`no shape ${name}`);
  }
}

const LENGTHS: Readonly<Record<string, ParticleLength>> = {
  radius: 'radius',
  length: 'length',
  thickness: 'thickness',
  radius_polar: 'polar',
  radius_equatorial: 'equatorial',
  length_a: 'a',
  length_b: 'b',
  length_c: 'c',
  thick_rim_a: 'rimA',
  thick_rim_b: 'rimB',
  thick_rim_c: 'rimC',
};

const DISTRIBUTIONS = ['gaussian', 'lognormal', 'schulz', 'rectangle'] as const;

function distributions(input: Input): Polydispersity[] {
  return Object.keys(input).map((key) => {
    const d = obj(input, key);
    const parameter = LENGTHS[key];
    const distribution = DISTRIBUTIONS.find((name) => name === str(d, 'distribution', 'gaussian'));
    if (!parameter || !distribution) throw new Error(`no distribution ${str(d, 'distribution', 'gaussian')} of ${key}`);
    // the files state the standard deviation of ln x of a lognormal distribution, and their cut in units of it
    const stated = num(d, 'relative_sigma');
    const relativeSigma = distribution === 'lognormal' ? Math.sqrt(Math.expm1(stated ** 2)) : stated;
    const nSigma = num(d, 'nsigma') * (stated === 0 ? 1 : stated / relativeSigma);
    return { parameter, relativeSigma, points: num(d, 'points'), nSigma, distribution };
  });
}

function checkParticles({ input, expected, tolerance }: ReferenceCase): Mismatch[] {
  const p = obj(input, 'parameters');
  const got = particleScattering(shape(str(input, 'shape'), p), vec(input, 'q_per_A'), {
    sldSolvent: num(p, 'sld_solvent', 0),
    scale: num(p, 'scale', 1),
    background: num(p, 'background', 0),
    polydispersity: has(input, 'polydispersity') ? distributions(obj(input, 'polydispersity')) : [],
  });
  const want = vec(expected, 'I_per_cm');
  const out = new Checker();
  // the note of the file: relative to the largest reference value at this or any higher q
  const rel = (tolerance['envelope_rel'] as number | undefined) ?? tolerance.rel!;
  let envelope = 0;
  for (let i = want.length - 1; i >= 0; i--) {
    envelope = Math.max(envelope, want[i]!);
    out.value(`I_per_cm[${i}]`, got[i], want[i], rel * envelope);
  }
  return out.out;
}

function checkLines({ input, expected, tolerance }: ReferenceCase): Mismatch[] {
  const left = vec(input, 'swa_left_deg');
  const right = vec(input, 'swa_right_deg');
  const contrast = vec(input, 'contrast');
  const line: LineProfile = {
    bottomCdNm: num(input, 'bottom_cd_nm'),
    trapezoids: vec(input, 'heights_nm').map((heightNm, i) => ({
      heightNm,
      leftAngleRad: radians(left[i]!),
      rightAngleRad: radians(right[i]!),
      contrast: contrast[i]!,
    })),
  };
  const qx = vec(input, 'qx_per_nm');
  const qz = vec(input, 'qz_per_nm');
  const f = trapezoidAmplitude(line, qx, qz);
  const intensity = cdSaxs(line, qx, qz, {
    i0: num(input, 'i0', 1),
    background: num(input, 'background', 0),
    sigmaXNm: num(input, 'debye_waller_x_nm', 0),
    sigmaZNm: num(input, 'debye_waller_z_nm', 0),
  });
  const want = complexVec(expected, 'F');
  const largest = want.re.reduce((m, v, i) => Math.max(m, Math.hypot(v, want.im[i]!)), 0);
  const limit = (tolerance['rel_to_max_F'] as number) * largest;
  const out = new Checker();
  out.array('F.re', f.re, Array.from(want.re), limit);
  out.array('F.im', f.im, Array.from(want.im), limit);
  const wanted = vec(expected, 'I');
  out.array('I', intensity, wanted, (tolerance['rel_to_max_F'] as number) * Math.max(...wanted));
  return out.out;
}

export const saxsMethod: ReferenceMethod = {
  compute: () => null,
  compare: (_, c) => (str(c.input, 'kind') === 'cd-saxs' ? checkLines(c) : checkParticles(c)),
};
