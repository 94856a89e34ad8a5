import { AppError } from '@/lib/errors';
import { median, moments } from '@/lib/numerics';
import { c4, rangeMoments } from './constants';

/** A subgroup: repeated measurements; NaN or null means "not measured" and is left out. */
export type Subgroup = ArrayLike<number | null>;

/** Statistics of subgroups; unit of the values. */
export interface SubgroupStatistics {
  /** Measured values of each subgroup. */
  readonly n: Int32Array;
  /** NaN for an empty subgroup. */
  readonly mean: Float64Array;
  /** NaN below two values. */
  readonly range: Float64Array;
  /** Sample standard deviation (divisor n − 1); NaN below two values. */
  readonly sd: Float64Array;
}

/** Size, mean, range and standard deviation of each subgroup, missing values left out. @returns one entry a subgroup. */
export function subgroupStatistics(subgroups: ArrayLike<Subgroup>): SubgroupStatistics {
  const m = subgroups.length;
  const out = { n: new Int32Array(m), mean: new Float64Array(m), range: new Float64Array(m), sd: new Float64Array(m) };
  for (let i = 0; i < m; i++) {
    const g = subgroups[i]!;
    const s = moments(Float64Array.from({ length: g.length }, (_, j) => g[j] ?? Number.NaN));
    out.n[i] = s.n;
    out.mean[i] = s.mean;
    out.range[i] = s.n > 1 ? s.max - s.min : Number.NaN;
    out.sd[i] = Math.sqrt(s.variance);
  }
  return out;
}

/**
 * Estimators of the within-subgroup sigma. `rbar` mean(R_i/d2(n_i)); `sbar` mean(s_i/c4(n_i)); `mvlue-r`, `mvlue-s` the
 * minimum-variance linear combinations for unequal subgroups; `pooled` √(Σ(n_i−1)s_i²/Σ(n_i−1)) divided by c4(Σ(n_i−1)+1).
 */
export type WithinMethod = 'rbar' | 'sbar' | 'mvlue-r' | 'mvlue-s' | 'pooled';

/**
 * Within-subgroup standard deviation.
 * @param use - indices of the subgroups that enter (excluded points stay out); default all with two values or more.
 * @returns unit of the values.
 * @throws AppError `invalid_input` when no subgroup has two values.
 * @reference Burr, Industrial Quality Control 22 (1966) 525 (unbiasing constants); Burr, J. Quality Technology 1 (1969) 163 (unequal sizes).
 */
export function withinSigma(stats: SubgroupStatistics, method: WithinMethod = 'rbar', use?: readonly number[]): number {
  const indices = (use ?? Array.from(stats.n.keys())).filter((i) => stats.n[i]! >= 2);
  if (indices.length === 0) throw new AppError('invalid_input', 'no subgroup has two measurements; use an individuals chart');
  if (method === 'pooled') {
    let ss = 0;
    let dof = 0;
    for (const i of indices) {
      ss += (stats.n[i]! - 1) * stats.sd[i]! ** 2;
      dof += stats.n[i]! - 1;
    }
    return Math.sqrt(ss / dof) / c4(dof + 1);
  }
  let sum = 0;
  let total = 0;
  for (const i of indices) {
    const n = stats.n[i]!;
    const byRange = method === 'rbar' || method === 'mvlue-r';
    const estimate = byRange ? stats.range[i]! / rangeMoments(n).d2 : stats.sd[i]! / c4(n);
    const w =
      method === 'mvlue-r'
        ? (rangeMoments(n).d2 / rangeMoments(n).d3) ** 2
        : method === 'mvlue-s'
          ? c4(n) ** 2 / (1 - c4(n) ** 2)
          : 1;
    sum += w * estimate;
    total += w;
  }
  return sum / total;
}

/**
 * Estimators of sigma for individuals. `mr` mean moving range / d2(span); `mr-median` median moving range of two / 0.9539;
 * `mssd` √(half the mean square successive difference); `sd` s/c4(n), which also contains drift: for comparison only.
 */
export type IndividualsMethod = 'mr' | 'mr-median' | 'mssd' | 'sd';

// Median of |x1 − x2| for unit sigma: √2 Φ⁻¹(3/4).
const MEDIAN_MR = Math.SQRT2 * 0.674489750196082;

/**
 * Ranges of `span` successive measured values; NaN points are left out. Index k belongs to the k-th measured value from span − 1 on.
 * @param values - in order of time.
 * @returns unit of the values.
 * @reference NIST/SEMATECH e-Handbook §6.3.2.2.
 */
export function movingRanges(values: ArrayLike<number>, span = 2): Float64Array {
  const v = Float64Array.from(values).filter((x) => !Number.isNaN(x));
  const out = new Float64Array(Math.max(0, v.length - span + 1));
  for (let i = 0; i < out.length; i++) {
    let lo = v[i]!;
    let hi = lo;
    for (let k = 1; k < span; k++) {
      lo = Math.min(lo, v[i + k]!);
      hi = Math.max(hi, v[i + k]!);
    }
    out[i] = hi - lo;
  }
  return out;
}

/**
 * Short-term sigma of individual values in order of time.
 * @param values - in order of time; NaN is left out.
 * @returns unit of the values.
 * @throws AppError `invalid_input` below two measured values.
 * @reference Wheeler, Understanding Variation; MSSD: von Neumann, Ann. Math. Stat. 12 (1941) 153; bias as in Minitab's "SRMSSD".
 */
export function individualsSigma(values: ArrayLike<number>, method: IndividualsMethod = 'mr', span = 2): number {
  const mr = movingRanges(values, method === 'mr' ? span : 2);
  if (mr.length === 0)
    throw new AppError('invalid_input', `a moving-range sigma needs ${span} measured values or more`, { n: values.length });
  switch (method) {
    case 'mr':
      return moments(mr).mean / rangeMoments(span).d2;
    case 'mr-median':
      return median(mr) / MEDIAN_MR;
    case 'mssd': {
      let s = 0;
      for (const r of mr) s += r * r;
      return Math.sqrt(s / (2 * mr.length));
    }
    default: {
      const s = moments(values);
      return Math.sqrt(s.variance) / c4(s.n);
    }
  }
}

/**
 * Sigma of a single value from means of known sizes in order of time: each moving range |x̄_i − x̄_{i−1}| over √((1/n_i + 1/n_{i−1})/2), their mean
 * over d2. Without sizes, or sizes of 1, it is `individualsSigma`.
 * @param values - means, NaN is left out.
 * @param sizes - values behind each mean, positive.
 * @returns unit of the values.
 * @throws AppError `invalid_input` below two measured means or when sizes and values differ in number.
 */
export function sigmaOfMeans(values: ArrayLike<number>, sizes?: ArrayLike<number>): number {
  if (!sizes) return individualsSigma(values);
  if (sizes.length !== values.length)
    throw new AppError('invalid_input', `sizes has ${sizes.length} entries, there are ${values.length} values`, {
      field: 'sizes',
    });
  const measured = Array.from({ length: values.length }, (_, i) => i).filter((i) => !Number.isNaN(values[i]!));
  if (measured.length < 2)
    throw new AppError('invalid_input', 'values: a moving-range sigma needs two measured values or more', { field: 'values' });
  let s = 0;
  for (let k = 1; k < measured.length; k++) {
    const [a, b] = [measured[k - 1]!, measured[k]!];
    s += Math.abs(values[b]! - values[a]!) / Math.sqrt((1 / sizes[a]! + 1 / sizes[b]!) / 2);
  }
  return s / (measured.length - 1) / rangeMoments(2).d2;
}
