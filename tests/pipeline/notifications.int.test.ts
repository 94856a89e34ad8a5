import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { closePool, db, sql, transaction } from '@/lib/db';
import { placeHold, releaseHold } from '@/lib/services/holds/hold';
import { alertEvent } from '@/lib/services/live/alert-event';
import { createChannel, setChannelActive, testChannel } from '@/lib/services/notify/channels';
import { retryNotification } from '@/lib/services/notify/retry';
import type { RuleSpec, RuleTarget } from '@/lib/services/notify/rules';
import { orderRules, saveRule } from '@/lib/services/notify/save-rule';
import { sender } from '@/lib/services/notify/send';
import { logCounts, logRows } from '@/lib/services/notify/views/log';
import { previewRules, rulesPage } from '@/lib/services/notify/views/rules';
import { asMachine } from '@/lib/services/verb';
import { type TestDatabase, testDatabase } from '../support';
import { as } from '../support/as';
import { addPeople } from '../support/oxide-alerts';
import { type Receiver, receiver } from '../support/receivers';
import { doAllWork } from '../support/work';

let database: TestDatabase;
const open: Receiver[] = [];
const ana = as('ana@fab.example');
const admin = as('boss@fab.example', { role: 'administrator' });

beforeAll(async () => {
  process.env['WEBHOOK_ALLOW_PRIVATE'] = '127.0.0.1';
  delete process.env['SMTP_URL'];
  database = await testDatabase();
  await addPeople({ 'ana@fab.example': 'engineer', 'emil@fab.example': 'engineer', 'boss@fab.example': 'administrator' });
  await db().exec(sql`INSERT INTO area (name, position) VALUES ('LITHO', 1), ('ETCH', 2)`);
});
beforeEach(async () => {
  await db().exec(sql`DELETE FROM notification`);
  await db().exec(sql`UPDATE notify_channel SET active = false`);
  await db().exec(sql`UPDATE notify_rule SET active = (position = 1)`);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((r) => r.close()));
});
afterAll(async () => {
  await closePool();
  await database.drop();
});

const listen = async (...args: Parameters<typeof receiver>): Promise<Receiver> => {
  const r = await receiver(...args);
  open.push(r);
  return r;
};

let serial = 0;
async function channel(r: Receiver, kind: 'webhook' | 'slack' | 'teams' = 'webhook', over: object = {}): Promise<string> {
  const name = `${kind} ${++serial}`;
  await createChannel(asMachine('admin'), { kind, name, target: r.url, severities: [], areas: [], ...over });
  return name;
}

/** An alert with one event. @returns the id of the alert. */
async function alert(
  kind = 'opened',
  over: { severity?: string; area?: string; actor?: string; tell?: string[] } = {},
): Promise<string> {
  const id = randomUUID();
  await transaction(async (tx) => {
    await tx.exec(sql`INSERT INTO alert (id, dedupe_key, kind, severity, title, area, tool, chamber, lot, slot, first_at, last_at)
      VALUES (${id}, ${id}, 'spc', ${over.severity ?? 'high'}, 'CD mean · LIT-01: 1 point beyond 3 sigma', ${over.area ?? 'LITHO'}, 'LIT-01', 'C1', 'A1043', 7, now(), now())`);
    await alertEvent(tx, id, over.actor ?? 'Driftless', kind, 'the first', null, over.tell ?? []);
  });
  return id;
}

const spec = (to: RuleTarget[], over: Partial<RuleSpec> = {}): RuleSpec => ({
  events: [],
  areas: [],
  severities: [],
  to,
  quiet: null,
  final: false,
  ...over,
});
const rule = (name: string, s: RuleSpec) =>
  saveRule(ana, { id: null, seen: 0, name, active: true, spec: s, reason: 'for this test' });
const SOON = (): number => Date.now() + 50;
const send = async (at = SOON()): Promise<number> => {
  await doAllWork();
  return sender(() => at).all();
};
const states = () =>
  db().rows<{ receiver: string; state: string; attempts: number }>(
    sql`SELECT receiver, state, attempts FROM notification ORDER BY id`,
  );

test('as delivered, every change of an alert and of a hold goes to every channel that takes it, in the format of the channel', async () => {
  const [hook, slack, teams] = [await listen(), await listen(200), await listen(202)];
  await channel(hook);
  await channel(slack, 'slack', { severities: ['high'] });
  await channel(teams, 'teams', { areas: ['ETCH'] });
  const id = await alert();
  await alert('opened', { severity: 'low', area: 'ETCH' });
  await send();
  expect(hook.heard).toHaveLength(2);
  expect(hook.heard[0]!.body).toMatchObject({
    event: { kind: 'opened', words: 'opened' },
    alert: { id, severity: 'high', lot: 'A1043' },
  });
  expect(hook.heard[0]!.headers).toMatchObject({
    'x-driftless-delivery': expect.stringMatching(/^n\d+$/),
    'x-driftless-event': expect.stringMatching(/^\d+$/),
    'x-driftless-signature': expect.stringMatching(/^sha256=/),
  });
  expect(slack.heard.map((h) => h.body['text'])).toEqual(['[high] CD mean · LIT-01: 1 point beyond 3 sigma']);
  expect(slack.heard[0]!.headers['x-driftless-signature']).toBeUndefined();
  expect(teams.heard[0]!.body).toMatchObject({ type: 'message', attachments: [{ content: { type: 'AdaptiveCard' } }] });
  expect(teams.heard).toHaveLength(1);
  await send();
  expect(hook.heard).toHaveLength(2);
});

