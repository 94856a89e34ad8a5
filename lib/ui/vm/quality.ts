import { DOMAIN_LEVEL, domainShare, SHARE_BAND } from '@/lib/vm';
import { num, percent } from '../format';
import type { Status } from '../tokens';

/** How a model performs live, over a period. */
export interface LiveFigures {
  predictions: number;
  unreliable: number;
  /** Predictions inside the domain that were measured later; the share of them in their interval, and their RMSE. */
  checked: number;
  coverage: number | null;
  observedRmse: number | null;
}

/** The basis of a model's verdict: the same periods, whatever the window. */
export interface QualityFigures {
  version: number | null;
  q2: number | null;
  /** RMSE on later lots at validation: the error that the model promises. */
  rmse: number | null;
  /** The last 7 days, the last 30. */
  week: LiveFigures;
  month: LiveFigures;
}

export interface Quality {
  status: Status;
  text: string;
  /** The figure that decided, with its criterion. */
  by: string;
}

/** Fewest wafers measured later for a judgement. */
const CHECKED = 30;
/**
 * Ratio of observed to promised error at which a model is judged worse: with 30 wafers of a good model chance reaches it once in ten thousand
 * (chi-squared, 30 degrees of freedom).
 */
const GROWN = 1.5;
/** Fewest predictions for a judgement of the share outside. */
const MANY = 100;
/** The share outside beyond which the tools have left the domain. */
const MUCH_OUTSIDE = SHARE_BAND.high;
/** Q² from which a model is good, and below which it is weak. */
const GOOD = 0.7;
const WEAK = 0.5;
/** Least share of measured values that a 95 % interval has to contain. */
const LEAST_COVERAGE = 0.9;

/** The rules of the verdict in words. */
export const QUALITY_RULES = `By Q² on later lots (good from ${GOOD}, weak below ${WEAK}); of the last 30 days the observed error (at most ${GROWN} times the promised one, of the validation) and the observed coverage (at least ${percent(LEAST_COVERAGE, 0)}, nominally 95 %); and the share outside the domain, of the last 7 days and of the last 30 (at most ${percent(MUCH_OUTSIDE, 0)}, nominally ${percent(DOMAIN_LEVEL, 0)})`;

/** More outside than allowed, and more than chance makes of the nominal share. */
const isOftenOutside = ({ predictions: n, unreliable: k }: LiveFigures): boolean =>
  n >= MANY && k / n > MUCH_OUTSIDE && domainShare(n, k).low > DOMAIN_LEVEL;

/** Observed over promised error; null while too few wafers were measured, or without a validation. */
const growth = ({ rmse, month }: QualityFigures): number | null =>
  month.checked < CHECKED || month.observedRmse === null || rmse === null || !(rmse > 0) ? null : month.observedRmse / rmse;

const times = (ratio: number): string => `error ${num(ratio, 1)} × the promised one`;
const outside = (l: LiveFigures, days: string): string =>
  l.predictions === 0 ? `no prediction in ${days}` : `${percent(l.unreliable / l.predictions)} outside in ${days}`;

/**
 * A model is good when it explains most of the variance of later lots, its live error matches its validation, its interval has the stated coverage,
 * and the tools stay in its domain. The first of these that fails names the state, with its figure.
 */
export function quality(r: QualityFigures): Quality {
  const warn = (text: string, by: string): Quality => ({ status: 'warn', text, by });
  const { coverage, checked } = r.month;
  const ratio = growth(r);
  if (r.version === null) return { status: 'idle', text: 'collecting', by: 'no version yet' };
  if (r.q2 === null) return { status: 'idle', text: 'not validated', by: 'no later lots yet' };
  const explained = `Q² ${num(r.q2, 2)}`;
  if (r.q2 < WEAK) return { status: 'out', text: 'weak', by: explained };
  if (ratio !== null && ratio > GROWN) return warn('error has grown', times(ratio));
  if (coverage !== null && checked >= CHECKED && coverage < LEAST_COVERAGE)
    return warn('interval too narrow', `holds ${percent(coverage)} of ${checked}`);
  if (isOftenOutside(r.week)) return warn('often outside', outside(r.week, '7 days'));
  if (isOftenOutside(r.month)) return warn('often outside', outside(r.month, '30 days'));
  if (r.q2 < GOOD) return warn('fair', explained);
  const live = ratio === null ? `${checked} measured later` : times(ratio);
  return { status: 'ok', text: 'good', by: `${live}, ${outside(r.month, '30 days')}` };
}
