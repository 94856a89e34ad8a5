import { expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { changePolicy } from '@/lib/services/alerts/policy';
import { wakeAlerts } from '@/lib/services/alerts/timer';
import { saveDigest, sendDigests } from '@/lib/services/notify/digest';
import { setQuietHours } from '@/lib/services/notify/quiet-hours';
import { sender } from '@/lib/services/notify/send';
import { cancelOverride, overrideRota, saveRota } from '@/lib/services/rota/verbs';
import { rotaPage } from '@/lib/services/rota/views/rotas';
import { as } from '../support/as';
import { alert, ana, boss, channel, notifying, rule, SOON, send, spec, states } from '../support/notified';
import { doAllWork } from '../support/work';

const host = notifying();
const HOUR = 3_600_000;

/** Every hour of the day but the next two is not quiet: from now on, for two hours. */
const nextTwoHours = (now: number) => {
  const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 16);
  return { zone: 'UTC', windows: [{ days: [], from: clock(now), to: clock(now + 2 * HOUR) }], pierce: ['high' as const] };
};

test('quiet hours of a rule hold messages and end in one; what is severe comes at once; nothing is lost and nothing comes twice', async () => {
  const hook = await host.listen();
  const name = await channel(hook);
  await db().exec(sql`UPDATE notify_rule SET active = false`);
  await rule(`quiet ${name}`, spec([{ channel: name }], { quiet: nextTwoHours(Date.now()) }));
  for (const severity of ['low', 'medium', 'low', 'high']) await alert('opened', { severity });
  const now = SOON();
  await send(now);
  expect(hook.heard.map((h) => h.body.alert?.severity)).toEqual(['high']);
  expect((await states()).map((s) => s.state).sort()).toEqual(['delivered', 'held', 'held', 'held']);
  // The clock goes back an hour, and forward over the end of the quiet hours.
  await sender(() => now - HOUR).all();
  expect(hook.heard).toHaveLength(1);
  const after = now + 2 * HOUR;
  await Promise.all([sender(() => after).all(), sender(() => after).all()]);
  expect(hook.heard).toHaveLength(2);
  expect(hook.heard[1]!.body).toMatchObject({
    event: { kind: 'summary' },
    messages: [{ severity: 'medium' }, { severity: 'low' }, { severity: 'low' }],
  });
  await sender(() => after + 24 * HOUR).all();
  await sender(() => now).all();
  expect(hook.heard).toHaveLength(2);
  expect((await states()).map((s) => s.state).sort()).toEqual(['delivered', 'delivered', 'summed', 'summed', 'summed']);
});

test('one message alone is sent as itself at the end', async () => {
  const hook = await host.listen();
  const name = await channel(hook);
  await db().exec(sql`UPDATE notify_rule SET active = false`);
  await rule(`quiet ${name}`, spec([{ channel: name }], { quiet: nextTwoHours(Date.now()) }));
  await alert('opened', { severity: 'low' });
  const now = SOON();
  await send(now);
  expect(hook.heard).toHaveLength(0);
  await sender(() => now + 3 * HOUR).all();
  expect(hook.heard.map((h) => h.body.event?.kind)).toEqual(['opened']);
  expect(await states()).toMatchObject([{ state: 'delivered', attempts: 1 }]);
});

