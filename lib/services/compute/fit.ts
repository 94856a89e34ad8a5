import { z } from 'zod';
import type { metrologyRecipeIn } from '@/lib/formats/metrology-recipe';
import { differenceJacobian, fisherInformation } from '@/lib/inversion';
import { certifyRecipe, fitSites, type SiteFit } from '@/lib/recipes';
import { define, given } from './define';
import {
  axisOf,
  axisOfColumns,
  compiled,
  dataOf,
  EXAMPLE_GRATING,
  EXAMPLE_RECIPE,
  exampleSpectra,
  RECIPE_COLUMNS,
  recipeFields,
  sigmaOf,
  spectraFields,
} from './fit-input';
import { libraryFunctions } from './fit-library';
import { linearFunctions } from './fit-linear';
import { searchFunctions } from './fit-search';
import { surrogateFunctions } from './fit-surrogate';

const siteOut = (recipe: z.output<typeof metrologyRecipeIn>, s: SiteFit) => ({
  status: s.status,
  parameters: recipe.parameters.map((p, k) => ({ name: p.name, value: s.values[k]!, u: s.u[k]!, unit: p.unit })),
  reducedChi2: s.reducedChi2,
  scaled: s.scaled,
  poorFit: s.poorFit,
  oneSided: s.oneSided,
  iterations: s.iterations,
  warnings: s.warnings,
  masked: s.masked,
  covariance: s.covariance,
  modelled: s.modelled,
});

const spectrum = define({
  path: 'fit/spectrum',
  title: 'Fit of spectra by a metrology recipe',
  text: 'From the spectra of one site or of many to values with covariance: film stacks, line gratings, X-ray reflectivity, CD-SAXS, as the recipe says; a site that cannot be trusted says why. Empty values are masked, and counted.',
  input: z.strictObject({ ...recipeFields, ...spectraFields }),
  isLong: true,
  run: (i, report) => {
    const c = compiled(i);
    const sites = i.sites ?? 1;
    const wafer = Array.from({ length: sites }, (_, site) => {
      const data = dataOf(c, i, i.spectra, 'spectra', site);
      return { data, sigma: sigmaOf(c, i, data, site) };
    });
    return { sites: fitSites(c, wafer, null, (site) => report(site, sites)).map((f) => siteOut(i.recipe, f)) };
  },
  table: {
    ...RECIPE_COLUMNS,
    write: {
      values: ({ sites }) => ({
        site: sites.flatMap((s, k) => s.parameters.map(() => k)),
        status: sites.flatMap((s) => s.parameters.map(() => s.status)),
        parameter: sites.flatMap((s) => s.parameters.map((p) => p.name)),
        value: sites.flatMap((s) => s.parameters.map((p) => p.value)),
        u: sites.flatMap((s) => s.parameters.map((p) => p.u)),
        unit: sites.flatMap((s) => s.parameters.map((p) => p.unit)),
      }),
    },
  },
  get example() {
    return exampleSpectra();
  },
});

const forward = define({
  path: 'fit/forward',
  title: 'Spectrum that a recipe expects',
  text: 'Channels of the recipe at its values, or at others by name.',
  input: z.strictObject({
    ...recipeFields,
    values: z
      .record(z.string(), z.number())
      .meta({ description: 'Values of parameters by name, where they differ from the recipe' })
      .optional(),
  }),
  run: (i) => {
    const c = compiled(i);
    const model = c.model(i.recipe.parameters.map((p) => i.values?.[p.name] ?? p.value));
    const n = c.used.length;
    return {
      axis: c.axis,
      channels: i.recipe.channels.map((ch, k) => ({ name: ch.name, values: model.subarray(k * n, (k + 1) * n) })),
    };
  },
  table: {
    ...RECIPE_COLUMNS,
    columns: axisOfColumns,
    write: { spectrum: (r) => Object.fromEntries([...axisOf(r.axis), ...r.channels.map((c) => [c.name, c.values] as const)]) },
  },
  example: { recipe: EXAMPLE_RECIPE, nm: [300, 400, 500], values: { hfo2_thickness: 8 } },
});

const precision = define({
  path: 'fit/precision',
  title: 'Precision a recipe can reach',
  text: 'Cramér–Rao bound of all parameters that are not fixed, at the values of the recipe and its noise: standard errors, correlation, condition, and the combination the data determine worst.',
  input: z.strictObject(recipeFields),
  isLong: true,
  run: (i) => {
    const c = compiled(i);
    const values = Float64Array.from(i.recipe.parameters, (p) => p.value);
    const moved = i.recipe.parameters.flatMap((p, k) => (p.role.kind === 'free' ? [k] : []));
    const full = values.slice();
    const model = (p: Float64Array) => {
      moved.forEach((k, j) => {
        full[k] = p[j]!;
      });
      return c.model(full);
    };
    const start = Float64Array.from(moved, (k) => values[k]!);
    const base = model(start);
    const jacobian = differenceJacobian(model, start, base, given({ periodic360: c.periodic360 }));
    const f = fisherInformation(jacobian, sigmaOf(c, i, base, 0), moved.length);
    return {
      parameters: moved.map((k, j) => ({ name: c.names[k], u: f.standardErrors[j], unit: i.recipe.parameters[k]!.unit })),
      ...f,
    };
  },
  table: { ...RECIPE_COLUMNS, columns: axisOfColumns },
  example: { recipe: EXAMPLE_RECIPE, nm: [300, 350, 400, 450, 500, 600, 700] },
});

const certificate = define({
  path: 'fit/certificate',
  title: 'Convergence certificate of a grating recipe',
  text: 'Order sweep over the recipe’s range, angles and bounds: the truncation fits use, with its error estimate; null for models without harmonics.',
  input: z.strictObject({ recipe: recipeFields.recipe }),
  isLong: true,
  run: (i) => ({ certificate: certifyRecipe(i.recipe) }),
  example: { recipe: EXAMPLE_GRATING },
});

export const functions = [
  spectrum,
  forward,
  precision,
  certificate,
  ...searchFunctions,
  ...libraryFunctions,
  ...surrogateFunctions,
  ...linearFunctions,
];
