import { z } from 'zod';
import { numberArray } from './arrays';
import type { FieldIssue } from './incoming';
import { axisIn } from './metrology-recipe';
import { INT_LIMITS, int, NAMED_NUMBERS, name, namedNumbers, num, recordKey, text, time, unique } from './scalars';

/**
 * The wire schemas of the machine API (version 1): what tools and stations send. One source for validation, types and the
 * OpenAPI document. Times are ISO 8601 with zone, lengths mm in the wafer frame (origin at the centre, notch at -y).
 */
export const MAX_BATCH = 10_000;

/** Query parameters of a batch. */
export const batchQuery = z.strictObject({ mode: z.enum(['partial', 'atomic'], 'must be "partial" or "atomic"').optional() });

const key = recordKey.meta({ description: "The sender's own key of this record; a repeat answers with the first result" });
const otherKey = recordKey;
const at = time;
const slot = z.int().min(1).max(25).meta({ description: 'Wafer slot in the lot, 1..25' });
const setpoints = namedNumbers.meta({ description: 'Recipe parameters really applied, by name', override: NAMED_NUMBERS });
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
    f32: z
      .base64()
      .refine((v) => Buffer.byteLength(v, 'base64') % 4 === 0, 'is no whole number of 4-byte samples')
      .meta({ description: 'Little-endian IEEE 754 single precision, base64; NaN where no sample was recorded' }),
  })
  .meta({ description: 'Packed samples: the fast form' });

