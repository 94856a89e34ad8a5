import { AppError } from '@/lib/errors';
import type { MetrologyRecipe, SpectrumAxis } from '@/lib/formats/metrology-recipe';
import { axisLength } from '@/lib/formats/metrology-recipe';
import type { Surrogate } from '@/lib/inversion';
import { type CompiledRecipe, compileRecipe } from './compile';
import { failedFit, type SiteFit } from './fit';
import { fitSites } from './fit-shared';
import { recipeSigma } from './noise';

/** A wafer's spectra: values site after site, in each site channel after channel as sent. */
export interface WaferSpectra {
  readonly recipe: MetrologyRecipe;
  readonly truncation: number | null;
  readonly axis: SpectrumAxis;
  /** Place of each of the recipe's channels among those sent; below 0 where it was not sent. */
  readonly channels: readonly number[];
  readonly sent: number;
  readonly sites: number;
  readonly values: Float32Array;
  readonly sigma: Float32Array | null;
}

/** The part of one site's spectra that the recipe fits, in the recipe's order. */
export function siteData(compiled: CompiledRecipe, w: WaferSpectra, site: number, of: Float32Array): Float64Array {
  const points = axisLength(w.axis);
  const n = compiled.used.length;
  const out = new Float64Array(n * w.channels.length);
  for (const [k, sent] of w.channels.entries())
    for (let i = 0; i < n; i++) out[k * n + i] = of[(site * w.sent + sent) * points + compiled.used[i]!]!;
  return out;
}

/** Fits every site of a wafer. Where a channel of the recipe was not sent (the recipe has changed since), no site can be fitted, and says so. */
export function fitWaferSpectra(w: WaferSpectra, compiled?: CompiledRecipe, surrogate: Surrogate | null = null): SiteFit[] {
  const c = compiled ?? compileRecipe(w.recipe, w.axis, w.truncation);
  const missing = w.recipe.channels.filter((_, k) => w.channels[k]! < 0).map((q) => q.name);
  if (missing.length > 0) {
    const e = new AppError('out_of_domain', `the spectrum does not have ${missing.join(', ')}, which the recipe fits`, {
      field: 'channels',
    });
    return Array.from({ length: w.sites }, () => failedFit(c, e));
  }
  const sites = Array.from({ length: w.sites }, (_, site) => {
    const data = siteData(c, w, site, w.values);
    return { data, sigma: w.sigma === null ? recipeSigma(c, data) : siteData(c, w, site, w.sigma) };
  });
  return fitSites(c, sites, surrogate);
}
