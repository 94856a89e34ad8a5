import { describeRule, type LimitsSource, NELSON, type RunRule } from './rules';

/** Kinds of charts that are kept: of single values, of subgroups with their range or standard deviation, of a weighted average. */
export type ChartKind = 'individuals' | 'xbar_r' | 'xbar_s' | 'ewma';

/** A chart numbers Nelson's rules 1..8, and those on its dispersion from here. */
export const DISPERSION = 100;

const RULES: readonly RunRule[] = [NELSON.N1, NELSON.N2, NELSON.N3, NELSON.N4, NELSON.N5, NELSON.N6, NELSON.N7, NELSON.N8];

/** The Nelson rule behind a number 1..8, or 101..108 on the dispersion chart. */
export const ruleOf = (n: number): RunRule => RULES[(n % DISPERSION) - 1]!;

/** Whether a rule number is one of the dispersion chart. */
export const isDispersionRule = (n: number): boolean => n > DISPERSION;

const DISPERSION_NAME: Readonly<Record<ChartKind, string>> = {
  individuals: 'moving range',
  xbar_r: 'range',
  xbar_s: 'standard deviation',
  ewma: 'dispersion',
};

/** The dispersion that a kind of chart watches, in words. */
export const dispersionName = (kind: ChartKind): string => DISPERSION_NAME[kind];

/**
 * What a rule of a chart says when it fires: on screen, in titles and histories of alerts and in messages.
 * @param rule - Nelson number, 101.. on the dispersion chart.
 * @param limits - source of the limits it is judged by: those of the dispersion for a rule on it.
 * @param kind - of the chart, to name its dispersion.
 */
export function ruleText(rule: number, limits: LimitsSource, kind?: ChartKind): string {
  if (!isDispersionRule(rule)) return describeRule(ruleOf(rule), limits);
  return `${kind === undefined ? 'dispersion' : dispersionName(kind)} beyond its limit${limits === 'given' ? ' (as entered)' : ''}`;
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
