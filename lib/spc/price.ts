import { AppError } from '@/lib/errors';
import { chiSquared, normalSf } from '@/lib/numerics';
import { ewmaArl } from './arl';
import { ruleArl } from './arl-rules';
import { isDispersionRule, isWithinRule, ruleOf } from './chart-rules';
import { c4, shewhartConstants } from './constants';
import type { Design } from './kinds/design';
import { DEFAULT_LAMBDA, DEFAULT_WIDTH_L } from './kinds/ewma';
import { type ChartKind, kindOf } from './kinds/kinds';

/** What the price of an alarm depends on. */
export interface PricedRules {
  readonly kind: ChartKind;
  /** Numbers as a chart has them: 1..8, 101 on the dispersion. */
  readonly rules: readonly number[];
  readonly lambda?: number | null | undefined;
  readonly widthL?: number | null | undefined;
  /** Settings of the kind; what is left out has its default. */
  readonly design?: Readonly<Record<string, number | string | boolean | null>> | null | undefined;
  /** Values of a subgroup; only the dispersion of subgroups depends on it. */
  readonly subgroup?: number;
}

/**
 * In-control run lengths of Nelson's rules on trends and alternation, which have no finite chain of zones: {@link ruleArl} of each by 1e5 seeded
 * runs. They are added to the exact rate of the others, which counts a point that both find twice: the price is at most 4 % too high.
 */
export const TREND_ARL: Readonly<Record<number, number>> = { 3: 412, 4: 606 };

const prices = new Map<string, number>();
const REMEMBERED = 1_000;

/**
 * Expected false alarms a point of a chart in control, on independent normal values with known limits: 1/ARL.
 *
 * Kinds with a price of their own (CUSUM, gaps) by that; rules on zones by their exact Markov chain, an EWMA by the integral equation of its run length; a rule on the dispersion adds
 * P(MR > 3.686 σ) = 2(1 − Φ(3.686/√2)) on moving ranges, P(S > c₄ + 3√(1 − c₄²)) from χ² on subgroups (for ranges as well, whose limits are as wide
 * in their own sigmas).
 * @returns alarms a point, 0 without rules.
 * @throws AppError `out_of_domain` for weights that are none.
 * @complexity one dense system of at most 600 states for a set of rules that was not asked before.
 * @reference Champ & Woodall, Technometrics 29 (1987) 393; Crowder, Technometrics 29 (1987) 401.
 */
export function falseAlarmRate(p: PricedRules): number {
  const key = JSON.stringify([
    p.kind,
    [...p.rules].sort(),
    p.lambda ?? null,
    p.widthL ?? null,
    p.design ?? null,
    p.subgroup ?? null,
  ]);
  const known = prices.get(key);
  if (known !== undefined) return known;
  const dispersion = p.rules.some(isDispersionRule) ? dispersionRate(p) : 0;
  const within = p.rules.some(isWithinRule) ? WITHIN_RATE : 0;
  const rate = Math.min(1, locationRate(p) + dispersion + within);
  if (prices.size >= REMEMBERED) prices.clear();
  prices.set(key, rate);
  return rate;
}

/** The spread within a lot is pooled over the sites of its wafers, so many that it is nearly normal: beyond 3 sigma of itself on either side. */
const WITHIN_RATE = 2 * normalSf(3);

function locationRate({ kind, rules, lambda, widthL, design }: PricedRules): number {
  const location = rules.filter((r) => !isDispersionRule(r) && !isWithinRule(r));
  if (location.length === 0) return 0;
  const { price, memory } = kindOf(kind);
  const stated = price?.(statedOf(design));
  if (stated != null) return 1 / stated.inControl;
  if (memory !== null) return 1 / ewmaArl(lambda ?? DEFAULT_LAMBDA, widthL ?? DEFAULT_WIDTH_L, 0);
  const zones = location.filter((r) => TREND_ARL[r] === undefined);
  const trends = location.reduce((sum, r) => sum + (TREND_ARL[r] === undefined ? 0 : 1 / TREND_ARL[r]), 0);
  return trends + (zones.length === 0 ? 0 : 1 / ruleArl(zones.map(ruleOf), 0).arl);
}

/** What a design states; what it returns to a default is not in it. */
const statedOf = (design: PricedRules['design']): Design =>
  Object.fromEntries(Object.entries(design ?? {}).filter(([, v]) => v !== null)) as Design;

function dispersionRate({ kind, subgroup = 3, design }: PricedRules): number {
  const { dispersion, ofSubgroups, dispersionRate: own } = kindOf(kind);
  if (dispersion === null) return 0;
  if (own !== undefined) return own(statedOf(design));
  if (!ofSubgroups) return 2 * normalSf(shewhartConstants(2).D2 / Math.SQRT2);
  if (subgroup < 2) throw new AppError('out_of_domain', `a subgroup has two values or more, got ${subgroup}`);
  const mean = c4(subgroup);
  const limit = mean + 3 * Math.sqrt(1 - mean * mean);
  return chiSquared(subgroup - 1).sf((subgroup - 1) * limit * limit);
}

/**
 * Points until the first alarm after a lasting shift of the mean: of the limits and rules on zones alone, since trends and alternation say little of a level.
 * @param shift - in sigmas of a plotted point; of an EWMA, of a point before it is averaged.
 * @returns null where no such rule watches, or for kinds whose shifts have no sigma.
 * @reference as {@link falseAlarmRate}.
 */
export function shiftArl(p: PricedRules, shift: number): number | null {
  const { price, memory, ofCounts, carries } = kindOf(p.kind);
  if (price !== undefined || ofCounts || carries) return null;
  const zones = p.rules.filter((r) => !isDispersionRule(r) && !isWithinRule(r) && TREND_ARL[r] === undefined);
  if (zones.length === 0) return null;
  if (memory !== null) return ewmaArl(p.lambda ?? DEFAULT_LAMBDA, p.widthL ?? DEFAULT_WIDTH_L, shift);
  return ruleArl(zones.map(ruleOf), shift).arl;
}
