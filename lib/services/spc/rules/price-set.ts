import { type ChartRule, definitionFits, type RulesPrice, rulesCost, shiftCost } from '@/lib/spc';
import type { KindUsage } from './usage';

/** What a set costs on the charts of one kind. */
export interface KindPrice extends KindUsage {
  /** Alarms a point in control, and how that was found. */
  readonly price: RulesPrice;
  /** Points until a lasting shift is found; null where no rule watches for one. */
  readonly shift: number | null;
  /** Expected false alarms a week of all charts of the kind. */
  readonly perWeek: number;
  /** Names of rules that mean nothing on this kind, and are left out there. */
  readonly leftOut: readonly string[];
}

/**
 * The price of a set over charts: alarms a point of each kind times its points a week.
 * @param shift - sigmas of a plotted point.
 * @param runs - simulated runs where there is no exact way; null: refuse.
 * @throws AppError `out_of_domain` where a price would have to be simulated and `runs` is null.
 */
export function priceSet(
  rules: readonly ChartRule[],
  usage: readonly KindUsage[],
  shift: number,
  runs: number | null,
): KindPrice[] {
  return usage.map((u) => {
    const own = rules.filter((r) => definitionFits(u.kind, r));
    const chart = { kind: u.kind, lambda: u.lambda, widthL: u.widthL, subgroup: u.subgroup };
    const price = rulesCost(chart, own, { runs });
    return {
      ...u,
      price,
      shift: shiftCost(chart, own, shift, { runs }),
      perWeek: price.rate * u.pointsPerWeek,
      leftOut: rules.filter((r) => !own.includes(r)).map((r) => r.name),
    };
  });
}
