import { computePool } from '@/lib/compute/pool';
import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';
import type { ConvergenceCertificate } from '@/lib/recipes';

/**
 * The order sweep of a recipe on a compute thread, for the web server: its event loop stays free.
 * @throws AppError of the sweep; `rate_limited` when too much is being computed; `time_limit` for a recipe whose sweep takes longer than a minute.
 */
export async function certifyOnThread(recipe: MetrologyRecipe): Promise<ConvergenceCertificate | null> {
  if (recipe.sample.kind !== 'line-grating' || recipe.sample.truncation !== null) return null;
  const { text } = await computePool().run({ path: 'fit/certificate', text: JSON.stringify({ recipe }) });
  return (JSON.parse(text) as { certificate: ConvergenceCertificate }).certificate;
}
