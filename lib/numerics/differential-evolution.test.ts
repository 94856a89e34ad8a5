import { expect, test } from 'vitest';
import { createRng, differentialEvolution, latinHypercube } from './index';

const box = (n: number, r: number): [number[], number[]] => [new Array(n).fill(-r), new Array(n).fill(r)];

test('finds the global minimum of Rastrigin among 10^4 local ones, the same from the same seed', () => {
  const f = (x: Float64Array) => x.reduce((s, v) => s + v * v - 10 * Math.cos(2 * Math.PI * v) + 10, 0);
  const [lower, upper] = box(4, 5.12);
  const run = () => differentialEvolution(f, lower, upper, createRng(4), { maxGenerations: 800, crossover: 0.7, population: 80 });
  const r = run();
  expect(r.f).toBeLessThan(1e-6);
  for (const v of r.x) expect(Math.abs(v)).toBeLessThan(1e-3);
  expect(run()).toEqual(r);
});

test('Rosenbrock converges; the minimum on the edge of the box is found; infinite values are walked round', () => {
  const f = (x: Float64Array) => 100 * (x[1]! - x[0]! ** 2) ** 2 + (1 - x[0]!) ** 2;
  const r = differentialEvolution(f, [-2, -2], [2, 2], createRng(1), { tolerance: 1e-10 });
  expect(r.x[0]).toBeCloseTo(1, 5);
  const edge = differentialEvolution((x) => (x[0]! > 0.5 ? Number.NaN : x[0]! + x[1]!), [0, 1], [1, 2], createRng(2));
  expect(edge.f).toBeCloseTo(1, 4);
  expect(() => differentialEvolution(() => Number.NaN, [0], [1], createRng(1))).toThrow(/finite/);
  expect(() => differentialEvolution(f, [0, 0], [Number.POSITIVE_INFINITY, 1], createRng(1))).toThrow(/range/);
});

test('a Latin hypercube has one point in every stratum of every axis', () => {
  const x = latinHypercube(50, [0, -1], [1, 1], createRng(9));
  for (const [j, lo, w] of [
    [0, 0, 1],
    [1, -1, 2],
  ] as const) {
    const strata = new Set(Array.from({ length: 50 }, (_, i) => Math.floor(((x[2 * i + j]! - lo) / w) * 50)));
    expect(strata.size).toBe(50);
  }
});
