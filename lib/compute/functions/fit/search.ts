import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { share, whole } from '@/lib/formats/compute';
import {
  completeResult,
  credibleIntervals,
  type FitProblem,
  type FitResult,
  fitGlobal,
  fitModel,
  freeProblem,
  type ParameterisedResult,
  parameterise,
  profileLikelihood,
  samplePosterior,
} from '@/lib/inversion';
import { siteProblem } from '@/lib/recipes';
import { define, given } from '../../define';
import { compiled, dataOf, exampleSpectra, maskedIn, RECIPE_COLUMNS, recipeFields, sigmaOf, spectraFields } from './input';

const { sites: _sites, ...oneSite } = spectraFields;
export const site = z.strictObject({ ...recipeFields, ...oneSite });
type SiteIn = z.output<typeof site>;
const seed = z.int().meta({ description: 'Seed; default 1' }).optional();

/** The inverse problem of one site in its free parameters. */
export function problemOf(i: SiteIn) {
  const c = compiled(i);
  const data = dataOf(c, i, i.spectra, 'spectra', 0);
  const full = siteProblem(c, data, sigmaOf(c, i, data, 0));
  const p = parameterise(full.parameters);
  return { c, full, p, free: freeProblem(full, p), masked: maskedIn(data) };
}

export const fitOut = ({ covariance: _, correlation, ...f }: FitResult) => ({ ...f, correlation });
/**
 * Gaps of a fit: u is infinite for what the data do not determine, and the warnings say so; without degrees of freedom there is no χ² probability.
 */
export const fitGaps = (at: string): string[] => ['standardErrors', 'correlation', 'pValue'].map((name) => `${at}.${name}`);
export const FIT_GAPS = [...fitGaps('fit'), 'parameters.*.u'];

export const valuesOf = (r: Pick<ParameterisedResult, 'names' | 'values' | 'standardErrors'>) =>
  r.names.map((name, k) => ({ name, value: r.values[k], u: r.standardErrors[k] }));

export function indexOfParameter(free: FitProblem, name: string): number {
  const k = free.names.indexOf(name);
  if (k < 0)
    throw new AppError('invalid_input', `parameters: "${name}" is not free; free are ${free.names.join(', ')}`, {
      field: 'parameters',
    });
  return k;
}

const profile = define({
  path: 'fit/profile',
  title: 'Profile-likelihood intervals',
  text: 'For each free parameter the interval where χ², minimised over all others, rises by the quantile of the confidence: honest where the problem bends; says where an interval is open, ends at a bound, or a better minimum was met.',
  input: z.strictObject({
    ...site.shape,
    parameters: z.array(z.string()).meta({ description: 'Parameters; default all free ones' }).optional(),
    confidence: share('Default 0.95').optional(),
  }),
  gaps: [...FIT_GAPS, 'intervals.*.lower', 'intervals.*.upper'],
  isLong: true,
  run: ({ parameters, confidence, ...i }, report) => {
    const { free, masked } = problemOf(i);
    const fit = fitModel(free);
    const which = parameters?.map((name) => indexOfParameter(free, name)) ?? free.names.map((_, k) => k);
    const intervals = which.map((k, n) => {
      report(n, which.length);
      return profileLikelihood(free, fit, k, given({ confidence }));
    });
    return { fit: fitOut(fit), masked, intervals };
  },
  table: {
    ...RECIPE_COLUMNS,
    write: {
      intervals: ({ intervals: v }) => ({
        parameter: v.map((r) => r.parameter),
        estimate: v.map((r) => r.estimate),
        lower: v.map((r) => r.lower),
        upper: v.map((r) => r.upper),
        lowerEnd: v.map((r) => r.lowerEnd),
        upperEnd: v.map((r) => r.upperEnd),
      }),
    },
  },
  get example() {
    return exampleSpectra();
  },
});

