import { z } from 'zod';
import { namedRecipeIn } from './metrology-recipe';

/** The master data of a fab: what must be known before records that name it are accepted. */
const name = z.string().min(1).max(120);
const num = z.number();

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
});

export const fabIn = z.strictObject({
  name,
  areas: z.array(name),
  tools: z.array(z.strictObject({ name, area: name, kind: name, chambers: z.array(name).min(1).max(16) })),
  stations: z.array(z.strictObject({ name, area: name, kind: name })),
  products: z.array(
    z.strictObject({
      name,
      description: z.string(),
      diameterMm: num.positive(),
      edgeExclusionMm: num.min(0),
      fieldWidthMm: num.positive(),
      fieldHeightMm: num.positive(),
      dieWidthMm: num.positive(),
      dieHeightMm: num.positive(),
    }),
  ),
  operations: z.array(z.strictObject({ name, area: name, layer: name, description: z.string(), tools: z.array(name) })),
  routes: z.array(z.strictObject({ name, operations: z.array(name).min(1) })),
  parameters: z.array(z.strictObject({ name, unit: z.string(), digits: z.int().min(0).max(9), description: z.string() })),
  specifications: z.array(
    z.strictObject({
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
    }),
  ),
  recipes: z.array(
    z.strictObject({ name, version: z.int().min(1), operation: name, product: name.nullable(), setpoints: z.record(name, num) }),
  ),
  metrologyRecipes: z.array(namedRecipeIn).default([]),
  loops: z.array(
    z.strictObject({
      name,
      area: name,
      operation: name,
      product: name,
      characteristic: name.meta({ description: 'measurement.mean, or overlay.tx and the like' }),
      parameter: name,
      unit: z.string(),
      knob: name,
      knobUnit: z.string(),
      state: z.enum(['shadow', 'closed', 'suspended']),
      config: loopConfigIn,
    }),
  ),
});

export type FabRecord = z.infer<typeof fabIn>;
export type LoopConfigRecord = z.infer<typeof loopConfigIn>;
