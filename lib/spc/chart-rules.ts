import { type ChartKind, dispersionName, kindOf } from './kinds/kinds';
import { describeRule, type LimitsSource, NELSON, type RunRule } from './rules';

/** A chart numbers Nelson's rules 1..8, and those on its dispersion from here. */
export const DISPERSION = 100;
/** Those on its third statistic, the spread within a point, from here. */
export const WITHIN = 200;

const RULES: readonly RunRule[] = [NELSON.N1, NELSON.N2, NELSON.N3, NELSON.N4, NELSON.N5, NELSON.N6, NELSON.N7, NELSON.N8];

/** The Nelson rule behind a number 1..8, 101..108 on the dispersion chart, or 201..208 on the third. */
export const ruleOf = (n: number): RunRule => RULES[(n % DISPERSION) - 1]!;

/** Whether a rule number is one of the dispersion chart. */
export const isDispersionRule = (n: number): boolean => n > DISPERSION && n < WITHIN;

/** Whether a rule number is one of the third chart. */
export const isWithinRule = (n: number): boolean => n > WITHIN;

/**
 * What a rule of a chart says when it fires: on screen, in titles and histories of alerts and in messages.
 * @param rule - Nelson number, 101.. on the dispersion chart.
 * @param limits - source of the limits it is judged by: those of the dispersion for a rule on it.
 * @param kind - of the chart, to name its dispersion.
 */
export function ruleText(rule: number, limits: LimitsSource, kind?: ChartKind): string {
  if (isWithinRule(rule)) return `${(kind === undefined ? undefined : kindOf(kind).within) ?? 'spread within'} beyond its limit`;
  const own = rule === 1 && kind !== undefined ? kindOf(kind).signal : undefined;
  if (!isDispersionRule(rule)) return own ?? describeRule(ruleOf(rule), limits);
  return `${kind === undefined ? 'dispersion' : dispersionName(kind)} beyond its limit${limits === 'given' ? ' (as entered)' : ''}`;
}

/** The numbers of rules that a chart can have. */
export const RULE_NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 101, 201] as const;
export type RuleNumber = (typeof RULE_NUMBERS)[number];

/**
 * Rules that mean something on a kind of chart: one that remembers its past has its limits alone, counts have rules 1 to 4, and a rule on the
 * dispersion or on the third statistic needs one.
 */
export function rulesOfKind(kind: ChartKind): readonly RuleNumber[] {
  const { memory, dispersion, within, rules } = kindOf(kind);
  return RULE_NUMBERS.filter((r) => {
    if (isWithinRule(r)) return within !== undefined;
    if (isDispersionRule(r)) return dispersion !== null;
    return rules === undefined ? memory === null || r === 1 : rules.includes(r);
  });
}

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
