import { decodeSurrogate, type Surrogate } from '@/lib/inversion';
import { type CompiledRecipe, compileRecipe, fitWaferSpectra, type SiteFit } from '@/lib/recipes';
import type { SpectrumJob } from '@/lib/services/spectra/fit-spectra';
import { serve } from '@/lib/threads/serve';

/** Fits wafers. Keeps compiled recipes, with their materials, grating modes and libraries of starts, for the wafers that follow. */
const KEEP = 8;
const compiled = new Map<string, CompiledRecipe>();

function compile(job: SpectrumJob): CompiledRecipe {
  const key = `${job.recipeId} ${job.version} ${job.axisId}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  if (compiled.size >= KEEP) compiled.delete(compiled.keys().next().value!);
  const made = compileRecipe(job.recipe, job.axis, job.truncation);
  compiled.set(key, made);
  return made;
}

const surrogates = new Map<string, Surrogate>();

function surrogateFor(job: SpectrumJob): Surrogate | null {
  if (job.surrogate === null) return null;
  const known = surrogates.get(job.surrogate.id);
  if (known !== undefined) return known;
  if (surrogates.size >= KEEP) surrogates.clear();
  const made = decodeSurrogate(job.surrogate.bytes);
  surrogates.set(job.surrogate.id, made);
  return made;
}

serve<SpectrumJob, SiteFit[]>((job) => fitWaferSpectra(job, compile(job), surrogateFor(job)));
