import { describe, expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { changePoints, LEAST_STRETCH } from './change-points';

const normal = (n: number, seed: string, mean = 0, sd = 1) => {
  const rng = createRng(3, seed);
  return Array.from({ length: n }, () => mean + sd * rng.normal());
};

/** Least cost by trying every cut into at most three stretches. */
function byTrial(x: readonly number[], penalty: number): number {
  const cost = (a: number, b: number): number => {
    const part = x.slice(a, b);
    const mean = part.reduce((s, v) => s + v, 0) / part.length;
    const variance = part.reduce((s, v) => s + (v - mean) ** 2, 0) / part.length;
    return part.length * Math.log(variance);
  };
  const n = x.length;
  let best = cost(0, n);
  for (let i = LEAST_STRETCH; i <= n - LEAST_STRETCH; i++) {
    best = Math.min(best, cost(0, i) + cost(i, n) + penalty);
    for (let j = i + LEAST_STRETCH; j <= n - LEAST_STRETCH; j++)
      best = Math.min(best, cost(0, i) + cost(i, j) + cost(j, n) + 2 * penalty);
  }
  return best;
}

describe('change points', () => {
  test('of a level and of a spread are where they were put', () => {
    const x = [...normal(60, 'a'), ...normal(50, 'b', 2.5), ...normal(70, 'c', 2.5, 3)];
    const cuts = changePoints(x).map((s) => s.to);
    expect(cuts).toHaveLength(3);
    expect(Math.abs(cuts[0]! - 60)).toBeLessThanOrEqual(2);
    expect(Math.abs(cuts[1]! - 110)).toBeLessThanOrEqual(6);
    expect(cuts[2]).toBe(180);
  });

  test('are the best cut there is: no cut of up to three stretches costs less', () => {
    for (let k = 0; k < 12; k++) {
      const x = [...normal(20, `p${k}`), ...normal(16, `q${k}`, 2)].map((v) => Math.max(-1.6, Math.min(3.6, v))); // nothing wild
      const penalty = 4;
      const found = changePoints(x, penalty);
      if (found.length > 3) continue;
      const cost = found.reduce((s, p) => s + (p.to - p.from) * 2 * Math.log(p.sd), 0) + (found.length - 1) * penalty;
      expect(cost).toBeCloseTo(byTrial(x, penalty), 8);
    }
  });

  test.each([30, 100, 300])('one in twenty normal series of %i points is cut, or fewer', (n) => {
    const runs = 400;
    let cut = 0;
    for (let k = 0; k < runs; k++) if (changePoints(normal(n, `n${n}/${k}`)).length > 1) cut++;
    // 20 are expected; beyond 36 lies less than one in a thousand of binomial draws.
    expect(cut).toBeLessThanOrEqual(36);
    expect(cut).toBeGreaterThan(3);
  });

  test('one wild point begins no phase, and neither scale nor origin matter', () => {
    const x = normal(80, 'w');
    x[40] = 25;
    expect(changePoints(x)).toHaveLength(1);
    const y = [...normal(40, 'u'), ...normal(40, 'v', 3)];
    expect(changePoints(y.map((v) => 1e-7 * v + 5)).map((s) => s.to)).toEqual(changePoints(y).map((s) => s.to));
  });

  test('constant, short and empty series are one stretch or none; what is not finite is refused', () => {
    expect(changePoints(new Array(40).fill(2))).toMatchObject([{ from: 0, to: 40, mean: 2, sd: 0 }]);
    expect(changePoints([1, 2, 3])).toHaveLength(1);
    expect(changePoints([])).toEqual([]);
    expect(() => changePoints([1, Number.NaN, 2])).toThrow(/values\.1/);
  });
});
