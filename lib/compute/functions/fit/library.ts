import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { whole } from '@/lib/formats/compute';
import {
  buildLibrary,
  fitFromLibrary,
  indexLibrary,
  libraryError,
  matchLibrary,
  type SpectralLibrary,
  trainStarter,
} from '@/lib/inversion';
import { define, type Report } from '../../define';
import { exampleSpectra, RECIPE_COLUMNS, recipeFields, spectraFields } from './input';
import { fitGaps, fitOut, problemOf } from './search';

const { sites: _sites, ...oneSite } = spectraFields;
const HELD_BACK = 64;

const library = define({
  path: 'fit/library',
  title: 'Fit by a library of spectra',
  text: 'Builds a low-discrepancy library inside the bounds of the free parameters, finds the nearest spectra, interpolates, and refines with the rigorous model; the error of library and regression (polynomial or Gaussian process) on held-back spectra is reported. Angles modulo 360 (Δ) cannot be interpolated: give N, C, S channels.',
  input: z.strictObject({
    ...recipeFields,
    ...oneSite,
    entries: whole(32, 200_000, 'Spectra in the library; default 500').optional(),
    regression: z
      .enum(['none', 'polynomial', 'gaussian-process'])
      .meta({ description: 'Regression trained on the library; default none' })
      .optional(),
    seed: z.int().meta({ description: 'Seed of the layout; default 1' }).optional(),
  }),
  gaps: fitGaps('fit'),
  isLong: true,
  run: ({ entries, regression, seed, ...i }, report) => {
    const { free, c, masked } = problemOf(i);
    if (c.periodic360.some(Boolean))
      throw new AppError(
        'invalid_input',
        'recipe: a library interpolates values, and Δ jumps by 360°; use channels n, c, s or reflectances',
        { field: 'recipe' },
      );
    const count = entries ?? 500;
    const built = build(free, count, seed ?? 1, 0, report);
    const heldBack = build(free, HELD_BACK, seed ?? 1, count, () => undefined);
    const index = indexLibrary(built, free.sigma);
    const { match, fit } = fitFromLibrary(index, free);
    const starter =
      regression === undefined || regression === 'none'
        ? null
        : trainStarter(
            regression === 'polynomial' ? { kind: 'polynomial', degree: 2 } : { kind: regression },
            built,
            free.sigma,
            heldBack,
          );
    return {
      names: free.names,
      masked,
      match: match ?? matchLibrary(index, free.data),
      fit: fitOut(fit),
      libraryError: libraryError(index, heldBack),
      regression: starter && { parameters: starter.predict(free.data), error: starter.error },
    };
  },
  table: RECIPE_COLUMNS,
  get example() {
    const { recipe, nm, spectra } = exampleSpectra();
    return { recipe: { ...recipe, channels: [recipe.channels[0]!] }, nm, spectra: [spectra[0]!], entries: 64, seed: 1 };
  },
});

type Free = ReturnType<typeof problemOf>['free'];

function build(free: Free, count: number, seed: number, skip: number, report: Report): SpectralLibrary {
  const steps = buildLibrary(
    free.model,
    {
      names: free.names,
      lower: Array.from(free.lower ?? []),
      upper: Array.from(free.upper ?? []),
      channels: free.data.length,
      count,
      layout: { kind: 'sobol', seed, skip },
    },
    Math.max(1, Math.floor(count / 100)),
  );
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
    report(next.value.done, next.value.total);
  }
}

export const libraryFunctions = [library];
