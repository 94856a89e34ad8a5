import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng, fromRows, leastSquares, matrix, multiplyVector, ridgeRegression, symmetricEigen } from './index';

test('eigenvectors satisfy A v = λ v, are orthonormal, and λ adds up to the trace', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 9 }), (seed, n) => {
      const rng = createRng(seed);
      const a = matrix(n, n);
      for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a.data[i * n + j] = a.data[j * n + i] = rng.normal();
      const e = symmetricEigen(a.data, n);
      for (let k = 0; k < n; k++) {
        const v = Float64Array.from({ length: n }, (_, i) => e.vectors.data[i * n + k]!);
        for (const [i, x] of multiplyVector(a, v).entries()) expect(x).toBeCloseTo(e.values[k]! * v[i]!, 10);
        if (k > 0) expect(e.values[k]!).toBeLessThanOrEqual(e.values[k - 1]!);
      }
      const trace = Array.from({ length: n }, (_, i) => a.data[i * (n + 1)]!).reduce((s, v) => s + v, 0);
      expect(e.values.reduce((s, v) => s + v, 0)).toBeCloseTo(trace, 10);
    }),
    { numRuns: 50 },
  );
  expect(() => symmetricEigen(Float64Array.of(Number.NaN), 1)).toThrow(AppError);
});

test('ridge: no penalty is least squares, one column in closed form, a free intercept stays free', () => {
  const x = fromRows([
    [1, 1],
    [1, 2],
    [1, 4],
    [1, 7],
  ]);
  const y = [1, 3, 2, 9];
  const plain = leastSquares(x, y);
  const zero = ridgeRegression(x, y, 0);
  expect(zero.coefficients[1]).toBeCloseTo(plain.coefficients[1]!, 12);
  expect(zero.rss).toBeCloseTo(plain.rss, 10);
  const one = ridgeRegression(fromRows([[1], [2]]), [3, 5], 4);
  expect(one.coefficients[0]).toBeCloseTo(13 / 9, 12); // xᵀy/(xᵀx + λ)
  const strong = ridgeRegression(x, y, [0, 1e9]);
  expect(strong.coefficients[0]).toBeCloseTo(15 / 4, 6);
  expect(() => ridgeRegression(x, y, -1)).toThrow(AppError);
});
