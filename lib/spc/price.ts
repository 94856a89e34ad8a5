import { AppError } from '@/lib/errors';
import { chiSquared, createRng, normalSf } from '@/lib/numerics';
import { ewmaArl } from './arl';
import { alternationArl, trendArl } from './arl-order';
import { ruleArl } from './arl-rules';
import { shapeOf } from './chart-rules';
import { c4, shewhartConstants } from './constants';
import type { Design } from './kinds/design';
import { DEFAULT_LAMBDA, DEFAULT_WIDTH_L } from './kinds/ewma';
import { type ChartKind, kindOf } from './kinds/kinds';
import { type ChartRule, chartRule } from './rule-book';
import { RuleEngine } from './rule-engine';
import { type PriceOptions, type RulesPrice, rulesPrice } from './rule-price';
import type { RunRule } from './rules';

/** What the price of an alarm depends on, beside the rules. */
export interface PricedChart {
  readonly kind: ChartKind;
  readonly lambda?: number | null | undefined;
  readonly widthL?: number | null | undefined;
  /** Settings of the kind; what is left out has its default. */
  readonly design?: Readonly<Record<string, number | string | boolean | null>> | null | undefined;
  /** Values of a subgroup; only the dispersion of subgroups depends on it. */
  readonly subgroup?: number;
}

/** A chart with its rules, by their numbers. */
export interface PricedRules extends PricedChart {
  readonly rules: readonly number[];
}

const prices = new Map<string, RulesPrice>();
const REMEMBERED = 1_000;

/**
 * Expected false alarms a point of a chart in control, on independent normal values with known limits: 1/ARL. As {@link rulesCost}, for rules by their numbers.
 */
export const falseAlarmRate = (p: PricedRules): number => rulesCost(p, p.rules.map(chartRule)).rate;

/** What signals of these rules warn of, and what their alarms cost: a warning is no alarm. */
export const alarmRules = (rules: readonly ChartRule[]): ChartRule[] => rules.filter((r) => r.severity === 'out_of_control');

/**
 * Expected false alarms a point of a chart in control, on independent normal values with known limits; warnings are left out.
 *
 * Kinds with a price of their own (CUSUM, gaps) by that; rules of the location as {@link rulesPrice}, an EWMA by the integral equation of its run length. A limit on the
 * dispersion adds P(MR > d₂ + K d₃) = 2(1 − Φ(·/√2)) on moving ranges, P(S > c₄ + K√(1 − c₄²)) from χ² on subgroups (for ranges as well, whose limits are as wide
 * in their own sigmas); its runs, trends and alternation by the same chain and integral equations on subgroups, which are independent, and by 2,000 seeded runs on moving
 * ranges, which are not.
 * @returns the rate, 0 without rules, and how it was found.
 * @throws AppError `out_of_domain` for weights that are none, or where `runs` is null and there is no exact way.
 * @complexity one dense system of at most 600 states for a set of rules that was not asked before.
 * @reference Champ & Woodall, Technometrics 29 (1987) 393; Crowder, Technometrics 29 (1987) 401.
 */
export function rulesCost(p: PricedChart, rules: readonly ChartRule[], options: PriceOptions = {}): RulesPrice {
  const alarms = alarmRules(rules);
  const key = JSON.stringify([p, options, alarms.map((r) => [r.on, r.rule])]);
  const known = prices.get(key);
  if (known !== undefined) return known;
  const of = (on: ChartRule['on']): RunRule[] => alarms.flatMap((r, i) => (r.on === on ? [{ ...r.rule, id: String(i) }] : []));
  const parts = [locationPrice(p, of('location'), options), dispersionPrice(p, of('dispersion')), withinPrice(of('within'))];
  const paid = parts.filter((q) => q.rate > 0);
  const price: RulesPrice = {
    rate: Math.min(
      1,
      parts.reduce((s, q) => s + q.rate, 0),
    ),
    method: paid.some((q) => q.method === 'simulation') ? 'simulation' : paid.length > 1 ? 'sum' : (paid[0]?.method ?? 'exact'),
    standardError: Math.hypot(...parts.map((q) => q.standardError)),
  };
  if (prices.size >= REMEMBERED) prices.clear();
  prices.set(key, price);
  return price;
}

const exact = (rate: number): RulesPrice => ({ rate, method: 'exact', standardError: 0 });

function locationPrice(p: PricedChart, rules: readonly RunRule[], options: PriceOptions): RulesPrice {
  if (rules.length === 0) return exact(0);
  const { price, memory } = kindOf(p.kind);
  const stated = price?.(statedOf(p.design));
  if (stated != null) return exact(1 / stated.inControl);
  if (memory !== null) return exact(1 / ewmaArl(p.lambda ?? DEFAULT_LAMBDA, p.widthL ?? DEFAULT_WIDTH_L, options.mu ?? 0));
  return rulesPrice(rules, options);
}

