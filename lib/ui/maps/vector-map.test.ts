import fc from 'fast-check';
import { expect, test } from 'vitest';
import { longestWords, prepareVectorMap, sharedArrowScale } from './vector-map.prepare';

const base = { radiusMm: 150, fields: [], fieldWidthMm: 26, fieldHeightMm: 33 };

test('one round legend arrow for all compared maps', () => {
  const s = sharedArrowScale([{ dx: new Float64Array([3, 12]), dy: new Float64Array([4, 5]) }], 26);
  expect(s.legendNm).toBe(5);
  expect(s.mmPerNm).toBeCloseTo((0.45 * 26) / 5, 9);
});

test('the legend is 1, 2 or 5 times a power of ten and not longer than a typical vector', () =>
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.01, max: 500, noNaN: true }), { minLength: 1, maxLength: 50 }), (l) => {
      const { legendNm, mmPerNm } = sharedArrowScale([{ dx: Float64Array.from(l), dy: new Float64Array(l.length) }], 26);
      expect(mmPerNm).toBeGreaterThan(0);
      expect([1, 2, 5]).toContain(Number((legendNm / 10 ** Math.floor(Math.log10(legendNm) + 1e-9)).toFixed(6)));
      expect(legendNm).toBeLessThanOrEqual(Math.max(...l) * 1.001);
    }),
  ));

test('missing marks are counted, the worst are marked', () => {
  const m = prepareVectorMap(
    {
      ...base,
      x: new Float64Array([0, 10, 20]),
      y: new Float64Array(3),
      dx: new Float64Array([1, Number.NaN, 3]),
      dy: new Float64Array([0, 0, 4]),
    },
    { legendNm: 2, mmPerNm: 1 },
    1,
  );
  expect(m.missing).toBe(1);
  expect(m.vectors.filter((v) => v.isWorst).map((v) => v.i)).toEqual([2]);
  expect(m.summary).toContain('longest 5.00 nm at (20.0, 0.0) mm');
});

test('the arrows that stand out are counted, and nothing is said where there is none', () => {
  const of = (n: number): string | null =>
    longestWords({
      vectors: Array.from({ length: n }, (_, i) => ({ i, x: 0, y: 0, dx: 1, dy: 0, length: 1, isWorst: true })),
    });
  expect([0, 1, 5].map(of)).toEqual([null, 'the longest', 'the 5 longest']);
});
