import { DOMAIN_LEVEL, domainShare, SHARE_BAND } from '@/lib/vm';
import { percent } from '../format';
import type { Status } from '../tokens';

/** What the verdict of a model is made from. */
export interface QualityFigures {
  version: number | null;
  q2: number | null;
  /** RMSE on later lots, at validation. */
  rmse: number | null;
  /** Predictions inside the domain that were measured later, the share of them in their interval, and their RMSE. */
  checked: number;
  coverage: number | null;
  observedRmse: number | null;
  predictions: number;
  unreliable: number;
}

/** Wafers measured later that say something of the model. */
const CHECKED = 30;
/** An observed error so many times that of the validation: with 30 wafers no chance gives it. */
const GROWN = 2;
/** Predictions that say something of the share outside. */
const MANY = 100;
/** The share outside beyond which the domain no longer is what the tools do. */
const MUCH_OUTSIDE = SHARE_BAND.high;
/** Q² from which a model is good, and below which it is weak. */
const GOOD = 0.7;
const WEAK = 0.5;
/** Share of the measured values that an interval of 95 % has to hold at least. */
const LEAST_COVERAGE = 0.9;

/** What the verdict goes by, in words. */
export const QUALITY_RULES = `By Q² on later lots (good from ${GOOD}, weak below ${WEAK}), the observed error (at most ${GROWN} times that of the validation), the observed coverage (at least ${percent(LEAST_COVERAGE, 0)}, nominally 95 %), and the share outside the domain (at most ${percent(MUCH_OUTSIDE, 0)}, nominally ${percent(DOMAIN_LEVEL, 0)})`;

/** More outside than allowed, and more than chance makes of the nominal share. */
const isOftenOutside = ({ predictions: n, unreliable: k }: QualityFigures): boolean =>
  n >= MANY && k / n > MUCH_OUTSIDE && domainShare(n, k).low > DOMAIN_LEVEL;

const hasGrown = (r: QualityFigures): boolean =>
  r.checked >= CHECKED && r.observedRmse !== null && r.rmse !== null && r.observedRmse > GROWN * r.rmse;

/**
 * A model is worth its name when it explains most of what later lots did, errs live as it did at its validation, its interval holds what it says, and the
 * tools stay in its domain.
 */
export function quality(r: QualityFigures): { status: Status; text: string } {
  if (r.version === null) return { status: 'idle', text: 'collecting' };
  if (r.q2 === null) return { status: 'idle', text: 'not validated' };
  if (r.q2 < WEAK) return { status: 'out', text: 'weak' };
  if (hasGrown(r)) return { status: 'warn', text: 'error has grown' };
  if (r.coverage !== null && r.checked >= CHECKED && r.coverage < LEAST_COVERAGE)
    return { status: 'warn', text: 'interval too narrow' };
  if (isOftenOutside(r)) return { status: 'warn', text: 'often outside' };
  return r.q2 < GOOD ? { status: 'warn', text: 'fair' } : { status: 'ok', text: 'good' };
}
