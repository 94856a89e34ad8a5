import { isSpread } from '@/lib/characteristic';
import { isDispersionRule } from '@/lib/spc';
import type { Status } from '../tokens';

/** What usually stands behind a rule, and where to look. @reference L. S. Nelson, Journal of Quality Technology 16 (1984) 237-239. */
const HINT: Readonly<Record<number, string>> = {
  1: 'A gross shift of one wafer, or a mis-measurement: look at the map and the traces of this run.',
  2: 'The mean has shifted: compare with the last maintenance, recipe change or consumable.',
  3: 'Drift or wear: see the disturbance estimate of the loop and the sensor trends.',
  4: 'Two streams mixed (chambers, carriers), or a controller that reacts too strongly.',
  5: 'An early sign of a shift.',
  6: 'A small shift of the mean.',
  7: 'Stratification: the limits are too wide for this stream.',
  8: 'A mixture of two populations.',
};

/** A rule by its number, as points and buttons name it. */
export const ruleName = (rule: number): string => (isDispersionRule(rule) ? 'dispersion beyond its limit' : `rule ${rule}`);

/** What is known of a charted point when its state is described. */
export interface PointFacts {
  readonly rules: readonly number[];
  readonly excluded: string | null;
  /** Limits judged it; a point of the baseline has none yet. */
  readonly isJudged: boolean;
  readonly beyondDispersion?: boolean;
}

/** The state of a point in words: excluded points and those of a baseline are not judged, so they are neither in nor out of control. */
export function pointState({ rules, excluded, isJudged, beyondDispersion = false }: PointFacts): {
  status: Status;
  text: string;
} {
  if (excluded) return { status: 'idle', text: `excluded: ${excluded}` };
  const words = rules.map(ruleName);
  if (beyondDispersion && !rules.some(isDispersionRule)) words.push('dispersion beyond its limit (its rule is off)');
  if (words.length === 0)
    return isJudged ? { status: 'ok', text: 'in control' } : { status: 'idle', text: 'not judged, no limits yet' };
  return { status: rules.length > 0 ? 'out' : 'warn', text: words.join(', ') };
}

/** Where a signal lies, as far as known. */
export interface SignalPlace {
  /** Name of the characteristic; a dispersion (sigma of a wafer, a moving range) below its limit means something else than a value does. */
  readonly characteristic?: string | undefined;
  readonly side?: string | null | undefined;
}

const LITTLE_SPREAD =
  'Less spread than the process ever has: too coarse a resolution, a stuck gauge, or copied values. Look at the single sites.';
const MUCH_SPREAD = 'More spread over the wafer than the process had: look at the map and the traces of this run.';

/** The usual cause behind a rule, and where to look. */
export function ruleHint(rule: number, { characteristic = '', side = null }: SignalPlace = {}): string {
  if (isDispersionRule(rule))
    return side === 'below'
      ? LITTLE_SPREAD
      : 'The step from one point to the next, or the spread within it, is larger than the baseline had: a jump, a mixed stream, or a noisy gauge.';
  if (rule === 1 && isSpread(characteristic) && side !== null) return side === 'below' ? LITTLE_SPREAD : MUCH_SPREAD;
  return HINT[rule] ?? '';
}
