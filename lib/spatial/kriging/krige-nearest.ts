import { AppError } from '@/lib/errors';
import { type CovarianceModel, isotropic } from './covariance';
import { fitKriging, type KrigeOptions, type KrigingOptions, type KrigingResult, krige } from './kriging';
import { placesOf, snapToSites } from './repeats';

/**
 * Kriging with the `nearest` readings of each point only, for very many sites. Distances in the anisotropic metric; ties by site order; a site that is read
 * more than once comes with all its readings, whose mean it is.
 * @param x - sites, (n,), mm; `y` likewise; xNew, yNew - positions, (m,); z - values, NaN is left out.
 * @param nearest - number of readings of each prediction.
 * @throws AppError as {@link fitKriging} and {@link krige}.
 * @reference Chilès & Delfiner, Geostatistics, 2nd ed. (2012), ch. 3.
 */
export function krigeNearest(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  z: ArrayLike<number>,
  model: CovarianceModel,
  xNew: ArrayLike<number>,
  yNew: ArrayLike<number>,
  nearest: number,
  options: KrigingOptions & KrigeOptions = {},
): KrigingResult {
  const m = xNew.length;
  const prediction = new Float64Array(m);
  const variance = new Float64Array(m);
  if (xNew.length !== yNew.length) throw new AppError('dimension_mismatch', `xNew has ${m} points, yNew has ${yNew.length}`);
  const [px, py] = [Float64Array.from(x), Float64Array.from(y)];
  snapToSites(px, py, px, py);
  const [qx, qy] = [Float64Array.from(xNew), Float64Array.from(yNew)];
  snapToSites(px, py, qx, qy);
  const site = isotropic(model, px, py);
  const point = isotropic(model, qx, qy);
  const place = placesOf(px, py);
  const measured = Array.from({ length: z.length }, (_, i) => i).filter((i) => !Number.isNaN(z[i]!));
  for (let j = 0; j < m; j++) {
    const d = (i: number): number => (site.x[i]! - point.x[j]!) ** 2 + (site.y[i]! - point.y[j]!) ** 2;
    const sorted = [...measured].sort((a, b) => d(a) - d(b) || a - b);
    const chosen = new Set(sorted.slice(0, nearest).map((i) => place[i]!));
    const near = sorted.filter((i) => chosen.has(place[i]!));
    const pick = (v: ArrayLike<number>): number[] => near.map((i) => v[i]!);
    const { uValue, ...rest } = options;
    const k = fitKriging(pick(px), pick(py), pick(z), model, uValue ? { ...rest, uValue: pick(uValue) } : rest);
    const r = krige(k, [qx[j]!], [qy[j]!], options);
    prediction[j] = r.prediction[0]!;
    variance[j] = r.variance?.[0] ?? Number.NaN;
  }
  return { prediction, variance, covariance: null };
}
