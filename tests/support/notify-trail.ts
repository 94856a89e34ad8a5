import { db, sql } from '@/lib/db';
import { testChannel } from '@/lib/services/notify/channels';
import { saveDigest } from '@/lib/services/notify/digest';
import { setQuietHours } from '@/lib/services/notify/quiet-hours';
import { retryNotification } from '@/lib/services/notify/retry';
import { orderRules, saveRule } from '@/lib/services/notify/save-rule';
import { cancelOverride, overrideRota, saveRota } from '@/lib/services/rota/verbs';
import type { Ctx, Verb } from '@/lib/services/verb';

/** Every verb about who is told, after the channel `Shift` was added. @param does - runs one and looks at its line in the trail. */
export async function notifyTrail(
  does: <I, R>(verb: Verb<I, R>, ctx: Ctx, input: NoInfer<I>) => Promise<R>,
  ann: Ctx,
  boss: Ctx,
  reason: string,
): Promise<void> {
  await db().exec(sql`
    INSERT INTO "user" (id, name, email, role, updated_at) VALUES ('u-ann', 'Ann', 'ann@fab.example', 'engineer', now()) ON CONFLICT DO NOTHING`);
  const { id: channel } = (await db().one<{ id: string }>(sql`SELECT id FROM notify_channel WHERE name = 'Shift'`))!;
  await does(testChannel, boss, { channel });
  const spec = {
    events: [],
    areas: [],
    severities: [],
    to: [{ channels: 'all' as const }],
    quiet: null,
    final: false,
  };
  await does(saveRule, ann, { id: null, seen: 0, name: 'Everything', active: true, spec, reason });
  const rules = await db().rows<{ id: string }>(sql`SELECT id FROM notify_rule ORDER BY position DESC`);
  await does(orderRules, ann, { ids: rules.map((r) => r.id), reason });
  const when = { zone: 'UTC', times: ['06:00'], days: [], areas: [], to: [{ channel: 'Shift' }] };
  await does(saveDigest, ann, { id: null, seen: 0, name: 'Morning', active: true, spec: when, reason });
  const hours = { zone: 'UTC', windows: [{ days: [], from: '22:00', to: '06:00' }], pierce: [] };
  await does(setQuietHours, ann, { email: 'ann@fab.example', seen: 0, quiet: hours });
  const shift = {
    name: 'day',
    days: [],
    from: '07:00',
    to: '07:00',
    members: ['ann@fab.example'],
    turnDays: 7,
    startsOn: '2026-01-05',
  };
  await does(saveRota, ann, { name: 'Nights', area: '*', seen: 0, spec: { zone: 'UTC', shifts: [shift] }, reason });
  const span = { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' };
  const swap = { rota: 'Nights', shift: null, ...span, insteadOf: null, person: null, reason };
  const { id: override } = await does(overrideRota, ann, swap);
  await does(cancelOverride, ann, { override, reason });
  const failed = (await db().one<{ id: number }>(sql`
    INSERT INTO notification (event_key, receiver, email, kind, title, state) VALUES ('alert:0', 'mail:x', 'x', 'opened', 'x', 'failed') RETURNING id`))!;
  await does(retryNotification, ann, { notification: failed.id });
}
