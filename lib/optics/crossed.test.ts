import { expect, test } from 'vitest';
import { solveCrossed } from './index';

test('crossed: profiles along one axis are those along the other of the turned cell, and all orders of factorisation near one limit', () => {
  const index = { re: 2, im: 0.1 };
  const box = { centreXNm: 10, centreYNm: -20, widthXNm: 140, widthYNm: 110, index };
  const turnedBox = { centreXNm: -20, centreYNm: 10, widthXNm: 110, widthYNm: 140, index };
  const cell = (rectangles: readonly (typeof box)[], periodsNm: readonly [number, number]) => ({
    periodsNm,
    superstrate: { re: 1, im: 0 },
    substrate: { re: 1.5, im: 0 },
    layers: [{ thicknessNm: 120, background: { re: 1, im: 0 }, rectangles }],
  });
  const a = cell([box], [300, 260]);
  const b = cell([turnedBox], [260, 300]);
  const at = { angleRad: 0.5, azimuthRad: 0.3 };
  // the mirror x ↔ y turns the azimuth to π/2 − φ and the sign of the mixed elements
  const mirrored = { angleRad: 0.5, azimuthRad: Math.PI / 2 - 0.3 };
  const x = solveCrossed(a, 500, at, [3, 3], 'x').jones;
  const y = solveCrossed(b, 500, mirrored, [3, 3], 'y').jones;
  expect(x.pp.re).toBeCloseTo(y.pp.re, 12);
  expect(x.ss.im).toBeCloseTo(y.ss.im, 12);
  expect(x.ps.re).toBeCloseTo(-y.ps.re, 12);
  const spread = (m: number): number => {
    const values = (['both', 'x', 'y'] as const).map((p) => solveCrossed(a, 500, at, [m, m], p).jones.pp.re);
    return Math.max(...values) - Math.min(...values);
  };
  expect(spread(5)).toBeLessThan(0.7 * spread(2));
  expect(spread(5)).toBeGreaterThan(0);
});
