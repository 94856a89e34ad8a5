import fc from 'fast-check';
import { expect, test } from 'vitest';
import { niceTicks, paddedRange, tickDecimals, timeTicks } from './ticks';

test('round ticks inside the range', () => {
  expect(niceTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(niceTicks(29.6, 30.9, 5)).toEqual([29.6, 29.8, 30, 30.2, 30.4, 30.6, 30.8]);
  expect(tickDecimals([29.75, 30, 30.25])).toBe(2);
  expect(tickDecimals([0, 100])).toBe(0);
});

test('ticks are inside, increasing, and not too many', () =>
  fc.assert(
    fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (a, w) => {
      const t = niceTicks(a, a + w, 5);
      expect(t.length).toBeLessThanOrEqual(8);
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
  const labels = (days: number): string[] => timeTicks(from, from + days * 86_400_000, 6).map((t) => t.label);
  expect(labels(1)).toEqual(['06:00', '09:00', '12:00', '15:00', '18:00', '21:00', '2 Nov', '03:00']);
  expect(labels(7)).toEqual(['2 Nov', '3 Nov', '4 Nov', '5 Nov', '6 Nov', '7 Nov', '8 Nov']);
  expect(labels(150)).toEqual(['1 Dec', '1 Jan', '1 Feb', '1 Mar']);
  expect(timeTicks(from, from + 20_000)).toEqual([{ value: from, label: '03:17' }]);
});
