'use server';
import { revalidatePath } from 'next/cache';
import { makeApiKey, revokeApiKey } from '@/lib/auth';
import { createChannel, setChannelActive } from '@/lib/services/notify/channels';
import { createUser, resetPassword, setUserDisabled, setUserRole } from '@/lib/services/settings/users';
import type { ActionResult } from '@/lib/ui/action-result';
import { act, actOnPassword } from '../session';

async function done(result: ActionResult): Promise<ActionResult> {
  revalidatePath('/settings');
  return result;
}

export async function addUser(input: unknown): Promise<ActionResult> {
  return done(
    await act(
      'administrator',
      (a) => createUser(input, a),
      'The account is ready; hand over its password in person: the user chooses a new one at the first sign-in.',
    ),
  );
}

export async function changeRole(userId: string, role: string): Promise<ActionResult> {
  return done(await act('administrator', (a) => setUserRole(userId, role, a), `The role is ${role} now.`));
}

/** The secret is shown once: it is in this answer and nowhere else. */
export async function addKey(input: unknown): Promise<{ result: ActionResult; secret: string | null }> {
  let secret: string | null = null;
  const result = await act(
    'administrator',
    async (a) => {
      secret = await makeApiKey(input, a);
    },
    'The key was made. Copy it now: it is not shown again.',
  );
  revalidatePath('/settings');
  return { result, secret };
}

export async function revokeKey(id: string): Promise<ActionResult> {
  return done(await act('administrator', (a) => revokeApiKey(id, a), 'Revoked; it stops working within ten seconds.'));
}

export async function addChannel(input: unknown): Promise<{ result: ActionResult; secret: string | null }> {
  let secret: string | null = null;
  const result = await act(
    'administrator',
    async (a) => {
      secret = (await createChannel(input, a)).secret;
    },
    'The channel is active.',
  );
  revalidatePath('/settings');
  return { result, secret };
}

export async function setChannel(id: string, active: boolean): Promise<ActionResult> {
  return done(await act('administrator', (a) => setChannelActive(id, active, a), active ? 'Resumed.' : 'Paused.'));
}

export async function disableUser(userId: string, disabled: boolean): Promise<ActionResult> {
  return done(
    await act(
      'administrator',
      (a) => setUserDisabled(userId, disabled === true, a),
      disabled ? 'Disabled and signed out.' : 'May sign in again.',
    ),
  );
}

/** The new password is shown once: it is in this answer and nowhere else. */
export async function resetUserPassword(userId: string): Promise<{ result: ActionResult; secret: string | null }> {
  let secret: string | null = null;
  const result = await act(
    'administrator',
    async (a) => {
      secret = await resetPassword(userId, a);
    },
    'A new password was set; hand it over in person: the user chooses another at the next sign-in.',
  );
  revalidatePath('/settings');
  return { result, secret };
}

export async function changePassword(current: string, next: string): Promise<ActionResult> {
  return actOnPassword(current, next, 'Your password is changed; other sessions were signed out.');
}
