import { type FitProblem, freeProblem, parameterise, wrap180 } from '@/lib/inversion';
import type { CompiledRecipe } from './compile';
import { siteProblem } from './site-problem';

/** Δ as a continuous number: counted from its value at the middle of the box, so that it does not jump at 360°. */
function anchored(compiled: CompiledRecipe, anchor: Float64Array, values: Float64Array): Float64Array {
  return values.map((v, i) => (compiled.periodic360[i] ? anchor[i]! + wrap180(v - anchor[i]!) : v));
}

/** The inverse problem of a site in its free parameters, with angles counted from the middle of the box: what a surrogate stands in for. */
export function surrogateProblem(compiled: CompiledRecipe, data: Float64Array, sigma: Float64Array): FitProblem {
  const anchor = middleSpectrum(compiled);
  const problem = siteProblem(compiled, data, sigma);
  const free = freeProblem(problem, parameterise(problem.parameters));
  const { model, periodic360: _, ...rest } = free;
  return { ...rest, data: anchored(compiled, anchor, data), model: (p) => anchored(compiled, anchor, model(p)) };
}

const anchors = new WeakMap<CompiledRecipe, Float64Array>();

/** Spectrum at the start values: the anchor of angles, and the metric's level. */
export function middleSpectrum(compiled: CompiledRecipe): Float64Array {
  const known = anchors.get(compiled);
  if (known) return known;
  const made = compiled.model(Float64Array.from(compiled.recipe.parameters, (p) => p.value));
  anchors.set(compiled, made);
  return made;
}
