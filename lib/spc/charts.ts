import { AppError } from '@/lib/errors';
import { chiSquared, isOutside, moments, normalQuantile } from '@/lib/numerics';
import { c4, rangeMoments } from './constants';
import { relativeRangeQuantile } from './range-distribution';
import type { ControlLimits } from './run-rules';
import {
  type IndividualsMethod,
  individualsSigma,
  movingRanges,
  type Subgroup,
  type SubgroupStatistics,
  subgroupStatistics,
  type WithinMethod,
  withinSigma,
} from './sigma';

/** Width of the limits: a number of sigmas, or the two-sided probability of an in-control point lying inside. */
export type LimitWidth = { readonly nSigmas: number } | { readonly confidence: number };

/** A chart of subgroups; unit of the values. */
export interface ShewhartChart {
  /** The plotted statistic of each point; NaN where it cannot be computed. */
  readonly statistics: Float64Array;
  /** Of each point where subgroups of different sizes have centres of their own; NaN where there is no point. */
  readonly center: number | Float64Array;
  /** Within-subgroup sigma of a single value. */
  readonly sigmaWithin: number;
  /** One a point. */
  readonly lcl: Float64Array;
  readonly ucl: Float64Array;
  /** Indices outside the control limits; a point on a limit, but for rounding, is inside. */
  readonly beyondLimits: number[];
}

/** Options of the subgroup charts. */
export interface SubgroupChartOptions {
  readonly method?: WithinMethod;
  readonly width?: LimitWidth;
  /** Subgroups that do not enter centre and sigma (they are still plotted and judged). */
  readonly exclude?: readonly number[];
  /** Points judged against the limits of `subgroups` (phase II); appended to the plotted points. */
  readonly newSubgroups?: ArrayLike<Subgroup>;
  /** Frozen values that replace the estimates. */
  readonly center?: number;
  readonly sigma?: number;
}

const DEFAULT_WIDTH: LimitWidth = { nSigmas: 3 };

/** Number of sigmas of a two-sided normal limit. */
export function sigmasOf(width: LimitWidth): number {
  return 'nSigmas' in width ? width.nSigmas : normalQuantile(1 - (1 - width.confidence) / 2);
}

/**
 * Limits of an Xbar point of n values: center ∓ k σ/√n.
 * @param sigma - of a single value, unit of the values.
 * @returns unit of the values.
 * @reference Montgomery (2013), §6.2; ISO 7870-2:2013.
 */
export function xbarLimits(center: number, sigma: number, n: number, width: LimitWidth = DEFAULT_WIDTH): ControlLimits {
  const h = (sigmasOf(width) * sigma) / Math.sqrt(n);
  return { center, lcl: center - h, ucl: center + h };
}

/**
 * Limits of a range point of n values: d2σ ∓ k d3σ, cut at 0; with `confidence` the quantiles of the range distribution.
 * @param sigma - of a single value, unit of the values.
 * @returns unit of the values.
 * @reference Montgomery (2013), §6.2; ISO 7870-2:2013.
 */
export function rangeLimits(sigma: number, n: number, width: LimitWidth = DEFAULT_WIDTH, center?: number): ControlLimits {
  const { d2, d3 } = rangeMoments(n);
  const c = center ?? d2 * sigma;
  if ('confidence' in width) {
    const tail = (1 - width.confidence) / 2;
    return { center: c, lcl: sigma * relativeRangeQuantile(tail, n), ucl: sigma * relativeRangeQuantile(1 - tail, n) };
  }
  const h = width.nSigmas * d3 * sigma;
  return { center: c, lcl: Math.max(0, c - h), ucl: c + h };
}

/**
 * Limits of a standard-deviation point of n values: c4σ ∓ k √(1 − c4²) σ, cut at 0; with `confidence` from χ².
 * @param sigma - of a single value, unit of the values.
 * @returns unit of the values.
 * @reference Montgomery (2013), §6.3; ISO 7870-2:2013.
 */
export function sdLimits(sigma: number, n: number, width: LimitWidth = DEFAULT_WIDTH, center?: number): ControlLimits {
  const k = c4(n);
  const c = center ?? k * sigma;
  if ('confidence' in width) {
    const tail = (1 - width.confidence) / 2;
    const chi = chiSquared(n - 1);
    return {
      center: c,
      lcl: sigma * Math.sqrt(chi.quantile(tail) / (n - 1)),
      ucl: sigma * Math.sqrt(chi.upperQuantile(tail) / (n - 1)),
    };
  }
  const h = width.nSigmas * Math.sqrt(1 - k * k) * sigma;
  return { center: c, lcl: Math.max(0, c - h), ucl: c + h };
}

