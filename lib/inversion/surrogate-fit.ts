import { AppError } from '@/lib/errors';
import { applyQt, matrix, qrFactor, solveR } from '@/lib/numerics';
import { fitFunctions, fitModel } from './fit';
import { priorRows, reportFit } from './fit-report';
import type { FitProblem, FitResult } from './fit-types';
import { type Surrogate, surrogateRunner } from './surrogate';

export interface SurrogateFitOptions {
  /** Accept when the rigorous model would move the corrected point by no more than this many standard deviations. Default 0.05. */
  readonly acceptSteps?: number;
}

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
  if (problem.names.join() !== surrogate.names.join() || runner.channels !== problem.data.length)
    throw new AppError('invalid_input', 'the surrogate is of other parameters or channels than the problem', {
      field: 'surrogate',
    });
  const lower = Float64Array.from(surrogate.lower, (v, j) => Math.max(v, problem.lower?.[j] ?? v));
  const upper = Float64Array.from(surrogate.upper, (v, j) => Math.min(v, problem.upper?.[j] ?? v));
  const boxed = { ...problem, lower, upper };
  const fast = fitModel({ ...boxed, model: runner.predict, jacobian: runner.jacobian });
  const f = fitFunctions(boxed);
  const held = fast.parameters.map((v, j) => (v <= lower[j]! || v >= upper[j]! ? 1 : 0));
  const free = Array.from({ length: n }, (_, j) => j).filter((j) => held[j] === 0);
  const jacobian = f.jacobian(fast.parameters);
  const solve = stepper(boxed, jacobian, free);
  const first = solve(f, fast.parameters);
  const p = fast.parameters.map((v, j) => Math.min(Math.max(v + first.step[j]!, lower[j]!), upper[j]!));
  const second = solve(f, p);
  const isInside = p.every((v, j) => held[j] === 1 || (v > lower[j]! && v < upper[j]!));
  if (second.length <= (options.acceptSteps ?? 0.05) && isInside && fast.status === 'converged') {
    const residuals = new Float64Array(f.m);
    f.residuals(p, residuals);
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
        residual: second.cosine,
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

// Gauss–Newton step −argmin ‖r + J d‖ over the free parameters and its length ‖J d‖, one factor for every point.
function stepper(problem: FitProblem, jacobian: Float64Array, free: readonly number[]) {
  const n = problem.names.length;
  const m = problem.data.length;
  const k = problem.priors?.length ?? 0;
  const q = free.length;
  const a = matrix(m + k, Math.max(q, 1));
  const scale = Float64Array.from({ length: m }, (_, i) => Math.sqrt(problem.weights?.[i] ?? 1) / problem.sigma[i]!);
  for (let i = 0; i < m; i++) for (const [c, j] of free.entries()) a.data[i * q + c] = jacobian[i * n + j]! * scale[i]!;
  const prior = priorRows(problem, new Float64Array(n)).jacobian;
  for (let i = 0; i < k; i++) for (const [c, j] of free.entries()) a.data[(m + i) * q + c] = prior[i * n + j]!;
  const factor = q > 0 ? qrFactor(a) : null;
  return (
    f: { readonly residuals: (p: Float64Array, out: Float64Array) => void },
    p: Float64Array,
  ): { step: Float64Array; length: number; cosine: number } => {
    const r = new Float64Array(m + k);
    f.residuals(p, r.subarray(0, m));
    for (let i = 0; i < m; i++) r[i]! *= Math.sqrt(problem.weights?.[i] ?? 1);
    r.set(priorRows(problem, p).residuals, m);
    const size = Math.sqrt(r.reduce((s, v) => s + v * v, 0));
    const step = new Float64Array(n);
    if (!factor) return { step, length: 0, cosine: 0 };
    applyQt(factor, r);
    // ‖J d‖ is the norm of the first entries of Qᵀr
    let length = 0;
    for (let c = 0; c < q; c++) length = Math.hypot(length, r[c]!);
    try {
      const d = solveR(factor, r);
      free.forEach((j, c) => {
        step[j] = -d[c]!;
      });
    } catch (e) {
      if (!(e instanceof AppError) || e.code !== 'rank_deficient') throw e;
      return { step, length: Number.POSITIVE_INFINITY, cosine: 1 };
    }
    return { step, length, cosine: size > 0 ? length / size : 0 };
  };
}
