import { expect, test } from 'vitest';
import { loopCapability } from './loop-head';

test('Ppk by hand, and what cannot be had is null', () => {
  const c = loopCapability({ n: 100, mean: 10.5, sigmaOverall: 0.5, sigmaWithin: 0.25 }, 8, 12)!;
  expect(c.ppk).toBeCloseTo(1, 12);
  expect(c.cpk).toBeCloseTo(2, 12);
  expect(c.ppkLow!).toBeLessThan(1);
  expect(loopCapability({ n: 1, mean: 1, sigmaOverall: null, sigmaWithin: null }, 0, 2)).toBeNull();
  expect(loopCapability({ n: 10, mean: 1, sigmaOverall: 1, sigmaWithin: null }, null, null)!.ppk).toBeNull();
});
