import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng, moments, normalCdf } from '@/lib/numerics';
import { type BaselineLimits, baselineLimits, type ChartKind, judge, kindOf, type Memory, type Phase, type RawPoint } from '.';

const USUAL = { lambda: null, widthL: null };
const single = (value: number, i: number): RawPoint => ({ at: i + 1, value, spread: null, n: 1, excluded: false });
const singles = (values: readonly number[]): RawPoint[] => values.map(single);
const range = (v: readonly number[]) => Math.max(...v) - Math.min(...v);
const sd = (v: readonly number[]) => Math.sqrt(moments(v).variance);
const groups = (of: readonly (readonly number[])[], spread: (v: readonly number[]) => number): RawPoint[] =>
  of.map((v, i) => ({ at: i + 1, value: moments(v).mean, spread: spread(v), n: v.length, excluded: false }));

/** A stationary series of standard deviation 1 whose neighbours correlate by `phi`. */
function series(rng: ReturnType<typeof createRng>, n: number, phi: number): number[] {
  let x = rng.normal();
  return Array.from({ length: n }, () => {
    const now = x;
    x = phi * x + Math.sqrt(1 - phi * phi) * rng.normal();
    return now;
  });
}

interface ReferenceCase {
  readonly id: string;
  readonly input: { readonly subgroups: (number | null)[][] };
  readonly expected: { readonly center: number; readonly sigma: number; readonly lcl: number; readonly ucl: number };
}
const reference = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../tests/reference/stats/spc-charts.json'), 'utf8'),
) as { cases: ReferenceCase[] };
const caseOf = (id: string): ReferenceCase => reference.cases.find((c) => c.id === `spc.chart.${id}`)!;

/** NIST/SEMATECH e-Handbook §6.3.2.2: x̄ 50.81, mean moving range 1.8778; its own s is 1.26 times the sigma of that. */
const FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1];
/** The same values in an order in which neighbours do not follow each other. */
const MIXED = [49.6, 52.6, 47.6, 51.2, 47.8, 53.6, 49.9, 52.4, 51.3, 52.1];

describe('singles', () => {
  test('the flow rates of the NIST e-Handbook: moving ranges that are too small give way to the overall sigma', () => {
    const l = baselineLimits('individuals', singles(FLOW), USUAL)!;
    expect(l).toMatchObject({ method: 'overall', used: 10 });
    // R qcc 2.7, sigma by SD/c4 of the same values
    expect([l.cl, l.sigmaWithin, l.lcl, l.ucl]).toEqual(
      [50.81, 2.0910224647800644, 44.53693260565981, 57.0830673943402].map((v) => expect.closeTo(v, 10)),
    );
    expect(l.dispCl).toBeCloseTo((2 / Math.sqrt(Math.PI)) * l.sigmaWithin, 12); // d2 of two is 2/√π
  });

  test('the same values mixed: sigma by the mean moving range, x̄ ∓ 2.66 MR and 3.267 MR of the printed tables', () => {
    const l = baselineLimits('individuals', singles(MIXED), USUAL)!;
    const mr = moments(MIXED.slice(1).map((v, i) => Math.abs(v - MIXED[i]!))).mean;
    expect(l.method).toBe('moving_range');
    expect([l.cl, l.ucl, l.lcl]).toEqual([50.81, 50.81 + 2.66 * mr, 50.81 - 2.66 * mr].map((v) => expect.closeTo(v, 2)));
    expect([l.dispCl, l.dispUcl! / mr, l.dispLcl]).toEqual([expect.closeTo(mr, 12), expect.closeTo(3.267, 3), 0]);
  });

  test('the overall sigma is taken above 1.15 times that of the moving ranges, and only then', () => {
    const methods = new Set<string>();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0, max: 0.7, noNaN: true }), (seed, phi) => {
        const v = series(createRng(seed), 25, phi);
        const l = kindOf('individuals').estimate(singles(v), new Set(), USUAL)!;
        // s/c4 with 4(n − 1)/(4n − 3) for c4, good to 1e-5 at 25, and MR/1.128
        const ratio = (sd(v) * (4 * 25 - 3)) / (4 * 24) / (moments(v.slice(1).map((x, i) => Math.abs(x - v[i]!))).mean / 1.12838);
        fc.pre(Math.abs(ratio - 1.15) > 1e-3);
        methods.add(l.method);
        expect(l.method).toBe(ratio > 1.15 ? 'overall' : 'moving_range');
      }),
      { numRuns: 200 },
    );
    expect(methods.size).toBe(2);
  });

  test('a fault in the baseline is left out once: the limits are those without it, and do not close in further', () => {
    const calm = [...MIXED, ...MIXED.map((v) => v + 0.3)];
    const faulty = [...calm.slice(0, 12), 75, ...calm.slice(12)];
    const l = baselineLimits('individuals', singles(faulty), USUAL)!;
    expect(l.used).toBe(20);
    expect(l).toEqual(kindOf('individuals').estimate(singles(faulty), new Set([12]), USUAL));
    expect(l.cl).toBeCloseTo(moments(calm).mean, 12);
    // 61 lies within the limits that 75 has widened and beyond those without it: it stays in.
    const two = [...faulty, 61];
    const once = baselineLimits('individuals', singles(two), USUAL)!;
    expect(61).toBeGreaterThan(once.ucl!);
    expect(once.used).toBe(21);
  });

  test('values that do not vary have no limits', () => {
    expect(baselineLimits('individuals', singles(Array(25).fill(7)), USUAL)).toBeNull();
    expect(baselineLimits('ewma', singles(Array(25).fill(7)), USUAL)).toBeNull();
  });
});

