import { z } from 'zod';

const refs = z
  .array(z.strictObject({ id: z.uuid(), at: z.int() }))
  .min(1)
  .max(1000);

/**
 * The queues, one per kind of latency (alerts never wait behind arithmetic), and what a job of each says: ids and times (for partition pruning), never data. `v` lets
 * old jobs drain after an update.
 */
export const PAYLOADS = {
  spectra: z.strictObject({ v: z.literal(1), refs }),
  surrogate: z.strictObject({ v: z.literal(1), surrogateId: z.uuid(), slice: z.int() }),
  trial: z.strictObject({ v: z.literal(1), trialId: z.uuid(), step: z.int() }),
  spatial: z.strictObject({ v: z.literal(1), refs }),
  overlay: z.strictObject({ v: z.literal(1), refs }),
  vm: z.strictObject({ v: z.literal(1), refs }),
  spc: z.strictObject({ v: z.literal(1), source: z.enum(['measurement', 'overlay', 'run', 'count', 'event']), refs }),
  fill: z.strictObject({ v: z.literal(1), fillId: z.uuid(), step: z.int() }),
  control: z.strictObject({ v: z.literal(1), source: z.enum(['measurement', 'overlay', 'event']), refs }),
  checklist: z.strictObject({ v: z.literal(1), alertId: z.uuid(), round: z.int() }),
  limits: z.strictObject({ v: z.literal(1), proposalId: z.uuid() }),
  /** An event of the history of an alert, or another one that is told. */
  notify: z.union([
    z.strictObject({ v: z.literal(1), alertEventId: z.int() }),
    z.strictObject({ v: z.literal(1), eventId: z.int() }),
  ]),
  train: z.strictObject({ v: z.literal(1), modelId: z.uuid(), through: z.int() }),
} as const satisfies Record<string, z.ZodType>;

export type QueueName = keyof typeof PAYLOADS;
export const QUEUES = Object.keys(PAYLOADS) as QueueName[];

export type Payload<Q extends QueueName> = z.infer<(typeof PAYLOADS)[Q]>;
export type Ref = z.infer<typeof refs>[number];
