import { AppError } from '@/lib/errors';
import { isOutside, varies } from '@/lib/numerics';
import { individualsSigma } from './sigma';

/** A chart of counts or shares. */
export interface AttributeChart {
  /** Plotted statistic: p, np, c or u; NaN where a sample is missing or has no items. */
  readonly statistics: Float64Array;
  /** Centre line: p̄, np̄ (one a point where the sizes differ), c̄ or ū. */
  readonly center: number | Float64Array;
  readonly lcl: Float64Array;
  readonly ucl: Float64Array;
  /** Distance from the centre in standard errors of each point, for run rules. */
  readonly z: Float64Array;
  readonly beyondLimits: number[];
  /** Laney's factor; 1 when the plain limits were asked for. */
  readonly sigmaZ: number;
}

/** Options of the attribute charts. */
export interface AttributeOptions {
  readonly nSigmas?: number;
  /** Points that follow the calibration points and do not enter the centre line. */
  readonly newCounts?: ArrayLike<number>;
  readonly newSizes?: ArrayLike<number>;
  /** Frozen centre line in the unit of what is plotted: a share (p), a count (np, c) or a rate (u). */
  readonly center?: number;
  /** Laney P′/U′: widen by the moving-range sigma of the z scores, for large areas of opportunity. */
  readonly laney?: boolean;
}

type Kind = 'p' | 'np' | 'c' | 'u';

interface Samples {
  readonly count: Float64Array;
  readonly size: Float64Array;
  /** Samples that make the centre line; the others follow them. */
  readonly base: number;
}

/** Counts and sizes side by side; a sample without count, without size or of size 0 is a gap (NaN in both). */
function samples(counts: ArrayLike<number>, sizes: ArrayLike<number> | null, o: AttributeOptions): Samples {
  const join = (
    field: string,
    c: ArrayLike<number>,
    s: ArrayLike<number> | null | undefined,
  ): { count: number[]; size: number[] } => {
    if (sizes && (s?.length ?? 0) !== c.length)
      throw new AppError('invalid_input', `${field}: ${s?.length ?? 0} sizes for ${c.length} counts; give one size a count`, {
        field,
      });
    return { count: Array.from(c), size: sizes ? Array.from(s!) : new Array<number>(c.length).fill(1) };
  };
  const base = join('sizes', counts, sizes);
  const extra = join('newSizes', o.newCounts ?? [], sizes ? (o.newSizes ?? []) : null);
  const count = Float64Array.from([...base.count, ...extra.count]);
  const size = Float64Array.from([...base.size, ...extra.size]);
  count.forEach((c, i) => {
    const n = size[i]!;
    if (c < 0 || n < 0 || (n === 0 && c > 0))
      throw new AppError(
        'invalid_input',
        `counts: point ${i} has ${c} in a sample of ${n}; neither may be negative, nothing is found in nothing`,
        {
          field: 'counts',
          index: i,
        },
      );
    if (Number.isNaN(c) || !(n > 0)) count[i] = size[i] = Number.NaN;
  });
  return { count, size, base: counts.length };
}

/** Rate per item or unit: pooled over the base, or from a frozen centre line. */
function rateOf(kind: Kind, { count, size, base }: Samples, center: number | undefined): number {
  const isShare = kind === 'p' || kind === 'np';
  let [sum, total] = [0, 0];
  for (let i = 0; i < base; i++)
    if (!Number.isNaN(count[i]!)) {
      sum += count[i]!;
      total += size[i]!;
    }
  if (center === undefined) {
    if (total === 0)
      throw new AppError('invalid_input', 'counts: no sample was counted; give one at least, or the centre line', {
        field: 'counts',
      });
    const rate = sum / total;
    if (rate === 0 || (isShare && rate === 1))
      throw new AppError(
        'out_of_domain',
        `counts: ${rate === 0 ? 'nothing was found in any sample' : 'every item is nonconforming'}, which gives no limits; give a centre line (center)`,
        { field: 'counts' },
      );
    return rate;
  }
  let rate = center;
  if (kind === 'np') {
    const known = size.filter((n) => !Number.isNaN(n));
    if (known.some((n) => n !== known[0]))
      throw new AppError(
        'invalid_input',
        'center: samples of different sizes have no single np centre; leave it out, or use a p chart',
        {
          field: 'center',
        },
      );
    rate = center / (known[0] ?? Number.NaN);
  }
  if (!(rate > 0) || (isShare && !(rate < 1)))
    throw new AppError(
      'invalid_input',
      `center is ${center}; ${kind === 'p' ? 'a share lies between 0 and 1' : kind === 'np' ? 'a count of nonconforming items lies between 0 and the size of the sample' : 'it must be positive'}`,
      { field: 'center' },
    );
  return rate;
}

