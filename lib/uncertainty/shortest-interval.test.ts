import { describe, expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { expressionModel } from './expression';
import { type InputDistribution, monteCarlo } from './monte-carlo';

const normal = (mean: number, sd: number): InputDistribution => ({ kind: 'normal', mean, sd });
const run = (text: string, names: string[], inputs: InputDistribution[], correlation?: number[][]) =>
  monteCarlo(expressionModel(text, names), inputs, createRng(7, 'shortest'), {
    trials: 1_000_000,
    ...(correlation ? { correlation } : {}),
  });

describe('shortest coverage interval', () => {
  // ends by quadrature of the distribution function and a one-dimensional search
  test('is not biased for a skew output: sum of two correlated squares', () => {
    const r = run(
      'x^2+y^2',
      ['x', 'y'],
      [normal(0.03, 0.005), normal(0, 0.005)],
      [
        [1, 0.9],
        [0.9, 1],
      ],
    );
    expect(Math.abs(r.shortest[0] - 4.319992633e-4)).toBeLessThan(0.02 * r.u);
    expect(Math.abs(r.shortest[1] - 1.559287262e-3)).toBeLessThan(0.02 * r.u);
  });

  test('is the symmetric one for a normal output', () => {
    const r = run('x', ['x'], [normal(3, 2)]);
    expect(Math.abs(r.shortest[0] - (3 - 2 * 1.959963985))).toBeLessThan(0.04);
    expect(Math.abs(r.shortest[1] - (3 + 2 * 1.959963985))).toBeLessThan(0.04);
  });

  test('starts at the edge of a one-sided output', () => {
    const r = run('x^2', ['x'], [normal(0, 1)]);
    expect(r.shortest[0]).toBeLessThan(1e-6);
    expect(Math.abs(r.shortest[1] - 3.841458821)).toBeLessThan(0.04);
  });
});

test('inputs may be correlated by exactly one', () => {
  const r = run(
    'x-y',
    ['x', 'y'],
    [normal(3, 0.5), normal(1, 0.25)],
    [
      [1, 1],
      [1, 1],
    ],
  );
  expect(r.u).toBeCloseTo(0.25, 3);
});
