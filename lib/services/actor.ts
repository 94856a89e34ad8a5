export type RoleName = 'viewer' | 'operator' | 'engineer' | 'administrator';

/** Each role may do what the ones before it may. */
const ROLE_RANK: Readonly<Record<RoleName, number>> = { viewer: 0, operator: 1, engineer: 2, administrator: 3 };

/** Whether a role is at least `least`: the only place where ranks are compared. */
export const mayAs = (role: RoleName, least: RoleName): boolean => ROLE_RANK[role] >= ROLE_RANK[least];

export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: RoleName;
}

/** Who makes a change, as the audit trail names them, and their role. */
export type By = Pick<Actor, 'email' | 'role'>;
