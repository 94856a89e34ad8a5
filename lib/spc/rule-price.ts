import { AppError } from '@/lib/errors';
import { normalSf } from '@/lib/numerics';
import { alternationArl, rangeArl, trendArl } from './arl-order';
import { ruleArl } from './arl-rules';
import type { RunRule } from './rules';

/** What a set of rules on one statistic costs, or how soon it sees a shift. */
export interface RulesPrice {
  /** Signals a point; 0 without rules. */
  readonly rate: number;
  /**
   * exact: one chain of zones. sum: exact rates of the zones, of trends, of alternation and of ranges, added; a point that two of them find counts twice, so it is
   * some percent too high. simulation: by seeded runs.
   */
  readonly method: 'exact' | 'sum' | 'simulation';
  /** Standard error of the rate; 0 but for a simulation. */
  readonly standardError: number;
}

/** How a price may be found. */
export interface PriceOptions {
  /** Shift in zone widths; trends and alternation see none, so they keep the rate that they have in control. */
  readonly mu?: number;
  /** Simulated runs where there is no exact way; null: refuse instead. */
  readonly runs?: number | null;
  readonly seed?: number;
}

/** Histories of a chain that is solved while somebody waits: some tens of milliseconds. */
const MOST_HISTORIES = 20_000;
const RUNS = 2_000;

const NOTHING: RulesPrice = { rate: 0, method: 'exact', standardError: 0 };

/**
 * Expected signals a point of run rules on independent N(μ, 1) points in zone widths.
 *
 * Rules on zones by their exact Markov chain; trends, alternation and ranges by their own integral equations, which are added ({@link RulesPrice.method}). Compound rules, and
 * sets whose chain has too many histories, are simulated: their standard error is stated.
 * @throws AppError `out_of_domain` where there is no exact way and none was asked for (`runs` null); `invalid_input` as `checkRules`.
 * @reference Champ & Woodall, Technometrics 29 (1987) 393.
 */
export function rulesPrice(rules: readonly RunRule[], options: PriceOptions = {}): RulesPrice {
  const { mu = 0 } = options;
  if (rules.length === 0) return NOTHING;
  const zones = rules.filter((r) => r.kind === 'beyond' || r.kind === 'within');
  const others = rules.filter((r) => r.kind === 'trend' || r.kind === 'alternation' || r.kind === 'range');
  if (zones.length + others.length < rules.length) return simulated(rules, options);
  let rate = 0;
  if (zones.length > 0) {
    try {
      rate += 1 / ruleArl(zones, mu, { mostHistories: MOST_HISTORIES }).arl;
    } catch (e) {
      if (e instanceof AppError && e.code === 'out_of_domain') return simulated(rules, options);
      throw e;
    }
  }
  for (const r of others)
    rate +=
      r.kind === 'range'
        ? rangeRate(r.sigma, mu, limitOf(zones))
        : 1 / (r.kind === 'trend' ? trendArl(r.n) : alternationArl(r.n));
  const parts = others.length + (zones.length > 0 ? 1 : 0);
  return { rate: Math.min(1, rate), method: parts > 1 ? 'sum' : 'exact', standardError: 0 };
}

/** The nearest border beyond which a single point signals on either side; Infinity: none. */
const limitOf = (rules: readonly RunRule[]): number =>
  Math.min(
    ...rules.map((r) =>
      r.kind === 'beyond' && r.n === 1 && r.side !== 'above' && r.side !== 'below' ? r.sigma : Number.POSITIVE_INFINITY,
    ),
    Number.POSITIVE_INFINITY,
  );

/** Signals of a range that the limits do not give as well: one point in seven of a range of 4 sigma lies beyond 3. */
function rangeRate(sigma: number, mu: number, limit: number): number {
  if (limit === Number.POSITIVE_INFINITY) return 1 / rangeArl(sigma, mu);
  const alone = normalSf(limit - mu) + normalSf(limit + mu);
  return Math.max(0, 1 / rangeArl(sigma, mu, limit) - alone);
}

function simulated(rules: readonly RunRule[], { mu = 0, runs = RUNS, seed = 1 }: PriceOptions): RulesPrice {
  if (runs === null)
    throw new AppError(
      'out_of_domain',
      'these rules have too many histories for an exact price: simulate it, or leave out the compound rules and the long k-of-n windows',
    );
  const { arl, standardError } = ruleArl(rules.map(compound), mu, { runs, seed });
  return { rate: 1 / arl, method: 'simulation', standardError: standardError / arl ** 2 };
}

/** A compound of one part looks for the same and is always simulated: a chain that is too large must not be built again. */
const compound = (r: RunRule): RunRule => (r.kind === 'and' || r.kind === 'or' ? r : { id: r.id, kind: 'and', rules: [r] });
