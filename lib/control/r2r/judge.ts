import { besideLimit, towardsZero } from '@/lib/numerics';
import type { RunToRunConfig } from '../run-to-run-config';
import type { GainVerdict } from './gain-estimate';
import { maxGainRatio, stabilityMargin } from './stability';

/** How measurements reach the threads of a loop. */
export interface LoopTiming {
  /** Lots of the thread between a run and the arrival of its measurement: median, and what 90 % of the lots keep. */
  readonly delayMedian: number;
  readonly delay90: number;
  /** Observations of one lot. */
  readonly observationsALot: number;
}

/** Whether a configuration may control, and why. */
export interface LoopJudgement {
  /** `free`: an engineer alone; `second_person`: near the bound or a large change; `refused`: unstable. */
  readonly verdict: 'free' | 'second_person' | 'refused';
  readonly reasons: readonly string[];
  /** Weight of a whole lot, 1 − (1 − λ)^m, and the delay in lots that the bound is taken at. */
  readonly lambdaLot: number;
  readonly delay: number;
  /** Largest stable true gain / model gain. */
  readonly bound: number;
  /** True gain / model gain of this configuration, and its interval; the interval is null where history does not determine the gain. */
  readonly ratio: number;
  readonly ratioLow: number | null;
  readonly ratioHigh: number | null;
  readonly gainSource: 'history' | 'model';
  /** Why history does not determine the gain. */
  readonly gainReason: string | null;
  /** Share of the bound that is used, by the estimate and by the unfavourable end of its interval. */
  readonly used: number;
  readonly usedWorst: number;
  /** Largest λ that is stable with this model gain, by the unfavourable end; null where no λ is. */
  readonly largestLambda: number | null;
  /** Lots until a disturbance has fallen to 1/e at the estimated ratio; null: never. */
  readonly settleLots: number | null;
}

/** Above this share of the bound, by the unfavourable end, a second person looks. */
export const NEAR_BOUND = 0.7;
/** A model gain that changes by more than this factor is looked at by a second person. */
export const LARGE_GAIN_CHANGE = 2;

const lotWeight = (lambda: number, m: number): number => 1 - (1 - lambda) ** m;

/**
 * Whether a configuration may control: its gain against the gain of the process estimated from history, with the delay that was observed. Refused when the
 * ratio lies on or beyond the bound, by history or brought there by the change, or history says that its sign is wrong. A second person is needed when the
 * unfavourable end of the interval comes near the bound and the change brings it nearer than the configuration in force, or the gain changes by more than a
 * factor of two or its sign. Changes of the gain are counted from the one that was agreed last, so that small ones do not add up unseen; without an estimate
 * the process is taken to have it.
 * @param inForce - the configuration that the change replaces; null when a loop is closed: then nearness alone decides.
 * @param agreedGain - the last model gain that registration or two persons stood behind.
 * @param timing - null before a delay was observed: then no delay and one observation a lot, the most lenient case.
 */
export function judgeLoop(
  draft: RunToRunConfig,
  inForce: RunToRunConfig | null,
  agreedGain: number,
  gain: GainVerdict,
  timing: LoopTiming | null,
): LoopJudgement {
  const now = shares(draft, gain, timing, agreedGain);
  const before = inForce === null ? null : shares(inForce, gain, timing, agreedGain);
  const nearer = before === null || now.usedWorst > before.usedWorst * (1 + 1e-9);
  const reasons: string[] = [];
  const worst: { v: LoopJudgement['verdict'] } = { v: 'free' };
  const say = (v: 'second_person' | 'refused', text: string) => {
    reasons.push(text);
    if (worst.v !== 'refused') worst.v = v;
  };
  const of = now.gainSource === 'history' ? 'by its history' : 'by the gain that was agreed last';
  const three = (v: number) => String(Number(v.toPrecision(3)));
  if (now.ratio <= 0) {
    const text = `the process answers the knob the other way round ${of}: gain ${three(draft.gain)} has the wrong sign`;
    say(now.gainSource === 'history' ? 'refused' : 'second_person', text);
  } else if (now.ratio >= now.bound)
    say(
      now.gainSource === 'history' || nearer ? 'refused' : 'second_person',
      `the true gain is ${besideLimit(now.ratio, Number(towardsZero(now.bound, 3)))} times this model gain ${of}, and λ = ${three(draft.lambda)} with a delay of ${now.delay} lots is stable only up to ${towardsZero(now.bound, 3)} times`,
    );
  if (worst.v !== 'refused' && now.usedWorst > NEAR_BOUND && nearer)
    say(
      'second_person',
      `${besideLimit(100 * now.usedWorst, 100 * NEAR_BOUND, 2)} % of the stability bound is used at the unfavourable end of what is known of the gain; above ${100 * NEAR_BOUND} % a second engineer looks`,
    );
  if (inForce !== null && draft.gain !== inForce.gain) {
    const change = draft.gain / agreedGain;
    if (!(change > 1 / LARGE_GAIN_CHANGE && change < LARGE_GAIN_CHANGE) && change > 0)
      say(
        'second_person',
        `the model gain changes by a factor of ${three(change)} from ${three(agreedGain)}, which was agreed last`,
      );
  }
  return { verdict: worst.v, reasons, ...now };
}

function shares(c: RunToRunConfig, gain: GainVerdict, timing: LoopTiming | null, agreedGain: number) {
  const m = Math.max(1, timing?.observationsALot ?? 1);
  const delay = Math.ceil(timing?.delay90 ?? 0);
  const lambdaLot = lotWeight(c.lambda, m);
  const bound = maxGainRatio(lambdaLot, delay);
  const e = gain.estimate;
  const ratio = (e?.gain ?? agreedGain) / c.gain;
  const ends = e === null ? null : [e.low / c.gain, e.high / c.gain];
  const ratioLow = ends === null ? null : Math.min(...ends);
  const ratioHigh = ends === null ? null : Math.max(...ends);
  const worst = ratioHigh ?? ratio;
  const radius = ratio > 0 ? stabilityMargin(lambdaLot, delay, ratio).spectralRadius : Number.POSITIVE_INFINITY;
  return {
    lambdaLot,
    delay,
    bound,
    ratio,
    ratioLow,
    ratioHigh,
    gainSource: e === null ? ('model' as const) : ('history' as const),
    gainReason: gain.reason,
    used: ratio / bound,
    usedWorst: worst / bound,
    largestLambda: worst > 0 ? largestLambda(worst, delay, m) : null,
    settleLots: radius < 1 ? (radius > 0 ? -1 / Math.log(radius) : 0) : null,
  };
}

/**
 * Largest λ whose bound is above a gain ratio: the bound falls with λ, so bisection finds it. At most 1.
 * @param ratio - true gain over model gain.
 * @param delay - runs between a run and its measurement.
 * @returns λ in (0, 1].
 */
export function largestLambda(ratio: number, delay: number, observationsALot: number): number {
  const stable = (lambda: number) => maxGainRatio(lotWeight(lambda, observationsALot), delay) > ratio;
  if (stable(1)) return 1;
  let [lo, hi] = [0, 1];
  for (let k = 0; k < 50; k++) {
    const mid = 0.5 * (lo + hi);
    if (stable(mid)) lo = mid;
    else hi = mid;
  }
  return lo;
}
