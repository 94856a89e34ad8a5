import { AppError } from '@/lib/errors';
import { withKernels } from './load';

// Size of a batch of right-hand sides: their scratch stays within a few mebibytes for any m.
const BLOCK_DOUBLES = 1 << 19;

/**
 * X ← L⁻¹X in place for many right-hand sides, X row-major (n, m), L lower triangular.
 * @param l - L, (n, n); x - X, (n, m).
 * @throws AppError `dimension_mismatch`.
 * @complexity n²m flops, by halves of L in the kernels.
 */
export function forwardSolveManyInPlace(l: Float64Array, n: number, x: Float64Array, m: number): void {
  if (x.length !== n * m) throw new AppError('dimension_mismatch', `X has ${x.length} values, need ${n * m}`);
  if (n === 0 || m === 0) return;
  const block = Math.min(m, Math.max(64, Math.floor(BLOCK_DOUBLES / n)));
  withKernels(n * n + n * block, (kernels, scratch, at) => {
    const size = n * n;
    scratch.set(l);
    for (let from = 0; from < m; from += block) {
      const w = Math.min(block, m - from);
      if (w === m) scratch.set(x, size);
      else for (let i = 0; i < n; i++) scratch.set(x.subarray(i * m + from, i * m + from + w), size + i * w);
      kernels.solveLower(n, w, at, n, 1, 0, at + 8 * size, w);
      if (w === m) x.set(scratch.subarray(size, size + n * w));
      else for (let i = 0; i < n; i++) x.set(scratch.subarray(size + i * w, size + (i + 1) * w), i * m + from);
    }
  });
}
