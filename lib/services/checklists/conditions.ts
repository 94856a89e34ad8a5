import { z } from 'zod';

/**
 * What a checklist may ask of the data. Each condition is a question with the answers yes, no and unknown (the data do not tell); `data/` answers it from the
 * evidence of the alert at the moment at which the step is reached, and what decided is kept.
 */
const hours = z.number().min(0.1).max(720);

export const condition = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('rule'), rules: z.array(z.int().min(1).max(299)).min(1).max(20) }),
  z.strictObject({ is: z.literal('signals'), least: z.int().min(2).max(50) }),
  z.strictObject({ is: z.literal('sisters_out'), hours }),
  z.strictObject({
    is: z.literal('map_term'),
    terms: z
      .array(z.string().regex(/^\d{1,2}\.-?\d{1,2}$/, 'write a term as n.m, such as 2.0 for the bowl or 1.-1 for a tilt'))
      .min(1)
      .max(20),
  }),
  z.strictObject({ is: z.literal('maintenance'), hours }),
  z.strictObject({ is: z.literal('recipe_changed') }),
  z.strictObject({ is: z.literal('other_station'), percent: z.number().min(0.001).max(100) }),
  z.strictObject({ is: z.literal('open_elsewhere') }),
  z.strictObject({ is: z.literal('beyond_specification') }),
  z.strictObject({ is: z.literal('re_measured_in') }),
  z.strictObject({ is: z.literal('incident_of'), least: z.int().min(2).max(200) }),
  z.strictObject({ is: z.literal('on_hold') }),
]);
export type Condition = z.infer<typeof condition>;
