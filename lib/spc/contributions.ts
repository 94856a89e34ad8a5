import { type Cholesky, choleskyInverse } from '@/lib/numerics';
import { type PcaModel, scorePca } from './pca';

/** What one variable has to do with the statistic of a point. */
export interface Contribution {
  /** Place of the variable in the list of the chart, from 0. */
  readonly variable: number;
  /** Its distance from the mean of the baseline, in sigmas of the baseline. */
  readonly z: number;
  /** Its part, dimensionless: see the statistic. Of a residual, with its sign. */
  readonly part: number;
}

/** A statistic of a point, taken apart. */
export interface StatisticContributions {
  readonly statistic: 't2' | 'mewma' | 'spe';
  /** The statistic, dimensionless. */
  readonly total: number;
  /** In the order of the variables; those that the baseline left out are not in it. */
  readonly of: readonly Contribution[];
}

/**
 * What each variable adds to T² = dᵀ S⁻¹ d given all others: T² − T²(without j) = (S⁻¹d)_j² / (S⁻¹)_jj, the last term of the decomposition that begins
 * with the other variables. Never negative; they do not add up to T², since what variables share is in none of them.
 * @param d - (p,), x − mean. @param factor - of S.
 * @returns (p,), dimensionless.
 * @complexity that of the inverse, 2p³/3.
 * @reference Mason, Tracy & Young, J. Quality Technology 27 (1995) 99; Runger, Alt & Montgomery, Communications in Statistics – Theory and Methods 25 (1996) 2203.
 */
export function conditionalParts(d: ArrayLike<number>, factor: Cholesky): Float64Array {
  const { n } = factor;
  const inverse = choleskyInverse(factor);
  return Float64Array.from({ length: n }, (_, j) => {
    let g = 0;
    for (let k = 0; k < n; k++) g += inverse[j * n + k]! * d[k]!;
    return (g * g) / inverse[j * n + j]!;
  });
}

/**
 * The parts of T² and of SPE of one row of a component model. T²: Σ_a (t_a/λ_a) p_ja z_j, which add up to it and may be negative. SPE: the signed
 * residual e_j of the scaled variable; their squares add up to it.
 * @param x - (p,), raw units of the variables of the model, all measured.
 * @returns parts of T² and of SPE, (p,) each, dimensionless.
 * @reference Kourti & MacGregor, J. Quality Technology 28 (1996) 409; Miller, Swanson & Heckler, Int. J. Applied Mathematics and Computer Science 8 (1998) 775.
 */
export function pcaParts(
  m: PcaModel,
  x: ArrayLike<number>,
): { readonly t2: number; readonly spe: number; readonly t2Parts: readonly number[]; readonly residuals: readonly number[] } {
  const s = scorePca(m, x);
  return { t2: s.t2, spe: s.q, t2Parts: s.t2Contributions, residuals: s.residual };
}

/** The variables of a statistic, the largest part first; of residuals by their size. Equal ones stay in the order of the chart. */
export const byPart = (s: StatisticContributions): Contribution[] =>
  [...s.of].sort((a, b) => Math.abs(b.part) - Math.abs(a.part) || a.variable - b.variable);

/** A variable is named as a cause while its part is at least this share of the largest; so many are named at most. */
const NAMED_SHARE = 0.5;
const NAMED_MOST = 3;

/** The variables that a signal names: those whose part is near the largest, three at most. Of residuals their squares are compared. */
export function leading(s: StatisticContributions): Contribution[] {
  const size = (c: Contribution): number => (s.statistic === 'spe' ? c.part * c.part : c.part);
  const sorted = [...s.of].sort((a, b) => size(b) - size(a) || a.variable - b.variable);
  const most = sorted[0] === undefined ? 0 : size(sorted[0]);
  return sorted.filter((c) => most > 0 && size(c) >= NAMED_SHARE * most).slice(0, NAMED_MOST);
}
