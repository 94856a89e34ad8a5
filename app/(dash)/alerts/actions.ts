'use server';
import { revalidatePath } from 'next/cache';
import { actOnAlert } from '@/lib/services/alerts/actions';
import { actOnAlerts, type BulkOutcome } from '@/lib/services/alerts/bulk';
import { disposeLots } from '@/lib/services/alerts/dispositions';
import { requestMeasurement, withdrawRequest } from '@/lib/services/alerts/requests';
import { doStep, skipStep, stepBack } from '@/lib/services/checklists/step';
import { asSent, type Verb } from '@/lib/services/verb';
import type { ActionResult } from '@/lib/ui/action-result';
import { act, actFor } from '../session';

/** What is done, and its fields; the verb parses them. */
type Act = Readonly<Record<string, unknown>> & { readonly do: string };

async function changing<I>(verb: Verb<I, unknown>, input: NoInfer<I>, done: string): Promise<ActionResult> {
  const result = await act(verb, input, done);
  revalidatePath('/alerts', 'layout');
  return result;
}

const DONE: Readonly<Record<string, string>> = {
  acknowledge: 'Acknowledged.',
  start: 'In work.',
  wait: 'Waiting.',
  comment: 'Comment added.',
  assign: 'Handed over.',
  snooze: 'Snoozed.',
  wake: 'Awake again.',
  close: 'Alert closed.',
  waive: 'Check waived.',
  reopen: 'Alert reopened.',
};

/** One act on an alert; `seen` is the version that the person saw. */
export async function actOn(alert: string, seen: number, action: Act): Promise<ActionResult> {
  return changing(actOnAlert, { alert, seen, action: asSent(action) }, DONE[action.do] ?? 'Done.');
}

/** The same act on several alerts: what became of each. */
export async function actOnMany(
  alerts: readonly { alert: string; seen: number }[],
  action: Act,
): Promise<{ result: ActionResult; outcomes: BulkOutcome[] }> {
  const { result, value } = await actFor(actOnAlerts, { alerts: [...alerts], action: asSent(action) }, (outcomes) => {
    const done = outcomes.filter((o) => o.ok).length;
    return done === outcomes.length ? `Done for ${done}.` : `Done for ${done} of ${outcomes.length}; the others say why.`;
  });
  revalidatePath('/alerts', 'layout');
  return { result, outcomes: value ?? [] };
}

export async function dispose(
  alert: string,
  seen: number,
  wafers: readonly { lot: string; slot: number }[],
  decision: string,
  reason: string,
): Promise<ActionResult> {
  return changing(disposeLots, { alert, seen, wafers: [...wafers], decision: asSent(decision), reason }, 'Decided.');
}

/** The present step of the checklist of an alert is done, or its question answered. */
export async function doChecklistStep(
  alert: string,
  seen: number,
  step: string,
  said: { answer?: string; note?: string },
): Promise<ActionResult> {
  return changing(doStep, { alert, seen, step, ...said }, 'Done.');
}

export async function skipChecklistStep(
  alert: string,
  seen: number,
  step: string,
  answer: string | null,
  reason: string,
): Promise<ActionResult> {
  return changing(skipStep, { alert, seen, step, reason, ...(answer === null ? {} : { answer }) }, 'Skipped.');
}

export async function takeStepBack(alert: string, seen: number, reason: string): Promise<ActionResult> {
  return changing(stepBack, { alert, seen, reason }, 'Taken back; it stays in the history.');
}

export async function askAgain(request: {
  alert: string | null;
  lot: string;
  slot: number;
  operation: string;
  parameter: string;
  withinMin: number;
  reason: string;
}): Promise<ActionResult> {
  const result = await changing(requestMeasurement, request, 'Asked for; stations and operators see it in the list of requests.');
  revalidatePath('/requests');
  return result;
}

export async function takeBack(request: string, reason: string): Promise<ActionResult> {
  const result = await changing(withdrawRequest, { request, reason }, 'Taken back.');
  revalidatePath('/requests');
  return result;
}
