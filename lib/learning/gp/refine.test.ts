import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backSolveInPlace, cholesky, forwardSolveInPlace } from '@/lib/numerics';
import { refineWeights } from './refine';

// K = 1·1ᵀ + 2⁻²² D with small integers in D, and integer α: K, α and y = Kα are exact in double precision
test('weights of an ill-conditioned system gain the digits that its factor loses', () => {
  let before = 0;
  let after = 0;
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 4, maxLength: 8 }),
      fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 8, maxLength: 8 }),
      (d, a) => {
        const n = d.length;
        const k = Float64Array.from({ length: n * n }, (_, i) => 1 + (i % (n + 1) === 0 ? d[i / (n + 1)]! * 2 ** -22 : 0));
        const truth = a.slice(0, n);
        const y = Float64Array.from({ length: n }, (_, i) => truth.reduce((s, v, j) => s + v * k[i * n + j]!, 0));
        const factor = cholesky(k, n);
        const alpha = y.slice();
        forwardSolveInPlace(factor.l, alpha);
        backSolveInPlace(factor.l, alpha);
        const worst = (): number => truth.reduce((s, v, i) => Math.max(s, Math.abs(v - alpha[i]!)), 0);
        before = Math.max(before, worst());
        refineWeights(k, factor, y, alpha);
        after = Math.max(after, worst());
      },
    ),
    { numRuns: 60 },
  );
  expect(before).toBeGreaterThan(1e-10);
  expect(after).toBeLessThan(1e-4 * before);
});

test('a well-conditioned system is left as it is', () => {
  const k = Float64Array.of(2, 1, 1, 2);
  const alpha = Float64Array.of(0.1, 0.2);
  refineWeights(k, cholesky(k, 2), Float64Array.of(1, 1), alpha);
  expect(Array.from(alpha)).toEqual([0.1, 0.2]);
});
