import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';
import type { ParameterSpec } from '@/lib/inversion';

/** A recipe's parameters as the fit takes them. What is fed forward is held, and its variance is carried into the results. */
export const parameterSpecs = (recipe: MetrologyRecipe): ParameterSpec[] => recipe.parameters.map(specOf);

function specOf({ name, value, role }: MetrologyRecipe['parameters'][number]): ParameterSpec {
  switch (role.kind) {
    case 'free':
      return { kind: 'free', name, start: value, lower: role.lower, upper: role.upper };
    case 'fixed':
      return { kind: 'fixed', name, value };
    case 'fed':
      return { kind: 'fed', name, value, standardUncertainty: role.u, use: 'propagate' };
    case 'tied':
      return {
        kind: 'tied',
        name,
        constant: role.offset,
        terms: role.terms.map((t) => ({ name: t.parameter, factor: t.factor })),
      };
  }
}
