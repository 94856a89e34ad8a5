import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textPx } from '../text-width';
import { bandPath, linePath, nearest, nearestMark, plotBox, scaleX, spacedTexts, spreadLabels, unscaleX } from './plot';

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

test('numbers of an axis never touch, and the first of them stands', () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 800 }), { minLength: 1, maxLength: 40 }), (xs) => {
      const texts = xs.sort((a, b) => a - b).map((x) => ({ x, text: `${x} nm` }));
      const shown = spacedTexts(texts, 16);
      const half = (t: { text: string }): number => textPx(t.text, 11) / 2;
      expect(shown[0]).toBe(texts[0]);
      for (let i = 1; i < shown.length; i++)
        expect(shown[i]!.x - half(shown[i]!) - shown[i - 1]!.x - half(shown[i - 1]!)).toBeGreaterThanOrEqual(16);
    }),
  ));

test('the mark under the pointer is the nearest one within reach', () => {
  const marks = [
    { cx: 0, cy: 0 },
    { cx: 20, cy: 0 },
    { cx: 20, cy: 9 },
  ];
  expect([nearestMark(marks, 19, 6), nearestMark(marks, 19, 2), nearestMark(marks, 10, 30), nearestMark([], 0, 0)]).toEqual([
    2, 1, -1, -1,
  ]);
});

test('lines, steps and bands have a gap where there is nothing', () => {
  const marks = [1, 2, null, 4, 5].map((cy, cx) => ({ cx, cy }));
  expect(linePath(marks)).toBe('M0,1L1,2M3,4L4,5');
  expect(linePath(marks.slice(3), 'step')).toBe('M3,4L4,4L4,5');
  expect(bandPath(marks.map(({ cx, cy }) => ({ cx, low: cy, high: cy === null ? null : cy + 1 })))).toBe(
    'M0,2L1,3L1,2L0,1ZM3,5L4,6L4,5L3,4Z',
  );
});
