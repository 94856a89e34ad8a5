'use server';
import { revalidatePath } from 'next/cache';
import { headers } from 'next/headers';
import { auth, createApiKey, revokeApiKey, SCOPES } from '@/lib/auth';
import { AppError } from '@/lib/errors';
import { parseKeyRequest, recordKeyChange } from '@/lib/services/api-keys';
import { createChannel, setChannelActive } from '@/lib/services/channels';
import { createUser, setUserRole } from '@/lib/services/users';
import type { ActionResult } from '@/lib/ui/action-result';
import { act } from '../session';

async function done(result: ActionResult): Promise<ActionResult> {
  revalidatePath('/settings');
  return result;
}

export async function addUser(input: unknown): Promise<ActionResult> {
  return done(
    await act('administrator', (a) => createUser(input, a.email), 'The account is there; hand over its password in person.'),
  );
}

export async function changeRole(userId: string, role: string): Promise<ActionResult> {
  return done(await act('administrator', (a) => setUserRole(userId, role, a.email), `The role is ${role} now.`));
}

/** The secret is shown once: it is in this answer and nowhere else. */
export async function addKey(input: unknown): Promise<{ result: ActionResult; secret: string | null }> {
  let secret: string | null = null;
  const result = await act(
    'administrator',
    async (a) => {
      const { sender, scopes } = parseKeyRequest(input, SCOPES);
      secret = await createApiKey(sender, scopes, a.email);
      await recordKeyChange(a.email, 'create', sender, scopes);
    },
    'The key is made. Copy it now: it is not shown again.',
  );
  revalidatePath('/settings');
  return { result, secret };
}

export async function revokeKey(id: string): Promise<ActionResult> {
  return done(
    await act(
      'administrator',
      async (a) => recordKeyChange(a.email, 'revoke', await revokeApiKey(id)),
      'Revoked; it stops working within ten seconds.',
    ),
  );
}

export async function addChannel(input: unknown): Promise<{ result: ActionResult; secret: string | null }> {
  let secret: string | null = null;
  const result = await act(
    'administrator',
    async (a) => {
      secret = (await createChannel(input, a.email)).secret;
    },
    'The channel is active.',
  );
  revalidatePath('/settings');
  return { result, secret };
}

export async function setChannel(id: string, active: boolean): Promise<ActionResult> {
  return done(await act('administrator', (a) => setChannelActive(id, active, a.email), active ? 'Resumed.' : 'Paused.'));
}

export async function changePassword(current: string, next: string): Promise<ActionResult> {
  return act(
    'viewer',
    async () => {
      if (next.length < 8) throw new AppError('invalid_input', 'the new password needs 8 characters or more');
      try {
        await auth().api.changePassword({
          body: { currentPassword: current, newPassword: next, revokeOtherSessions: true },
          headers: await headers(),
        });
      } catch (e) {
        const code = (e as { body?: { code?: string } }).body?.code;
        if (code === 'INVALID_PASSWORD') throw new AppError('invalid_input', 'the current password is not right');
        throw e;
      }
    },
    'Your password is changed; other sessions were signed out.',
  );
}
