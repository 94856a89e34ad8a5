import { headers } from 'next/headers';
import { AppError } from '@/lib/errors';
import type { Actor, RoleName } from '@/lib/services/actor';
import { auth } from './server';

/** Who is signed in by these headers, or `null`; an account that is disabled is not signed in, whatever session it has. */
export async function actorOf(of: Headers): Promise<Actor | null> {
  const session = await auth().api.getSession({ headers: of });
  if (session === null || session.user.disabledAt) return null;
  const { id, name, email, role } = session.user;
  return { id, name, email, role: role as RoleName };
}

/** Who is signed in on this request, or `null`. */
export const currentActor = async (): Promise<Actor | null> => actorOf(await headers());

/** @throws AppError `unauthenticated` when nobody is signed in. */
export async function requireActor(): Promise<Actor> {
  const actor = await currentActor();
  if (actor === null) throw new AppError('unauthenticated', 'sign in to do this');
  return actor;
}
