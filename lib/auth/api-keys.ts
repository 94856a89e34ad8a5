import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { db, perDatabase, sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { parsed, parsedId } from '@/lib/formats/parsed';
import { type By, requireRole } from '@/lib/services/actor';
import { audit } from '@/lib/services/audit';
import { LEAST_SENDER, SENDER, SENDER_WORDS } from '@/lib/services/settings/account-rules';

export const SCOPES = ['ingest', 'advice', 'fab', 'read', 'alerts', 'compute', 'truth'] as const;
export type KeyScope = (typeof SCOPES)[number];

export interface Machine {
  readonly id: string;
  readonly sender: string;
  readonly scopes: readonly string[];
}

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');

const newKey = z.strictObject({
  sender: z.string().trim().min(LEAST_SENDER).max(80).regex(SENDER, SENDER_WORDS),
  scopes: z.array(z.enum(SCOPES)).min(1, 'choose at least one scope'),
});

/** Makes a key that a person asked for, in the audit trail by the same transaction. The key is in this answer and nowhere else. */
export async function makeApiKey(input: unknown, actor: By): Promise<string> {
  requireRole(actor, 'administrator');
  const k = parsed(newKey, input);
  return createApiKey(k.sender, k.scopes, actor.email);
}

/** Makes a key for a sender; only its hash is kept. `given` fixes the key (the demo hands it to its simulator). */
export async function createApiKey(
  sender: string,
  scopes: readonly KeyScope[],
  createdBy: string,
  given?: string,
): Promise<string> {
  const key = given ?? `dl_${randomBytes(24).toString('base64url')}`;
  await transaction(async (tx) => {
    await tx.exec(sql`
      INSERT INTO api_key (sender, hash, prefix, scopes, created_by) VALUES (${sender}, ${hashOf(key)}, ${key.slice(0, 7)}, ${[...scopes]}::text[], ${createdBy})
      ON CONFLICT (hash) DO UPDATE SET scopes = EXCLUDED.scopes, revoked_at = NULL`);
    await audit(tx, { actor: createdBy, action: 'create', entity: 'api key', entityId: sender, after: { scopes } });
  });
  return key;
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

/** A revoked key is refused from now on; what it sent stays. */
export async function revokeApiKey(id: string, actor: By): Promise<void> {
  requireRole(actor, 'administrator');
  const known = parsedId('key', id);
  await transaction(async (tx) => {
    const row = await tx.one<{ sender: string; prefix: string }>(
      sql`UPDATE api_key SET revoked_at = now() WHERE id = ${known} AND revoked_at IS NULL RETURNING sender, prefix`,
    );
    if (row === undefined) throw new AppError('not_found', 'there is no such key, or it is revoked already');
    await audit(tx, {
      actor: actor.email,
      action: 'revoke',
      entity: 'api key',
      entityId: row.sender,
      before: { prefix: row.prefix },
    });
  });
}
