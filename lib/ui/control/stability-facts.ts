import { type LoopJudgement, type LoopTiming, NEAR_BOUND } from '@/lib/control';
import { besideLimit, towardsZero } from '@/lib/numerics';
import { num } from '../format';
import type { Status } from '../tokens';

export interface Margin {
  readonly status: Status;
  readonly words: string;
}

/**
 * How much margin to instability is left, in one word for every place that shows it: at and above the share at which a change needs a second engineer
 * there is little margin, by the unfavourable end of the gain's interval.
 */
export function marginOf({ used, usedWorst }: Pick<LoopJudgement, 'used' | 'usedWorst'>): Margin {
  if (!(used > 0)) return { status: 'out', words: 'wrong sign' };
  if (used >= 1) return { status: 'out', words: 'unstable' };
  return usedWorst > NEAR_BOUND ? { status: 'warn', words: 'little margin' } : { status: 'ok', words: 'ample' };
}

/** "0.46, up to 0.85": the share of the stability bound that is used, and its unfavourable end where history gives an interval. */
export const usedWords = (j: Pick<LoopJudgement, 'used' | 'usedWorst' | 'ratioHigh'>, join: string): string =>
  `${num(j.used, 2)}${j.ratioHigh === null ? '' : `${join}${worstWords(j.usedWorst)}`}`;

/** Two decimals, or as many as show on which side of the second engineer's share it lies. */
const worstWords = (worst: number): string =>
  Number(worst.toFixed(2)) > NEAR_BOUND === worst > NEAR_BOUND ? num(worst, 2) : besideLimit(worst, NEAR_BOUND, 2);

/** The numbers behind a judgement, as label and value. */
export function stabilityFacts(j: LoopJudgement, timing: LoopTiming | null, lambda: number): [string, string][] {
  const interval = j.ratioLow === null || j.ratioHigh === null ? '' : ` (${num(j.ratioLow, 2)} to ${num(j.ratioHigh, 2)})`;
  return [
    ['True gain / model gain', `${num(j.ratio, 2)}${interval}`],
    ['Stable below', `${num(j.bound, 2)} × the model’s`],
    [
      'Delay, lots of a thread',
      timing === null ? 'none observed yet' : `${num(timing.delayMedian, 0)} (90 %: ${num(timing.delay90, 0)})`,
    ],
    ['Observations per lot', timing === null ? '–' : num(timing.observationsALot, 1)],
    ['λ per lot', `${num(j.lambdaLot, 2)} from ${num(lambda, 2)}`],
    ['Largest stable λ', j.largestLambda === null ? 'none' : towardsZero(j.largestLambda)],
    ['Settles in', j.settleLots === null ? 'never' : `${num(j.settleLots, 1)} lots to 1/e`],
  ];
}

/** The effect of activating a draft with this verdict. */
export const VERDICT_WORDS: Readonly<Record<LoopJudgement['verdict'], string>> = {
  free: 'may be activated',
  second_person: 'needs a second engineer',
  refused: 'refused',
};
