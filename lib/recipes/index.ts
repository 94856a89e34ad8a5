export type {
  ChannelSpec,
  MaterialSpec,
  MetrologyRecipe,
  ParameterSpec as RecipeParameter,
  SampleSpec,
  SpectrumAxis,
} from '@/lib/formats/metrology-recipe';
export * from './certificate';
export * from './compile';
export * from './fit';
export * from './fit-wafer';
export { type GratingSample, lineOutline } from './grating';
export { materialIndex } from './materials';
export * from './noise';
export * from './parameters';
export * from './resolve';
export * from './site-problem';
export * from './surrogate';
export * from './validate';
