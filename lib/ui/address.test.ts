import fc from 'fast-check';
import { expect, test } from 'vitest';
import { choice, integer, param, timeWindow } from './address';

const now = Date.UTC(2026, 10, 2);

test('a range in hours or days, or an exact window', () => {
  expect(timeWindow({ range: '8h' }, now)).toEqual({ fromMs: now - 8 * 3_600_000, toMs: now, range: '8h' });
  expect(timeWindow({ from: '2026-10-01T00:00:00Z', to: '2026-10-02T00:00:00Z' }, now)).toEqual({
    fromMs: Date.UTC(2026, 9, 1),
    toMs: Date.UTC(2026, 9, 2),
    range: 'custom',
  });
  expect(timeWindow({ range: 'x' }, now, '3d').range).toBe('7d');
});

test('whatever stands in the address, the window is ordered and bounded', () =>
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (range, from, to) => {
      const w = timeWindow({ range, from, to }, now);
      expect(w.fromMs).toBeLessThan(w.toMs);
      expect(w.toMs - w.fromMs).toBeLessThanOrEqual(400 * 86_400_000);
    }),
  ));

test('params: first value, allowed values, bounded integers', () => {
  expect(param({ a: ['x', 'y'] }, 'a')).toBe('x');
  expect(choice({ view: 'nope' }, 'view', ['raw', 'fit'], 'raw')).toBe('raw');
  expect(integer({ n: '12' }, 'n', 5, 1, 10)).toBe(5);
  expect(integer({ n: '7' }, 'n', 5, 1, 10)).toBe(7);
});

test.each(['\u0000', 'a\u0000b', '\ud800', 'x'.repeat(501)])(
  'a value that no stored text could equal counts as not given: %j',
  (odd) => {
    expect(param({ lot: odd }, 'lot')).toBeNull();
  },
);

test.each(['+275760-09-13T00:00:00Z', '-000001-01-01T00:00:00Z', '0000-01-01T00:00:00Z', '9999-12-31T00:00:00Z', 'NaN', '1e308'])(
  'a time that no record can have falls back: %s',
  (odd) => {
    const now = Date.UTC(2026, 10, 1);
    expect(timeWindow({ from: odd }, now)).toEqual(timeWindow({}, now));
    const { fromMs, toMs } = timeWindow({ from: '2026-10-01T00:00:00Z', to: odd }, now);
    expect([fromMs, toMs]).toEqual([Date.UTC(2026, 9, 1), now]);
  },
);
