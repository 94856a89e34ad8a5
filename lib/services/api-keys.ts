import { z } from 'zod';
import { transaction } from '@/lib/db';
import { audit } from './audit';

const newKey = z.strictObject({
  sender: z
    .string()
    .trim()
    .min(2)
    .max(80)
    .regex(/^[\w .:@-]+$/, 'letters, digits and . : @ _ - only'),
  scopes: z.array(z.string()).min(1, 'choose at least one scope'),
});

/** What a person asked a key for: its sender, and those of the known scopes that were chosen. */
export function parseKeyRequest<S extends string>(input: unknown, known: readonly S[]): { sender: string; scopes: S[] } {
  const k = newKey.parse(input);
  return { sender: k.sender, scopes: z.array(z.enum(known as [S, ...S[]])).parse(k.scopes) as S[] };
}

/** Keeps in the audit trail that a key was made or revoked. */
export const recordKeyChange = (
  actor: string,
  action: 'create' | 'revoke',
  sender: string,
  scopes?: readonly string[],
): Promise<void> =>
  transaction((tx) =>
    audit(tx, { actor, action, entity: 'api key', entityId: sender, ...(scopes ? { after: { scopes } } : {}) }),
  );
