import { z } from 'zod';
import { numberArray } from './arrays';
import { axisIn } from './metrology-recipe';

/**
 * The wire schemas of the machine API (version 1): what tools and stations send. One source for validation, types and the
 * OpenAPI document. Times are ISO 8601 with zone, lengths mm in the wafer frame (origin at the centre, notch at -y).
 */
export const MAX_BATCH = 10_000;

const key = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: "The sender's own key of this record; a repeat answers with the first result" });
const name = z.string().min(1).max(120);
const at = z.iso.datetime({ offset: true }).meta({ description: 'ISO 8601 with zone, e.g. 2026-11-23T17:05:00Z' });
const slot = z.int().min(1).max(25).meta({ description: 'Wafer slot in the lot, 1..25' });
const setpoints = z.record(name, z.number()).meta({ description: 'Recipe parameters really applied, by name' });
const mm = (describe: string) => numberArray({ max: 100_000, lowest: -250, highest: 250 }, describe);

export const lotIn = z.strictObject({
  key,
  lot: name,
  product: name,
  route: name,
  wafers: z.int().min(1).max(25),
  startedAt: at,
});

const f32 = z
  .strictObject({
    f32: z.base64().meta({ description: 'Little-endian IEEE 754 single precision, base64; NaN where no sample was recorded' }),
  })
  .meta({ description: 'Packed samples: the fast form' });

export const traceIn = z.strictObject({
  t: z.union([numberArray({ max: 100_000, lowest: 0 }, 'Sample times, s from the start of the run, ascending'), f32]),
  steps: z.array(z.strictObject({ name, start: z.number(), end: z.number() })).max(200),
  sensors: z
    .array(
      z.strictObject({
        name,
        unit: z.string().max(40),
        values: z.union([
          numberArray({ max: 100_000, nullable: true }, 'One value per sample time; null where no sample was recorded'),
          f32,
        ]),
      }),
    )
    .min(1)
    .max(1000),
});

export const runIn = z.strictObject({
  key,
  tool: name,
  chamber: name,
  product: name,
  layer: name,
  operation: name,
  lot: name,
  wafer: slot,
  recipe: z.strictObject({ name, version: z.int().min(1) }),
  startedAt: at,
  endedAt: at,
  setpoints,
  adviceId: z.uuid().optional(),
  trace: traceIn.optional(),
});

const measured = {
  key,
  station: name,
  lot: name,
  wafer: slot,
  product: name,
  layer: name,
  operation: name,
  plan: name,
  measuredAt: at,
  runKey: z
    .string()
    .max(200)
    .optional()
    .meta({ description: "Sender's key of the run that made what was measured; found by lot, wafer and operation when absent" }),
};

export const measurementIn = z.strictObject({
  ...measured,
  parameter: name,
  unit: z.string().min(1).max(40),
  x: mm('Site x, mm in the wafer frame'),
  y: mm('Site y, mm in the wafer frame'),
  value: numberArray({ max: 100_000, nullable: true }, 'One value per site, in the unit; null where the site was not measured'),
  u: numberArray({ max: 100_000, lowest: 0 }, 'Standard uncertainty of each value, same unit').optional(),
  revises: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'Key of an earlier measurement that this one corrects; the earlier one stays, marked as superseded' }),
});

export const overlayMeasurementIn = z.strictObject({
  ...measured,
  referenceLayer: name,
  column: numberArray({ max: 100_000, integer: true }, 'Field column'),
  row: numberArray({ max: 100_000, integer: true }, 'Field row'),
  fx: mm('Mark x in the field, mm from the field centre'),
  fy: mm('Mark y in the field, mm from the field centre'),
  x: mm('Mark x, mm in the wafer frame'),
  y: mm('Mark y, mm in the wafer frame'),
  dx: numberArray({ max: 100_000, nullable: true }, 'Overlay x, nm, layer under test minus reference layer'),
  dy: numberArray({ max: 100_000, nullable: true }, 'Overlay y, nm'),
  u: numberArray({ max: 100_000, lowest: 0 }, 'Standard uncertainty of dx and dy, nm').optional(),
});

const spectral = (describe: string) =>
  z.union([numberArray({ max: 1_000_000 }, `${describe}: site after site, each on the whole axis`), f32]);

export const spectrumIn = z.strictObject({
  ...measured,
  recipe: name.meta({ description: 'Metrology recipe by which the spectra become values' }),
  axis: axisIn,
  x: mm('Site x, mm in the wafer frame'),
  y: mm('Site y, mm in the wafer frame'),
  channels: z
    .array(
      z.strictObject({
        name: name.meta({ description: 'Name of a channel of the recipe' }),
        values: spectral("Values in the channel's unit"),
        sigma: spectral('Standard deviation of each value, where the station knows it').optional(),
      }),
    )
    .min(1)
    .max(24),
});

export const EVENT_KINDS = ['pm', 'chamber_clean', 'consumable_change', 'recipe_change'] as const;

export const eventIn = z.strictObject({
  key,
  tool: name,
  chamber: name.optional(),
  kind: z.enum(EVENT_KINDS),
  at,
  description: z.string().max(2000),
});

export const truthIn = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('fault'),
    key,
    faultType: name,
    tool: name,
    chamber: name.optional(),
    operation: name,
    from: at,
    to: at,
    description: z.string().max(2000),
    runKeys: z.array(z.string().max(200)).max(100_000),
  }),
  z.strictObject({ kind: z.literal('twin'), key, runKey: z.string().max(200), parameter: name, value: z.number() }),
]);

export const adviceIn = z.strictObject({
  key,
  tool: name,
  chambers: z.array(name).min(1).max(16),
  product: name,
  operation: name,
  lot: name,
  at,
});

export interface ChamberAdvice {
  readonly adviceId: string;
  readonly setpoints: Record<string, number>;
}
export interface AdviceOut {
  readonly chambers: Record<string, ChamberAdvice>;
}

export type LotRecord = z.infer<typeof lotIn>;
export type RunRecord = z.infer<typeof runIn>;
export type TraceRecord = z.infer<typeof traceIn>;
export type MeasurementRecord = z.infer<typeof measurementIn>;
export type OverlayMeasurementRecord = z.infer<typeof overlayMeasurementIn>;
export type SpectrumRecord = z.infer<typeof spectrumIn>;
export type EventRecord = z.infer<typeof eventIn>;
export type TruthRecord = z.infer<typeof truthIn>;
export type AdviceRequest = z.infer<typeof adviceIn>;
