import { AppError } from '@/lib/errors';
import { AIAG, NELSON, type RuleSeverity, type RunRule, WESTERN_ELECTRIC, WESTGARD } from './rules';

/** The statistic that a rule judges: what is plotted, the dispersion beside it, or the spread within a point. */
export type RuleStatistic = 'location' | 'dispersion' | 'within';
/** How urgent a signal is: the severity of the alert that it opens, and which of several signals of a point is named first. */
export type RulePriority = 'high' | 'medium' | 'low';

/** A rule as charts have it: what it looks for, on what, and what its signal is worth. */
export interface ChartRule {
  /** As signals name it: "WE4". */
  readonly name: string;
  readonly on: RuleStatistic;
  /** Its own id and severity are those of the number and of this rule. */
  readonly rule: RunRule;
  /** A warning marks its point; the point stays in control, and no alert is raised. */
  readonly severity: RuleSeverity;
  readonly priority: RulePriority;
}

/** A chart numbers the rules of its location from 1, those on its dispersion from here. */
export const DISPERSION = 100;
/** Those on its third statistic, the spread within a point, from here. */
export const WITHIN = 200;
/** Rules of a site are numbered from here: on the location, on the dispersion, on the spread within. */
export const SITE_RULES: Readonly<Record<RuleStatistic, number>> = {
  location: 1_000,
  dispersion: 1_000_000,
  within: 2_000_000,
};

/** Whether a rule number is one of the dispersion chart. */
export const isDispersionRule = (n: number): boolean =>
  (n > DISPERSION && n < WITHIN) || (n >= SITE_RULES.dispersion && n < SITE_RULES.within);

/** Whether a rule number is one of the third chart. */
export const isWithinRule = (n: number): boolean => (n > WITHIN && n < SITE_RULES.location) || n >= SITE_RULES.within;

/** Whether a site defined the rule itself. */
export const isSiteRule = (n: number): boolean => n >= SITE_RULES.location;

const location = (name: string, rule: RunRule, priority: RulePriority): ChartRule => ({
  name,
  on: 'location',
  rule,
  severity: rule.severity === 'warning' ? 'warning' : 'out_of_control',
  priority,
});
const beside = (name: string, on: RuleStatistic): ChartRule => ({ ...location(name, NELSON.N1, 'medium'), on });

const HIGH = 'high';
const MEDIUM = 'medium';
const LOW = 'low';

/** Rules that come with Driftless, by their numbers. A number never changes its meaning: old decisions are judged again by it. */
const BUILT_IN: ReadonlyMap<number, ChartRule> = new Map([
  [1, location('Nelson 1', NELSON.N1, HIGH)],
  [2, location('Nelson 2', NELSON.N2, MEDIUM)],
  [3, location('Nelson 3', NELSON.N3, LOW)],
  [4, location('Nelson 4', NELSON.N4, LOW)],
  [5, location('Nelson 5', NELSON.N5, MEDIUM)],
  [6, location('Nelson 6', NELSON.N6, LOW)],
  [7, location('Nelson 7', NELSON.N7, LOW)],
  [8, location('Nelson 8', NELSON.N8, LOW)],
  [11, location('WE1', WESTERN_ELECTRIC.WE1, HIGH)],
  [12, location('WE2', WESTERN_ELECTRIC.WE2, MEDIUM)],
  [13, location('WE3', WESTERN_ELECTRIC.WE3, LOW)],
  [14, location('WE4', WESTERN_ELECTRIC.WE4, MEDIUM)],
  [21, location('AIAG 1', AIAG.A1, HIGH)],
  [22, location('AIAG 2', AIAG.A2, MEDIUM)],
  [23, location('AIAG 3', AIAG.A3, LOW)],
  [24, location('AIAG 4', AIAG.A4, LOW)],
  [25, location('AIAG 5', AIAG.A5, MEDIUM)],
  [26, location('AIAG 6', AIAG.A6, LOW)],
  [27, location('AIAG 7', AIAG.A7, LOW)],
  [28, location('AIAG 8', AIAG.A8, LOW)],
  [29, location('AIAG trend of 7', AIAG.A7T, LOW)],
  [31, location('Westgard 1-2s', WESTGARD['1-2s'], LOW)],
  [32, location('Westgard 1-3s', WESTGARD['1-3s'], HIGH)],
  [33, location('Westgard 2-2s', WESTGARD['2-2s'], MEDIUM)],
  [34, location('Westgard R-4s', WESTGARD['R-4s'], MEDIUM)],
  [35, location('Westgard 4-1s', WESTGARD['4-1s'], LOW)],
  [36, location('Westgard 10x', WESTGARD['10x'], MEDIUM)],
  [DISPERSION + 1, beside('Dispersion limit', 'dispersion')],
  [WITHIN + 1, beside('Spread within limit', 'within')],
]);

/** Numbers of the rules that come with Driftless. */
export const BUILT_IN_RULES: readonly number[] = [...BUILT_IN.keys()];

