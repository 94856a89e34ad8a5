import { AppError } from '@/lib/errors';

export type YieldModel = 'poisson' | 'murphy' | 'seeds' | 'boseEinstein' | 'negativeBinomial';

export interface YieldParameters {
  /** Clustering parameter α of the negative binomial; small values mean strong clusters. */
  readonly alpha?: number;
  /** Number of critical layers of Bose–Einstein; λ is then per layer. */
  readonly layers?: number;
}

/**
 * Die yield from the mean number of killer defects per die, λ = D₀·A: Poisson e^{−λ}; Murphy ((1 − e^{−λ})/λ)²; Seeds 1/(1 + λ);
 * Bose–Einstein (1 + λ)^{−layers}; negative binomial (1 + λ/α)^{−α}.
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

/** Clustering parameter from counts per die by moments: α = mean²/(variance − mean); infinite when the counts do not cluster. */
export function clusteringAlpha(counts: ArrayLike<number>): number {
  const n = counts.length;
  if (n < 2) throw new AppError('invalid_input', `a clustering parameter needs two dies, got ${n}`, { n });
  let mean = 0;
  for (let i = 0; i < n; i++) mean += counts[i]! / n;
  let variance = 0;
  for (let i = 0; i < n; i++) variance += (counts[i]! - mean) ** 2 / (n - 1);
  return variance > mean ? (mean * mean) / (variance - mean) : Number.POSITIVE_INFINITY;
}
