import { AppError } from '@/lib/errors';
import { identity, type Matrix, matrix } from '@/lib/numerics';

/** Order of the difference that a penalty acts on: 0 the value, 1 the slope, 2 the curvature. */
export type DifferenceOrder = 0 | 1 | 2;

/**
 * L (n − order, n): rows (1), (−1, 1) or (1, −2, 1).
 * @param n - number of values, equally spaced.
 * @returns (n − order, n), dimensionless.
 * @throws AppError `invalid_input` when n ≤ order.
 */
export function differenceOperator(n: number, order: DifferenceOrder): Matrix {
  if (n <= order)
    throw new AppError('invalid_input', `${n} unknowns have no difference of order ${order}; give more`, { field: 'order' });
  if (order === 0) return identity(n);
  const stencil = order === 1 ? [-1, 1] : [1, -2, 1];
  const out = matrix(n - order, n);
  for (let i = 0; i < n - order; i++)
    stencil.forEach((v, k) => {
      out.data[i * n + i + k] = v;
    });
  return out;
}
