import { AppError } from '@/lib/errors';
import type { CovarianceModel } from './covariance';
import { driftTerms } from './drift';
import { fitKriging, type KrigingModel, krige } from './kriging';
import { extentOf, profiledLogLikelihood } from './likelihood';
import { placesOf, snapToSites } from './repeats';

/** Why sites are not interpolated: fewer than three places, all on one line, or more than `MOST_SITES`. */
export type NotInterpolated = 'too_few_sites' | 'sites_on_a_line' | 'too_many_sites';

/** Sites of one wafer with what lies between them; `field` is null where they cannot carry it. */
export interface SiteInterpolation {
  readonly status: 'interpolated' | NotInterpolated;
  readonly field: KrigingModel | null;
}

const DRIFT = 'linear';
const MOST_SITES = 400;
/** Places beyond the drift's terms from which a range can be estimated. */
const FREE_TO_ESTIMATE = 5;
/** Ranges tried, as shares of the extent of the sites: beyond the last the field is as good as a smooth polynomial, and badly conditioned. */
const RANGE_SHARES = [0.05, 0.08, 0.13, 0.2, 0.3, 0.5, 0.8, 1.3];
const USUAL_SHARE = 0.5;
/**
 * Keeps the system positive definite to rounding. The values of the sites are met to some 5e−8 of their span over random layouts; two sites nearer to each other than a
 * hundred-thousandth of the range share their difference, which no picture shows.
 */
const JITTER = 1e-9;

/**
 * What lies between the sites of one wafer: universal kriging with a plane as drift and a Matérn 3/2 field, exact at the sites. The range is the one of a
 * ladder with the highest restricted likelihood; with fewer than eight places it is half the extent. Readings of one place count as their mean.
 * It assumes that the values carry no noise of their own: for values with a stated uncertainty, and for the uncertainty of the picture, use `fitKriging`.
 * @param x, y - sites (n), mm. @param z - values (n), any unit; sites without a finite value are left out.
 * @returns the field, or a status that says why there is none.
 * @throws AppError `invalid_input` when the lengths differ or a coordinate is not finite.
 * @complexity n³/3 for each of at most nine factorisations.
 * @reference Chilès & Delfiner, Geostatistics, 2nd ed. (2012), §3.4; Stein, Interpolation of Spatial Data (1999), §2.7 (Matérn).
 */
export function interpolateSites(x: ArrayLike<number>, y: ArrayLike<number>, z: ArrayLike<number>): SiteInterpolation {
  const s = meanOfPlaces(x, y, z);
  const n = s.z.length;
  if (n < driftTerms(DRIFT)) return { status: 'too_few_sites', field: null };
  if (n > MOST_SITES) return { status: 'too_many_sites', field: null };
  try {
    return { status: 'interpolated', field: fitKriging(s.x, s.y, s.z, likeliestModel(s), { drift: DRIFT }) };
  } catch (e) {
    if (e instanceof AppError && e.code === 'rank_deficient') return { status: 'sites_on_a_line', field: null };
    throw e;
  }
}

/** Values of the field at places in mm; NaN where sites are not interpolated. */
export function interpolatedAt(s: SiteInterpolation, x: ArrayLike<number>, y: ArrayLike<number>): Float64Array {
  if (s.field === null) return new Float64Array(x.length).fill(Number.NaN);
  return krige(s.field, x, y, { target: 'signal', variance: false }).prediction;
}

interface Places {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
}

/** Measured places, each once, with the mean of its readings. */
function meanOfPlaces(x: ArrayLike<number>, y: ArrayLike<number>, z: ArrayLike<number>): Places {
  if (x.length !== z.length || y.length !== z.length)
    throw new AppError('invalid_input', `x, y, z have ${x.length}, ${y.length}, ${z.length} entries`, { field: 'z' });
  const measured = Array.from({ length: z.length }, (_, i) => i).filter((i) => Number.isFinite(z[i]!));
  const px = Float64Array.from(measured, (i) => x[i]!);
  const py = Float64Array.from(measured, (i) => y[i]!);
  snapToSites(px, py, px, py);
  const sums = new Map<number, { sum: number; n: number }>();
  for (const [k, first] of placesOf(px, py).entries()) {
    const at = sums.get(first) ?? { sum: 0, n: 0 };
    at.sum += z[measured[k]!]!;
    at.n++;
    sums.set(first, at);
  }
  const firsts = [...sums.keys()];
  return {
    x: Float64Array.from(firsts, (k) => px[k]!),
    y: Float64Array.from(firsts, (k) => py[k]!),
    z: Float64Array.from(firsts, (k) => sums.get(k)!.sum / sums.get(k)!.n),
  };
}

const modelOf = (phi: number): CovarianceModel => ({ kind: 'matern', nu: 1.5, sigma2: 1, phi, nugget: JITTER });

/** The model whose range is the likeliest. Its variance stays 1: the values between the sites do not depend on it. */
function likeliestModel({ x, y, z }: Places): CovarianceModel {
  const extent = Math.max(extentOf(x), extentOf(y));
  let best = modelOf(USUAL_SHARE * extent);
  if (z.length < driftTerms(DRIFT) + FREE_TO_ESTIMATE || z.every((v) => v === z[0])) return best;
  let highest = Number.NEGATIVE_INFINITY;
  for (const share of RANGE_SHARES) {
    const model = modelOf(share * extent);
    const { value } = profiledLogLikelihood(x, y, z, model, DRIFT, 'reml');
    if (value > highest) [best, highest] = [model, value];
  }
  return best;
}
