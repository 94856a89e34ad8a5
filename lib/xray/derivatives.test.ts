import { expect, test } from 'vitest';
import {
  cdSaxs,
  cdSaxsDerivatives,
  reflectivityDerivativesFromIndex,
  reflectivityDerivativesFromSld,
  reflectivityFromIndex,
  reflectivityFromSld,
} from './index';

/** Fourth-order central difference. */
const slope = (f: (h: number) => number, h: number): number => (f(-2 * h) - 8 * f(-h) + 8 * f(h) - f(2 * h)) / (12 * h);
const q = [0.01, 0.031, 0.08, 0.2, 0.35];
const slabs = [
  { thicknessA: 0, sld: 1, isld: 0, roughnessTopA: 0 },
  { thicknessA: 90, sld: 70, isld: 3, roughnessTopA: 4 },
  { thicknessA: 20, sld: 19, isld: 0.1, roughnessTopA: 3 },
  { thicknessA: 0, sld: 20, isld: 0.5, roughnessTopA: 2 },
];
const fields = { thickness: 'thicknessA', real: 'sld', imaginary: 'isld', roughness: 'roughnessTopA' } as const;

test.each([
  ['plain', {}],
  [
    'smeared, scaled, with footprint',
    {
      scale: 0.7,
      background: 1e-6,
      footprint: { beamOverSample: 0.005, wavelengthA: 1.54 },
      resolution: { sigmaPerA: q.map((v) => 0.02 * v), normalised: true },
    },
  ],
])('Parratt (%s): every parameter of every slab', (_, instrument) => {
  const d = reflectivityDerivativesFromSld(slabs, q, instrument);
  const base = reflectivityFromSld(slabs, q, instrument);
  for (const [i, v] of base.entries()) expect(d.reflectivity[i]! / v).toBeCloseTo(1, 12);
  for (const [key, field] of Object.entries(fields) as [keyof typeof fields, (typeof fields)[keyof typeof fields]][]) {
    for (let j = 0; j < slabs.length; j++) {
      if ((key === 'thickness' && (j === 0 || j === 3)) || (j === 0 && key !== 'real')) continue;
      const h = 1e-3 * Math.max(1, slabs[j]![field]);
      for (let i = 0; i < q.length; i++) {
        const f = (s: number): number =>
          reflectivityFromSld(
            slabs.map((l, k) => (k === j ? { ...l, [field]: l[field] + s } : l)),
            q,
            instrument,
          )[i]!;
        const want = slope(f, h);
        expect(Math.abs(d[key][j]![i]! - want) / (Math.abs(want) + 1e-3 * base[i]!), `${key} ${j} q ${q[i]}`).toBeLessThan(2e-6);
      }
    }
  }
});

test('Parratt from indices: delta and beta', () => {
  const layers = slabs.map((s, j) => ({
    thicknessA: s.thicknessA,
    delta: j * 3e-6,
    beta: j * 1e-7,
    roughnessTopA: s.roughnessTopA,
  }));
  const d = reflectivityDerivativesFromIndex(layers, 1.54, q);
  for (const [key, field] of [
    ['real', 'delta'],
    ['imaginary', 'beta'],
  ] as const) {
    for (let j = 1; j < 4; j++) {
      const f = (s: number): number =>
        reflectivityFromIndex(
          layers.map((l, k) => (k === j ? { ...l, [field]: l[field] + s } : l)),
          1.54,
          q,
        )[2]!;
      expect(d[key][j]![2]! / slope(f, 1e-8)).toBeCloseTo(1, 5);
    }
  }
});

test('CD-SAXS: widths, heights, angles, contrasts and instrument, near q_x = 0 too', () => {
  const qx = [0.13, 0.4, -0.27, 0, 1e-6];
  const qz = [0.2, -0.35, 0, 0.4, 0.1];
  const o = { i0: 2, background: 0.1, sigmaXNm: 0.8, sigmaZNm: 0.5 };
  const line = (p: Record<string, number> = {}) => ({
    bottomCdNm: 30 + (p['bottomCd'] ?? 0),
    trapezoids: [0, 1].map((k) => ({
      heightNm: 20 + 15 * k + (p[`height${k}`] ?? 0),
      leftAngleRad: 1.45 + 0.05 * k + (p[`leftAngle${k}`] ?? 0),
      rightAngleRad: 1.5 + 0.1 * k + (p[`rightAngle${k}`] ?? 0),
      contrast: 1 - 0.4 * k + (p[`contrast${k}`] ?? 0),
    })),
  });
  const d = cdSaxsDerivatives(line(), qx, qz, o);
  const cases: [string, Float64Array][] = [['bottomCd', d.bottomCd]];
  for (const key of ['height', 'leftAngle', 'rightAngle', 'contrast'] as const)
    for (const k of [0, 1]) cases.push([`${key}${k}`, d[key][k]!]);
  const check = (name: string, got: Float64Array, f: (h: number) => Float64Array): void => {
    for (let i = 0; i < qx.length; i++) {
      const want = slope((h) => f(h)[i]!, 1e-3);
      expect(Math.abs(got[i]! - want) / (1e-4 * d.intensity[i]! + Math.abs(want)), `${name} ${i}`).toBeLessThan(1e-6);
    }
  };
  for (const [name, got] of cases) check(name, got, (h) => cdSaxs(line({ [name]: h }), qx, qz, o));
  check('i0', d.i0, (h) => cdSaxs(line(), qx, qz, { ...o, i0: o.i0 + h }));
  check('sigmaX', d.sigmaX, (h) => cdSaxs(line(), qx, qz, { ...o, sigmaXNm: o.sigmaXNm + h }));
  check('sigmaZ', d.sigmaZ, (h) => cdSaxs(line(), qx, qz, { ...o, sigmaZNm: o.sigmaZNm + h }));
  expect(d.intensity[0]! / cdSaxs(line(), qx, qz, o)[0]!).toBeCloseTo(1, 13);
});
