'use server';
import { revalidatePath } from 'next/cache';
import { createChannel, setChannelActive, testChannel } from '@/lib/services/notify/channels';
import { createApiKey, revokeApiKey } from '@/lib/services/settings/api-keys';
import { createUser, resetPassword, setUserDisabled, setUserRole } from '@/lib/services/settings/users';
import { asSent, type Verb } from '@/lib/services/verb';
import type { ActionResult } from '@/lib/ui/action-result';
import { type Acted, actFor, actOnPassword } from '../session';

/** Runs one verb that changes what the page shows. */
async function changeFor<I, R>(verb: Verb<I, R>, input: NoInfer<I>, done: string): Promise<Acted<R>> {
  const acted = await actFor(verb, input, done);
  revalidatePath('/settings');
  return acted;
}

const change = async <I>(verb: Verb<I, unknown>, input: NoInfer<I>, done: string): Promise<ActionResult> =>
  (await changeFor(verb, input, done)).result;

export async function addUser(user: unknown): Promise<ActionResult> {
  return change(
    createUser,
    { user: asSent(user) },
    'The account is ready; hand over its password in person: the user chooses a new one at the first sign-in.',
  );
}

export async function changeRole(user: string, role: string): Promise<ActionResult> {
  return change(setUserRole, { user, role: asSent(role) }, `The role is ${role} now.`);
}

/** The secret is shown once and cannot be read again. */
export async function addKey(key: unknown): Promise<{ result: ActionResult; secret: string | null }> {
  const done = 'The key was made. Copy it now: it is not shown again.';
  const { result, value } = await changeFor(createApiKey, { key: asSent(key) }, done);
  return { result, secret: value };
}

export async function revokeKey(key: string): Promise<ActionResult> {
  return change(revokeApiKey, { key }, 'Revoked; it stops working within ten seconds.');
}

export async function addChannel(channel: unknown): Promise<{ result: ActionResult; secret: string | null }> {
  const { result, value } = await changeFor(createChannel, asSent(channel), 'The channel is active.');
  return { result, secret: value?.secret ?? null };
}

export async function setChannel(channel: string, active: boolean): Promise<ActionResult> {
  return change(setChannelActive, { channel, active }, active ? 'Resumed.' : 'Paused.');
}

/** Sends a test to a channel, and says what it answered. */
export async function tryChannel(channel: string): Promise<ActionResult> {
  const { result, value } = await changeFor(testChannel, { channel }, 'The channel took the test.');
  if (value === null) return result;
  const answer = `${value.status === null ? '' : `${value.status}, `}${value.latencyMs} ms`;
  return value.error === null
    ? { ok: true, message: `${value.name} took the test: ${answer}.` }
    : { ok: false, error: `${value.name} did not take the test: ${value.error} (${answer}).` };
}

export async function disableUser(user: string, disabled: boolean): Promise<ActionResult> {
  return change(setUserDisabled, { user, disabled }, disabled ? 'Disabled and signed out.' : 'May sign in again.');
}

/** The new password is shown once and cannot be read again. */
export async function resetUserPassword(user: string): Promise<{ result: ActionResult; secret: string | null }> {
  const done = 'A new password was set; hand it over in person: the user chooses another at the next sign-in.';
  const { result, value } = await changeFor(resetPassword, { user }, done);
  return { result, secret: value };
}

export async function changePassword(current: string, next: string): Promise<ActionResult> {
  return actOnPassword(current, next, 'Your password is changed; other sessions were signed out.');
}
