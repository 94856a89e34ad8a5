import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest, plotBox, scaleX, spreadLabels, unscaleX } from './plot';

test('pointer positions invert the scale', () => {
  const box = plotBox(800, 300, 92);
  expect(unscaleX(box, [10, 20])(scaleX(box, [10, 20])(13))).toBeCloseTo(13, 9);
});

test('nearest agrees with a full search', () =>
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: -50, max: 1050 }),
      (raw, x) => {
        const xs = [...raw].sort((a, b) => a - b).map((v) => ({ x: v }));
        const best = Math.min(...xs.map((p) => Math.abs(p.x - x)));
        expect(Math.abs(xs[nearest(xs, x)]!.x - x)).toBe(best);
      },
    ),
  ));

test('labels are pushed apart in order', () =>
  fc.assert(
    fc.property(fc.array(fc.double({ min: 10, max: 290, noNaN: true }), { maxLength: 8 }), (y) => {
      const out = spreadLabels(y, 12, 10, 290);
      const sorted = y.map((v, i) => ({ v, o: out[i]! })).sort((a, b) => a.v - b.v);
      for (let i = 1; i < sorted.length; i++) expect(sorted[i]!.o - sorted[i - 1]!.o).toBeGreaterThanOrEqual(12 - 1e-9);
    }),
  ));
