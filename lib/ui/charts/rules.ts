import { isSpread } from '@/lib/characteristic';
import { DISPERSION, findRule, isDispersionRule, isWithinRule, ruleLabel, shapeOf, WITHIN } from '@/lib/spc';
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
export function ruleName(rule: number): string {
  if (rule === WITHIN + 1) return 'spread within beyond its limit';
  if (rule === DISPERSION + 1) return 'dispersion beyond its limit';
  return rule < 10 ? `rule ${rule}` : ruleLabel(rule);
}

/** The Nelson rule whose meaning a rule has, whatever its counts: what stands behind a run of seven is what stands behind one of nine. 0: none. */
function likeNelson(rule: number): number {
  const r = findRule(rule)?.rule;
  if (rule < 10 || r === undefined) return rule;
  const shape = shapeOf(r);
  if (shape !== null) return shape;
  if (r.kind === 'within') return 7;
  if (r.kind !== 'beyond') return 0;
  return r.side === 'any' ? 8 : r.sigma >= 1.5 ? 5 : 6;
}

/** What is known of a charted point when its state is described. */
export interface PointFacts {
  readonly rules: readonly number[];
  readonly excluded: string | null;
  /** Limits judged it; a point of the baseline has none yet. */
  readonly isJudged: boolean;
  readonly beyondDispersion?: boolean;
  readonly beyondWithin?: boolean;
  /** Why no limits judge it although its phase has some. */
  readonly unjudged?: string | null;
  /** Rules of severity "warning" that fired. */
  readonly warnings?: readonly number[];
}

/** The state of a point in words: excluded points and those of a baseline are not judged, so they are neither in nor out of control. */
export function pointState({
  rules,
  excluded,
  isJudged,
  beyondDispersion = false,
  beyondWithin = false,
  unjudged = null,
  warnings = [],
}: PointFacts): {
  status: Status;
  text: string;
} {
  if (excluded) return { status: 'idle', text: `excluded: ${excluded}` };
  if (unjudged !== null) return { status: 'idle', text: `not judged: ${unjudged}` };
  const words = rules.map(ruleName);
  if (warnings.length > 0) words.push(`warning: ${warnings.map(ruleName).join(', ')}`);
  if (beyondDispersion && !rules.some(isDispersionRule)) words.push('dispersion beyond its limit (its rule is off)');
  if (beyondWithin && !rules.some(isWithinRule)) words.push('spread within beyond its limit (its rule is off)');
  if (words.length === 0)
    return isJudged ? { status: 'ok', text: 'in control' } : { status: 'idle', text: 'not judged, no limits yet' };
  return { status: rules.length > 0 ? 'out' : 'warn', text: words.join(', ') };
}

/** What stands behind rule 1 on kinds of charts that do not plot values, by the side of the signal. */
const COUNTED = {
  above:
    'More was found than the baseline explains: look at the wafers that were inspected, at the events of the tool, and at the inspection recipe.',
  below: 'Less was found than the baseline had: an improvement, or an inspection that misses what is there.',
} as const;
const GAPS = {
  above: 'Events have become rarer than they were: an improvement to keep, or events that are no longer reported.',
  below: 'Events follow each other more closely than in the baseline: look at what they have in common.',
} as const;
const SUMS = {
  above: 'A small shift upwards that lasts: see where the sum began to rise (Δ) and what happened there.',
  below: 'A small shift downwards that lasts: see where the sum began to fall (Δ) and what happened there.',
} as const;
const TOGETHER = {
  above:
    'The variables do not stand to each other as they did in the baseline: begin with the longest bar of the contributions, which leads to its sensor or its wafer.',
  below: '',
} as const;
const BY_KIND: Readonly<Partial<Record<string, Readonly<Record<'above' | 'below', string>>>>> = {
  cusum: SUMS,
  p: COUNTED,
  np: COUNTED,
  laney_p: COUNTED,
  c: COUNTED,
  u: COUNTED,
  laney_u: COUNTED,
  g: GAPS,
  t: GAPS,
  t2: TOGETHER,
  mewma: TOGETHER,
  pca: TOGETHER,
};

/** Where a signal lies, as far as known. */
export interface SignalPlace {
  /** Name of the characteristic; a dispersion (sigma of a wafer, a moving range) below its limit means something else than a value does. */
  readonly characteristic?: string | undefined;
  readonly side?: string | null | undefined;
  /** Kind of the chart. */
  readonly kind?: string | undefined;
}

const LITTLE_SPREAD =
  'Less spread than the process ever has: too coarse a resolution, a stuck gauge, or copied values. Look at the single sites.';
const MUCH_SPREAD = 'More spread over the wafer than the process had: look at the map and the traces of this run.';

/** The usual cause behind a rule, and where to look. */
export function ruleHint(rule: number, { characteristic = '', side = null, kind = '' }: SignalPlace = {}): string {
  const own = BY_KIND[kind]?.[side === 'below' ? 'below' : 'above'];
  const like = likeNelson(rule);
  if (like === 1 && own !== undefined && !isDispersionRule(rule) && !isWithinRule(rule)) return own;
  if (kind === 'pca' && isDispersionRule(rule))
    return 'Something new: the point has left the directions in which the baseline varied. The largest residual leads to the sensor that stands where the others do not expect it.';
  if (isWithinRule(rule))
    return side === 'below'
      ? LITTLE_SPREAD
      : 'The wafers of this lot differ more than those of the baseline did: compare them by slot, chamber and carrier.';
  if (isDispersionRule(rule))
    return side === 'below'
      ? LITTLE_SPREAD
      : 'The step from one point to the next, or the spread within it, is larger than the baseline had: a jump, a mixed stream, or a noisy gauge.';
  if (like === 1 && isSpread(characteristic) && side !== null) return side === 'below' ? LITTLE_SPREAD : MUCH_SPREAD;
  if (findRule(rule)?.rule.kind === 'range')
    return 'Points jump from one side to the other: more scatter than the baseline had, two streams mixed, or over-control.';
  return HINT[like] ?? '';
}
