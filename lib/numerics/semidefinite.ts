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
