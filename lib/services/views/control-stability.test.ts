import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loopCapability } from './control-shared';
import { loopStability } from './control-stability';

test('without delay and one observation a lot the bound is the textbook 2/λ', () => {
  const s = loopStability(0.4, 0, 0, 1)!;
  expect(s.maxGainRatio).toBeCloseTo(5, 10);
  expect(s.used).toBeCloseTo(0.2, 10);
  // Root 1 − λ of the loop: a disturbance falls to 1/e in −1/ln 0.6 lots.
  expect(s.settleLots).toBeCloseTo(-1 / Math.log(0.6), 6);
});

test('several wafers a lot weigh like one observation of weight 1 − (1 − λ)^m', () => {
  expect(loopStability(0.4, 0, 0, 2)!.lambdaLot).toBeCloseTo(0.64, 12);
  expect(loopStability(0.4, 0, 0, 2)!.maxGainRatio).toBeCloseTo(loopStability(0.64, 0, 0, 1)!.maxGainRatio, 10);
});

test('more delay never leaves more room, and nothing is said before a delay was seen', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.05, max: 1, noNaN: true }), fc.integer({ min: 0, max: 6 }), (lambda, d) => {
      expect(loopStability(lambda, d, d + 1, 1)!.used).toBeGreaterThanOrEqual(loopStability(lambda, d, d, 1)!.used - 1e-9);
    }),
  );
  expect(loopStability(0.4, null, null, null)).toBeNull();
});

test('Ppk by hand, and what cannot be had is null', () => {
  const c = loopCapability({ n: 100, mean: 10.5, sigmaOverall: 0.5, sigmaWithin: 0.25 }, 8, 12)!;
  expect(c.ppk).toBeCloseTo(1, 12);
  expect(c.cpk).toBeCloseTo(2, 12);
  expect(c.ppkLow!).toBeLessThan(1);
  expect(loopCapability({ n: 1, mean: 1, sigmaOverall: null, sigmaWithin: null }, 0, 2)).toBeNull();
  expect(loopCapability({ n: 10, mean: 1, sigmaOverall: 1, sigmaWithin: null }, null, null)!.ppk).toBeNull();
});
