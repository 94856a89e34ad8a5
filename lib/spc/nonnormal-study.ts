import { AppError } from '@/lib/errors';
import { moments } from '@/lib/numerics';
import { type CapabilityIndices, capabilityIndices, type Specification } from './capability';
import { type JohnsonCapability, johnsonCapability } from './johnson';
import {
  andersonDarling,
  type BoxCoxCapability,
  boxCoxCapability,
  type NormalityTest,
  type PercentileCapability,
  percentileCapability,
} from './nonnormal';

export interface NonNormalStudy {
  /** The simplest description that the test of normality does not refuse; percentiles when it refuses all. */
  readonly method: 'normal' | 'boxCox' | 'johnson' | 'percentile';
  readonly normality: NormalityTest;
  readonly normal: CapabilityIndices;
  /** Null where the way does not apply; `reasons` says why. */
  readonly boxCox: BoxCoxCapability | null;
  readonly johnson: JohnsonCapability | null;
  readonly percentile: PercentileCapability | null;
  readonly reasons: readonly string[];
}

/**
 * Capability (overall sigma) of a characteristic that may not be normal: as it is, after Box–Cox, after Johnson's transform and by
 * percentiles, side by side, with the one to quote. A transform chosen because it passes the test is judged leniently: quote it with its p value.
 * @param alpha - level below which the test of normality refuses. Default 0.05.
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
  const normal = capabilityIndices(m.mean, Math.sqrt(m.variance), m.n, spec, confidence);
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
  const johnson = attempt('Johnson', () => johnsonCapability(values, spec, confidence));
  const percentile = attempt('percentiles', () => percentileCapability(values, spec));
  const method =
    normality.pValue >= alpha
      ? 'normal'
      : boxCox && boxCox.normality.after.pValue >= alpha
        ? 'boxCox'
        : johnson && johnson.fit.normality.after.pValue >= alpha
          ? 'johnson'
          : 'percentile';
  if (method === 'percentile' && percentile === null)
    reasons.push('no transform makes the values normal and there are too few for percentiles: do not quote an index');
  return { method, normality, normal, boxCox, johnson, percentile, reasons };
}
