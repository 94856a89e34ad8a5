import { withKernels } from './load';

/**
 * L of A + jitter·I = L·Lᵀ, row-major (n, n) with zeros above the diagonal, or the pivot (0-based) that is not positive.
 * @param a - A, row-major (n, n); only the lower triangle is read.
 * @complexity n³/3 flops, by halves.
 * @reference Golub & Van Loan, Matrix Computations, 4th ed. (2013), Alg. 4.2.1.
 */
export function choleskyFactor(a: Float64Array, n: number, jitter: number): Float64Array | number {
  const size = n * n;
  return withKernels(size + n, (kernels, scratch, at) => {
    scratch.set(a);
    for (let i = 0; i < n; i++) scratch[size + i] = scratch[i * n + i]! += jitter;
    const pivot = kernels.factor(n, at, n, at + 8 * size);
    if (pivot >= 0) return pivot;
    kernels.clearUpper(n, at, n);
    return scratch.slice(0, size);
  });
}

/** A⁻¹ = L⁻ᵀL⁻¹ (n, n), symmetric, from L. @complexity 2n³/3 flops. */
export function inverseOfFactor(l: Float64Array, n: number): Float64Array {
  const size = n * n;
  return withKernels(2 * size, (kernels, scratch, at) => {
    scratch.set(l);
    kernels.inverse(n, at, at + 8 * size);
    return scratch.slice(size);
  });
}
