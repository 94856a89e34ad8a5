import { expect, test } from 'vitest';
import { binomialCdf } from '@/lib/numerics';
import { domainShare } from './domain-share';

test("the interval is Clopper and Pearson's: each end is where the tail holds 2.5 %", () => {
  // 3 of 20 of a share: 0.0321 to 0.3789 (their paper's charts; exact by the tails).
  const s = domainShare(20, 3);
  expect([s.low, s.high]).toEqual([expect.closeTo(0.0321, 4), expect.closeTo(0.3789, 4)]);
  expect(1 - binomialCdf(2, 20, s.low)).toBeCloseTo(0.025, 10);
  expect(binomialCdf(3, 20, s.high)).toBeCloseTo(0.025, 10);
  expect(domainShare(50, 0)).toMatchObject({ low: 0, high: expect.closeTo(1 - 0.025 ** (1 / 50), 12) });
  expect(domainShare(50, 50)).toMatchObject({ high: 1 });
});

test('a share in the band passes where the sample can tell, beside it it fails, and a small sample says that it cannot tell', () => {
  expect(domainShare(2000, 20).verdict).toBe('within');
  expect([domainShare(2000, 10).verdict, domainShare(2000, 40).verdict]).toEqual(['within', 'within']);
  expect([domainShare(2000, 9).verdict, domainShare(2000, 41).verdict]).toEqual(['outside', 'outside']);
  expect([domainShare(100, 1).verdict, domainShare(100, 0).verdict, domainShare(100, 4).verdict]).toEqual(['few', 'few', 'few']);
  expect(domainShare(100, 10).verdict).toBe('outside'); // 4.9 to 17.6 %: no sample size is needed to see that
  expect(domainShare(500, 0).verdict).toBe('few'); // up to 0.74 %
});

test('what is no share is refused', () => {
  expect(() => domainShare(0, 0)).toThrow(/a share needs one/);
  expect(() => domainShare(5, 6)).toThrow(/no share/);
});
