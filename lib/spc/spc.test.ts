import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng, moments } from '@/lib/numerics';
import {
  capability,
  capabilityIndices,
  cusumChart,
  evaluatePoint,
  evaluateSeries,
  ewmaChart,
  individualsChart,
  individualsSigma,
  initialEwma,
  initialRuleState,
  NELSON,
  pChart,
  RULE_PRESETS,
  type RuleState,
  rangeMoments,
  relativeRangeCdf,
  ruleMasks,
  shewhartConstants,
  updateEwma,
  xbarChart,
  zoneScore,
} from './index';

const nistEwma = [52, 47, 53, 49.3, 50.1, 47, 51, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1];
const flow = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1];

describe('constants', () => {
  test('agree with the printed table, n = 2 to 25', () => {
    const table: Record<number, [number, number, number, number, number]> = {
      2: [1.128, 0.8525, 0.7979, 3.267, 3.267],
      5: [2.326, 0.8641, 0.94, 2.114, 2.089],
      10: [3.078, 0.7971, 0.9727, 1.777, 1.716],
      25: [3.931, 0.7084, 0.9896, 1.541, 1.435],
    };
    for (const [n, [d2, d3, c4, D4, B4]] of Object.entries(table)) {
      const c = shewhartConstants(Number(n));
      expect(c.d2).toBeCloseTo(d2, 3);
      expect(c.d3).toBeCloseTo(d3, 3);
      expect(c.c4).toBeCloseTo(c4, 4);
      expect(c.D4).toBeCloseTo(D4, 2);
      expect(c.B4).toBeCloseTo(B4, 2);
    }
  });

  test('n = 2 and 3 in closed form: d2 = 2/√π, d3 = √(2 − 4/π); d3 = √(2 + (3√3 − 9)/π); the range distribution has these moments', () => {
    expect(rangeMoments(2).d2).toBeCloseTo(2 / Math.sqrt(Math.PI), 14);
    expect(rangeMoments(2).d3).toBeCloseTo(Math.sqrt(2 - 4 / Math.PI), 15);
    expect(rangeMoments(3).d3).toBeCloseTo(Math.sqrt(2 + (3 * Math.sqrt(3) - 9) / Math.PI), 15);
    let mean = 0;
    for (let w = 0.005; w < 12; w += 0.01) mean += 0.01 * (1 - relativeRangeCdf(w, 5));
    expect(mean).toBeCloseTo(rangeMoments(5).d2, 4);
    expect(() => shewhartConstants(1)).toThrow(AppError);
  });
});

