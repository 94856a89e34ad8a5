import { withKernels } from './load';

/** A·B by rows, A (m, k), B (k, n). @complexity 2·m·k·n flops, blocked. */
export function product(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  return multiplied(a, b, m, k, n, k, 1);
}

/** Aᵀ·B by rows, A (k, m) read by columns, B (k, n). @complexity 2·m·k·n flops, blocked. */
export function transposedProduct(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  return multiplied(a, b, m, k, n, 1, m);
}

function multiplied(
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
  rowOfA: number,
  columnOfA: number,
): Float64Array {
  const [sa, sb] = [m * k, k * n];
  return withKernels(sa + sb + m * n, (kernels, scratch, at) => {
    scratch.set(a);
    scratch.set(b, sa);
    scratch.fill(0, sa + sb);
    kernels.gemm(m, n, k, 1, at, rowOfA, columnOfA, at + 8 * sa, n, 1, at + 8 * (sa + sb), n, 0);
    return scratch.slice(sa + sb);
  });
}

/** AᵀA (n, n) of A (m, n): the lower triangle is computed, the upper one mirrors it. @complexity m·n² flops. */
export function crossProduct(a: Float64Array, m: number, n: number): Float64Array {
  return withKernels(m * n + n * n, (kernels, scratch, at) => {
    scratch.set(a);
    scratch.fill(0, m * n);
    const out = at + 8 * m * n;
    kernels.gemm(n, n, m, 1, at, 1, n, at, n, 1, out, n, 1);
    kernels.mirror(n, out, n);
    return scratch.slice(m * n);
  });
}
