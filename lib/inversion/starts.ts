import { AppError } from '@/lib/errors';
import { createRng, differentialEvolution } from '@/lib/numerics';
import { fitFunctions, fitModel } from './fit';
import { withWarning } from './fit-report';
import type { FitProblem, FitResult } from './fit-types';
import { sobolPoints } from './low-discrepancy';
import { priorRows } from './prior-rows';

/** One of the minima that several starts found. */
export interface Minimum {
  readonly fit: FitResult;
  /** How many starts ended here. */
  readonly starts: number;
}

/** Minima found from several starts. */
export interface MultiStart {
  readonly best: FitResult;
  /** χ² of every start, in the order given; Infinity where the search failed. */
  readonly chi2: Float64Array;
  /** Distinct minima, lowest χ² first. */
  readonly minima: readonly Minimum[];
}

/** Another minimum this close in χ² (3 σ for one parameter) cannot be ruled out by the data. */
const RIVAL = 9;

/**
 * {@link fitModel} from each start; lowest χ² wins. Ends that differ by less than 0.1 standard errors (or 1e-6 of the value) and 1e-3 in χ² are one minimum. A
 * rival minimum within Δχ² < 9 becomes the warning `ambiguous`, naming the parameters in which both differ.
 * @param starts - (n,) each, inside the bounds.
 * @throws AppError `invalid_input` without starts; the error of the first start when all failed.
 */
export function fitFromStarts(problem: FitProblem, starts: readonly ArrayLike<number>[]): MultiStart {
  if (starts.length === 0) throw new AppError('invalid_input', 'no starts; give at least one', { field: 'starts' });
  const found: { fit: FitResult; starts: number }[] = [];
  let failure: unknown;
  const chi2 = Float64Array.from(starts, (start) => {
    let fit: FitResult;
    try {
      fit = fitModel({ ...problem, start });
    } catch (e) {
      if (!(e instanceof AppError)) throw e;
      failure ??= e;
      return Number.POSITIVE_INFINITY;
    }
    const same = found.find((m) => isSame(m.fit, fit));
    if (!same) found.push({ fit, starts: 1 });
    else {
      same.starts++;
      if (fit.chi2 < same.fit.chi2) same.fit = fit;
    }
    return fit.chi2;
  });
  const minima = found.sort((a, b) => a.fit.chi2 - b.fit.chi2);
  const first = minima[0];
  if (!first) throw failure;
  const rival = minima.slice(1).find((m) => m.fit.status === 'converged' && m.fit.chi2 - first.fit.chi2 < RIVAL);
  if (!rival) return { best: first.fit, chi2, minima };
  const differ = problem.names.filter((_, j) => !isClose(first.fit, rival.fit, j));
  const best = withWarning(first.fit, {
    kind: 'ambiguous',
    parameters: differ,
    message: `another minimum is ${(rival.fit.chi2 - first.fit.chi2).toPrecision(3)} above in χ² and differs in ${differ.join(', ')}; tighten the bounds or add data`,
  });
  return { best, chi2, minima };
}

/**
 * Starts spread over the box by a seeded Sobol sequence.
 * @returns `count` starts, (n,) each.
 * @throws AppError `invalid_input` when a bound is missing.
 */
export function sobolStarts(problem: Pick<FitProblem, 'lower' | 'upper' | 'names'>, count: number, seed: number): Float64Array[] {
  const { lower, upper } = finiteBox(problem);
  const n = problem.names.length;
  const u = sobolPoints(count, n, seed);
  return Array.from({ length: count }, (_, i) =>
    Float64Array.from({ length: n }, (_, j) => lower[j]! + (upper[j]! - lower[j]!) * u[i * n + j]!),
  );
}

/** Options of {@link fitGlobal}. */
export interface GlobalOptions {
  readonly seed: number;
  /** `sobol`: starts spread over the box. `evolution`: differential evolution on χ², its best members as starts. */
  readonly method: 'sobol' | 'evolution';
  /** Local searches, besides that from `problem.start`. Default 10. */
  readonly starts?: number;
  /** As `differentialEvolution`. */
  readonly maxGenerations?: number;
  /** As `differentialEvolution`. */
  readonly population?: number;
}

