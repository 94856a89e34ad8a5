import { shownText } from './visible';

/** A reason is kept in the audit trail: short enough to read, long enough to say something. */
export const REASON_MIN = 5;
export const REASON_MAX = 2000;

/** What is wrong with a reason as a person typed it, in words for beside the field; null when it may stand. */
export function reasonProblem(text: string): string | null {
  const { length } = text.trim();
  if (shownText(text).length < REASON_MIN) return `Say why, in at least ${REASON_MIN} characters.`;
  return length > REASON_MAX ? `At most ${REASON_MAX} characters; this has ${length}.` : null;
}