test('everybody sets their own quiet hours, and an administrator those of others', async () => {
  const quiet = nextTwoHours(Date.now());
  await setQuietHours(ana, { email: 'ana@fab.example', seen: 0, quiet });
  await expect(setQuietHours(ana, { email: 'emil@fab.example', seen: 0, quiet })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(setQuietHours(ana, { email: 'ana@fab.example', seen: 0, quiet: null })).rejects.toMatchObject({
    code: 'precondition_failed',
  });
  await setQuietHours(boss, { email: 'ana@fab.example', seen: 1, quiet: null });
  await expect(
    setQuietHours(ana, { email: 'ana@fab.example', seen: 2, quiet: { ...quiet, zone: 'Nowhere' } }),
  ).rejects.toMatchObject({ code: 'invalid_input', details: { field: 'quiet.zone' } });
});

const shift = (members: string[], over: object = {}) => ({
  name: 'all day',
  days: [],
  from: '00:00',
  to: '00:00',
  members,
  turnDays: 1,
  startsOn: '2020-01-01',
  ...over,
});

test('an escalation goes to whoever is on call at the time of the step, once, also when the clock jumps over it', async () => {
  await saveRota(ana, {
    name: 'litho on call',
    area: 'LITHO',
    seen: 0,
    spec: { zone: 'UTC', shifts: [shift(['emil@fab.example'])] },
    reason: 'first rota',
  });
  await expect(
    saveRota(ana, {
      name: 'litho on call',
      area: 'LITHO',
      seen: 0,
      spec: { zone: 'UTC', shifts: [shift(['ana@fab.example'])] },
      reason: 'again',
    }),
  ).rejects.toMatchObject({ code: 'conflict' });
  await changePolicy(ana, {
    area: 'LITHO',
    severity: 'high',
    seen: 0,
    policy: {
      dueMin: 60,
      steps: [
        { afterMin: 10, while: 'unacknowledged', to: [{ rota: 'litho on call' }] },
        { afterMin: 600, while: 'unacknowledged', to: [{ rota: 'litho on call' }] },
      ],
      snoozeMaxMin: 60,
      checkPoints: 0,
      holdScope: 'none',
    },
    reason: 'by the rota',
  });
  const id = await alert();
  const raised = Date.now();
  await db().exec(sql`
    UPDATE alert SET policy_area = 'LITHO', policy_severity = 'high', policy_version = 1, clock_from = ${new Date(raised)}, wake_at = ${new Date(raised + 10 * 60_000)} WHERE id = ${id}`);
  // A swap for the time of the second step, and one that is taken back.
  const at = (ms: number): string => new Date(raised + ms).toISOString();
  await overrideRota(as('omar@fab.example', { role: 'operator' }), {
    rota: 'litho on call',
    shift: null,
    from: at(5 * HOUR),
    to: at(48 * HOUR),
    insteadOf: 'emil@fab.example',
    person: 'ana@fab.example',
    reason: 'a holiday',
  });
  const { id: wrong } = await overrideRota(ana, {
    rota: 'litho on call',
    shift: 'all day',
    from: at(0),
    to: at(48 * HOUR),
    insteadOf: null,
    person: null,
    reason: 'a mistake',
  });
  await cancelOverride(ana, { override: wrong, reason: 'taken back' });
  expect((await rotaPage(raised, null)).rotas[0]).toMatchObject({
    now: [{ person: 'emil@fab.example' }],
    next: [{ person: 'ana@fab.example' }],
  });
  expect((await rotaPage(raised, null)).chosen?.usedBy).toContain('policy of LITHO, high');
  await wakeAlerts(raised + 11 * 60_000);
  await Promise.all([wakeAlerts(raised + 20 * HOUR), wakeAlerts(raised + 20 * HOUR)]); // a stop of twenty hours
  await wakeAlerts(raised - HOUR);
  await wakeAlerts(raised + 21 * HOUR);
  await doAllWork();
  const told = await db().rows<{ email: string; kind: string; state: string }>(
    sql`SELECT email, kind, state FROM notification WHERE in_person ORDER BY id`,
  );
  expect(told).toEqual([
    { email: 'emil@fab.example', kind: 'escalation', state: 'on_screen' },
    { email: 'ana@fab.example', kind: 'escalation', state: 'on_screen' },
  ]);
});

test('a rota on which nobody is tells the administrators; who is not known is refused', async () => {
  await saveRota(ana, {
    name: 'empty',
    area: '*',
    seen: 0,
    spec: { zone: 'UTC', shifts: [shift(['emil@fab.example'], { startsOn: '2090-01-01' })] },
    reason: 'in the future',
  });
  await rule('to the empty rota', spec([{ rota: 'empty' }]));
  await alert();
  await doAllWork();
  expect((await states()).map((s) => s.receiver)).toContain('mail:boss@fab.example');
  const save = (over: object) =>
    saveRota(ana, {
      name: 'bad',
      area: '*',
      seen: 0,
      spec: { zone: 'UTC', shifts: [shift(['emil@fab.example'])] },
      reason: 'refused',
      ...over,
    });
  await expect(save({ area: 'MARS' })).rejects.toMatchObject({ details: { field: 'area' } });
  await expect(save({ spec: { zone: 'UTC', shifts: [shift(['nobody@x'])] } })).rejects.toMatchObject({
    message: expect.stringContaining('nobody@x'),
  });
});

test('a digest is written once at its time, tells what is open, and says how late it is', async () => {
  const hook = await host.listen();
  const name = await channel(hook);
  await db().exec(sql`UPDATE notify_rule SET active = false`);
  await db().exec(sql`TRUNCATE alert_event CASCADE`);
  await db().exec(sql`DELETE FROM alert`);
  await alert('opened', { severity: 'high' });
  await alert('opened', { severity: 'low', area: 'ETCH' });
  const made = Date.UTC(2027, 0, 10, 12);
  const spec7 = {
    zone: 'Europe/Berlin',
    times: ['07:00'],
    days: [],
    areas: [],
    to: [{ channel: name }, { person: 'ana@fab.example' }],
  };
  const { id } = await saveDigest(as('ana@fab.example', { now: made }), {
    id: null,
    seen: 0,
    name: 'Morning',
    active: true,
    spec: spec7,
    reason: 'each morning',
  });
  const due = Date.UTC(2027, 0, 11, 6);
  expect(await sendDigests(due - 1)).toBe(0);
  expect(await Promise.all([sendDigests(due), sendDigests(due)]).then(([a, b]) => a! + b!)).toBe(1);
  expect(await sendDigests(due - 24 * HOUR)).toBe(0); // the clock is set back
  await sender(() => due + 1).all();
  expect(hook.heard).toHaveLength(1);
  expect(hook.heard[0]!.body).toMatchObject({
    event: { kind: 'digest', words: 'Morning, Mon 11 Jan 07:00 (Europe/Berlin): 2 open, 0 overdue, 0 on hold' },
    digest: {
      open: [
        { area: 'LITHO', severity: 'high', n: 1 },
        { area: 'ETCH', severity: 'low', n: 1 },
      ],
    },
  });
  // A stop of three days: one digest, which says that it is late.
  expect(await sendDigests(due + 73 * HOUR)).toBe(1);
  await sender(() => due + 73 * HOUR + 1).all();
  expect(hook.heard).toHaveLength(2);
  expect(JSON.stringify(hook.heard[1]!.body)).toContain('2 d late');
  await saveDigest(ana, { id, seen: 1, name: 'Morning', active: false, spec: spec7, reason: 'no more' });
  expect(await sendDigests(due + 200 * HOUR)).toBe(0);
});