describe('an EWMA', () => {
  test('its limits are the settled ones about the same centre and sigma; what is left out is judged by 3 sigma', () => {
    const values = [...MIXED, ...MIXED.map((v) => v + 0.3), 75];
    const one = baselineLimits('individuals', singles(values), USUAL)!;
    for (const [weights, half] of [
      [{ lambda: 0.2, widthL: 2.962 }, 2.962 * Math.sqrt(0.2 / 1.8)],
      [USUAL, 2.962 * Math.sqrt(0.2 / 1.8)],
      [{ lambda: 1, widthL: 3 }, 3], // λ = 1 is the chart of the values themselves
    ] as const) {
      const l = baselineLimits('ewma', singles(values), weights)!;
      expect([l.cl, l.sigmaWithin, l.used]).toEqual([one.cl, one.sigmaWithin, 20]);
      expect(l.ucl! - l.cl).toBeCloseTo(half * one.sigmaWithin, 10);
      expect(l.cl - l.lcl!).toBeCloseTo(half * one.sigmaWithin, 10);
    }
  });

  const PHASE: Phase = {
    version: 1,
    effectiveFrom: 0,
    rules: [1],
    cl: 50,
    ucl: 52,
    lcl: 48,
    limitsSource: 'study',
    sigmaWithin: 2,
    dispCl: null,
    dispUcl: null,
    dispLcl: null,
    dispSource: 'study',
    dispSigma: null,
    lambda: 0.2,
    widthL: 3,
  };
  test.each([
    ['of a study', PHASE],
    ['of a study with the usual weights', { ...PHASE, lambda: null, widthL: null }],
    ['given', { ...PHASE, limitsSource: 'given' as const, sigmaWithin: null }],
  ])('limits %s: judged on from the middle, a chart is the same as from its beginning', (_, phase) => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ x: fc.double({ min: 40, max: 60, noNaN: true }), out: fc.boolean() }), {
          minLength: 3,
          maxLength: 30,
        }),
        fc.nat(),
        (list, cut) => {
          const points = list.map(({ x, out }, i) => ({ ...single(x, i), excluded: out && i > 0 }));
          const whole = judge('ewma', [phase], points, null).points;
          const k = 1 + (cut % (points.length - 1));
          const before = JSON.parse(JSON.stringify(whole[k - 1]!.memory)) as Memory;
          judge('ewma', [phase], points.slice(k), before).points.forEach((p, i) => {
            const w = whole[k + i]!;
            expect([p.plotted, p.limits, p.memory]).toEqual([w.plotted, w.limits, w.memory]);
          });
        },
      ),
    );
  });
});

describe('subgroups', () => {
  test.each([
    ['xbar_r', range, 'xbar.pr25.uwave-r', 'r.pr25'],
    ['xbar_s', sd, 'xbar.pr25.uwave-sd', 's.pr25'],
  ] as const)('%s of the piston rings (Montgomery), as R qcc has it', (kind, spread, location, dispersion) => {
    const [x, d] = [caseOf(location), caseOf(dispersion)];
    const l = baselineLimits(kind, groups(x.input.subgroups as number[][], spread), USUAL)!;
    expect([l.cl, l.sigmaWithin, l.lcl, l.ucl]).toEqual(
      [x.expected.center, x.expected.sigma, x.expected.lcl, x.expected.ucl].map((v) => expect.closeTo(v, 10)),
    );
    expect([l.dispCl, l.dispLcl, l.dispUcl]).toEqual(
      [d.expected.center, d.expected.lcl, d.expected.ucl].map((v) => expect.closeTo(v, 10)),
    );
    expect([l.used, l.dispSigma]).toEqual([25, l.sigmaWithin]);
  });

  test('unequal sizes: centre by all values, stored limits for the mean size, rounded', () => {
    const { input, expected } = caseOf('xbar.un.uwave-r');
    const values = input.subgroups.map((g) => g.filter((v): v is number => v !== null));
    const l = kindOf('xbar_r').estimate(groups(values, range), new Set(), USUAL)!;
    expect([l.cl, l.sigmaWithin]).toEqual([expect.closeTo(expected.center, 10), expect.closeTo(expected.sigma, 10)]);
    const n = Math.round(values.flat().length / values.length); // 4.75: five
    expect(n).toBe(5);
    expect(l.ucl! - l.cl).toBeCloseTo((3 * l.sigmaWithin) / Math.sqrt(n), 12);
  });

  test('a baseline of which more than a quarter lies beyond its limits keeps them; up to a quarter is left out', () => {
    const rng = createRng(4);
    const stepped = (moved: number) =>
      groups(
        Array.from({ length: 24 }, (_, i) => Array.from({ length: 5 }, () => rng.normal() + (i < moved ? 6 : 0))),
        range,
      );
    for (const [moved, isKept] of [
      [3, false],
      [12, true],
    ] as const) {
      const points = stepped(moved);
      const first = kindOf('xbar_r').estimate(points, new Set(), USUAL)!;
      const beyond = points.filter((p) => p.value > first.ucl! || p.value < first.lcl!).length;
      expect(beyond > 6).toBe(isKept);
      expect(baselineLimits('xbar_r', points, USUAL)!.used).toBe(isKept ? 24 : 24 - beyond);
    }
  });
});

