import { describe, expect, test } from 'vitest';
import { createRng, normalCdf } from '@/lib/numerics';
import { phase, point } from '@/tests/support/spc-points';
import { baselineLimits, judge, kindOf } from '..';
import { exponentialLimits, geometricLimits } from './rare';

describe('rare events', () => {
  test('geometric limits hold their tails; the centre is the median', () => {
    const tail = normalCdf(-3);
    for (const mean of [0.5, 3, 40, 1200, 50_000]) {
      const q = mean / (1 + mean);
      const cdf = (x: number): number => (x < 0 ? 0 : 1 - q ** (Math.floor(x) + 1));
      const { cl, ucl, lcl } = geometricLimits(mean);
      expect(1 - cdf(ucl!)).toBeLessThanOrEqual(tail * (1 + 1e-9));
      expect(1 - cdf(ucl! - 1)).toBeGreaterThan(tail * (1 - 1e-9));
      if (lcl === null) expect(cdf(0)).toBeGreaterThan(tail);
      else expect(cdf(lcl - 1)).toBeLessThanOrEqual(tail * (1 + 1e-9));
      expect(q ** (cl + 1)).toBeCloseTo(cl === 0 ? q : 0.5, 12);
    }
  });

  test('exponential limits of 100 h: 0.135 h and 661 h, centre 69.3 h', () => {
    const { cl, ucl, lcl } = exponentialLimits(100);
    expect([cl, ucl, lcl]).toEqual([expect.closeTo(69.315, 3), expect.closeTo(660.77, 2), expect.closeTo(0.13508, 5)]);
  });

  test('g counts units from event to event, t the time; records without one lengthen the gap', () => {
    const records = [0, 1, 0, 0, 2, 1].map((v, i) => point(v, i, { size: 25 }));
    const g = judge('g', [phase({ study: { mean: 30 } })], records, null).points.map((p) => p.plotted);
    expect(g).toEqual([Number.NaN, 49, Number.NaN, Number.NaN, 73, 24]);
    const events = records.filter((p) => p.value > 0);
    const t = judge('t', [phase({ study: { mean: 3 } })], events, null).points;
    expect(t.map((p) => p.plotted)).toEqual([Number.NaN, 3, 1]);
    expect(t[0]!.unjudged).toContain('first event');
  });

  test('an exponential baseline gives its mean, and the price says 370 points between false alarms', () => {
    const rng = createRng(9);
    let at = 0;
    const events = Array.from({ length: 400 }, (_, i) => {
      at += -Math.log(1 - rng.uniform()) * 5 * 3_600_000;
      return { ...point(1, i), at };
    });
    const l = baselineLimits('t', events, { lambda: null, widthL: null })!;
    expect(l.study!['mean']).toBeGreaterThan(4.4);
    expect(l.study!['mean']).toBeLessThan(5.6);
    expect(kindOf('t').price!(null)!.inControl).toBeCloseTo(370.4, 1);
  });
});
