import { AppError } from '@/lib/errors';
import { type ParameterisedProblem, rowsOf } from '@/lib/inversion';
import type { CompiledRecipe } from './compile';
import { checkSigma } from './noise';
import { parameterSpecs } from './parameters';

/** Values of a site that were measured, by their place: all but the NaN. */
export const measuredPlaces = (data: Float64Array): Int32Array =>
  Int32Array.from([...data.keys()].filter((i) => !Number.isNaN(data[i]!)));

/**
 * Data with the model on the values that were measured: what is NaN is masked.
 * @throws AppError `out_of_domain` when nothing was measured; `invalid_input` for a measured value without a positive sigma.
 */
export function measuredPart(
  compiled: CompiledRecipe,
  data: Float64Array,
  sigma: Float64Array,
): Pick<ParameterisedProblem, 'model' | 'data' | 'sigma' | 'periodic360' | 'jacobian'> {
  const { model, jacobian, periodic360 } = compiled;
  const places = measuredPlaces(data);
  checkSigma(compiled, data, sigma);
  if (places.length === data.length) return { model, data, sigma, periodic360, ...(jacobian ? { jacobian } : {}) };
  if (places.length === 0)
    throw new AppError('out_of_domain', 'no value of the spectrum was measured within the range of the recipe', {
      field: 'spectra',
    });
  const pick = (v: Float64Array): Float64Array => rowsOf(v, places, 1);
  return {
    model: (values) => pick(model(values)),
    data: pick(data),
    sigma: pick(sigma),
    periodic360: Array.from(places, (i) => periodic360[i]!),
    ...(jacobian ? { jacobian: (values: Float64Array) => rowsOf(jacobian(values), places, compiled.names.length) } : {}),
  };
}

/** The inverse problem of one site on its measured values, for searches other than {@link fitSite}. @throws as `measuredPart`. */
export function siteProblem(compiled: CompiledRecipe, data: Float64Array, sigma: Float64Array): ParameterisedProblem {
  return {
    parameters: parameterSpecs(compiled.recipe),
    ...measuredPart(compiled, data, sigma),
    covarianceScale: 'widened',
    poorFitAbove: compiled.recipe.accept.reducedChi2,
    maxIterations: compiled.recipe.fit.maxIterations,
    // Steps that change χ² by less than this part of it are far below every uncertainty.
    tolerance: 1e-6,
  };
}
