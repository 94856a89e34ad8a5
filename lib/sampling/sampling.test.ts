import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng, fromRows, matrix } from '@/lib/numerics';
import { zernikeValues } from '@/lib/spatial';
import {
  designScores,
  enumerateOptimum,
  forEachSubset,
  greedyField,
  greedyPlan,
  improveField,
  informationGain,
  mutualInformation,
  optimalPlan,
  posteriorTrace,
  subsetCount,
} from './index';
import { information } from './scores';

function candidates(n: number, seed: number) {
  const rng = createRng(seed);
  const x = Array.from({ length: n }, () => 2 * rng.uniform() - 1);
  const y = Array.from({ length: n }, () => 2 * rng.uniform() - 1);
  return { x, y, f: fromRows(x.map((v, i) => [1, v, y[i]!, v * v, v * y[i]!, y[i]! ** 2])) };
}

describe('optimal plans', () => {
  test('exchange reaches the enumerated optimum for D, A and I', () => {
    for (const seed of [1, 2, 3]) {
      const { f } = candidates(14, seed);
      const exact = enumerateOptimum(f, 8);
      expect(optimalPlan(f, 8).logDet).toBeCloseTo(exact.logDet, 8);
      expect(optimalPlan(f, 8, { criterion: 'A' }).traceInverse).toBeCloseTo(exact.aOptimal.traceInverse, 8);
      expect(optimalPlan(f, 8, { criterion: 'I' }).iCriterion).toBeCloseTo(exact.iOptimal.iCriterion, 8);
    }
    expect(subsetCount(25, 9)).toBe(2042975);
  });

  test('Bayesian: with a prior fewer sites than terms suffice, and the exchange reaches the best of all subsets', () => {
    const { f } = candidates(12, 7);
    const prior = matrix(6, 6, information(candidates(9, 8).f, [0, 1, 2, 3, 4, 5, 6, 7, 8], 0));
    for (const criterion of ['D', 'A', 'I'] as const) {
      const plan = optimalPlan(f, 3, { prior, criterion });
      let best = Number.NEGATIVE_INFINITY;
      forEachSubset(12, 3, (set) => {
        const q = designScores(f, Array.from(set), prior.data);
        best = Math.max(best, criterion === 'D' ? q.logDet : criterion === 'A' ? -q.traceInverse : -q.iCriterion);
      });
      expect(criterion === 'D' ? plan.logDet : criterion === 'A' ? -plan.traceInverse : -plan.iCriterion).toBeCloseTo(best, 9);
    }
    expect(() => optimalPlan(f, 3)).toThrow(AppError);
    expect(() => optimalPlan(f, 3, { prior: matrix(2, 2) })).toThrow(/prior is 2 x 2/);
  });

  test('D-optimality does not depend on the basis of the same model', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), (seed) => {
        const { x, y, f } = candidates(20, seed);
        const z = zernikeValues(x, y, 6);
        const a = optimalPlan(f, 9, { starts: 6 }).sites;
        const b = optimalPlan(z, 9, { starts: 6 }).sites;
        expect(designScores(f, a).logDet).toBeCloseTo(designScores(f, b).logDet, 6);
      }),
      { numRuns: 8 },
    );
  });

  test('G: the largest variance shrinks; constraints hold; the full plan has efficiency 1', () => {
    const { x, y, f } = candidates(30, 5);
    const d = optimalPlan(f, 10);
    const g = optimalPlan(f, 10, { criterion: 'G', starts: 4 });
    expect(g.gCriterion).toBeLessThanOrEqual(d.gCriterion + 1e-9);
    const groups = x.map((_, i) => i % 6);
    const c = optimalPlan(f, 10, {
      keep: [3],
      forbidden: [0, 1],
      groups,
      maxPerGroup: 2,
      positions: { x, y },
      minDistance: 0.15,
    });
    expect(c.sites).toContain(3);
    expect(c.sites).not.toContain(0);
    for (let k = 0; k < 6; k++) expect(c.sites.filter((i) => groups[i] === k).length).toBeLessThanOrEqual(2);
    for (const i of c.sites)
      for (const j of c.sites) if (i < j) expect(Math.hypot(x[i]! - x[j]!, y[i]! - y[j]!)).toBeGreaterThanOrEqual(0.15 - 1e-9);
    expect(optimalPlan(f, 30, { starts: 1 }).relativeEfficiency).toBeCloseTo(1, 12);
    expect(d.relativeEfficiency).toBeGreaterThan(1);
    expect(() => optimalPlan(f, 3)).toThrow(AppError);
    expect(() => optimalPlan(matrix(5, 2), 3)).toThrow(AppError);
    expect(greedyPlan(f, 10, 1e-3).logDet).toBeLessThanOrEqual(d.logDet + 1e-9);
  });
});

describe('information gain', () => {
  const prior = (() => {
    const { x, y } = candidates(12, 7);
    const covariance = new Float64Array(144);
    for (let i = 0; i < 12; i++)
      for (let j = 0; j < 12; j++) covariance[i * 12 + j] = Math.exp(-((x[i]! - x[j]!) ** 2 + (y[i]! - y[j]!) ** 2) / 0.5);
    return { n: 12, covariance, noise: 0.05 };
  })();
  test('greedy keeps its submodular bound, gains diminish, exchange does not lose', () => {
    const g = greedyField(prior, 4);
    let best = 0;
    for (let a = 0; a < 12; a++)
      for (let b = 0; b < a; b++)
        for (let c = 0; c < b; c++) for (let d = 0; d < c; d++) best = Math.max(best, informationGain(prior, [a, b, c, d]));
    expect(g.informationGain).toBeGreaterThanOrEqual(g.bound * best);
    for (let k = 1; k < 4; k++) expect(g.steps[k]!).toBeLessThanOrEqual(g.steps[k - 1]! + 1e-12);
    expect(improveField(prior, g.order, informationGain).value).toBeGreaterThanOrEqual(g.informationGain);
    expect(mutualInformation(prior, greedyField(prior, 4, 'mutual_information').order)).toBeGreaterThan(0);
    expect(posteriorTrace(prior, g.order)).toBeLessThan(12);
  });
});
