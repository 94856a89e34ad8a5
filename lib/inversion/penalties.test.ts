import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng, matrix, multiplyVector } from '@/lib/numerics';
import {
  chooseWeight,
  differenceOperator,
  fitPenalised,
  type LinearProblem,
  largestLassoWeight,
  lasso,
  tikhonov,
  totalVariation,
  weightGrid,
} from './index';

/** Smoothing kernel of n unknowns seen through m data of noise 1. */
function blurred(m: number, n: number, truth: (t: number) => number, noise: number, seed: number) {
  const rng = createRng(seed);
  const a = matrix(m, n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) a.data[i * n + j] = Math.exp(-0.5 * (((i + 0.5) / m - (j + 0.5) / n) / 0.06) ** 2) / (n * noise);
  const x = Float64Array.from({ length: n }, (_, j) => truth((j + 0.5) / n));
  const clean = multiplyVector(a, x);
  return { problem: { a, b: clean.map((v) => v + rng.normal()) } as LinearProblem, x };
}
const error = (a: Float64Array, b: Float64Array) => Math.sqrt(a.reduce((s, v, i) => s + (v - b[i]!) ** 2, 0) / a.length);

test('Tikhonov: normal equations hold, GCV trace falls with the weight, constants pass a slope penalty untouched', () => {
  const { problem } = blurred(40, 20, (t) => Math.sin(4 * t), 0.01, 1);
  for (const order of [0, 1, 2] as const) {
    const solve = tikhonov(problem, order);
    let previous = Number.POSITIVE_INFINITY;
    for (const w of [1e-3, 1, 1e3, 1e6]) {
      const s = solve(w);
      expect(s.residual).toBeLessThan(1e-9);
      expect(s.effectiveParameters).toBeLessThan(previous);
      previous = s.effectiveParameters;
    }
    // what no penalty reaches stays: the null space of L
    expect(solve(1e14).effectiveParameters).toBeCloseTo(order, 3);
  }
});

test('curvature in closed form equals that of the sampled L-curve', () => {
  const { problem } = blurred(40, 20, (t) => Math.sin(4 * t), 0.01, 1);
  const solve = tikhonov(problem, 1);
  const at = (t: number): [number, number] => {
    const s = solve(Math.exp(t));
    return [0.5 * Math.log(s.misfit), 0.5 * Math.log(s.penalty)];
  };
  for (const w of [0.1, 1, 100]) {
    const t = Math.log(w);
    const h = 1e-2;
    const [a, b, c] = [at(t - h), at(t), at(t + h)];
    const d = [0, 1].map((k) => (c[k]! - a[k]!) / (2 * h)) as [number, number];
    const dd = [0, 1].map((k) => (c[k]! - 2 * b[k]! + a[k]!) / h ** 2) as [number, number];
    const want = (d[0] * dd[1] - d[1] * dd[0]) / Math.hypot(d[0], d[1]) ** 3;
    expect(solve(w).curvature).toBeCloseTo(want, 1 - Math.floor(Math.log10(Math.abs(want))));
  }
});

test('every rule picks a weight whose error is near the best of the path', { timeout: 30_000 }, () => {
  const { problem, x } = blurred(80, 40, (t) => Math.sin(6 * t) + t, 0.02, 3);
  const weights = weightGrid(1e-6, 1e6, 61);
  const errors = Array.from(weights, tikhonov(problem, 2)).map((s) => error(s.x, x));
  const least = Math.min(...errors);
  for (const rule of ['l-curve', 'gcv', 'cross-validation', 'discrepancy'] as const) {
    const c = chooseWeight(problem, (p) => tikhonov(p, 2), { weights, rule, noiseFactor: 1 });
    expect(c.isInside, rule).toBe(true);
    expect(error(c.best.x, x), rule).toBeLessThan(2.5 * least);
    if (rule === 'discrepancy') expect(c.best.misfit / 80).toBeCloseTo(1, 4);
  }
});

test('lasso: KKT conditions with a certified gap; 0 at the largest weight; orthogonal design is soft thresholding', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0.05, max: 0.9, noNaN: true }), (seed, share) => {
      const rng = createRng(seed);
      const a = matrix(
        15,
        8,
        Float64Array.from({ length: 120 }, () => rng.normal()),
      );
      const problem = { a, b: Float64Array.from({ length: 15 }, () => rng.normal()) };
      const top = largestLassoWeight(problem);
      expect(lasso(problem, top * 1.0001).x.every((v) => v === 0)).toBe(true);
      const s = lasso(problem, share * top, { tolerance: 1e-12 });
      expect(s.status).toBe('converged');
      for (let j = 0; j < 8; j++) {
        let g = 0;
        for (let i = 0; i < 15; i++) {
          let r = problem.b[i]!;
          for (let k = 0; k < 8; k++) r -= a.data[i * 8 + k]! * s.x[k]!;
          g += a.data[i * 8 + j]! * r;
        }
        if (s.x[j] === 0) expect(Math.abs(g)).toBeLessThanOrEqual(share * top * (1 + 1e-5));
        else expect(g).toBeCloseTo(Math.sign(s.x[j]!) * share * top, 4);
      }
    }),
    { numRuns: 30 },
  );
  const s = lasso({ a: matrix(3, 3, Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)), b: [3, -0.5, -2] }, 1);
  expect(Array.from(s.x)).toEqual([2, 0, -1]);
});

