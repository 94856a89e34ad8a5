import { z } from 'zod';
import { name, text, unique } from '@/lib/formats/scalars';
import { condition } from './conditions';

/** A step within its checklist: what others lead to. */
const stepId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'use small letters, digits and hyphens, 40 at most');
/** Null while a draft does not say yet. */
const to = stepId.nullable();
const head = { id: stepId, title: text(1, 120), text: text(0, 2000).default('') };
const code = z.string().trim().max(40).nullable().default(null);

/** What an action step asks for; each is done in the dialog that the page of the alert has for it. */
export const DEEDS = ['hold', 're_measure', 'dispose'] as const;
export type Deed = (typeof DEEDS)[number];

const link = z
  .string()
  .trim()
  .max(500)
  .refine((v) => v === '' || /^(https?:\/\/|\/)/.test(v), 'begin with https:// or / for a page of Driftless')
  .default('');

const step = z.discriminatedUnion('kind', [
  z.strictObject({ ...head, kind: z.literal('instruction'), link, next: to }),
  z.strictObject({
    ...head,
    kind: z.literal('question'),
    answers: z
      .array(z.strictObject({ answer: name.max(60), next: to }))
      .max(8)
      .superRefine(unique((a) => a.answer, 'answer')),
  }),
  z.strictObject({ ...head, kind: z.literal('data'), condition, yes: to, no: to, unknown: to }),
  z.strictObject({ ...head, kind: z.literal('action'), deed: z.enum(DEEDS), next: to }),
  z.strictObject({ ...head, kind: z.literal('end'), cause: code, action: code }),
]);
export type Step = z.infer<typeof step>;
export type StepKind = Step['kind'];

const patterns = z.array(z.string().trim().min(1).max(120)).max(20).default([]);

/** Which alerts it is for; an empty list takes all. `*` stands for any text. */
const fits = z.strictObject({
  /** spc, spectra, recipe */
  kinds: z.array(z.enum(['spc', 'spectra', 'recipe'])).default([]),
  operations: patterns,
  parameters: patterns,
  characteristics: patterns,
});

/** A checklist as it is stored; a draft may be unfinished, what is in force is whole (`flowProblems`). */
export const checklistContent = z.strictObject({
  fits: fits.default({ kinds: [], operations: [], parameters: [], characteristics: [] }),
  start: to,
  steps: z
    .array(step)
    .max(60)
    .superRefine(unique((s) => s.id, 'id')),
});
export type ChecklistContent = z.infer<typeof checklistContent>;
