import { expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { testChannel } from '@/lib/services/notify/channels';
import { orderRules, saveRule } from '@/lib/services/notify/save-rule';
import { logCounts, logRows } from '@/lib/services/notify/views/log';
import { previewRules, rulesPage } from '@/lib/services/notify/views/rules';
import { alert, ana, boss, channel, logged, notifying, rule, SOON, send, spec, states } from '../support/notified';

const host = notifying();

test('two rules, one person: one message with the names of both; without mail it is on screen', async () => {
  await rule('engineers', spec([{ role: 'engineer' }], { severities: ['high'] }));
  await rule('ana of litho', spec([{ person: 'ana@fab.example' }], { areas: ['LITHO'] }));
  await alert();
  await alert('acknowledged', { actor: 'ana@fab.example' });
  await send();
  const rows = await logRows(logged({ person: 'ana@fab.example' }), null, 9);
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
  const rows = await logRows(logged({ person: 'emil@fab.example' }), null, 9);
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
    saveRule(ana, { id, seen: 1, name: 'ordered', active: true, spec: spec([{ channels: 'all' }]), reason: 'too late' }),
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
  await db().exec(sql`TRUNCATE alert_event CASCADE`);
  await db().exec(sql`DELETE FROM notify_event`);
  const hook = await host.listen();
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
  expect(draft).toMatchObject({ untold: 0, messages: 4, byRule: { new: 2 } });
  expect(draft.byReceiver.map((r) => r.receiver)).toEqual([name, 'ana@fab.example', 'emil@fab.example']);
  await send();
  expect(hook.heard).toHaveLength(before.messages); // what the preview said is what was sent
});

test('the test button sends a message that says so, and tells the answer', async () => {
  const [ok, broken, chat] = [await host.listen(204), await host.listen(500), await host.listen(200)];
  const names = [await channel(ok), await channel(broken), await channel(chat, 'slack')];
  const idOf = async (name: string) =>
    (await db().one<{ id: string }>(sql`SELECT id FROM notify_channel WHERE name = ${name}`))!.id;
  await expect(testChannel(ana, { channel: await idOf(names[0]!) })).rejects.toMatchObject({ code: 'forbidden' });
  expect(await testChannel(boss, { channel: await idOf(names[0]!) })).toMatchObject({ status: 204, error: null });
  expect(await testChannel(boss, { channel: await idOf(names[1]!) })).toMatchObject({ status: 500, error: 'answered 500' });
  await testChannel(boss, { channel: await idOf(names[2]!) });
  expect(ok.heard[0]!.body).toMatchObject({ test: true, event: { kind: 'test' } });
  expect(chat.heard[0]!.body.text).toMatch(/^Test from Driftless/);
  expect(await states()).toMatchObject([{ state: 'delivered' }, { state: 'failed' }, { state: 'delivered' }]);
  expect(await logCounts(0, SOON())).toMatchObject({ delivered: 2, failed: 1 });
});
