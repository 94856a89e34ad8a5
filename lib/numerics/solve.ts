import { AppError } from '@/lib/errors';

/**
 * Solve A·x = b by Gaussian elimination with partial pivoting, for several right-hand sides.
 * @param a - A, row-major (n, n); overwritten. @param b - B, row-major (n, m); holds X on return.
 * @throws AppError `rank_deficient` when a pivot vanishes against its column.
 * @complexity 2n³/3 + 2n²m.
 * @reference Golub & Van Loan (2013), Alg. 3.4.1.
 */
export function solveInPlace(a: Float64Array, n: number, b: Float64Array, m = 1): void {
  if (a.length !== n * n || b.length !== n * m)
    throw new AppError('dimension_mismatch', `A has ${a.length}, B ${b.length} values for n = ${n}, m = ${m}`);
  for (let k = 0; k < n; k++) {
    let p = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]!) > Math.abs(a[p * n + k]!)) p = i;
    const pivot = a[p * n + k]!;
    if (!(Math.abs(pivot) > 0)) throw new AppError('rank_deficient', `column ${k} has no pivot`, { column: k });
    if (p !== k) {
      for (let j = k; j < n; j++) [a[k * n + j], a[p * n + j]] = [a[p * n + j]!, a[k * n + j]!];
      for (let j = 0; j < m; j++) [b[k * m + j], b[p * m + j]] = [b[p * m + j]!, b[k * m + j]!];
    }
    for (let i = k + 1; i < n; i++) {
      const f = a[i * n + k]! / pivot;
      if (f === 0) continue;
      for (let j = k + 1; j < n; j++) a[i * n + j]! -= f * a[k * n + j]!;
      for (let j = 0; j < m; j++) b[i * m + j]! -= f * b[k * m + j]!;
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = 0; j < m; j++) {
      let s = b[i * m + j]!;
      for (let k = i + 1; k < n; k++) s -= a[i * n + k]! * b[k * m + j]!;
      b[i * m + j] = s / a[i * n + i]!;
    }
  }
}
