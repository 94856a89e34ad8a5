import { expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import {
  autocorrelationTime,
  credibleIntervals,
  type FitProblem,
  fitFromStarts,
  fitGlobal,
  fitModel,
  profileLikelihood,
  samplePosterior,
  sobolPoints,
  splitRHat,
} from './index';

const t = [0, 1, 2, 3, 4, 5, 6, 7];
function line(seed: number): FitProblem {
  const rng = createRng(seed);
  return {
    names: ['a', 'b'],
    model: (p) => Float64Array.from(t, (v) => p[0]! + p[1]! * v),
    data: t.map((v) => 1 + 2 * v + 0.3 * rng.normal()),
    sigma: t.map(() => 0.3),
    start: [0, 0],
    lower: [-10, -10],
    upper: [10, 10],
  };
}

test('Sobol points are those of Joe & Kuo, and a shift keeps one point per stratum', () => {
  // scipy.stats.qmc.Sobol(21, scramble=False), row 33
  const wanted = [0.546875, 0.765625, 0.203125, 0.046875, 0.640625, 0.421875, 0.296875, 0.171875, 0.484375, 0.546875, 0.890625];
  wanted.push(0.453125, 0.953125, 0.484375, 0.484375, 0.609375, 0.671875, 0.546875, 0.921875, 0.015625, 0.828125);
  expect(Array.from(sobolPoints(1, 21, null, 33))).toEqual(wanted);
  const shifted = sobolPoints(64, 5, 3);
  for (let j = 0; j < 5; j++)
    expect(new Set(Array.from({ length: 64 }, (_, i) => Math.floor(64 * shifted[i * 5 + j]!))).size).toBe(64);
  expect(sobolPoints(8, 3, 5, 8)).toEqual(sobolPoints(16, 3, 5).subarray(24));
});

test('a linear model: profile likelihood, posterior and covariance are the same interval', { timeout: 30_000 }, () => {
  const problem = line(1);
  const fit = fitModel(problem);
  const half = 1.959963984540054 * fit.standardErrors[1]!;
  const profile = profileLikelihood(problem, fit, 1);
  expect([profile.lowerEnd, profile.upperEnd]).toEqual(['found', 'found']);
  expect(profile.upper).toBeCloseTo(fit.parameters[1]! + half, 5);
  expect(profile.lower).toBeCloseTo(fit.parameters[1]! - half, 5);
  const sample = samplePosterior(problem, fit, { seed: 2, steps: 3000 });
  expect(sample.isMixed).toBe(true);
  const [, b] = credibleIntervals(sample);
  expect(b!.mean).toBeCloseTo(fit.parameters[1]!, 2);
  expect(b!.standardDeviation / fit.standardErrors[1]!).toBeCloseTo(1, 1);
  expect((b!.upper - b!.lower) / (2 * half)).toBeCloseTo(1, 1);
  expect(samplePosterior(problem, fit, { seed: 2, steps: 3000 }).samples).toEqual(sample.samples);
});

test('relative sigmas: the profile follows the scaled covariance; weights are refused', () => {
  const problem: FitProblem = { ...line(6), covarianceScale: 'residual' };
  const fit = fitModel(problem);
  const wrong: FitProblem = { ...problem, sigma: t.map(() => 0.003) };
  const same = profileLikelihood(wrong, fitModel(wrong), 1);
  expect(same.upper).toBeCloseTo(fit.parameters[1]! + 1.959963984540054 * fit.standardErrors[1]!, 4);
  expect(() => profileLikelihood({ ...problem, weights: t }, fit, 1)).toThrow(/weights/);
  expect(() => samplePosterior({ ...problem, weights: t }, fit, { seed: 1 })).toThrow(/weights/);
});

test('a bent model: the profile interval is lopsided as the exact likelihood is', () => {
  // only a² is measured: a ∈ √(4 ± 1.96·1.5)
  const problem: FitProblem = {
    names: ['a', 'c'],
    model: (p) => Float64Array.of(p[0]! ** 2, p[1]!, p[1]! + p[0]! ** 2),
    data: [4, 1, 5],
    sigma: [1.5, 1, 1e6],
    start: [1.5, 1],
    lower: [0, -100],
    upper: [5, 100],
  };
  const fit = fitModel(problem);
  const r = profileLikelihood(problem, fit, 0);
  expect(r.lower).toBeCloseTo(Math.sqrt(4 - 1.959964 * 1.5), 4);
  expect(r.upper).toBeCloseTo(Math.sqrt(4 + 1.959964 * 1.5), 4);
  const open = profileLikelihood({ ...problem, sigma: [4, 1, 1e6] }, fit, 0);
  expect(open.lowerEnd).toBe('at_bound');
  expect(open.lower).toBe(0);
});

test('a lower minimum met on the way is reported, not ignored', () => {
  const problem: FitProblem = {
    names: ['a', 'b'],
    model: (p) => Float64Array.of((p[0]! ** 2 - 1) ** 2 + 0.5 * (p[0]! + 1), p[1]!),
    data: [0, 0],
    sigma: [0.5, 1],
    start: [0.9, 0.1],
    lower: [-3, -3],
    upper: [3, 3],
  };
  const r = profileLikelihood(problem, fitModel(problem), 0, { confidence: 0.999999 });
  expect([r.lowerEnd, r.upperEnd]).toContain('better_minimum');
  expect(r.betterStart![0]).toBeLessThan(0);
});

test('chains that disagree are refused', () => {
  const problem: FitProblem = {
    names: ['a', 'b'],
    model: (p) => Float64Array.of((p[0]! ** 2 - 9) * 3, p[1]!),
    data: [0, 0],
    sigma: [0.1, 1],
    start: [3, 0],
    lower: [-5, -5],
    upper: [5, 5],
  };
  const wide = { ...fitModel(problem), standardErrors: Float64Array.of(4, 1) };
  const sample = samplePosterior(problem, wide, { seed: 1, steps: 400 });
  expect(sample.isMixed).toBe(false);
  expect(() => credibleIntervals(sample)).toThrow(/not mixed/);
  expect(() => samplePosterior(problem, wide, { seed: 1, walkers: 4 })).toThrow(/walkers/);
});

test('autocorrelation time of an AR(1) chain is (1 + φ)/(1 − φ); R-hat sees a shifted chain', () => {
  const rng = createRng(4);
  const steps = 20000;
  const values = new Float64Array(steps * 4);
  for (let w = 0; w < 4; w++) {
    let v = rng.normal() / Math.sqrt(1 - 0.81);
    for (let k = 0; k < steps; k++) {
      v = 0.9 * v + rng.normal();
      values[k * 4 + w] = v;
    }
  }
  const c = { values, steps, chains: 4 };
  expect(Math.abs(autocorrelationTime(c) - 19)).toBeLessThan(2);
  expect(splitRHat(c)).toBeLessThan(1.01);
  expect(splitRHat({ ...c, values: values.map((v, i) => (i % 4 === 0 ? v + 5 : v)) })).toBeGreaterThan(1.2);
});

/** A cosine in frequency: many local minima. */
const wave: FitProblem = {
  names: ['frequency', 'amplitude'],
  model: (p) => Float64Array.from({ length: 60 }, (_, i) => p[1]! * Math.cos(p[0]! * i * 0.2)),
  data: Float64Array.from({ length: 60 }, (_, i) => 1.5 * Math.cos(3.3 * i * 0.2)),
  sigma: new Float64Array(60).fill(0.1),
  start: [0.5, 1],
  lower: [0.1, 0.1],
  upper: [8, 3],
};

test('several starts and differential evolution find the one minimum that one start misses, with evidence', {
  timeout: 30_000,
}, () => {
  expect(fitModel(wave).chi2).toBeGreaterThan(100);
  for (const method of ['sobol', 'evolution'] as const) {
    const r = fitGlobal(wave, { seed: 3, method, starts: method === 'sobol' ? 40 : 5 });
    expect(r.best.parameters[0]).toBeCloseTo(3.3, 8);
    expect(r.best.isIdentifiable).toBe(true);
    expect(r.minima.reduce((s, m) => s + m.starts, 0)).toBe(r.chi2.length);
    expect(r.minima.length).toBeGreaterThan(1);
    expect(r.minima[1]!.fit.chi2).toBeGreaterThan(100);
  }
  expect(() => fitGlobal({ ...wave, upper: [8, Number.POSITIVE_INFINITY] }, { seed: 1, method: 'sobol' })).toThrow(/amplitude/);
});

test('two minima that the data cannot tell apart are ambiguous, and the parameter is named', () => {
  const r = fitFromStarts({ ...wave, lower: [-8, 0.1] }, [
    [3.2, 1],
    [-3.2, 1],
  ]);
  expect(r.best.warnings.map((w) => [w.kind, w.parameters])).toEqual([['ambiguous', ['frequency']]]);
  expect(r.best.isIdentifiable).toBe(false);
});
