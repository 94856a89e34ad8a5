import { expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { cofit, type Dataset, fitModel, fitParameterised, type ParameterSpec, parameterise } from './index';

const x = Array.from({ length: 20 }, (_, i) => i / 10);
/** A peak: height, position, width, offset. */
const peak = (p: Float64Array): Float64Array =>
  Float64Array.from(x, (v) => p[0]! * Math.exp(-0.5 * ((v - p[1]!) / p[2]!) ** 2) + p[3]!);
const sigma = new Float64Array(20).fill(0.05);
const noisy = (p: number[], seed: number): Float64Array => {
  const rng = createRng(seed);
  return peak(Float64Array.from(p)).map((v) => v + 0.05 * rng.normal());
};
const free = (name: string, start: number): ParameterSpec => ({ kind: 'free', name, start, lower: -10, upper: 10 });

test('all free is the plain fit; a fixed parameter takes no part', () => {
  const data = noisy([2, 1, 0.4, 0.3], 1);
  const names = ['height', 'position', 'width', 'offset'];
  const plain = fitModel({ names, model: peak, data, sigma, start: [1.8, 0.9, 0.5, 0.2] });
  const same = fitParameterised({
    model: peak,
    data,
    sigma,
    parameters: names.map((n, i) => free(n, [1.8, 0.9, 0.5, 0.2][i]!)),
  });
  for (let i = 0; i < 16; i++) expect(same.covariance[i]).toBeCloseTo(plain.covariance[i]!, 9);
  const fixed = fitParameterised({
    model: peak,
    data,
    sigma,
    parameters: [free('height', 1.8), free('position', 0.9), free('width', 0.5), { kind: 'fixed', name: 'offset', value: 0.3 }],
  });
  expect(fixed.values[3]).toBe(0.3);
  expect(fixed.standardErrors[3]).toBe(0);
  expect(fixed.standardErrors[0]).toBeLessThan(plain.standardErrors[0]!);
});

test('a tie is the fit of the reduced model, and the tied value carries its covariance', () => {
  const data = noisy([2, 1, 0.5, 0.25], 2);
  const tied = fitParameterised({
    model: peak,
    data,
    sigma,
    parameters: [
      free('height', 1.8),
      { kind: 'tied', name: 'position', constant: 0, terms: [{ name: 'width', factor: 2 }] },
      free('width', 0.45),
      { kind: 'tied', name: 'offset', constant: -0.25, terms: [{ name: 'width', factor: 1 }] },
    ],
  });
  const reduced = fitModel({
    names: ['height', 'width'],
    model: (p) => peak(Float64Array.of(p[0]!, 2 * p[1]!, p[1]!, p[1]! - 0.25)),
    data,
    sigma,
    start: [1.8, 0.45],
  });
  expect(tied.values[1]).toBeCloseTo(2 * reduced.parameters[1]!, 9);
  expect(tied.standardErrors[1]).toBeCloseTo(2 * reduced.standardErrors[1]!, 9);
  expect(tied.covariance[1 * 4 + 2]).toBeCloseTo(2 * reduced.covariance[3]!, 9);
});

test('fed forward: a held value with u equals the GUM shift; a prior is the better estimate; both agree when the data say nothing', () => {
  const data = noisy([2, 1, 0.4, 0.3], 3);
  const others = [free('height', 1.8), free('position', 0.9), free('width', 0.5)];
  const run = (value: number, use: 'prior' | 'propagate', u: number) =>
    fitParameterised({
      model: peak,
      data,
      sigma,
      parameters: [...others, { kind: 'fed', name: 'offset', value, standardUncertainty: u, use }],
    });
  const held = run(0.3, 'propagate', 0.02);
  const shift = (run(0.301, 'propagate', 0.02).values[0]! - run(0.299, 'propagate', 0.02).values[0]!) / 0.002;
  // the shift of the minimum is linear here up to the curvature of the model
  expect(held.influence[0]).toBeCloseTo(shift, 1);
  const bare = fitParameterised({
    model: peak,
    data,
    sigma,
    parameters: [...others, { kind: 'fixed', name: 'offset', value: 0.3 }],
  });
  expect(held.covariance[0]).toBeCloseTo(bare.covariance[0]! + (0.02 * held.influence[0]!) ** 2, 10);
  expect(held.standardErrors[3]).toBeCloseTo(0.02, 12);
  const weights = Float64Array.from({ length: 20 }, (_, i) => 1 + i);
  const emphasised = (value: number) =>
    fitParameterised({
      model: peak,
      data,
      sigma,
      weights,
      parameters: [...others, { kind: 'fed', name: 'offset', value, standardUncertainty: 0.02, use: 'propagate' }],
    });
  const moved = (emphasised(0.301).values[0]! - emphasised(0.299).values[0]!) / 0.002;
  expect(emphasised(0.3).influence[0]).toBeCloseTo(moved, 1);
  const prior = run(0.3, 'prior', 0.02);
  expect(prior.standardErrors[3]).toBeLessThan(0.02);
  expect(prior.standardErrors[0]).toBeLessThan(held.standardErrors[0]!);
  expect(prior.fit.warnings).toEqual([]);
});

test('a prior on an unmeasured parameter is named, unless it was fed forward', () => {
  const data = noisy([2, 1, 0.4, 0.3], 4);
  const model = (p: Float64Array) => peak(p).map((v, i) => v + 1e-3 * Math.cos(9 * x[i]!) * (p[4]! - 1.5));
  const spec = (last: ParameterSpec) =>
    fitParameterised({
      model,
      data,
      sigma,
      parameters: [free('height', 1.8), free('position', 0.9), free('width', 0.5), free('offset', 0.2), last],
    });
  const r = spec({ kind: 'free', name: 'index', start: 1.5, lower: 1, upper: 2, prior: { mean: 1.5, standardDeviation: 0.01 } });
  expect(r.fit.warnings.map((w) => [w.kind, w.parameters])).toEqual([['prior_dominated', ['index']]]);
  expect(r.fit.isIdentifiable).toBe(false);
  expect(spec({ kind: 'fed', name: 'index', value: 1.5, standardUncertainty: 0.01 }).fit.isIdentifiable).toBe(true);
  const wide = spec({ kind: 'free', name: 'index', start: 1.5, lower: -1e3, upper: 1e3, requiredStandardError: 0.1 });
  expect(wide.fit.warnings.map((w) => [w.kind, w.parameters])).toEqual([['undetermined', ['index']]]);
});

const site = (i: number, seed: number): Dataset => ({
  name: `site ${i}`,
  model: (q) => peak(Float64Array.of(q[0]!, q[1]!, q[2]!, 0.1)),
  data: noisy([2 + 0.1 * i, 1, 0.4, 0.1], seed),
  sigma,
  parameters: [`height ${i}`, 'position', 'width'],
});

test('co-fit: shared parameters are the better known; with nothing shared every set is its own fit', () => {
  const sites = [0, 1, 2, 3].map((i) => site(i, 10 + i));
  const joint = cofit(sites, [free('position', 0.9), free('width', 0.5), ...[0, 1, 2, 3].map((i) => free(`height ${i}`, 1.9))]);
  expect(joint.fit.isIdentifiable).toBe(true);
  const alone = cofit([sites[0]!], [free('position', 0.9), free('width', 0.5), free('height 0', 1.9)]);
  expect(joint.standardErrors[0]! / alone.standardErrors[0]!).toBeCloseTo(0.5, 1);
  expect(joint.datasets.reduce((s, d) => s + d.chi2, 0)).toBeCloseTo(joint.fit.chi2, 8);
  const own = sites.map((s, i) => ({ ...s, parameters: [`height ${i}`, `position ${i}`, `width ${i}`] }));
  const split = cofit(
    own,
    own.flatMap((s) => s.parameters.map((n) => free(n, n.startsWith('h') ? 1.9 : n.startsWith('p') ? 0.9 : 0.5))),
  );
  expect(split.values[0]).toBeCloseTo(alone.values[2]!, 7);
  expect(split.covariance[0]).toBeCloseTo(alone.covariance[8]!, 9);
});

test('weights: the covariance is what the weighted estimate scatters by', () => {
  let spread = 0;
  let predicted = 0;
  const n = 300;
  for (let seed = 0; seed < n; seed++) {
    const sets = [site(0, 2 * seed + 1), { ...site(0, 2 * seed + 2), name: 'b', weight: 25 }];
    const r = cofit(sets, [free('position', 1), free('width', 0.4), free('height 0', 2)]);
    spread += (r.values[2]! - 2) ** 2 / n;
    predicted += r.covariance[8]! / n;
  }
  expect(Math.sqrt(spread / predicted)).toBeGreaterThan(0.9);
  expect(Math.sqrt(spread / predicted)).toBeLessThan(1.1);
});

test('relative sigmas scale the covariance and leave the goodness of fit unjudged', () => {
  const data = noisy([2, 1, 0.4, 0.3], 5);
  const problem = { names: ['a', 'b', 'c', 'd'], model: peak, data, start: [1.8, 0.9, 0.5, 0.2] };
  const known = fitModel({ ...problem, sigma });
  const relative = fitModel({ ...problem, sigma: sigma.map((s) => s / 100), covarianceScale: 'residual' });
  expect(relative.covariance[0]).toBeCloseTo((known.covariance[0]! * known.chi2) / known.degreesOfFreedom, 8);
  expect(relative.pValue).toBeNaN();
  expect(relative.isIdentifiable).toBe(true);
});

test('bad parameters are refused by name', () => {
  expect(() => parameterise([free('a', 1), free('a', 1)])).toThrow(/twice/);
  expect(() => parameterise([free('a', 1), { kind: 'tied', name: 'b', constant: 0, terms: [{ name: 'c', factor: 1 }] }])).toThrow(
    /unknown/,
  );
  expect(() => parameterise([{ kind: 'fixed', name: 'a', value: 1 }])).toThrow(/free/);
  expect(() => parameterise([free('b', 1), { kind: 'fed', name: 'a', value: 1, standardUncertainty: 0 }])).toThrow(/a is fed/);
  expect(() => cofit([site(7, 1)], [free('position', 1)])).toThrow(/site 7/);
});
