'use server';
import { revalidatePath } from 'next/cache';
import { saveDigest } from '@/lib/services/notify/digest';
import { previewRule } from '@/lib/services/notify/preview';
import { setQuietHours } from '@/lib/services/notify/quiet-hours';
import { retryNotification } from '@/lib/services/notify/retry';
import { orderRules, saveRule } from '@/lib/services/notify/save-rule';
import type { RulesPreview } from '@/lib/services/notify/views/rules';
import { cancelOverride, overrideRota, saveRota } from '@/lib/services/rota/verbs';
import { asSent, type Verb } from '@/lib/services/verb';
import type { ActionResult } from '@/lib/ui/action-result';
import { type Acted, act, actFor } from '../../session';

async function changing<I>(verb: Verb<I, unknown>, input: NoInfer<I>, done: string): Promise<ActionResult> {
  const result = await act(verb, input, done);
  revalidatePath('/alerts', 'layout');
  return result;
}

export async function saveRuleVersion(rule: object, reason: string): Promise<ActionResult> {
  return changing(saveRule, asSent({ ...rule, reason }), 'The rule holds for what happens from now on.');
}

export async function saveOrder(ids: readonly string[], reason: string): Promise<ActionResult> {
  return changing(orderRules, { ids: [...ids], reason }, 'The rules are asked in this order from now on.');
}

/** What the rules would have sent with a draft. */
export async function tryRule(id: string | null, spec: unknown): Promise<Acted<RulesPreview>> {
  return actFor(previewRule, { id, spec: asSent(spec) }, 'Counted.');
}

export async function saveDigestVersion(digest: object, reason: string): Promise<ActionResult> {
  return changing(saveDigest, asSent({ ...digest, reason }), 'The digest is sent at its next time.');
}

export async function saveQuiet(email: string, seen: number, quiet: unknown): Promise<ActionResult> {
  return changing(
    setQuietHours,
    { email, seen, quiet: asSent(quiet) },
    quiet === null ? 'No quiet hours any more.' : 'Messages wait in these hours, and come as one at their end.',
  );
}

export async function sendAgain(notification: number): Promise<ActionResult> {
  return changing(retryNotification, { notification }, 'It is sent again.');
}

export async function saveRotaVersion(rota: object, reason: string): Promise<ActionResult> {
  return changing(saveRota, asSent({ ...rota, reason }), 'The rota holds from now on.');
}

export async function addOverride(override: object, reason: string): Promise<ActionResult> {
  return changing(overrideRota, asSent({ ...override, reason }), 'Noted: the rota goes by it.');
}

export async function takeBack(override: number, reason: string): Promise<ActionResult> {
  return changing(cancelOverride, { override, reason }, 'Taken back.');
}
