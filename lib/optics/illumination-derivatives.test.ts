import { expect, test } from 'vitest';
import { complexArray } from '@/lib/numerics';
import {
  type ConicalTangent,
  conicalDerivatives,
  type GratingTangent,
  gratingEfficiencyDerivatives,
  type Jones,
  type LineGrating,
  lineGratingDerivatives,
  solveConical,
  solveLineGrating,
  thinFilm,
  thinFilmDerivatives,
} from './index';

/** Relative to the largest, by fourth-order central differences of real vectors. */
function worst(got: ArrayLike<number>, f: (h: number) => ArrayLike<number>, h: number): number {
  const [a, b, c, d] = [f(-2 * h), f(-h), f(h), f(2 * h)];
  const want = Array.from(a, (v, i) => (v - 8 * b[i]! + 8 * c[i]! - d[i]!) / (12 * h));
  const size = Math.max(...want.map(Math.abs));
  return Math.max(...want.map((v, i) => Math.abs(v - got[i]!))) / size;
}

type Moves = Record<string, number>;
const air = { re: 1, im: 0 };
const both = (a: { re: Float64Array; im: Float64Array }): number[] => [...a.re, ...a.im];

/** A transparent substrate, so that both sides have orders; `period` holds the positions in nm. */
const grating = (p: Moves = {}, substrate = { re: 1.5, im: 0 }): LineGrating => ({
  periodNm: 700 + (p['period'] ?? 0),
  superstrate: { re: 1.1 + (p['superstrate'] ?? 0), im: 0 },
  substrate: { ...substrate, re: substrate.re + (p['substrate'] ?? 0) },
  layers: [
    {
      thicknessNm: 80 + (p['height'] ?? 0),
      background: air,
      segments: [{ x0Nm: -120, x1Nm: 140 + (p['edge'] ?? 0), index: { re: 2.2 + (p['index'] ?? 0), im: 0.1 } }],
    },
    { thicknessNm: 30, background: { re: 1.7, im: 0 }, segments: [] },
    {
      thicknessNm: 50,
      background: { re: 1.4, im: 0 },
      segments: [{ x0Nm: -60, x1Nm: 90, index: { re: 0.3, im: 3 } }],
    },
  ],
});
const moves: Record<string, { tangent: GratingTangent; h: number }> = {
  angle: { tangent: { angleRad: 1 }, h: 2e-4 },
  wavelength: { tangent: { wavelengthNm: 1 }, h: 0.1 },
  period: { tangent: { periodNm: 1 }, h: 0.1 },
  superstrate: { tangent: { superstrate: 1 }, h: 2e-4 },
  substrate: { tangent: { substrate: { re: 1, im: 0 } }, h: 1e-3 },
  height: { tangent: { layers: [{ thicknessNm: 1 }] }, h: 0.1 },
  edge: { tangent: { layers: [{ segments: [{ x1Nm: 1 }] }] }, h: 0.05 },
  index: { tangent: { layers: [{ segments: [{ index: { re: 1, im: 0 } }] }] }, h: 1e-3 },
  // a parameter that moves several at once: red shift, with an index that follows it
  dispersion: {
    tangent: { wavelengthNm: 10, layers: [{ segments: [{ index: { re: 1, im: 0 } }] }] },
    h: 1e-3,
  },
};
const angle = 0.35;
const solve = (name: string, s: number, pol: 'TE' | 'TM', at = angle) => {
  const p = name === 'dispersion' ? { index: s } : { [name]: s };
  const wavelength = 560 + (name === 'wavelength' ? s : name === 'dispersion' ? 10 * s : 0);
  return solveLineGrating(grating(p), wavelength, at + (name === 'angle' ? s : 0), pol, 5);
};

test.each(['TE', 'TM'] as const)(
  '%s: angle, wavelength, period and outer indices move every reflected and transmitted order',
  (pol) => {
    const list = Object.entries(moves);
    const all = Array.from({ length: 11 }, (_, i) => i - 5);
    const tangents = list.map(([, m]) => m.tangent);
    const d = lineGratingDerivatives(grating(), 560, angle, pol, 5, tangents, { transmittedOrders: all });
    const e = gratingEfficiencyDerivatives(grating(), 560, angle, pol, 5, tangents);
    expect(both(d.t!)).toEqual(both(solve('', 0, pol).t));
    expect(e.reflected.orders).toEqual([-1, 0]);
    expect(e.transmitted.orders).toEqual([-2, -1, 0, 1]);
    for (const [k, [name, { h }]] of list.entries()) {
      expect(
        worst(both(d.derivatives[k]!), (s) => both(solve(name, s, pol).r), h),
        `r ${name}`,
      ).toBeLessThan(1e-7);
      expect(
        worst(both(d.transmittedDerivatives[k]!), (s) => both(solve(name, s, pol).t), h),
        `t ${name}`,
      ).toBeLessThan(1e-7);
      for (const side of ['reflected', 'transmitted'] as const) {
        const f = (s: number): number[] => e[side].orders.map((m) => solve(name, s, pol)[side][m + 5]!);
        expect(worst(e[side].derivatives[k]!, f, h), `${side} ${name}`).toBeLessThan(1e-7);
        expect([...e[side].values]).toEqual(f(0));
      }
    }
  },
);

