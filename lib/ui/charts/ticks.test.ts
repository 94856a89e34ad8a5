import fc from 'fast-check';
import { expect, test } from 'vitest';
import { niceTicks, paddedRange, tickDecimals, timeTicks } from './ticks';

test('round ticks inside the range', () => {
  expect(niceTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(niceTicks(29.6, 30.9, 5)).toEqual([29.75, 30, 30.25, 30.5, 30.75]);
  expect(tickDecimals([29.75, 30, 30.25])).toBe(2);
  expect(tickDecimals([0, 100])).toBe(0);
});

test('ticks are inside, increasing, and not too many', () =>
  fc.assert(
    fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (a, w) => {
      const t = niceTicks(a, a + w, 5);
      expect(t.length).toBeLessThanOrEqual(7);
      for (let i = 1; i < t.length; i++) expect(t[i]!).toBeGreaterThan(t[i - 1]!);
      for (const v of t) expect(v >= a - w * 1e-6 && v <= a + w * (1 + 1e-6)).toBe(true);
    }),
  ));

test('ranges skip missing values and never collapse', () => {
  expect(paddedRange([1, Number.NaN, null, 3], 0.5)).toEqual([0, 4]);
  expect(paddedRange([])).toEqual([0, 1]);
  const [lo, hi] = paddedRange([5, 5]);
  expect(hi).toBeGreaterThan(lo);
});

test('time ticks sit on round UTC times', () => {
  const from = Date.UTC(2026, 10, 1, 3, 17);
  const { values, label } = timeTicks(from, from + 86_400_000, 6);
  expect(values.map(label)).toEqual(['06:00', '12:00', '18:00', '2 Nov']);
});
