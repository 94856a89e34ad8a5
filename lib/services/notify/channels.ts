import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { parsed } from '@/lib/formats/parsed';
import { type By, requireRole } from '../actor';
import { audit } from '../audit';
import { EMAIL } from '../settings/account-rules';
import { checkTarget } from './webhook';

const newChannel = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('webhook'),
    name: z.string().trim().min(1).max(80),
    target: z.url({ protocol: /^https?$/ }),
    severities: z.array(z.enum(['high', 'medium', 'low'])),
    areas: z.array(z.string()),
  }),
  z.strictObject({
    kind: z.literal('email'),
    name: z.string().trim().min(1).max(80),
    target: z.email({ pattern: EMAIL }),
    severities: z.array(z.enum(['high', 'medium', 'low'])),
    areas: z.array(z.string()),
  }),
]);

/** Adds a channel that alerts are told to. A webhook gets a secret to check signatures with; it is shown once. Empty lists mean all. */
export async function createChannel(input: unknown, actor: By): Promise<{ secret: string | null }> {
  requireRole(actor, 'administrator');
  const c = parsed(newChannel, input);
  if (c.kind === 'webhook') await checkTarget(c.target);
  const secret = c.kind === 'webhook' ? randomBytes(24).toString('base64url') : null;
  await transaction(async (tx) => {
    const made = await tx.exec(sql`INSERT INTO notify_channel (name, kind, target, secret, severities, areas)
      VALUES (${c.name}, ${c.kind}, ${c.target}, ${secret}, ${c.severities}::text[], ${c.areas}::text[]) ON CONFLICT (name) DO NOTHING`);
    if (made === 0) throw new AppError('conflict', `there is a channel "${c.name}" already`, { field: 'name' });
    await audit(tx, { actor: actor.email, action: 'create', entity: 'channel', entityId: c.name, after: c });
  });
  return { secret };
}

export async function setChannelActive(id: string, active: boolean, actor: By): Promise<void> {
  requireRole(actor, 'administrator');
  await transaction(async (tx) => {
    const row = await tx.one<{ name: string }>(sql`UPDATE notify_channel SET active = ${active} WHERE id = ${id} RETURNING name`);
    if (row === undefined) throw new AppError('not_found', 'there is no such channel');
    await audit(tx, { actor: actor.email, action: active ? 'resume' : 'pause', entity: 'channel', entityId: row.name });
  });
}
