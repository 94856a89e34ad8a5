import { AppError } from '@/lib/errors';
import { levenbergMarquardt, requireFinite } from '@/lib/numerics';
import { reportFit } from './fit-report';
import type { FitProblem, FitResult } from './fit-types';
import { deadColumns, differenceJacobian, wrap180 } from './jacobian';
import { requirePositiveSigma } from './positive-sigma';
import { priorRows } from './prior-rows';

/** What a search needs of a problem: residuals, model values and derivatives, the last point remembered. */
export interface FitFunctions {
  /** Number of data. */
  readonly m: number;
  /** Number of parameters. */
  readonly n: number;
  readonly model: (p: Float64Array) => Float64Array;
  /** (model − data)/σ into `out`. */
  readonly residuals: (p: Float64Array, out: Float64Array) => void;
  /** (m, n) derivatives of the model. */
  readonly jacobian: (p: Float64Array) => Float64Array;
  readonly evaluations: () => number;
}

/** Residuals, values and derivatives of a problem, checked. @throws AppError as {@link fitModel}. */
export function fitFunctions(problem: FitProblem): FitFunctions {
  const { data, sigma } = problem;
  const m = data.length;
  const n = problem.start.length;
  check(problem, m, n);
  let evaluations = 0;
  let last: { p: Float64Array; f: Float64Array } | null = null;
  let slope: { p: Float64Array; j: Float64Array } | null = null;
  const evaluate = (p: Float64Array): Float64Array => {
    evaluations++;
    const f = problem.model(p);
    if (f.length !== m) throw new AppError('dimension_mismatch', `the model returned ${f.length} values for ${m} data`);
    return f;
  };
  const model = (p: Float64Array): Float64Array => {
    if (!last?.p.every((v, i) => v === p[i])) last = { p: p.slice(), f: evaluate(p) };
    return last.f;
  };
  return {
    m,
    n,
    model,
    residuals: (p, out) => {
      const f = model(p);
      for (let i = 0; i < m; i++) {
        const d = f[i]! - data[i]!;
        out[i] = (problem.periodic360?.[i] ? wrap180(d) : d) / sigma[i]!;
      }
    },
    jacobian: (p) => {
      if (slope?.p.every((v, i) => v === p[i])) return slope.j;
      const j = problem.jacobian?.(p) ?? differenceJacobian(evaluate, p, model(p), { ...boxOf(problem), ...problem.differences });
      if (j.length !== m * n) throw new AppError('dimension_mismatch', `the Jacobian has ${j.length} values, need ${m} x ${n}`);
      slope = { p: p.slice(), j };
      return j;
    },
    evaluations: () => evaluations,
  };
}

/**
 * Weighted nonlinear least squares χ² = Σ w((f(p) − y)/σ)² + Σ((Σ factor·p − mean)/sd)² with bounds by Levenberg–Marquardt.
 * @returns parameters in their units; look at `warnings` before using them.
 * @throws AppError `invalid_input` naming the field for unequal lengths, NaN, σ ≤ 0 or a start outside its bounds; `rank_deficient` from the
 * covariance is returned as a warning, not thrown.
 * @reference Marquardt, J. SIAM 11 (1963) 431; priors as data: Tarantola, Inverse Problem Theory (2005), §3.2; χ² test: Press et al., Numerical Recipes,
 * §15.1.
 */
