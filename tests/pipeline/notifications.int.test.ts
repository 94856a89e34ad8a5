import { expect, test } from 'vitest';
import { db, sql, transaction } from '@/lib/db';
import { placeHold, releaseHold } from '@/lib/services/holds/hold';
import { setChannelActive } from '@/lib/services/notify/channels';
import { retryNotification } from '@/lib/services/notify/retry';
import { sender } from '@/lib/services/notify/send';
import { logRows } from '@/lib/services/notify/views/log';
import { as } from '../support/as';
import { alert, ana, boss, channel, logged, notifying, SOON, send, states } from '../support/notified';
import { doAllWork } from '../support/work';

const host = notifying();

test('as delivered, every change of an alert and of a hold goes to every channel that takes it, in the format of the channel', async () => {
  const [hook, slack, teams] = [await host.listen(), await host.listen(200), await host.listen(202)];
  await channel(hook);
  await channel(slack, 'slack', { severities: ['high'] });
  await channel(teams, 'teams', { areas: ['ETCH'] });
  const id = await alert();
  await alert('opened', { severity: 'low', area: 'ETCH' });
  await send();
  expect(hook.heard).toHaveLength(2);
  const first = hook.heard.find((h) => h.body.alert?.severity === 'high')!;
  expect(first.body).toMatchObject({
    event: { kind: 'opened', words: 'opened' },
    alert: { id, severity: 'high', lot: 'A1043' },
  });
  expect(hook.heard[0]!.headers).toMatchObject({
    'x-driftless-delivery': expect.stringMatching(/^n\d+$/),
    'x-driftless-event': expect.stringMatching(/^\d+$/),
    'x-driftless-signature': expect.stringMatching(/^sha256=/),
  });
  expect(slack.heard.map((h) => h.body.text)).toEqual(['[high] CD mean · LIT-01: 1 point beyond 3 sigma']);
  expect(slack.heard[0]!.headers['x-driftless-signature']).toBeUndefined();
  expect(teams.heard[0]!.body).toMatchObject({ type: 'message', attachments: [{ content: { type: 'AdaptiveCard' } }] });
  expect(teams.heard).toHaveLength(1);
  await send();
  expect(hook.heard).toHaveLength(2);
});

test('a hold of no alert is told when it is placed and when it is released', async () => {
  const hook = await host.listen();
  await channel(hook);
  const hold = await transaction((tx) =>
    placeHold(tx, {
      subject: { scope: 'lot', lot: 'A1' },
      reason: 'scratches',
      source: 'person',
      by: 'omar',
      at: new Date(),
      alertId: null,
    }),
  );
  await transaction((tx) => releaseHold(tx, hold.hold.id, 'ana', 'looked at', new Date()));
  await send();
  const bodies = ['hold_placed', 'hold_released'].map((k) => hook.heard.find((h) => h.body.event?.kind === k)?.body);
  expect(bodies).toMatchObject([
    { event: { kind: 'hold_placed', actor: 'omar' }, hold: { id: hold.hold.id, lot: 'A1', active: false, reason: 'scratches' } },
    { event: { kind: 'hold_released', actor: 'ana' }, hold: { id: hold.hold.id, active: false, releaseReason: 'looked at' } },
  ]);
});

test('a receiver that hangs holds up its own messages alone', async () => {
  const [stuck, quick] = [await host.listen('hang'), await host.listen()];
  await channel(stuck);
  await channel(quick);
  for (let i = 0; i < 12; i++) await alert();
  await doAllWork();
  const s = sender(Date.now);
  const started = performance.now();
  while (quick.heard.length < 12 && performance.now() - started < 5_000) {
    await s.round();
    await new Promise((r) => setImmediate(r));
  }
  expect(quick.heard).toHaveLength(12); // while the other one has not answered at all
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(stuck.heard.length).toBeLessThanOrEqual(3);
  stuck.set(204);
  stuck.drop();
  await s.idle();
  const failing = await db().rows<{ error: string; n: number }>(
    sql`SELECT error, count(*)::int AS n FROM notification WHERE error IS NOT NULL GROUP BY error`,
  );
  expect(failing).toEqual([{ error: 'no answer', n: 3 }]);
});

test('a worker that dies between sending and marking: the same message is sent again under the same id', async () => {
  const hook = await host.listen();
  await channel(hook);
  await alert();
  await doAllWork();
  await db().exec(sql`CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed'; END $$`);
  await db().exec(
    sql`CREATE TRIGGER die BEFORE UPDATE ON notification FOR EACH ROW WHEN (NEW.state = 'delivered') EXECUTE FUNCTION die()`,
  );
  const now = SOON();
  await sender(() => now).all();
  expect(hook.heard).toHaveLength(1);
  expect(await states()).toMatchObject([{ state: 'pending', attempts: 1 }]);
  await db().exec(sql`DROP TRIGGER die ON notification`);
  await sender(() => now + 30_000).all(); // it is still the dead one's
  expect(hook.heard).toHaveLength(1);
  await sender(() => now + 61_000).all();
  expect(hook.heard).toHaveLength(2);
  expect(hook.heard[1]!.headers['x-driftless-delivery']).toBe(hook.heard[0]!.headers['x-driftless-delivery']);
  expect(await states()).toMatchObject([{ state: 'delivered', attempts: 2 }]);
});

test('two workers at once send nothing twice', async () => {
  const hook = await host.listen();
  await channel(hook);
  for (let i = 0; i < 20; i++) await alert();
  await doAllWork();
  const now = SOON();
  await Promise.all([sender(() => now).all(), sender(() => now).all(), sender(() => now).all()]);
  expect(new Set(hook.heard.map((h) => h.headers['x-driftless-delivery'])).size).toBe(20);
  expect(hook.heard).toHaveLength(20);
});

test('a receiver that asks for a pause gets it, and what was given up is sent again on request', async () => {
  const hook = await host.listen(429, { 'retry-after': '120' });
  await channel(hook);
  await alert();
  const now = SOON();
  await send(now);
  await sender(() => now + 119_000).all();
  expect(hook.heard).toHaveLength(1);
  await sender(() => now + 121_000).all();
  expect(hook.heard).toHaveLength(2);
  await sender(() => now + 26 * 3_600_000).all();
  expect(await states()).toMatchObject([{ state: 'failed', attempts: 3 }]);
  const [row] = await logRows(logged({ state: 'failed' }), null, 9);
  expect(row).toMatchObject({ error: 'answered 429', status: 429, attempts: 3, isChannel: true });
  hook.set(204);
  const later = now + 27 * 3_600_000;
  await retryNotification(as('ana@fab.example', { now: later }), { notification: row!.id });
  await sender(() => later).all();
  expect(await states()).toMatchObject([{ state: 'delivered' }]);
  await expect(retryNotification(ana, { notification: row!.id })).rejects.toMatchObject({ code: 'conflict' });
});

test('messages to a paused channel wait until it is resumed', async () => {
  const hook = await host.listen();
  const name = await channel(hook);
  await alert();
  await doAllWork();
  const { id } = (await db().one<{ id: string }>(sql`SELECT id FROM notify_channel WHERE name = ${name}`))!;
  await setChannelActive(boss, { channel: id, active: false });
  expect(await sender(SOON).all()).toBe(0);
  await setChannelActive(boss, { channel: id, active: true });
  expect(await sender(SOON).all()).toBe(1);
  expect(hook.heard).toHaveLength(1);
});
