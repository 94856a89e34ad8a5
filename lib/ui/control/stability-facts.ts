import type { LoopJudgement, LoopTiming } from '@/lib/control';
import { num } from '../format';

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
    ['Observations a lot', timing === null ? '–' : num(timing.observationsALot, 1)],
    ['λ a lot', `${num(j.lambdaLot, 2)} from ${num(lambda, 2)}`],
    ['Largest stable λ', num(j.largestLambda, 2)],
    ['Settles in', j.settleLots === null ? 'never' : `${num(j.settleLots, 1)} lots to 1/e`],
  ];
}

/** What activation will do with a draft of this verdict. */
export const VERDICT_WORDS: Readonly<Record<LoopJudgement['verdict'], string>> = {
  free: 'may be activated',
  second_person: 'needs a second engineer',
  refused: 'refused: not stable',
};
