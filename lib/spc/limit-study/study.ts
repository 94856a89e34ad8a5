import { moments } from '@/lib/numerics';
import { baselineLimits } from '../kinds/baseline';
import { type ChartKind, kindOf } from '../kinds/kinds';
import type { BaselineLimits, RawPoint, Weights } from '../kinds/phase';
import { missingOf } from '../kinds/variables';
import { andersonDarling } from '../nonnormal';
import { type IndividualsMethod, individualsSigma } from '../sigma';
import { changePoints, type Stretch } from './change-points';
import { type LimitPrecision, limitPrecision } from './precision';

/** The sigma of limits: that of the kind of chart, or for single values an estimator by choice. */
export const SIGMA_CHOICES = ['kind', 'mr', 'mr-median', 'mssd', 'sd'] as const;
export type SigmaChoice = (typeof SIGMA_CHOICES)[number];

export interface StudyOptions {
  readonly sigma: SigmaChoice;
  /** From the last stretch that has enough points, or from all points. */
  readonly use: 'last' | 'all';
}

/** Why limits must be taken with care. */
export type StudyRemark = 'follows' | 'not_normal' | 'few' | 'coarse' | 'trend_left';

/** A stretch with the process times of its first and last point, ms. */
export interface DatedStretch extends Stretch {
  readonly fromAt: number;
  readonly toAt: number;
}

/** New limits of a chart from its points, and how far they can be trusted. */
export interface LimitStudy {
  readonly limits: BaselineLimits;
  /** The stretches of one level and spread, and the index of the one that the limits come from; null: from all points. */
  readonly stretches: readonly DatedStretch[];
  readonly used: number | null;
  /** Points that the limits come from, without those beyond the first limits. */
  readonly n: number;
  /** Sigma of single values by each estimator, for comparison; null for subgroups. */
  readonly sigmas: Readonly<Record<IndividualsMethod, number>> | null;
  /** Anderson–Darling of the points used; null below eight, or where they do not vary. */
  readonly normality: { readonly a2: number; readonly pValue: number } | null;
  /** Correlation of neighbours, and what independent points stay below in 19 of 20 cases. */
  readonly lag1: number;
  readonly lag1Bound: number;
  readonly precision: LimitPrecision;
  readonly remarks: readonly StudyRemark[];
}

/** A study that gives no limits, and why. */
export interface NoStudy {
  readonly why: 'too_few' | 'no_spread';
  /** Points that counted. */
  readonly n: number;
}

/** Fewest points of a study. */
const LEAST_STUDY = 20;
/** A stretch is taken where it has so many points; else the one before it. */
const LEAST_USED = 20;
const NOT_NORMAL = 0.01;
/** Fewer different values say little about a distribution. */
const FEW_VALUES = 8;

/**
 * Studies the points of a chart for new limits: where its level or spread changed, limits from the last stretch with enough points, whether the points are normal and independent, and how many are needed. The mean
 * and sigma are those of a baseline: estimated twice, the second time without what lay beyond the first limits.
 * @param points - in process order; excluded ones are left out.
 */
export function studyLimits(
  kind: ChartKind,
  points: readonly RawPoint[],
  weights: Weights,
  options: StudyOptions,
): LimitStudy | NoStudy {
  const counted = points.filter((p) => !p.excluded && Number.isFinite(studied(kind, p)));
  if (counted.length < LEAST_STUDY) return { why: 'too_few', n: counted.length };
  const values = counted.map((p) => studied(kind, p));
  const { ofSubgroups, carries, ofVariables } = kindOf(kind);
  const stretches = carries === true || ofVariables === true ? [whole(values)] : changePoints(values);
  const used = options.use === 'all' ? null : lastLong(stretches);
  const { from, to } = used === null ? { from: 0, to: counted.length } : stretches[used]!;
  const mine = counted.slice(from, to);
  const base = baselineLimits(kind, mine, weights);
  if (base === null) return { why: 'no_spread', n: mine.length };
  const kept = values.slice(from, to).filter((v) => base.used === mine.length || isWithin(v, base));
  const sigmas = hasSigmaChoice(kind) ? sigmasOf(kept) : null;
  const choice = sigmas === null || options.sigma === 'kind' ? null : options.sigma;
  const limits = choice === null ? base : withSigma(base, sigmas![choice], choice);
  const { r: lag1, bound: lag1Bound } = neighbours(kept);
  const method: IndividualsMethod = choice ?? (base.method === 'overall' ? 'sd' : 'mr');
  const perPoint = ofSubgroups ? Math.round(moments(mine.map((p) => p.n)).mean) : 1;
  const precision = limitPrecision(base.used, method, perPoint);
  const distinct = new Set(kept).size;
  const normality = kept.length < 8 || distinct < 2 ? null : andersonDarling(kept);
  const remarks: StudyRemark[] = ofVariables
    ? []
    : [
        ...(lag1 > lag1Bound ? (['follows'] as const) : []),
        ...(normality !== null && normality.pValue < NOT_NORMAL ? (['not_normal'] as const) : []),
        ...(base.used < precision.needed ? (['few'] as const) : []),
        ...(distinct < FEW_VALUES ? (['coarse'] as const) : []),
        ...(used !== null && used < stretches.length - 1 ? (['trend_left'] as const) : []),
      ];
  const dated = stretches.map((t) => ({ ...t, fromAt: counted[t.from]!.at, toAt: counted[t.to - 1]!.at }));
  return { limits, stretches: dated, used, n: base.used, sigmas, normality, lag1, lag1Bound, precision, remarks };
}

