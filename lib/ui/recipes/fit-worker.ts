import {
  buildSiteLibrary,
  type CompiledRecipe,
  compileRecipe,
  fitSite,
  keepSiteLibrary,
  type MetrologyRecipe,
  recipeSigma,
  type SiteFit,
  type SpectrumAxis,
  siteData,
  type WaferSpectra,
} from '@/lib/recipes';

/** A fit of one site, requested from the recipe editor. */
export interface FitRequest {
  readonly recipe: MetrologyRecipe;
  readonly axis: SpectrumAxis;
  readonly truncation: number | null;
  /** As sent; the values follow them, each channel on the whole axis. */
  readonly channels: readonly string[];
  readonly values: Float64Array;
  readonly sigma: Float64Array | null;
}

export interface FitAnswer {
  readonly fit?: SiteFit;
  readonly milliseconds?: number;
  readonly error?: string;
}

/** Progress before the answer, while the library of starts is computed. */
export interface FitProgress {
  readonly library: { readonly done: number; readonly total: number };
}

let last: { readonly key: string; readonly compiled: CompiledRecipe } | null = null;

/** The compiled recipe with its library of starts; both are kept for the sites that follow. */
function prepared(r: FitRequest): CompiledRecipe {
  const key = JSON.stringify([r.recipe, r.axis, r.truncation]);
  if (last?.key === key) return last.compiled;
  const compiled = compileRecipe(r.recipe, r.axis, r.truncation);
  if (r.recipe.fit.library) {
    const steps = buildSiteLibrary(compiled);
    let s = steps.next();
    for (; !s.done; s = steps.next()) self.postMessage({ library: s.value } satisfies FitProgress);
    keepSiteLibrary(compiled, s.value);
  }
  last = { key, compiled };
  return compiled;
}

function answer(r: FitRequest): FitAnswer {
  const started = performance.now();
  try {
    const channels = r.recipe.channels.map((c) => r.channels.indexOf(c.name));
    const missing = r.recipe.channels.filter((_, i) => channels[i] === -1).map((c) => c.name);
    if (missing.length > 0)
      return { error: `these spectra have no channel ${missing.join(', ')}; they have ${r.channels.join(', ')}` };
    const compiled = prepared(r);
    const values = Float32Array.from(r.values);
    const sigma = r.sigma === null ? null : Float32Array.from(r.sigma);
    const w: WaferSpectra = {
      recipe: r.recipe,
      truncation: r.truncation,
      axis: r.axis,
      channels,
      sent: r.channels.length,
      sites: 1,
      values,
      sigma,
    };
    const data = siteData(compiled, w, 0, values);
    const found = fitSite(compiled, data, sigma === null ? recipeSigma(compiled, data) : siteData(compiled, w, 0, sigma));
    return { fit: found, milliseconds: performance.now() - started };
  } catch (e) {
    return { error: (e as Error).message };
  }
}

self.addEventListener('message', (e: MessageEvent<FitRequest>) => self.postMessage(answer(e.data)));
