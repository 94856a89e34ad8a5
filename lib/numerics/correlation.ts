import type { Numbers } from './matrix';

/**
 * Correlations of a covariance matrix, r_ij = c_ij/(√c_ii √c_jj): roots before the product, so that small variances do not vanish in it, and rounding
 * takes none beyond ±1.
 * @param covariance - row-major (n, n), symmetric, not checked; a variance that is 0, negative or not finite gives none.
 * @returns row-major (n, n), dimensionless; NaN where one of the two variances gives none.
 * @complexity n².
 * @reference JCGM 100:2008, 5.2.2, eq. (14).
 */
export function correlationOf(covariance: Numbers, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const scale = Math.sqrt(covariance[i * (n + 1)]!) * Math.sqrt(covariance[j * (n + 1)]!);
      const isKnown = scale > 0 && scale < Number.POSITIVE_INFINITY;
      out[i * n + j] = isKnown ? Math.min(1, Math.max(-1, covariance[i * n + j]! / scale)) : Number.NaN;
    }
  }
  return out;
}