const posterior = define({
  path: 'fit/posterior',
  title: 'Posterior of the parameters by MCMC',
  text: 'Affine-invariant ensembles inside the bounds, priors included: credible intervals, R̂, autocorrelation times, and whether the chains have mixed; intervals only then.',
  input: z.strictObject({
    ...site.shape,
    steps: whole(4, 100_000, 'Kept steps of each walker; default 2000').optional(),
    walkers: whole(4, 1000, 'Walkers of an ensemble, even').optional(),
    probability: share('Content of the credible intervals; default 0.95').optional(),
    keep: whole(0, 10_000, 'Samples that are returned, evenly thinned; default 0').optional(),
    seed,
  }),
  gaps: FIT_GAPS,
  isLong: true,
  run: ({ steps, walkers, probability, keep, seed: s, ...i }) => {
    const { free, masked } = problemOf(i);
    const fit = fitModel(free);
    const { samples, ...sample } = samplePosterior(free, fit, { seed: s ?? 1, ...given({ steps, walkers }) });
    const n = free.names.length;
    const step = keep ? Math.max(1, Math.floor(sample.count / keep)) : 0;
    const kept =
      step === 0
        ? []
        : Array.from({ length: Math.min(keep!, Math.floor(sample.count / step)) }, (_, k) =>
            Array.from(samples.subarray(k * step * n, k * step * n + n)),
          );
    return {
      fit: fitOut(fit),
      masked,
      ...sample,
      intervals: sample.isMixed ? credibleIntervals({ ...sample, samples }, probability) : [],
      samples: kept,
    };
  },
  table: {
    ...RECIPE_COLUMNS,
    write: {
      intervals: ({ intervals: v }) => ({
        parameter: v.map((r) => r.parameter),
        mean: v.map((r) => r.mean),
        median: v.map((r) => r.median),
        lower: v.map((r) => r.lower),
        upper: v.map((r) => r.upper),
      }),
    },
  },
  get example() {
    return { ...exampleSpectra(), steps: 800, seed: 1 };
  },
});

const global = define({
  path: 'fit/global',
  title: 'Global search for the best fit',
  text: 'Least squares from starts spread over the bounds by a Sobol sequence, or from what differential evolution finds: for spectra with several minima. Says its budget, and how many starts ended in the best minimum.',
  input: z.strictObject({
    ...site.shape,
    method: z
      .enum(['evolution', 'sobol'])
      .meta({ description: 'Starts spread over the bounds (sobol, default), or differential evolution' })
      .optional(),
    starts: whole(1, 1000, 'Local searches beside that of the recipe; default 30').optional(),
    seed,
  }),
  // a start that failed has no χ²
  gaps: [...FIT_GAPS, 'search.chi2', ...fitGaps('search.minima.*.fit'), 'search.minima.*.fit.covariance'],
  isLong: true,
  run: ({ seed: s, method, starts, ...i }) => {
    const { full, p, free, masked } = problemOf(i);
    const { best, ...search } = fitGlobal(free, { seed: s ?? 1, method: method ?? 'sobol', starts: starts ?? 30 });
    const budget = {
      method: method ?? 'sobol',
      starts: search.chi2.length,
      endedInBest: search.minima[0]!.starts,
      failed: search.chi2.filter((v) => v === Number.POSITIVE_INFINITY).length,
      searchEvaluations: search.searchEvaluations,
      advice:
        search.chi2.length > 1 && search.minima[0]!.starts === 1
          ? 'only one start ended in the best minimum, so there may be a better one: give more starts, or tighter bounds'
          : null,
    };
    return { parameters: valuesOf(completeResult(full, p, free, best)), fit: fitOut(best), masked, budget, search };
  },
  table: {
    ...RECIPE_COLUMNS,
    write: {
      values: ({ parameters: v }) => ({
        parameter: v.map((r) => r.name),
        value: v.map((r) => r.value ?? null),
        u: v.map((r) => r.u ?? null),
      }),
    },
  },
  get example() {
    return { ...exampleSpectra(), seed: 1 };
  },
});

export const searchFunctions = [profile, posterior, global];
