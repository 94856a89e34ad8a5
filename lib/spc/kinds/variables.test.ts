import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { phase, point } from '@/tests/support/spc-points';
import {
  baselineLimits,
  type ChartKind,
  type Design,
  falseAlarmRate,
  judge,
  kindOf,
  leading,
  type Memory,
  mewmaArl,
  type Phase,
  pcaLimits,
  pcaOfCovariance,
  type RawPoint,
  scorePca,
  studyLimits,
  trainPca,
  variablesStudy,
} from '..';
import r from './fixtures/multivariate.json' with { type: 'json' };

const KINDS = ['t2', 'mewma', 'pca'] as const satisfies readonly ChartKind[];

const row = (vector: readonly number[], i: number, more: Partial<RawPoint> = {}): RawPoint =>
  point(vector.filter((v) => Number.isFinite(v)).length, i, { vector, ...more });
const rowsOf = (list: readonly (readonly number[])[], from = 0): RawPoint[] => list.map((v, i) => row(v, from + i));

/** The phase that a baseline gives, as the service puts it in force and the database keeps it. */
function phaseOf(kind: ChartKind, points: readonly RawPoint[], design: Design | null = null): Phase {
  const l = baselineLimits(kind, points, { lambda: null, widthL: null, design })!;
  return phase({ ...l, rules: kind === 'pca' ? [1, 101] : [1], study: JSON.parse(JSON.stringify(l.study)), design });
}

/** Rows of correlated variables, seeded. */
function process(n: number, p: number, seed = 7): number[][] {
  const rng = createRng(seed);
  return Array.from({ length: n }, () => {
    const common = rng.normal();
    return Array.from({ length: p }, (_, j) => 100 * (j + 1) + (j + 1) * (0.8 * common + 0.6 * rng.normal()));
  });
}

describe('against R', () => {
  const whole = rowsOf(r.baseline);
  const later = rowsOf(r.points, 40);
  // Nothing of that baseline lies beyond its own limits, so that both passes see the same rows.
  test('T² of new points, its limits of both phases and what each variable adds given the others', () => {
    const ph = phaseOf('t2', whole, { alpha: r.alpha });
    expect(ph.ucl).toBeCloseTo(r.phase2, 8);
    expect(ph.cl).toBeCloseTo(r.median, 8);
    expect(ph.study!['phase1Ucl']).toBeCloseTo(r.phase1, 8);
    const { points, violations } = judge('t2', [ph], later, null);
    for (const [i, p] of points.entries()) {
      expect(p.plotted).toBeCloseTo(r.t2[i]!, 8);
      const [c] = kindOf('t2').contributions!(ph, later[i]!, null);
      expect(c!.total).toBeCloseTo(r.t2[i]!, 8);
      for (const [j, q] of c!.of.entries()) expect(q.part).toBeCloseTo(r.conditional[i]![j]!, 7);
    }
    expect(violations.map((v) => v.end)).toEqual([5]);
    expect(leading(kindOf('t2').contributions!(ph, later[5]!, null)[0]!)[0]!.variable).toBe(2);
  });

  test('the average of MEWMA and what each variable adds to it', () => {
    const ph = phaseOf('mewma', whole, { lambda: r.lambda });
    const { points } = judge('mewma', [ph], later, null);
    for (const [i, p] of points.entries()) {
      expect(p.plotted).toBeCloseTo(r.mewma[i]!, 8);
      const [c] = kindOf('mewma').contributions!(ph, later[i]!, p.memory);
      expect(c!.total).toBeCloseTo(r.mewma[i]!, 8);
      for (const [j, q] of c!.of.entries()) expect(q.part).toBeCloseTo(r.mewmaConditional[i]![j]!, 7);
    }
  });

  test('T² and SPE of the components, their limits, parts and residuals', () => {
    const ph = phaseOf('pca', whole, { components: r.components, alpha: r.alpha });
    expect(ph.ucl).toBeCloseTo(r.pcaUcl, 8);
    expect(ph.dispUcl).toBeCloseTo(r.jackson, 8);
    expect(ph.study!['phase1Ucl']).toBeCloseTo(r.pcaPhase1, 8);
    expect(r.h0).toBeGreaterThan(0);
    const { points, violations } = judge('pca', [ph], later, null);
    for (const [i, p] of points.entries()) {
      expect(p.plotted).toBeCloseTo(r.pcaT2[i]!, 8);
      expect(p.dispersion).toBeCloseTo(r.spe[i]!, 8);
      const [t2, spe] = kindOf('pca').contributions!(ph, later[i]!, null);
      for (const [j, q] of t2!.of.entries()) expect(q.part).toBeCloseTo(r.t2Parts[i]![j]!, 8);
      for (const [j, q] of spe!.of.entries()) expect(q.part).toBeCloseTo(r.residuals[i]![j]!, 8);
    }
    expect(violations.some((v) => v.end === 5)).toBe(true);
  });
});

