import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng } from '@/lib/numerics';
import {
  completeResult,
  type FitProblem,
  fitParameterised,
  fitShared,
  freeProblem,
  heldDerivatives,
  joinDatasets,
  type ParameterisedProblem,
  type ParameterSpec,
  parameterise,
} from './index';

const X = Array.from({ length: 24 }, (_, i) => 0.25 * i);
const SITES = 7;
const truth = { rate: 0.8, offset: 0.2, known: 1.5 };
const amplitude = (s: number): number => 2 + 0.15 * s;

/** a·exp(−rate·x) + offset·cos(known·x): amplitude own, rate and offset shared, known held. */
const model = (p: ArrayLike<number>): Float64Array =>
  Float64Array.from(X, (x) => p[0]! * Math.exp(-p[1]! * x) + p[2]! * Math.cos(p[3]! * x));
const sigma = new Float64Array(X.length).fill(0.02);
const noisy = (s: number): Float64Array => {
  const rng = createRng(40 + s);
  return model([amplitude(s), truth.rate, truth.offset, truth.known]).map((v) => v + 0.02 * rng.normal());
};
const free = (name: string, start: number, lower: number, upper: number): ParameterSpec => ({
  kind: 'free',
  name,
  start,
  lower,
  upper,
});
const held: ParameterSpec = { kind: 'fed', name: 'known', value: truth.known, standardUncertainty: 0.02, use: 'propagate' };
const specs = (own: string, upper = 2): ParameterSpec[] => [
  free(own, 1, 0, 10),
  free('rate', 0.5, 0.1, upper),
  free('offset', 0, -1, 1),
  held,
];
const siteProblem = (s: number, upper?: number): ParameterisedProblem => ({
  parameters: specs('amplitude', upper),
  model,
  data: noisy(s),
  sigma,
});

function joint(upper?: number) {
  const sites = Array.from({ length: SITES }, (_, s) => {
    const problem = siteProblem(s, upper);
    const p = parameterise(problem.parameters);
    return { problem, p, free: freeProblem(problem, p) };
  });
  const found = fitShared(
    sites.map(({ problem, p, free: f }) => ({
      problem: f,
      held: (q) => heldDerivatives(problem, p, Float64Array.of(q[0]!, q[1]!, q[2]!, truth.known), f.model(q)),
    })),
    ['rate', 'offset'],
  );
  const results = found.blocks.map((b, s) => completeResult(sites[s]!.problem, sites[s]!.p, b.problem, b.fit, b.heldPriors));
  return { found, results };
}

/** The same problem as one dense one. */
function dense(upper?: number) {
  const names = Array.from({ length: SITES }, (_, s) => `a${s}`);
  const parameters = [...names.map((n) => free(n, 1, 0, 10)), ...specs('', upper).slice(1)];
  const datasets = names.map((n, s) => ({ name: n, model, data: noisy(s), sigma, parameters: [n, 'rate', 'offset', 'known'] }));
  return fitParameterised({ ...joinDatasets(datasets, parameters) });
}

describe('against one dense problem of all parameters', () => {
  const { found, results } = joint();
  const all = dense();
  const size = all.names.length;

  test('the minimum and the whole covariance of every block are those, held values included', () => {
    expect(found.status).toBe('converged');
    for (const [s, r] of results.entries()) {
      const at = [s, SITES, SITES + 1, SITES + 2];
      for (let i = 0; i < 4; i++) {
        expect(r.values[i]!).toBeCloseTo(all.values[at[i]!]!, 7);
        for (let k = 0; k < 4; k++) {
          const scale = r.standardErrors[i]! * r.standardErrors[k]!;
          expect(Math.abs(r.covariance[i * 4 + k]! - all.covariance[at[i]! * size + at[k]!]!)).toBeLessThan(1e-5 * scale);
        }
      }
    }
    expect(found.chi2).toBeCloseTo(all.fit.chi2, 8);
    // the held value matters here: without it the rate is known better
    expect(found.blocks[0]!.fit.standardErrors[1]!).toBeLessThan(0.97 * results[0]!.standardErrors[1]!);
  });

  test('each block has the same shared values, known better than it knows them alone', () => {
    const alone = fitParameterised(siteProblem(2));
    expect(new Set(results.map((r) => r.values[1])).size).toBe(1);
    expect(results[2]!.standardErrors[1]!).toBeLessThan(0.6 * alone.standardErrors[1]!);
    expect(Math.abs(results[0]!.values[1]! - truth.rate)).toBeLessThan(4 * results[0]!.standardErrors[1]!);
    for (const b of found.blocks) {
      expect(b.fit.warnings).toEqual([]);
      expect(b.fit.degreesOfFreedom).toBe(X.length - 1);
      expect(b.fit.chi2 / b.fit.degreesOfFreedom).toBeLessThan(2);
    }
  });
});

