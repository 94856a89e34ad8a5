import { AppError } from '@/lib/errors';
import { withKernels } from './load';

/**
 * Solve A·X = B by LU with partial pivoting, for several right-hand sides.
 * @param a - A, row-major (n, n); holds L and U on return.
 * @param b - B, row-major (n, m); holds X on return.
 * @throws AppError `rank_deficient` when a column has no pivot.
 * @throws AppError `dimension_mismatch` when a or b has another length.
 * @complexity 2n³/3 + 2n²m.
 * @reference Golub & Van Loan (2013), Alg. 3.4.1; by halves of the columns: Toledo, SIAM J. Matrix Anal. Appl. 18 (1997) 1065.
 */
export function solveInPlace(a: Float64Array, n: number, b: Float64Array, m = 1): void {
  if (a.length !== n * n || b.length !== n * m)
    throw new AppError('dimension_mismatch', `A has ${a.length}, B ${b.length} values for n = ${n}, m = ${m}`);
  const size = n * n;
  withKernels(size + n * m + n, (kernels, scratch, at) => {
    const right = at + 8 * size;
    const pivots = right + 8 * n * m;
    scratch.set(a);
    scratch.set(b, size);
    const column = kernels.factorLu(n, at, pivots);
    if (column >= 0) throw new AppError('rank_deficient', `column ${column} has no pivot`, { column });
    kernels.permute(n, m, right, pivots);
    kernels.solveLower(n, m, at, n, 1, 1, right, m);
    kernels.solveUpper(n, m, at, n, 1, right, m);
    a.set(scratch.subarray(0, size));
    b.set(scratch.subarray(size, size + n * m));
  });
}
