import { expect, test } from 'vitest';
import { semidefiniteFault } from './semidefinite';

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
