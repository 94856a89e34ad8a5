import { AppError } from '@/lib/errors';
import {
  completeResult,
  type FitWarningKind,
  fitFromStarts,
  fitParameterised,
  fitWithSurrogate,
  freeProblem,
  type ParameterisedProblem,
  type ParameterisedResult,
  parameterise,
  type Surrogate,
  sobolStarts,
} from '@/lib/inversion';
import type { CompiledRecipe } from './compile';
import { siteProblem } from './site-problem';
import { surrogateProblem } from './surrogate-problem';

/** Why a site's values are, or are not, fit to be charted. */
export type SiteStatus = 'accepted' | 'poor_fit' | 'not_identifiable' | 'at_bound' | 'not_converged' | 'failed';

export interface SiteFit {
  readonly status: SiteStatus;
  /** Values of all parameters in the recipe's order; NaN where the fit failed. */
  readonly values: Float64Array;
  /** Standard uncertainties, widened by √(χ²/ν) where that is above 1; 0 for fixed parameters, Infinity where the data do not determine one. */
  readonly u: Float64Array;
  /** Covariance of all parameters, (p, p) row-major, widened alike. */
  readonly covariance: Float64Array;
  readonly reducedChi2: number;
  readonly iterations: number;
  /** A surrogate found the minimum and the rigorous model confirmed it, or the rigorous model did it all. */
  readonly path: 'rigorous' | 'surrogate';
  readonly warnings: readonly string[];
  /** Modelled values, channel after channel on the fitted points; empty where the fit failed. */
  readonly modelled: Float64Array;
}

function solve(
  compiled: CompiledRecipe,
  problem: ParameterisedProblem,
  surrogate: Surrogate | null,
): { result: ParameterisedResult; path: SiteFit['path'] } {
  if (surrogate !== null) {
    const p = parameterise(problem.parameters);
    const fitted = fitWithSurrogate(
      surrogateProblem(compiled, Float64Array.from(problem.data), Float64Array.from(problem.sigma)),
      surrogate,
    );
    return { result: completeResult(problem, p, freeProblem(problem, p), fitted.fit), path: fitted.path };
  }
  return { result: solveRigorously(compiled, problem), path: 'rigorous' };
}

function solveRigorously(compiled: CompiledRecipe, problem: ParameterisedProblem): ParameterisedResult {
  const { starts, seed } = compiled.recipe.fit;
  if (starts === 1) return fitParameterised(problem);
  const p = parameterise(problem.parameters);
  const free = freeProblem(problem, p);
  const { best } = fitFromStarts(free, [free.start, ...sobolStarts(free, starts - 1, seed)]);
  return completeResult(problem, p, free, best);
}

/**
 * Fit of one site. Nothing is thrown for data that a fit cannot describe: the status says so and the site is not charted.
 * @param data - channels × used points, in the recipe's order. @param sigma - the same, positive. @param surrogate - of this recipe version on this axis.
 */
export function fitSite(
  compiled: CompiledRecipe,
  data: Float64Array,
  sigma: Float64Array,
  surrogate: Surrogate | null = null,
): SiteFit {
  try {
    const { result, path } = solve(compiled, siteProblem(compiled, data, sigma), surrogate);
    return judged(compiled, result, path);
  } catch (e) {
    if (!(e instanceof AppError)) throw e;
    const n = compiled.names.length;
    const unknown = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN);
    return {
      status: 'failed',
      values: unknown(n),
      u: unknown(n),
      covariance: unknown(n * n),
      reducedChi2: Number.NaN,
      iterations: 0,
      path: 'rigorous',
      warnings: [e.message],
      modelled: new Float64Array(0),
    };
  }
}

/** In the order in which they are told: the first that holds is the site's status. */
const REFUSALS: readonly (readonly [FitWarningKind, SiteStatus])[] = [
  ['not_converged', 'not_converged'],
  ['near_singular', 'not_identifiable'],
  ['undetermined', 'not_identifiable'],
  ['ambiguous', 'not_identifiable'],
  ['at_bound', 'at_bound'],
];

function judged(compiled: CompiledRecipe, r: ParameterisedResult, path: SiteFit['path']): SiteFit {
  const { fit } = r;
  const reducedChi2 = fit.chi2 / Math.max(1, fit.degreesOfFreedom);
  const isPoor = !(reducedChi2 <= compiled.recipe.accept.reducedChi2);
  const warned = new Set(fit.warnings.map((w) => w.kind));
  const widen = Math.max(1, reducedChi2);
  return {
    status: isPoor ? 'poor_fit' : (REFUSALS.find(([kind]) => warned.has(kind))?.[1] ?? 'accepted'),
    values: r.values,
    u: r.standardErrors.map((v) => v * Math.sqrt(widen)),
    covariance: r.covariance.map((v) => v * widen),
    reducedChi2,
    iterations: fit.iterations,
    path,
    // The recipe's own limit decides what is a poor fit; the test against pure noise would refuse every real instrument.
    warnings: fit.warnings.filter((w) => w.kind !== 'poor_fit' || isPoor).map((w) => w.message),
    modelled: fit.modelled,
  };
}
