import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { share, whole } from '@/lib/formats/compute';
import {
  buildSamples,
  completeResult,
  createTraining,
  decodeSurrogate,
  encodeSurrogate,
  fitWithSurrogate,
  freeProblem,
  parameterise,
  type SurrogateConfig,
  type SurrogateData,
  surrogateErrorMap,
  surrogateOf,
  trainSteps,
} from '@/lib/inversion';
import { type CompiledRecipe, measuredPlaces, siteProblem } from '@/lib/recipes';
import { base64, define, fromBase64, given, type Report } from '../../define';
import {
  compiled,
  dataOf,
  EXAMPLE_RECIPE,
  exampleSpectra,
  maskedIn,
  RECIPE_COLUMNS,
  recipeFields,
  sigmaOf,
  spectraFields,
} from './input';
import { fitGaps, fitOut, valuesOf } from './search';

/** Angles modulo 360 jump, which a network cannot follow. */
function refuseAngles(c: CompiledRecipe): void {
  if (c.periodic360.some(Boolean))
    throw new AppError('invalid_input', 'recipe: Δ jumps by 360°, and a network does not; use channels n, c, s or reflectances', {
      field: 'recipe',
    });
}

function samplesOf(
  run: Generator<{ done: number; total: number }, SurrogateData, void>,
  report: Report,
  total: number,
): SurrogateData {
  for (;;) {
    const next = run.next();
    if (next.done) return next.value;
    report(next.value.done, total);
  }
}

const STEPS = 50;

const train = define({
  path: 'fit/surrogate-train',
  title: 'Train a neural surrogate of a recipe',
  text: 'A network from the free parameters to the spectrum, trained on rigorous spectra and, where the model has them, its derivatives; its error on held-back rigorous spectra over the bounds comes with it. The same seed gives the same bits.',
  input: z.strictObject({
    ...recipeFields,
    samples: whole(16, 100_000, 'Rigorous spectra to train on; default 500').optional(),
    heldBack: whole(8, 100_000, 'Rigorous spectra for the error; default 100').optional(),
    hidden: z
      .array(z.int().min(1).max(512))
      .min(1)
      .max(6)
      .meta({ description: 'Units of the layers; default 48, 48' })
      .optional(),
    components: whole(1, 200, 'Basis functions of the spectra; default 12').optional(),
    epochs: whole(1, 100_000, 'Passes over the samples; default 400').optional(),
    batch: whole(1, 10_000, 'Samples a step; default 32').optional(),
    learningRate: share('Rate at the start; default 0.003').optional(),
    derivativeWeight: z.number().min(0).max(10).meta({ description: 'Weight of the derivative match; default 0.1' }).optional(),
    cellsPerAxis: whole(1, 10, 'Cells of the error map along each parameter; default 3').optional(),
    seed: z.int().meta({ description: 'Seed; default 1' }).optional(),
  }),
  isLong: true,
  run: (i, report) => {
    const c = compiled(i);
    refuseAngles(c);
    const base = c.model(i.recipe.parameters.map((p) => p.value));
    const sigma = sigmaOf(c, i, base, 0);
    const problem = siteProblem(c, base, sigma);
    const free = freeProblem(problem, parameterise(problem.parameters));
    const [lower, upper] = [Array.from(free.lower ?? []), Array.from(free.upper ?? [])];
    if (i.derivativeWeight !== undefined && !free.jacobian)
      throw new AppError('invalid_input', 'derivativeWeight: does nothing here, this model has no derivatives; leave it out', {
        field: 'derivativeWeight',
      });
    const seed = i.seed ?? 1;
    const [count, held] = [i.samples ?? 500, i.heldBack ?? 100];
    const config: SurrogateConfig = {
      names: free.names,
      lower,
      upper,
      hidden: i.hidden ?? [48, 48],
      components: Math.min(i.components ?? 12, count, base.length),
      epochs: i.epochs ?? 400,
      batch: i.batch ?? 32,
      learningRate: i.learningRate ?? 0.003,
      derivativeWeight: free.jacobian ? (i.derivativeWeight ?? 0.1) : 0,
      seed,
    };
    const steps = Math.ceil(count / config.batch) * config.epochs;
    const total = count + held + steps;
    const plan = { lower, upper, sigma, seed };
    const data = samplesOf(buildSamples(free.model, { ...plan, count }, free.jacobian), report, total);
    const check = samplesOf(
      buildSamples(free.model, { ...plan, count: held, skip: count }),
      (done) => report(count + done, total),
      total,
    );
    const state = createTraining(config, data);
    for (let done = 0; ; done += STEPS) {
      if (trainSteps(state, data, STEPS).isDone) break;
      report(count + held + done, total);
    }
    const surrogate = surrogateOf(state);
    return {
      names: free.names,
      surrogate: base64(encodeSurrogate(surrogate)),
      loss: state.loss.at(-1),
      error: surrogateErrorMap(surrogate, check.parameters, check.spectra, i.cellsPerAxis),
    };
  },
  table: { ...RECIPE_COLUMNS, columns: RECIPE_COLUMNS.columns },
  get example() {
    const nm = [300, 400, 500, 600, 700];
    return { recipe: onlyPsi(), nm, samples: 64, heldBack: 16, hidden: [12], components: 4, epochs: 60, seed: 1 };
  },
});

const onlyPsi = () => ({ ...EXAMPLE_RECIPE, channels: [EXAMPLE_RECIPE.channels[0]!] });

const fit = define({
  path: 'fit/surrogate',
  title: 'Fit by a neural surrogate with a rigorous check',
  text: 'The minimum is found with the surrogate and corrected by one step of the rigorous model; where the correction is too large the rigorous fit goes on from there. The path taken is reported for every site.',
  input: z.strictObject({
    ...recipeFields,
    ...spectraFields,
    surrogate: z.base64().min(4).meta({ description: 'Surrogate of fit/surrogate-train, base64' }),
    acceptSteps: z
      .number()
      .positive()
      .meta({ description: 'Standard deviations that the rigorous model may still move the result; default 0.05' })
      .optional(),
  }),
  gaps: [...fitGaps('sites.*.fit'), 'sites.*.parameters.*.u'],
  isLong: true,
  run: (i, report) => {
    const c = compiled(i);
    refuseAngles(c);
    const surrogate = decodeSurrogate(fromBase64(i.surrogate));
    const sites = i.sites ?? 1;
    return {
      sites: Array.from(new Array(sites).keys(), (site) => {
        report(site, sites);
        const data = dataOf(c, i, i.spectra, 'spectra', site);
        const full = siteProblem(c, data, sigmaOf(c, i, data, site));
        const p = parameterise(full.parameters);
        const free = freeProblem(full, p);
        const r = fitWithSurrogate(free, surrogate, { points: measuredPlaces(data), ...given({ acceptSteps: i.acceptSteps }) });
        const { fit: rigorous, surrogate: _, ...how } = r;
        return {
          parameters: valuesOf(completeResult(full, p, free, rigorous)),
          ...how,
          masked: maskedIn(data),
          fit: fitOut(rigorous),
        };
      }),
    };
  },
  table: RECIPE_COLUMNS,
  get example() {
    const { nm, spectra } = exampleSpectra();
    const input = train.input.parse({ ...train.example, nm, recipe: onlyPsi() });
    const { surrogate } = train.run(input as never, () => undefined) as { surrogate: string };
    return { recipe: onlyPsi(), nm, spectra: [spectra[0]!], surrogate };
  },
});

export const surrogateFunctions = [train, fit];
