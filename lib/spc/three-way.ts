import { AppError } from '@/lib/errors';
import {
  type IndividualsChart,
  type IndividualsOptions,
  individualsChart,
  rangeChart,
  type ShewhartChart,
  sdChart,
} from './charts';
import { type Subgroup, subgroupStatistics } from './sigma';

/** Three-way (I-MR-R/S) chart: subgroup means as individuals, their moving ranges, and the spread inside each subgroup. */
export interface ThreeWayChart {
  /** Means of the subgroups, unit of the values. */
  readonly means: Float64Array;
  readonly location: IndividualsChart;
  readonly spread: ShewhartChart;
  readonly spreadKind: 'range' | 'sd';
  /** Variance of the subgroup mean that the spread inside explains, σ_w²/n, and what lies between subgroups beyond it (not below 0). */
  readonly sigmaWithin: number;
  readonly sigmaBetween: number;
}

/**
 * Chart for sites in a wafer, wafers in a lot: the sites of one wafer are no rational subgroup for wafer-to-wafer variation, limits from them alone
 * would be far too tight. Means get limits from their own moving ranges; the spread inside gets an R chart (up to eight values) or S chart.
 * @param subgroups - two or more, e.g. the sites of each wafer.
 * @returns statistics and limits in the unit of the values.
 * @throws AppError `invalid_input` below two subgroups with two values.
 * @reference Wheeler, Advanced Topics in Statistical Process Control (1995), ch. 7; Montgomery (2013), §6.7.
 */
export function threeWayChart(
  subgroups: ArrayLike<Subgroup>,
  options: Pick<IndividualsOptions, 'nSigmas' | 'exclude'> = {},
): ThreeWayChart {
  const stats = subgroupStatistics(subgroups);
  if (stats.n.filter((n) => n >= 2).length < 2)
    throw new AppError('invalid_input', 'a three-way chart needs two subgroups with two values or more', { field: 'subgroups' });
  const largest = stats.n.reduce((a, b) => Math.max(a, b), 0);
  const spreadKind = largest <= 8 ? 'range' : 'sd';
  const shared = { ...(options.exclude ? { exclude: options.exclude } : {}), width: { nSigmas: options.nSigmas ?? 3 } };
  const spread = spreadKind === 'range' ? rangeChart(subgroups, shared) : sdChart(subgroups, shared);
  const location = individualsChart(stats.mean, options);
  const measured = stats.n.filter((n, i) => n > 0 && !options.exclude?.includes(i));
  const meanSize = measured.reduce((s, n) => s + n, 0) / measured.length;
  const between = location.sigmaWithin ** 2 - spread.sigmaWithin ** 2 / meanSize;
  return {
    means: stats.mean,
    location,
    spread,
    spreadKind,
    sigmaWithin: spread.sigmaWithin,
    sigmaBetween: Math.sqrt(Math.max(0, between)),
  };
}

/** What a product is expected to give; several products share one short-run chart. */
export interface ShortRunReference {
  readonly target: number;
  /** Sigma of this product; leave it out to plot deviations from target in the unit of the value. */
  readonly sigma?: number;
}

/**
 * Short-run statistic: deviation from target, standardised where the products have their own sigma.
 * @param values - (n,), unit of the products' targets.
 * @returns (n,), in sigmas where the products have one, else in the unit of the values.
 * @throws AppError `invalid_input` when a product is unknown, or only some products have a sigma.
 * @reference Farnum, J. Quality Technology 24 (1992) 138.
 */
export function shortRunStatistics(
  values: ArrayLike<number>,
  products: readonly string[],
  references: Readonly<Record<string, ShortRunReference>>,
): Float64Array {
  const standardised = new Set(Object.values(references).map((r) => r.sigma !== undefined));
  if (standardised.size > 1)
    throw new AppError('invalid_input', 'give a sigma for every product or for none', { field: 'references' });
  return Float64Array.from({ length: values.length }, (_, i) => {
    const product = products[i]!;
    // names are the sender's: one that every object inherits is no entry
    const r = Object.hasOwn(references, product) ? references[product] : undefined;
    if (!r)
      throw new AppError('invalid_input', `references: product "${product}" has no target; give one, or leave its values out`, {
        field: 'references',
        index: i,
      });
    return (values[i]! - r.target) / (r.sigma ?? 1);
  });
}
