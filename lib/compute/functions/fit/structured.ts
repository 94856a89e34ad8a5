import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { cofit, completeResult, type Dataset, fitPenalised, type ParameterSpec } from '@/lib/inversion';
import { measuredPart, parameterSpecs } from '@/lib/recipes';
import { define, given } from '../../define';
import { compiled, dataOf, EXAMPLE_RECIPE, exampleSpectra, maskedIn, RECIPE_COLUMNS, sigmaOf } from './input';
import { FIT_GAPS, fitOut, indexOfParameter, problemOf, site, valuesOf } from './search';

const penalised = define({
  path: 'fit/penalised',
  title: 'Fit with a penalty on a profile of parameters',
  text: 'Tikhonov, L1 or total-variation penalty on parameters that follow each other, such as the sections of a profile; effective parameters and the size of the penalty are reported.',
  input: z.strictObject({
    ...site.shape,
    kind: z.enum(['tikhonov', 'l1']).meta({ description: 'Square or absolute value' }),
    order: z
      .union([z.literal(0), z.literal(1), z.literal(2)])
      .meta({ description: '0 the values, 1 their differences (l1: total variation), 2 their bending' }),
    weight: z.number().positive().meta({ description: 'Weight μ' }),
    parameters: z.array(z.string()).min(1).meta({ description: 'Free parameters in their order along the profile' }),
    reference: z.array(z.number()).meta({ description: 'Values that are not penalised; default 0' }).optional(),
  }),
  relations: { sameLength: [['parameters', 'reference']], distinct: ['parameters'] },
  gaps: FIT_GAPS,
  isLong: true,
  run: ({ kind, order, weight, parameters, reference, ...i }) => {
    const { full, p, free, masked } = problemOf(i);
    const fit = fitPenalised(
      free,
      given({ kind, order, weight, parameters: parameters.map((name) => indexOfParameter(free, name)), reference }),
    );
    return {
      parameters: valuesOf(completeResult(full, p, free, fit)),
      fit: fitOut(fit),
      masked,
      penalty: fit.penalty,
      rounds: fit.rounds,
    };
  },
  table: RECIPE_COLUMNS,
  get example() {
    return {
      ...exampleSpectra(),
      kind: 'tikhonov' as const,
      order: 0 as const,
      weight: 1,
      parameters: ['hfo2_thickness'],
      reference: [8],
    };
  },
});

const joint = define({
  path: 'fit/cofit',
  title: 'Joint fit of several techniques or sites',
  text: 'Spectra of several recipes fitted at once; parameters of the same name are one parameter, others are prefixed where asked. χ² of each set is reported.',
  input: z.strictObject({
    datasets: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          ...site.shape,
          own: z
            .array(z.string())
            .meta({ description: 'Parameters that this set does not share: they become "set.parameter"' })
            .optional(),
          weight: z.number().min(0).meta({ description: 'Emphasis; default 1' }).optional(),
        }),
      )
      .min(2)
      .max(100)
      .meta({ description: 'Sets of spectra, each with its recipe' }),
  }),
  gaps: FIT_GAPS,
  isLong: true,
  run: (i) => {
    const specs = new Map<string, ParameterSpec>();
    const masked: Record<string, number> = {};
    const datasets = i.datasets.map((d, k): Dataset => {
      const c = compiled(d);
      const data = dataOf(c, d, d.spectra, 'spectra', 0);
      masked[d.name] = maskedIn(data);
      const unknown = d.own?.find((name) => !c.names.includes(name));
      if (unknown !== undefined)
        throw new AppError(
          'invalid_input',
          `datasets.${k}.own: "${unknown}" is no parameter of its recipe, which has ${c.names.join(', ')}`,
          { field: `datasets.${k}.own` },
        );
      const rename = (name: string) => (d.own?.includes(name) ? `${d.name}.${name}` : name);
      for (const s of parameterSpecs(c.recipe)) {
        const spec =
          s.kind === 'tied'
            ? { ...s, name: rename(s.name), terms: s.terms.map((t) => ({ ...t, name: rename(t.name) })) }
            : { ...s, name: rename(s.name) };
        if (!specs.has(spec.name)) specs.set(spec.name, spec);
      }
      return given({
        name: d.name,
        ...measuredPart(c, data, sigmaOf(c, d, data, 0)),
        parameters: c.names.map(rename),
        weight: d.weight,
      });
    });
    const r = cofit(datasets, [...specs.values()]);
    return { parameters: valuesOf(r), fit: fitOut(r.fit), datasets: r.datasets, masked };
  },
  get example() {
    const { recipe, nm, spectra } = exampleSpectra();
    const only = (k: number) => ({ recipe: { ...EXAMPLE_RECIPE, channels: [recipe.channels[k]!] }, nm, spectra: [spectra[k]!] });
    return {
      datasets: [
        { name: 'psi', ...only(0) },
        { name: 'delta', ...only(1) },
      ],
    };
  },
});

/** Fits whose parameters are linked: along a profile, or across techniques and sites. */
export const structuredFunctions = [penalised, joint];
