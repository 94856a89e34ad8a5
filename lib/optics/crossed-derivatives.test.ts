import { expect, test } from 'vitest';
import {
  type CrossedGrating,
  type CrossedTangent,
  crossedDerivatives,
  crossedTangents,
  type Jones,
  type StripAxis,
  solveCrossed,
} from './index';

type Moves = Record<string, number>;
const elements = (j: Jones): number[] => (['pp', 'ps', 'sp', 'ss'] as const).flatMap((k) => [j[k].re, j[k].im]);

/** A pillar of two nested rectangles (a coarse ellipse with half-axes a and b) over an off-centre bar in glue, on glass. */
function grating(p: Moves = {}, isSymmetric = false): CrossedGrating {
  const at = (k: string): number => p[k] ?? 0;
  const pillar = { re: 2.4 + at('n'), im: 0.2 + at('k') };
  const [a, b] = [120 + at('a'), 90 + at('b')];
  return {
    periodsNm: [420 + at('periodX'), 380 + at('periodY')],
    superstrate: { re: 1.1 + at('superstrate'), im: 0 },
    substrate: { re: 1.5 + at('substrate'), im: 0 },
    layers: [
      {
        thicknessNm: 90 + at('height'),
        background: { re: 1 + at('fill'), im: 0 },
        rectangles: [0.4, 1.1].map((t) => ({
          centreXNm: at('shift'),
          centreYNm: isSymmetric ? 0 : 30,
          widthXNm: 2 * a * Math.cos(t),
          widthYNm: 2 * b * Math.sin(t),
          index: pillar,
        })),
      },
      {
        thicknessNm: 40,
        background: { re: 1.6, im: 0 },
        rectangles: [
          {
            centreXNm: isSymmetric ? 0 : -60,
            centreYNm: isSymmetric ? 0 : 20,
            widthXNm: 150,
            widthYNm: 200 + at('bar'),
            index: { re: 0.4, im: 2.5 },
          },
        ],
      },
      { thicknessNm: 25, background: { re: 1.9, im: 0.05 }, rectangles: [] },
    ],
  };
}

const one = { re: 1, im: 0 };
const rectangles = (f: (t: number) => object): CrossedTangent => ({ layers: [{ rectangles: [0.4, 1.1].map(f) }] });
const cases: Record<string, { tangent: CrossedTangent; h: number }> = {
  height: { tangent: { layers: [{ thicknessNm: 1 }] }, h: 0.1 },
  a: { tangent: rectangles((t) => ({ widthXNm: 2 * Math.cos(t) })), h: 0.1 },
  b: { tangent: rectangles((t) => ({ widthYNm: 2 * Math.sin(t) })), h: 0.1 },
  bar: { tangent: { layers: [null, { rectangles: [{ widthYNm: 1 }] }] }, h: 0.1 },
  n: { tangent: rectangles(() => ({ index: one })), h: 1e-3 },
  k: { tangent: rectangles(() => ({ index: { re: 0, im: 1 } })), h: 1e-3 },
  fill: { tangent: { layers: [{ background: one }] }, h: 1e-3 },
  substrate: { tangent: { substrate: one }, h: 2e-4 },
  superstrate: { tangent: { superstrate: 1 }, h: 2e-4 },
  wavelength: { tangent: { wavelengthNm: 1 }, h: 0.1 },
  periodX: { tangent: { periodsNm: [1, 0] }, h: 0.1 },
  periodY: { tangent: { periodsNm: [0, 1] }, h: 0.1 },
  shift: { tangent: rectangles(() => ({ centreXNm: 1 })), h: 0.1 },
  angle: { tangent: { angleRad: 1 }, h: 3e-4 },
  azimuth: { tangent: { azimuthRad: 1 }, h: 1e-3 },
};

const M = [2, 1] as const;
/** Largest error over the largest derivative, of a real vector; both vanish where symmetry forbids. */
function worst(got: ArrayLike<number>, f: (h: number) => ArrayLike<number>, h: number): number {
  const [a, b, c, d] = [f(-2 * h), f(-h), f(h), f(2 * h)];
  const want = Array.from(a, (v, i) => (v - 8 * b[i]! + 8 * c[i]! - d[i]!) / (12 * h));
  return Math.max(...want.map((v, i) => Math.abs(v - got[i]!))) / Math.max(1e-4, ...want.map(Math.abs));
}

