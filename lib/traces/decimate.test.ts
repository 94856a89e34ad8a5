import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimate } from './decimate';

const series = fc.integer({ min: 1, max: 400 }).chain((n) =>
  fc.record({
    y: fc.float64Array({ minLength: n, maxLength: n, noDefaultInfinity: true }),
    keep: fc.array(fc.boolean(), { minLength: n, maxLength: n }),
  }),
);

test('keeps every flagged point, in order, and the extremes', () =>
  fc.assert(
    fc.property(series, fc.integer({ min: 1, max: 60 }), ({ y, keep }, buckets) => {
      const shown = Array.from(decimate(y, keep, buckets));
      expect(shown).toEqual([...new Set(shown)].sort((a, b) => a - b));
      expect(shown).toEqual(expect.arrayContaining([...keep.keys()].filter((i) => keep[i])));
      const finite = Array.from(y).filter((v) => !Number.isNaN(v));
      const drawn = shown.map((i) => y[i]!).filter((v) => !Number.isNaN(v));
      if (finite.length > 0) {
        expect(Math.min(...drawn)).toBe(Math.min(...finite));
        expect(Math.max(...drawn)).toBe(Math.max(...finite));
      }
      expect(shown.length).toBeLessThanOrEqual(3 * buckets + 2 + keep.filter(Boolean).length);
    }),
  ));

test('a short series is shown whole; a long one is bounded', () => {
  expect(Array.from(decimate(new Float64Array([1, 2, 3]), [0, 0, 0], 10))).toEqual([0, 1, 2]);
  const n = 100_000;
  const y = Float64Array.from({ length: n }, (_, i) => Math.sin(i / 50));
  expect(decimate(y, new Uint8Array(n), 480).length).toBeLessThanOrEqual(962);
});