export function fitModel(problem: FitProblem): FitResult {
  const f = fitFunctions(problem);
  const { m, n } = f;
  const k = problem.priors?.length ?? 0;
  const root = problem.weights ? Float64Array.from(problem.weights, Math.sqrt) : null;
  const search = (start: ArrayLike<number>) =>
    levenbergMarquardt(
      (p, out) => {
        f.residuals(p, out);
        if (root) for (let i = 0; i < m; i++) out[i]! *= root[i]!;
        if (k > 0) out.set(priorRows(problem, p).residuals, m);
      },
      start,
      m + k,
      {
        ...boxOf(problem),
        maxIterations: problem.maxIterations ?? 200,
        ...(problem.tolerance === undefined ? {} : { tolerance: problem.tolerance }),
        jacobian: (p, out) => {
          out.set(f.jacobian(p));
          for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[i * n + j]! *= (root ? root[i]! : 1) / problem.sigma[i]!;
          if (k > 0) out.set(priorRows(problem, p).jacobian, m * n);
        },
      },
    );
  let r = search(problem.start);
  // A point where a derivative vanishes is left by steps inwards, short and long: it may be a ridge (a roughness of 0), not a minimum, and a short
  // step may lead back to it.
  for (let round = 0; round < ROUNDS; round++) {
    const { cost, parameters } = r;
    for (const share of INWARDS) {
      const inside = awayFromDead(problem, parameters, f.jacobian(parameters), share);
      if (inside === null) break;
      const again = search(inside);
      if (again.cost < r.cost) r = again;
    }
    if (!(r.cost < cost)) break;
  }
  const jacobian = f.jacobian(r.parameters);
  const residuals = new Float64Array(m);
  f.residuals(r.parameters, residuals);
  return reportFit(
    problem,
    {
      parameters: r.parameters,
      modelled: f.model(r.parameters),
      residuals,
      atBound: r.atBound,
      status: r.status,
      iterations: r.iterations,
      evaluations: f.evaluations(),
      residual: r.residual,
    },
    jacobian,
  );
}

/** Shares of its range by which a parameter is moved off a point where the data do not depend on it. */
const INWARDS = [0.02, 0.1, 0.3];
/** Times that a point found so is left again. */
const ROUNDS = 3;

/** The point with all parameters moved inwards that the model does not depend on there; null where there are none. */
function awayFromDead(problem: FitProblem, at: Float64Array, jacobian: Float64Array, share: number): Float64Array | null {
  const dead = deadColumns(jacobian, at.length);
  if (dead.length === 0) return null;
  const p = at.slice();
  for (const j of dead) {
    const [lower, upper] = [problem.lower?.[j] ?? Number.NEGATIVE_INFINITY, problem.upper?.[j] ?? Number.POSITIVE_INFINITY];
    const step = share * (Number.isFinite(upper - lower) ? upper - lower : Math.max(1, Math.abs(at[j]!)));
    p[j] = at[j]! + step <= upper ? at[j]! + step : Math.max(lower, at[j]! - step);
  }
  return p;
}

/** What of a problem concerns differences: bounds and wrapping. @returns bounds (n,) and the marks of angles. */
export const boxOf = (p: Pick<FitProblem, 'lower' | 'upper' | 'periodic360'>) => ({
  ...(p.lower ? { lower: p.lower } : {}),
  ...(p.upper ? { upper: p.upper } : {}),
  ...(p.periodic360 ? { periodic360: p.periodic360 } : {}),
});

function check(p: FitProblem, m: number, n: number): void {
  if (p.sigma.length !== m || p.names.length !== n)
    throw new AppError(
      'invalid_input',
      `${m} data need ${m} sigmas (got ${p.sigma.length}), ${n} starts ${n} names (got ${p.names.length})`,
    );
  requireFinite('data', p.data);
  requireFinite('start', p.start);
  requirePositiveSigma(p.sigma);
  for (let i = 0; i < m; i++) {
    if (p.weights && !(p.weights[i]! >= 0 && p.weights[i]! < Number.POSITIVE_INFINITY))
      throw new AppError('invalid_input', `weights[${i}] is ${p.weights[i]}; give 0 or more`, { field: 'weights', index: i });
  }
  for (let j = 0; j < n; j++) {
    if (p.start[j]! < (p.lower?.[j] ?? Number.NEGATIVE_INFINITY) || p.start[j]! > (p.upper?.[j] ?? Number.POSITIVE_INFINITY))
      throw new AppError('invalid_input', `start of ${p.names[j]} is ${p.start[j]}, outside its bounds; start inside`, {
        parameter: p.names[j],
      });
  }
  for (const [k, prior] of (p.priors ?? []).entries())
    if (!(prior.standardDeviation > 0) || !Number.isFinite(prior.mean) || prior.terms.some((t) => !(t.parameter < n)))
      throw new AppError(
        'invalid_input',
        `priors[${k}] needs a finite mean, a positive standard deviation and known parameters`,
        {
          prior: k,
        },
      );
}