test('a hold of no alert is told when it is placed and when it is released', async () => {
  const hook = await listen();
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
  expect(hook.heard.map((h) => h.body)).toMatchObject([
    { event: { kind: 'hold_placed', actor: 'omar' }, hold: { id: hold.hold.id, lot: 'A1', active: true, reason: 'scratches' } },
    { event: { kind: 'hold_released', actor: 'ana' }, hold: { id: hold.hold.id, active: false, releaseReason: 'looked at' } },
  ]);
});

test('a receiver that hangs holds up its own messages alone', async () => {
  const [stuck, quick] = [await listen('hang'), await listen()];
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
  await stuck.close();
  open.splice(open.indexOf(stuck), 1);
  await s.idle();
  const failing = await db().rows<{ error: string; n: number }>(
    sql`SELECT error, count(*)::int AS n FROM notification WHERE error IS NOT NULL GROUP BY error`,
  );
  expect(failing).toEqual([{ error: 'no answer', n: 3 }]);
});

test('a worker that dies between sending and marking: the same message is sent again under the same id', async () => {
  const hook = await listen();
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
  const hook = await listen();
  await channel(hook);
  for (let i = 0; i < 20; i++) await alert();
  await doAllWork();
  const now = SOON();
  await Promise.all([sender(() => now).all(), sender(() => now).all(), sender(() => now).all()]);
  expect(new Set(hook.heard.map((h) => h.headers['x-driftless-delivery'])).size).toBe(20);
  expect(hook.heard).toHaveLength(20);
});

test('a receiver that asks for a pause gets it, and what was given up is sent again on request', async () => {
  const hook = await listen(429, { 'retry-after': '120' });
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
  const [row] = await logRows(
    { fromMs: 0, toMs: now + 1e9, state: 'failed', channel: null, person: null, rule: null, alert: null },
    null,
    9,
  );
  expect(row).toMatchObject({ error: 'answered 429', status: 429, attempts: 3, isChannel: true });
  hook.set(204);
  const later = now + 27 * 3_600_000;
  await retryNotification(as('ana@fab.example', { now: later }), { notification: row!.id });
  await sender(() => later).all();
  expect(await states()).toMatchObject([{ state: 'delivered' }]);
  await expect(retryNotification(ana, { notification: row!.id })).rejects.toMatchObject({ code: 'conflict' });
});

test('messages to a paused channel wait until it is resumed', async () => {
  const hook = await listen();
  const name = await channel(hook);
  await alert();
  await doAllWork();
  const { id } = (await db().one<{ id: string }>(sql`SELECT id FROM notify_channel WHERE name = ${name}`))!;
  await setChannelActive(admin, { channel: id, active: false });
  expect(await sender(SOON).all()).toBe(0);
  await setChannelActive(admin, { channel: id, active: true });
  expect(await sender(SOON).all()).toBe(1);
  expect(hook.heard).toHaveLength(1);
});

test('two rules, one person: one message with the names of both; without mail it is on screen', async () => {
  await rule('engineers', spec([{ role: 'engineer' }], { severities: ['high'] }));
  await rule('ana of litho', spec([{ person: 'ana@fab.example' }], { areas: ['LITHO'] }));
  await alert();
  await alert('acknowledged', { actor: 'ana@fab.example' });
  await send();
  const rows = await logRows(
    { fromMs: 0, toMs: SOON(), state: null, channel: null, person: 'ana@fab.example', rule: null, alert: null },
    null,
    9,
  );
  expect(rows).toMatchObject([{ to: 'ana@fab.example', state: 'on_screen', rules: ['engineers', 'ana of litho'] }]);
  expect((await states()).map((s) => s.receiver)).toEqual([
    'mail:ana@fab.example',
    'mail:emil@fab.example',
    'mail:emil@fab.example',
  ]);
});

test('an escalation that a rule also tells is one message, in person', async () => {
  await rule('escalations', spec([{ role: 'engineer' }], { events: ['escalation'] }));
  await alert('escalation', { tell: ['emil@fab.example'] });
  await send();
  const rows = await logRows(
    { fromMs: 0, toMs: SOON(), state: null, channel: null, person: 'emil@fab.example', rule: null, alert: null },
    null,
    9,
  );
  expect(rows).toMatchObject([{ inPerson: true, rules: ['escalations'] }]);
});

