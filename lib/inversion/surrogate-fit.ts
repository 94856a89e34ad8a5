import { AppError } from '@/lib/errors';
import { fitFunctions, fitModel } from './fit';
import { reportFit } from './fit-report';
import type { FitProblem, FitResult } from './fit-types';
import { type GaussNewtonStep, gaussNewton } from './gauss-newton';
import { rowsOf } from './jacobian';
import { priorRows } from './prior-rows';
import { type Surrogate, surrogateRunner } from './surrogate';

/** Options of {@link fitWithSurrogate}. */
export interface SurrogateFitOptions {
  /** Accept when the rigorous model would move the corrected point by no more than this many standard deviations. Default 0.05. */
  readonly acceptSteps?: number;
  /** Places of the problem's data among the surrogate's channels, where some were not measured. Default all. */
  readonly points?: Int32Array;
}

/** A fit found with a surrogate and judged by the rigorous model. */
export interface SurrogateFit {
  /** In the rigorous model, whichever way it was found. */
  readonly fit: FitResult;
  /** `surrogate`: found with the surrogate, corrected once and accepted. `rigorous`: the correction was too large, the rigorous fit went on from there. */
  readonly path: 'surrogate' | 'rigorous';
  /** Length of the rigorous Gauss–Newton step at the surrogate's minimum, in standard deviations. */
  readonly correction: number;
  /** What is left after it. */
  readonly remaining: number;
  readonly surrogate: FitResult;
  /** Evaluations of the rigorous model, those for derivatives included. */
  readonly rigorousEvaluations: number;
}

/**
 * Fit with the surrogate, then check with the rigorous model: residuals and derivatives there at the surrogate's minimum, one Gauss–Newton step, and the step that
 * would follow with the same derivatives. A small one is accepted; otherwise the rigorous fit goes on. χ², covariance and warnings are the rigorous ones, so that the
 * surrogate's error cannot enter a value that is charted beyond `acceptSteps` standard deviations.
 * @param problem - the rigorous problem; its names are those of the surrogate, its bounds inside the surrogate's box.
 * @throws AppError `invalid_input` when names, channels or bounds do not fit; as `fitModel`.
 * @reference chord step: Kelley, Iterative Methods for Linear and Nonlinear Equations (1995), §5.4.
 */
export function fitWithSurrogate(problem: FitProblem, surrogate: Surrogate, options: SurrogateFitOptions = {}): SurrogateFit {
  const n = problem.names.length;
  const runner = surrogateRunner(surrogate);
  const points = options.points ?? Int32Array.from({ length: runner.channels }, (_, i) => i);
  if (
    problem.names.join() !== surrogate.names.join() ||
    points.length !== problem.data.length ||
    points.some((i) => !(i < runner.channels))
  )
    throw new AppError('invalid_input', 'the surrogate is of other parameters or channels than the problem', {
      field: 'surrogate',
    });
  const lower = Float64Array.from(surrogate.lower, (v, j) => Math.max(v, problem.lower?.[j] ?? v));
  const upper = Float64Array.from(surrogate.upper, (v, j) => Math.min(v, problem.upper?.[j] ?? v));
  const boxed = { ...problem, lower, upper };
  const fast = fitModel({
    ...boxed,
    model: (p) => rowsOf(runner.predict(p), points, 1),
    jacobian: (p) => rowsOf(runner.jacobian(p), points, n),
  });
  const f = fitFunctions(boxed);
  const held = fast.parameters.map((v, j) => (v <= lower[j]! || v >= upper[j]! ? 1 : 0));
  const free = Array.from({ length: n }, (_, j) => j).filter((j) => held[j] === 0);
  const jacobian = f.jacobian(fast.parameters);
  const solve = gaussNewton(boxed, jacobian, free);
  const residuals = new Float64Array(f.m);
  const at = (p: Float64Array): GaussNewtonStep => {
    f.residuals(p, residuals);
    return solve(residuals, priorRows(boxed, p).residuals);
  };
  const first = at(fast.parameters);
  const p = fast.parameters.map((v, j) => Math.min(Math.max(v + first.step[j]!, lower[j]!), upper[j]!));
  const second = at(p);
  const isInside = p.every((v, j) => held[j] === 1 || (v > lower[j]! && v < upper[j]!));
  if (second.length <= (options.acceptSteps ?? 0.05) && isInside && fast.status === 'converged') {
    const size = Math.hypot(...residuals, ...priorRows(boxed, p).residuals);
    const fit = reportFit(
      boxed,
      {
        parameters: p,
        modelled: f.model(p),
        residuals,
        atBound: Array.from(held, (h) => h === 1),
        status: 'converged',
        iterations: fast.iterations + 1,
        evaluations: f.evaluations(),
        residual: size > 0 ? second.length / size : 0,
      },
      jacobian,
    );
    return {
      fit,
      path: 'surrogate',
      correction: first.length,
      remaining: second.length,
      surrogate: fast,
      rigorousEvaluations: f.evaluations(),
    };
  }
  const fit = fitModel({ ...boxed, start: p });
  return {
    fit,
    path: 'rigorous',
    correction: first.length,
    remaining: second.length,
    surrogate: fast,
    rigorousEvaluations: f.evaluations() + fit.evaluations,
  };
}
