import { AppError } from '@/lib/errors';
import { ROUNDING_SHARE } from '@/lib/numerics';
import { evaluateZernike, fitZernike, type ZernikeFit, type ZernikeFitOptions, zernikeUncertainty } from '../zernike';
import type { CovarianceKind, CovarianceModel } from './covariance';
import { fitKriging, type KrigingModel, krige } from './kriging';
import { fitCovariance } from './likelihood';

/** Zernike trend plus kriged residual: the tool signature and what is local to this wafer. */
export interface WaferModel {
  readonly trend: ZernikeFit;
  readonly residual: KrigingModel;
  readonly covariance: CovarianceModel;
}

/** Order of the trend and family of the residual's covariance. */
export interface WaferModelOptions extends ZernikeFitOptions {
  readonly kind?: CovarianceKind;
  /** Covariance of the residual; estimated by REML when not given. */
  readonly residualCovariance?: CovarianceModel;
}

/**
 * Fit trend and residual of one wafer: Zernike polynomials by least squares, the residual as a zero-mean Gaussian field (simple kriging).
 * @param x - (n,), mm, wafer frame; `y` likewise.
 * @param z - (n,); NaN sites are left out.
 * @throws AppError as `fitZernike` and `fitCovariance`; `out_of_domain` when the trend leaves only rounding.
 * @reference trend and residual: Cressie, Statistics for Spatial Data (1993), §3.1.
 */
export function fitWaferModel(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  z: ArrayLike<number>,
  options: WaferModelOptions = {},
): WaferModel {
  const trend = fitZernike(x, y, z, options);
  const keep = Array.from({ length: z.length }, (_, i) => i).filter((i) => !Number.isNaN(trend.residuals[i]!));
  const pick = (v: ArrayLike<number>): number[] => keep.map((i) => v[i]!);
  const [px, py, r] = [pick(x), pick(y), pick(trend.residuals)];
  requireResidual(z, r);
  const covariance =
    options.residualCovariance ?? fitCovariance(px, py, r, options.kind ?? 'exponential', { drift: 'none' }).model;
  return { trend, covariance, residual: fitKriging(px, py, r, covariance, { mean: 0 }) };
}

/** A field cannot be estimated from what rounding leaves of the values. */
function requireResidual(z: ArrayLike<number>, residual: readonly number[]): void {
  const largest = (v: ArrayLike<number>): number =>
    Array.from(v).reduce((m, e) => (Number.isNaN(e) ? m : Math.max(m, Math.abs(e))), 0);
  if (!(largest(residual) > ROUNDING_SHARE * largest(z)))
    throw new AppError(
      'out_of_domain',
      'value: the trend leaves nothing of the values but rounding; fit the trend alone, or a lower order',
      {
        field: 'value',
      },
    );
}

/**
 * Prediction, its variance and standard uncertainty, named as those of kriging (trend and field together, taken as independent) at positions in mm.
 * @param x - (n,), mm, wafer frame; `y` likewise.
 * @returns (n,) each, unit of the values; the variance in its square.
 */
export function predictWafer(
  m: WaferModel,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  target: 'value' | 'signal' = 'signal',
): { readonly prediction: Float64Array; readonly variance: Float64Array; readonly u: Float64Array } {
  const trend = evaluateZernike(m.trend.coefficients, x, y, m.trend.normRadiusMm);
  const u = zernikeUncertainty(m.trend.covariance, x, y, m.trend.normRadiusMm);
  const field = krige(m.residual, x, y, { target });
  const variance = u.map((t, i) => t * t + field.variance![i]!);
  return { prediction: trend.map((t, i) => t + field.prediction[i]!), variance, u: variance.map(Math.sqrt) };
}
