import { AppError } from '@/lib/errors';
import { semidefiniteFault } from '@/lib/numerics';

/**
 * Refuse what is no correlation matrix of n quantities: n x n, symmetric, ones on the diagonal, entries in [−1, 1], no negative eigenvalue.
 * @param c - as rows.
 * @param n - number of quantities.
 * @throws AppError `invalid_input` saying where it fails.
 * @reference JCGM 101:2008, 5.4.2 (a covariance matrix is positive semi-definite).
 */
export function checkCorrelation(c: readonly (readonly number[])[], n: number): void {
  const bad = (what: string): AppError => new AppError('invalid_input', `correlation: ${what}`, { field: 'correlation' });
  if (c.length !== n || c.some((row) => row.length !== n)) throw bad(`must be ${n} x ${n}, one row and column a quantity`);
  for (let i = 0; i < n; i++) {
    if (Math.abs(c[i]![i]! - 1) > 1e-9) throw bad(`the diagonal must hold ones, row ${i + 1} holds ${c[i]![i]}`);
    const outside = c[i]!.findIndex((v) => !(Math.abs(v) <= 1 + 1e-12));
    if (outside >= 0) throw bad(`entry (${i + 1}, ${outside + 1}) is ${c[i]![outside]}; it must lie in [−1, 1]`);
  }
  const fault = semidefiniteFault(Float64Array.from(c.flat()), n);
  if (fault === null) return;
  if ('eigenvalue' in fault)
    throw bad(
      `is not positive semi-definite (least eigenvalue ${fault.eigenvalue.toPrecision(3)}): no quantities can be correlated like this`,
    );
  const { row: i, column: j } = fault;
  throw bad(`entry (${i + 1}, ${j + 1}) is ${c[i]![j]} and (${j + 1}, ${i + 1}) is ${c[j]![i]}; it must be symmetric`);
}
