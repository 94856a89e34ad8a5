import { AppError } from '@/lib/errors';
import { madSigma, median, moments, normalQuantile } from '@/lib/numerics';
import { type PlsModel, trainPls } from './model';
import { predictPls } from './predict';

/** One run in time order, whether it was measured or not. */
export interface DomainRow {
  /** Process time, any unit. */
  readonly at: number;
  /** Lot: wafers of one lot leave the domain together. */
  readonly context: string;
  /** Sensor features, (p,), NaN = not recorded. */
  readonly x: ArrayLike<number>;
}

/** Limits of T² and SPE. */
export interface DomainLimits {
  /** Limit of T². */
  readonly t2: number;
  /** Limit of SPE. */
  readonly spe: number;
  /** Rows and lots of later data that gave them. */
  readonly rows: number;
  readonly contexts: number;
}

/** The limits of a version's domain, moved by the shift (of their logarithm) that later days showed. */
export function movedLimits(d: Pick<DomainLimits, 't2' | 'spe'>, shift: number): { readonly t2: number; readonly spe: number } {
  const f = Math.exp(shift);
  return { t2: d.t2 * f, spe: d.spe * f };
}

/** Share of nominal runs that lie outside, by T² and SPE together. */
export const DOMAIN_LEVEL = 0.01;
const BLOCKS = 5;
const WARM_UP = 0.4;

/** Fewer lots have no spread to speak of. */
const MIN_LOTS = 3;
/** Rows and lots further from the middle than this many robust sigmas are of another kind: they take no part in the limit of the usual. */
const CUT = 3.5;

/**
 * Upper limit for the next row of a lot that is not in the sample: log values are normal between lots (their drift included) and within them; ln limit = μ +
 * z_{1−level} √(s_b²(1 + 1/L) + s_w²(1 − 1/m)), s_b² the variance of the L lot means, s_w² within, m rows a lot. Rows beyond 3.5 robust sigma of the middle are
 * left out first: one lot of a chamber that nobody had seen would otherwise widen the limit a thousandfold. The normal quantile takes the variances as known.
 * For log-normal values a level of 0.5 % is then exceeded by 1.1 % with 12 lots and by 0.7 % with 30 (5 % by 5.4 % with 30); Student's t would hold the level
 * for those and leaves half of it for T² and SPE, whose upper tails are shorter. {@link nextShift} follows what is seen. The quantile of the rows would need a
 * hundred lots to know 1 %, since a whole lot leaves together.
 * @param values - positive.
 * @param contexts - lot of each.
 * @param level - share above the limit.
 * @returns in the unit of the values.
 * @throws AppError `invalid_input` below three lots.
 * @reference Hahn & Meeker, Statistical Intervals (1991), ch. 4 (prediction intervals); one-way random effects: Searle, Casella & McCulloch, Variance
 * Components (1992), ch. 3.
 */
export function nextLotLimit(values: ArrayLike<number>, contexts: readonly string[], level: number): number {
  const lots = usualLots(logsByLot(values, contexts));
  if (lots.length < MIN_LOTS)
    throw new AppError('invalid_input', `${lots.length} lots of later data are too few for a limit; it takes three`, {
      lots: lots.length,
    });
  return limitOf(lots, level);
}

function limitOf(lots: readonly number[][], level: number): number {
  const l = lots.length;
  const each = lots.map((v) => moments(v));
  const between = moments(each.map((m) => m.mean));
  const n = each.reduce((s, m) => s + m.n, 0);
  const within = n > l ? each.reduce((s, m) => s + (m.n > 1 ? m.variance * (m.n - 1) : 0), 0) / (n - l) : 0;
  const variance = between.variance * (1 + 1 / l) + within * Math.max(0, 1 - l / n);
  return Math.exp(between.mean + normalQuantile(1 - level) * Math.sqrt(variance));
}

function logsByLot(values: ArrayLike<number>, contexts: readonly string[]): number[][] {
  const lots = new Map<string, number[]>();
  contexts.forEach((c, i) => {
    const v = Math.log(Math.max(values[i]!, Number.MIN_VALUE));
    const list = lots.get(c);
    if (list === undefined) lots.set(c, [v]);
    else list.push(v);
  });
  return [...lots.values()];
}

/** The lots without the rows that are far from the middle of all, by the robust spread of the lots' medians and of the rows about them. */
function usualLots(lots: readonly number[][]): number[][] {
  if (lots.length === 0) return [];
  const middles = lots.map((v) => median(v));
  const sigma = Math.hypot(
    madSigma(middles),
    madSigma(
      lots.flatMap((v, i) => v.map((x) => x - middles[i]!)),
      0,
    ),
  );
  const middle = median(middles);
  return lots.map((v) => v.filter((x) => Math.abs(x - middle) <= CUT * sigma)).filter((v) => v.length > 0);
}

