import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import type { AlertAction } from '@/lib/services/alerts/action-schema';
import { actOnAlert } from '@/lib/services/alerts/actions';
import { actOnAlerts } from '@/lib/services/alerts/bulk';
import { wakeAlerts } from '@/lib/services/alerts/timer';
import { alertLife } from '@/lib/services/alerts/views/life';
import { listAlerts, waitingCounts } from '@/lib/services/alerts/views/list';
import { as } from '../support/as';
import { type Door, openDoor } from '../support/door';
import { act, closing, historyOf, kindsOf, MIN, type OxideAlerts, omar, workedAlerts } from '../support/oxide-alerts';
import { doAllWork } from '../support/work';

let door: Door;
let line: OxideAlerts;
beforeAll(async () => {
  door = await openDoor();
  line = await workedAlerts(door);
}, 120_000);
beforeEach(async () => {
  await line.settleAll();
});
afterAll(() => door.close());

test('an alert goes through its life, and each state says which acts it allows', async () => {
  const a = await line.opened();
  expect(a).toMatchObject({
    state: 'open',
    severity: 'high',
    due_at: new Date(a.raised_at.getTime() + 60 * MIN),
    wake_at: new Date(a.raised_at.getTime() + 15 * MIN),
  });
  await act(a.id, { do: 'acknowledge' });
  await expect(act(a.id, { do: 'acknowledge' })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('it must be open'),
  });
  await act(a.id, { do: 'start' });
  await act(
    a.id,
    { do: 'wait', for: 'a part of the supplier', minutes: 45 },
    as('omar@fab.example', { now: a.raised_at.getTime() }),
  );
  expect(await line.alert(a.id)).toMatchObject({
    state: 'waiting',
    assignee: 'omar@fab.example',
    wake_at: new Date(a.raised_at.getTime() + 45 * MIN),
  });
  await wakeAlerts(a.raised_at.getTime() + 46 * MIN);
  expect(await line.alert(a.id)).toMatchObject({ state: 'in_work' });
  await act(a.id, { do: 'assign', assignee: 'emil@fab.example', note: 'the part is on your desk' });
  await act(a.id, closing({ verifyPoints: 0, waiver: 'the tool goes to maintenance' }));
  await expect(act(a.id, { do: 'start' })).rejects.toMatchObject({ code: 'conflict' });
  expect(await line.alert(a.id)).toMatchObject({ state: 'closed', wake_at: null, check_state: null });
  await act(a.id, { do: 'reopen', comment: 'it came back' });
  expect(await line.alert(a.id)).toMatchObject({ state: 'open', assignee: 'emil@fab.example', steps_done: 0 });
  expect(await kindsOf(a.id)).toEqual([
    'opened',
    'acknowledged',
    'started',
    'waits',
    'resumed',
    'handed_over',
    'disposed',
    'closed',
    'reopened',
  ]);
  const told = (await alertLife(a.id, Date.now())).told.map((t) => t.email);
  expect(told.sort()).toEqual(['emil@fab.example', 'omar@fab.example']); // the end of the wait, and the hand-over
});

test('escalation: each step once, in order, also when two workers look at once, hours late, and with a clock that is set back', async () => {
  const a = await line.opened();
  const at = (min: number) => a.raised_at.getTime() + min * MIN;
  expect(await wakeAlerts(at(14.9))).toBe(0);
  expect(await Promise.all([wakeAlerts(at(15)), wakeAlerts(at(15))]).then(([x, y]) => x + y)).toBe(1);
  expect(await wakeAlerts(at(15.5))).toBe(0);
  // A stop of nine hours: what was missed is done once, in order, and says that it is late.
  expect(await wakeAlerts(at(555))).toBe(2);
  expect(await wakeAlerts(at(555))).toBe(0);
  // The clock is set back by a day, and comes forward again.
  expect(await wakeAlerts(at(-1440))).toBe(0);
  expect(await wakeAlerts(at(900))).toBe(0);
  const steps = (await historyOf(a.id)).filter((e) => e.kind === 'escalation').map((e) => e.text);
  expect(steps).toEqual([
    'step 1: nobody has acknowledged it after 15 min; told every operator',
    'step 2: nobody has acknowledged it after 30 min; told every engineer; 8.8 h late, since no worker ran or its clock stood back',
    'step 3: it is not closed after 4 h; told boss@fab.example; 5.3 h late, since no worker ran or its clock stood back',
  ]);
  await doAllWork();
  const { told } = await alertLife(a.id, at(900));
  expect(told.map((t) => [t.email, t.state]).sort()).toEqual([
    ['ana@fab.example', 'on_screen'],
    ['boss@fab.example', 'on_screen'],
    ['emil@fab.example', 'on_screen'],
    ['omar@fab.example', 'on_screen'],
  ]);
});

test('a worker that dies in a step leaves it undone, and the next one does it once', async () => {
  const a = await line.opened();
  await db().exec(sql`CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed'; END $$`);
  await db().exec(
    sql`CREATE TRIGGER die BEFORE INSERT ON feed_event FOR EACH ROW WHEN (NEW.text LIKE '%escalation step 1%') EXECUTE FUNCTION die()`,
  );
  await wakeAlerts(a.raised_at.getTime() + 16 * MIN);
  expect(await line.alert(a.id)).toMatchObject({ steps_done: 0 });
  expect(await kindsOf(a.id)).toEqual(['opened']);
  await db().exec(sql`DROP TRIGGER die ON feed_event`);
  await wakeAlerts(a.raised_at.getTime() + 17 * MIN);
  expect(await kindsOf(a.id)).toEqual(['opened', 'escalation']);
});

