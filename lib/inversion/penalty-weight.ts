import { AppError } from '@/lib/errors';
import { createRng, matrix } from '@/lib/numerics';
import type { LinearProblem } from './tikhonov';

/** What the choice of a weight needs of a penalised solution. */
export interface PenalisedSolution {
  /** (n,). */
  readonly x: Float64Array;
  /** μ. */
  readonly weight: number;
  /** ‖Ax − b‖². */
  readonly misfit: number;
  /** ‖Lx‖² or ‖Lx‖₁. */
  readonly penalty: number;
  readonly effectiveParameters: number;
  /** Of the L-curve, where it is known in closed form. */
  readonly curvature?: number;
}

/** Solves for one weight; the second argument is a start. */
export type PenalisedSolver<S extends PenalisedSolution> = (problem: LinearProblem) => (weight: number) => S;

/** Rule by which the weight of a penalty is chosen. */
export type WeightRule = 'l-curve' | 'gcv' | 'cross-validation' | 'discrepancy';

/** A weight with the path it was chosen from. */
export interface WeightChoice<S extends PenalisedSolution> {
  readonly best: S;
  /** All solutions tried, weights ascending. */
  readonly path: readonly S[];
  /** What the rule judged, per solution of the path: curvature (largest wins), GCV or held-back error (smallest wins), misfit − target (root wins). */
  readonly score: Float64Array;
  /** The rule's optimum lies inside the range of weights; false: widen the range. */
  readonly isInside: boolean;
}

/** Weights to try, and the rule. */
export interface WeightOptions {
  /** Ascending weights. */
  readonly weights: ArrayLike<number>;
  readonly rule: WeightRule;
  /** For cross-validation. Default 5, seeded. */
  readonly folds?: number;
  readonly seed?: number;
  /** Target of the discrepancy principle as a multiple of the number of data (rows are in σ). Default 1. */
  readonly noiseFactor?: number;
}

/**
 * Weights from `low` to `high`, equally spaced in their logarithm.
 * @param low - smallest weight, positive.
 * @param count - number of weights.
 * @returns (count,), ascending.
 */
export function weightGrid(low: number, high: number, count = 40): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => low * (high / low) ** (count > 1 ? i / (count - 1) : 0));
}

/**
 * Weight of a penalty from the data, over a path of weights. `l-curve`: largest curvature of (ln ‖Ax − b‖, ln penalty), in closed form where the solution has
 * it, else by three-point circles in the path. `gcv`: smallest m‖Ax − b‖²/(m − effective parameters)². `cross-validation`: smallest mean square error on
 * held-back rows. `discrepancy`: largest weight with ‖Ax − b‖² ≤ noiseFactor·m.
 * @param problem - A, (m, n), and b, (m,), over σ.
 * @throws AppError `invalid_input` for fewer than 3 weights, weights that do not ascend, or fewer rows than folds.
 * @reference Hansen & O'Leary, SIAM J. Sci. Comput. 14 (1993) 1487; Golub, Heath & Wahba, Technometrics 21 (1979) 215; Stone, J. R. Stat. Soc. B 36 (1974) 111;
 * Morozov, Methods for Solving Incorrectly Posed Problems (1984).
 */