describe('the model of components from the covariance', () => {
  test('is that of the rows', () => {
    const x = process(60, 6);
    const ph = phaseOf('t2', rowsOf(x));
    const s = variablesStudy(ph.study)!;
    const { model } = pcaOfCovariance(s.mean, Float64Array.from(s.covariance.flat()), s.n, { count: 2 }, true);
    const of = trainPca(x, 2);
    for (const v of process(5, 6, 9)) {
      const [a, b] = [scorePca(model, v), scorePca(of, v)];
      expect(a.t2).toBeCloseTo(b.t2, 9);
      expect(a.q).toBeCloseTo(b.q, 9);
    }
    expect(pcaLimits(model, 0.99).qJacksonMudholkar).toBeCloseTo(pcaLimits(of, 0.99).qJacksonMudholkar!, 9);
  });

  test('keeps the fewest components that carry the share, and leaves one direction to SPE', () => {
    const s = variablesStudy(phaseOf('t2', rowsOf(process(60, 6))).study)!;
    const covariance = Float64Array.from(s.covariance.flat());
    const few = pcaOfCovariance(s.mean, covariance, s.n, { share: 0.6 }, true);
    expect(few.explained).toBeGreaterThanOrEqual(0.6);
    expect(pcaOfCovariance(s.mean, covariance, s.n, { count: few.model.components }, true).explained).toBe(few.explained);
    expect(pcaOfCovariance(s.mean, covariance, s.n, { count: 59 }, true).model.components).toBe(5);
    expect(pcaOfCovariance(s.mean, covariance, s.n, { share: 0.999 }, true).model.components).toBeLessThan(6);
  });
});

describe('variables that cannot be judged', () => {
  const x = process(60, 4);
  const spoiled = x.map((v) => [v[0]!, 5, v[1]!, v[0]! - 2 * v[1]!, v[2]!]);
  test('one that does not vary and one that follows from others are left out by name, and the statistic is that of the rest', () => {
    const ph = phaseOf('t2', rowsOf(spoiled));
    const s = variablesStudy(ph.study)!;
    expect([s.kept, s.constant, s.dependent]).toEqual([[0, 2, 4], [1], [3]]);
    const rest = phaseOf('t2', rowsOf(x.map((v) => [v[0]!, v[1]!, v[2]!])));
    expect(ph.ucl).toBe(rest.ucl);
    const a = judge('t2', [ph], rowsOf(spoiled), null).points.map((p) => p.plotted);
    const b = judge('t2', [rest], rowsOf(x.map((v) => [v[0]!, v[1]!, v[2]!])), null).points.map((p) => p.plotted);
    for (const [i, v] of a.entries()) expect(v).toBeCloseTo(b[i]!, 9);
  });
  test('components take what follows from others, and leave out what does not vary', () => {
    const s = variablesStudy(phaseOf('pca', rowsOf(spoiled)).study)!;
    expect([s.kept, s.constant, s.dependent]).toEqual([[0, 2, 3, 4], [1], []]);
  });
  test('two variables that are one have no limits', () => {
    const twins = rowsOf(x.map((v) => [v[0]!, 3 * v[0]! + 1]));
    for (const kind of KINDS) expect(baselineLimits(kind, twins, { lambda: null, widthL: null })).toBeNull();
  });
});

describe('gaps', () => {
  test.each(KINDS)('a point without a variable is a gap of %s, and moves nothing', (kind) => {
    const ph = phaseOf(kind, rowsOf(process(60, 4)));
    const list = process(12, 4, 3);
    const gap = row([list[0]![0]!, Number.NaN, list[0]![2]!, list[0]![3]!], 5);
    const points = rowsOf(list);
    const judged = judge(kind, [ph], [...points.slice(0, 5), gap, ...points.slice(6)], null);
    expect(judged.points[5]).toMatchObject({ limits: null, unjudged: 'variable 2 was not measured' });
    expect(judged.points[5]!.plotted).toBeNaN();
    expect(kindOf(kind).contributions!(ph, gap, null)).toEqual([]);
    const without = judge(kind, [ph], [...points.slice(0, 5), ...points.slice(6)], null);
    expect(judged.points.slice(6)).toEqual(without.points.slice(5));
  });
  test('a baseline uses the points that are whole', () => {
    const list = process(60, 4);
    const points = list.map((v, i) => row(i % 6 === 0 ? [v[0]!, v[1]!, v[2]!, Number.NaN] : v, i));
    expect(variablesStudy(phaseOf('t2', points).study)!.n).toBe(50);
  });
});