/** A set of rules that comes with Driftless: it cannot be changed, only copied. */
export interface BuiltInSet {
  /** As versions of charts and templates name it. */
  readonly id: string;
  readonly label: string;
  readonly numbers: readonly number[];
  readonly source: string;
}

const NELSON_SOURCE = 'L. S. Nelson, J. Quality Technology 16 (1984) 237';

/** Sets by their right names. The Western Electric run has eight points and Nelson's nine: neither bears the name of the other. */
export const BUILT_IN_SETS: readonly BuiltInSet[] = [
  { id: 'rule-1', label: 'Rule 1', numbers: [1], source: 'Shewhart (1931): beyond 3 sigma' },
  { id: 'nelson-1-2', label: 'Nelson 1 and 2', numbers: [1, 2], source: NELSON_SOURCE },
  { id: 'nelson-1-4', label: 'Nelson 1 to 4', numbers: [1, 2, 3, 4], source: NELSON_SOURCE },
  { id: 'nelson-1-2-5-6', label: 'Nelson 1, 2, 5, 6', numbers: [1, 2, 5, 6], source: NELSON_SOURCE },
  { id: 'nelson-8', label: 'Nelson 1 to 8', numbers: [1, 2, 3, 4, 5, 6, 7, 8], source: NELSON_SOURCE },
  {
    id: 'weco-4',
    label: 'Western Electric (WE1 to WE4)',
    numbers: [11, 12, 13, 14],
    source: 'Western Electric, Statistical Quality Control Handbook (1956): the run has 8 points',
  },
  {
    id: 'aiag-1',
    label: 'AIAG, first edition',
    numbers: [21, 22, 29],
    source: 'AIAG SPC manual (1992): beyond the limits, a run of 7, a trend of 7 points',
  },
  {
    id: 'aiag-2',
    label: 'AIAG, second edition',
    numbers: [21, 22, 23, 24, 25, 26, 27, 28],
    source: 'AIAG SPC manual, 2nd edition (2005): eight criteria, the run has 7 points, the trend 6',
  },
  {
    id: 'westgard',
    label: 'Westgard',
    numbers: [31, 32, 33, 34, 35, 36],
    source: 'Westgard et al., Clinical Chemistry 27 (1981) 493: 1-2s warns; one control a run',
  },
];

/** The set that comes with Driftless and has just these rules, those beside the location left out; "custom": none. */
export function presetOf(rules: readonly number[]): string {
  const location = rules.filter((r) => !isDispersionRule(r) && !isWithinRule(r)).sort((a, b) => a - b);
  return BUILT_IN_SETS.find((s) => s.numbers.join() === location.join())?.id ?? 'custom';
}

const site = new Map<number, ChartRule>();

/**
 * Makes definitions of a site known in this process. What a number means never changes (the database refuses it), so what was learned once stays true; a number
 * that was not learned is refused, never guessed.
 */
export function learnRules(rules: Iterable<readonly [number, ChartRule]>): void {
  for (const [n, rule] of rules) if (isSiteRule(n)) site.set(n, rule);
}

/** Of these numbers those whose definition this process has not seen yet. */
export const unknownRules = (numbers: Iterable<number>): number[] => [
  ...new Set([...numbers].filter((n) => isSiteRule(n) && !site.has(n))),
];

/** The definition of a number, or undefined where it is not known here. */
export const findRule = (n: number): ChartRule | undefined => BUILT_IN.get(n) ?? site.get(n);

/** The definition of a number. @throws AppError `not_found` for one that is not known. */
export function chartRule(n: number): ChartRule {
  const rule = findRule(n);
  if (rule === undefined) throw new AppError('not_found', `there is no run rule ${n}`, { rule: n });
  return rule;
}

/** Text that two rules share exactly when they judge alike and are named alike. */
export function ruleKey(r: ChartRule): string {
  return JSON.stringify([r.name, r.on, shapeText(r.rule), r.severity, r.priority]);
}

/** What a rule looks for, without its id and severity: equal where two look for the same. */
export function shapeText(r: RunRule): string {
  if (r.kind === 'and' || r.kind === 'or') return `${r.kind}(${r.rules.map(shapeText).join(';')})`;
  if (r.kind === 'beyond')
    return `beyond ${r.k} ${r.n} ${r.sigma} ${r.side}${r.lastBeyond ? ' last' : ''}${r.bothSides ? ' both' : ''}`;
  return r.kind === 'within' || r.kind === 'range' ? `${r.kind} ${r.n} ${r.sigma}` : `${r.kind} ${r.n}`;
}

const BY_KEY = new Map([...BUILT_IN].map(([n, r]) => [ruleKey(r), n]));

/** The number of a rule that comes with Driftless; undefined for one that a site defined itself. */
export const builtInNumber = (r: ChartRule): number | undefined => BY_KEY.get(ruleKey(r));
