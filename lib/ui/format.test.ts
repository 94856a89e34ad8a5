import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  asEntered,
  bytes,
  decimalsFor,
  decimalsForRange,
  duration,
  num,
  relativeTime,
  shortTime,
  signed,
  withU,
  withUnit,
} from './format';

test('digits follow the uncertainty with two significant figures', () => {
  expect(decimalsFor(0.05)).toBe(3);
  expect(decimalsFor(0.5)).toBe(2);
  expect(decimalsFor(12)).toBe(0);
  expect(withU(31.6183, 0.052)).toBe('31.618 ± 0.052');
  expect(withU(-12.44, 0.9, 1)).toBe('−12.4 ± 0.9');
  expect(decimalsFor(0)).toBe(3);
  expect(decimalsFor(Number.NaN)).toBe(3);
});

test('missing is a dash, never zero, and zero has no sign', () => {
  expect(num(Number.NaN)).toBe('–');
  expect(num(null)).toBe('–');
  expect(withU(Number.NaN, 0.1)).toBe('–');
  expect(num(-0.0004, 2)).toBe('0.00');
  expect(signed(4.13)).toBe('+4.1');
  expect(signed(-4.13)).toBe('−4.1');
  expect(signed(0.01)).toBe('0.0');
  expect(num(Number.POSITIVE_INFINITY)).toBe('∞');
});

test('large numbers are grouped, tiny ones keep their value', () => {
  expect(num(1234567, 0)).toBe('1\u202f234\u202f567');
  expect(num(1.5e-9, 3)).toBe('1.500e-9');
  expect(bytes(1_536_000)).toBe('1.5 MB');
});

test('a shown number with its decimals is within half a digit of the value', () =>
  fc.assert(
    fc.property(fc.double({ min: -9000, max: 9000, noNaN: true }), fc.integer({ min: 0, max: 5 }), (v, d) => {
      const back = Number(num(v, d).replace('−', '-'));
      expect(Math.abs(back - v)).toBeLessThanOrEqual(0.5 * 10 ** -d + 1e-9);
    }),
  ));

test('range decimals resolve a thousandth of the span', () => {
  expect(decimalsForRange([30.01, 30.44])).toBe(3);
  expect(decimalsForRange(new Float64Array([100, 900]))).toBe(0);
  expect(decimalsForRange([Number.NaN])).toBe(2);
});

test('times: relative for people, absolute in UTC', () => {
  const now = Date.UTC(2026, 10, 2, 14, 2, 7);
  expect(relativeTime(now - 41 * 60_000, now)).toBe('41 min ago');
  expect(relativeTime(now - 2000, now)).toBe('just now');
  expect(relativeTime(now + 3 * 3_600_000, now)).toBe('in 3.0 h');
  expect(relativeTime(null, now)).toBe('never');
  expect(shortTime(now)).toBe('2 Nov 14:02');
  expect(duration(420)).toBe('420 ms');
  expect(duration(7.2 * 86_400_000)).toBe('7.2 d');
});

test('units stand in the header', () => {
  expect(withUnit('Rotation', 'urad')).toBe('Rotation, µrad');
  expect(withUnit('Cpk', null)).toBe('Cpk');
});

test('a number that was entered is written with all its digits, however small or large', () => {
  expect([338.4, 46.8, 47, -0.135, 0.0000025].map((v) => asEntered(v))).toEqual(['338.4', '46.8', '47', '−0.135', '0.0000025']);
  expect([1.25e-7, -1.25e-12, 12_345_678.5].map((v) => asEntered(v))).toEqual(['0.000000125', '−1.25e−12', '12345678.5']);
  expect([asEntered(47, 2), asEntered(46.875, 1), asEntered(null, 1)]).toEqual(['47.00', '46.875', '–']);
});