function build(kind: Kind, counts: ArrayLike<number>, sizes: ArrayLike<number> | null, o: AttributeOptions): AttributeChart {
  const s = samples(counts, sizes, o);
  const { count, size } = s;
  const m = count.length;
  const isShare = kind === 'p' || kind === 'np';
  for (let i = 0; i < m; i++)
    if (isShare && count[i]! > size[i]!)
      throw new AppError('invalid_input', `counts: point ${i} has ${count[i]} nonconforming items in a sample of ${size[i]}`, {
        field: 'counts',
        index: i,
      });
  const rate = rateOf(kind, s, o.center);
  const unit = isShare ? rate * (1 - rate) : rate;
  const z = Float64Array.from(count, (c, i) => (c / size[i]! - rate) / Math.sqrt(unit / size[i]!));
  if (o.laney && !varies(count.subarray(0, s.base).map((c, i) => c / size[i]!)))
    throw new AppError('out_of_domain', 'laney: the samples do not vary, so there is nothing to widen by; leave it out', {
      field: 'laney',
    });
  const sigmaZ = o.laney ? individualsSigma(z.subarray(0, s.base), 'mr') : 1;
  const k = (o.nSigmas ?? 3) * sigmaZ;
  const gaps = (): Float64Array<ArrayBuffer> => new Float64Array(m).fill(Number.NaN);
  const [lcl, ucl, statistics, centers] = [gaps(), gaps(), gaps(), gaps()];
  const beyondLimits: number[] = [];
  for (let i = 0; i < m; i++) {
    if (Number.isNaN(count[i]!)) continue;
    const scale = kind === 'np' || kind === 'c' ? size[i]! : 1;
    const h = k * Math.sqrt(unit / size[i]!);
    statistics[i] = kind === 'np' || kind === 'c' ? count[i]! : count[i]! / size[i]!;
    centers[i] = rate * scale;
    lcl[i] = Math.max(0, rate - h) * scale;
    ucl[i] = (isShare ? Math.min(1, rate + h) : rate + h) * scale;
    if (isOutside(statistics[i]!, lcl[i]!, ucl[i]!, centers[i]!)) beyondLimits.push(i);
  }
  if (o.laney) for (let i = 0; i < m; i++) z[i]! /= sigmaZ;
  const known = size.filter((n) => !Number.isNaN(n));
  const isOne = kind !== 'np' || known.every((n) => n === known[0]);
  return { statistics, center: !isOne ? centers : kind === 'np' ? rate * known[0]! : rate, lcl, ucl, z, beyondLimits, sigmaZ };
}

/**
 * p chart: fraction defective, limits p̄ ∓ k√(p̄(1−p̄)/n_i), cut to [0, 1]. A sample that is missing (NaN) or has no items keeps its place as a gap.
 * @param counts - nonconforming items, (n,).
 * @param sizes - sample sizes, (n,).
 * @throws AppError `invalid_input` when a count exceeds its sample size, sizes are missing, or the centre is no share; `out_of_domain` when
 * nothing (or everything) is nonconforming and no centre is given.
 * @reference Montgomery (2013), §7.2; Laney, Quality Engineering 14 (2002) 531.
 */
export const pChart = (counts: ArrayLike<number>, sizes: ArrayLike<number>, options: AttributeOptions = {}): AttributeChart =>
  build('p', counts, sizes, options);

/**
 * np chart: number defective; unequal sizes get centre and limits per point. Gaps and errors as `pChart`.
 * @param counts - nonconforming items, (n,).
 * @param sizes - sample sizes, (n,).
 * @reference Montgomery (2013), §7.2.
 */
export const npChart = (counts: ArrayLike<number>, sizes: ArrayLike<number>, options: AttributeOptions = {}): AttributeChart =>
  build('np', counts, sizes, options);

/**
 * c chart: defects per unit of equal area, limits c̄ ∓ k√c̄. Gaps as `pChart`.
 * @param counts - defects, (n,).
 * @throws AppError as {@link pChart}.
 * @reference Montgomery (2013), §7.3.
 */
export const cChart = (counts: ArrayLike<number>, options: AttributeOptions = {}): AttributeChart =>
  build('c', counts, null, options);

/**
 * u chart: defects per unit of inspected area, limits ū ∓ k√(ū/n_i). Gaps as `pChart`.
 * @param counts - defects, (n,).
 * @param sizes - inspected areas or units, (n,).
 * @throws AppError as {@link pChart}.
 * @reference Montgomery (2013), §7.3.
 */
export const uChart = (counts: ArrayLike<number>, sizes: ArrayLike<number>, options: AttributeOptions = {}): AttributeChart =>
  build('u', counts, sizes, options);
