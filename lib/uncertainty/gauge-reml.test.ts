import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng } from '@/lib/numerics';
import { crossedGauge, type GaugeReadings, nestedGauge, remlGauge } from '.';

interface Truth {
  operator: number;
  part: number;
  interaction: number;
  repeatability: number;
}

function study(o: number, p: number, r: number, s: Truth, seed: number, nested = false): number[][][] {
  const rng = createRng(seed);
  const parts = Array.from({ length: p }, () => s.part * rng.normal());
  return Array.from({ length: o }, () => {
    const bias = s.operator * rng.normal();
    return parts.map((v) => {
      const cell = (nested ? s.part * rng.normal() : v) + bias + s.interaction * rng.normal();
      return Array.from({ length: r }, () => 100 + cell + s.repeatability * rng.normal());
    });
  });
}
const columns = (x: number[][][]): GaugeReadings => ({
  value: x.flat(2),
  operator: x.flatMap((a, i) => a.flatMap((b) => b.map(() => `op ${i}`))),
  part: x.flatMap((a) => a.flatMap((b, j) => b.map(() => j))),
});
const truth: Truth = { operator: 0.5, part: 3, interaction: 0.6, repeatability: 0.4 };

describe('gauge study by restricted maximum likelihood', () => {
  test('balanced with positive components it is the analysis of variance, crossed and nested', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.boolean(), (seed, nested) => {
        const x = study(4, 8, 3, truth, seed, nested);
        const a = nested ? nestedGauge(x) : crossedGauge(x);
        fc.pre(!a.pooled && a.operator > 0 && a.part > 0 && (nested || a.interaction > 0));
        const b = remlGauge(columns(x), { design: nested ? 'nested' : 'crossed' });
        expect(b.convergence.status).toBe('converged');
        for (const k of ['repeatability', 'operator', 'interaction', 'part', 'percentGrr'] as const)
          expect(Math.abs(a[k] - b[k])).toBeLessThan(1e-7 * a.total);
        expect(b.ndc).toBe(a.ndc);
        compared++;
      }),
      { numRuns: 40 },
    );
    expect(compared).toBeGreaterThan(20);
  });

  test('a component that ANOVA would make negative is 0 and named; the likelihood is stationary in the others', () => {
    const x = study(2, 10, 2, { operator: 0, part: 2, interaction: 0, repeatability: 1 }, 11);
    const f = remlGauge(columns(x));
    const held = f.components.filter((c) => c.atBound);
    expect(held.length).toBeGreaterThan(0);
    for (const c of held) expect([c.variance, c.standardError]).toEqual([0, 0]);
    expect(f.convergence.status).toBe('converged');
    expect(f.convergence.score).toBeLessThan(1e-6);
    expect(f.repeatability).toBeGreaterThan(0);
  });

  test('one random effect, unbalanced: the profile likelihood by brute force has its maximum there', () => {
    const groups = [[1.1, 1.3, 0.9], [2.4, 2.2], [0.2, 0.5, 0.4, 0.1], [1.8]];
    const value = groups.flat();
    const part = groups.flatMap((g, i) => g.map(() => i));
    // two operators whose readings do not differ, so that only parts and repeats matter
    const operator = value.map((_, i) => i % 2);
    const f = remlGauge({ value, operator, part }, { interaction: false });
    const likelihood = (sp: number, so: number, se: number): number => {
      const n = value.length;
      const v = Array.from({ length: n }, (_, i) =>
        Array.from(
          { length: n },
          (_, j) => (i === j ? se : 0) + (part[i] === part[j] ? sp : 0) + (operator[i] === operator[j] ? so : 0),
        ),
      );
      // Gaussian elimination on [V | 1 y]
      const m = v.map((r, i) => [...r, 1, value[i]!]);
      let logDet = 0;
      for (let k = 0; k < n; k++) {
        logDet += Math.log(m[k]![k]!);
        for (let i = 0; i < n; i++) {
          if (i === k) continue;
          const q = m[i]![k]! / m[k]![k]!;
          for (let j = k; j < n + 2; j++) m[i]![j]! -= q * m[k]![j]!;
        }
      }
      let [oo, oy, yy] = [0, 0, 0];
      for (let i = 0; i < n; i++) {
        oo += m[i]![n]! / m[i]![i]!;
        oy += (value[i]! * m[i]![n]!) / m[i]![i]!;
        yy += (value[i]! * m[i]![n + 1]!) / m[i]![i]!;
      }
      return -0.5 * (logDet + Math.log(oo) + yy - (oy * oy) / oo + (n - 1) * Math.log(2 * Math.PI));
    };
    const [sp, so, se] = [f.part ** 2, f.operator ** 2, f.repeatability ** 2];
    const top = likelihood(sp, so, se);
    expect(f.logLikelihood).toBeCloseTo(top, 8);
    for (const t of [0.97, 1.03]) {
      expect(likelihood(sp * t, so, se)).toBeLessThan(top);
      expect(likelihood(sp, so, se * t)).toBeLessThan(top);
    }
    expect(likelihood(sp, so + 0.003, se)).toBeLessThan(top);
  });

  test('missing readings are left out and the truth stays within its standard errors', () => {
    const x = study(6, 40, 3, truth, 21);
    const c = columns(x);
    const value = Float64Array.from(c.value, (v, i) => (i % 7 === 3 ? Number.NaN : v));
    const f = remlGauge({ ...c, value }, { tolerance: 30 });
    expect(f.n).toBe(720 - 103);
    // standard errors of the truth, √(2/dof) of each mean square, for 6 operators, 40 parts and 617 readings: the fit's own are held to them as well
    const se = { operator: 0.166, part: 2.05, interaction: 0.045, repeatability: 0.0125 };
    for (const k of f.components) {
      expect(Math.abs(k.variance - truth[k.source] ** 2)).toBeLessThan(3.5 * se[k.source]);
      expect(k.standardError / se[k.source]).toBeGreaterThan(0.4);
      expect(k.standardError / se[k.source]).toBeLessThan(2.5);
    }
    expect(f.precisionToTolerance).toBeCloseTo((6 * f.gauge) / 30, 12);
  });

  test('shift and scale of the readings', () => {
    const c = columns(study(3, 6, 2, truth, 4));
    const a = remlGauge(c);
    const b = remlGauge({ ...c, value: Array.from(c.value, (v) => 1e4 + 25 * v) });
    for (const k of ['repeatability', 'operator', 'interaction', 'part'] as const) expect(b[k]).toBeCloseTo(25 * a[k], 5);
    expect(b.mean).toBeCloseTo(1e4 + 25 * a.mean, 7);
  });

  test('refusals name the remedy', () => {
    const c = columns(study(3, 6, 2, truth, 4));
    expect(() => remlGauge({ ...c, part: [1] })).toThrow(/entries/);
    expect(() => remlGauge({ ...c, operator: c.operator.map(() => 'x') })).toThrow(AppError);
    expect(() => remlGauge({ value: [1, 2, 3, 4], operator: [0, 0, 1, 1], part: [0, 1, 0, 1] }, { interaction: true })).toThrow(
      /read twice/,
    );
    expect(() =>
      remlGauge({ value: new Array(8).fill(2), operator: [0, 0, 0, 0, 1, 1, 1, 1], part: [0, 0, 1, 1, 0, 0, 1, 1] }),
    ).toThrow(/do not vary/);
    const flat = columns(study(2, 3, 2, { ...truth, repeatability: 0 }, 9));
    expect(() => remlGauge(flat)).toThrow(/identical/);
  });
});
