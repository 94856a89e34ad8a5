import type { ParameterisedProblem } from '@/lib/inversion';
import type { CompiledRecipe } from './compile';
import { parameterSpecs } from './parameters';

/** The inverse problem of one site, for searches other than {@link fitSite}. */
export function siteProblem(compiled: CompiledRecipe, data: Float64Array, sigma: Float64Array): ParameterisedProblem {
  return {
    parameters: parameterSpecs(compiled.recipe),
    model: compiled.model,
    data,
    sigma,
    periodic360: compiled.periodic360,
    covarianceScale: 'widened',
    poorFitAbove: compiled.recipe.accept.reducedChi2,
    maxIterations: compiled.recipe.fit.maxIterations,
    // Steps that change χ² by less than this part of it are far below every uncertainty.
    tolerance: 1e-6,
    ...(compiled.jacobian ? { jacobian: compiled.jacobian } : {}),
  };
}