function compare(
  names: readonly string[],
  angleRad: number,
  azimuthRad: number,
  isSymmetric: boolean,
  profiles: StripAxis,
): void {
  const known = new Map<string, ReturnType<typeof solveCrossed>>();
  const at = (name: string, s: number) => {
    const key = `${name} ${s}`;
    const angle = angleRad + (name === 'angle' ? s : 0);
    const azimuth = azimuthRad + (name === 'azimuth' ? s : 0);
    // a negative angle is the same incidence from the other side; s and p turn both in and out
    const incidence = angle < 0 ? { angleRad: -angle, azimuthRad: azimuth + Math.PI } : { angleRad: angle, azimuthRad: azimuth };
    const wavelength = 510 + (name === 'wavelength' ? s : 0);
    const found = known.get(key) ?? solveCrossed(grating({ [name]: s }, isSymmetric), wavelength, incidence, M, profiles);
    known.set(key, found);
    return found;
  };
  const tangents = names.map((n) => cases[n]!.tangent);
  const d = crossedDerivatives(grating({}, isSymmetric), 510, { angleRad, azimuthRad }, M, tangents, {
    efficiencies: true,
    profiles,
  });
  const plain = elements(at('', 0).jones);
  for (const [i, v] of elements(d.jones).entries()) expect(Math.abs(v - plain[i]!)).toBeLessThan(1e-12);
  for (const [k, name] of names.entries()) {
    const { h } = cases[name]!;
    expect(
      worst(elements(d.derivatives[k]!), (s) => elements(at(name, s).jones), h),
      `jones ${name}`,
    ).toBeLessThan(1e-6);
    for (const side of ['reflected', 'transmitted'] as const) {
      for (const pol of ['TE', 'TM'] as const) {
        const e = d[side]!;
        const f = (s: number): number[] => {
          const r = at(name, s);
          return e.orders.map(([m, n]) => r[pol][side][r.orders.findIndex((o) => o[0] === m && o[1] === n)]!);
        };
        expect(Math.max(...e[pol].values.map((v, i) => Math.abs(v - f(0)[i]!)))).toBeLessThan(1e-12);
        expect(worst(e[pol].derivatives[k]!, f, h), `${side} ${pol} ${name}`).toBeLessThan(1e-6);
      }
    }
  }
}

test.each<StripAxis>(['both', 'x', 'y'])(
  'any azimuth, factorisation %s: every parameter in the Jones matrix and every order',
  (profiles) => {
    compare(profiles === 'both' ? Object.keys(cases) : ['a', 'b', 'bar', 'n', 'fill', 'periodY'], 0.4, 0.6, false, profiles);
  },
);

test('mirror planes: parameters that keep them, at normal incidence and in two planes of incidence', () => {
  const even = ['height', 'a', 'b', 'bar', 'n', 'substrate', 'superstrate', 'wavelength', 'periodX'];
  compare(even, 0, 0, true, 'both');
  compare([...even, 'angle'], 0.4, 0, true, 'both');
  compare([...even, 'angle'], 0.4, Math.PI / 2, true, 'both');
});

test('edges that coincide and move apart are refused', () => {
  const bar = { centreYNm: 0, widthXNm: 50, widthYNm: 80, index: { re: 2, im: 0 } };
  const pair: CrossedGrating = {
    ...grating(),
    layers: [
      {
        thicknessNm: 50,
        background: one,
        rectangles: [
          { ...bar, centreXNm: -80 },
          { ...bar, centreXNm: 80 },
        ],
      },
    ],
  };
  const at = (...r: object[]) =>
    crossedDerivatives(pair, 510, { angleRad: 0.1, azimuthRad: 0 }, [1, 1], [{ layers: [{ rectangles: r }] }]);
  expect(() => at({ widthYNm: 1 })).toThrow(/move apart/);
  expect(at({ widthYNm: 1 }, { widthYNm: 1 }).derivatives).toHaveLength(1);
  expect(() => at({}, {}, {})).toThrow(/no such layer or rectangle/);
});

test('parameters that break a mirror plane are taken without it', () => {
  compare(['shift', 'angle', 'a'], 0, 0, true, 'both');
  compare(['azimuth', 'shift'], 0.4, 0, true, 'both');
});

test('tangents of a parametrised geometry are those written by hand', () => {
  const names = ['a', 'bar', 'n', 'periodY', 'superstrate', 'height'];
  const build = (p: Float64Array) => grating(Object.fromEntries(names.map((k, i) => [k, p[i]!])));
  const found = crossedTangents(build, new Float64Array(names.length), new Float64Array(names.length).fill(0.01));
  const at = (tangents: CrossedTangent[]) =>
    crossedDerivatives(grating(), 510, { angleRad: 0.3, azimuthRad: 0.2 }, M, tangents).derivatives.map(elements);
  const want = at(names.map((k) => cases[k]!.tangent));
  for (const [k, row] of at(found).entries())
    for (const [i, v] of row.entries())
      expect(Math.abs(v - want[k]![i]!)).toBeLessThan(1e-11 * Math.max(...want[k]!.map(Math.abs)));
  const growing = (p: Float64Array) => ({ ...grating(), layers: grating().layers.slice(p[0]! > 0 ? 1 : 0) });
  expect(() => crossedTangents(growing, new Float64Array(1), [1])).toThrow(/number of layers/);
});
