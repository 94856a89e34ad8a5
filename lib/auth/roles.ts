import { headers } from 'next/headers';
import { AppError } from '@/lib/errors';
import type { Actor, RoleName } from '@/lib/services/actor';
import { auth } from './server';

/** A session: its user, its token, and whether the user must choose a new password first. */
export interface SignedIn {
  readonly actor: Actor;
  readonly token: string;
  readonly passwordDue: boolean;
}

/** Whose session these headers carry, or `null`; an account that is disabled is not signed in, whatever session it has. */
export async function sessionOf(of: Headers): Promise<SignedIn | null> {
  const session = await auth().api.getSession({ headers: of });
  if (session === null || session.user.disabledAt) return null;
  const { id, name, email, role, passwordDue } = session.user;
  return { actor: { id, name, email, role: role as RoleName }, token: session.session.token, passwordDue: passwordDue === true };
}

/** Who may act by these headers, or `null`; nobody while the user must choose a new password. */
export async function actorOf(of: Headers): Promise<Actor | null> {
  const session = await sessionOf(of);
  return session === null || session.passwordDue ? null : session.actor;
}

/** Who is signed in on this request, or `null`. */
export const currentActor = async (): Promise<Actor | null> => actorOf(await headers());

/** @throws AppError `unauthenticated` when nobody is signed in. */
export async function requireSession(): Promise<SignedIn> {
  const session = await sessionOf(await headers());
  if (session === null) throw new AppError('unauthenticated', 'sign in to do this');
  return session;
}

/** @throws AppError `unauthenticated` when nobody is signed in; `forbidden` while the user must choose a new password. */
export async function requireActor(): Promise<Actor> {
  const session = await requireSession();
  if (session.passwordDue) throw new AppError('forbidden', 'choose a password of your own first, on the page /new-password');
  return session.actor;
}
