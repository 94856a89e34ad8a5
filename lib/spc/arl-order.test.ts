import { expect, test } from 'vitest';
import { AIAG, alternationArl, NELSON, rangeArl, ruleArl, trendArl, WESTGARD } from './index';

test('the order of three points: a trend of two steps ends as the worked recursion says', () => {
  // of 3 points 2 of 6 orders are monotone; the run length of "3 points rising or falling" is that of the first such step pair
  const brute = (n: number, kind: 'trend' | 'alternation') => ruleArl([{ id: 'x', kind, n }], 0, { runs: 60_000, seed: 3 });
  for (const n of [3, 4]) {
    for (const [kind, exact] of [
      ['trend', trendArl(n)],
      ['alternation', alternationArl(n)],
    ] as const) {
      const { arl, standardError } = brute(n, kind);
      expect(Math.abs(exact - arl), `${kind} ${n}: ${exact} against ${arl}`).toBeLessThan(4 * standardError);
    }
  }
  expect([trendArl(2), alternationArl(2)]).toEqual([2, 2]);
}, 60_000);

test.each([
  ['Nelson 3', NELSON.N3, trendArl(6)],
  ['Nelson 4', NELSON.N4, alternationArl(14)],
  ['R-4s', WESTGARD['R-4s'], rangeArl(4)],
] as const)(
  '%s: the integral equation is what a simulation counts',
  (_, rule, exact) => {
    const { arl, standardError } = ruleArl([rule], 0, { runs: 4_000, seed: 11 });
    expect(Math.abs(exact - arl), `${exact} against ${arl} ± ${standardError}`).toBeLessThan(3.5 * standardError);
  },
  60_000,
);

test('a long trend costs what the rate of runs of its length says, and a longer one is rarer', () => {
  // Levene & Wolfowitz (1944): runs up or down of n − 1 steps or more begin at a share 2n/(n + 1)! of the points
  const rate = (n: number) => {
    let f = 1;
    for (let k = 2; k <= n + 1; k++) f *= k;
    return (2 * n) / f;
  };
  expect(trendArl(11) * rate(11)).toBeCloseTo(1, 4);
  expect(trendArl(13)).toBeCloseTo(1 / rate(13), -3);
  expect(trendArl(7)).toBeGreaterThan(trendArl(6));
  expect(AIAG.A7T).toMatchObject({ n: 7 });
});

test('a range moves with the level as a simulation does', () => {
  const { arl, standardError } = ruleArl([WESTGARD['R-4s']], 1, { runs: 2_000, seed: 5 });
  expect(Math.abs(rangeArl(4, 1) - arl)).toBeLessThan(3.5 * standardError);
}, 60_000);
