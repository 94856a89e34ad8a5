import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { actOnAlerts } from '@/lib/services/alerts/bulk';
import { alertLife } from '@/lib/services/alerts/views/life';
import { listAlerts, waitingCounts } from '@/lib/services/alerts/views/list';
import { as } from '../support/as';
import { type Door, openDoor } from '../support/door';
import { act, historyOf, type OxideAlerts, omar, workedAlerts } from '../support/oxide-alerts';

/** What users of other alerting programs asked for in public trackers, each shown to be here, through the services. The name of a test says where it was reported. */

let door: Door;
let line: OxideAlerts;
beforeAll(async () => {
  door = await openDoor();
  line = await workedAlerts(door);
}, 120_000);
beforeEach(() => line.settleAll());
afterAll(() => door.close());

const emil = as('emil@fab.example');
const vera = as('vera@fab.example', { role: 'viewer' });

test('an alert is acknowledged with a comment, in the product itself (grafana #9241, #13364, #18193, #24762)', async () => {
  const a = await line.opened();
  await act(a.id, { do: 'acknowledge' });
  await act(a.id, { do: 'comment', comment: 'the shower head, as last week' });
  expect((await line.alert(a.id)).state).toBe('acknowledged');
  expect(await historyOf(a.id)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'acknowledged', actor: 'omar@fab.example' }),
      expect.objectContaining({ actor: 'omar@fab.example', text: expect.stringContaining('the shower head') }),
    ]),
  );
});

test('many are acknowledged at once, and one list is “mine” (grafana oncall #1119)', async () => {
  const a = await line.opened();
  const done = await actOnAlerts(omar, { alerts: [{ alert: a.id, seen: a.version }], action: { do: 'acknowledge' } });
  expect(done).toEqual([{ alert: a.id, ok: true, error: null }]);
  const mine = await listAlerts({
    area: null,
    severity: null,
    state: 'active',
    assignee: 'omar@fab.example',
    tool: null,
    fromMs: 0,
    limit: 50,
  });
  expect(mine.rows.map((r) => r.id)).toEqual([a.id]);
  expect((await waitingCounts('omar@fab.example', Date.now())).mine).toBe(1);
  expect((await waitingCounts('emil@fab.example', Date.now())).mine).toBe(0);
});

test('whoever works on the line may acknowledge: operators and engineers, not those who only read (oncall #3091)', async () => {
  const first = await line.opened();
  await act(first.id, { do: 'acknowledge' }, omar);
  await line.settleAll();
  const second = await line.opened();
  await act(second.id, { do: 'acknowledge' }, emil);
  await line.settleAll();
  const third = await line.opened();
  await expect(act(third.id, { do: 'acknowledge' }, vera)).rejects.toMatchObject({ code: 'forbidden' });
});

test('each alert has an owner, and is handed over with a note that reaches the next one (goalert #4531)', async () => {
  const a = await line.opened();
  await act(a.id, { do: 'acknowledge' });
  await act(a.id, { do: 'assign', assignee: 'emil@fab.example', note: 'chamber A is open, see the log' });
  expect((await line.alert(a.id)).assignee).toBe('emil@fab.example');
  expect((await alertLife(a.id, Date.now())).told.map((t) => t.email)).toContain('emil@fab.example');
});

test('who had it when stays in its history, which nothing rewrites (kibana #161325)', async () => {
  const a = await line.opened();
  await act(a.id, { do: 'acknowledge' });
  await act(a.id, { do: 'assign', assignee: 'emil@fab.example', note: 'your tool' });
  await act(a.id, { do: 'assign', assignee: 'ana@fab.example', note: 'back to you' }, emil);
  const handed = (await historyOf(a.id)).filter((e) => e.kind === 'handed_over');
  expect(handed.map((e) => e.actor)).toEqual(['omar@fab.example', 'emil@fab.example']);
  await expect(db().exec(sql`UPDATE alert_event SET actor = 'nobody' WHERE alert_id = ${a.id}`)).rejects.toThrow();
});
