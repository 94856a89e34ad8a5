import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { db, sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { recordIdIn } from '@/lib/formats/scalars';
import { audit } from '../audit';
import { EMAIL } from '../settings/account-rules';
import { timeOf, verb } from '../verb';
import { saysAcknowledged } from './hold-messages';
import { testMessage } from './message';
import { type ChannelRow, postTo } from './post';
import { channelReceiver } from './rules';
import { checkTarget } from './webhook';

const base = {
  name: z.string().trim().min(1).max(80),
  severities: z.array(z.enum(['high', 'medium', 'low'])),
  areas: z.array(z.string()),
};
const address = z.url({ protocol: /^https?$/ });

const newChannel = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('webhook'), ...base, target: address }),
  // Chats take a JSON of their own at an address that is the secret; nothing is signed.
  z.strictObject({ kind: z.literal('slack'), ...base, target: address }),
  z.strictObject({ kind: z.literal('teams'), ...base, target: address }),
  z.strictObject({
    kind: z.literal('mes'),
    name: base.name,
    target: address,
    // A MES is asked for every hold, whatever alert it came from.
    severities: z.array(z.never('a MES takes all holds: choose none')),
    areas: z.array(z.never('a MES takes all holds: choose none')),
  }),
  z.strictObject({ kind: z.literal('email'), ...base, target: z.email({ pattern: EMAIL }) }),
]);

const isSigned = (kind: string): boolean => kind === 'webhook' || kind === 'mes';

/**
 * Adds a channel that messages are sent to, or (kind `mes`) a MES that is asked for holds. Webhooks get a secret to check signatures with; it is shown once.
 * Empty lists mean all. Rules say what is sent to it; it may be for some severities and areas only, whatever they say.
 */
export const createChannel = verb(
  { name: 'channel.create', least: 'administrator', input: newChannel },
  async (ctx, c): Promise<{ secret: string | null }> => {
    if (c.kind !== 'email') await checkTarget(c.target);
    const secret = isSigned(c.kind) ? randomBytes(24).toString('base64url') : null;
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

/** What a channel answered to a test. */
export interface ChannelTest {
  readonly name: string;
  readonly status: number | null;
  /** In words; null: it took the message. */
  readonly error: string | null;
  readonly latencyMs: number;
}

/** Longest answer of a MES that is read. */
const ANSWER_BYTES = 4_096;

/**
 * Sends a message to a channel that says that it is a test, now and once, also to a paused one; it stands in the log of deliveries. A MES must acknowledge it
 * as it must a hold.
 * @throws AppError `not_found`.
 */
export const testChannel = verb(
  { name: 'channel.test', least: 'administrator', input: z.strictObject({ channel: recordIdIn('channel') }) },
  async (ctx, { channel }): Promise<ChannelTest> => {
    const c = await db().one<ChannelRow>(sql`SELECT id, name, kind, target, secret FROM notify_channel WHERE id = ${channel}`);
    if (c === undefined) throw new AppError('not_found', 'there is no such channel');
    const key = `test:${randomUUID()}`;
    const message = testMessage(key, ctx.by.email);
    // The clock of a ctx may stand still, a latency may not.
    const started = performance.now();
    const answer = await postTo(
      c,
      message,
      { deliveryId: key.replace(':', '-'), eventId: key.replace(':', '-') },
      ctx.now(),
      c.kind === 'mes' ? ANSWER_BYTES : 0,
    );
    const latencyMs = Math.round(performance.now() - started);
    const error =
      answer.error ??
      (c.kind === 'mes' && !saysAcknowledged(answer.body) ? `answered ${answer.status} without {"acknowledged": true}` : null);
    const at = timeOf(ctx);
    await transaction(async (tx) => {
      await tx.exec(sql`
        INSERT INTO notification (event_key, receiver, channel_id, kind, title, state, attempts, status_code, error, latency_ms, created_at, next_at, give_up_at, delivered_at)
        VALUES (${key}, ${channelReceiver(c)}, ${c.id}, 'test', ${ctx.by.email}, ${error === null ? 'delivered' : 'failed'}, 1, ${answer.status}, ${error}, ${latencyMs}, ${at}, ${at}, ${at}, ${error === null ? at : null})`);
      await audit(tx, ctx, {
        action: 'test',
        entity: 'channel',
        entityId: c.name,
        after: { status: answer.status, error, latencyMs },
      });
    });
    return { name: c.name, status: answer.status, error, latencyMs };
  },
);
