import { AppError } from '@/lib/errors';
import { beta, binomialCdf } from '@/lib/numerics';
import { DOMAIN_LEVEL } from './domain';

/** Where the share of predictions outside a domain may lie for its nominal 1 % to mean 1 %. */
export const SHARE_BAND = { low: DOMAIN_LEVEL / 2, high: 2 * DOMAIN_LEVEL } as const;
/** Probability with which a correct domain must lie in the band before a share outside it counts against the domain. */
const SURE = 0.95;

/** A share of predictions outside a domain. */
export interface DomainShare {
  readonly share: number;
  /** Its 95 % interval (Clopper-Pearson). */
  readonly low: number;
  readonly high: number;
  readonly verdict: 'within' | 'outside' | 'few';
}

/**
 * The share of predictions outside a domain, judged by the band around its nominal share. `few`: a domain of exactly the nominal share would
 * lie beside the band in more than 5 % of samples of this size, and the interval of the share reaches into the band. The wafers of a
 * lot leave together, so that a sample tells less than its size says.
 * @param n - predictions, 1 or more. @param outside - those of them outside.
 * @throws AppError `invalid_input` when there are none, or more outside than predictions.
 * @reference Clopper & Pearson, Biometrika 26 (1934) 404.
 */
export function domainShare(n: number, outside: number): DomainShare {
  if (!(Number.isInteger(n) && n > 0)) throw new AppError('invalid_input', `${n} predictions: a share needs one`, { field: 'n' });
  if (!(Number.isInteger(outside) && outside >= 0 && outside <= n))
    throw new AppError('invalid_input', `${outside} of ${n} is no share`, { field: 'outside' });
  const share = outside / n;
  const tail = (1 - SURE) / 2;
  const low = outside === 0 ? 0 : beta(outside, n - outside + 1).quantile(tail);
  const high = outside === n ? 1 : beta(outside + 1, n - outside).quantile(1 - tail);
  const clear = low > SHARE_BAND.high || high < SHARE_BAND.low;
  const within = share >= SHARE_BAND.low && share <= SHARE_BAND.high;
  return { share, low, high, verdict: clear ? 'outside' : !tells(n) ? 'few' : within ? 'within' : 'outside' };
}

/** Whether a sample of n of the nominal share lies in the band as surely as it must. */
const tells = (n: number): boolean =>
  binomialCdf(Math.floor(SHARE_BAND.high * n), n, DOMAIN_LEVEL) -
    binomialCdf(Math.ceil(SHARE_BAND.low * n) - 1, n, DOMAIN_LEVEL) >=
  SURE;