test('rules are ordered, versioned and refused in words', async () => {
  const { id } = await rule('ordered', spec([{ channels: 'all' }]));
  await expect(
    saveRule(ana, { id, seen: 0, name: 'ordered', active: true, spec: spec([]), reason: 'nobody' }),
  ).rejects.toMatchObject({
    code: 'invalid_input',
    details: { field: 'spec.to' },
  });
  await expect(rule('who', spec([{ person: 'nobody@x' }]))).rejects.toMatchObject({
    message: expect.stringContaining('nobody@x'),
  });
  await expect(rule('where', spec([{ role: 'engineer' }], { areas: ['MARS'] }))).rejects.toMatchObject({
    details: { field: 'spec.areas' },
  });
  await expect(rule('rota', spec([{ rota: 'none' }]))).rejects.toMatchObject({
    message: expect.stringContaining('no rota "none"'),
  });
  await expect(rule('channel', spec([{ channel: 'none' }]))).rejects.toMatchObject({
    message: expect.stringContaining('no channel "none"'),
  });
  await expect(rule('ordered', spec([{ channels: 'all' }]))).rejects.toMatchObject({ code: 'conflict' });
  await saveRule(ana, { id, seen: 1, name: 'ordered', active: false, spec: spec([{ channels: 'all' }]), reason: 'not now' });
  await expect(
    saveRule(ana, { id, seen: 1, name: 'ordered', active: true, spec: spec([{ channels: 'all' }]), reason: 'late' }),
  ).rejects.toMatchObject({ code: 'precondition_failed' });
  const ids = (await rulesPage('ana@fab.example')).rules.map((r) => r.id);
  await orderRules(ana, { ids: [id, ...ids.filter((x) => x !== id)], reason: 'first' });
  expect((await rulesPage('ana@fab.example')).rules[0]).toMatchObject({ id, version: 2, active: false, reason: 'not now' });
  await expect(orderRules(ana, { ids: [id], reason: 'alone' })).rejects.toMatchObject({ code: 'precondition_failed' });
  await orderRules(ana, { ids, reason: 'as before' });
  const trail = await db().rows<{ action: string; reason: string }>(
    sql`SELECT action, reason FROM audit_entry WHERE entity = 'notification rule' AND entity_id = ${id} ORDER BY id`,
  );
  expect(trail).toEqual([
    { action: 'create', reason: 'for this test' },
    { action: 'change', reason: 'not now' },
  ]);
});

test('a preview counts stored events by rule and receiver, and with a draft', async () => {
  await db().exec(sql`DELETE FROM alert_event`);
  await db().exec(sql`DELETE FROM notify_event`);
  const hook = await listen();
  const name = await channel(hook, 'webhook', { severities: ['high'] });
  await alert();
  await alert();
  await alert('opened', { severity: 'low', area: 'ETCH' });
  const now = Date.now() + 1;
  const before = await previewRules(now, 7, null);
  expect(before).toMatchObject({
    events: 3,
    untold: 1,
    messages: 2,
    byReceiver: [{ receiver: name, n: 2, high: 2, mostADay: 2 }],
  });
  const draft = await previewRules(now, 7, { id: null, spec: spec([{ role: 'engineer' }], { areas: ['ETCH'] }) });
  expect(draft).toMatchObject({ untold: 0, messages: 4, byRule: { new: 1 } });
  expect(draft.byReceiver.map((r) => r.receiver)).toEqual([name, 'ana@fab.example', 'emil@fab.example']);
  await send();
  expect(hook.heard).toHaveLength(before.messages); // what the preview said is what was sent
});

test('the test button sends a message that says so, and tells the answer', async () => {
  const [ok, broken, chat] = [await listen(204), await listen(500), await listen(200)];
  const names = [await channel(ok), await channel(broken), await channel(chat, 'slack')];
  const idOf = async (name: string) =>
    (await db().one<{ id: string }>(sql`SELECT id FROM notify_channel WHERE name = ${name}`))!.id;
  await expect(testChannel(ana, { channel: await idOf(names[0]!) })).rejects.toMatchObject({ code: 'forbidden' });
  expect(await testChannel(admin, { channel: await idOf(names[0]!) })).toMatchObject({ status: 204, error: null });
  expect(await testChannel(admin, { channel: await idOf(names[1]!) })).toMatchObject({ status: 500, error: 'answered 500' });
  await testChannel(admin, { channel: await idOf(names[2]!) });
  expect(ok.heard[0]!.body).toMatchObject({ test: true, event: { kind: 'test' } });
  expect(chat.heard[0]!.body['text']).toMatch(/^Test from Driftless/);
  expect(await states()).toMatchObject([{ state: 'delivered' }, { state: 'failed' }, { state: 'delivered' }]);
  expect(await logCounts(0, SOON())).toMatchObject({ delivered: 2, failed: 1 });
});
