import { z } from 'zod';
import { hoursIn, spansOf, zoneIn } from '../rota/schedule';

export const quietSpec = z.strictObject({
  zone: zoneIn,
  windows: z.array(hoursIn).min(1, 'give hours, or none at all').max(14),
  /** Severities that are told at once all the same. */
  pierce: z.array(z.enum(['high', 'medium', 'low'])).max(3),
});
/** Hours in which nobody is told; what comes then is told at their end. */
export type QuietHours = z.infer<typeof quietSpec>;

/** Quiet hours that follow each other without a gap end here at the latest, ms: nothing is held for longer. */
const LONGEST_MS = 7 * 86_400_000;

/**
 * When what happens now may be told: the end of the quiet hours, windows that follow each other without a gap taken together.
 * @param severity - null pierces nothing.
 * @param now - epoch ms.
 * @returns null: at once.
 */
export function quietUntil(q: QuietHours | null, severity: string | null, now: number): number | null {
  if (q === null || (severity !== null && (q.pierce as readonly string[]).includes(severity))) return null;
  const spans = q.windows.flatMap((w) => spansOf(q.zone, w, now, now + LONGEST_MS));
  let until = now;
  for (;;) {
    const end = Math.max(until, ...spans.filter((s) => s.from <= until && until < s.to).map((s) => s.to));
    if (end === until) break;
    until = end;
  }
  return until === now ? null : Math.min(until, now + LONGEST_MS);
}

/**
 * The same of a message: the person's own hours hold it, and those of its rules where all of its rules are quiet. A message that no rule asked for follows
 * the person's hours alone.
 */
export function messageQuietUntil(
  person: QuietHours | null,
  rules: readonly (QuietHours | null)[],
  severity: string | null,
  now: number,
): number | null {
  const own = quietUntil(person, severity, now);
  const ofRules = rules.map((r) => quietUntil(r, severity, now));
  const all = ofRules.length > 0 && ofRules.every((t) => t !== null) ? Math.min(...(ofRules as number[])) : null;
  if (own === null) return all;
  return all === null ? own : Math.max(own, all);
}
