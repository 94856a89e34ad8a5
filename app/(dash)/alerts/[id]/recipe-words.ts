import type { RecipeEvidence } from '@/lib/services/spc/views/recipe-changes';
import { decimalsFor, duration, num, plural, unitLabel } from '@/lib/ui/format';

/** How a change of the metrology recipe may relate to a signal: when it was made, and by how much its trial moved the result. */
export function recipeWords(r: RecipeEvidence): string {
  const { trial } = r;
  const moved =
    trial === null
      ? 'no trial of it is stored'
      : `its trial shifted the result by ${num(trial.meanShift, decimalsFor(Math.abs(trial.meanShift) / 10))} ${unitLabel(trial.unit)} on the mean of ${plural(trial.sites, 'site')}`;
  return `${r.recipe} version ${r.version} came into force ${duration(r.afterMs)} before it fitted this value${r.points > 0 ? `, point ${r.points} of this chart by it` : ''}; ${moved}. Reason: ${r.reason}`;
}