/**
 * Limits of T² and SPE from later data that the fit had never seen: the model is trained again on the first part of the measured rows, with
 * the same number of components, and looks at every run of the block after it, block by block; lots that trained are left out. Each statistic
 * gets half of the share, so that 1 % of nominal runs lie outside by either. SPE is counted in units of the training's mean SPE, which
 * falls as a model learns; the limit is that of the model given.
 * The formulas of control charts (F and χ² of the training rows) are far too narrow here: with more inputs than wafers a fit leaves residuals that no
 * later run has.
 * @param model - the model that the limits are for.
 * @param measured - its training rows, in time order, with their response.
 * @param runs - all runs of that time, measured or not, in time order.
 * @returns null when the later blocks hold fewer than three lots of the usual kind.
 * @complexity 5 fits.
 */
export function domainLimits(
  model: PlsModel,
  measured: readonly (DomainRow & { readonly y: number })[],
  runs: readonly DomainRow[],
): DomainLimits | null {
  const n = measured.length;
  const start = Math.max(model.components + 4, Math.floor(n * WARM_UP));
  const t2: number[] = [];
  const spe: number[] = [];
  const contexts: string[] = [];
  let from = start;
  for (let b = 0; b < BLOCKS && from < n; b++) {
    const to = start + Math.round(((n - start) * (b + 1)) / BLOCKS);
    if (to <= from) continue;
    const train = measured.slice(0, from);
    const began = measured[from]!.at;
    const ends = b === BLOCKS - 1 ? Number.POSITIVE_INFINITY : (measured[to]?.at ?? Number.POSITIVE_INFINITY);
    const fold = fitAgain(model, train);
    const unit = meanSpe(fold, train);
    const seen = new Set(train.map((r) => r.context));
    for (const r of runs) {
      if (r.at < began || r.at >= ends || seen.has(r.context)) continue;
      const p = predictPls(fold, r.x);
      t2.push(p.t2);
      spe.push(p.spe / unit);
      contexts.push(r.context);
    }
    from = to;
  }
  const [usualT2, usualSpe] = [usualLots(logsByLot(t2, contexts)), usualLots(logsByLot(spe, contexts))];
  if (Math.min(usualT2.length, usualSpe.length) < MIN_LOTS) return null;
  const half = DOMAIN_LEVEL / 2;
  return {
    t2: limitOf(usualT2, half),
    spe: limitOf(usualSpe, half) * meanSpe(model, measured),
    rows: contexts.length,
    contexts: new Set(contexts).size,
  };
}

const fitAgain = (model: PlsModel, rows: readonly (DomainRow & { readonly y: number })[]): PlsModel =>
  trainPls(
    { x: rows.map((r) => r.x), y: rows.map((r) => [r.y]), sensors: model.sensors, responses: model.responses },
    { components: model.components, validation: 'none' },
  );

function meanSpe(model: PlsModel, rows: readonly DomainRow[]): number {
  return rows.reduce((s, r) => s + predictPls(model, r.x).spe, 0) / rows.length;
}

/** Beyond this multiple of the limit a run is of another kind, not of the tail of the usual ones: it says nothing about the limit. */
const FAR = 1.3;

/**
 * Evidence of judged predictions about their limits: how many are of the usual kind, and how many of those lie outside.
 * @param ratios - of each the larger of T² and SPE over their limits.
 */
export function usualOutside(ratios: ArrayLike<number>): { predictions: number; outside: number } {
  const usual = Array.from(ratios).filter((r) => r <= FAR);
  return { predictions: usual.length, outside: usual.filter((r) => r > 1).length };
}

/** A day of this many predictions counts in full; fewer say less of the share, and more do not move the limits further. */
const FULL_DAY = 40;
/** How far the logarithm of the limits follows a full day's share. */
const GAIN = 2;
/** One day moves it no further. */
const DAY = 0.5;
/** How far it may be moved in all. */
const FARTHEST = 1;

/**
 * The logarithm by which the limits of a model are moved after a day of its predictions: by twice the share that lay outside less the nominal one, up or down.
 * What is stated as 1 % stays near 1 % under drift, whatever the distribution and however many predictions a day; it never moves by more than a factor of e. A
 * step by the count in place of the share would swing where a tool makes a thousand predictions a day.
 * @param predictions, outside - of the day (`usualOutside`); none leave the limits as they are.
 * @returns the natural logarithm, dimensionless.
 * @reference Gibbs & Candès, NeurIPS 34 (2021) (adaptive conformal inference).
 */
export function nextShift(shift: number, predictions: number, outside: number): number {
  if (predictions === 0) return shift;
  const step = GAIN * Math.min(1, predictions / FULL_DAY) * (outside / predictions - DOMAIN_LEVEL);
  return clamp(shift + clamp(step, DAY), FARTHEST);
}

const clamp = (v: number, most: number): number => Math.min(most, Math.max(-most, v));