function prepare(subgroups: ArrayLike<Subgroup>, o: SubgroupChartOptions, fallback: WithinMethod) {
  const base = subgroupStatistics(subgroups);
  const out = new Set(o.exclude ?? []);
  const use = Array.from(base.n.keys()).filter((i) => !out.has(i) && base.n[i]! > 0);
  const sigma = o.sigma ?? withinSigma(base, o.method ?? fallback, use);
  const extra = subgroupStatistics(o.newSubgroups ?? []);
  const join = (a: Float64Array, b: Float64Array) => Float64Array.from([...a, ...b]);
  const all: SubgroupStatistics = {
    n: Int32Array.from([...base.n, ...extra.n]),
    mean: join(base.mean, extra.mean),
    range: join(base.range, extra.range),
    sd: join(base.sd, extra.sd),
  };
  return { base, use, sigma, all };
}

function weightedMean(x: Float64Array, n: Int32Array, use: readonly number[]): number {
  let s = 0;
  let w = 0;
  for (const i of use) {
    if (Number.isNaN(x[i]!)) continue;
    w += n[i]!;
    s += (n[i]! / w) * (x[i]! - s);
  }
  if (w === 0) throw new AppError('invalid_input', 'no subgroup left to estimate the centre line; exclude fewer points');
  return s;
}

function finish(statistics: Float64Array, n: Int32Array, sigma: number, limits: (n: number) => ControlLimits): ShewhartChart {
  const lcl = new Float64Array(n.length).fill(Number.NaN);
  const ucl = new Float64Array(n.length).fill(Number.NaN);
  const centers = new Float64Array(n.length).fill(Number.NaN);
  const beyondLimits: number[] = [];
  const bySize = new Map<number, ControlLimits>();
  for (let i = 0; i < n.length; i++) {
    if (Number.isNaN(statistics[i]!)) continue;
    const size = n[i]!;
    let l = bySize.get(size);
    if (!l) {
      l = limits(size);
      bySize.set(size, l);
    }
    lcl[i] = l.lcl;
    ucl[i] = l.ucl;
    centers[i] = l.center;
    if (isOutside(statistics[i]!, l.lcl, l.ucl, l.center)) beyondLimits.push(i);
  }
  const different = new Set([...bySize.values()].map((l) => l.center));
  const center = different.size > 1 ? centers : ([...different][0] ?? Number.NaN);
  return { statistics, center, sigmaWithin: sigma, lcl, ucl, beyondLimits };
}

/**
 * Xbar chart: subgroup means, centre = mean of all values used, limits centre ∓ k σ_within/√n_i.
 * The sites of one wafer are not a rational subgroup for wafer-to-wafer variation: chart wafer means as individuals there.
 * @param subgroups - phase I data; unequal sizes and missing values allowed.
 * @returns statistics and limits in the unit of the values.
 * @throws AppError `invalid_input` when nothing is left to estimate from.
 * @reference Montgomery (2013), §6.2.
 */
export function xbarChart(subgroups: ArrayLike<Subgroup>, options: SubgroupChartOptions = {}): ShewhartChart {
  const { base, use, sigma, all } = prepare(subgroups, options, 'rbar');
  const center = options.center ?? weightedMean(base.mean, base.n, use);
  const width = options.width ?? DEFAULT_WIDTH;
  return finish(all.mean, all.n, sigma, (n) => xbarLimits(center, sigma, n, width));
}

/**
 * The centre of a spread chart: the given one; else the mean of the points used, where it is one estimate for all: a frozen sigma, or
 * subgroups of several sizes, have the expectation by size (undefined), d2(n)σ or c4(n)σ.
 */
function spreadCenter(
  spread: Float64Array,
  { base, use, all }: ReturnType<typeof prepare>,
  o: SubgroupChartOptions,
): number | undefined {
  const sizes = new Set(all.n.filter((n) => n >= 2));
  return o.center ?? (o.sigma !== undefined || sizes.size > 1 ? undefined : weightedMean(spread, base.n, use));
}

