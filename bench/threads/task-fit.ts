import { compileRecipe, fitWaferSpectra, type SiteFit } from '@/lib/recipes';
import type { SpectrumJob } from '@/lib/services/spectra/fit-spectra';

let compiled: ReturnType<typeof compileRecipe> | undefined;

/** What `workers/compute/fit-spectra` does with the wafers of one recipe, for a pool that calls functions. */
export default function fit(job: SpectrumJob): SiteFit[] {
  compiled ??= compileRecipe(job.recipe, job.axis, job.truncation);
  return fitWaferSpectra(job, compiled);
}
