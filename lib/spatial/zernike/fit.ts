import { AppError } from '@/lib/errors';
import { type LeastSquaresFit, leastSquares } from '@/lib/numerics';
import { termsOfOrder, zernikeName } from './indices';
import { zernikeValues } from './polynomials';

/** Order, weights and policy of a Zernike fit. */
export interface ZernikeFitOptions {
  /** Number of OSA/ANSI terms, or the radial order instead. */
  readonly terms?: number;
  readonly order?: number;
  /** Radius that maps to the unit circle, mm. Default 150. */
  readonly normRadiusMm?: number;
  /** Standard uncertainty of each site value; weights 1/u². Zero or NaN is refused, give all or none. */
  readonly uValue?: ArrayLike<number>;
  /** Covariance from the given uncertainties (`known`) or scaled by the residuals (`estimated`, default). */
  readonly covariance?: 'estimated' | 'known';
  /** Singular values below this fraction of the largest are taken as aliased. Default 1e-6: above the 1e-7 that sites rounded to 0.1 µm fake. */
  readonly rankTolerance?: number;
  readonly onDeficient?: 'throw' | 'minimum_norm';
}

/** A Zernike model of one wafer. `coefficients[j]` belongs to OSA/ANSI index j, in the unit of the values. */
export interface ZernikeFit extends Omit<LeastSquaresFit, 'singularValues'> {
  readonly terms: number;
  readonly normRadiusMm: number;
  /** √(rss/n) of the sites used (weighted fits: plain residuals). */
  readonly rmsResidual: number;
  /** Groups of terms these sites cannot tell apart; empty when all are identifiable. */
  readonly aliased: readonly string[][];
}

/** Number of terms asked for; order 4 (15 terms) when nothing is said. */
export function termsOf(o: Pick<ZernikeFitOptions, 'terms' | 'order'>): number {
  return o.terms ?? termsOfOrder(o.order ?? 4);
}

/**
 * Weighted least-squares fit of a wafer map by Zernike polynomials: z_i ≈ Σ_j a_j Z_j(x_i/R, y_i/R).
 * @param x, y - site positions, wafer frame, mm, shape (n,).
 * @param z - values; NaN means "not measured" and drops the site.
 * @returns coefficients in the unit of the values, with covariance.
 * @throws AppError `rank_deficient` with the names of the terms the sites alias (ring layouts do: 9 sites carry 8 of 10 terms);
 * `invalid_input` with fewer sites than terms.
 * @reference Mahajan, Zernike polynomials and wavefront fitting, in Optical Shop Testing, 3rd ed. (2007); QR as in numerics.
 * @reference orthonormal polynomials: Born & Wolf, Principles of Optics, 7th ed. (1999), §9.2.1 and app. VII.
 */
export function fitZernike(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  z: ArrayLike<number>,
  options: ZernikeFitOptions = {},
): ZernikeFit {
  const terms = termsOf(options);
  const radius = options.normRadiusMm ?? 150;
  if (!(radius > 0))
    throw new AppError('invalid_input', `normRadiusMm must be positive, got ${radius}`, { field: 'normRadiusMm' });
  const design = zernikeValues(x, y, terms, 1 / radius);
  const names = Array.from({ length: terms }, (_, j) => zernikeName(j));
  const weights = options.uValue ? weightsOf(options.uValue) : undefined;
  const fit = leastSquares(design, z, {
    ...(weights ? { weights } : {}),
    covariance: options.covariance ?? 'estimated',
    rankTolerance: options.rankTolerance ?? 1e-6,
    onDeficient: options.onDeficient ?? 'throw',
    names,
  });
  return withMap(fit, terms, radius);
}

function withMap(fit: LeastSquaresFit, terms: number, normRadiusMm: number): ZernikeFit {
  let rss = 0;
  for (const r of fit.residuals) if (!Number.isNaN(r)) rss += r * r;
  return { ...fit, terms, normRadiusMm, rmsResidual: Math.sqrt(rss / fit.nUsed), aliased: fit.nullSpace.map(termNames) };
}

/** Terms that take part in a null vector (share above a tenth). */
export function termNames(v: Float64Array): string[] {
  return Array.from(v.keys())
    .filter((j) => Math.abs(v[j]!) > 0.1)
    .map(zernikeName);
}

/**
 * 1/u² for each value.
 * @param u - standard uncertainties, (n,).
 * @returns (n,), 1/unit².
 * @throws AppError `invalid_input` when an uncertainty is not positive.
 */
export function weightsOf(u: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: u.length }, (_, i) => {
    if (!(u[i]! > 0))
      throw new AppError('invalid_input', `u[${i}] is ${u[i]}; give a positive standard uncertainty for every site`, {
        field: 'u',
        index: i,
      });
    return 1 / (u[i]! * u[i]!);
  });
}