test('scaling all lengths together with the wavelength changes nothing', () => {
  const g = grating({}, { re: 3, im: 0.4 });
  const everything: GratingTangent = {
    wavelengthNm: 560,
    periodNm: g.periodNm,
    layers: g.layers.map((l) => ({
      thicknessNm: l.thicknessNm,
      segments: l.segments.map((s) => ({ x0Nm: s.x0Nm, x1Nm: s.x1Nm })),
    })),
  };
  for (const pol of ['TE', 'TM'] as const) {
    const d = lineGratingDerivatives(g, 560, angle, pol, 4, [everything], { transmittedOrders: [0, 1] });
    for (const v of [...both(d.derivatives[0]!), ...both(d.transmittedDerivatives[0]!)]) expect(Math.abs(v)).toBeLessThan(1e-12);
  }
});

test('a lossless grating keeps its energy: derivatives of all efficiencies add up to 0', () => {
  const g: LineGrating = {
    ...grating(),
    layers: [{ thicknessNm: 300, background: air, segments: [{ x0Nm: -100, x1Nm: 150, index: { re: 2, im: 0 } }] }],
  };
  const tangents = ['angle', 'wavelength', 'period', 'height', 'edge', 'substrate'].map((k) => moves[k]!.tangent);
  for (const pol of ['TE', 'TM'] as const) {
    const e = gratingEfficiencyDerivatives(g, 560, angle, pol, 6, tangents);
    for (const [k] of tangents.entries()) {
      const all = [...e.reflected.derivatives[k]!, ...e.transmitted.derivatives[k]!];
      expect(Math.abs(all.reduce((a, b) => a + b, 0)) / Math.max(...all.map(Math.abs))).toBeLessThan(1e-10);
    }
  }
});

test('thin film: wavelength, angle and an absorbing ambient', () => {
  const nm = [400, 500, 800];
  const index = (re: number, im = 0) => complexArray(3, new Float64Array(3).fill(re), new Float64Array(3).fill(im));
  const stack = (n = 0, k = 0) => ({
    ambient: index(1.3 + n, 0.02 + k),
    films: [
      { thicknessNm: 90, index: index(2.1, 0.1) },
      { thicknessNm: 40, index: index(1.5) },
    ],
    substrate: index(3.9, 0.3),
  });
  const d = thinFilmDerivatives(stack(), nm, 0.9);
  const shift = (h: number) => nm.map((v) => v + h);
  for (const [pol, key] of [
    ['s', 'rs'],
    ['p', 'rp'],
  ] as const) {
    expect(worst(both(d[pol].wavelength), (h) => both(thinFilm(stack(), shift(h), 0.9)[key]), 0.1)).toBeLessThan(1e-9);
    expect(worst(both(d[pol].angle), (h) => both(thinFilm(stack(), nm, 0.9 + h)[key]), 1e-3)).toBeLessThan(1e-9);
    expect(worst(both(d[pol].ambient), (h) => both(thinFilm(stack(h), nm, 0.9)[key]), 1e-3)).toBeLessThan(1e-9);
    const turned = complexArray(
      3,
      Float64Array.from(d[pol].ambient.im, (v) => -v),
      Float64Array.from(d[pol].ambient.re),
    );
    expect(worst(both(turned), (h) => both(thinFilm(stack(0, h), nm, 0.9)[key]), 1e-3)).toBeLessThan(1e-9);
  }
});

const elements = (j: Jones): number[] => (['pp', 'ps', 'sp', 'ss'] as const).flatMap((k) => [j[k].re, j[k].im]);

test.each([0, 0.7])(
  'conical, azimuth %s: directions, wavelength, period and outer indices in the Jones matrix and every order',
  (azimuth) => {
    const list: [string, { tangent: ConicalTangent; h: number }][] = [
      ...Object.entries(moves),
      ['azimuth', { tangent: { azimuthRad: 1 }, h: 1e-3 }],
    ];
    const at = (name: string, s: number) =>
      solveConical(
        grating(name === 'dispersion' ? { index: s } : { [name]: s }),
        560 + (name === 'wavelength' ? s : name === 'dispersion' ? 10 * s : 0),
        { angleRad: angle + (name === 'angle' ? s : 0), azimuthRad: azimuth + (name === 'azimuth' ? s : 0) },
        4,
      );
    const tangents = list.map(([, m]) => m.tangent);
    const d = conicalDerivatives(grating(), 560, { angleRad: angle, azimuthRad: azimuth }, 4, tangents, { efficiencies: true });
    for (const [k, [name, { h }]] of list.entries()) {
      expect(
        worst(elements(d.derivatives[k]!), (s) => elements(at(name, s).jones), h),
        `jones ${name}`,
      ).toBeLessThan(1e-7);
      for (const side of ['reflected', 'transmitted'] as const) {
        for (const pol of ['TE', 'TM'] as const) {
          const e = d[side]!;
          const f = (s: number): number[] => e.orders.map((m) => at(name, s)[pol][side][m + 4]!);
          expect(Math.max(...e[pol].values.map((v, i) => Math.abs(v - f(0)[i]!)))).toBeLessThan(1e-13);
          // at azimuth 0 both are even in the azimuth
          if (name === 'azimuth' && azimuth === 0)
            for (const v of e[pol].derivatives[k]!) expect(Math.abs(v)).toBeLessThan(1e-12);
          else expect(worst(e[pol].derivatives[k]!, f, h), `${side} ${pol} ${name}`).toBeLessThan(1e-7);
        }
      }
    }
    expect(d.transmitted!.orders.length).toBeGreaterThan(d.reflected!.orders.length);
  },
);