export const traceIn = z.strictObject({
  t: z.union([numberArray({ max: 100_000, lowest: 0 }, 'Sample times, s from the start of the run, ascending'), f32]),
  steps: z.array(z.strictObject({ name, start: num, end: num })).max(200),
  sensors: z
    .array(
      z.strictObject({
        name,
        unit: text(0, 40),
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
  recipe: z.strictObject({ name, version: int.min(1) }),
  startedAt: at,
  endedAt: at,
  setpoints,
  adviceId: z.uuid().optional().meta({
    description:
      'Advice that the run followed: of this lot, operation, tool and chamber. One that was never given, or was given for another place, is refused',
  }),
  trace: traceIn.optional(),
});

/** A value that was not measured has no uncertainty; one that is sent for it is dropped. */
const uncertainty = (describe: string) =>
  numberArray({ max: 100_000, lowest: 0, nullable: true }, `${describe}; null where nothing was measured`).optional();

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
  runKey: otherKey.optional().meta({
    description:
      "Sender's key of the run that made what was measured; found by lot, wafer and operation when absent. A run that is not here yet may come later: the record is kept, `pending` of its result says so, and it is linked when the run arrives. A key whose run is here and is of another lot, wafer or operation is refused (`foreign_run`)",
  }),
};

export const measurementIn = z.strictObject({
  ...measured,
  parameter: name,
  unit: text(1, 40),
  x: mm('Site x, mm in the wafer frame'),
  y: mm('Site y, mm in the wafer frame'),
  value: numberArray({ max: 100_000, nullable: true }, 'One value per site, in the unit; null where the site was not measured'),
  u: uncertainty('Standard uncertainty of each value, same unit'),
  uCommon: numberArray(
    { max: 1_000_000, nullable: true },
    'The part of u that all sites of the wafer share (a calibration, a parameter common to them), signed, same unit; where there are several, one after the other, each with one value per site. It is not averaged away in means',
  ).optional(),
  revises: otherKey.optional().meta({
    description:
      'Key of an earlier measurement of this sender that this one corrects; the earlier one stays, marked as superseded. Of several corrections the newest is active. A key that is not known is refused',
  }),
});

export const overlayMeasurementIn = z.strictObject({
  ...measured,
  referenceLayer: name,
  column: numberArray({ max: 100_000, integer: true, ...INT_LIMITS }, 'Field column'),
  row: numberArray({ max: 100_000, integer: true, ...INT_LIMITS }, 'Field row'),
  fx: mm('Mark x in the field, mm from the field centre'),
  fy: mm('Mark y in the field, mm from the field centre'),
  x: mm('Mark x, mm in the wafer frame'),
  y: mm('Mark y, mm in the wafer frame'),
  dx: numberArray({ max: 100_000, nullable: true }, 'Overlay x, nm, layer under test minus reference layer'),
  dy: numberArray({ max: 100_000, nullable: true }, 'Overlay y, nm'),
  u: uncertainty('Standard uncertainty of dx and dy, nm'),
});

const spectral = (describe: string) =>
  z.union([
    numberArray(
      { max: 1_000_000, nullable: true },
      `${describe}: site after site, each on the whole axis; null (NaN where packed) where nothing was measured: it takes no part in the fit`,
    ),
    f32,
  ]);

export const spectrumIn = z.strictObject({
  ...measured,
  recipe: name.meta({ description: 'Metrology recipe by which the spectra become values' }),
  axis: axisIn,
  x: mm('Site x, mm in the wafer frame'),
  y: mm('Site y, mm in the wafer frame'),
  channels: z
    .array(
      z.strictObject({
        name: name.meta({
          description:
            'Name of a channel: channels are matched by name, in any order. All that the recipe fits must be there; one that no recipe of the operation knows is refused',
        }),
        values: spectral("Values in the channel's unit"),
        sigma: spectral(
          'Standard deviation of each value, where the station knows it; needed for every measured value',
        ).optional(),
      }),
    )
    .min(1)
    .max(24),
});

export const countIn = z.strictObject({
  key,
  lot: name,
  wafer: slot.optional().meta({ description: 'Wafer slot in the lot, 1..25; left out: the count is of the whole lot' }),
  product: name,
  layer: name,
  operation: name,
  parameter: name.meta({ description: 'What was counted, a registered parameter: "particles", "scratched_wafers"' }),
  count: z.int().min(0).meta({ description: 'How many were found; 0 is a count' }),
  of: num.positive().meta({
    description: 'In how many units, or on how much area, that were inspected; more than 0: what was not inspected has no count',
  }),
  unit: text(1, 40).meta({ description: 'Unit of `of`, that of the parameter: "wafer", "die", "cm2"' }),
  measuredAt: at,
  tool: name.optional().meta({ description: 'Tool that made what was inspected; left out: that of the run' }),
  chamber: name.optional(),
  runKey: otherKey.optional().meta({
    description:
      "Sender's key of the run that made what was inspected; found by lot, wafer and operation when absent. One that is not known is refused: send the run first. Without a run the count is charted by `measuredAt`, and by tool and chamber where they are said",
  }),
  revises: otherKey.optional().meta({
    description:
      'Key of an earlier count of this sender that this one corrects; the earlier one stays, marked as superseded. Of several corrections the newest is active. A key that is not known is refused',
  }),
});

export const EVENT_KINDS = ['pm', 'chamber_clean', 'consumable_change', 'recipe_change'] as const;

export const eventIn = z.strictObject({
  key,
  tool: name,
  chamber: name.optional(),
  kind: z.enum(EVENT_KINDS),
  at,
  description: text(0, 2000),
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
    description: text(0, 2000),
    runKeys: z.array(otherKey).max(100_000),
  }),
  z.strictObject({ kind: z.literal('twin'), key, runKey: otherKey, parameter: name, value: num }),
]);

export const adviceIn = z.strictObject({
  key,
  tool: name,
  chambers: z
    .array(name)
    .min(1)
    .max(16)
    .superRefine(unique((c) => c, '')),
  product: name,
  operation: name,
  lot: name.meta({
    description:
      'A lot that is not registered yet is advised by the product that is named here, and `pending` of the answer says so; one that is registered must be of this product',
  }),
  at,
});

export interface ChamberAdvice {
  readonly adviceId: string;
  readonly setpoints: Record<string, number>;
}
export interface AdviceOut {
  readonly chambers: Record<string, ChamberAdvice>;
  /** Names in the request that are not registered yet. */
  readonly pending?: readonly FieldIssue[];
}

export type LotRecord = z.infer<typeof lotIn>;
export type RunRecord = z.infer<typeof runIn>;
export type TraceRecord = z.infer<typeof traceIn>;
export type MeasurementRecord = z.infer<typeof measurementIn>;
export type OverlayMeasurementRecord = z.infer<typeof overlayMeasurementIn>;
export type SpectrumRecord = z.infer<typeof spectrumIn>;
export type CountRecord = z.infer<typeof countIn>;
export type EventRecord = z.infer<typeof eventIn>;
export type TruthRecord = z.infer<typeof truthIn>;
export type AdviceRequest = z.infer<typeof adviceIn>;