/**
 * R chart: subgroup ranges. The centre is their mean, or d2(n)σ of each size where sigma is frozen or the sizes differ. Options as `xbarChart`.
 * @param subgroups - phase I data; unequal sizes and missing values allowed.
 * @returns statistics and limits in the unit of the values.
 * @reference Montgomery (2013), §6.2.3 (variable sample size: d2 and d3 of each).
 */
export function rangeChart(subgroups: ArrayLike<Subgroup>, options: SubgroupChartOptions = {}): ShewhartChart {
  const p = prepare(subgroups, options, 'rbar');
  const center = spreadCenter(p.base.range, p, options);
  return finish(p.all.range, p.all.n, p.sigma, (n) => rangeLimits(p.sigma, n, options.width, center));
}

/**
 * S chart: subgroup standard deviations. The centre is their mean, or c4(n)σ of each size as for `rangeChart`. Options as `xbarChart`.
 * @param subgroups - phase I data; unequal sizes and missing values allowed.
 * @returns statistics and limits in the unit of the values.
 * @reference Montgomery (2013), §6.3.
 */
export function sdChart(subgroups: ArrayLike<Subgroup>, options: SubgroupChartOptions = {}): ShewhartChart {
  const p = prepare(subgroups, options, 'sbar');
  const center = spreadCenter(p.base.sd, p, options);
  return finish(p.all.sd, p.all.n, p.sigma, (n) => sdLimits(p.sigma, n, options.width, center));
}

/** A chart of single values with their moving ranges; unit of the values. */
export interface IndividualsChart {
  readonly center: number;
  readonly sigmaWithin: number;
  readonly lcl: number;
  readonly ucl: number;
  readonly beyondLimits: number[];
  /** Moving ranges of two; index k is the range of measured values k and k + 1. */
  readonly movingRanges: Float64Array;
  /** Centre line of the moving ranges: their mean, or d2(2)σ of a given sigma. */
  readonly mrCenter: number;
  readonly mrLcl: number;
  readonly mrUcl: number;
  readonly mrBeyond: number[];
}

/** Options of {@link individualsChart}. */
export interface IndividualsOptions {
  readonly method?: IndividualsMethod;
  /** Successive values behind each range of the `mr` estimate of sigma, 2 or more. The plotted moving ranges are always of two. Default 2. */
  readonly span?: number;
  readonly nSigmas?: number;
  readonly center?: number;
  readonly sigma?: number;
  /** Values that do not enter centre and sigma: outliers with a known cause, or the points of phase II. */
  readonly exclude?: readonly number[];
}

/**
 * Individuals and moving-range chart: x̄ ∓ k σ_within; moving range limits D3, D4 at n = 2 about their mean, or about d2(2)σ of a frozen sigma.
 * @param values - in process order; NaN is left out.
 * @returns limits in the unit of the values.
 * @throws AppError `invalid_input` below two measured values (unless centre and sigma are given).
 * @reference NIST/SEMATECH e-Handbook §6.3.2.2; Montgomery (2013), §6.4.
 */
export function individualsChart(values: ArrayLike<number>, options: IndividualsOptions = {}): IndividualsChart {
  const out = new Set(options.exclude ?? []);
  const used = Array.from({ length: values.length }, (_, i) => (out.has(i) ? Number.NaN : values[i]!));
  const sigma = options.sigma ?? individualsSigma(used, options.method, options.span);
  const center = options.center ?? moments(used).mean;
  const k = options.nSigmas ?? 3;
  const mr = movingRanges(values);
  const usedMr = movingRanges(used);
  const { d2, d3 } = rangeMoments(2);
  const mrCenter = options.sigma === undefined && usedMr.length > 0 ? moments(usedMr).mean : d2 * sigma;
  const mrUcl = mrCenter * (1 + (k * d3) / d2);
  const lcl = center - k * sigma;
  const ucl = center + k * sigma;
  const beyond = (x: ArrayLike<number>, lo: number, hi: number, about: number) =>
    Array.from({ length: x.length }, (_, i) => i).filter((i) => isOutside(x[i]!, lo, hi, about));
  return {
    center,
    sigmaWithin: sigma,
    lcl,
    ucl,
    beyondLimits: beyond(values, lcl, ucl, center),
    movingRanges: mr,
    mrCenter,
    mrLcl: Math.max(0, mrCenter * (1 - (k * d3) / d2)),
    mrUcl,
    mrBeyond: beyond(mr, Number.NEGATIVE_INFINITY, mrUcl, mrCenter),
  };
}
