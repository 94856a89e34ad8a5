import { type ChartKind, dispersionName, kindOf } from './kinds/kinds';
import { type ChartRule, chartRule, DISPERSION, findRule, isDispersionRule, isWithinRule, WITHIN } from './rule-book';
import { describeRule, type LimitsSource, type RunRule } from './rules';

/** The run rule behind a number; its id is the number, so that several of one chart differ. @throws AppError `not_found` for a number that is not known. */
export function ruleOf(n: number): RunRule {
  const { rule } = chartRule(n);
  return n < 10 ? rule : { ...rule, id: String(n) };
}

/** A rule by its number, as lists of rules name it: "2" of Nelson's, else its name. */
export const ruleLabel = (n: number): string => (n < 10 ? String(n) : (findRule(n)?.name ?? `rule ${n}`));

/**
 * What a rule of a chart says when it fires: on screen, in titles and histories of alerts and in messages. Nelson's rules are numbered beside their text; all
 * others begin with their name ("WE4: 8 points in a row on one side of the centre line").
 * @param rule - its number on the chart.
 * @param limits - source of the limits it is judged by: those of the dispersion for a rule on it.
 * @param kind - of the chart, to name its dispersion.
 */
export function ruleText(rule: number, limits: LimitsSource, kind?: ChartKind): string {
  const entered = limits === 'given' ? ' (as entered)' : '';
  const beside = isWithinRule(rule)
    ? ((kind === undefined ? undefined : kindOf(kind).within) ?? 'spread within')
    : isDispersionRule(rule)
      ? kind === undefined
        ? 'dispersion'
        : dispersionName(kind)
      : null;
  if (rule === WITHIN + 1) return `${beside} beyond its limit`;
  if (rule === DISPERSION + 1) return `${beside} beyond its limit${entered}`;
  if (findRule(rule) === undefined) return `rule ${rule}, whose definition is not here yet: load the page again`;
  const own = isLimitRule(rule) && kind !== undefined ? kindOf(kind).signal : undefined;
  const text = own ?? describeRule(ruleOf(rule), limits);
  const named = rule < 10 ? '' : `${chartRule(rule).name}: `;
  return `${named}${beside === null ? '' : `${beside}, `}${text}`;
}

/**
 * Which of the first four of Nelson's tests a rule is in its form, whatever its counts and sigma: 1 a single point beyond, 2 a run on one side of the centre line,
 * 3 a trend, 4 alternation. null: another form, which counts points in zones.
 */
export function shapeOf(r: RunRule): 1 | 2 | 3 | 4 | null {
  if (r.kind === 'trend') return 3;
  if (r.kind === 'alternation') return 4;
  if (r.kind !== 'beyond' || r.k !== r.n) return null;
  if (r.n === 1) return 1;
  return r.sigma === 0 && r.side !== 'any' ? 2 : null;
}

/** Whether a rule is the test of the control limits themselves: one point beyond 3 sigma. */
export const isLimitRule = (n: number): boolean => isLimitTest(chartRule(n).rule);
const isLimitTest = (r: RunRule): boolean => r.kind === 'beyond' && r.k === 1 && r.n === 1 && r.sigma === 3;

/** The numbers of rules that a chart can be given one by one. */
export const RULE_NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 101, 201] as const;
export type RuleNumber = (typeof RULE_NUMBERS)[number];

/**
 * Whether a rule means something on a kind of chart: one that remembers its past has its limits alone, counts have the forms of rules 1 to 4, and a rule on the
 * dispersion or on the third statistic needs one and has one of these forms.
 */
export const ruleFits = (kind: ChartKind, n: number): boolean => definitionFits(kind, chartRule(n));

/** As {@link ruleFits}, of a rule that needs no number yet. */
export function definitionFits(kind: ChartKind, { on, rule }: ChartRule): boolean {
  const { memory, dispersion, within, rules } = kindOf(kind);
  const shape = shapeOf(rule);
  if (on === 'within') return within !== undefined && shape !== null;
  if (on === 'dispersion') return dispersion !== null && shape !== null;
  if (rules === undefined) return memory === null || isLimitTest(rule);
  return shape !== null && rules.includes(shape);
}

/** Rules that mean something on a kind of chart, of those that are chosen one by one. */
export const rulesOfKind = (kind: ChartKind): readonly RuleNumber[] => RULE_NUMBERS.filter((r) => ruleFits(kind, r));

/** Limits of a point, or of a version; null, undefined or NaN: none. */
export interface JudgingLimits {
  readonly ucl?: number | null | undefined;
  readonly lcl?: number | null | undefined;
  readonly dispUcl?: number | null | undefined;
  readonly dispLcl?: number | null | undefined;
}

/**
 * Whether a point is judged by these limits. One limit of the location or of the dispersion is enough; where there is none, as while a baseline is
 * collected, a point is neither in nor out of control.
 */
export const isJudged = (l: JudgingLimits): boolean => [l.ucl, l.lcl, l.dispUcl, l.dispLcl].some((v) => Number.isFinite(v));
