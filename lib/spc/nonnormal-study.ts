import { AppError } from '@/lib/errors';
import { moments } from '@/lib/numerics';
import { type CapabilityIndices, capabilityIndices, expectedPpm, type Ppm, type Specification } from './capability';
import { type FittedCapability, lognormalCapability, observedPpm, weibullCapability } from './distribution-fits';
import { type JohnsonCapability, johnsonCapability } from './johnson';
import {
  andersonDarling,
  type BoxCoxCapability,
  boxCoxCapability,
  type NormalityTest,
  type PercentileCapability,
  percentileCapability,
} from './nonnormal';

/** Descriptions of a characteristic side by side. */
export interface NonNormalStudy {
  /**
   * The simplest description that its test does not refuse; percentiles when all are refused; `none` when there are too few values for those, too:
   * no index may be quoted then. A description that is named was computed.
   */
  readonly method: 'normal' | 'boxCox' | 'lognormal' | 'weibull' | 'johnson' | 'percentile' | 'none';
  readonly normality: NormalityTest;
  readonly normal: CapabilityIndices & { readonly ppm: Ppm };
  /** Parts per million of the values themselves beyond each limit. */
  readonly observedPpm: Ppm;
  /** Null where the way does not apply; `reasons` says why. */
  readonly boxCox: BoxCoxCapability | null;
  readonly lognormal: FittedCapability | null;
  readonly weibull: FittedCapability | null;
  readonly johnson: JohnsonCapability | null;
  readonly percentile: PercentileCapability | null;
  readonly reasons: readonly string[];
}

/**
 * Capability (overall sigma) of a characteristic that may not be normal: as it is, after Box–Cox, as lognormal and Weibull, after Johnson's
 * transform and by percentiles, side by side, with the one to quote. A transform chosen because it passes the test is judged leniently: quote it with
 * its p value.
 * @param alpha - level below which the test of normality refuses. Default 0.05.
 * @param values - unit of the limits.
 * @throws AppError `invalid_input` below 20 values, without variation or without specification limits.
 */
export function nonNormalCapability(
  values: ArrayLike<number>,
  spec: Specification,
  options: { readonly alpha?: number; readonly confidence?: number } = {},
): NonNormalStudy {
  const alpha = options.alpha ?? 0.05;
  const confidence = options.confidence ?? 0.95;
  const m = moments(values);
  if (m.n < 20)
    throw new AppError('invalid_input', `a study of the distribution needs 20 values or more, got ${m.n}`, { n: m.n });
  const normality = andersonDarling(values);
  const sigma = Math.sqrt(m.variance);
  const normal = { ...capabilityIndices(m.mean, sigma, m.n, spec, confidence), ppm: expectedPpm(m.mean, sigma, spec) };
  const reasons: string[] = [];
  const attempt = <T>(name: string, f: () => T): T | null => {
    try {
      return f();
    } catch (e) {
      if (!(e instanceof AppError)) throw e;
      reasons.push(`${name}: ${e.message}`);
      return null;
    }
  };
  const boxCox = attempt('Box–Cox', () => boxCoxCapability(values, spec, confidence));
  const lognormal = attempt('lognormal', () => lognormalCapability(values, spec));
  const weibull = attempt('Weibull', () => weibullCapability(values, spec));
  const johnson = attempt('Johnson', () => johnsonCapability(values, spec, confidence));
  const percentile = attempt('percentiles', () => percentileCapability(values, spec));
  if (percentile?.reasons.length) reasons.push(...percentile.reasons);
  const fitted = [
    ['normal', normality.pValue],
    ['boxCox', boxCox?.normality.after.pValue],
    ['lognormal', lognormal?.fit.pValue],
    ['weibull', weibull?.fit.pValue],
    ['johnson', johnson?.fit.normality.after.pValue],
  ] as const;
  const method = fitted.find(([, p]) => p !== undefined && p >= alpha)?.[0] ?? (percentile ? 'percentile' : 'none');
  if (method === 'none')
    reasons.push('no description fits the values and there are too few for percentiles: do not quote an index');
  return {
    method,
    normality,
    normal,
    observedPpm: observedPpm(values, spec),
    boxCox,
    lognormal,
    weibull,
    johnson,
    percentile,
    reasons,
  };
}
