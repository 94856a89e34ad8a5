import { AppError } from '@/lib/errors';
import { type Cholesky, cholesky, forwardSolveInPlace } from '@/lib/numerics';

/**
 * Standard uncertainties of a set of sites. What the sites share (one calibration, one parameter fitted for the whole wafer) moves them
 * together and is not averaged away:
 *   cov(zᵢ, zⱼ) = Σₖ cᵢₖ cⱼₖ for i ≠ j,   var(zᵢ) = uᵢ².
 */
export interface SiteUncertainty {
  /** Standard uncertainty of each value, shape (n,), unit of the values; NaN where nothing was measured or nothing is known. */
  readonly u: ArrayLike<number>;
  /** The shared parts c, signed, unit of the values: component after component, each shape (n,). Empty: the sites are independent. */
  readonly common: ArrayLike<number>;
}

/**
 * Standard uncertainty of y = Σᵢ gᵢ zᵢ, also of any function of the sites with these derivatives:
 * u² = Σᵢ gᵢ² (uᵢ² − Σₖ cᵢₖ²) + Σₖ (Σᵢ gᵢ cᵢₖ)².
 * @param g - derivatives, shape (n,); a site with 0 takes no part.
 * @param s - uncertainties of the sites, (n,).
 * @returns null where a site that takes part has no uncertainty: a part of the sites says nothing of the whole.
 * @throws AppError `dimension_mismatch`.
 * @reference JCGM 100:2008, 5.2.2, eq. 13.
 */
export function uOfCombination(g: ArrayLike<number>, s: SiteUncertainty): number | null {
  const n = g.length;
  const parts = n === 0 ? 0 : s.common.length / n;
  if (s.u.length !== n || !Number.isInteger(parts))
    throw new AppError('dimension_mismatch', `${n} sites, ${s.u.length} uncertainties, ${s.common.length} common parts`);
  let own = 0;
  const together = new Float64Array(parts);
  for (let i = 0; i < n; i++) {
    if (g[i] === 0) continue;
    if (!Number.isFinite(s.u[i]!)) return null;
    let shared = 0;
    for (let k = 0; k < parts; k++) {
      const c = s.common[k * n + i]!;
      shared += c * c;
      together[k]! += g[i]! * c;
    }
    own += g[i]! * g[i]! * Math.max(0, s.u[i]! * s.u[i]! - shared);
  }
  return Math.sqrt(own + together.reduce((sum, t) => sum + t * t, 0));
}

const measured = (z: ArrayLike<number>): number[] => {
  const at: number[] = [];
  for (let i = 0; i < z.length; i++) if (!Number.isNaN(z[i]!)) at.push(i);
  return at;
};

/**
 * u of the mean of the measured sites.
 * @param z - values, NaN: not measured.
 * @returns null without sites or where one has no u.
 * @reference JCGM 100:2008, 5.2.2.
 */
export function uOfMean(z: ArrayLike<number>, s: SiteUncertainty): number | null {
  const at = measured(z);
  const g = new Float64Array(z.length);
  for (const i of at) g[i] = 1 / at.length;
  return at.length === 0 ? null : uOfCombination(g, s);
}

/**
 * u of the sample standard deviation, to first order: ∂s/∂zᵢ = (zᵢ − z̄)/((n − 1) s).
 * @returns null below two sites, where all are equal, or where one has no u.
 * @reference JCGM 100:2008, 5.2.2.
 */
export function uOfSd(z: ArrayLike<number>, s: SiteUncertainty): number | null {
  const at = measured(z);
  const mean = at.reduce((sum, i) => sum + z[i]!, 0) / at.length;
  const sd = Math.sqrt(at.reduce((sum, i) => sum + (z[i]! - mean) ** 2, 0) / (at.length - 1));
  if (at.length < 2 || !(sd > 0)) return null;
  const g = new Float64Array(z.length);
  for (const i of at) g[i] = (z[i]! - mean) / ((at.length - 1) * sd);
  return uOfCombination(g, s);
}

/**
 * u of the range, to first order: of the highest less the lowest site.
 * @returns null below two sites, where all are equal, or where one of the two has no u.
 * @reference JCGM 100:2008, 5.2.2.
 */
export function uOfRange(z: ArrayLike<number>, s: SiteUncertainty): number | null {
  const at = measured(z);
  const [lo, hi] = [
    at.reduce((a, i) => (z[i]! < z[a]! ? i : a), at[0] ?? -1),
    at.reduce((a, i) => (z[i]! > z[a]! ? i : a), at[0] ?? -1),
  ];
  if (lo === hi) return null;
  const g = new Float64Array(z.length);
  g[hi] = 1;
  g[lo] = -1;
  return uOfCombination(g, s);
}

/**
 * The shared parts of one value that was fitted together with parameters common to all sites: with C the covariance of the common ones and
 * q the covariances of the value with them, c = L⁻¹ q where C = L Lᵀ, so that Σ c² is what the common ones bring to its variance.
 * @param covariance - of all parameters of the site, (p, p) row-major. @param value - index of the value. @param shared - indices of the common ones.
 * @returns one part a common parameter; where C is not positive definite the whole u in the first, so that nothing is averaged away.
 * @reference Björck, Numerical Methods for Least Squares Problems (1996), §6.3.
 */
export function commonParts(covariance: ArrayLike<number>, p: number, value: number, shared: readonly number[]): Float64Array {
  const k = shared.length;
  const c = Float64Array.from(shared, (j) => covariance[value * p + j]!);
  const factor = factorOrNull(
    Float64Array.from({ length: k * k }, (_, i) => covariance[shared[Math.floor(i / k)]! * p + shared[i % k]!]!),
    k,
  );
  if (factor === null) {
    c.fill(0);
    c[0] = Math.sqrt(covariance[value * p + value]!);
  } else forwardSolveInPlace(factor.l, c);
  return c;
}

function factorOrNull(a: Float64Array, n: number): Cholesky | null {
  try {
    return cholesky(a, n);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_positive_definite') return null;
    throw e;
  }
}
