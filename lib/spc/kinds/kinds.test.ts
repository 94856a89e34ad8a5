import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { casesOf, phase, point } from '@/tests/support/spc-points';
import {
  baselineLimits,
  type ChartKind,
  cusumChart,
  type Design,
  judge,
  kindOf,
  type Memory,
  type Phase,
  type RawPoint,
  threeWayChart,
} from '..';

/** The phase that a baseline gives, as the service puts it in force. */
function phaseOf(kind: ChartKind, points: readonly RawPoint[], design: Design | null = null): Phase {
  const l = baselineLimits(kind, points, { lambda: null, widthL: null, design })!;
  return phase({ ...l, study: l.study ?? null, design });
}

/** What each point must have whatever came in which order. */
const essence = (p: ReturnType<typeof judge>['points'][number]) => ({ ...p, version: 0 });

describe('judged in pieces, a chart is the same as judged as a whole', () => {
  const products = ['A', 'B'];
  const PHASES: readonly (readonly [ChartKind, Partial<Phase>])[] = [
    ['cusum', { study: { center: 50, sigma: 2 }, sigmaWithin: 2, design: { h: 4, headStart: true } }],
    ['cusum', { study: { center: 50, sigma: 2 }, sigmaWithin: 2, design: { h: 2, afterSignal: 'reset' } }],
    ['g', { study: { mean: 20 } }],
    ['t', { study: { mean: 3 } }],
    ['u', { study: { rate: 0.4, sigmaZ: 1, size: 5 }, cl: 0.4 }],
    ['short_run', { cl: 0, ucl: 6, lcl: -6, study: { mean: 0, sigma: 2 } }],
  ];
  test.each(PHASES)('%s %j', (kind, more) => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ x: fc.double({ min: 40, max: 60, noNaN: true }), k: fc.integer({ min: 0, max: 4 }), out: fc.boolean() }),
          { minLength: 2, maxLength: 40 },
        ),
        fc.nat(),
        (list, cut) => {
          const isCount = kindOf(kind).ofCounts === true;
          const points = list.map(({ x, k, out }, i) =>
            point(isCount ? Math.min(k, 2) : x, i, {
              excluded: out && i % 3 === 1,
              size: isCount ? k + 3 : null,
              product: products[k % 2]!,
              target: 50,
            }),
          );
          const whole = judge(kind, [phase(more)], points, null);
          const at = 1 + (cut % (points.length - 1));
          const before = JSON.parse(JSON.stringify(whole.points[at - 1]!.memory)) as Memory | null;
          const rest = judge(kind, [phase(more)], points.slice(at), before);
          // the moving range of the first piece looks back one point, which the service reads as context
          const of = (p: ReturnType<typeof judge>['points'][number], i: number) => {
            const { dispersion, dispersionLimits, ...q } = essence(p);
            return i === 0 ? q : { ...q, dispersion, dispersionLimits };
          };
          expect(rest.points.map(of)).toEqual(whole.points.slice(at).map(of));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a gap between two events goes on over a change of limits, the sums of a CUSUM do not', () => {
    const phases = [phase({ study: { mean: 3 } }), phase({ version: 3, effectiveFrom: 3.5 * 3_600_000, study: { mean: 4 } })];
    const events = [0, 1, 2, 3, 4, 5].map((i) => point(i === 1 || i === 5 ? 1 : 0, i, { size: 10 }));
    const { points } = judge('g', phases, events, null);
    expect(points.map((p) => p.plotted)).toEqual([Number.NaN, 19, Number.NaN, Number.NaN, Number.NaN, 39]);
    const sums = phases.map((p) => ({ ...p, study: { center: 0, sigma: 1 } }));
    const shifted = [0, 1, 2, 3, 4, 5].map((i) => point(2, i));
    expect(judge('cusum', sums, shifted, null).points.map((p) => p.plotted)).toEqual([1.5, 3, 4.5, 1.5, 3, 4.5]);
  });
});

