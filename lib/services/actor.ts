export type RoleName = 'viewer' | 'operator' | 'engineer' | 'administrator';

/** Each role may do what the ones before it may. */
const ROLE_RANK: Readonly<Record<RoleName, number>> = { viewer: 0, operator: 1, engineer: 2, administrator: 3 };

/** Whether a role may do what `least` may: the only place where ranks are compared. */
export const mayAs = (role: RoleName, least: RoleName): boolean => ROLE_RANK[role] >= ROLE_RANK[least];

export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: RoleName;
}

/** Who changes something, as the trail names them, and what they may. */
export type By = Pick<Actor, 'email' | 'role'>;
