import { symmetricEigen } from './symmetric';

/** Share of the largest entry, times n, that rounding may leave between mirrored entries or an eigenvalue below 0. */
const ROUNDING = 1e-9;

/** Why a matrix is no covariance, correlation or weight: entries that are not mirrored, or a direction of negative value. */
export type SemidefiniteFault = { readonly row: number; readonly column: number } | { readonly eigenvalue: number };

/**
 * What keeps a square matrix from being symmetric and positive semi-definite, up to rounding; null when nothing does.
 * @param a - (n, n) row-major.
 * @complexity O(n³).
 */
export function semidefiniteFault(a: Float64Array, n: number): SemidefiniteFault | null {
  const size = a.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) if (!(Math.abs(a[i * n + j]! - a[j * n + i]!) <= ROUNDING * size)) return { row: i, column: j };
  const least = symmetricEigen(a.slice(), n).values.reduce((m, v) => Math.min(m, v), Number.POSITIVE_INFINITY);
  return least < -ROUNDING * n * size ? { eigenvalue: least } : null;
}

/** Remaining variances below this share of the largest, times n, are the rounding of those that were taken out. */
const SPENT = 64 * Number.EPSILON;

/**
 * L with L·Lᵀ = A for a positive semi-definite A, also a singular one: Cholesky by the largest remaining variance, ended where nothing but rounding is
 * left, so that what is fully correlated stays so to the last digit.
 * @param a - (n, n) row-major, without a `semidefiniteFault`.
 * @returns (n, n) row-major; row i belongs to row i of A, columns beyond the rank are 0.
 * @complexity n³/3.
 * @reference Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed. (2002), §10.3.
 */
export function semidefiniteFactor(a: Float64Array, n: number): Float64Array {
  const rest = a.slice();
  const l = new Float64Array(n * n);
  const isOpen = new Uint8Array(n).fill(1);
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, a[i * n + i]!);
  for (let k = 0; k < n; k++) {
    let pivot = -1;
    for (let i = 0; i < n; i++) if (isOpen[i] === 1 && (pivot < 0 || rest[i * n + i]! > rest[pivot * n + pivot]!)) pivot = i;
    const d = rest[pivot * n + pivot]!;
    if (!(d > SPENT * n * largest)) break;
    const root = Math.sqrt(d);
    isOpen[pivot] = 0;
    l[pivot * n + k] = root;
    // |a_ij| ≤ √(a_ii a_jj) ≤ d but for the rounding of the entries
    for (let i = 0; i < n; i++) if (isOpen[i] === 1) l[i * n + k] = Math.max(-d, Math.min(d, rest[i * n + pivot]!)) / root;
    for (let i = 0; i < n; i++)
      if (isOpen[i] === 1) for (let j = 0; j < n; j++) if (isOpen[j] === 1) rest[i * n + j]! -= l[i * n + k]! * l[j * n + k]!;
  }
  return l;
}
