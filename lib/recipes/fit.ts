import { AppError } from '@/lib/errors';
import type { ChannelSpec } from '@/lib/formats/metrology-recipe';
import {
  completeResult,
  type FitWarningKind,
  fitFromStarts,
  fitParameterised,
  freeProblem,
  type ParameterisedProblem,
  type ParameterisedResult,
  parameterise,
  sobolStarts,
} from '@/lib/inversion';
import type { CompiledRecipe } from './compile';
import { parameterSpecs } from './parameters';

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
  readonly warnings: readonly string[];
  /** Modelled values, channel after channel on the fitted points; empty where the fit failed. */
  readonly modelled: Float64Array;
}

/** Standard deviation of one value by a channel's noise model, √(absolute² + (relative·value)²), in the channel's unit. */
export const channelSigma = (channel: ChannelSpec, value: number): number =>
  Math.hypot(channel.sigma.absolute, channel.sigma.relative * value);

/** Standard deviations of a site's data by the recipe's noise model, where the station sends none. */
export function recipeSigma(compiled: CompiledRecipe, data: Float64Array): Float64Array {
  const points = compiled.used.length;
  return data.map((v, i) => channelSigma(compiled.recipe.channels[Math.floor(i / points)]!, v));
}

/** The inverse problem of one site, for searches other than {@link fitSite}. */
export function siteProblem(compiled: CompiledRecipe, data: Float64Array, sigma: Float64Array): ParameterisedProblem {
  return {
    parameters: parameterSpecs(compiled.recipe),
    model: compiled.model,
    data,
    sigma,
    periodic360: compiled.periodic360,
    maxIterations: compiled.recipe.fit.maxIterations,
    // Steps that change χ² by less than this part of it are far below every uncertainty.
    tolerance: 1e-6,
    ...(compiled.jacobian ? { jacobian: compiled.jacobian } : {}),
  };
}

function solve(compiled: CompiledRecipe, problem: ParameterisedProblem): ParameterisedResult {
  const { starts, seed } = compiled.recipe.fit;
  if (starts === 1) return fitParameterised(problem);
  const p = parameterise(problem.parameters);
  const free = freeProblem(problem, p);
  const { best } = fitFromStarts(free, [free.start, ...sobolStarts(free, starts - 1, seed)]);
  return completeResult(problem, p, free, best);
}

/**
 * Fit of one site. Nothing is thrown for data that a fit cannot describe: the status says so and the site is not charted.
 * @param data - channels × used points, in the recipe's order. @param sigma - the same, positive.
 */
export function fitSite(compiled: CompiledRecipe, data: Float64Array, sigma: Float64Array): SiteFit {
  try {
    return judged(compiled, solve(compiled, siteProblem(compiled, data, sigma)));
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

function judged(compiled: CompiledRecipe, r: ParameterisedResult): SiteFit {
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
    // The recipe's own limit decides what is a poor fit; the test against pure noise would refuse every real instrument.
    warnings: fit.warnings.filter((w) => w.kind !== 'poor_fit' || isPoor).map((w) => w.message),
    modelled: fit.modelled,
  };
}
