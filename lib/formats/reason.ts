import { z } from 'zod';
import { reasonProblem } from '@/lib/errors/reason';

/** The reason of a change, trimmed: the same rule for every dialog, verb and API. */
export const reasonIn = z.custom<string>().transform((v: unknown, ctx) => {
  const text = typeof v === 'string' ? v : '';
  const problem = reasonProblem(text);
  if (problem !== null) ctx.addIssue({ code: 'custom', message: problem });
  return text.trim();
});
