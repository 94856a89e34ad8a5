import { expect, test } from 'vitest';
import { type Complex, type ComplexArray, complexArray } from '@/lib/numerics';
import {
  conicalDerivatives,
  type DispersionLaw,
  type FilmStack,
  type GratingTangent,
  type LineGrating,
  lineGratingDerivatives,
  permittivity,
  permittivityDerivatives,
  psiDelta,
  psiDeltaDerivatives,
  solveConical,
  solveLineGrating,
  thinFilm,
  thinFilmDerivatives,
} from './index';

const air = { re: 1, im: 0 };
const silicon = { re: 4.2, im: 0.4 };
const resist = { re: 1.6, im: 0.02 };

/** Two slices and a film over silicon, moved by the named amounts. */
function grating(p: Record<string, number> = {}): LineGrating {
  const at = (k: string): number => p[k] ?? 0;
  const index = (n: Complex, k: string): Complex => ({ re: n.re + at(`${k}.n`), im: n.im + at(`${k}.k`) });
  return {
    periodNm: 400,
    superstrate: { re: 1, im: 0 },
    substrate: index(silicon, 'substrate'),
    layers: [
      {
        thicknessNm: 60 + at('height'),
        background: air,
        segments: [{ x0Nm: -70 - at('cd'), x1Nm: 65 + at('cd'), index: index(silicon, 'line') }],
      },
      {
        thicknessNm: 40,
        background: index(air, 'fill'),
        segments: [
          { x0Nm: -90, x1Nm: 20 + at('inner'), index: index(resist, 'resist') },
          { x0Nm: 20 + at('inner'), x1Nm: 90, index: index(silicon, 'line') },
        ],
      },
      { thicknessNm: 25 + at('film'), background: index(resist, 'resist'), segments: [] },
    ],
  };
}

const one = { re: 1, im: 0 };
const i = { re: 0, im: 1 };
const tangents: Record<string, GratingTangent> = {
  height: { layers: [{ thicknessNm: 1 }] },
  cd: { layers: [{ segments: [{ x0Nm: -1, x1Nm: 1 }] }] },
  inner: { layers: [null, { segments: [{ x1Nm: 1 }, { x0Nm: 1 }] }] },
  film: { layers: [null, null, { thicknessNm: 1 }] },
  'line.n': { layers: [{ segments: [{ index: one }] }, { segments: [null, { index: one }] }] },
  'resist.k': { layers: [null, { segments: [{ index: i }] }, { background: i }] },
  'fill.n': { layers: [null, { background: one }] },
  'substrate.n': { substrate: one },
  'substrate.k': { substrate: i },
  angle: { angleRad: 1 },
};

test.each(['TE', 'TM'] as const)('%s: every derivative of every order equals central differences', (polarisation) => {
  const M = 6;
  const angle = 0.5;
  const names = Object.keys(tangents);
  const got = lineGratingDerivatives(grating(), 520, angle, polarisation, M, Object.values(tangents));
  for (const [k, name] of names.entries()) {
    const h = name === 'angle' || name.includes('.') ? 1e-3 : 0.02;
    const at = (s: number) =>
      solveLineGrating(grating({ [name]: s * h }), 520, angle + (name === 'angle' ? s * h : 0), polarisation, M).r;
    const [a, b, c, d] = [at(-2), at(-1), at(1), at(2)];
    let worst = 0;
    let size = 0;
    for (const part of ['re', 'im'] as const) {
      for (let j = 0; j < 2 * M + 1; j++) {
        const want = (a[part][j]! - 8 * b[part][j]! + 8 * c[part][j]! - d[part][j]!) / (12 * h);
        worst = Math.max(worst, Math.abs(got.derivatives[k]![part][j]! - want));
        size = Math.max(size, Math.abs(want));
      }
    }
    expect(worst / size, name).toBeLessThan(1e-7);
  }
});

test('conical: every element of the Jones matrix', () => {
  const incidence = { angleRad: 0.5, azimuthRad: 0.8 };
  const names = Object.keys(tangents).filter((n) => n !== 'angle');
  const d = conicalDerivatives(
    grating(),
    520,
    incidence,
    4,
    names.map((n) => tangents[n]!),
  );
  const elements = ['pp', 'ps', 'sp', 'ss'] as const;
  for (const [k, name] of names.entries()) {
    const h = name.includes('.') ? 1e-3 : 0.02;
    const at = [-2, -1, 1, 2].map((s) => solveConical(grating({ [name]: s * h }), 520, incidence, 4).jones);
    let worst = 0;
    let size = 0;
    for (const e of elements) {
      for (const part of ['re', 'im'] as const) {
        const want = (at[0]![e][part] - 8 * at[1]![e][part] + 8 * at[2]![e][part] - at[3]![e][part]) / (12 * h);
        worst = Math.max(worst, Math.abs(d.derivatives[k]![e][part] - want));
        size = Math.max(size, Math.abs(want));
      }
    }
    expect(worst / size, name).toBeLessThan(1e-7);
  }
  const plain = solveConical(grating(), 520, incidence, 4).jones;
  for (const e of elements) expect(d.jones[e].re).toBeCloseTo(plain[e].re, 12);
});

/** Fourth-order central difference. */
const slope = (f: (h: number) => number, h: number): number => (f(-2 * h) - 8 * f(-h) + 8 * f(h) - f(2 * h)) / (12 * h);

