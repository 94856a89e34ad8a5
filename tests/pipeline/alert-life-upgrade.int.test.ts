import type { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePool, db, recordId, sql, transaction } from '@/lib/db';
import { actOnAlert } from '@/lib/services/alerts/actions';
import { raiseCondition } from '@/lib/services/alerts/condition';
import { wakeAlerts } from '@/lib/services/alerts/timer';
import { alertLife } from '@/lib/services/alerts/views/life';
import type { TestDatabase } from '../support';
import { as } from '../support/as';
import { upgradedDatabase } from '../support/old-install';
import { kindsOf } from '../support/oxide-alerts';

/** An install of a release with three states, one disposition an alert, and causes that could not be edited. */
const T0 = Date.UTC(2026, 8, 1);
const at = (hour: number) => new Date(T0 + hour * 3_600_000);
const id = (name: string) => recordId('old-life', name);
const omar = as('omar@fab.example', { role: 'operator' });

async function fill(client: Client): Promise<void> {
  const alert = (name: string, state: string, over: Record<string, unknown> = {}) => {
    const row = {
      id: id(name),
      dedupe_key: `recipe:${name}`,
      kind: 'recipe',
      severity: 'high',
      state,
      title: name,
      area: 'ETCH',
      lot: 'L1',
      slot: 3,
      first_at: at(1),
      last_at: at(2),
      ...over,
    };
    const names = Object.keys(row);
    return client.query(
      `INSERT INTO alert (${names.join(', ')}) VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
      Object.values(row),
    );
  };
  await alert('open', 'open');
  await alert('taken', 'acknowledged', { assignee: 'omar@fab.example' });
  await alert('scrapped', 'closed', { closed_at: at(5), cause: 'consumable', action: 'Pad changed.', disposition: 'scrap' });
  await alert('false', 'closed', {
    closed_at: at(6),
    cause: 'metrology',
    action: 'Gauge was off.',
    disposition: 'false_alarm',
    slot: null,
  });
  await alert('by itself', 'closed', { closed_at: at(7), action: 'the condition has ended' });
  const event = (name: string, kind: string, actor: string, hour: number) =>
    client.query('INSERT INTO alert_event (alert_id, at, actor, kind) VALUES ($1, $2, $3, $4)', [
      id(name),
      at(hour),
      actor,
      kind,
    ]);
  await event('taken', 'acknowledged', 'omar@fab.example', 3);
  await event('scrapped', 'closed', 'ana@fab.example', 5);
}

let database: TestDatabase;
beforeAll(async () => {
  database = await upgradedDatabase('20261130030000_alert_states', fill);
}, 120_000);
afterAll(async () => {
  await closePool();
  await database.drop();
});

test('alerts keep their state, cause and owner; their dispositions become those of their lots', async () => {
  const rows = await db().rows(
    sql`SELECT title, state::text, cause, disposition, acknowledged_at, due_at, wake_at FROM alert ORDER BY title`,
  );
  const none = { acknowledged_at: null, due_at: null, wake_at: null };
  expect(rows).toEqual([
    { title: 'by itself', state: 'closed', cause: null, disposition: null, ...none },
    { title: 'false', state: 'closed', cause: 'metrology', disposition: 'false_alarm', ...none },
    { title: 'open', state: 'open', cause: null, disposition: null, ...none },
    { title: 'scrapped', state: 'closed', cause: 'consumable', disposition: 'scrap', ...none },
    { title: 'taken', state: 'acknowledged', cause: null, disposition: null, ...none, acknowledged_at: at(3) },
  ]);
  expect(await db().rows(sql`SELECT lot, slot, decision, reason, author, at FROM alert_disposition ORDER BY at`)).toEqual([
    { lot: 'L1', slot: 3, decision: 'scrap', reason: 'Pad changed.', author: 'ana@fab.example', at: at(5) },
    { lot: 'L1', slot: 0, decision: 'use_as_is', reason: 'false alarm: Gauge was off.', author: 'Driftless', at: at(6) },
  ]);
});

test('what was a cause before is a code now, and an old alert is closed as before', async () => {
  const codes = await db().rows<{ code: string }>(sql`SELECT code FROM alert_code WHERE kind = 'cause' ORDER BY position`);
  expect(codes.map((c) => c.code)).toEqual([
    'process_drift',
    'equipment_fault',
    'consumable',
    'wrong_recipe',
    'sensor_fault',
    'metrology',
    'after_maintenance',
    'unknown',
  ]);
  await actOnAlert(omar, {
    alert: id('taken'),
    seen: 1,
    action: { do: 'close', cause: 'wrong_recipe', action: 'Recipe corrected.', disposition: 'rework' },
  });
  expect(await db().one(sql`SELECT state::text, check_state FROM alert WHERE id = ${id('taken')}`)).toEqual({
    state: 'closed',
    check_state: null,
  });
  const { lots } = await alertLife(id('taken'), Date.now());
  expect(lots).toMatchObject([{ lot: 'L1', decision: { decision: 'rework' } }]);
});

test('an alert from before does not escalate by surprise; a new one of its cause joins it, and after it is closed opens one under the policy', async () => {
  expect(await wakeAlerts(Date.now() + 30 * 86_400_000)).toBe(0);
  const again = (key: string) =>
    transaction((tx) =>
      raiseCondition(tx, {
        key,
        kind: 'recipe',
        severity: 'high',
        title: 'wrong recipe',
        area: 'ETCH',
        tool: 'ETCH-01',
        chamber: null,
        product: 'P',
        operation: 'ETCH-M1',
        lot: 'L2',
        slot: 1,
        recordId: id('run'),
        runId: null,
        from: at(9),
        to: at(9),
        count: 1,
        value: null,
      }),
    );
  await again('recipe:open');
  expect(await kindsOf(id('open'))).toEqual(['again']);
  await again('recipe:taken');
  const fresh = await db().one<{ policy_version: number; due_at: Date; raised_at: Date }>(
    sql`SELECT policy_version, due_at, raised_at FROM alert WHERE dedupe_key = 'recipe:taken' AND state = 'open'`,
  );
  expect(fresh).toMatchObject({ policy_version: 1, due_at: new Date(fresh!.raised_at.getTime() + 240 * 60_000) });
});
