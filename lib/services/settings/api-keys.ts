import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { recordIdIn } from '@/lib/formats/scalars';
import { audit } from '../audit';
import { timeOf, verb } from '../verb';
import { LEAST_SENDER, SENDER, SENDER_WORDS } from './account-rules';

export const SCOPES = ['ingest', 'advice', 'fab', 'read', 'alerts', 'charts', 'holds', 'compute', 'truth'] as const;
export type KeyScope = (typeof SCOPES)[number];

/** What is stored of a key. */
export const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');

const newKey = z.strictObject({
  sender: z.string().trim().min(LEAST_SENDER).max(80).regex(SENDER, SENDER_WORDS),
  scopes: z.array(z.enum(SCOPES)).min(1, 'choose at least one scope'),
});

/**
 * Creates a key for a sender; only its hash is stored. `given` fixes the key (the demo passes it to its simulator).
 * @returns the key, which cannot be read again.
 */
export const createApiKey = verb(
  {
    name: 'api-key.create',
    least: 'administrator',
    input: z.strictObject({ key: newKey, given: z.string().min(1).optional() }),
    body: 'key',
  },
  async (ctx, { key: { sender, scopes }, given }): Promise<string> => {
    const key = given ?? `dl_${randomBytes(24).toString('base64url')}`;
    await transaction(async (tx) => {
      await tx.exec(sql`
        INSERT INTO api_key (sender, hash, prefix, scopes, created_by) VALUES (${sender}, ${hashOf(key)}, ${key.slice(0, 7)}, ${scopes}::text[], ${ctx.by.email})
        ON CONFLICT (hash) DO UPDATE SET scopes = EXCLUDED.scopes, revoked_at = NULL`);
      await audit(tx, ctx, { action: 'create', entity: 'api key', entityId: sender, after: { scopes } });
    });
    return key;
  },
);

/** A revoked key is refused from now on; what it sent stays. */
export const revokeApiKey = verb(
  { name: 'api-key.revoke', least: 'administrator', input: z.strictObject({ key: recordIdIn('key') }) },
  async (ctx, { key: id }) =>
    transaction(async (tx) => {
      const row = await tx.one<{ sender: string; prefix: string }>(
        sql`UPDATE api_key SET revoked_at = ${timeOf(ctx)} WHERE id = ${id} AND revoked_at IS NULL RETURNING sender, prefix`,
      );
      if (row === undefined) throw new AppError('not_found', 'there is no such key, or it is revoked already');
      await audit(tx, ctx, {
        action: 'revoke',
        entity: 'api key',
        entityId: row.sender,
        before: { prefix: row.prefix },
      });
    }),
);
