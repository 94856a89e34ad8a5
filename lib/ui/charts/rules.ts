import type { Status } from '../tokens';

/**
 * Nelson's run rules in the words used on screen; `given`: by limits that a person entered, whose zones are thirds of the way to them.
 * @reference L. S. Nelson, Journal of Quality Technology 16 (1984) 237-239.
 */
export const RULE_TEXT: Readonly<Record<number, { short: string; text: string; given?: string; hint: string }>> = {
  1: {
    short: 'beyond 3σ',
    text: '1 point beyond the control limits (3σ)',
    given: '1 point beyond the control limits (as entered)',
    hint: 'A gross shift of one wafer, or a mis-measurement: look at the map and the traces of this run.',
  },
  2: {
    short: '9 one side',
    text: '9 points in a row on one side of the centre line',
    hint: 'The mean has shifted: compare with the last maintenance, recipe change or consumable.',
  },
  3: {
    short: '6 trend',
    text: '6 points in a row steadily increasing or decreasing',
    hint: 'Drift or wear: see the disturbance estimate of the loop and the sensor trends.',
  },
  4: {
    short: '14 alternating',
    text: '14 points in a row alternating up and down',
    hint: 'Two streams mixed (chambers, carriers), or a controller that reacts too strongly.',
  },
  5: {
    short: '2 of 3 > 2σ',
    text: '2 of 3 points beyond 2σ on the same side',
    given: '2 of 3 points beyond two thirds of the way to the limit of their side',
    hint: 'An early sign of a shift.',
  },
  6: {
    short: '4 of 5 > 1σ',
    text: '4 of 5 points beyond 1σ on the same side',
    given: '4 of 5 points beyond one third of the way to the limit of their side',
    hint: 'A small shift of the mean.',
  },
  7: {
    short: '15 within 1σ',
    text: '15 points in a row within 1σ of the centre line',
    given: '15 points in a row within one third of the way to the limits',
    hint: 'Stratification: the limits are too wide for this stream.',
  },
  8: {
    short: '8 outside 1σ',
    text: '8 points in a row outside 1σ, both sides allowed',
    given: '8 points in a row beyond one third of the way to the limits, both sides allowed',
    hint: 'A mixture of two populations.',
  },
};

/** 101, 102 … are the same rules on the dispersion chart. */
export const isDispersionRule = (rule: number): boolean => rule > 100;

export function ruleName(rule: number): string {
  return isDispersionRule(rule) ? 'dispersion beyond its limit' : `rule ${rule}`;
}

/** What is known of a charted point when its state is told. */
export interface PointFacts {
  readonly rules: readonly number[];
  readonly excluded: string | null;
  /** Limits judged it; a point of the baseline has none yet. */
  readonly isJudged: boolean;
  readonly beyondDispersion?: boolean;
}

/** What a point is, in words: excluded points and those of a baseline are judged by nothing, so they are neither in nor out of control. */
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

/** @param limits - `given` limits are no multiple of a sigma, so no rule speaks of one. */
export function ruleText(rule: number, limits: 'study' | 'given' = 'study'): string {
  const r = RULE_TEXT[isDispersionRule(rule) ? rule - 100 : rule];
  if (r === undefined) return `rule ${rule}`;
  return isDispersionRule(rule)
    ? 'the range, the standard deviation or the step from the point before is beyond its limit'
    : limits === 'given'
      ? (r.given ?? r.text)
      : r.text;
}

/** What usually stands behind it, and where to look. */
export function ruleHint(rule: number): string {
  if (isDispersionRule(rule))
    return 'The step from one point to the next, or the spread within it, is larger than the baseline had: a jump, a mixed stream, or a noisy gauge.';
  return RULE_TEXT[rule]?.hint ?? '';
}
