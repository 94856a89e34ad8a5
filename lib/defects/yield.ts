import { AppError } from '@/lib/errors';
import { exceeds, moments } from '@/lib/numerics';

/** Statistics of the killer defects. */
export type YieldModel = 'poisson' | 'murphy' | 'seeds' | 'boseEinstein' | 'negativeBinomial';

/** Parameters of a yield model. */
export interface YieldParameters {
  /** Clustering parameter α of the negative binomial; small values mean strong clusters. */
  readonly alpha?: number;
  /** Number of critical layers of Bose–Einstein; λ is then per layer. */
  readonly layers?: number;
}

/**
 * Die yield from the mean number of killer defects per die, λ = D₀·A: Poisson e^{−λ}; Murphy ((1 − e^{−λ})/λ)²; Seeds 1/(1 + λ);
 * Bose–Einstein (1 + λ)^{−layers}; negative binomial (1 + λ/α)^{−α}.
 * @param lambda - λ, mean killer defects a die.
 * @returns share of good dies, in [0, 1].
 * @throws AppError `invalid_input` on λ < 0 or a missing parameter.
 * @reference Murphy, Proc. IEEE 52 (1964) 1537; Seeds (1967); Stapper, Armstrong & Saji, Proc. IEEE 71 (1983) 453.
 */
export function dieYield(model: YieldModel, lambda: number, parameters: YieldParameters = {}): number {
  if (!(lambda >= 0)) throw new AppError('invalid_input', `λ must not be negative, got ${lambda}`, { field: 'lambda' });
  const need = (name: keyof YieldParameters): number => {
    const v = parameters[name];
    if (v === undefined || !(v > 0)) throw new AppError('invalid_input', `${model} needs ${name} > 0`, { field: name });
    return v;
  };
  switch (model) {
    case 'poisson':
      return Math.exp(-lambda);
    case 'murphy':
      return lambda === 0 ? 1 : (-Math.expm1(-lambda) / lambda) ** 2;
    case 'seeds':
      return 1 / (1 + lambda);
    case 'boseEinstein':
      return (1 + lambda) ** -need('layers');
    default: {
      const a = need('alpha');
      return Math.exp(-a * Math.log1p(lambda / a));
    }
  }
}

/**
 * Clustering parameter from counts per die by moments: α = mean²/(variance − mean).
 * @param counts - defects of each die.
 * @returns α, dimensionless.
 * @throws AppError `invalid_input` below two dies; `out_of_domain` when the counts scatter no more than random ones: the Poisson model holds.
 * @reference Stapper, Armstrong & Saji, Proc. IEEE 71 (1983) 453.
 */
export function clusteringAlpha(counts: ArrayLike<number>): number {
  const m = moments(counts);
  if (m.n < 2)
    throw new AppError('invalid_input', `counts: a clustering parameter needs two dies, got ${m.n}`, { field: 'counts' });
  if (!exceeds(m.variance, m.mean))
    throw new AppError(
      'out_of_domain',
      `counts: variance ${m.variance} does not exceed mean ${m.mean}: the defects do not cluster; use poisson`,
      {
        field: 'counts',
      },
    );
  return (m.mean * m.mean) / (m.variance - m.mean);
}