/**
 * Global fit in the box with evidence.
 * @param problem - with finite bounds.
 * @returns the minima found, best first, with the evaluations spent.
 * @throws AppError `invalid_input` when a bound is missing.
 * @reference differential evolution: Storn & Price, J. Global Optim. 11 (1997) 341; Sobol starts: Joe & Kuo, SIAM J. Sci. Comput. 30 (2008) 2635.
 */
export function fitGlobal(problem: FitProblem, options: GlobalOptions): MultiStart & { readonly searchEvaluations: number } {
  const count = options.starts ?? 10;
  if (options.method === 'sobol')
    return {
      ...fitFromStarts(problem, [problem.start, ...sobolStarts(problem, count, options.seed)]),
      searchEvaluations: 0,
    };
  const { lower, upper } = finiteBox(problem);
  const cost = chi2Of(problem);
  const n = problem.names.length;
  const r = differentialEvolution(cost, lower, upper, createRng(options.seed, 'evolution'), {
    seeds: [problem.start],
    tolerance: 1e-3,
    maxGenerations: options.maxGenerations ?? 100,
    ...(options.population ? { population: options.population } : {}),
  });
  const order = Array.from(r.values.keys()).sort((a, b) => r.values[a]! - r.values[b]!);
  const members = order.slice(0, count).map((i) => r.population.slice(i * n, (i + 1) * n));
  return { ...fitFromStarts(problem, [problem.start, ...members]), searchEvaluations: r.evaluations };
}

/**
 * χ² of the data and priors as a function of the parameters: the quantity that fits minimise (weights included).
 * @returns a function of (n,) parameters, dimensionless.
 */
export function chi2Of(problem: FitProblem): (p: Float64Array) => number {
  const f = fitFunctions(problem);
  const r = new Float64Array(f.m);
  return (p) => {
    f.residuals(p, r);
    let s = 0;
    for (let i = 0; i < f.m; i++) s += (problem.weights?.[i] ?? 1) * r[i]! * r[i]!;
    for (const v of priorRows(problem, p).residuals) s += v * v;
    return s;
  };
}

/**
 * −2 ln likelihood up to a constant: χ² over the factor by which the fit's variances are scaled.
 * @returns `of`, dimensionless, and the factor `scale`.
 * @throws AppError `invalid_input` for a problem with weights: emphasis is no likelihood.
 */
export function deviance(
  problem: FitProblem,
  fit: FitResult,
): { readonly of: (p: Float64Array) => number; readonly scale: number } {
  if (problem.weights?.length && Array.from(problem.weights).some((w) => w !== 1))
    throw new AppError('invalid_input', 'weights other than 1 leave no likelihood; put the emphasis into sigma', {
      field: 'weights',
    });
  const chi2 = chi2Of(problem);
  return { of: (p) => chi2(p) / fit.scaled, scale: fit.scaled };
}

/** The bounds of a problem, all of them finite, (n,) each. @throws AppError `invalid_input` naming the parameter without finite bounds. */
export function finiteBox(p: Pick<FitProblem, 'lower' | 'upper' | 'names'>): { lower: Float64Array; upper: Float64Array } {
  const lower = Float64Array.from(p.names, (_, j) => p.lower?.[j] ?? Number.NEGATIVE_INFINITY);
  const upper = Float64Array.from(p.names, (_, j) => p.upper?.[j] ?? Number.POSITIVE_INFINITY);
  p.names.forEach((name, j) => {
    if (!(upper[j]! - lower[j]! < Number.POSITIVE_INFINITY))
      throw new AppError('invalid_input', `${name} needs a lower and an upper bound for a search of the box`, {
        parameter: name,
      });
  });
  return { lower, upper };
}

function isClose(a: FitResult, b: FitResult, j: number): boolean {
  const se = Math.min(a.standardErrors[j]!, b.standardErrors[j]!);
  const x = a.parameters[j]!;
  return Math.abs(x - b.parameters[j]!) <= Math.max(Number.isFinite(se) ? 0.1 * se : 0, 1e-6 * Math.abs(x), 1e-12);
}

const isSame = (a: FitResult, b: FitResult): boolean =>
  Math.abs(a.chi2 - b.chi2) < 1e-3 * (1 + Math.min(a.chi2, b.chi2)) && a.parameters.every((_, j) => isClose(a, b, j));