test('another unit and another zero move the limits of every kind and change no choice', () => {
  const kinds: readonly [ChartKind, (v: readonly number[]) => number][] = [
    ['individuals', range],
    ['ewma', range],
    ['xbar_r', range],
    ['xbar_s', sd],
  ];
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: 0.01, max: 200, noNaN: true }),
      fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      (seed, scale, shift) => {
        const rng = createRng(seed);
        const values = Array.from({ length: 20 }, (_, i) =>
          Array.from({ length: 3 + (i % 3) }, () => rng.normal() + (i === 7 ? 6 : 0)),
        );
        for (const [kind, spread] of kinds) {
          const of = (v: readonly (readonly number[])[]): BaselineLimits =>
            baselineLimits(kind, kindOf(kind).ofSubgroups ? groups(v, spread) : singles(v.map((g) => g[0]!)), USUAL)!;
          const [a, b] = [of(values), of(values.map((g) => g.map((v) => shift + scale * v)))];
          expect([b.method, b.used]).toEqual([a.method, a.used]);
          const near = (got: number, want: number) =>
            expect(Math.abs(got - want)).toBeLessThan(1e-9 * (Math.abs(shift) + 10 * scale));
          for (const at of ['cl', 'ucl', 'lcl'] as const) near(b[at]!, shift + scale * a[at]!);
          for (const size of ['sigmaWithin', 'dispCl', 'dispUcl', 'dispLcl'] as const) near(b[size]!, scale * a[size]!);
        }
      },
    ),
    { numRuns: 40 },
  );
});

describe('what docs/maths/spc.md says of the choices', () => {
  /** Mean share of later points beyond the limits, exactly from the normal distribution, for baselines of 25. */
  function falseAlarms(phi: number): { moving: number; overall: number; chosen: number } {
    const rng = createRng(7);
    const beyond = (lcl: number, ucl: number) => normalCdf(lcl) + normalCdf(-ucl);
    const sum = { moving: 0, overall: 0, chosen: 0 };
    const runs = 2000;
    for (let r = 0; r < runs; r++) {
      const v = series(rng, 25, phi);
      const { mean } = moments(v);
      const half = (3 * moments(v.slice(1).map((x, i) => Math.abs(x - v[i]!))).mean) / 1.12838;
      const s = (3 * sd(v) * 97) / 96;
      const l = baselineLimits('individuals', singles(v), USUAL)!;
      sum.moving += beyond(mean - half, mean + half);
      sum.overall += beyond(mean - s, mean + s);
      sum.chosen += beyond(l.lcl!, l.ucl!);
    }
    return { moving: (100 * sum.moving) / runs, overall: (100 * sum.overall) / runs, chosen: (100 * sum.chosen) / runs };
  }

  test.each([
    [0, { moving: 0.86, overall: 0.63, chosen: 0.71 }],
    [0.4, { moving: 3.56, overall: 1.04, chosen: 1.3 }],
    [0.8, { moving: 24.41, overall: 5.1, chosen: 5.26 }],
  ])('false alarms where neighbours correlate by %d, in per cent', (phi, said) => {
    const found = falseAlarms(phi);
    for (const k of ['moving', 'overall', 'chosen'] as const) expect(found[k], k).toBeCloseTo(said[k], 2);
  });

  test('single values: never 15 % beyond the first limits, so that the quarter speaks of subgroups', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(-50, 50)), {
          minLength: 10,
          maxLength: 40,
        }),
        (v) => {
          const l = kindOf('individuals').estimate(singles(v), new Set(), USUAL);
          if (l === null) return;
          expect(v.filter((x) => x > l.ucl! || x < l.lcl!).length / v.length).toBeLessThan(1.15 ** 2 / 9);
        },
      ),
    );
  });
});