test('total variation of a step: levels move by weight over length, as the closed form says; degrees of freedom count the levels', () => {
  const n = 20;
  const a = matrix(n, n);
  for (let i = 0; i < n; i++) a.data[i * n + i] = 1;
  const b = Float64Array.from({ length: n }, (_, i) => (i < 10 ? 0 : 5));
  const s = totalVariation({ a, b }, 2);
  expect(s.status).toBe('converged');
  for (let i = 0; i < n; i++) expect(s.x[i]).toBeCloseTo(i < 10 ? 0.2 : 4.8, 6);
  expect(s.effectiveParameters).toBe(2);
  // a straight line is free under the second difference
  const line = totalVariation({ a, b: b.map((_, i) => 3 * i) }, 50, 2);
  for (let i = 0; i < n; i++) expect(line.x[i]).toBeCloseTo(3 * i, 5);
});

test('total variation keeps the edge that Tikhonov blurs', { timeout: 30_000 }, () => {
  const { problem, x } = blurred(40, 24, (t) => (t > 0.4 && t < 0.7 ? 1 : 0), 0.003, 5);
  const weights = weightGrid(1, 1e3, 7);
  const tv = chooseWeight(problem, (p) => (w: number) => totalVariation(p, w, 1, { tolerance: 1e-5, maxIterations: 3000 }), {
    weights,
    rule: 'discrepancy',
  });
  const smooth = chooseWeight(problem, (p) => tikhonov(p, 1), { weights: weightGrid(1e-4, 1e6, 41), rule: 'discrepancy' });
  expect(error(tv.best.x, x)).toBeLessThan(0.6 * error(smooth.best.x, x));
});

test('penalties inside the nonlinear fit equal the linear solvers on a linear model', () => {
  const { problem } = blurred(30, 8, (t) => (t > 0.5 ? 1 : 0), 0.05, 7);
  const base = {
    names: Array.from({ length: 8 }, (_, j) => `x${j}`),
    model: (p: Float64Array) => multiplyVector(problem.a, p),
    jacobian: () => problem.a.data.slice(),
    data: problem.b,
    sigma: new Float64Array(30).fill(1),
    start: new Float64Array(8),
  };
  const parameters = [0, 1, 2, 3, 4, 5, 6, 7];
  const ridge = fitPenalised(base, { kind: 'tikhonov', order: 1, weight: 3, parameters });
  const wanted = tikhonov(problem, 1)(3);
  for (let j = 0; j < 8; j++) expect(ridge.parameters[j]).toBeCloseTo(wanted.x[j]!, 6);
  expect(ridge.effectiveParameters).toBeCloseTo(wanted.effectiveParameters, 6);
  expect(ridge.chi2).toBeCloseTo(wanted.misfit, 6);
  expect(ridge.degreesOfFreedom).toBeCloseTo(30 - wanted.effectiveParameters, 6);
  const tv = fitPenalised(base, { kind: 'l1', order: 1, weight: 2, parameters });
  expect(tv.lastChange).toBeLessThan(1e-7);
  const admm = totalVariation(problem, 2);
  for (let j = 0; j < 8; j++) expect(tv.parameters[j]).toBeCloseTo(admm.x[j]!, 4);
  const one = fitPenalised(base, { kind: 'l1', order: 0, weight: 2, parameters });
  const cd = lasso(problem, 2, { tolerance: 1e-12 });
  for (let j = 0; j < 8; j++) expect(one.parameters[j]).toBeCloseTo(cd.x[j]!, 4);
});

test('bad weights and shapes are refused', () => {
  expect(() => differenceOperator(1, 1)).toThrow(/order/);
  const { problem } = blurred(10, 5, () => 1, 1, 1);
  expect(() => tikhonov(problem)(-1)).toThrow(/weight/);
  expect(() => lasso({ ...problem, b: [1] }, 1)).toThrow(/rows/);
  expect(() => chooseWeight(problem, (p) => tikhonov(p), { weights: [1, 1, 2], rule: 'gcv' })).toThrow(/ascending/);
  const flat = { a: matrix(2, 2, Float64Array.of(1, 1, 2, 2)), b: [1, 2] };
  expect(() => tikhonov(flat)(0)).toThrow(/penalty/);
});
