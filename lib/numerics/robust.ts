import { AppError } from '@/lib/errors';
import { type LeastSquaresFit, type LeastSquaresOptions, leastSquares } from './least-squares';
import type { Matrix, Numbers } from './matrix';
import { MAD_TO_SIGMA, median } from './statistics';

/** Options of a robust fit. */
export interface RobustOptions extends LeastSquaresOptions {
  /** Huber's monotone weights or Tukey's redescending bisquare. Default bisquare. */
  readonly estimator?: 'huber' | 'bisquare';
  /** Tuning constant in sigmas; defaults 1.345 and 4.685 give 95 % efficiency at the normal distribution. */
  readonly tuning?: number;
  readonly maxIterations?: number;
  /** Stop when no coefficient moves by more than this fraction of the largest. Default 1e-12. */
  readonly tolerance?: number;
}

/** A robust fit. */
export interface RobustFit extends LeastSquaresFit {
  /** Robust weight of each row, 0 to 1; NaN where the row was dropped. */
  readonly robustWeights: Float64Array;
  /** median |r| / 0.6745 about zero, of the weighted residuals √w r. */
  readonly scale: number;
  readonly status: 'converged' | 'max_iterations';
  readonly iterations: number;
  /** Largest relative coefficient change in the last iteration. */
  readonly change: number;
}

/**
 * Robust linear regression by iteratively reweighted least squares, started at ordinary least squares, the scale
 * median |r|/0.6745 renewed in every iteration. The bisquare solution is a local one: the start is part of its definition.
 * The covariance is that of the final weighted fit, conditional on the weights.
 * @param x - design, (n, p).
 * @param y - (n,); NaN drops the row.
 * @throws AppError as `leastSquares`; look at `status`, iterations that do not settle are reported, not thrown.
 * @reference Huber, Robust Statistics (1981), §7.8; Holland & Welsch, Commun. Stat. A6 (1977) 813.
 */
export function robustLeastSquares(x: Matrix, y: Numbers, options: RobustOptions = {}): RobustFit {
  const kind = options.estimator ?? 'bisquare';
  const c = options.tuning ?? (kind === 'huber' ? 1.345 : 4.685);
  if (!(c > 0)) throw new AppError('invalid_input', `tuning must be positive, got ${c}`, { field: 'tuning' });
  const base = options.weights;
  let fit: LeastSquaresFit = leastSquares(x, y, options);
  const robustWeights = new Float64Array(y.length).fill(1);
  const w = new Float64Array(y.length);
  const limit = options.maxIterations ?? 200;
  const tolerance = options.tolerance ?? 1e-12;
  let change = Number.POSITIVE_INFINITY;
  let scale = 0;
  let iterations = 0;
  while (iterations < limit && change > tolerance) {
    const standard = fit.residuals.map((r, i) => r * (base ? Math.sqrt(base[i]!) : 1));
    scale = MAD_TO_SIGMA * median(standard.map(Math.abs));
    if (!(scale > 0)) {
      change = 0; // more than half of the rows are met exactly: nothing left to weigh
      break;
    }
    for (let i = 0; i < w.length; i++) {
      const t = Math.abs(standard[i]!) / (c * scale);
      const v = Number.isNaN(t) ? Number.NaN : kind === 'huber' ? Math.min(1, 1 / t) : t < 1 ? (1 - t * t) ** 2 : 0;
      robustWeights[i] = v;
      w[i] = (Number.isNaN(v) ? 0 : v) * (base ? base[i]! : 1);
    }
    const next = leastSquares(x, y, { ...options, weights: w });
    let largest = 0;
    change = 0;
    next.coefficients.forEach((b, j) => {
      largest = Math.max(largest, Math.abs(b));
      change = Math.max(change, Math.abs(b - fit.coefficients[j]!));
    });
    change /= largest || 1;
    // rows of weight zero still have a residual: they may come back
    const residuals = Float64Array.from({ length: y.length }, (_, i) => y[i]! - next.fitted[i]!);
    fit = { ...next, residuals };
    iterations++;
  }
  return { ...fit, robustWeights, scale, status: change <= tolerance ? 'converged' : 'max_iterations', iterations, change };
}
