import { AppError } from '@/lib/errors';
import {
  completeResult,
  type FitProblem,
  type FitResult,
  type FitWarningKind,
  fitFromStarts,
  fitModel,
  fitWithSurrogate,
  freeProblem,
  type ParameterisedResult,
  parameterise,
  type Surrogate,
  sobolStarts,
} from '@/lib/inversion';
import type { CompiledRecipe } from './compile';
import { libraryStarts, siteLibrary } from './site-library';
import { measuredPlaces, siteProblem } from './site-problem';
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
  /** Factor of all variances, max(1, χ²/ν). */
  readonly scaled: number;
  /** χ²/ν is above the limit of the recipe. */
  readonly poorFit: boolean;
  /** Parameters that ended at a physical 0: their uncertainty reaches upwards only. */
  readonly oneSided: readonly string[];
  readonly iterations: number;
  /** A surrogate found the minimum and the rigorous model confirmed it, or the rigorous model did it all. */
  readonly path: 'rigorous' | 'surrogate';
  readonly warnings: readonly string[];
  /** Parameters that have one value on the wafer, and how many sites found it together; null where the site was fitted alone. */
  readonly common: { readonly parameters: readonly string[]; readonly sites: number } | null;
  /** Values that were not measured and took no part. */
  readonly masked: number;
  /** Modelled values, channel after channel on all points of the fitted range; empty where the fit failed. */
  readonly modelled: Float64Array;
}

/** Starts from the library that are tried one after the other until the recipe's limit accepts one. */
const LIBRARY_STARTS = 3;

interface Solution {
  readonly fit: FitResult;
  readonly path: SiteFit['path'];
}

function solve(
  compiled: CompiledRecipe,
  data: Float64Array,
  sigma: Float64Array,
  surrogate: Surrogate | null,
): { result: ParameterisedResult; path: SiteFit['path'] } {
  const problem = siteProblem(compiled, data, sigma);
  const p = parameterise(problem.parameters);
  const free = freeProblem(problem, p);
  const library = siteLibrary(compiled);
  const near = library === null ? [] : libraryStarts(compiled, library, data, sigma, LIBRARY_STARTS);
  const { fit, path } =
    surrogate === null || problem.data.length < data.length // a surrogate stands for whole spectra
      ? { fit: solveRigorously(compiled, free, near), path: 'rigorous' as const }
      : firstAccepted([...near, free.start], (start) =>
          fitWithSurrogate({ ...surrogateProblem(compiled, data, sigma), start }, surrogate),
        );
  return { result: completeResult(problem, p, free, fit), path };
}

function solveRigorously(compiled: CompiledRecipe, free: FitProblem, near: readonly Float64Array[]): FitResult {
  const { starts, seed } = compiled.recipe.fit;
  if (starts > 1) return fitFromStarts(free, [...near, free.start, ...sobolStarts(free, starts - 1, seed)]).best;
  return firstAccepted([...near, free.start], (start) => ({ fit: fitModel({ ...free, start }), path: 'rigorous' })).fit;
}

/** The first start whose χ²/ν the recipe accepts, or else the best of all of them. */
function firstAccepted(starts: readonly ArrayLike<number>[], attempt: (start: ArrayLike<number>) => Solution): Solution {
  let best: Solution | null = null;
  let fault: unknown;
  for (const start of starts) {
    try {
      const found = attempt(start);
      if (best === null || found.fit.chi2 < best.fit.chi2) best = found;
    } catch (e) {
      if (!(e instanceof AppError)) throw e;
      fault ??= e; // a geometry on the way was no sample: the next start may lead elsewhere
    }
    if (best !== null && isAccepted(best.fit)) break;
  }
  if (best === null) throw fault;
  return best;
}

const isAccepted = (fit: FitResult): boolean =>
  !fit.poorFit && fit.status === 'converged' && !fit.warnings.some((w) => w.kind === 'at_bound');

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
    const { result, path } = solve(compiled, data, sigma, surrogate);
    return judged(compiled, result, path, data);
  } catch (e) {
    if (!(e instanceof AppError)) throw e;
    return failedFit(compiled, e);
  }
}

/** A site whose model could not be evaluated. */
export function failedFit(compiled: CompiledRecipe, e: AppError): SiteFit {
  const n = compiled.names.length;
  const unknown = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN);
  return {
    status: 'failed',
    values: unknown(n),
    u: unknown(n),
    covariance: unknown(n * n),
    reducedChi2: Number.NaN,
    scaled: Number.NaN,
    poorFit: true,
    oneSided: [],
    iterations: 0,
    path: 'rigorous',
    warnings: [e.message],
    common: null,
    masked: 0,
    modelled: new Float64Array(0),
  };
}

/** In order of precedence: the first that holds is the site's status. */
const REFUSALS: readonly (readonly [FitWarningKind, SiteStatus])[] = [
  ['not_converged', 'not_converged'],
  ['near_singular', 'not_identifiable'],
  ['undetermined', 'not_identifiable'],
  ['ambiguous', 'not_identifiable'],
  ['at_bound', 'at_bound'],
];

/**
 * The fit as a verdict: accepted, or refused for the first reason that holds.
 * @param data - of the site, NaN where nothing was measured.
 */
export function judged(compiled: CompiledRecipe, r: ParameterisedResult, path: SiteFit['path'], data: Float64Array): SiteFit {
  const { fit } = r;
  const masked = data.length - measuredPlaces(data).length;
  const warned = new Set(fit.warnings.map((w) => w.kind));
  return {
    status: fit.poorFit ? 'poor_fit' : (REFUSALS.find(([kind]) => warned.has(kind))?.[1] ?? 'accepted'),
    values: r.values,
    u: r.standardErrors,
    covariance: r.covariance,
    reducedChi2: fit.reducedChi2,
    scaled: fit.scaled,
    poorFit: fit.poorFit,
    oneSided: fit.oneSided,
    iterations: fit.iterations,
    path,
    warnings: [
      ...fit.warnings.map((w) => w.message),
      ...(masked > 0 ? [`${masked} of ${data.length} values were not measured and took no part in the fit`] : []),
    ],
    common: null,
    masked,
    modelled: masked > 0 ? compiled.model(r.values) : fit.modelled,
  };
}
