import { expect, test } from 'vitest';
import { subgroupSizeOf } from './subgroup-size';

test('the size that the limits of a study are told for comes out of its sigma', () => {
  const v = { cl: 10.186, ucl: 10.186 + (3 * 0.384) / Math.sqrt(3), sigmaWithin: 0.384, limitsSource: 'study' };
  expect(subgroupSizeOf('xbar_s', v)).toBe(3);
  expect([
    subgroupSizeOf('individuals', v),
    subgroupSizeOf('xbar_s', { ...v, limitsSource: 'given' }),
    subgroupSizeOf('xbar_r', { ...v, sigmaWithin: null }),
  ]).toEqual([null, null, null]);
});
