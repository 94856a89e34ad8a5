import { AppError } from '@/lib/errors';
import { buildLibrary, freeProblem, parameterise, type SpectralLibrary, scanLibrary } from '@/lib/inversion';
import { degrees, radians } from '@/lib/optics';
import { incidencesOf } from './channels';
import type { CompiledRecipe } from './compile';
import { isClassical } from './grating-forward';
import { siteProblem } from './site-problem';

/** Values that all spectra of a library may have together: 32 MB. */
const MOST_VALUES = 8e6;
/** Work that a library may cost, in the unit of {@link workOf}: about half a minute on one core. */
const MOST_WORK = 6e8;
const LEAST_ENTRIES = 16;
/** Stands for the spectrum of values that make no sample: far from everything that is measured. */
const NO_SAMPLE = 1e30;

/** Work of one spectrum of a grating, in complex multiplications of its eigenproblems and their bookkeeping; measured to be twice as much in the conical mount. */
function workOf({ recipe, used, truncation }: CompiledRecipe): number {
  const { sample } = recipe;
  if (sample.kind !== 'line-grating' || truncation === null) return 0;
  const solutions = incidencesOf(recipe.channels).reduce((s, at) => s + (isClassical(at) ? 1 : 2), 0);
  return solutions * used.length * (sample.slices + sample.films.length) * ((2 * truncation + 1) ** 3 + 4000);
}

/** Length of a spectrum in which angles are points on a circle. */
const embeddedLength = (c: CompiledRecipe): number => c.periodic360.reduce((s, p) => s + (p ? 2 : 1), 0);

/** Entries that the recipe's library has: as it asks, within the bounds on memory and work. They depend on the recipe and its axis alone. */
export function libraryEntries(compiled: CompiledRecipe): number {
  const asked = compiled.recipe.fit.library?.entries ?? 0;
  const byWork = Math.floor(MOST_WORK / Math.max(1, workOf(compiled)));
  return Math.min(asked, Math.max(LEAST_ENTRIES, Math.min(byWork, Math.floor(MOST_VALUES / embeddedLength(compiled)))));
}

/** Angles modulo 360° as points on a circle of 1 rad = 57.3°: near each other their distance is the angle, and nothing jumps. */
function embed(compiled: CompiledRecipe, values: Float64Array, isSigma = false): Float64Array {
  const out = new Float64Array(embeddedLength(compiled));
  let at = 0;
  for (const [i, v] of values.entries()) {
    if (!compiled.periodic360[i]) out[at++] = v;
    else {
      out[at++] = isSigma ? v : degrees(Math.cos(radians(v)));
      out[at++] = isSigma ? v : degrees(Math.sin(radians(v)));
    }
  }
  return out;
}

/**
 * Spectra of the recipe's own model at Sobol points of the free parameters' bounds. Points that make no sample (walls that cross) are kept far from everything.
 * @throws AppError `invalid_input` when a free parameter has no bounds.
 */
export function* buildSiteLibrary(
  compiled: CompiledRecipe,
): Generator<{ readonly done: number; readonly total: number }, SpectralLibrary, void> {
  const none = new Float64Array(0); // points are laid without data
  const problem = siteProblem(compiled, none, none);
  const free = freeProblem(problem, parameterise(problem.parameters));
  const channels = embeddedLength(compiled);
  const model = (p: Float64Array): Float64Array => {
    try {
      return embed(compiled, free.model(p));
    } catch (e) {
      if (!(e instanceof AppError) || (e.code !== 'out_of_domain' && e.code !== 'invalid_input')) throw e;
      return new Float64Array(channels).fill(NO_SAMPLE);
    }
  };
  return yield* buildLibrary(
    model,
    {
      names: free.names,
      lower: Array.from(free.lower ?? []),
      upper: Array.from(free.upper ?? []),
      channels,
      count: libraryEntries(compiled),
      layout: { kind: 'sobol', seed: compiled.recipe.fit.library?.seed ?? 0, skip: 0 },
    },
    20,
  );
}

const libraries = new WeakMap<CompiledRecipe, SpectralLibrary>();

/** Keeps a library that was built step by step, so that {@link siteLibrary} finds it. */
export const keepSiteLibrary = (compiled: CompiledRecipe, library: SpectralLibrary): void => {
  libraries.set(compiled, library);
};

/** The library of a compiled recipe, built when it is first asked for; null where the recipe wants none. */
export function siteLibrary(compiled: CompiledRecipe): SpectralLibrary | null {
  if (!compiled.recipe.fit.library) return null;
  const known = libraries.get(compiled);
  if (known) return known;
  const steps = buildSiteLibrary(compiled);
  let s = steps.next();
  while (!s.done) s = steps.next();
  keepSiteLibrary(compiled, s.value);
  return s.value;
}

/** Entries among which starts are looked for, and the distance between two of them, in spacings of the library. */
const NEAREST = 200;
const APART = 3;

/**
 * Starts of a site: the entry nearest in Σ((y − s)/σ)², then the next ones that lie elsewhere in the bounds, at most `count`. None where the library has no sample.
 * @param data @param sigma - of the compiled recipe's channels and points.
 */
export function libraryStarts(
  compiled: CompiledRecipe,
  library: SpectralLibrary,
  data: Float64Array,
  sigma: Float64Array,
  count: number,
): Float64Array[] {
  const { count: entries, lower, upper } = library.header;
  const n = lower.length;
  // what was not measured weighs nothing
  const weighed = sigma.map((v, i) => (Number.isNaN(data[i]!) ? Number.POSITIVE_INFINITY : v));
  const known = data.map((v) => (Number.isNaN(v) ? 0 : v));
  const hits = scanLibrary(library, embed(compiled, weighed, true), embed(compiled, known), Math.min(entries, NEAREST));
  const apart = APART * entries ** (-1 / n);
  const starts: Float64Array[] = [];
  for (const [k, e] of hits.entries.entries()) {
    if (starts.length >= count || library.spectra[e * library.header.channels] === Math.fround(NO_SAMPLE)) break;
    if (!Number.isFinite(hits.chi2[k]!)) break;
    const p = library.parameters.slice(e * n, (e + 1) * n);
    const isElsewhere = starts.every((s) => p.some((v, j) => Math.abs(v - s[j]!) > apart * (upper[j]! - lower[j]!)));
    if (isElsewhere) starts.push(p);
  }
  return starts;
}
