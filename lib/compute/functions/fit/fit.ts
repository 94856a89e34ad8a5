import { z } from 'zod';
import { AppError } from '@/lib/errors';
import type { metrologyRecipeIn } from '@/lib/formats/metrology-recipe';
import { deadColumns, differenceJacobian, fisherInformation, freeProblem, parameterise } from '@/lib/inversion';
import { certifyRecipe, fitSites, type SiteFit, siteProblem } from '@/lib/recipes';
import { define, given } from '../../define';
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
} from './input';
import { libraryFunctions } from './library';
import { linearFunctions } from './linear';
import { searchFunctions } from './search';
import { structuredFunctions } from './structured';
import { surrogateFunctions } from './surrogate';

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
  // a site that could not be fitted has no values, and u is infinite where the spectrum does not determine a parameter: its status says so
  gaps: ['value', 'u']
    .map((k) => `sites.*.parameters.*.${k}`)
    .concat(['covariance', 'reducedChi2', 'scaled'].map((k) => `sites.*.${k}`)),
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

/**
 * Values of all parameters in the recipe's order: those named, else those of the recipe; a tied one follows its source unless it is named itself.
 * @throws AppError `invalid_input` for a name that is not a parameter.
 */
function valuesAt(recipe: z.output<typeof metrologyRecipeIn>, named: Readonly<Record<string, number>>): number[] {
  const given = new Map(Object.entries(named));
  const own = new Map(recipe.parameters.map((p) => [p.name, given.get(p.name) ?? p.value]));
  for (const name of given.keys())
    if (!own.has(name))
      throw new AppError(
        'invalid_input',
        `values.${name}: is no parameter of the recipe, which has ${[...own.keys()].join(', ')}`,
        {
          field: `values.${name}`,
        },
      );
  return recipe.parameters.map(({ name, role }) =>
    role.kind === 'tied' && !given.has(name)
      ? role.terms.reduce((s, t) => s + t.factor * own.get(t.parameter)!, role.offset)
      : own.get(name)!,
  );
}

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
    const model = c.model(valuesAt(i.recipe, i.values ?? {}));
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
  text: 'Cramér–Rao bound of the free parameters, tied ones following, at the values of the recipe and its noise: standard errors, correlation and condition of the parameters in `determined`, and the combination the data determine worst; null where the data do not depend on a parameter to first order.',
  input: z.strictObject(recipeFields),
  isLong: true,
  run: (i) => {
    const c = compiled(i);
    const base = c.model(valuesAt(i.recipe, {}));
    const problem = siteProblem(c, base, sigmaOf(c, i, base, 0));
    const {
      names,
      start,
      model,
      sigma,
      lower,
      upper,
      jacobian: analytic,
    } = freeProblem(problem, parameterise(problem.parameters));
    const box = given({ lower, upper, periodic360: c.periodic360 });
    const at = Float64Array.from(start);
    const all = analytic?.(at) ?? differenceJacobian(model, at, base, box);
    const n = names.length;
    const dead = new Set(deadColumns(all, n));
    const seen = [...names.keys()].filter((j) => !dead.has(j));
    if (seen.length === 0)
      throw new AppError('rank_deficient', 'recipe: no free parameter changes the data at these values; start elsewhere', {
        field: 'recipe.parameters',
      });
    const jacobian = all.filter((_, k) => !dead.has(k % n));
    const f = fisherInformation(jacobian, sigma, seen.length);
    const unitOf = new Map(i.recipe.parameters.map((p) => [p.name, p.unit]));
    const uOf = new Map(seen.map((j, k) => [names[j]!, f.standardErrors[k]!]));
    const unseen = names.filter((name) => !uOf.has(name));
    return {
      parameters: names.map((name) => ({ name, u: uOf.get(name) ?? null, unit: unitOf.get(name) })),
      determined: seen.map((j) => names[j]!),
      warnings:
        unseen.length === 0
          ? []
          : [
              `${unseen.join(', ')}: to first order the data do not depend on ${unseen.length === 1 ? 'it' : 'them'} at this value (as on a roughness of 0), so that no bound of u exists there; the others are those with ${unseen.length === 1 ? 'it' : 'them'} held`,
            ],
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
  ...structuredFunctions,
  ...libraryFunctions,
  ...surrogateFunctions,
  ...linearFunctions,
];