/** Index of the last stretch with enough points; where none has, the longest. */
function lastLong(stretches: readonly Stretch[]): number {
  const long = stretches.findLastIndex((s) => s.to - s.from >= LEAST_USED);
  if (long >= 0) return long;
  const sizes = stretches.map((s) => s.to - s.from);
  return sizes.indexOf(Math.max(...sizes));
}

const sigmasOf = (values: readonly number[]): Record<IndividualsMethod, number> => ({
  mr: individualsSigma(values, 'mr'),
  'mr-median': individualsSigma(values, 'mr-median'),
  mssd: individualsSigma(values, 'mssd'),
  sd: individualsSigma(values, 'sd'),
});

/** Limits of another sigma about the same centre; those of the dispersion are multiples of sigma as well. */
function withSigma(l: BaselineLimits, sigma: number, choice: Exclude<SigmaChoice, 'kind'>): BaselineLimits {
  const f = sigma / l.sigmaWithin!;
  const scaled = (v: number | null): number | null => (v === null ? null : f * v);
  const from = (v: number | null): number | null => (v === null ? null : l.cl + f * (v - l.cl));
  return {
    ...l,
    ucl: from(l.ucl),
    lcl: from(l.lcl),
    sigmaWithin: sigma,
    dispCl: scaled(l.dispCl),
    dispUcl: scaled(l.dispUcl),
    dispLcl: scaled(l.dispLcl),
    dispSigma: scaled(l.dispSigma),
    method: METHODS[choice],
  };
}

const METHODS: Readonly<Record<Exclude<SigmaChoice, 'kind'>, BaselineLimits['method']>> = {
  mr: 'moving_range',
  'mr-median': 'median_moving_range',
  mssd: 'successive_difference',
  sd: 'overall',
};

/** Whether the sigma of a kind's limits may be chosen: that of single values whose limits are multiples of it. */
export function hasSigmaChoice(kind: ChartKind): boolean {
  const { ofSubgroups, ofCounts, byTarget, carries, limitsBy } = kindOf(kind);
  return !(ofSubgroups || ofCounts || byTarget || carries) && limitsBy === undefined;
}

/** What changes where the process does: the value, of counts the rate, of values with a target the deviation from it. NaN where there is none. */
function studied(kind: ChartKind, p: RawPoint): number {
  const { ofCounts, byTarget, ofVariables } = kindOf(kind);
  if (ofVariables) return missingOf(p.vector).length === 0 ? p.value : Number.NaN;
  if (ofCounts) return p.size ? p.value / p.size : Number.NaN;
  if (byTarget) return p.target == null ? Number.NaN : p.value - p.target;
  return p.value;
}

const whole = (values: readonly number[]): Stretch => {
  const { mean, variance } = moments(values);
  return { from: 0, to: values.length, mean, sd: Math.sqrt(variance) };
};

const isWithin = (v: number, l: BaselineLimits): boolean => (l.ucl === null || v <= l.ucl) && (l.lcl === null || v >= l.lcl);

/** Correlation of neighbours about the mean, and its two-sided 5 % bound for independent values. @reference Box & Jenkins, Time Series Analysis (1976), §2.1. */
function neighbours(values: readonly number[]): { r: number; bound: number } {
  const { mean } = moments(values);
  let top = 0;
  let bottom = 0;
  for (let i = 0; i < values.length; i++) {
    const d = values[i]! - mean;
    bottom += d * d;
    if (i > 0) top += d * (values[i - 1]! - mean);
  }
  return { r: bottom > 0 ? top / bottom : 0, bound: 1.96 / Math.sqrt(values.length) };
}
