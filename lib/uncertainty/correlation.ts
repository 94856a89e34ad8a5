import { AppError } from '@/lib/errors';
import { symmetricEigen } from '@/lib/numerics';

/** A negative eigenvalue down to this is rounding of correlations near ±1. */
const ROUNDING = 1e-9;

/**
 * Refuse what is no correlation matrix of n quantities: n x n, symmetric, ones on the diagonal, entries in [−1, 1], no negative eigenvalue.
 * @param c - as rows.
 * @throws AppError `invalid_input` saying where it fails.
 * @reference JCGM 101:2008, 5.4.2 (a covariance matrix is positive semi-definite).
 */
export function checkCorrelation(c: readonly (readonly number[])[], n: number): void {
  const bad = (what: string): AppError => new AppError('invalid_input', `correlation: ${what}`, { field: 'correlation' });
  if (c.length !== n || c.some((row) => row.length !== n)) throw bad(`must be ${n} x ${n}, one row and column a quantity`);
  for (let i = 0; i < n; i++) {
    if (Math.abs(c[i]![i]! - 1) > 1e-9) throw bad(`the diagonal must hold ones, row ${i + 1} holds ${c[i]![i]}`);
    for (let j = 0; j < i; j++) {
      const v = c[i]![j]!;
      if (!(Math.abs(v) <= 1 + 1e-12) || Math.abs(v - c[j]![i]!) > 1e-9)
        throw bad(
          `entry (${i + 1}, ${j + 1}) is ${v} and (${j + 1}, ${i + 1}) is ${c[j]![i]}; it must be symmetric with entries in [−1, 1]`,
        );
    }
  }
  const least = symmetricEigen(Float64Array.from(c.flat()), n).values.reduce((a, b) => Math.min(a, b), 1);
  if (least < -ROUNDING * n)
    throw bad(
      `is not positive semi-definite (least eigenvalue ${least.toPrecision(3)}): no quantities can be correlated like this`,
    );
}