test('steps for an unacknowledged alert are passed over once somebody has it', async () => {
  const a = await line.opened();
  await act(a.id, { do: 'acknowledge' });
  expect((await line.alert(a.id)).wake_at).toEqual(new Date(a.raised_at.getTime() + 240 * MIN));
  expect(await wakeAlerts(a.raised_at.getTime() + 241 * MIN)).toBe(1);
  expect((await historyOf(a.id)).at(-1)!.text).toBe('step 3: it is not closed after 4 h; told boss@fab.example');
});

test('a snooze has an end and a limit, holds escalation up, and a worse signal ends it', async () => {
  const a = await line.opened();
  const ctx = as('omar@fab.example', { role: 'operator', now: a.raised_at.getTime() + 5 * MIN });
  const snooze = (minutes: number) => act(a.id, { do: 'snooze', minutes, reason: 'known, the chamber is being cleaned' }, ctx);
  await expect(snooze(121)).rejects.toMatchObject({ code: 'invalid_input', details: { field: 'minutes', most: 120 } });
  await snooze(60);
  const rows = (
    await listAlerts({
      state: 'active',
      severity: null,
      area: null,
      tool: null,
      assignee: null,
      onlySnoozed: true,
      fromMs: 0,
      limit: 9,
    })
  ).rows;
  expect(rows.map((r) => r.id)).toEqual([a.id]);
  expect(await wakeAlerts(a.raised_at.getTime() + 64 * MIN)).toBe(0);
  expect(await wakeAlerts(a.raised_at.getTime() + 66 * MIN)).toBe(1);
  // The clock of its steps stood still for an hour: the first is due after 75 minutes instead of 15.
  expect(await line.alert(a.id)).toMatchObject({ snoozed_until: null, wake_at: new Date(a.raised_at.getTime() + 75 * MIN) });
  expect(await kindsOf(a.id)).toEqual(['opened', 'snoozed', 'woken']);

  // Two of three beyond two sigma are of medium severity; a point beyond three is worse.
  await db().exec(sql`UPDATE alert SET severity = 'medium' WHERE id = ${a.id}`);
  await act(a.id, { do: 'snooze', minutes: 30, reason: 'once more' });
  await line.make([109]);
  expect(await line.alert(a.id)).toMatchObject({ severity: 'high', snoozed_until: null, steps_done: 0 });
  expect((await kindsOf(a.id)).slice(-3)).toEqual(['snoozed', 'woken', 'escalated']);
});

test('of two engineers the second is told what the first did, and nothing is lost', async () => {
  const a = await line.opened();
  const by = (who: string, action: AlertAction) => actOnAlert(as(who), { alert: a.id, seen: a.version, action });
  const both = await Promise.allSettled([
    by('ana@fab.example', { do: 'comment', comment: 'The edge is high.' }),
    by('emil@fab.example', { do: 'comment', comment: 'The lamp was changed.' }),
  ]);
  const [lost] = both.filter((r) => r.status === 'rejected');
  expect(both.filter((r) => r.status === 'fulfilled')).toHaveLength(1);
  const first = (await historyOf(a.id)).at(-1)!;
  expect(lost!.reason).toMatchObject({
    code: 'precondition_failed',
    message: expect.stringContaining(`${first.actor}: comment (${first.text})`),
    details: { changes: [{ by: first.actor, what: 'comment', text: first.text }] },
  });
  const second = first.actor === 'ana@fab.example' ? 'emil@fab.example' : 'ana@fab.example';
  await actOnAlert(as(second), {
    alert: a.id,
    seen: lost!.reason.details.version,
    action: { do: 'comment', comment: 'The same once more.' },
  });
  expect(await kindsOf(a.id)).toEqual(['opened', 'commented', 'commented']);
});

test('in bulk, those that changed meanwhile are told and the others are done', async () => {
  const a = await line.opened();
  const ids = [a.id];
  for (const key of ['b', 'c']) {
    const made = await db().one<{ id: string }>(sql`
      INSERT INTO alert (id, dedupe_key, kind, severity, title, area, first_at, last_at) VALUES (gen_random_uuid(), ${key}, 'spectra', 'low', ${key}, 'DEPOSITION', now(), now()) RETURNING id`);
    ids.push(made!.id);
  }
  await act(ids[1]!, { do: 'comment', comment: 'seen by somebody' });
  const alerts = ids.map((alert) => ({ alert, seen: 1 }));
  const snoozed = await actOnAlerts(omar, { alerts, action: { do: 'snooze', minutes: 30, reason: 'planned stop of the area' } });
  expect(snoozed.map((o) => o.ok)).toEqual([true, false, true]);
  expect(snoozed[1]!.error).toContain('omar@fab.example: comment (seen by somebody)');
  const counts = await waitingCounts('omar@fab.example', a.raised_at.getTime() + 61 * MIN);
  expect(counts).toEqual({ waiting: 3, mine: 0, nobody: 3, overdue: 1, snoozed: 2 });
  const closed = await actOnAlerts(omar, {
    alerts: ids.map((alert) => ({ alert, seen: null })),
    action: {
      do: 'close',
      cause: 'unknown',
      action: 'Planned stop, nothing was wrong.',
      actionCode: 'none',
      waiver: 'planned stop',
    },
  });
  // The alert of the chart has lots of which nothing is decided.
  expect(closed.map((o) => o.ok)).toEqual([false, true, true]);
  expect(closed[0]!.error).toMatch(/^disposition: nothing is decided of Q\d+/);
});
