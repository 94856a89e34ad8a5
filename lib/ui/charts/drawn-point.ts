import { inForceAt, isDispersionRule, isWithinRule } from '@/lib/spc';
import { num, withU } from '../format';
import type { ChartPhase, ControlChartInput, DrawnPoint } from './control-chart.model';
import { isJudgedBy } from './control-limits.prepare';

const known = (v: number | undefined): number | null => (v === undefined || Number.isNaN(v) ? null : v);

/** Point i as it is drawn, at position x. */
export function drawnPoint(c: ControlChartInput, i: number, x: number): DrawnPoint {
  const excluded = c.excluded[i] ?? null;
  const y = known(c.plotted[i]);
  const low = known(c.low?.[i]);
  const fired = c.rules[i] ?? [];
  const location = fired.filter((r) => !isDispersionRule(r) && !isWithinRule(r));
  // of two statistics the one beyond its limit carries the mark
  const isLow = low !== null && low < (c.pointLimits?.lcl[i] ?? Number.NEGATIVE_INFINITY) && !(y! > c.pointLimits!.ucl[i]!);
  return {
    i,
    x,
    y,
    line: excluded ? null : y,
    raw: c.other === undefined ? known(c.value?.[i]) : null,
    dispersion: known(c.dispersion?.[i]),
    u: c.other === undefined ? known(c.u?.[i]) : null,
    rules: isLow ? [] : location,
    dispersionRules: fired.filter(isDispersionRule),
    beyondDispersion: beyondDispersion(c, i),
    low,
    lowRules: isLow ? location : [],
    within: known(c.within?.values[i]),
    withinRules: fired.filter(isWithinRule),
    beyondWithin: beyondWithin(c, i),
    unjudged: c.unjudged?.[i] ?? null,
    isJudged: isJudged(c, i),
    excluded,
  };
}

/** Every rule that fired at a drawn point. */
export const rulesAt = (p: DrawnPoint): readonly number[] => [...p.rules, ...p.lowRules, ...p.dispersionRules, ...p.withinRules];

/** A point that decimation must not drop. */
export const isKept = (c: ControlChartInput, i: number): boolean =>
  (c.rules[i]?.length ?? 0) > 0 ||
  Boolean(c.excluded[i]) ||
  Boolean(c.unjudged?.[i]) ||
  c.superseded?.[i] != null ||
  beyondDispersion(c, i) ||
  beyondWithin(c, i);

/** What is plotted is an average of the values that are drawn pale beside it. */
export const isAverage = (c: Pick<ControlChartInput, 'value' | 'other'>): boolean =>
  c.value !== undefined && c.other === undefined;

/** Point i in words: its value with its uncertainty, preceded by the average where that is plotted. */
export const valueWords = (
  c: Pick<ControlChartInput, 'plotted' | 'value' | 'u' | 'unit' | 'words' | 'other'>,
  i: number,
  decimals: number,
): string =>
  c.words?.[i] ??
  (c.value === undefined || c.other !== undefined
    ? `${withU(c.plotted[i], c.u?.[i], decimals)} ${c.unit}`
    : `EWMA ${num(c.plotted[i], decimals)} ${c.unit}, value ${withU(c.value[i], c.u?.[i], decimals)} ${c.unit}`);

/** The value that `u` belongs to. */
export const measuredOf = (p: Pick<DrawnPoint, 'y' | 'raw'>): number | null => p.raw ?? p.y;

/** Did limits judge a point: its own, or, where it has none, those of its phase? */
export function isJudged(c: ControlChartInput, i: number): boolean {
  if (c.pointLimits !== undefined) return isJudgedBy(c.pointLimits, i);
  const phase = phaseAt(c, c.at[i]!);
  return phase !== undefined && (phase.ucl !== null || phase.lcl !== null);
}

/** The phase in force at a given time. */
export const phaseAt = (c: Pick<ControlChartInput, 'phases'>, ms: number): ChartPhase | undefined =>
  inForceAt(c.phases, 'fromMs', ms);

/** Does the dispersion of a point lie beyond the limits that judged it? Excluded points are not judged. */
export function beyondDispersion(c: ControlChartInput, i: number): boolean {
  const d = c.dispersion?.[i];
  if (c.pointLimits === undefined || d === undefined || c.excluded[i]) return false;
  return d > c.pointLimits.dispUcl[i]! || d < c.pointLimits.dispLcl[i]!;
}

/** The same of the third statistic. */
export function beyondWithin(c: ControlChartInput, i: number): boolean {
  const w = c.within;
  return w !== undefined && !c.excluded[i] && (w.values[i]! > w.ucl[i]! || w.values[i]! < w.lcl[i]!);
}
