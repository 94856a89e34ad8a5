import { AppError } from '@/lib/errors';
import { chiSquared, findRoot } from '@/lib/numerics';
import { fitModel } from './fit';
import type { FitProblem, FitResult } from './fit-types';
import { deviance } from './starts';

/** How an end of a likelihood interval was found. */
export type ProfileEnd =
  /** Δχ² was reached. */
  | 'found'
  /** The bound of the parameter came first: the interval is open there. */
  | 'at_bound'
  /** χ² stays below the level as far as the search went: the data do not limit the parameter on this side. */
  | 'open'
  /** A lower χ² than that of the fit was met; fit again from `betterStart`. */
  | 'better_minimum';

/** A likelihood interval, in the unit of the parameter. */
export interface ProfileInterval {
  readonly parameter: string;
  readonly estimate: number;
  /** Δχ² of the level, the χ²₁ quantile. */
  readonly level: number;
  readonly lower: number;
  readonly upper: number;
  readonly lowerEnd: ProfileEnd;
  readonly upperEnd: ProfileEnd;
  /** Points of the profile, ascending in value. */
  readonly profile: readonly { readonly value: number; readonly deltaChi2: number }[];
  /** Parameters of a lower χ², (n,). */
  readonly betterStart?: Float64Array;
  readonly evaluations: number;
}

/** Doublings of the first step before a side counts as open. */
const MAX_GROWTH = 12;

/**
 * Likelihood interval of one parameter: all others are fitted again at every value, and the ends are where χ² has risen by the χ²₁ quantile of the confidence.
 * With relative σ χ² counts over χ²/ν. Right where the model bends, unlike estimate ± 1.96 standard errors.
 * @param fit - the minimum.
 * @param parameter - its index.
 * @param options.confidence - in (0, 1); default 0.95.
 * @throws AppError `invalid_input` for an unknown parameter, a confidence outside (0, 1) or a problem with weights.
 * @reference Venzon & Moolgavkar, Appl. Stat. 37 (1988) 87; Press et al., Numerical Recipes, §15.6.
 */
export function profileLikelihood(
  problem: FitProblem,
  fit: FitResult,
  parameter: number,
  options: { readonly confidence?: number } = {},
): ProfileInterval {
  const n = problem.names.length;
  const confidence = options.confidence ?? 0.95;
  if (!(parameter >= 0 && parameter < n) || !(confidence > 0 && confidence < 1))
    throw new AppError('invalid_input', `no interval of parameter ${parameter} at confidence ${confidence}`, {
      field: 'parameter',
    });
  const level = chiSquared(1).quantile(confidence);
  const estimate = fit.parameters[parameter]!;
  const bound = {
    lower: problem.lower?.[parameter] ?? Number.NEGATIVE_INFINITY,
    upper: problem.upper?.[parameter] ?? Number.POSITIVE_INFINITY,
  };
  const { of: total } = deviance(problem, fit);
  const base = total(fit.parameters);
  const points: { value: number; deltaChi2: number }[] = [{ value: estimate, deltaChi2: 0 }];
  let evaluations = 0;
  let betterStart: Float64Array | undefined;
  const side = (sign: 1 | -1): { at: number; end: ProfileEnd } => {
    let warm = fit.parameters;
    const rise = (value: number): number => {
      const r = conditional(problem, parameter, value, warm);
      evaluations += r.evaluations;
      warm = r.parameters;
      const delta = total(r.parameters) - base;
      points.push({ value, deltaChi2: delta });
      if (delta < -1e-3 * Math.max(1, level)) betterStart = r.parameters;
      return delta - level;
    };
    const limit = sign > 0 ? bound.upper : bound.lower;
    if (estimate === limit) return { at: limit, end: 'at_bound' };
    const se = fit.standardErrors[parameter]!;
    let step = Number.isFinite(se) && se > 0 ? Math.sqrt(level) * se : 0.05 * Math.max(Math.abs(estimate), 1e-3);
    let inner = estimate;
    for (let k = 0; k < MAX_GROWTH; k++) {
      const value = sign > 0 ? Math.min(inner + step, limit) : Math.max(inner - step, limit);
      const g = rise(value);
      if (betterStart) return { at: value, end: 'better_minimum' };
      if (g >= 0) {
        const from = inner === estimate ? -level : Number.NaN;
        const f = (x: number): number => (x === inner && !Number.isNaN(from) ? from : x === value ? g : rise(x));
        return { at: findRoot(f, inner, value, 1e-6), end: betterStart ? 'better_minimum' : 'found' };
      }
      if (value === limit) return { at: limit, end: 'at_bound' };
      inner = value;
      step *= k === 0 ? 0.5 : 2;
    }
    return { at: sign * Number.POSITIVE_INFINITY, end: 'open' };
  };
  const low = side(-1);
  const high = side(1);
  return {
    parameter: problem.names[parameter]!,
    estimate,
    level,
    lower: low.at,
    upper: high.at,
    lowerEnd: low.end,
    upperEnd: high.end,
    profile: points.sort((a, b) => a.value - b.value),
    ...(betterStart ? { betterStart } : {}),
    evaluations,
  };
}

// The best fit with one parameter held.
function conditional(
  problem: FitProblem,
  held: number,
  value: number,
  warm: Float64Array,
): { parameters: Float64Array; evaluations: number } {
  const n = problem.names.length;
  const others = Array.from({ length: n }, (_, j) => j).filter((j) => j !== held);
  const whole = (q: ArrayLike<number>): Float64Array => {
    const p = new Float64Array(n);
    p[held] = value;
    others.forEach((j, k) => {
      p[j] = q[k]!;
    });
    return p;
  };
  if (others.length === 0) return { parameters: whole([]), evaluations: 1 };
  const pick = <T>(a: ArrayLike<T> | undefined): T[] | undefined => (a ? others.map((j) => a[j]!) : undefined);
  const lower = pick(problem.lower);
  const upper = pick(problem.upper);
  const typical = pick(problem.differences?.typical);
  const { jacobian, fed: _fed, requiredStandardError: _required, lower: _l, upper: _u, differences, ...rest } = problem;
  const fit = fitModel({
    ...rest,
    names: others.map((j) => problem.names[j]!),
    start: others.map((j) => warm[j]!),
    model: (q) => problem.model(whole(q)),
    ...(lower ? { lower } : {}),
    ...(upper ? { upper } : {}),
    ...(differences ? { differences: { ...differences, ...(typical ? { typical } : {}) } } : {}),
    ...(jacobian ? { jacobian: (q: Float64Array) => dropColumn(jacobian(whole(q)), n, held) } : {}),
    priors: (problem.priors ?? []).flatMap((p) => {
      const own = p.terms.find((t) => t.parameter === held);
      const terms = p.terms
        .filter((t) => t.parameter !== held)
        .map((t) => ({ parameter: others.indexOf(t.parameter), factor: t.factor }));
      return terms.length === 0 ? [] : [{ ...p, terms, mean: p.mean - (own ? own.factor * value : 0) }];
    }),
  });
  return { parameters: whole(fit.parameters), evaluations: fit.evaluations };
}

function dropColumn(j: Float64Array, n: number, column: number): Float64Array {
  const m = j.length / n;
  const out = new Float64Array(m * (n - 1));
  for (let i = 0, k = 0; i < m; i++) for (let c = 0; c < n; c++) if (c !== column) out[k++] = j[i * n + c]!;
  return out;
}
