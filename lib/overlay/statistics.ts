import { AppError } from '@/lib/errors';
import { moments, quantile } from '@/lib/numerics';

/** The figures overlay is judged by, nm. */
export interface OverlayStatistics {
  readonly n: number;
  /** nm, with its sign. */
  readonly mean: number;
  /** Divisor n − 1; null of one mark. */
  readonly sigma: number | null;
  readonly threeSigma: number | null;
  /** |mean| + 3σ; null where σ is. */
  readonly meanPlus3Sigma: number | null;
  readonly rms: number;
  readonly max: number;
  /** 99.7 % of the magnitudes lie below this. */
  readonly p997: number;
}

/** Statistics of both axes and of the vector lengths, nm. */
export interface OverlaySummary {
  readonly x: OverlayStatistics;
  readonly y: OverlayStatistics;
  /** Of the vector lengths √(dx² + dy²). */
  readonly vector: OverlayStatistics;
}

/**
 * Statistics of one axis; NaN marks are not counted; σ has divisor n − 1.
 * @param d - (n,), nm.
 * @returns nm.
 * @throws AppError `invalid_input` when no mark is left.
 * @reference |mean| + 3σ: Mack, Fundamental Principles of Optical Lithography (2007), ch. 8.
 */
export function overlayStatistics(d: ArrayLike<number>): OverlayStatistics {
  const m = moments(d);
  if (m.n === 0) throw new AppError('invalid_input', 'no mark was measured', { field: 'marks' });
  const magnitude = new Float64Array(d.length);
  let ss = 0;
  for (let i = 0; i < d.length; i++) {
    const v = d[i]!;
    magnitude[i] = Math.abs(v);
    if (!Number.isNaN(v)) ss += v * v;
  }
  const sigma = m.n > 1 ? Math.sqrt(m.variance) : null;
  return {
    n: m.n,
    mean: m.mean,
    sigma,
    threeSigma: sigma === null ? null : 3 * sigma,
    meanPlus3Sigma: sigma === null ? null : Math.abs(m.mean) + 3 * sigma,
    rms: Math.sqrt(ss / m.n),
    max: Math.max(Math.abs(m.min), Math.abs(m.max)),
    p997: quantile(magnitude, 0.997),
  };
}

/**
 * Statistics per X, Y and vector; a mark counts for the vector when both axes were measured.
 * @param dx - (n,), nm; `dy` likewise.
 * @returns nm.
 * @throws AppError `dimension_mismatch` when lengths differ; as {@link overlayStatistics}.
 */
export function overlaySummary(dx: ArrayLike<number>, dy: ArrayLike<number>): OverlaySummary {
  if (dx.length !== dy.length) throw new AppError('dimension_mismatch', `dx has ${dx.length} marks, dy has ${dy.length}`);
  return {
    x: overlayStatistics(dx),
    y: overlayStatistics(dy),
    vector: overlayStatistics(lengths(dx, dy)),
  };
}

function lengths(dx: ArrayLike<number>, dy: ArrayLike<number>): Float64Array {
  const out = new Float64Array(dx.length);
  for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(dx[i]! * dx[i]! + dy[i]! * dy[i]!);
  return out;
}

/**
 * Tool-induced shift from one mark measured in both orientations: TIS = (d0 + d180)/2; the corrected overlay is (d0 − d180)/2.
 * @param d0, d180 - readings in the frame of the tool at 0° and at 180°, nm; a mark that one of them lacks is NaN and not counted.
 * @returns (n,) each, nm.
 * @throws AppError `dimension_mismatch` when lengths differ.
 * @reference Starikov et al., Opt. Eng. 31 (1992) 1298.
 */
export function removeTis(
  d0: ArrayLike<number>,
  d180: ArrayLike<number>,
): { readonly overlay: Float64Array; readonly tis: Float64Array; readonly meanTis: number; readonly tis3Sigma: number | null } {
  if (d0.length !== d180.length) throw new AppError('dimension_mismatch', `${d0.length} readings at 0°, ${d180.length} at 180°`);
  const overlay = Float64Array.from({ length: d0.length }, (_, i) => (d0[i]! - d180[i]!) / 2);
  const tis = Float64Array.from({ length: d0.length }, (_, i) => (d0[i]! + d180[i]!) / 2);
  const s = overlayStatistics(tis);
  return { overlay, tis, meanTis: s.mean, tis3Sigma: s.threeSigma };
}
