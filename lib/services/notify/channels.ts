import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { recordIdIn } from '@/lib/formats/scalars';
import { audit } from '../audit';
import { EMAIL } from '../settings/account-rules';
import { verb } from '../verb';
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
    kind: z.literal('mes'),
    name: z.string().trim().min(1).max(80),
    target: z.url({ protocol: /^https?$/ }),
    // A MES is asked for every hold, whatever alert it came from.
    severities: z.array(z.never('a MES takes all holds: choose none')),
    areas: z.array(z.never('a MES takes all holds: choose none')),
  }),
  z.strictObject({
    kind: z.literal('email'),
    name: z.string().trim().min(1).max(80),
    target: z.email({ pattern: EMAIL }),
    severities: z.array(z.enum(['high', 'medium', 'low'])),
    areas: z.array(z.string()),
  }),
]);

/**
 * Adds a channel that alerts are sent to, or (kind `mes`) a MES that is asked for holds. Webhooks get a secret to check signatures with; it is shown once.
 * Empty lists mean all.
 */
export const createChannel = verb(
  { name: 'channel.create', least: 'administrator', input: newChannel },
  async (ctx, c): Promise<{ secret: string | null }> => {
    if (c.kind !== 'email') await checkTarget(c.target);
    const secret = c.kind !== 'email' ? randomBytes(24).toString('base64url') : null;
    await transaction(async (tx) => {
      const made = await tx.exec(sql`INSERT INTO notify_channel (name, kind, target, secret, severities, areas)
        VALUES (${c.name}, ${c.kind}, ${c.target}, ${secret}, ${c.severities}::text[], ${c.areas}::text[]) ON CONFLICT (name) DO NOTHING`);
      if (made === 0) throw new AppError('conflict', `there is a channel "${c.name}" already`, { field: 'name' });
      await audit(tx, ctx, { action: 'create', entity: 'channel', entityId: c.name, after: c });
    });
    return { secret };
  },
);

export const setChannelActive = verb(
  {
    name: 'channel.activate',
    least: 'administrator',
    input: z.strictObject({ channel: recordIdIn('channel'), active: z.boolean() }),
  },
  async (ctx, { channel, active }) =>
    transaction(async (tx) => {
      const row = await tx.one<{ name: string }>(
        sql`UPDATE notify_channel SET active = ${active} WHERE id = ${channel} RETURNING name`,
      );
      if (row === undefined) throw new AppError('not_found', 'there is no such channel');
      await audit(tx, ctx, { action: active ? 'resume' : 'pause', entity: 'channel', entityId: row.name });
    }),
);
