'use server';
import { revalidatePath } from 'next/cache';
import { holdSubject, noteHold, releaseEquipment, releaseLot } from '@/lib/services/holds/verbs';
import { asSent, type Verb } from '@/lib/services/verb';
import type { ActionResult } from '@/lib/ui/action-result';
import { act } from '../session';

async function changing<I>(verb: Verb<I, unknown>, input: NoInfer<I>, done: string): Promise<ActionResult> {
  const result = await act(verb, input, done);
  revalidatePath('/', 'layout');
  return result;
}

/** Places a hold of a lot, a tool or a chamber. */
export async function placeHold(subject: unknown, reason: string, alert: string | null): Promise<ActionResult> {
  return changing(holdSubject, { subject: asSent(subject), reason, alert, source: 'person' }, 'On hold.');
}

/** Lots are released by operators, tools and chambers by engineers. */
export async function releaseHold(hold: string, scope: string, reason: string): Promise<ActionResult> {
  return changing(scope === 'lot' ? releaseLot : releaseEquipment, { hold, reason }, 'Released.');
}

export async function acknowledgeHold(hold: string): Promise<ActionResult> {
  return changing(noteHold, { hold }, 'Noted: the MES knows.');
}
