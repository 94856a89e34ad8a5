export {
  type MaterialSpec,
  type MetrologyRecipe,
  MUELLER_ELEMENTS,
  type ParameterSpec as RecipeParameter,
  type SampleSpec,
  type SpectrumAxis,
} from '@/lib/formats/metrology-recipe';
export * from './certificate';
export * from './compile';
export * from './fit';
export * from './fit-shared';
export * from './fit-sites';
export { lineOutline } from './grating';
export { materialIndex } from './materials';
export * from './noise';
export * from './parameters';
export * from './resolve';
export { buildSiteLibrary, keepSiteLibrary } from './site-library';
export * from './site-problem';
export * from './surrogate';
export * from './validate';
