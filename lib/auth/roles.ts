import { headers } from 'next/headers';
import { AppError } from '@/lib/errors';
import { auth } from './server';

export type RoleName = 'viewer' | 'operator' | 'engineer' | 'administrator';

/** Each role may do what the ones before it may. */
export const ROLE_RANK: Readonly<Record<RoleName, number>> = { viewer: 0, operator: 1, engineer: 2, administrator: 3 };

export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: RoleName;
}

/** Who is signed in on this request, or `null`. */
export async function currentActor(): Promise<Actor | null> {
  const session = await auth().api.getSession({ headers: await headers() });
  if (session === null) return null;
  const { id, name, email, role } = session.user;
  return { id, name, email, role: role as RoleName };
}

/** @throws AppError `unauthenticated` when nobody is signed in. */
export async function requireActor(): Promise<Actor> {
  const actor = await currentActor();
  if (actor === null) throw new AppError('unauthenticated', 'sign in to do this');
  return actor;
}

/** @throws AppError `forbidden` when the actor's role is lower than `least`. */
export function requireRole(actor: Actor, least: RoleName): void {
  if (ROLE_RANK[actor.role] < ROLE_RANK[least]) {
    throw new AppError('forbidden', `this needs the role ${least}; ${actor.email} is ${actor.role}. Ask an administrator`);
  }
}
