import { expect, test } from 'vitest';
import { createRng } from './rng';
import { semidefiniteFactor, semidefiniteFault } from './semidefinite';

const of = (...rows: number[][]) => semidefiniteFault(Float64Array.from(rows.flat()), rows.length);

test('covariances pass, singular ones too; what is not mirrored or rewards a direction is named', () => {
  expect(of([4, 1], [1, 9])).toBeNull();
  expect(of([1, 1], [1, 1])).toBeNull();
  expect(of([0, 0], [0, 0])).toBeNull();
  // 1e-12 of the size is rounding, whatever the unit
  expect(of([1e12, 1], [2, 1e12])).toBeNull();
  expect(of([4, 1], [1.1, 9])).toEqual({ row: 1, column: 0 });
  expect(of([1, 2], [2, 1])).toEqual({ eigenvalue: expect.closeTo(-1, 12) });
  expect(of([1, Number.NaN], [Number.NaN, 1])).toEqual({ row: 1, column: 0 });
});

test('the factor of a covariance gives it back, of any rank; what moves together does so to the last digit', () => {
  const rng = createRng(3);
  for (const [n, rank] of [
    [1, 1],
    [3, 3],
    [5, 2],
    [8, 5],
    [4, 0],
  ] as const) {
    const g = Float64Array.from({ length: n * rank }, () => rng.normal());
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) for (let k = 0; k < rank; k++) a[i * n + j]! += g[i * rank + k]! * g[j * rank + k]!;
    const l = semidefiniteFactor(a, n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let s = 0;
        for (let k = 0; k < n; k++) s += l[i * n + k]! * l[j * n + k]!;
        expect(Math.abs(s - a[i * n + j]!)).toBeLessThan(1e-12 * (1 + rank));
      }
    const used = Array.from({ length: n }, (_, k) => k).filter((k) => l.some((v, at) => at % n === k && v !== 0));
    expect(used).toHaveLength(rank);
  }
  expect(Array.from(semidefiniteFactor(Float64Array.of(1, -1, -1, 1), 2))).toEqual([1, 0, -1, 0]);
  // correlations given to nine digits may fall a little short of a matrix that is one: no entry runs away
  const short = semidefiniteFactor(Float64Array.of(1, 1, 0.999999999, 1, 1, 1, 0.999999999, 1, 1), 3);
  expect(Math.max(...short.map(Math.abs))).toBeLessThan(1.001);
});