const wavelengths = [350, 500, 720];
const flat = (re: number, im = 0): ComplexArray => complexArray(3, new Float64Array(3).fill(re), new Float64Array(3).fill(im));
/** 0: oxide, 1: absorbing film; parameters by name move them. */
function stack(p: Record<string, number> = {}): FilmStack {
  const at = (k: string): number => p[k] ?? 0;
  return {
    ambient: flat(1),
    films: [
      { thicknessNm: 30 + at('thickness0'), index: flat(1.46 + at('n0'), at('k0')) },
      { thicknessNm: 80 + at('thickness1'), index: flat(2.4 + at('n1'), 0.3 + at('k1')) },
    ],
    substrate: flat(4 + at('substrate'), 0.2),
  };
}

test('thin film: thickness, n, k, substrate and angle in closed form', () => {
  const angle = 1.1;
  const d = thinFilmDerivatives(stack(), wavelengths, angle);
  for (const pol of ['s', 'p'] as const) {
    const key = pol === 's' ? 'rs' : 'rp';
    const turned = (a: ComplexArray): ComplexArray =>
      complexArray(
        3,
        a.im.map((v) => -v),
        a.re.slice(),
      );
    const closed: Record<string, ComplexArray> = {
      thickness0: d[pol].thickness[0]!,
      thickness1: d[pol].thickness[1]!,
      n0: d[pol].index[0]!,
      n1: d[pol].index[1]!,
      k1: turned(d[pol].index[1]!),
      substrate: d[pol].substrate,
      angle: d[pol].angle,
    };
    for (const [name, got] of Object.entries(closed)) {
      for (let i = 0; i < 3; i++) {
        for (const part of ['re', 'im'] as const) {
          const f = (h: number): number =>
            (name === 'angle' ? thinFilm(stack(), wavelengths, angle + h) : thinFilm(stack({ [name]: h }), wavelengths, angle))[
              key
            ][part][i]!;
          expect(got[part][i]! - slope(f, name.startsWith('thick') ? 0.03 : 3e-4), `${key} ${name}`).toBeCloseTo(0, 9);
        }
      }
    }
    expect(d[pol].r.re[1]).toBeCloseTo(thinFilm(stack(), wavelengths, angle)[key].re[1]!, 14);
  }
});

test('the chain to psi and delta', () => {
  const d = thinFilmDerivatives(stack(), wavelengths, 1.1);
  const got = psiDeltaDerivatives(d.p.r, d.s.r, d.p.thickness[0]!, d.s.thickness[0]!);
  for (const key of ['psiDeg', 'deltaDeg'] as const) {
    const f = (h: number): number => {
      const r = thinFilm(stack({ thickness0: h }), wavelengths, 1.1);
      return psiDelta(r.rp, r.rs)[key][1]!;
    };
    expect(got[key][1]! - slope(f, 0.02)).toBeCloseTo(0, 8);
  }
});

test.each<DispersionLaw>([
  { kind: 'constant', n: 2, k: 0.3 },
  {
    kind: 'sellmeier',
    a: 1,
    terms: [
      { b: 0.7, cUm: 0.07 },
      { b: 0.9, cUm: 9.9 },
    ],
  },
  { kind: 'cauchy', a: 1.5, bUm2: 0.004, cUm4: 1e-4, urbach: { amplitude: 0.02, exponentPerEv: 1.2, edgeNm: 400 } },
  {
    kind: 'oscillators',
    epsInf: 1.4,
    terms: [
      { kind: 'lorentz', amplitudeEv2: 12, centreEv: 4, gammaEv: 0.6 },
      { kind: 'drude', plasmaEv: 6, gammaEv: 0.2 },
      { kind: 'gaussian', amplitude: 3, centreEv: 3, widthEv: 0.8 },
      { kind: 'tauc-lorentz', gapEv: 1.4, amplitudeEv: 110, centreEv: 3.5, broadeningEv: 2.2 },
      { kind: 'tauc-lorentz', gapEv: 1.1, amplitudeEv: 60, centreEv: 2.4, broadeningEv: 5.6 },
    ],
  },
  {
    kind: 'oscillators',
    epsInf: 1,
    terms: [
      {
        kind: 'cody-lorentz',
        amplitudeEv: 80,
        centreEv: 4,
        gammaEv: 2.1,
        gapEv: 1.6,
        crossoverEv: 1.1,
        transitionEv: 1.8,
        urbachEv: 0.06,
      },
    ],
  },
])('dispersion law $kind: every parameter', (law) => {
  const nm = [310, 480, 640, 900];
  const d = permittivityDerivatives(law, nm);
  const want = permittivity(law, nm);
  expect([...d.epsilon.re]).toEqual([...want.re]);
  for (const [name, column] of d.byParameter) {
    const path = name.split('.');
    const moved = (h: number): DispersionLaw => {
      const copy = structuredClone(law) as unknown as Record<string, unknown>;
      let o = copy;
      for (const key of path.slice(0, -1)) o = o[key] as Record<string, unknown>;
      const last = path[path.length - 1]!;
      o[last] = (o[last] as number) + h;
      return copy as unknown as DispersionLaw;
    };
    for (const part of ['re', 'im'] as const) {
      const size = Math.max(...column.re.map(Math.abs), ...column.im.map(Math.abs));
      for (let i = 0; i < nm.length; i++) {
        const f = (h: number): number => permittivity(moved(h), [nm[i]!])[part][0]!;
        expect(
          Math.abs(column[part][i]! - slope(f, name.includes('edgeNm') ? 0.1 : 2e-4)) / size,
          `${name} ${nm[i]}`,
        ).toBeLessThan(1e-6);
      }
    }
  }
});