test.each(KINDS)('judged in pieces, %s is the same as judged as a whole, through what the database keeps', (kind) => {
  const ph = phaseOf(kind, rowsOf(process(60, 3)));
  fc.assert(
    fc.property(
      fc.array(fc.record({ f: fc.double({ min: -8, max: 8, noNaN: true }), out: fc.boolean(), gap: fc.boolean() }), {
        minLength: 2,
        maxLength: 30,
      }),
      fc.nat(),
      (list, cut) => {
        const base = process(list.length, 3, 11);
        const points = list.map(({ f, out, gap }, i) =>
          row([base[i]![0]! + f, gap && i % 4 === 2 ? Number.NaN : base[i]![1]!, base[i]![2]!], i, {
            excluded: out && i % 3 === 1,
          }),
        );
        const whole = judge(kind, [ph], points, null);
        const at = 1 + (cut % (points.length - 1));
        const before = JSON.parse(JSON.stringify(whole.points[at - 1]!.memory)) as Memory | null;
        expect(judge(kind, [ph], points.slice(at), before).points).toEqual(whole.points.slice(at));
      },
    ),
    { numRuns: 60 },
  );
});

test('the unit of a variable does not matter', () => {
  const x = process(60, 3);
  const other = (v: readonly number[]) => [v[0]! * 1e-6, v[1]! * 2.54 + 32, -v[2]!];
  for (const kind of KINDS) {
    const [a, b] = [phaseOf(kind, rowsOf(x)), phaseOf(kind, rowsOf(x.map(other)))];
    const points = process(20, 3, 5);
    const [p, q] = [judge(kind, [a], rowsOf(points), null).points, judge(kind, [b], rowsOf(points.map(other)), null).points];
    for (const [i, v] of p.entries()) expect(q[i]!.plotted).toBeCloseTo(v.plotted, 7);
  }
});

test('false alarms in control are those of the price', () => {
  const rng = createRng(42);
  const many = Array.from({ length: 1500 }, () => [rng.normal(), rng.normal(), rng.normal()]);
  const later = rowsOf(Array.from({ length: 60_000 }, () => [rng.normal(), rng.normal(), rng.normal()]));
  const ph = phaseOf('pca', rowsOf(many), { components: 1, alpha: 0.01 });
  const { points } = judge('pca', [ph], later, null);
  const share = (f: (p: (typeof points)[number]) => boolean): number => points.filter(f).length / points.length;
  // 60,000 points: a standard error of 0.0004; those of the 1,500 points of the baseline as much again
  for (const of of [share((p) => p.plotted > ph.ucl!), share((p) => p.dispersion! > ph.dispUcl!)]) {
    expect(of).toBeGreaterThan(0.0083);
    expect(of).toBeLessThan(0.0117);
  }
  expect(falseAlarmRate({ kind: 'pca', rules: [1, 101], design: { alpha: 0.01 } })).toBeCloseTo(0.02, 12);
  expect(falseAlarmRate({ kind: 't2', rules: [1], design: { alpha: 0.005 } })).toBeCloseTo(0.005, 12);
  expect(falseAlarmRate({ kind: 'mewma', rules: [1], design: { arl: 500 } })).toBeCloseTo(1 / 500, 12);
  const h = phaseOf('mewma', rowsOf(many), { lambda: 0.2, arl: 500 }).ucl!;
  expect(mewmaArl(0.2, 3, h)).toBeCloseTo(500, 4);
});

test('a shift of one of ten variables that move together is named by every kind', () => {
  const ten = process(120, 10);
  const list = process(40, 10, 21).map((v) => v.map((x, j) => (j === 6 ? x + 7 * 6 : x)));
  for (const kind of KINDS) {
    const ph = phaseOf(kind, rowsOf(ten));
    const points = rowsOf(list);
    const judged = judge(kind, [ph], points, null);
    expect(judged.violations.length).toBeGreaterThan(20);
    const last = judged.points.length - 1;
    const parts = kindOf(kind).contributions!(ph, points[last]!, judged.points[last]!.memory);
    expect(leading(parts.at(-1)!)[0]!.variable).toBe(6);
  }
});

test('a study of limits takes the whole window as one stretch and has no remark about a single value', () => {
  const points = rowsOf(process(80, 3)).map((p, i) => (i === 10 ? { ...p, vector: [1, Number.NaN, 2] } : p));
  for (const kind of KINDS) {
    const study = studyLimits(kind, points, { lambda: null, widthL: null }, { sigma: 'kind', use: 'last' });
    if (!('limits' in study)) throw new Error(`no limits: ${study.why}`);
    expect(study).toMatchObject({
      n: expect.any(Number),
      remarks: [],
      sigmas: null,
      normality: null,
      stretches: [{ from: 0, to: 79 }],
    });
    expect(JSON.parse(JSON.stringify(study))).toEqual(study);
  }
});
