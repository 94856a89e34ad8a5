import { AppError } from '@/lib/errors';
import { type ComplexArray, complexArray } from './complex-array';
import { type Kernels, withKernels } from './load';

/**
 * C = A·B for complex row-major matrices.
 * @param a - (m, k).
 * @param b - (k, n).
 * @param out - (m, n), overwritten; may be A or B itself.
 * @returns `out`.
 * @complexity 8·m·k·n real flops, blocked in the kernels.
 */
export function complexMultiply(
  a: ComplexArray,
  b: ComplexArray,
  m: number,
  k: number,
  n: number,
  out: ComplexArray = complexArray(m * n),
): ComplexArray {
  const [sa, sb, sc] = [m * k, k * n, m * n];
  return withKernels(2 * (sa + sb + sc), (kernels, scratch, at) => {
    const c = 2 * (sa + sb);
    scratch.set(a.re);
    scratch.set(a.im, sa);
    scratch.set(b.re, 2 * sa);
    scratch.set(b.im, 2 * sa + sb);
    scratch.fill(0, c);
    const [pa, pb, pc] = [at, at + 16 * sa, at + 8 * c];
    kernels.complexGemm(m, n, k, 1, pa, pa + 8 * sa, k, 1, pb, pb + 8 * sb, n, 1, pc, pc + 8 * sc, n);
    out.re.set(scratch.subarray(c, c + sc));
    out.im.set(scratch.subarray(c + sc, c + 2 * sc));
    return out;
  });
}

/**
 * Replace A by its inverse. To solve one system prefer {@link complexSolve}; this is for recursions that apply the inverse to many right-hand sides.
 * @throws AppError `rank_deficient` with the column that has no pivot: change the wavelength, angle or truncation slightly.
 * @complexity about 11·n³ real flops.
 * @reference Golub & Van Loan, Matrix Computations, 4th ed. (2013), §3.4.
 */
export function complexInvertInPlace(a: ComplexArray, n: number): void {
  const size = n * n;
  withKernels(4 * size + n, (kernels, scratch, at) => {
    scratch.set(a.re);
    scratch.set(a.im, size);
    scratch.fill(0, 2 * size, 4 * size);
    for (let i = 0; i < n; i++) scratch[2 * size + i * (n + 1)] = 1;
    solveInScratch(kernels, at, n, n);
    a.re.set(scratch.subarray(2 * size, 3 * size));
    a.im.set(scratch.subarray(3 * size, 4 * size));
  });
}

/**
 * Solve A·X = B by LU with partial pivoting. A (n, n) is destroyed, B (n, m) holds X on return.
 * @param a - (n, n); b - (n, m).
 * @throws AppError `rank_deficient` with the column that has no pivot.
 * @complexity 8n³/3 + 8n²m real flops, by halves in the kernels.
 * @reference Golub & Van Loan, Matrix Computations, 4th ed. (2013), Alg. 3.4.1, complex arithmetic.
 */
export function complexSolve(a: ComplexArray, n: number, b: ComplexArray, m: number): void {
  const size = n * n;
  const right = n * m;
  withKernels(2 * size + 2 * right + n, (kernels, scratch, at) => {
    scratch.set(a.re);
    scratch.set(a.im, size);
    scratch.set(b.re, 2 * size);
    scratch.set(b.im, 2 * size + right);
    solveInScratch(kernels, at, n, m);
    b.re.set(scratch.subarray(2 * size, 2 * size + right));
    b.im.set(scratch.subarray(2 * size + right, 2 * size + 2 * right));
  });
}

// A, B (real part, imaginary part each) and the pivots follow one another.
function solveInScratch(kernels: Kernels, at: number, n: number, m: number): void {
  const [size, right] = [8 * n * n, 8 * n * m];
  const b = at + 2 * size;
  const column = kernels.complexSolve(n, m, at, at + size, b, b + right, b + 2 * right);
  if (column >= 0)
    throw new AppError('rank_deficient', `complex matrix of order ${n}: column ${column} has no pivot`, { column });
}
