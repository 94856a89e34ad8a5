import { z } from 'zod';
import type { RoleName } from '../actor';
import { rotaName } from '../rota/schedule';
import type { AlertState } from './states';

const MIN = 60_000;
/** Thirty days: beyond it nobody waits for a step. */
export const MOST_MIN = 43_200;
/** A step this much later than its time says so, ms: the timer itself looks every few seconds. */
const LATE_MS = 2 * MIN;

/** Somebody who is told: whoever has a role, a person, or whoever is on call in a rota. */
export const personTarget = z.union([
  z.strictObject({ role: z.enum(['operator', 'engineer', 'administrator'] as const satisfies readonly RoleName[]) }),
  z.strictObject({ person: z.string().trim().min(3).max(200) }),
  z.strictObject({ rota: rotaName }),
]);
export type EscalationTarget = z.infer<typeof personTarget>;

const step = z.strictObject({
  afterMin: z.int().min(1).max(MOST_MIN),
  while: z.enum(['unacknowledged', 'unclosed']),
  to: z.array(personTarget).min(1, 'name somebody: a person, a role or a rota').max(20),
});
export type EscalationStep = z.infer<typeof step>;

/** Steps in the order of their times. */
export const escalationSteps = z
  .array(step)
  .max(10)
  .superRefine((list, ctx) => {
    list.forEach((s, i) => {
      if (i > 0 && s.afterMin < list[i - 1]!.afterMin)
        ctx.addIssue({ code: 'custom', path: [i, 'afterMin'], message: 'must not be earlier than the step before' });
    });
  });

/** What the clock of an alert needs of it; times are epoch ms. */
export interface AlertClock {
  readonly state: AlertState;
  /** From when the steps count; null: it is under no policy. */
  readonly clockFrom: number | null;
  /** Steps that are over. */
  readonly stepsDone: number;
  readonly snoozedUntil: number | null;
  readonly waitingUntil: number | null;
}

export interface NextStep {
  /** From 0. */
  readonly index: number;
  readonly at: number;
  readonly step: EscalationStep;
}

/** The next step that would be taken if nothing happened: steps for an unacknowledged alert are passed over once somebody has it. */
export function nextStep(steps: readonly EscalationStep[], a: AlertClock): NextStep | null {
  if (a.clockFrom === null || a.state === 'closed' || a.state === 'verified') return null;
  for (let index = a.stepsDone; index < steps.length; index++) {
    const s = steps[index]!;
    if (s.while === 'unacknowledged' && a.state !== 'open') continue;
    return { index, at: a.clockFrom + s.afterMin * MIN, step: s };
  }
  return null;
}

/** When the timer has to look at the alert: the end of its snooze alone while it is snoozed, else its next step or the end of its wait. */
export function wakeTime(steps: readonly EscalationStep[], a: AlertClock): number | null {
  if (a.state === 'closed' || a.state === 'verified') return null;
  if (a.snoozedUntil !== null) return a.snoozedUntil;
  const times = [nextStep(steps, a)?.at ?? null, a.state === 'waiting' ? a.waitingUntil : null].filter((t) => t !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/** How late something is said to be, whole minutes; 0 where it is in time. */
export const lateMinutes = (dueMs: number, now: number): number => (now - dueMs < LATE_MS ? 0 : Math.round((now - dueMs) / MIN));

/** "45 min", "8 h", "2 d". */
export function minutesWords(min: number): string {
  if (min < 120) return `${min} min`;
  return min < 2880 ? `${Number((min / 60).toFixed(1))} h` : `${Number((min / 1440).toFixed(1))} d`;
}

export const targetWords = (t: EscalationTarget): string =>
  'role' in t ? `every ${t.role}` : 'rota' in t ? `whoever is on call in ${t.rota}` : t.person;
