import { AppError } from '@/lib/errors';
import { withKernels } from './load';

/** A = Qᵀ·diag(λ)·Q: eigenvalues in no order, orthonormal eigenvectors in the rows of `rows` (n, n). */
export interface SymmetricQr {
  readonly values: Float64Array;
  readonly rows: Float64Array;
  readonly sweeps: number;
}

/**
 * Eigenvalues and vectors of a real symmetric matrix by tridiagonal form and implicit QR, with errors of rounding times the norm of A. For
 * eigenvalues of very different magnitude that must all be accurate, and for small problems off the hot path, see `symmetricEigen`.
 * @param a - (n, n) row-major, both triangles; not changed. @throws AppError `not_converged` after 60 sweeps for one eigenvalue, also for NaN.
 * @complexity about 9 n³ flops.
 * @reference Golub & Van Loan, Matrix Computations, 4th ed. (2013), Alg. 8.3.1–8.3.3.
 */
export function symmetricQr(a: Float64Array, n: number): SymmetricQr {
  const size = n * n;
  if (a.length !== size) throw new AppError('dimension_mismatch', `A has ${a.length} values, need ${size}`);
  return withKernels(2 * size + 4 * n, (kernels, s, at) => {
    s.set(a);
    const values = 2 * size;
    const sweeps = kernels.symmetricEigen(n, at, at + 8 * size, at + 8 * values, at + 8 * (values + n));
    if (sweeps < 0)
      throw new AppError('not_converged', `eigenvalue ${-1 - sweeps} of ${n} needs more than 60 QR sweeps`, {
        index: -1 - sweeps,
      });
    return { values: s.slice(values, values + n), rows: s.slice(size, values), sweeps };
  });
}