describe('CUSUM', () => {
  test.each(
    casesOf('spc-ewma-cusum.json')
      .filter((c) => c.id.includes('cusum'))
      .map((c) => [c.id, c] as const),
  )('%s has the sums of the tabular CUSUM on the command line', (_, c) => {
    const i = c.input as { subgroups?: number[][]; values?: number[] };
    const values = i.values ?? i.subgroups!.map((g) => g.reduce((a, b) => a + b, 0) / g.length);
    const config = { center: values[0]!, sigma: 0.01 + Math.abs(values[1]! - values[0]!), k: 0.5, h: 4 };
    const want = cusumChart(values, config);
    const design = { k: 0.5, h: 4, target: config.center, sigma: config.sigma };
    const got = judge(
      'cusum',
      [phase({ study: { center: 0, sigma: 1 }, design })],
      values.map((v, k) => point(v, k)),
      null,
    );
    expect(got.points.map((p) => p.plotted)).toEqual([...want.plus]);
    expect(got.points.map((p) => 0 - p.low!)).toEqual([...want.minus]);
    const above = got.violations.filter((v) => v.side === 'above').map((v) => v.end);
    expect(above).toEqual(want.signalsAbove.filter((k) => want.plus[k]! >= want.minus[k]!));
  });

  test('N+ counts the points since the upper sum was last zero, which dates a shift of known place', () => {
    const rng = createRng(11);
    const values = Array.from({ length: 60 }, (_, i) => rng.normal() * 0.2 + (i >= 40 ? 1.5 : 0));
    const { points, violations } = judge(
      'cusum',
      [phase({ study: { center: 0, sigma: 1 } })],
      values.map((v, i) => point(v, i)),
      null,
    );
    const first = violations[0]!;
    expect(first.side).toBe('above');
    expect(first.end - (points[first.end]!.memory!['runPlus'] as number) + 1).toBe(40);
  });

  test('its price is that of the tables: h = 5, k = 0.5 has ARL 465 and finds one sigma in 10.4; a head start costs 35 of them', () => {
    const price = kindOf('cusum').price!({ k: 0.5, h: 5 })!;
    expect(price.inControl).toBeCloseTo(465.44, 1);
    expect(price.afterOneSigma).toBeCloseTo(10.38, 1);
    // Lucas & Crosier (1982), table 2: h = 5, k = 0.5, head start 2.5: 430 in control, 6.35 after one sigma
    const fir = kindOf('cusum').price!({ k: 0.5, h: 5, headStart: true })!;
    expect(fir.inControl).toBeCloseTo(430, -0.5);
    expect(fir.afterOneSigma).toBeCloseTo(6.35, 1);
  });

  test('simulated run lengths agree with the price within three standard errors', () => {
    const rng = createRng(5);
    const design = { k: 0.5, h: 3 };
    const runs = 3000;
    const lengths = Array.from({ length: runs }, () => {
      const walk = kindOf('cusum').walk(phase({ study: { center: 0, sigma: 1 }, design }), null);
      for (let n = 1; ; n++) {
        const { plotted, low } = walk.place(point(rng.normal(), n));
        walk.count();
        if (plotted > 3 || low! < -3) return n;
      }
    });
    const mean = lengths.reduce((a, b) => a + b, 0) / runs;
    const { inControl } = kindOf('cusum').price!(design)!;
    expect(Math.abs(mean - inControl)).toBeLessThan((3 * inControl) / Math.sqrt(runs));
  });
});

