'use server';
import { revalidatePath } from 'next/cache';
import { addCode, changeCode } from '@/lib/services/alerts/codes';
import { changePolicy } from '@/lib/services/alerts/policy';
import { asSent, type Verb } from '@/lib/services/verb';
import type { ActionResult } from '@/lib/ui/action-result';
import { act } from '../../session';

async function changing<I>(verb: Verb<I, unknown>, input: NoInfer<I>, done: string): Promise<ActionResult> {
  const result = await act(verb, input, done);
  revalidatePath('/alerts', 'layout');
  return result;
}

/** A new version of a policy; null takes an area's own away. */
export async function savePolicy(
  of: { area: string; severity: string; seen: number },
  policy: unknown,
  reason: string,
): Promise<ActionResult> {
  const done =
    policy === null
      ? `${of.area} follows the policy of all areas.`
      : `Version ${of.seen + 1} holds for alerts that are raised from now on.`;
  return changing(changePolicy, { ...of, severity: asSent(of.severity), policy: asSent(policy), reason }, done);
}

export async function saveNewCode(code: unknown): Promise<ActionResult> {
  return changing(addCode, asSent(code), 'Added.');
}

export async function saveCode(code: {
  id: string;
  seen: number;
  label: string;
  position: number;
  retired: boolean;
}): Promise<ActionResult> {
  return changing(changeCode, code, 'Changed.');
}
