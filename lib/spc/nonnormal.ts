import { AppError } from '@/lib/errors';
import {
  chiSquared,
  findRoot,
  minimiseGolden,
  moments,
  normalCdf,
  normalQuantile,
  quantile,
  requireVariation,
  varies,
} from '@/lib/numerics';
import { type CapabilityIndices, capabilityIndices, expectedPpm, MIN_DISTINCT, type Ppm, type Specification } from './capability';

/** Indices by percentiles. */
export interface PercentileCapability {
  /** Cp; lower, upper and actual are Cpl, Cpu and Cpk. */
  readonly potential: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly actual: number | null;
  /** The three percentiles that stand for −3σ, centre and +3σ. */
  readonly percentiles: { readonly p00135: number; readonly p50: number; readonly p99865: number };
}

/** Of so many values one lies beyond a 0.135 % point. */
const MIN_TAIL_N = 741;

/**
 * Capability of any distribution by its percentiles: Cp = (USL − LSL)/(P99.865 − P0.135), Cpu = (USL − P50)/(P99.865 − P50).
 * Empirical percentiles that far out need many values; 2000 is the least at which the outer ones are not just extremes.
 * @param values - unit of the limits.
 * @throws AppError `invalid_input` without specification limits or below 100 values.
 * @throws AppError `out_of_domain` when the values are too coarse for percentiles.
 * @reference Clements, Quality Progress 22 (1989) 95; ISO 22514-2:2017.
 */
export function percentileCapability(
  values: ArrayLike<number>,
  spec: Specification,
): PercentileCapability & { readonly reasons: readonly string[] } {
  const { n } = moments(values);
  const distinct = new Set(Array.from(values).filter((v) => !Number.isNaN(v))).size;
  if (distinct < MIN_DISTINCT)
    throw new AppError(
      'out_of_domain',
      `values: only ${distinct} different ones, which have no percentiles to speak of; the gauge is too coarse`,
      { field: 'values', distinct },
    );
  if (n < 100)
    throw new AppError('invalid_input', `percentile capability needs 100 values or more, got ${n}; collect more or transform`, {
      n,
    });
  const [low, mid, high] = [0.00135, 0.5, 0.99865].map((p) => quantile(values, p)) as [number, number, number];
  const reasons =
    n < MIN_TAIL_N
      ? [
          `percentiles: P0.135 and P99.865 of ${n} values lie between the two outermost ones and follow single values; measure ${MIN_TAIL_N} or more`,
        ]
      : [];
  return { ...percentileIndices(low, mid, high, spec), reasons };
}

/**
 * Indices from the three percentiles that stand for −3σ, centre and +3σ of any distribution.
 * @param low - 0.135 % point; mid - median; high - 99.865 % point; unit of the limits.
 * @throws AppError `invalid_input` without specification limits or with lsl >= usl; `out_of_domain` where two percentiles coincide.
 * @reference ISO 22514-2:2017; Clements, Quality Progress 22 (1989) 95.
 */
export function percentileIndices(low: number, mid: number, high: number, spec: Specification): PercentileCapability {
  if (spec.lsl === undefined && spec.usl === undefined)
    throw new AppError('invalid_input', 'capability needs a specification limit; give lsl, usl or both');
  if (spec.lsl !== undefined && spec.usl !== undefined && !(spec.lsl < spec.usl))
    throw new AppError('invalid_input', `lsl ${spec.lsl} must lie below usl ${spec.usl}`, { field: 'lsl' });
  if ((spec.lsl !== undefined && !varies([low, mid])) || (spec.usl !== undefined && !varies([mid, high])))
    throw new AppError(
      'out_of_domain',
      `the percentiles ${low}, ${mid} and ${high} coincide; the values are too coarse for an index`,
      {
        field: 'values',
      },
    );
  const lower = spec.lsl === undefined ? null : (mid - spec.lsl) / (mid - low);
  const upper = spec.usl === undefined ? null : (spec.usl - mid) / (high - mid);
  return {
    potential: spec.lsl === undefined || spec.usl === undefined ? null : (spec.usl - spec.lsl) / (high - low),
    lower,
    upper,
    actual: lower === null ? upper : upper === null ? lower : Math.min(lower, upper),
    percentiles: { p00135: low, p50: mid, p99865: high },
  };
}

/** A Box–Cox transform. */
export interface BoxCox {
  readonly lambda: number;
  /** 95 % likelihood interval of λ; a round λ inside it (0, ½, 1) is as good. Cut at the ends of the search, −3 and 3. */
  readonly interval: { readonly low: number; readonly high: number };
  readonly apply: (x: number) => number;
}

/**
 * Box–Cox transform y = (x^λ − 1)/λ (ln x at 0) with λ of greatest likelihood on [−3, 3].
 * @param values - positive; NaN is left out.
 * @throws AppError `out_of_domain` when a value is not positive: shift the data first; `invalid_input` without variation.
 * @reference Box & Cox, J. R. Stat. Soc. B 26 (1964) 211.
 */
