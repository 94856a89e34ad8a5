import { z } from 'zod';
import { namedRecipeIn } from './metrology-recipe';
import { int, NAMED_NUMBERS, name, namedNumbers, num, text, unique } from './scalars';

/** The master data of a fab: what must be registered before records that name it are accepted. */
const line = text(0, 2000);
const unit = text(0, 40);
const mm = num.positive().max(1000);
const by =
  <K extends string>(...keys: readonly K[]) =>
  (o: Readonly<Record<K, unknown>>): string =>
    JSON.stringify(keys.map((k) => o[k]));
const names = (least: number, most: number) =>
  z
    .array(name)
    .min(least)
    .max(most)
    .superRefine(unique((v) => v, ''));

export const loopConfigIn = z.strictObject({
  lambda: num.gt(0).max(1).meta({ description: 'EWMA weight of a new observation, 0..1' }),
  gain: num.refine((g) => g !== 0, 'must not be zero').meta({ description: 'beta_hat, output unit per knob unit' }),
  xNominal: num,
  target: num,
  min: num,
  max: num,
  maxStep: num.positive().nullable(),
  quantum: num.positive().nullable(),
  deadband: num.min(0).nullable().meta({ description: 'In knob units: a smaller move is not made' }),
  outlierSigma: num
    .positive()
    .nullable()
    .meta({ description: 'Observations further than this many sigma from the estimate are set aside' }),
  pmForget: num.min(0).max(1).meta({ description: 'What a PM leaves of the estimate: 1 keeps all, 0 starts over' }),
  weighByUncertainty: z
    .boolean()
    .optional()
    .meta({ description: 'Lowers the weight of an observation by its stated uncertainty; not given: no' }),
});

export const fabIn = z.strictObject({
  name,
  areas: names(0, 200),
  tools: z
    .array(z.strictObject({ name, area: name, kind: name, chambers: names(1, 16) }))
    .max(5_000)
    .superRefine(unique(by('name'), 'name')),
  stations: z
    .array(z.strictObject({ name, area: name, kind: name }))
    .max(5_000)
    .superRefine(unique(by('name'), 'name')),
  products: z
    .array(
      z.strictObject({
        name,
        description: line,
        diameterMm: mm,
        edgeExclusionMm: num.min(0).max(1000),
        fieldWidthMm: mm,
        fieldHeightMm: mm,
        dieWidthMm: mm,
        dieHeightMm: mm,
      }),
    )
    .max(5_000)
    .superRefine(unique(by('name'), 'name')),
  operations: z
    .array(z.strictObject({ name, area: name, layer: name, description: line, tools: names(0, 5_000) }))
    .max(5_000)
    .superRefine(unique(by('name'), 'name')),
  routes: z
    .array(z.strictObject({ name, operations: z.array(name).min(1).max(2_000) }))
    .max(2_000)
    .superRefine(unique(by('name'), 'name')),
  parameters: z
    .array(z.strictObject({ name, unit, digits: z.int().min(0).max(9), description: line }))
    .max(5_000)
    .superRefine(unique(by('name'), 'name')),
  specifications: z
    .array(
      z
        .strictObject({
          product: name,
          operation: name,
          parameter: name,
          target: num.nullable(),
          lsl: num.nullable(),
          usl: num.nullable(),
          chartContext: z.enum(['chamber', 'operation']).default('chamber').meta({
            description:
              'A chart a chamber, or one for all tools of the operation where too few wafers are measured to judge each chamber',
          }),
        })
        .refine((s) => s.lsl === null || s.usl === null || s.lsl < s.usl, { path: ['lsl'], message: 'must be below usl' }),
    )
    .max(50_000)
    .superRefine(unique(by('product', 'operation', 'parameter'), 'parameter')),
  recipes: z
    .array(
      z.strictObject({
        name,
        version: int.min(1),
        operation: name,
        product: name.nullable(),
        setpoints: namedNumbers.meta({ override: NAMED_NUMBERS }),
      }),
    )
    .max(20_000)
    .superRefine(unique(by('name', 'version'), 'name')),
  metrologyRecipes: z
    .array(namedRecipeIn)
    .max(500)
    .superRefine(unique(by('name'), 'name'))
    .default([]),
  loops: z
    .array(
      z.strictObject({
        name,
        area: name,
        operation: name,
        product: name,
        characteristic: name.meta({ description: 'measurement.mean, or overlay.tx and the like' }),
        parameter: name,
        unit,
        knob: name,
        knobUnit: unit,
        state: z.enum(['shadow', 'closed', 'suspended']).optional().meta({
          description:
            'Decides nothing: a new loop starts in shadow, one that exists keeps its state. Engineers close loops on the screen',
        }),
        config: loopConfigIn,
      }),
    )
    .max(20_000)
    .superRefine(unique(by('name'), 'name')),
});

export type FabRecord = z.infer<typeof fabIn>;
export type LoopConfigRecord = z.infer<typeof loopConfigIn>;