export function chooseWeight<S extends PenalisedSolution>(
  problem: LinearProblem,
  solver: PenalisedSolver<S>,
  options: WeightOptions,
): WeightChoice<S> {
  const weights = Float64Array.from(options.weights);
  if (weights.length < 3 || weights.some((w, i) => !(w > (i > 0 ? weights[i - 1]! : 0))))
    throw new AppError('invalid_input', 'give at least 3 positive weights in ascending order', { field: 'weights' });
  const solve = solver(problem);
  const path = Array.from(weights, solve);
  const m = problem.a.rows;
  let score: Float64Array;
  let index: number;
  switch (options.rule) {
    case 'l-curve':
      score = curvatures(path);
      index = score.reduce((b, v, i) => (v > (score[b] ?? Number.NEGATIVE_INFINITY) || Number.isNaN(score[b]!) ? i : b), 1);
      break;
    case 'gcv':
      score = Float64Array.from(path, (s) => (m * s.misfit) / Math.max(m - s.effectiveParameters, 1e-12) ** 2);
      index = score.reduce((b, v, i) => (v < score[b]! ? i : b), 0);
      break;
    case 'cross-validation':
      score = heldBackError(problem, solver, weights, options.folds ?? 5, options.seed ?? 1);
      index = score.reduce((b, v, i) => (v < score[b]! ? i : b), 0);
      break;
    default: {
      const target = (options.noiseFactor ?? 1) * m;
      score = Float64Array.from(path, (s) => s.misfit - target);
      index = score.findLastIndex((v) => v <= 0);
      if (index < 0) return { best: path[0]!, path, score, isInside: false };
      if (index === path.length - 1) return { best: path[index]!, path, score, isInside: false };
      return { best: bisect(solve, path[index]!, weights[index + 1]!, target), path, score, isInside: true };
    }
  }
  return { best: path[index]!, path, score, isInside: index > 0 && index < path.length - 1 };
}

// The misfit grows with the weight, so the root is bracketed.
function bisect<S extends PenalisedSolution>(solve: (w: number) => S, low: S, high: number, target: number): S {
  let best = low;
  let top = high;
  for (let k = 0; k < 40 && top > best.weight * (1 + 1e-6); k++) {
    const s = solve(Math.sqrt(best.weight * top));
    if (s.misfit <= target) best = s;
    else top = s.weight;
  }
  return best;
}

// Menger curvature of three neighbours, positive where the curve turns left as the weight grows.
function curvatures(path: readonly PenalisedSolution[]): Float64Array {
  const x = path.map((s) => 0.5 * Math.log(Math.max(s.misfit, 1e-300)));
  const y = path.map((s) => Math.log(Math.max(s.penalty, 1e-300)));
  return Float64Array.from(path, (_, i) => {
    const known = path[i]!.curvature;
    if (known !== undefined) return known;
    if (i === 0 || i === path.length - 1) return Number.NaN;
    const [ax, ay, bx, by] = [x[i]! - x[i - 1]!, y[i]! - y[i - 1]!, x[i + 1]! - x[i]!, y[i + 1]! - y[i]!];
    const d = Math.hypot(ax, ay) * Math.hypot(bx, by) * Math.hypot(ax + bx, ay + by);
    return d > 0 ? (2 * (ax * by - ay * bx)) / d : 0;
  });
}

function heldBackError<S extends PenalisedSolution>(
  problem: LinearProblem,
  solver: PenalisedSolver<S>,
  weights: Float64Array,
  folds: number,
  seed: number,
): Float64Array {
  const { rows: m, cols: n, data } = problem.a;
  if (!(folds >= 2 && folds <= m))
    throw new AppError('invalid_input', `${folds} folds of ${m} rows; give 2 to ${m}`, { field: 'folds' });
  const rng = createRng(seed, 'folds');
  const order = Array.from({ length: m }, (_, i) => i);
  for (let i = m - 1; i > 0; i--) {
    const k = rng.integer(i + 1);
    [order[i], order[k]] = [order[k]!, order[i]!];
  }
  const error = new Float64Array(weights.length);
  for (let f = 0; f < folds; f++) {
    const kept = order.filter((_, i) => i % folds !== f);
    const out = order.filter((_, i) => i % folds === f);
    const a = matrix(kept.length, n);
    kept.forEach((r, i) => {
      a.data.set(data.subarray(r * n, (r + 1) * n), i * n);
    });
    const solve = solver({ a, b: Float64Array.from(kept, (r) => problem.b[r]!) });
    weights.forEach((w, k) => {
      const { x } = solve(w);
      for (const r of out) {
        let s = -problem.b[r]!;
        for (let j = 0; j < n; j++) s += data[r * n + j]! * x[j]!;
        error[k]! += (s * s) / m;
      }
    });
  }
  return error;
}
