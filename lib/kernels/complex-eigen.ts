import { AppError } from '@/lib/errors';
import { type ComplexArray, complexArray } from './complex-array';
import { withKernels } from './load';

/** Eigenvalues and right eigenvectors of a general complex matrix. */
export interface ComplexEigen {
  /** λ, shape (n,). */
  readonly values: ComplexArray;
  /** Right eigenvectors in the columns, shape (n, n) row-major, 2-norm 1. */
  readonly vectors: ComplexArray;
  /** QR sweeps used over all eigenvalues. */
  readonly iterations: number;
}

/**
 * Eigenvalues and right eigenvectors of a general complex matrix: Householder reduction to Hessenberg form, single-shift QR to the Schur form with
 * Wilkinson shifts, back substitution. It all runs in one kernel call; measured against LAPACK's zgeev in docs/maths/numerics.md.
 * @param a - A, row-major (n, n); not changed. NaN is refused.
 * @returns values, (n,), and vectors by columns, (n, n).
 * @throws AppError `invalid_input` for a NaN or infinite entry; `not_converged` when an eigenvalue needs more than 140 sweeps.
 * @complexity about 25 n³ complex multiplications.
 * @reference Golub & Van Loan, Matrix Computations, 4th ed. (2013), Alg. 7.4.2, §7.5–7.6; Wilkinson, The Algebraic Eigenvalue Problem (1965).
 */
export function complexEigen(a: ComplexArray, n: number): ComplexEigen {
  const size = n * n;
  for (let i = 0; i < size; i++) {
    if (!Number.isFinite(a.re[i]!) || !Number.isFinite(a.im[i]!))
      throw new AppError(
        'invalid_input',
        `entry ${i} of the eigenproblem is not finite; check wavelength and refractive indices`,
      );
  }
  const work = withKernels(0, (kernels) => kernels.complexEigenScratch(n));
  // values first: the kernel needs them and its work matrices aligned to registers
  return withKernels(2 * n + work + 2 * size, (kernels, scratch, at) => {
    const re = 2 * n + work;
    const im = re + size;
    scratch.set(a.re, re);
    scratch.set(a.im, im);
    const sweeps = kernels.complexEigen(n, at + 8 * re, at + 8 * im, at, at + 16 * n);
    if (sweeps < 0)
      throw new AppError(
        'not_converged',
        `eigenvalue ${-1 - sweeps} of ${n} needs more than 140 QR sweeps; change the wavelength by a little`,
        { index: -1 - sweeps },
      );
    const values = complexArray(n);
    for (let i = 0; i < n; i++) {
      values.re[i] = scratch[2 * i]!;
      values.im[i] = scratch[2 * i + 1]!;
    }
    const vectors = complexArray(size, scratch.slice(re, im), scratch.slice(im, im + size));
    return { values, vectors, iterations: sweeps };
  });
}