describe('short runs', () => {
  const run = (n: number, sigmas: Readonly<Record<string, number>>) => {
    const rng = createRng(21);
    const targets: Readonly<Record<string, number>> = { A: 100, B: 250 };
    return Array.from({ length: n }, (_, i) => {
      const product = i % 2 === 0 ? 'A' : 'B';
      const target = targets[product]!;
      return point(target + sigmas[product]! * rng.normal(), i, { product, target });
    });
  };

  test('deviations of products with one sigma share their limits; one without a target is not judged, by name', () => {
    const base = run(40, { A: 1, B: 1 });
    const p = phaseOf('short_run', base);
    expect(p.sigmaWithin).toBeGreaterThan(0.7);
    expect(p.sigmaWithin).toBeLessThan(1.3);
    const { points, violations } = judge(
      'short_run',
      [{ ...p, rules: [1] }],
      [
        point(250 + 5, 0, { product: 'B', target: 250 }),
        point(7, 1, { product: 'C', target: null }),
        point(100, 2, { product: 'A', target: 100 }),
      ],
      null,
    );
    expect(violations).toMatchObject([{ end: 0, rule: 1, side: 'above' }]);
    expect(points[1]).toMatchObject({ plotted: Number.NaN, limits: null });
    expect(points[1]!.unjudged).toContain('product C has no target');
    expect(points[2]!.dispersion).toBeNull();
  });

  test('the centre line may be the target', () => {
    const base = run(40, { A: 1, B: 1 }).map((p) => ({ ...p, value: p.value + 2 }));
    expect(phaseOf('short_run', base).cl).toBeCloseTo(2, 0);
    const onTarget = phaseOf('short_run', base, { centre: 'target' });
    expect([onTarget.cl, onTarget.ucl! + onTarget.lcl!]).toEqual([0, 0]);
  });

  test('standardised: each product by its own sigma, and one with too few points in the baseline says so', () => {
    const base = [...run(60, { A: 1, B: 10 }), point(33, 60, { product: 'C', target: 30 })];
    const p = phaseOf('standardised', base);
    const sigmas = p.study!['sigmas'] as Readonly<Record<string, number>>;
    expect(Object.keys(sigmas)).toEqual(['A', 'B']);
    expect(sigmas['B']! / sigmas['A']!).toBeGreaterThan(6);
    const of = (product: string, target: number, value: number) =>
      judge('standardised', [{ ...p, rules: [1] }], [point(value, 0, { product, target })], null);
    expect(of('B', 250, 260).violations).toEqual([]);
    expect(of('A', 100, 110).violations).toMatchObject([{ rule: 1, side: 'above' }]);
    expect(of('A', 100, 110).points[0]!.plotted).toBeCloseTo(10 / sigmas['A']!, 12);
    expect(of('C', 30, 31).points[0]!.unjudged).toContain('fewer than 8 points');
  });
});

describe('three-way', () => {
  const lots = (seed: number, lot: number, wafer: number, site: number, n = 200): { points: RawPoint[]; means: number[][] } => {
    const rng = createRng(seed);
    const means = Array.from({ length: n }, () => {
      const level = 100 + lot * rng.normal();
      return Array.from({ length: 5 }, () => level + wafer * rng.normal() + (site * rng.normal()) / 3);
    });
    const points = means.map((g, i) => {
      const mean = g.reduce((a, b) => a + b, 0) / 5;
      const sd = Math.sqrt(g.reduce((s, v) => s + (v - mean) ** 2, 0) / 4);
      return point(mean, i, { spread: sd, n: 5, vector: [site, 9] });
    });
    return { points, means };
  };

  test('location and moving range are those of the three-way chart on the command line', () => {
    const { points, means } = lots(4, 2, 1, 3, 30);
    const want = threeWayChart(means);
    const l = kindOf('three_way').estimate(points, new Set(), { lambda: null, widthL: null })!;
    expect([l.cl, l.ucl, l.lcl]).toEqual(
      [want.location.center, want.location.ucl, want.location.lcl].map((v) => expect.closeTo(v, 10)),
    );
  });

  test('sites, wafers and lots get back the sigma they were made with', () => {
    const { points } = lots(8, 2, 1, 3, 2000);
    const { study } = kindOf('three_way').estimate(points, new Set(), { lambda: null, widthL: null })!;
    const of = (name: string) => study![name] as number;
    expect(of('withinWafer')).toBeCloseTo(3, 10);
    expect(Math.abs(of('betweenWafers') - 1)).toBeLessThan(0.06);
    expect(Math.abs(of('betweenLots') - 2)).toBeLessThan(0.12);
  });

  test('the spread within a lot has its own rule, beside that of the moving range', () => {
    const p = { ...phaseOf('three_way', lots(4, 1, 1, 3, 40).points), rules: [1, 101, 201] };
    const wide = point(p.cl!, 0, { spread: 9, n: 5 });
    const { points, violations } = judge('three_way', [p], [wide, point(p.cl! + 8, 1, { spread: 1, n: 5 })], null);
    expect(points[0]).toMatchObject({ within: 9, dispersion: null });
    expect(violations.map((v) => [v.rule, v.end])).toEqual([
      [1, 1],
      [101, 1],
      [201, 0],
    ]);
  });
});