test('a shared parameter that ends at a bound is at it in every block, as in the dense problem', () => {
  const { found, results } = joint(0.7);
  const all = dense(0.7);
  for (const [s, b] of found.blocks.entries()) {
    expect(b.fit.warnings.map((w) => w.kind)).toContain('at_bound');
    expect(results[s]!.values[1]).toBe(0.7);
    expect(results[s]!.values[0]!).toBeCloseTo(all.values[s]!, 6);
  }
});

test('blocks that share everything are one data set, and one block alone is the fit of it', () => {
  const sites = [0, 1, 2].map((s) => ({
    ...siteProblem(s),
    data: model([2, truth.rate, truth.offset, truth.known]).map((v, i) => v + 0.02 * Math.sin(5 * i + s)),
  }));
  const blocks = sites.map((p) => ({ problem: freeProblem(p, parameterise(p.parameters)) }));
  const found = fitShared(blocks, ['amplitude', 'rate', 'offset']);
  const all = fitParameterised(
    joinDatasets(
      sites.map((p, s) => ({
        name: String(s),
        model,
        data: p.data,
        sigma,
        parameters: ['amplitude', 'rate', 'offset', 'known'],
      })),
      specs('amplitude').map((p) => (p.name === 'known' ? { kind: 'fixed', name: 'known', value: truth.known } : p)),
    ),
  );
  for (let j = 0; j < 3; j++) {
    expect(found.shared[j]!).toBeCloseTo(all.values[j]!, 7);
    expect(found.blocks[1]!.fit.standardErrors[j]! / all.standardErrors[j]!).toBeCloseTo(1, 5);
  }
  const single = fitShared(blocks.slice(0, 1), ['rate', 'offset']);
  const plain = fitParameterised({
    ...sites[0]!,
    parameters: sites[0]!.parameters.filter((p) => p.name !== 'known'),
    model: (p) => model([...p, truth.known]),
  });
  expect(single.blocks[0]!.problem.priors).toEqual([]);
  expect(single.blocks[0]!.fit.degreesOfFreedom).toBe(X.length - 3);
  for (let j = 0; j < 3; j++) {
    expect(single.blocks[0]!.fit.parameters[j]!).toBeCloseTo(plain.values[j]!, 7);
    expect(single.blocks[0]!.fit.standardErrors[j]! / plain.standardErrors[j]!).toBeCloseTo(1, 5);
  }
});

test('what a single block cannot tell apart several can', () => {
  // own scale times a shared one: only the curvature in the own x tells them apart
  const problem = (s: number): FitProblem => ({
    names: ['own', 'shared'],
    model: (p) => Float64Array.from(X, (x) => p[0]! + p[1]! * (s === 0 ? 1 : x)),
    data: Float64Array.from(X, (x) => 1 + 2 * (s === 0 ? 1 : x)),
    sigma,
    start: [0, 0],
    lower: [-10, -10],
    upper: [10, 10],
  });
  const found = fitShared([{ problem: problem(0) }, { problem: problem(1) }], ['shared']);
  expect(found.shared[0]).toBeCloseTo(2, 9);
  expect(found.blocks[0]!.fit.parameters[0]).toBeCloseTo(1, 9);
  expect(found.blocks.every((b) => b.fit.isIdentifiable)).toBe(true);
});

test('a step to where one block has no values is refused, and the fit goes on', () => {
  let refused = 0;
  const cube = (scale: number): FitProblem => ({
    names: ['own', 'shared'],
    model: (p) => {
      // the first Gauss–Newton step from 0.3 leads to 3.9
      if (p[1]! > 2) {
        refused++;
        throw new AppError('out_of_domain', 'no sample');
      }
      return Float64Array.from(X, (x) => p[0]! * x + scale * p[1]! ** 3);
    },
    data: Float64Array.from(X, (x) => 3 * x + scale),
    sigma,
    start: [3, 0.3],
    lower: [-10, -10],
    upper: [10, 10],
  });
  const found = fitShared([{ problem: cube(1) }, { problem: cube(2) }], ['shared']);
  expect(refused).toBeGreaterThan(0);
  expect(found.status).toBe('converged');
  expect(found.shared[0]).toBeCloseTo(1, 8);
});

test.each([
  ['no blocks', () => fitShared([], ['rate']), /needs blocks/],
  [
    'a name that a block lacks',
    () => fitShared([{ problem: freeProblem(siteProblem(0), parameterise(specs('amplitude'))) }], ['none']),
    /no parameter none/,
  ],
])('%s is refused', (_, run, message) => {
  expect(run).toThrow(message);
});
