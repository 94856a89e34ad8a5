import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng, normalCdf } from '@/lib/numerics';
import {
  andersonDarling,
  boxCox,
  boxCoxCapability,
  cusumArl,
  ewmaArl,
  ewmaLimit,
  hotellingBase,
  hotellingLimits,
  hotellingT2,
  mewmaArl,
  NELSON,
  pcaLimits,
  percentileCapability,
  ruleArl,
  scorePca,
  shortRunStatistics,
  threeWayChart,
  trainPca,
  WESTERN_ELECTRIC,
} from './index';

describe('average run lengths', () => {
  test('limit cases: λ = 1 is the Shewhart chart; the tables of Lucas & Saccucci and of Montgomery', () => {
    expect(ewmaArl(1, 3, 0)).toBeCloseTo(370.398, 3);
    expect(ewmaArl(0.999999, 3, 1)).toBeCloseTo(ewmaArl(1, 3, 1), 2);
    expect(ewmaArl(0.1, 2.814, 0)).toBeCloseTo(500, -1);
    expect(cusumArl(0.5, 4, 1)).toBeCloseTo(8.38, 2);
    expect(ewmaArl(0.2, ewmaLimit(0.2, 370), 0)).toBeCloseTo(370, 6);
    expect(() => ewmaArl(0, 3, 0)).toThrow(AppError);
  });

  test('MEWMA with one variable is the two-sided EWMA', () => {
    expect(mewmaArl(0.2, 1, 2.9 ** 2)).toBeCloseTo(ewmaArl(0.2, 2.9, 0), 4);
  });

  test('the four Western Electric rules: 91.75 of Champ & Woodall; chain and simulation agree', () => {
    const r = ruleArl(Object.values(WESTERN_ELECTRIC), 0);
    expect(r.arl).toBeCloseTo(91.75, 2);
    expect(r.method).toBe('markov_chain');
    const set = [NELSON.N1, NELSON.N2];
    const exact = ruleArl(set, 0.5).arl;
    const simulated = ruleArl(
      [
        ...set,
        {
          id: 'never',
          kind: 'and',
          rules: [
            { id: 'a', kind: 'within', n: 1, sigma: 1 },
            { id: 'b', kind: 'beyond', k: 1, n: 1, sigma: 2, side: 'any' },
          ],
        },
      ],
      0.5,
      { runs: 4000 },
    );
    expect(simulated.method).toBe('simulation');
    // a run length is about as scattered as it is long: five standard errors of 4,000 of them
    expect(Math.abs(simulated.arl - exact)).toBeLessThan((5 * exact) / Math.sqrt(4000));
    const claimed = simulated.standardError / (exact / Math.sqrt(4000));
    expect(claimed).toBeGreaterThan(0.8);
    expect(claimed).toBeLessThan(1.2);
  });
});

describe('multivariate', () => {
  test('T² does not change under any invertible linear map of the variables, and its contributions add up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), (seed) => {
        const rng = createRng(seed);
        const x = Array.from({ length: 20 }, () => [rng.normal(), 3 + 2 * rng.normal(), rng.normal()]);
        const m = [
          [2, 0.3, -1],
          [0.1, 1.5, 0.2],
          [0.4, -0.6, 1.1],
        ];
        const map = (v: number[]) => m.map((row) => 5 + row.reduce((s, a, j) => s + a * v[j]!, 0));
        const a = hotellingT2(hotellingBase(x), x[3]!);
        const b = hotellingT2(hotellingBase(x.map(map)), map(x[3]!));
        expect(b.t2).toBeCloseTo(a.t2, 7);
        expect(a.contributions.reduce((s, v) => s + v, 0)).toBeCloseTo(a.t2, 9);
        expect(a.t2).toBeLessThan(hotellingLimits(hotellingBase(x), 1 - 1e-12).phase1 + 1e-6);
      }),
      { numRuns: 30 },
    );
    expect(() =>
      hotellingBase([
        [1, 2],
        [3, 4],
      ]),
    ).toThrow(AppError);
  });

  test('PCA: T² + Q with all components left in equals Hotelling T²; limits hold their level', () => {
    const rng = createRng(5);
    const x = Array.from({ length: 400 }, () => {
      const f = rng.normal();
      return [f + 0.3 * rng.normal(), -f + 0.3 * rng.normal(), 2 * f + 0.3 * rng.normal(), rng.normal()];
    });
    const full = trainPca(x, 4, { scale: false });
    expect(scorePca(full, x[7]!).t2).toBeCloseTo(hotellingT2(hotellingBase(x), x[7]!).t2, 7);
    const m = trainPca(x, 2);
    const l = pcaLimits(m, 0.95);
    const over = x.filter((r) => scorePca(m, r).q > l.qJacksonMudholkar!).length;
    expect(Math.abs(over / 400 - 0.05)).toBeLessThan(0.03);
    expect(l.t2Beta).toBeLessThan(l.t2New);
  });
});

describe('other charts and capability', () => {
  test('a three-way chart separates the spread inside from that between', () => {
    const rng = createRng(9);
    const groups = Array.from({ length: 300 }, () => {
      const wafer = 2 * rng.normal();
      return Array.from({ length: 5 }, () => 50 + wafer + 0.5 * rng.normal());
    });
    const c = threeWayChart(groups);
    expect(c.sigmaWithin).toBeCloseTo(0.5, 1);
    expect(Math.abs(c.sigmaBetween - 2)).toBeLessThan(0.4);
    expect(c.location.beyondLimits.length).toBeLessThan(6);
  });

  test('short runs share a chart', () => {
    expect(
      Array.from(shortRunStatistics([11, 105], ['a', 'b'], { a: { target: 10, sigma: 1 }, b: { target: 100, sigma: 5 } })),
    ).toEqual([1, 1]);
    expect(() => shortRunStatistics([1], ['x'], {})).toThrow(/x/);
  });

  test('non-normal capability: percentiles and Box–Cox find the lognormal, the test of normality sees it', () => {
    const rng = createRng(4);
    const x = Array.from({ length: 5000 }, () => Math.exp(0.5 * rng.normal()));
    expect(boxCox(x).lambda).toBeCloseTo(0, 1);
    const usl = Math.exp(0.5 * 4.5);
    expect(boxCoxCapability(x, { usl }).actual).toBeCloseTo(1.5, 0.9);
    expect(percentileCapability(x, { usl }).actual).toBeGreaterThan(1.2);
    expect(andersonDarling(x.slice(0, 200), normalCdf).pValue).toBeLessThan(0.001);
    expect(andersonDarling(x.slice(0, 200).map(Math.log), normalCdf).pValue).toBeGreaterThan(0.01);
    expect(() => percentileCapability([1, 2], { usl: 3 })).toThrow(AppError);
  });
});
