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

export interface WaferModelOptions extends ZernikeFitOptions {
  readonly kind?: CovarianceKind;
  /** Covariance of the residual; estimated by REML when not given. */
  readonly residualCovariance?: CovarianceModel;
}

/**
 * Fit trend and residual of one wafer: Zernike polynomials by least squares, the residual as a zero-mean Gaussian field (simple kriging).
 * @throws AppError as `fitZernike` and `fitCovariance`.
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
  const covariance =
    options.residualCovariance ?? fitCovariance(px, py, r, options.kind ?? 'exponential', { drift: 'none' }).model;
  return { trend, covariance, residual: fitKriging(px, py, r, covariance, { mean: 0 }) };
}

/** Prediction and standard uncertainty (trend and field together, taken as independent) at positions in mm. */
export function predictWafer(
  m: WaferModel,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  target: 'value' | 'signal' = 'signal',
): { readonly value: Float64Array; readonly u: Float64Array } {
  const trend = evaluateZernike(m.trend.coefficients, x, y, m.trend.normRadiusMm);
  const u = zernikeUncertainty(m.trend.covariance, x, y, m.trend.normRadiusMm);
  const field = krige(m.residual, x, y, { target });
  return { value: trend.map((t, i) => t + field.prediction[i]!), u: u.map((t, i) => Math.sqrt(t * t + field.variance![i]!)) };
}