/** The spread within a lot is pooled over the sites of its wafers, so many that it is nearly normal; its own 3 sigma are its limits. */
const withinPrice = (rules: readonly RunRule[]): RulesPrice => rulesPrice(rules);

/** What a design states; what it returns to a default is not in it. */
const statedOf = (design: PricedChart['design']): Design =>
  Object.fromEntries(Object.entries(design ?? {}).filter(([, v]) => v !== null)) as Design;

function dispersionPrice(p: PricedChart, rules: readonly RunRule[]): RulesPrice {
  const { dispersion, ofSubgroups, dispersionRate } = kindOf(p.kind);
  const { subgroup = 3 } = p;
  if (dispersion === null || rules.length === 0) return exact(0);
  if (dispersionRate !== undefined) return exact(dispersionRate(statedOf(p.design)));
  if (ofSubgroups && subgroup < 2) throw new AppError('out_of_domain', `a subgroup has two values or more, got ${subgroup}`);
  const each = rules.map((r) => (ofSubgroups ? subgroupPrice(r, subgroup) : movingRangePrice(r)));
  return {
    rate: each.reduce((s, q) => s + q.rate, 0),
    method: each.some((q) => q.method === 'simulation') ? 'simulation' : each.length > 1 ? 'sum' : 'exact',
    standardError: Math.hypot(...each.map((q) => q.standardError)),
  };
}

/** A rule on the standard deviation of subgroups. Those are independent; their lower limit is 0 or close to it, so a point beyond a limit is above the upper one. */
function subgroupPrice(r: RunRule, n: number): RulesPrice {
  const mean = c4(n);
  const above = (sigma: number): number => {
    const border = mean + sigma * Math.sqrt(1 - mean * mean);
    return chiSquared(n - 1).sf((n - 1) * border * border);
  };
  switch (shapeOf(r)) {
    case 1:
      return exact(above(r.kind === 'beyond' ? r.sigma : 3));
    case 2:
      return exact(1 / ruleArl([r], 0, { cdf: () => 1 - above(0) }).arl);
    case 3:
      return exact(1 / trendArl(r.kind === 'trend' ? r.n : 2));
    default:
      return exact(1 / alternationArl(r.kind === 'alternation' ? r.n : 2));
  }
}

const RANGE_RUNS = 2_000;

/** A rule on moving ranges: each shares a point with the one before it, so all but the limit are simulated. */
function movingRangePrice(r: RunRule): RulesPrice {
  const { d2, d3, D2 } = shewhartConstants(2);
  if (shapeOf(r) === 1 && r.kind === 'beyond') return exact(2 * normalSf((r.sigma === 3 ? D2 : d2 + r.sigma * d3) / Math.SQRT2));
  const rng = createRng(1, 'moving-range');
  const engine = new RuleEngine([r]);
  let points = 0;
  let squares = 0;
  for (let k = 0; k < RANGE_RUNS; k++) {
    engine.restart();
    let last = rng.normal();
    let n = 0;
    for (let done = false; !done; n++) {
      const x = rng.normal();
      const range = Math.abs(x - last);
      last = x;
      // zones above are thirds of the way to the upper limit, below of the way to 0
      done = engine.push(range > d2 ? (range - d2) / d3 : (3 * (range - d2)) / d2, range) !== 0;
    }
    points += n;
    squares += n * n;
  }
  const arl = points / RANGE_RUNS;
  return {
    rate: 1 / arl,
    method: 'simulation',
    standardError: Math.sqrt((squares / RANGE_RUNS - arl * arl) / RANGE_RUNS) / arl ** 2,
  };
}

/**
 * Points until the first alarm after a lasting shift of the mean: of the limits and rules on zones alone, since trends and alternation say little of a level.
 * @param shift - in sigmas of a plotted point; of an EWMA, of a point before it is averaged.
 * @returns null where no such rule watches, or for kinds whose shifts have no sigma.
 * @reference as {@link falseAlarmRate}.
 */
export const shiftArl = (p: PricedRules, shift: number): number | null => shiftCost(p, p.rules.map(chartRule), shift);

/** As {@link shiftArl}, for rules that need no number yet. */
export function shiftCost(
  p: PricedChart,
  rules: readonly ChartRule[],
  shift: number,
  options: Omit<PriceOptions, 'mu'> = {},
): number | null {
  const { price, memory, ofCounts, carries } = kindOf(p.kind);
  if (price !== undefined || ofCounts || carries) return null;
  const watching = alarmRules(rules).filter(
    (r) => r.on === 'location' && r.rule.kind !== 'trend' && r.rule.kind !== 'alternation',
  );
  if (watching.length === 0) return null;
  if (memory !== null) return ewmaArl(p.lambda ?? DEFAULT_LAMBDA, p.widthL ?? DEFAULT_WIDTH_L, shift);
  return 1 / rulesCost(p, watching, { ...options, mu: shift }).rate;
}
