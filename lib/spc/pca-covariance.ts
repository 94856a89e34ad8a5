import { AppError } from '@/lib/errors';
import { symmetricEigen } from '@/lib/numerics';
import type { PcaModel } from './pca';

/** An eigenvalue below this share of the largest is rounding of the covariance. */
const ROUNDING = 1e-12;

/** How many components are kept: so many, or the fewest that carry this share of the variance. */
export type Components = { readonly count: number } | { readonly share: number };

/**
 * The component model of rows whose mean and covariance are known: eigenvectors of the covariance, or of the correlations where `scale` divides each
 * variable by its sigma. The same model as `trainPca` makes of the rows themselves, to the rounding of the covariance. One direction at least is left
 * to SPE: of variables that span r directions, r − 1 components are kept at most.
 * @param mean - (p,), units of the variables. @param covariance - row-major (p, p), divisor n − 1. @param n - rows behind it.
 * @returns the model, whose moments of Q are 0 (they need the rows), and the share of variance that its components carry.
 * @throws AppError `rank_deficient` where the variables span fewer than two directions; `invalid_input` on no variance.
 * @complexity about 40p³: Jacobi rotations.
 * @reference Jackson, A User's Guide to Principal Components (1991), ch. 1 and 2.
 */
export function pcaOfCovariance(
  mean: ArrayLike<number>,
  covariance: Float64Array,
  n: number,
  keep: Components,
  scale: boolean,
): { readonly model: PcaModel; readonly explained: number } {
  const p = mean.length;
  const sigma = Float64Array.from({ length: p }, (_, j) => (scale ? Math.sqrt(covariance[j * (p + 1)]!) : 1));
  const still = sigma.findIndex((s) => !(s > 0));
  if (still >= 0) throw new AppError('invalid_input', `variable ${still + 1} does not vary; leave it out`, { variable: still });
  const scaled = Float64Array.from(covariance, (c, i) => c / (sigma[Math.floor(i / p)]! * sigma[i % p]!));
  const { values, vectors } = symmetricEigen(scaled, p);
  const eigenvalues = Array.from(values, (v) => (v > ROUNDING * values[0]! ? v : 0));
  const rank = Math.min(n - 1, eigenvalues.filter((v) => v > 0).length);
  if (rank < 2)
    throw new AppError(
      'rank_deficient',
      'the variables vary in one direction alone: nothing is left for SPE; chart one of them',
      {
        rank,
      },
    );
  const total = eigenvalues.reduce((s, v) => s + v, 0);
  const components = Math.min(rank - 1, 'count' in keep ? keep.count : carrying(eigenvalues, keep.share * total));
  const loadings = Array.from(
    { length: p * components },
    (_, i) => vectors.data[Math.floor(i / components) * p + (i % components)]!,
  );
  return {
    model: {
      kind: 'pca',
      components,
      n,
      mean: [...Array.from(mean)],
      scale: [...sigma],
      eigenvalues,
      loadings,
      qMean: 0,
      qVariance: 0,
    },
    explained: eigenvalues.slice(0, components).reduce((s, v) => s + v, 0) / total,
  };
}

/** The fewest of the first eigenvalues that add up to so much; rounding of the sum does not ask for one more. */
function carrying(eigenvalues: readonly number[], wanted: number): number {
  let sum = 0;
  for (const [k, v] of eigenvalues.entries()) {
    sum += v;
    if (sum >= wanted * (1 - 1e-12)) return k + 1;
  }
  return eigenvalues.length;
}