export function boxCox(values: ArrayLike<number>): BoxCox {
  const x = Float64Array.from(values).filter((v) => !Number.isNaN(v));
  let logs = 0;
  for (const v of x) {
    if (!(v > 0))
      throw new AppError('out_of_domain', `Box–Cox needs positive values, got ${v}; shift the data or use percentiles`, {
        value: v,
      });
    logs += Math.log(v);
  }
  if (x.length < 2 || !varies(x))
    throw new AppError('invalid_input', `Box–Cox needs varying values, got ${x.length} without variation`, { n: x.length });
  // of x over its geometric mean: the same λ, and no power over- or underflows
  const scale = Math.exp(logs / x.length);
  const transform = (v: number, lambda: number): number =>
    Math.abs(lambda) < 1e-9 ? Math.log(v) : Math.expm1(lambda * Math.log(v)) / lambda;
  const cost = (lambda: number): number =>
    0.5 * x.length * Math.log(moments(x.map((v) => transform(v / scale, lambda))).variance);
  const best = minimiseGolden(cost, -3, 3, 1e-8);
  const level = best.f + chiSquared(1).quantile(0.95) / 2;
  const edge = (end: number): number =>
    cost(end) <= level ? end : findRoot((t) => cost(t) - level, Math.min(best.x, end), Math.max(best.x, end), 1e-9);
  return { lambda: best.x, interval: { low: edge(-3), high: edge(3) }, apply: (v) => transform(v, best.x) };
}

/** Capability of transformed values. */
export interface BoxCoxCapability extends CapabilityIndices {
  readonly lambda: number;
  readonly interval: BoxCox['interval'];
  readonly normality: { readonly before: NormalityTest; readonly after: NormalityTest };
  /** Limits and target at or below 0, which no positive value can reach: they take no part. */
  readonly outsideSupport: readonly ('lsl' | 'usl' | 'target')[];
  /** Expected parts per million beyond each limit; 0 at one that no positive value reaches. */
  readonly ppm: Ppm;
}

/**
 * Capability after a Box–Cox transform of values and limits, with the test of normality before and after. Errors as `boxCox` and `capabilityIndices`.
 * @param values - unit of the limits; positive.
 */
export function boxCoxCapability(values: ArrayLike<number>, spec: Specification, confidence = 0.95): BoxCoxCapability {
  const t = boxCox(values);
  const moved: { lsl?: number; usl?: number; target?: number } = {};
  const outside: ('lsl' | 'usl' | 'target')[] = [];
  for (const key of ['lsl', 'usl', 'target'] as const) {
    const v = spec[key];
    if (v === undefined) continue;
    if (v > 0) moved[key] = t.apply(v);
    else outside.push(key);
  }
  const y = Float64Array.from(values, t.apply);
  const m = moments(y);
  return {
    lambda: t.lambda,
    interval: t.interval,
    normality: { before: andersonDarling(values), after: andersonDarling(y) },
    outsideSupport: outside,
    ppm: { ...expectedPpm(m.mean, Math.sqrt(m.variance), moved), ...beyondSupport(outside) },
    ...capabilityIndices(m.mean, Math.sqrt(m.variance), m.n, moved, confidence),
  };
}

/** Where a limit is not positive, no value of a positive characteristic lies below it and all lie above. */
const beyondSupport = (outside: readonly string[]): { below?: number; above?: number } => ({
  ...(outside.includes('lsl') ? { below: 0 } : {}),
  ...(outside.includes('usl') ? { above: 1e6 } : {}),
});

/** Test of a distribution. */
export interface NormalityTest {
  /** Anderson–Darling statistic A². */
  readonly a2: number;
  /** A² with the factor of a small sample, from which the p value is taken. */
  readonly a2Adjusted: number;
  readonly pValue: number;
}

/**
 * Anderson–Darling test of normality, mean and sigma estimated: A², A²(1 + 0.75/n + 2.25/n²) and its p value.
 * @param values - any unit; NaN is left out.
 * @param cdf - of the standardised values; default normal.
 * @throws AppError `invalid_input` below eight values; `out_of_domain` without variation.
 * @reference Stephens, J. Am. Stat. Assoc. 69 (1974) 730; p value of D'Agostino & Stephens, Goodness-of-Fit Techniques (1986), Table 4.9.
 */
export function andersonDarling(values: ArrayLike<number>, cdf: (z: number) => number = normalCdf): NormalityTest {
  const m = moments(values);
  if (m.n >= 8) requireVariation('values', values);
  if (m.n < 8) throw new AppError('invalid_input', `values: a normality test needs eight values or more, got ${m.n}`, { n: m.n });
  const z = Float64Array.from(values)
    .filter((v) => !Number.isNaN(v))
    .map((v) => (v - m.mean) / Math.sqrt(m.variance))
    .sort();
  let s = 0;
  for (let i = 0; i < m.n; i++)
    s += (2 * i + 1) * (Math.log(Math.max(cdf(z[i]!), 1e-300)) + Math.log(Math.max(cdf(-z[m.n - 1 - i]!), 1e-300)));
  const a2 = -m.n - s / m.n;
  const a = a2 * (1 + 0.75 / m.n + 2.25 / m.n ** 2);
  const pValue =
    a >= 0.6
      ? Math.exp(1.2937 - 5.709 * a + 0.0186 * a * a)
      : a >= 0.34
        ? Math.exp(0.9177 - 4.279 * a - 1.38 * a * a)
        : a >= 0.2
          ? 1 - Math.exp(-8.318 + 42.796 * a - 59.938 * a * a)
          : 1 - Math.exp(-13.436 + 101.14 * a - 223.73 * a * a);
  return { a2, a2Adjusted: a, pValue: Math.min(1, Math.max(0, pValue)) };
}

/**
 * Normal probability plot: sorted values against normal quantiles at (i − 0.375)/(n + 0.25).
 * @param values - any unit; NaN is left out.
 * @returns quantiles, dimensionless, and values, ascending.
 * @reference Blom (1958).
 */
export function normalPlot(values: ArrayLike<number>): { readonly quantile: Float64Array; readonly value: Float64Array } {
  const value = Float64Array.from(values)
    .filter((v) => !Number.isNaN(v))
    .sort();
  return { value, quantile: value.map((_, i) => normalQuantile((i + 0.625) / (value.length + 0.25))) };
}
