import {
  type ChartKind,
  individualsChart,
  individualsSigma,
  rangeLimits,
  type SubgroupStatistics,
  sdLimits,
  withinSigma,
  xbarLimits,
} from '@/lib/spc';
import { DEFAULT_LAMBDA, DEFAULT_WIDTH_L, type RawPoint } from './judge';

export interface BaselineLimits {
  readonly cl: number;
  readonly ucl: number;
  readonly lcl: number;
  readonly sigmaWithin: number;
  readonly dispCl: number;
  readonly dispUcl: number;
  readonly dispLcl: number;
  /** Sigma by which the dispersion limits follow the size of a subgroup; null for moving ranges, whose size is always 2. */
  readonly dispSigma: number | null;
  readonly method: SigmaMethod;
  /** Points that entered; those beyond the first limits were left out once. */
  readonly used: number;
}

export type SigmaMethod = 'moving_range' | 'range' | 'sd' | 'overall';

/**
 * Above this ratio of overall to moving-range sigma the points follow each other (a controlled or drifting process does), and limits from
 * moving ranges would be too tight.
 */
const AUTOCORRELATED = 1.15;

/**
 * Phase I limits from a baseline: estimated twice, the second time without the points that fell beyond the first limits, so that a
 * fault in the baseline does not widen them. Individuals and EWMA use the mean moving range (MR/1.128), or the overall standard deviation
 * where neighbours are too alike for it; Xbar charts use R/d2 or s/c4.
 * @returns null when the baseline has no spread at all (a stuck value has no limits).
 * @reference Montgomery, Introduction to Statistical Quality Control, 7th ed. (2013), sections 6.2-6.4.
 */
export function baselineLimits(
  kind: ChartKind,
  points: readonly RawPoint[],
  widthL: number | null,
  lambda: number | null,
): BaselineLimits | null {
  const first = estimate(kind, points, [], widthL, lambda);
  if (first === null) return null;
  const k = kind === 'ewma' ? 3 * first.sigmaWithin : null;
  const out = points.flatMap((p, i) =>
    p.value > (k === null ? first.ucl : first.cl + k) || p.value < (k === null ? first.lcl : first.cl - k) ? [i] : [],
  );
  // A baseline that is mostly "outliers" is not in control; then the first estimate stands and the rules will say so.
  return out.length === 0 || out.length > points.length / 4 ? first : (estimate(kind, points, out, widthL, lambda) ?? first);
}

function estimate(
  kind: ChartKind,
  points: readonly RawPoint[],
  exclude: readonly number[],
  widthL: number | null,
  lambda: number | null,
): BaselineLimits | null {
  const used = points.length - exclude.length;
  if (kind === 'individuals' || kind === 'ewma') {
    const values = points.map((p) => p.value);
    const out = new Set(exclude);
    const overall = individualsSigma(
      values.filter((_, i) => !out.has(i)),
      'sd',
    );
    const moving = individualsChart(values, { exclude });
    const follows = overall > AUTOCORRELATED * moving.sigmaWithin;
    const c = follows ? individualsChart(values, { exclude, sigma: overall }) : moving;
    if (!(c.sigmaWithin > 0)) return null;
    const method = follows ? 'overall' : 'moving_range';
    const weight = lambda ?? DEFAULT_LAMBDA;
    const half =
      kind === 'ewma' ? (widthL ?? DEFAULT_WIDTH_L) * c.sigmaWithin * Math.sqrt(weight / (2 - weight)) : c.ucl - c.center;
    return {
      cl: c.center,
      ucl: c.center + half,
      lcl: c.center - half,
      sigmaWithin: c.sigmaWithin,
      dispCl: c.mrCenter,
      dispUcl: c.mrUcl,
      dispLcl: 0,
      dispSigma: null,
      method,
      used,
    };
  }
  const out = new Set(exclude);
  const kept = points.filter((p, i) => !out.has(i) && p.spread !== null && p.n > 1);
  if (kept.length < 2) return null;
  const column = (f: (p: RawPoint) => number) => Float64Array.from(kept, f);
  const stats: SubgroupStatistics = {
    n: Int32Array.from(kept, (p) => p.n),
    mean: column((p) => p.value),
    range: column((p) => p.spread!),
    sd: column((p) => p.spread!),
  };
  const sigma = withinSigma(stats, kind === 'xbar_r' ? 'rbar' : 'sbar');
  if (!(sigma > 0)) return null;
  const total = kept.reduce((s, p) => s + p.n, 0);
  const cl = kept.reduce((s, p) => s + p.n * p.value, 0) / total;
  const n = Math.round(total / kept.length);
  const limits = xbarLimits(cl, sigma, n);
  const disp = kind === 'xbar_r' ? rangeLimits(sigma, n) : sdLimits(sigma, n);
  return {
    cl,
    ucl: limits.ucl,
    lcl: limits.lcl,
    sigmaWithin: sigma,
    dispCl: disp.center,
    dispUcl: disp.ucl,
    dispLcl: disp.lcl,
    dispSigma: sigma,
    method: kind === 'xbar_r' ? 'range' : 'sd',
    used: kept.length,
  };
}
