import { AppError } from '@/lib/errors';
import { type DifferenceOrder, differenceOperator } from './difference-operator';
import { fitModel } from './fit';
import type { FitProblem, FitResult, LinearPrior } from './fit-types';

/** A penalty on a run of parameters, e.g. the slices of a profile; it adds to χ². */
export interface FitPenalty {
  /** `tikhonov`: weight·‖L(p − reference)‖². `l1`, with order 1 or 2 total variation: 2·weight·‖L(p − reference)‖₁. */
  readonly kind: 'tikhonov' | 'l1';
  readonly order: DifferenceOrder;
  /** μ ≥ 0. */
  readonly weight: number;
  /** Indices of the parameters, in their order along the profile. */
  readonly parameters: readonly number[];
  /** Values that are not penalised, default 0: one per parameter. */
  readonly reference?: ArrayLike<number>;
}

/** A fit with what its penalty did. */
export interface PenalisedFit extends FitResult {
  /** Reweighting rounds of an L1 penalty; 1 for Tikhonov. */
  readonly rounds: number;
  /** Largest change of a parameter in the last round over 1 + |p|. */
  readonly lastChange: number;
  /** ‖L(p − reference)‖² or ‖·‖₁. */
  readonly penalty: number;
}

/** Rows of L1 are quadratic within this share of the largest |Lp|. */
const SMOOTHING = 1e-6;

/**
 * Nonlinear fit with a penalty: min χ²(p) + weight·‖Lp‖² as prior rows, or + 2·weight·‖Lp‖₁ through reweighted rows |v| ≈ ½(v²/|v₀| + |v₀|), smoothed at 0. For
 * a linear model it is the minimum of `tikhonov`, `lasso` and `totalVariation`. The covariance is that of the last quadratic problem: with a penalty the
 * estimate is biased, and the covariance is a posterior width, not a scatter. χ² and its probability are those of the data (and priors) alone.
 * @param options.maxRounds - reweighting rounds of an L1 penalty.
 * @param options.tolerance - change of a parameter over 1 + |p| that ends them.
 * @returns parameters in their units.
 * @throws AppError `invalid_input` naming the field.
 * @reference Tikhonov rows: Hansen (1998), §5.1; reweighting: Vogel & Oman, SIAM J. Sci. Comput. 17 (1996) 227 (lagged diffusivity).
 */
export function fitPenalised(
  problem: FitProblem,
  penalty: FitPenalty,
  options: { readonly maxRounds?: number; readonly tolerance?: number } = {},
): PenalisedFit {
  const { parameters, weight, kind } = penalty;
  const n = problem.names.length;
  if (!(weight > 0) || parameters.some((k) => !(k >= 0 && k < n)))
    throw new AppError('invalid_input', 'a penalty needs a positive weight and known parameters', { field: 'penalty' });
  const l = differenceOperator(parameters.length, penalty.order);
  const values = (p: ArrayLike<number>): Float64Array =>
    Float64Array.from({ length: l.rows }, (_, i) => {
      let s = 0;
      parameters.forEach((k, j) => {
        s += l.data[i * l.cols + j]! * (p[k]! - (penalty.reference?.[j] ?? 0));
      });
      return s;
    });
  const rows = (deviation: (i: number) => number): LinearPrior[] =>
    Array.from({ length: l.rows }, (_, i) => {
      const terms = parameters.flatMap((parameter, j) => {
        const factor = l.data[i * l.cols + j]!;
        return factor === 0 ? [] : [{ parameter, factor }];
      });
      let mean = 0;
      parameters.forEach((_, j) => {
        mean += l.data[i * l.cols + j]! * (penalty.reference?.[j] ?? 0);
      });
      return { terms, mean, standardDeviation: deviation(i), isPenalty: true };
    });
  const run = (start: ArrayLike<number>, deviation: (i: number) => number): FitResult =>
    fitModel({ ...problem, start, priors: [...(problem.priors ?? []), ...rows(deviation)] });
  if (kind === 'tikhonov') {
    const fit = run(problem.start, () => 1 / Math.sqrt(weight));
    return { ...fit, rounds: 1, lastChange: 0, penalty: values(fit.parameters).reduce((s, v) => s + v * v, 0) };
  }
  const limit = options.maxRounds ?? 100;
  const tolerance = options.tolerance ?? 1e-7;
  let fit = run(problem.start, () => 1 / Math.sqrt(weight));
  let rounds = 0;
  let lastChange = Number.POSITIVE_INFINITY;
  while (rounds < limit && lastChange > tolerance) {
    rounds++;
    const v = values(fit.parameters);
    const floor = SMOOTHING * Math.max(...v.map(Math.abs), 1e-12);
    const next = run(fit.parameters, (i) => Math.sqrt(Math.hypot(v[i]!, floor) / weight));
    lastChange = next.parameters.reduce((s, p, j) => Math.max(s, Math.abs(p - fit.parameters[j]!) / (1 + Math.abs(p))), 0);
    fit = next;
  }
  const result = { ...fit, rounds, lastChange, penalty: values(fit.parameters).reduce((s, v) => s + Math.abs(v), 0) };
  if (lastChange <= tolerance) return result;
  const message = `the reweighting still moved by ${lastChange.toPrecision(2)} after ${rounds} rounds; allow more`;
  return {
    ...result,
    warnings: [...fit.warnings, { kind: 'not_converged', parameters: [], message }],
    isIdentifiable: false,
  };
}
