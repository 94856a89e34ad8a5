import { AppError } from '@/lib/errors';
import { individualsSigma } from './sigma';

export interface AttributeChart {
  /** Plotted statistic: p, np, c or u. */
  readonly statistics: Float64Array;
  readonly center: number;
  readonly lcl: Float64Array;
  readonly ucl: Float64Array;
  /** Distance from the centre in standard errors of each point, for run rules. */
  readonly z: Float64Array;
  readonly beyondLimits: number[];
  /** Laney's factor; 1 when the plain limits were asked for. */
  readonly sigmaZ: number;
}

export interface AttributeOptions {
  readonly nSigmas?: number;
  /** Points that follow the calibration points and do not enter the centre line. */
  readonly newCounts?: ArrayLike<number>;
  readonly newSizes?: ArrayLike<number>;
  readonly center?: number;
  /** Laney P′/U′: widen by the moving-range sigma of the z scores, for large areas of opportunity. */
  readonly laney?: boolean;
}

type Kind = 'p' | 'np' | 'c' | 'u';

function build(kind: Kind, counts: ArrayLike<number>, sizes: ArrayLike<number> | null, o: AttributeOptions): AttributeChart {
  const m0 = counts.length;
  const all = Float64Array.from([...Array.from(counts), ...Array.from(o.newCounts ?? [])]);
  const m = all.length;
  if (m === 0) throw new AppError('invalid_input', 'an attribute chart needs at least one count', { field: 'counts' });
  const size = new Float64Array(m).fill(1);
  if (sizes) {
    const joined = [...Array.from(sizes), ...Array.from(o.newSizes ?? [])];
    if (joined.length !== m) throw new AppError('dimension_mismatch', `${m} counts but ${joined.length} sizes`);
    size.set(joined);
  }
  let sum = 0;
  let total = 0;
  for (let i = 0; i < m; i++) {
    if (!(all[i]! >= 0) || !(size[i]! > 0)) {
      throw new AppError('invalid_input', `point ${i}: count ${all[i]} must be >= 0 and size ${size[i]} > 0`, { index: i });
    }
    if ((kind === 'p' || kind === 'np') && all[i]! > size[i]!) {
      throw new AppError('invalid_input', `point ${i}: ${all[i]} defectives in a sample of ${size[i]}`, { index: i });
    }
    if (i < m0) {
      sum += all[i]!;
      total += size[i]!;
    }
  }
  const rate = o.center ?? sum / total; // per unit, whatever is plotted
  const unit = kind === 'p' || kind === 'np' ? rate * (1 - rate) : rate;
  const z = Float64Array.from(all, (c, i) => (c / size[i]! - rate) / Math.sqrt(unit / size[i]!));
  const sigmaZ = o.laney ? individualsSigma(z.subarray(0, m0), 'mr') : 1;
  const k = (o.nSigmas ?? 3) * sigmaZ;
  const lcl = new Float64Array(m);
  const ucl = new Float64Array(m);
  const statistics = new Float64Array(m);
  const beyondLimits: number[] = [];
  for (let i = 0; i < m; i++) {
    const scale = kind === 'np' || kind === 'c' ? size[i]! : 1;
    const h = k * Math.sqrt(unit / size[i]!);
    statistics[i] = (all[i]! / size[i]!) * scale;
    lcl[i] = Math.max(0, rate - h) * scale;
    ucl[i] = (kind === 'p' || kind === 'np' ? Math.min(1, rate + h) : rate + h) * scale;
    if (statistics[i]! < lcl[i]! || statistics[i]! > ucl[i]!) beyondLimits.push(i);
  }
  if (o.laney) for (let i = 0; i < m; i++) z[i]! /= sigmaZ;
  const center = kind === 'np' ? rate * size[0]! : rate;
  return { statistics, center, lcl, ucl, z, beyondLimits, sigmaZ };
}

/**
 * p chart: fraction defective, limits p̄ ∓ k√(p̄(1−p̄)/n_i), cut to [0, 1].
 * @throws AppError `invalid_input` when a count exceeds its sample size.
 * @reference Montgomery (2013), §7.2; Laney, Quality Engineering 14 (2002) 531.
 */
export const pChart = (counts: ArrayLike<number>, sizes: ArrayLike<number>, options: AttributeOptions = {}): AttributeChart =>
  build('p', counts, sizes, options);

/** np chart: number defective in samples of equal size (unequal sizes get limits per point). Errors as `pChart`. */
export const npChart = (counts: ArrayLike<number>, sizes: ArrayLike<number>, options: AttributeOptions = {}): AttributeChart =>
  build('np', counts, sizes, options);

/** c chart: defects per unit of equal area, limits c̄ ∓ k√c̄. @reference Montgomery (2013), §7.3. */
export const cChart = (counts: ArrayLike<number>, options: AttributeOptions = {}): AttributeChart =>
  build('c', counts, null, options);

/** u chart: defects per unit of inspected area, limits ū ∓ k√(ū/n_i). @reference Montgomery (2013), §7.3. */
export const uChart = (counts: ArrayLike<number>, sizes: ArrayLike<number>, options: AttributeOptions = {}): AttributeChart =>
  build('u', counts, sizes, options);
