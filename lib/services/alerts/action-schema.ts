import { z } from 'zod';
import { REASON_MAX, REASON_MIN, reasonProblem } from '@/lib/errors/reason';
import { time } from '@/lib/formats/scalars';
import { MOST_MIN } from './escalation';

/** What happens to the lots that nothing was decided of yet. `false_alarm` leaves them as they are. */
export const DISPOSITIONS = ['use_as_is', 'rework', 'scrap', 're_measure', 'hold', 'false_alarm'] as const;

/** What a person writes to close, reopen or comment goes into the audit trail, under the rules of every reason. */
const text = z
  .string()
  .trim()
  .max(REASON_MAX)
  .refine((v) => reasonProblem(v) === null, `say it in at least ${REASON_MIN} characters`);

const code = z.string().trim().min(1).max(40);

const acknowledge = z.strictObject({ do: z.literal('acknowledge'), comment: z.string().trim().max(4000).optional() });
const comment = z.strictObject({ do: z.literal('comment'), comment: text });
const assign = z.strictObject({
  do: z.literal('assign'),
  assignee: z.string().trim().max(200).nullable(),
  /** What the next owner needs to know. */
  note: z.string().trim().max(REASON_MAX).optional(),
});
const snooze = z.strictObject({ do: z.literal('snooze'), minutes: z.int().min(1).max(MOST_MIN), reason: text });
const close = z.strictObject({
  do: z.literal('close'),
  cause: code.meta({ description: 'A cause code of the area, as on the page of policies and codes' }),
  action: text.meta({ description: 'What was done' }),
  actionCode: code.optional().meta({ description: 'An action code of the area' }),
  disposition: z
    .enum(DISPOSITIONS)
    .optional()
    .meta({ description: 'For the affected lots that nothing was decided of yet; needed where there are any' }),
  verifyPoints: z.int().min(0).max(100).optional().meta({
    description: 'Points after the action without a signal that verify it; by default as the policy says. 0 waives the check',
  }),
  waiver: text.optional().meta({ description: 'Why the check of the policy is waived' }),
  actedAt: time
    .optional()
    .meta({ description: 'When the action took effect, process time; by default now. Only later points verify it' }),
});

export const alertAction = z.discriminatedUnion('do', [
  acknowledge,
  comment,
  assign,
  z.strictObject({ do: z.literal('start') }),
  z.strictObject({ do: z.literal('wait'), for: text, minutes: z.int().min(1).max(MOST_MIN).optional() }),
  snooze,
  z.strictObject({ do: z.literal('wake') }),
  close,
  z.strictObject({ do: z.literal('waive'), reason: text }),
  z.strictObject({ do: z.literal('reopen'), comment: text }),
]);
export type AlertAction = z.infer<typeof alertAction>;

/** What may be done to several alerts at once. */
export const bulkAction = z.discriminatedUnion('do', [acknowledge, comment, assign, snooze, close]);
