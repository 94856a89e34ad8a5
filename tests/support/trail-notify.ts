import { randomUUID } from 'node:crypto';
import { db, sql } from '@/lib/db';
import { createChannel, testChannel } from '@/lib/services/notify/channels';
import { saveDigest } from '@/lib/services/notify/digest';
import { setQuietHours } from '@/lib/services/notify/quiet-hours';
import { retryNotification } from '@/lib/services/notify/retry';
import { orderRules, saveRule } from '@/lib/services/notify/save-rule';
import { cancelOverride, overrideRota, saveRota } from '@/lib/services/rota/verbs';
import type { Ctx, Verb } from '@/lib/services/verb';
import { as } from './as';
import { spec } from './notified';
import { addPeople } from './oxide-alerts';
import { receiver } from './receivers';

/** Calls a verb and looks for its line in the trail. */
type Does = <I, R>(verb: Verb<I, R>, ctx: Ctx, input: NoInfer<I>) => Promise<R>;

const reason = 'for the trail of every verb';
const ann = as('ann@fab.example');
const boss = as('boss@fab.example', { role: 'administrator' });
const iso = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

async function rotas(does: Does): Promise<void> {
  const shift = {
    name: 'all day',
    days: [],
    from: '00:00',
    to: '00:00',
    members: [ann.by.email],
    turnDays: 1,
    startsOn: '2020-01-01',
  };
  await does(saveRota, ann, { name: 'trail', area: '*', seen: 0, spec: { zone: 'UTC', shifts: [shift] }, reason });
  const swap = { rota: 'trail', shift: 'all day', from: iso(1), to: iso(2), insteadOf: null, person: boss.by.email, reason };
  await does(overrideRota, ann, swap);
  const { id } = (await db().one<{ id: number }>(sql`SELECT id FROM rota_override WHERE rota = 'trail'`))!;
  await does(cancelOverride, ann, { override: id, reason });
}

/** Every verb of notifications and rotas. */
export async function notifyVerbs(does: Does): Promise<void> {
  await addPeople({ [ann.by.email]: 'engineer', [boss.by.email]: 'administrator' });
  process.env['WEBHOOK_ALLOW_PRIVATE'] = '127.0.0.1';
  const hook = await receiver();
  try {
    await createChannel(boss, { kind: 'webhook', name: 'trail', target: hook.url, severities: [], areas: [] });
    const { id: channel } = (await db().one<{ id: string }>(sql`SELECT id FROM notify_channel WHERE name = 'trail'`))!;
    await does(testChannel, boss, { channel });
  } finally {
    await hook.close();
    delete process.env['WEBHOOK_ALLOW_PRIVATE'];
  }
  const { id } = await does(saveRule, ann, {
    id: null,
    seen: 0,
    name: 'trail',
    active: true,
    spec: spec([{ channels: 'all' }]),
    reason,
  });
  const others = await db().rows<{ id: string }>(sql`SELECT id FROM notify_rule WHERE id <> ${id} ORDER BY position`);
  await does(orderRules, ann, { ids: [id, ...others.map((r) => r.id)], reason });
  const digest = { zone: 'UTC', times: ['07:00'], days: [], areas: [], to: [{ person: ann.by.email }] };
  await does(saveDigest, ann, { id: null, seen: 0, name: 'trail', active: true, spec: digest, reason });
  const quiet = { zone: 'UTC', windows: [{ days: [], from: '22:00', to: '06:00' }], pierce: [] };
  await does(setQuietHours, ann, { email: ann.by.email, seen: 0, quiet });
  await rotas(does);
  const failed = (await db().one<{ id: number }>(sql`
    INSERT INTO notification (event_key, receiver, email, kind, title, state, attempts, created_at, next_at, give_up_at)
    VALUES (${randomUUID()}, 'mail:ann@fab.example', ${ann.by.email}, 'opened', 'trail', 'failed', 1, now(), now(), now()) RETURNING id`))!;
  await does(retryNotification, ann, { notification: failed.id });
}
