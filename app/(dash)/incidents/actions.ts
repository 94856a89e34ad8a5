'use server';
import { revalidatePath } from 'next/cache';
import { joinIncident, ownAnIncident, splitIncident } from '@/lib/services/alerts/incidents/verbs';
import type { Verb } from '@/lib/services/verb';
import type { ActionResult } from '@/lib/ui/action-result';
import { act } from '../session';

async function changing<I>(verb: Verb<I, unknown>, input: NoInfer<I>, done: string): Promise<ActionResult> {
  const result = await act(verb, input, done);
  revalidatePath('/incidents', 'layout');
  revalidatePath('/alerts', 'layout');
  return result;
}

/** `seen` is the version of the incident that the person saw. */
export async function joinAlerts(
  incident: string,
  seen: number,
  alerts: readonly string[],
  reason: string,
): Promise<ActionResult> {
  return changing(joinIncident, { incident, seen, alerts: [...alerts], reason }, 'Joined.');
}

export async function splitAlerts(
  incident: string,
  seen: number,
  alerts: readonly string[],
  reason: string,
): Promise<ActionResult> {
  return changing(
    splitIncident,
    { incident, seen, alerts: [...alerts], reason },
    'Split off: they are an incident of their own.',
  );
}

export async function giveIncident(incident: string, seen: number, owner: string | null, note: string): Promise<ActionResult> {
  return changing(ownAnIncident, { incident, seen, owner, ...(note === '' ? {} : { note }) }, 'Given.');
}
