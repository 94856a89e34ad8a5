import { db, perDatabase, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { By, RoleName } from '@/lib/services/actor';
import { hashOf, type KeyScope } from '@/lib/services/settings/api-keys';

export interface Machine {
  readonly id: string;
  readonly sender: string;
  readonly scopes: readonly string[];
}

interface Cached {
  readonly machine: Machine;
  readonly until: number;
}
const TTL_MS = 10_000;
const remembered = perDatabase(() => new Map<string, Cached>());

/** The sender behind `Authorization: Bearer <key>`. A revoked key stops working within ten seconds. */
export async function authenticateKey(req: Request, now: number): Promise<Machine> {
  const header = req.headers.get('authorization') ?? '';
  const key = header.startsWith('Bearer ') ? header.slice(7) : req.headers.get('x-api-key');
  if (!key) throw new AppError('unauthenticated', 'send the API key as "Authorization: Bearer <key>"');
  const cache = remembered();
  const hash = hashOf(key);
  const hit = cache.get(hash);
  if (hit !== undefined && hit.until > now) return hit.machine;
  const row = await db().one<Machine>(sql`
    UPDATE api_key SET last_used_at = now() WHERE hash = ${hash} AND revoked_at IS NULL RETURNING id, sender, scopes`);
  if (row === undefined) {
    cache.delete(hash);
    throw new AppError('unauthenticated', 'this API key is not known or was revoked');
  }
  if (cache.size > 1_000) cache.clear();
  cache.set(hash, { machine: row, until: now + TTL_MS });
  return row;
}

/** @throws AppError `forbidden` when the key has none of the scopes. */
export function requireScope(machine: Machine, ...anyOf: readonly KeyScope[]): void {
  if (!anyOf.some((s) => machine.scopes.includes(s)))
    throw new AppError('forbidden', `this key lacks the scope "${anyOf.join('" or "')}"; it has ${machine.scopes.join(', ')}`);
}

/** The role that a scope stands for, of those that let a sender do what a person may. */
const ROLE = { alerts: 'operator', charts: 'engineer', holds: 'engineer', fab: 'engineer' } as const satisfies Partial<
  Record<KeyScope, RoleName>
>;

/** A sender as it asks for what a person may do too, by the scope that lets it. @throws AppError `forbidden` when the key has not the scope. */
export function senderAs(machine: Machine, scope: keyof typeof ROLE): By {
  requireScope(machine, scope);
  return { email: machine.sender, role: ROLE[scope] };
}
