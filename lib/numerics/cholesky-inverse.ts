import type { Cholesky } from './cholesky';
import { withKernels } from './kernels/load';

/**
 * A⁻¹ = L⁻ᵀL⁻¹ (n, n) from its factor, symmetric. Use it only where every entry is wanted (covariances, leave-one-out).
 * @complexity 2n³/3 flops.
 */
export function choleskyInverse(c: Cholesky): Float64Array {
  const { n, l } = c;
  const size = n * n;
  return withKernels(2 * size, (kernels, scratch, at) => {
    scratch.set(l);
    kernels.inverse(n, at, at + 8 * size);
    return scratch.slice(size);
  });
}
