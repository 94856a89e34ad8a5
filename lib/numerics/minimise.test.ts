import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { findRoot, levenbergMarquardt, minimiseBounded, minimiseGolden, minimiseSimplex } from './index';

const rosenbrock = (x: Float64Array, g: Float64Array): number => {
  const [a, b] = [x[0]!, x[1]!];
  g[0] = -2 * (1 - a) - 400 * a * (b - a * a);
  g[1] = 200 * (b - a * a);
  return (1 - a) ** 2 + 100 * (b - a * a) ** 2;
};

describe('optimisers', () => {
  test('Rosenbrock by L-BFGS, free and against a bound', () => {
    const free = minimiseBounded(rosenbrock, [-1.2, 1]);
    expect(free.status).toBe('converged');
    expect(free.x[0]).toBeCloseTo(1, 6);
    const held = minimiseBounded(rosenbrock, [-1.2, 1], { upper: [0.5, 10] });
    expect(held.x[0]).toBe(0.5);
    expect(held.x[1]).toBeCloseTo(0.25, 6);
    expect(() => minimiseBounded(() => Number.NaN, [0])).toThrow(AppError);
  });

  test('simplex, golden section, root', () => {
    const s = minimiseSimplex((x) => rosenbrock(x, new Float64Array(2)), [-1.2, 1]);
    expect(s.x[1]).toBeCloseTo(1, 5);
    expect(minimiseGolden((x) => (x - 2) ** 2, 0, 5).x).toBeCloseTo(2, 7);
    expect(findRoot((x) => x ** 3 - 2, 0, 2)).toBeCloseTo(2 ** (1 / 3), 12);
    expect(() => findRoot((x) => x * x + 1, -1, 1)).toThrow(AppError);
  });

  test('Levenberg–Marquardt: an exponential decay, its covariance, and a bound', () => {
    const t = Array.from({ length: 20 }, (_, i) => 0.25 * i);
    const data = t.map((v, i) => 3 * Math.exp(-0.7 * v) + 0.5 + 0.01 * Math.sin(7 * i));
    const residuals = (p: Float64Array, out: Float64Array): void => {
      for (let i = 0; i < 20; i++) out[i] = (p[0]! * Math.exp(-p[1]! * t[i]!) + p[2]! - data[i]!) / 0.01;
    };
    const f = levenbergMarquardt(residuals, [1, 0.1, 0], 20);
    expect(f.status).toBe('converged');
    expect(f.residual).toBeLessThan(1e-6);
    [3, 0.7, 0.5].forEach((v, i) => {
      expect(Math.abs(f.parameters[i]! - v)).toBeLessThan(4 * Math.sqrt(f.covariance[i * 4]!));
    });
    const b = levenbergMarquardt(residuals, [1, 0.1, 0], 20, { upper: [10, 10, 0.2] });
    expect(b.parameters[2]).toBe(0.2);
    expect(b.atBound).toEqual([false, false, true]);
    expect(b.cost).toBeGreaterThan(f.cost);
  });
});
