import { AppError } from '@/lib/errors';
import { fitZernike, type ZernikeFit, type ZernikeFitOptions } from './fit';

/** Share of a site's u below which nothing is its own: rounding of a covariance. */
const NOTHING_OWN = 1e-6;

/** A fit with the uncertainty of its coefficients, where the sites share some of theirs. */
export interface SharedZernikeFit {
  readonly fit: ZernikeFit;
  /** Standard uncertainty of the coefficients, (terms,), unit of the values. */
  readonly uCoefficients: Float64Array;
}

/**
 * A Zernike fit whose sites have an uncertainty of their own and parts that they share. Weights are those of the own part, √(u² − Σₖ cₖ²). The
 * coefficients' u is what the sites have for themselves, not below what they state and widened by the residuals where those are larger (Birge), and what they share,
 * which goes through the fit as a value does: u² = u²(own) + Σₖ (A cₖ)².
 * @param x, y - sites (n), mm. @param z - values (n).
 * @param u - combined standard uncertainties (n), unit of the values; null or all 0: not stated, all sites count alike.
 * @param shared - parts that are common to all sites, each (n), signed, unit of the values.
 * @throws AppError as `fitZernike`; `invalid_input` where some sites are exact (u = 0) and others are not: no weights stand for that.
 * @reference JCGM 100:2008, 5.2.2 (correlated inputs); Birge, Phys. Rev. 40 (1932) 207.
 */
export function fitZernikeShared(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  z: ArrayLike<number>,
  u: Float64Array | null,
  shared: readonly Float64Array[],
  options: Omit<ZernikeFitOptions, 'uValue' | 'covariance'>,
): SharedZernikeFit {
  const own = u === null ? null : ownUncertainty(u, shared);
  const weighted: ZernikeFitOptions = { ...options, ...(own === null ? {} : { uValue: own, covariance: 'known' }) };
  const fit = fitZernike(x, y, z, weighted);
  const parts = shared.map((c) => fitZernike(x, y, c, weighted).coefficients);
  const widen = own !== null && fit.residualSigma > 1 ? fit.residualSigma : 1;
  const uCoefficients = fit.standardErrors.map((s, j) =>
    Math.sqrt((widen * s) ** 2 + parts.reduce((sum, c) => sum + c[j]! * c[j]!, 0)),
  );
  return { fit, uCoefficients };
}

/** What each site has for itself; null where the sites are exact, or one has nothing of its own: then all count alike. */
function ownUncertainty(u: Float64Array, shared: readonly Float64Array[]): Float64Array | null {
  const exact = u.indexOf(0);
  if (exact >= 0 && u.some((v) => v > 0))
    throw new AppError(
      'invalid_input',
      `u of measured site ${exact + 1} is 0 and that of others is not; give every site its uncertainty`,
      { field: 'u', site: exact },
    );
  const own = u.map((v, i) => Math.sqrt(Math.max(0, v * v - shared.reduce((s, c) => s + c[i]! * c[i]!, 0))));
  return own.every((v, i) => v > NOTHING_OWN * u[i]! && Number.isFinite(v)) ? own : null;
}
