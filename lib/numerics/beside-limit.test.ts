import fc from 'fast-check';
import { expect, test } from 'vitest';
import { besideLimit, towardsZero } from './beside-limit';

test('a number that exceeds a limit is written with the digits that show it', () => {
  expect(besideLimit(1.2504, 1.25)).toBe('1.2504');
  expect(besideLimit(1.25, 1.25)).toBe('1.25');
  expect(besideLimit(0.7996, 0.8)).toBe('0.7996');
  expect(besideLimit(3.8049, 1)).toBe('3.8');
  expect(besideLimit(1.0000000001, 1)).toBe('1.0000000001');
});

test('whatever the numbers, the text lies on the side of the limit on which the number lies', () =>
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
      (limit, by) => {
        const value = limit + by;
        expect(Math.sign(Number(besideLimit(value, limit)) - limit)).toBe(Math.sign(value - limit));
      },
    ),
  ));

test('a bound is told by a number within it', () => {
  expect(towardsZero(0.2996)).toBe('0.29');
  expect(towardsZero(0.3)).toBe('0.3');
  expect(towardsZero(0.29999999999)).toBe('0.29');
  expect(towardsZero(1)).toBe('1');
  expect(towardsZero(-0.0478, 2)).toBe('-0.047');
  expect(towardsZero(0.0301)).toBe('0.03');
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1, noNaN: true }), (v) => {
      const said = Number(towardsZero(v));
      expect(said).toBeLessThanOrEqual(v);
      expect(said).toBeGreaterThan(0.89 * v);
    }),
  );
});
