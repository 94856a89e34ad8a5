import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluateCubic, monotoneCubic } from '@/lib/numerics';
import { MATERIALS, materialIndex } from './index';

test('values of the papers', () => {
  expect(materialIndex('SiO2', [632.8]).re[0]).toBeCloseTo(1.45702, 5);
  expect(materialIndex('Si3N4-LPCVD', [1550]).re[0]).toBeCloseTo(1.9963, 4);
  const si = materialIndex('Si', [619.9]);
  expect(si.re[0]).toBeCloseTo(3.906, 3);
  expect(si.im[0]).toBeCloseTo(0.022, 3);
});

test('every material is known over its whole range, passive, and says where it comes from', () => {
  expect(MATERIALS.length).toBeGreaterThan(25);
  for (const m of MATERIALS) {
    const w = Array.from({ length: 200 }, (_, i) => m.fromNm + ((m.toNm - m.fromNm) * i) / 199);
    const n = materialIndex(m.name, w);
    expect(Math.min(...n.re), m.name).toBeGreaterThan(0);
    expect(Math.min(...n.im), m.name).toBeGreaterThanOrEqual(0);
    expect(m.reference.length, m.name).toBeGreaterThan(20);
    expect(() => materialIndex(m.name, [m.toNm * 1.001])).toThrow(/known from .* nothing is extrapolated/);
  }
});

test('an unknown name lists the library', () => {
  expect(() => materialIndex('unobtainium', [500])).toThrow(/no material "unobtainium".*SiO2/);
});

test('the interpolant goes through its points and has no extremum of its own', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 12 }), (y) => {
      const x = y.map((_, i) => i + 0.3 * Math.sin(i));
      const c = monotoneCubic(x, y);
      y.forEach((v, i) => {
        expect(evaluateCubic(c, x[i]!)).toBeCloseTo(v, 12);
      });
      for (let i = 0; i + 1 < y.length; i++)
        for (const s of [0.1, 0.35, 0.5, 0.8]) {
          const v = evaluateCubic(c, x[i]! + s * (x[i + 1]! - x[i]!));
          expect(v).toBeGreaterThanOrEqual(Math.min(y[i]!, y[i + 1]!) - 1e-12);
          expect(v).toBeLessThanOrEqual(Math.max(y[i]!, y[i + 1]!) + 1e-12);
        }
    }),
  );
});
