import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binomialCdf, createRng, incompleteGamma, normalCdf } from '@/lib/numerics';
import { casesOf, phase, point } from '@/tests/support/spc-points';
import { type ChartKind, cChart, judge, kindOf, npChart, pChart, type RawPoint, type Study, uChart } from '..';
import { exactCountLimits } from './counts';

/** One limit where all samples are of one size. */
type Limits = number | readonly number[];

describe('charts of counts', () => {
  const charts = casesOf('spc-charts.json');
  test.each([
    ['p', 'spc.chart.p.oj'],
    ['p', 'spc.chart.p.wafer'],
    ['np', 'spc.chart.np.oj'],
    ['c', 'spc.chart.c.wafer'],
    ['u', 'spc.chart.u.pcm'],
    ['u', 'spc.chart.u.ccu'],
  ] as const)('%s of %s has the limits of R qcc at every point', (kind, id) => {
    const c = charts.find((q) => q.id === id)!;
    const input = c.input as { counts: number[]; sizes?: number[]; newCounts?: number[]; newSizes?: number[] };
    const of = (counts: readonly number[], sizes: readonly number[] | undefined): RawPoint[] =>
      counts.map((v, i) => point(v, i, { size: sizes?.[i] ?? 1 }));
    const base = of(input.counts, input.sizes);
    const l = kindOf(kind).estimate(base, new Set(), { lambda: null, widthL: null })!;
    const all = [...base, ...of(input.newCounts ?? [], input.newSizes)];
    const { points, violations } = judge(kind, [phase({ ...l, study: l.study!, rules: [1] })], all, null);
    const want = c.expected as { statistics: number[]; lcl: Limits; ucl: Limits; beyondLimits: number[] };
    const limitAt = (l: Limits, i: number): number => (typeof l === 'number' ? l : l[i]!);
    points.forEach((p, i) => {
      expect(p.plotted).toBeCloseTo(want.statistics[i]!, 10);
      expect(p.limits!.ucl ?? 1).toBeCloseTo(limitAt(want.ucl, i), 8);
      expect(p.limits!.lcl ?? 0).toBeCloseTo(limitAt(want.lcl, i), 8);
    });
    expect(violations.map((v) => v.end)).toEqual(want.beyondLimits);
  });

  test('Laney widens by the factor of the command line, for shares and for rates', () => {
    const rng = createRng(2);
    const sizes = Array.from({ length: 30 }, () => 2000 + rng.integer(500));
    const counts = sizes.map((n) => Math.round(n * (0.05 + 0.02 * rng.normal() ** 2)));
    for (const [kind, chart] of [
      ['laney_p', pChart],
      ['laney_u', uChart],
    ] as const) {
      const l = kindOf(kind).estimate(
        counts.map((v, i) => point(v, i, { size: sizes[i]! })),
        new Set(),
        { lambda: null, widthL: null },
      )!;
      const want = chart(counts, sizes, { laney: true });
      expect(l.study!['sigmaZ']).toBeCloseTo(want.sigmaZ, 10);
      const { points } = judge(kind, [phase({ ...l, study: l.study! })], [point(counts[3]!, 0, { size: sizes[3]! })], null);
      expect(points[0]!.limits!.ucl).toBeCloseTo(want.ucl[3]!, 10);
    }
  });

  test('limits of np and c without a plotted share agree with their charts where sizes are equal', () => {
    const counts = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10];
    const np = kindOf('np').estimate(
      counts.map((v, i) => point(v, i, { size: 50 })),
      new Set(),
      { lambda: null, widthL: null },
    )!;
    expect(np.ucl).toBeCloseTo(
      npChart(
        counts,
        counts.map(() => 50),
      ).ucl[0]!,
      10,
    );
    const c = kindOf('c').estimate(
      counts.map((v, i) => point(v, i, { size: 1 })),
      new Set(),
      { lambda: null, widthL: null },
    )!;
    expect(c.ucl).toBeCloseTo(cChart(counts).ucl[0]!, 10);
  });

  test('exact limits hold their tail on each side and are the narrowest that do', () => {
    const tail = normalCdf(-3);
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.6, noNaN: true }),
        fc.integer({ min: 1, max: 3000 }),
        fc.boolean(),
        (rate, size, isShare) => {
          const cdf = isShare
            ? (x: number) => binomialCdf(x, size, rate)
            : (x: number) => (x < 0 ? 0 : incompleteGamma(x + 1, rate * size).q);
          const { ucl, lcl } = exactCountLimits(rate, size, isShare);
          expect(1 - cdf(ucl)).toBeLessThanOrEqual(tail * (1 + 1e-9));
          expect(ucl === 0 || 1 - cdf(ucl - 1) > tail * (1 - 1e-9)).toBe(true);
          if (lcl === null) expect(cdf(0)).toBeGreaterThan(tail);
          else {
            expect(cdf(lcl - 1)).toBeLessThanOrEqual(tail * (1 + 1e-9));
            expect(cdf(lcl)).toBeGreaterThan(tail);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a point that cannot be counted is not judged and says why', () => {
    const study: Study = { rate: 2, sigmaZ: 1, size: 1 };
    const of = (kind: ChartKind, p: RawPoint) => judge(kind, [phase({ study })], [p], null).points[0]!;
    expect(of('u', point(3, 0)).unjudged).toContain('how many units');
    expect(of('c', point(3, 0, { size: 2 })).unjudged).toContain('use a u chart');
    expect(of('p', point(3, 0, { size: 2 })).unjudged).toContain('3 nonconforming items were found among 2');
    expect(of('p', point(3, 0, { size: 2.5 })).unjudged).toContain('whole items');
    expect(of('u', point(3, 0, { size: 2 }))).toMatchObject({ unjudged: null, plotted: 1.5 });
  });

  test('a run of nine counts above the centre signals rule 2, each with the limits of its own size', () => {
    const points = Array.from({ length: 9 }, (_, i) => point(3 + i, i, { size: 1 + i / 10 }));
    const { violations } = judge('u', [phase({ study: { rate: 2, sigmaZ: 1, size: 1 }, rules: [2] })], points, null);
    expect(violations).toMatchObject([{ rule: 2, end: 8, side: 'above' }]);
  });
});