describe('charts', () => {
  test('individuals: the flow-rate example of the NIST/SEMATECH e-Handbook §6.3.2.2', () => {
    const c = individualsChart(flow);
    expect(c.center).toBeCloseTo(50.81, 10);
    expect(c.mrCenter).toBeCloseTo(1.8778, 4);
    expect(c.ucl).toBeCloseTo(55.8041, 2);
    expect(c.lcl).toBeCloseTo(45.8159, 2);
  });

  test('individuals: a longer span changes sigma, not the plotted moving ranges; later points do not enter the limits', () => {
    const values = [1, 4, 2, 2, 7];
    const c = individualsChart([...values, 30], { span: 3, exclude: [5] });
    expect(c.sigmaWithin).toBeCloseTo((3 + 2 + 5) / 3 / rangeMoments(3).d2, 12);
    expect(Array.from(c.movingRanges)).toEqual([3, 2, 0, 5, 23]);
    expect(c.center).toBeCloseTo(3.2, 12);
    expect(c.beyondLimits).toEqual([5]);
  });

  test('EWMA: the example of §6.3.2.4, and point by point the same as the series', () => {
    const config = { center: 50, sigma: 2.0539, lambda: 0.3, nSigmas: 3 };
    const c = ewmaChart(nistEwma, { ...config, limits: 'asymptotic' });
    expect(c.ucl.at(-1)).toBeCloseTo(52.5884, 3);
    expect(c.beyondLimits).toEqual([]);
    let s = initialEwma(config);
    const exact = ewmaChart(nistEwma, config);
    nistEwma.forEach((x, i) => {
      const step = updateEwma(s, x, config);
      s = step.state;
      expect(step.point!.value).toBeCloseTo(exact.values[i]!, 12);
      expect(step.point!.ucl).toBeCloseTo(exact.ucl[i]!, 12);
    });
  });

  test('shift and scale move limits with the data and leave the judgement alone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9999 }),
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        fc.double({ min: -1e3, max: 1e3, noNaN: true }),
        (seed, scale, shift) => {
          const rng = createRng(seed);
          const groups = Array.from({ length: 12 }, () => Array.from({ length: 4 }, () => rng.normal()));
          const moved = groups.map((g) => g.map((x) => shift + scale * x));
          const a = xbarChart(groups);
          const b = xbarChart(moved);
          expect(b.sigmaWithin).toBeCloseTo(a.sigmaWithin * scale, 6);
          expect(b.ucl[3]).toBeCloseTo(shift + scale * a.ucl[3]!, 6);
          const x = groups.map((g) => g[0]!);
          const z = ruleMasks(
            RULE_PRESETS['nelson-8'],
            x.map((v) => v / 0.8),
          );
          const w = ruleMasks(
            RULE_PRESETS['nelson-8'],
            x.map((v) => (v * scale) / (0.8 * scale)),
          );
          expect(Array.from(w)).toEqual(Array.from(z));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('estimators of sigma agree on independent normal data and the moving range ignores a slow drift', () => {
    const rng = createRng(5);
    const x = Array.from({ length: 20_000 }, () => 3 * rng.normal());
    for (const method of ['mr', 'mr-median', 'mssd', 'sd'] as const) expect(individualsSigma(x, method)).toBeCloseTo(3, 0.5);
    const drifting = x.map((v, i) => v + i * 0.01);
    expect(individualsSigma(drifting)).toBeCloseTo(individualsSigma(x), 2);
    expect(individualsSigma(drifting, 'sd')).toBeGreaterThan(20);
  });

  test('attribute limits are cut at the possible values; Laney leaves plain data nearly alone', () => {
    const c = pChart([0, 1, 2, 0, 1], [10, 10, 10, 10, 10]);
    expect(c.lcl[0]).toBe(0);
    expect(() => pChart([11], [10])).toThrow(AppError);
    const rng = createRng(8);
    const counts = Array.from({ length: 400 }, () =>
      Array.from({ length: 50 }, () => (rng.uniform() < 0.2 ? 1 : 0)).reduce((a: number, b) => a + b, 0),
    );
    expect(
      pChart(
        counts,
        counts.map(() => 50),
        { laney: true },
      ).sigmaZ,
    ).toBeCloseTo(1, 0.9);
  });

  test('CUSUM: a head start makes the first signal come sooner, N+ dates the shift', () => {
    const x = [...Array(10).fill(0), ...Array(10).fill(1.5)] as number[];
    const plain = cusumChart(x, { center: 0, sigma: 1, k: 0.5, h: 4 });
    expect(plain.signalsAbove[0]).toBe(14);
    expect(plain.state.runPlus).toBe(10);
    const early = cusumChart(x.slice(10), { center: 0, sigma: 1, k: 0.5, h: 4, headStart: 2 });
    expect(early.signalsAbove[0]).toBe(2);
  });
});

// The definitions read straight from the page, as a window scan.
function bruteForce(z: readonly number[], x: readonly number[]): Record<string, number[]> {
  const ends = (n: number, test: (w: number[], v: number[]) => boolean) =>
    z
      .map((_, i) => i)
      .filter((i) => i >= n - 1 && test(z.slice(i - n + 1, i + 1) as number[], x.slice(i - n + 1, i + 1) as number[]));
  const steps = (v: number[]) => v.slice(1).map((a, i) => Math.sign(a - v[i]!));
  const count = (w: number[], f: (a: number) => boolean) => w.filter(f).length;
  return {
    N1: ends(1, (w) => Math.abs(w[0]!) > 3),
    N2: ends(9, (w) => w.every((a) => a > 0) || w.every((a) => a < 0)),
    N3: ends(6, (_, v) => steps(v).every((s) => s > 0) || steps(v).every((s) => s < 0)),
    N4: ends(14, (_, v) => steps(v).every((s, i, all) => s !== 0 && (i === 0 || s === -all[i - 1]!))),
    N5: ends(3, (w) => count(w, (a) => a > 2) >= 2 || count(w, (a) => a < -2) >= 2),
    N6: ends(5, (w) => count(w, (a) => a > 1) >= 4 || count(w, (a) => a < -1) >= 4),
    N7: ends(15, (w) => w.every((a) => Math.abs(a) < 1)),
    N8: ends(8, (w) => w.every((a) => Math.abs(a) > 1)),
  };
}

describe('run rules', () => {
  const series = fc.array(fc.constantFrom(-3.5, -3, -2.5, -2, -1.5, -1, -0.5, -0.25, 0, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 3.5), {
    maxLength: 60,
  });
  const rules = RULE_PRESETS['nelson-8'];

  test('all eight agree with a brute-force scan', () => {
    fc.assert(
      fc.property(series, (z) => {
        const { violations } = evaluateSeries(rules, z);
        const want = bruteForce(z, z);
        for (const id of Object.keys(NELSON))
          expect(violations.filter((v) => v.ruleId === id).map((v) => v.end)).toEqual(want[id]);
      }),
      { numRuns: 400 },
    );
  });

  test('long runs: trend, alternation, stratification, mixture', () => {
    const up = [0, 0.1, 0.2, 0.3, 0.4, 0.5];
    expect(evaluateSeries(rules, up).violations.map((v) => v.ruleId)).toEqual(['N3']);
    const zigzag = Array.from({ length: 14 }, (_, i) => (i % 2 === 0 ? 1.5 : -1.5));
    expect(evaluateSeries(rules, zigzag).violations.map((v) => v.ruleId)).toContain('N4');
    expect(evaluateSeries(rules, zigzag).violations.map((v) => v.ruleId)).toContain('N8');
    const flat = Array.from({ length: 15 }, (_, i) => (i % 3 === 0 ? 0.2 : -0.3));
    expect(evaluateSeries(rules, flat).violations.map((v) => v.ruleId)).toEqual(['N7']);
  });

  test('one point at a time through JSON gives what the whole series gives; missing points and restarts too', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(Number.NaN), fc.double({ min: -4, max: 4, noNaN: true })), { maxLength: 50 }),
        (z) => {
          let state: RuleState = initialRuleState(rules);
          const seen: string[] = [];
          let position = 0;
          for (const v of z) {
            const step = evaluatePoint(rules, JSON.parse(JSON.stringify(state)) as RuleState, { z: v, value: v }, position);
            state = step.state;
            if (!Number.isNaN(v)) position++;
            for (const s of step.violations) seen.push(`${s.ruleId}@${s.end}:${s.evidence.join()}`);
          }
          const measured = z.filter((v) => !Number.isNaN(v));
          const whole = evaluateSeries(rules, measured).violations.map((s) => `${s.ruleId}@${s.end}:${s.evidence.join()}`);
          expect(seen).toEqual(whole);
        },
      ),
    );
    const z = Array.from({ length: 9 }, () => 0.5);
    expect(evaluateSeries([NELSON.N2], z).violations).toHaveLength(1);
    expect(evaluateSeries([NELSON.N2], z, z, { restarts: [4] }).violations).toHaveLength(0);
  });

  test('evidence names the points beyond the zone, members the whole window; compound rules join', () => {
    const z = [0.5, 2.5, 0, 2.2];
    const v = evaluateSeries([NELSON.N5], z).violations;
    expect(v).toEqual([
      { ruleId: 'N5', severity: 'warning', end: 3, start: 1, side: 'above', members: [1, 2, 3], evidence: [1, 3] },
    ]);
    const both = {
      id: 'both',
      kind: 'and',
      rules: [
        { ...NELSON.N5, id: 'a' },
        { ...NELSON.N1, id: 'b' },
      ],
    } as const;
    expect(evaluateSeries([both], z).violations).toHaveLength(0);
    expect(evaluateSeries([both], [2.5, 0, 3.2]).violations.map((x) => x.end)).toEqual([2]);
  });

  test('asymmetric limits have asymmetric zones; a missing limit keeps runs alive', () => {
    expect(zoneScore(4, { center: 1, lcl: 0, ucl: 10 })).toBeCloseTo(1, 12);
    expect(zoneScore(0, { center: 1, lcl: 0, ucl: 10 })).toBeCloseTo(-3, 12);
    expect(zoneScore(5, { center: 1, lcl: 0, ucl: Number.POSITIVE_INFINITY })).toBeGreaterThan(0);
    expect(zoneScore(5, { center: 1, lcl: 0, ucl: Number.POSITIVE_INFINITY })).toBeLessThan(1e-9);
  });

  test('in-control rate of rule 1 is that of the normal tail', () => {
    const rng = createRng(31);
    const x = Float64Array.from({ length: 500_000 }, () => rng.normal());
    const hits = ruleMasks(RULE_PRESETS['rule-1'], x).reduce((s, m) => s + (m ? 1 : 0), 0);
    expect(Math.abs(hits - 500_000 * 0.0026998)).toBeLessThan(5 * Math.sqrt(1350));
  });
});

describe('capability', () => {
  test('centred process: Cp = Cpk = 1 at ±3σ, 2700 ppm; one-sided specifications', () => {
    const c = capabilityIndices(10, 1, 100, { lsl: 7, usl: 13, target: 10 });
    expect([c.potential, c.actual, c.aboutTarget]).toEqual([1, 1, 1]);
    expect(c.intervals.potential!.low).toBeLessThan(1);
    const one = capabilityIndices(10, 1, 100, { usl: 14 });
    expect(one.potential).toBeNull();
    expect(one.actual).toBeCloseTo(4 / 3, 12);
    expect(() => capabilityIndices(0, 1, 10, {})).toThrow(AppError);
  });

  test('an unstable or tiny study is not judged, with the reasons', () => {
    const s = moments(flow);
    const c = capability({ mean: s.mean, sigmaWithin: 1, sigmaOverall: 2, n: 10, spec: { lsl: 40, usl: 60 } });
    expect(c.judgeable).toBe(false);
    expect(c.stabilityIndex).toBe(2);
    expect(c.reasons).toHaveLength(2);
  });
});
