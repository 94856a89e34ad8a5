import { AppError } from '@/lib/errors';
import {
  completeResult,
  expandParameters,
  fitShared,
  freeProblem,
  heldDerivatives,
  parameterise,
  type Surrogate,
} from '@/lib/inversion';
import { median } from '@/lib/numerics';
import type { CompiledRecipe } from './compile';
import { failedFit, fitSite, judged, type SiteFit } from './fit';
import { siteProblem } from './site-problem';

/** Data of one site: channels × used points, in the recipe's order. */
export interface SiteSpectra {
  readonly data: Float64Array;
  readonly sigma: Float64Array;
}

/** Names of the parameters that have one value on a wafer. */
export const sharedParameters = (recipe: CompiledRecipe['recipe']): string[] =>
  recipe.parameters.filter((p) => p.role.kind === 'free' && p.role.shared === 'wafer').map((p) => p.name);

/**
 * Fits of all sites of a wafer: each from its own start and without knowledge of the others, unless the recipe has parameters that they share.
 * @param surrogate - begins the fits of single sites; a joint fit is rigorous. @param onSite - called before each site.
 */
export function fitSites(
  compiled: CompiledRecipe,
  sites: readonly SiteSpectra[],
  surrogate: Surrogate | null = null,
  onSite?: (site: number) => void,
): SiteFit[] {
  const alone = (s: SiteSpectra, site: number): SiteFit => {
    onSite?.(site);
    return fitSite(compiled, s.data, s.sigma, surrogate);
  };
  return sharedParameters(compiled.recipe).length > 0 ? fitSharedSites(compiled, sites, alone) : sites.map(alone);
}

/**
 * Joint fit of a wafer's sites with the shared parameters in common and the others free at each site. Every site is fitted alone first: what the model does
 * not describe even then takes no part. After the joint fit the site with the largest χ²/ν above the recipe's limit is left out and the rest is fitted
 * again, until
 * all that are left agree; what was left out is refused as it stood. With fewer than two sites nothing can be shared, and the fits alone stand.
 */
function fitSharedSites(
  compiled: CompiledRecipe,
  sites: readonly SiteSpectra[],
  fitAlone: (s: SiteSpectra, site: number) => SiteFit,
): SiteFit[] {
  const shared = sharedParameters(compiled.recipe);
  const out = sites.map(fitAlone);
  const limit = compiled.recipe.accept.reducedChi2;
  let taking = out.flatMap((f, i) => (f.reducedChi2 <= limit ? [i] : []));
  const alone = out.slice();
  while (taking.length >= 2) {
    const joint = fitTogether(compiled, sites, taking, out, shared);
    for (const [k, i] of taking.entries()) {
      const fit = joint[k]!;
      out[i] = { ...fit, path: alone[i]!.path, iterations: alone[i]!.iterations + fit.iterations };
    }
    const worst = taking.reduce((a, b) => (out[b]!.reducedChi2 > out[a]!.reducedChi2 ? b : a));
    if (!(out[worst]!.reducedChi2 > limit)) return out;
    out[worst] = leftOut(out[worst]!, shared);
    taking = taking.filter((i) => i !== worst);
  }
  for (const i of taking) out[i] = alone[i]!;
  return out;
}

const leftOut = (f: SiteFit, shared: readonly string[]): SiteFit => ({
  ...f,
  common: null,
  warnings: [
    ...f.warnings,
    `left out of the wafer’s common ${shared.join(', ')}: with them the model does not describe this site`,
  ],
});

function fitTogether(
  compiled: CompiledRecipe,
  sites: readonly SiteSpectra[],
  taking: readonly number[],
  before: readonly SiteFit[],
  shared: readonly string[],
): SiteFit[] {
  const place = new Map(compiled.names.map((name, i) => [name, i]));
  const middle = new Map(shared.map((name) => [name, median(taking.map((i) => before[i]!.values[place.get(name)!]!))]));
  const work = taking.map((i) => {
    const problem = siteProblem(compiled, sites[i]!.data, sites[i]!.sigma);
    const p = parameterise(problem.parameters);
    const start = Float64Array.from(p.free, (name) => middle.get(name) ?? before[i]!.values[place.get(name)!]!);
    return { problem, p, free: { ...freeProblem(problem, p), start } };
  });
  try {
    const joint = fitShared(
      work.map(({ problem, p, free }) => ({
        problem: free,
        held: (q) => heldDerivatives(problem, p, expandParameters(p, q), free.model(q)),
      })),
      shared,
      // the same part of a site's χ² as in a fit alone
      { maxIterations: compiled.recipe.fit.maxIterations, tolerance: 1e-6 / taking.length },
    );
    return joint.blocks.map((b, k) => {
      const { problem, p } = work[k]!;
      const result = completeResult(problem, p, b.problem, b.fit, b.heldPriors);
      return {
        ...judged(compiled, result, 'rigorous', sites[taking[k]!]!.data),
        common: { parameters: shared, sites: taking.length },
      };
    });
  } catch (e) {
    if (!(e instanceof AppError)) throw e;
    return taking.map(() => failedFit(compiled, e));
  }
}
