import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { db, sql, transaction } from '@/lib/db';
import { raiseCondition } from '@/lib/services/alerts/condition';
import { gather } from '@/lib/services/alerts/incidents/gather';
import { joinIncident, ownAnIncident, splitIncident } from '@/lib/services/alerts/incidents/verbs';
import { as } from '../support/as';
import { type Door, openDoor } from '../support/door';
import { act, HOUR, kindsOf, type OxideAlerts, omar, T0, workedAlerts } from '../support/oxide-alerts';
import { doAllWork } from '../support/work';

let door: Door;
let line: OxideAlerts;
const ana = as('ana@fab.example');

interface Member {
  id: string;
  chart_id: string | null;
  title: string;
  incident_id: string;
}
const members = (incident: string) =>
  db().rows<Member>(
    sql`SELECT id, chart_id, title, incident_id FROM alert WHERE incident_id = ${incident} ORDER BY raised_at, id`,
  );
const unsettledAlerts = () =>
  db().rows<Member>(
    sql`SELECT id, chart_id, title, incident_id FROM alert WHERE state NOT IN ('closed', 'verified') ORDER BY raised_at, id`,
  );
const versionOf = async (incident: string): Promise<number> =>
  (await db().one<{ version: number }>(sql`SELECT version FROM incident WHERE id = ${incident}`))!.version;
const eventsOf = (incident: string) =>
  db().rows<{ kind: string; actor: string; text: string }>(
    sql`SELECT kind, actor, text FROM incident_event WHERE incident_id = ${incident} ORDER BY id`,
  );

/** Raises the condition of a station or tool; the incident that it came to. */
async function condition(over: Partial<Parameters<typeof raiseCondition>[1]>): Promise<Member> {
  const at = new Date(line.at());
  const c = {
    key: `test:${Math.random()}`,
    kind: 'recipe' as const,
    severity: 'high' as const,
    title: 'a condition',
    area: 'DEPOSITION',
    tool: 'CVD-02',
    chamber: null,
    product: 'KITE-45',
    operation: 'CVD-OXIDE',
    lot: 'none',
    slot: 1,
    recordId: '00000000-0000-4000-8000-000000000001',
    runId: null,
    from: at,
    to: at,
    count: 1,
    value: null,
    ...over,
  };
  await transaction((tx) => raiseCondition(tx, c));
  return (await db().one<Member>(sql`SELECT id, chart_id, title, incident_id FROM alert WHERE dedupe_key = ${c.key}`))!;
}

beforeAll(async () => {
  door = await openDoor();
  line = await workedAlerts(door);
  // The charts of the wafer, of its spread and of the lot: what one event of the chamber shows on.
  await db().exec(
    sql`UPDATE chart SET alerting = true WHERE operation = 'CVD-OXIDE' AND (tool IS NULL OR (tool = 'CVD-01' AND chamber = 'A')) AND characteristic IN ('measurement.mean', 'measurement.lot')`,
  );
}, 120_000);
beforeEach(async () => {
  await db().exec(sql`
    UPDATE alert SET state = 'closed', closed_at = now(), wake_at = NULL, snoozed_at = NULL, snoozed_until = NULL, snooze_reason = NULL, check_state = NULL, waiting_for = NULL`);
});
afterAll(() => door.close());

test('many charts, one event: the alerts of one wafer come to one incident, which says by which rule', async () => {
  await line.make([112]);
  const open = await unsettledAlerts();
  expect(new Set(open.map((a) => a.chart_id)).size).toBe(open.length);
  expect(open.length).toBeGreaterThan(1);
  expect(new Set(open.map((a) => a.incident_id)).size).toBe(1);
  const events = await eventsOf(open[0]!.incident_id);
  expect(events.map((e) => [e.kind, e.actor])).toEqual(open.slice(1).map(() => ['gathered', 'Driftless']));
  expect(events[0]!.text).toMatch(/^same wafer: /);
  const gathered = await db().rows<{ n: number }>(
    sql`SELECT alert_id FROM alert_event WHERE kind = 'gathered' AND alert_id = ANY(${open.map((o) => o.id)}::uuid[])`,
  );
  expect(gathered).toHaveLength(open.length - 1);
});

test('the same fault opens no second alert: not while open, acknowledged, in work, waiting, or snoozed', async () => {
  await line.make([112]);
  const first = await unsettledAlerts();
  const a = (await line.newest()).id;
  const again = async () => {
    await line.make([113]);
    expect(await unsettledAlerts()).toEqual(first);
  };
  await again();
  await act(a, { do: 'acknowledge' });
  await again();
  await act(a, { do: 'start' });
  await again();
  await act(a, { do: 'wait', for: 'a part' });
  await again();
  await act(a, { do: 'snooze', minutes: 30, reason: 'the chamber is being cleaned' });
  await again();
  expect(await db().one(sql`SELECT count FROM alert WHERE id = ${a}`)).toEqual({ count: 6 });
  // Once it is settled, the next signal is a new alert, and so is its incident.
  await db().exec(
    sql`UPDATE alert SET state = 'closed', closed_at = now(), snoozed_at = NULL, snoozed_until = NULL, snooze_reason = NULL, waiting_for = NULL`,
  );
  await line.make([114]);
  const next = await unsettledAlerts();
  expect(next.map((n) => n.incident_id)).not.toContain(first[0]!.incident_id);
});

test('the rules in their order: wafer, chamber, sensor, event, tool; nothing beyond 24 h, nothing of another tool', async () => {
  const alone = await condition({ tool: 'CVD-02', chamber: 'A', lot: 'w1' });
  expect(alone.incident_id).toBe(alone.id);
  const rule = async (a: Member) =>
    (
      await db().one<{ rule: string | null }>(
        sql`SELECT detail->>'rule' AS rule FROM alert_event WHERE alert_id = ${a.id} AND kind = 'gathered'`,
      )
    )?.rule ?? null;
  const near = async (over: Parameters<typeof condition>[0]) => {
    const a = await condition(over);
    const r = await rule(a);
    // Whatever it came to, it is taken away again, so that the next one has the first alone beside it.
    await db().exec(sql`UPDATE alert SET state = 'closed', closed_at = now() WHERE id = ${a.id}`);
    return [a.incident_id === alone.id, r];
  };
  const later = (h: number) => ({ from: new Date(line.at() + h * HOUR), to: new Date(line.at() + h * HOUR) });
  expect(await near({ tool: 'ETCH-01', chamber: 'A', lot: 'w1' })).toEqual([true, 'wafer']);
  expect(await near({ tool: 'ETCH-01', chamber: 'A', lot: 'w1', slot: 2 })).toEqual([false, null]);
  expect(await near({ tool: 'ETCH-01', chamber: 'A', lot: 'w1', slot: 0 })).toEqual([true, 'wafer']);
  expect(await near({ chamber: 'A', lot: 'w2' })).toEqual([true, 'chamber']);
  expect(await near({ chamber: 'A', lot: 'w2', ...later(23.9) })).toEqual([true, 'chamber']);
  expect(await near({ chamber: 'A', lot: 'w2', ...later(24.1) })).toEqual([false, null]);
  expect(await near({ chamber: 'B', lot: 'w2' })).toEqual([false, null]);
  expect(await near({ chamber: null, lot: 'w2' })).toEqual([true, 'tool']);
  expect(await near({ tool: 'CVD-01', chamber: 'A', lot: 'w2' })).toEqual([false, null]);
  await db().exec(sql`
    INSERT INTO equipment_event (id, key, tool, chamber, kind, at, description) VALUES (gen_random_uuid(), 'pm-of-tool', 'CVD-02', NULL, 'pm', ${new Date(line.at() - 2 * HOUR)}, 'gas panel')`);
  expect(await near({ chamber: 'B', lot: 'w2' })).toEqual([true, 'event']);
});

test('charts of one sensor on two chambers of a tool belong together', async () => {
  const at = new Date(T0);
  const raise = async (chamber: string, characteristic: string): Promise<void> => {
    await db().exec(sql`
      INSERT INTO chart (id, title, area, characteristic, parameter, unit, operation, tool, chamber, kind, alerting) VALUES (gen_random_uuid(), ${chamber + characteristic}, 'DEPOSITION', ${characteristic}, 'p', 'Pa', 'CVD-OXIDE', 'CVD-02', ${chamber}, 'individuals', true)`);
    const key = `sensor:${chamber}:${characteristic}`;
    await condition({ key, chamber, lot: `s${chamber}`, from: at, to: at, title: key });
  };
  // The chart is what names the sensor: an alert of a condition has none, so these are given theirs before the last one is gathered.
  await raise('A', 'trace.pressure.dep.mean');
  const a = (await db().one<Member>(sql`SELECT * FROM alert WHERE title = 'sensor:A:trace.pressure.dep.mean'`))!;
  await db().exec(
    sql`UPDATE alert SET chart_id = (SELECT id FROM chart WHERE title = 'Atrace.pressure.dep.mean') WHERE id = ${a.id}`,
  );
  await raise('B', 'trace.pressure.dep.sd');
  const b = (await db().one<Member>(sql`SELECT * FROM alert WHERE title = 'sensor:B:trace.pressure.dep.sd'`))!;
  expect(b.incident_id).toBe(b.id);
  await transaction(async (tx) => {
    await tx.exec(
      sql`UPDATE alert SET chart_id = (SELECT id FROM chart WHERE title = 'Btrace.pressure.dep.sd'), incident_id = NULL WHERE id = ${b.id}`,
    );
    await tx.exec(sql`DELETE FROM incident WHERE id = ${b.id}`);
    await gather(tx, b.id);
  });
  expect((await db().one<Member>(sql`SELECT * FROM alert WHERE id = ${b.id}`))!.incident_id).toBe(a.incident_id);
});

test('a worker killed between point and incident leaves neither alert nor incident, and the next makes both once', async () => {
  await db().exec(
    sql`CREATE OR REPLACE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed'; END $$`,
  );
  await db().exec(sql`CREATE TRIGGER die BEFORE INSERT ON incident FOR EACH ROW EXECUTE FUNCTION die()`);
  const counts = () =>
    db().one<{ alerts: number; incidents: number; loose: number }>(sql`
      SELECT (SELECT count(*)::int FROM alert) AS alerts, (SELECT count(*)::int FROM incident) AS incidents, (SELECT count(*)::int FROM alert WHERE incident_id IS NULL) AS loose`);
  const before = (await counts())!;
  await expect(line.make([112])).rejects.toThrow('killed');
  expect(await counts()).toEqual(before);
  await db().exec(sql`DROP TRIGGER die ON incident`);
  await doAllWork();
  const open = await unsettledAlerts();
  expect(await counts()).toEqual({ alerts: before.alerts + open.length, incidents: before.incidents + 1, loose: 0 });
});

test('two charts of a chamber that raise at the same moment come to one incident', async () => {
  const both = await Promise.all([1, 2, 3, 4].map((i) => condition({ tool: 'CVD-02', chamber: 'A', lot: `m${i}` })));
  const ids = new Set(
    (await db().rows<Member>(sql`SELECT * FROM alert WHERE id = ANY(${both.map((b) => b.id)}::uuid[])`)).map(
      (a) => a.incident_id,
    ),
  );
  expect(ids.size).toBe(1);
});

test('people join and split with a reason; of two the second is told; every history says so', async () => {
  const a = await condition({ tool: 'CVD-02', chamber: 'A', lot: 'j1', title: 'first' });
  const b = await condition({ tool: 'ETCH-01', chamber: 'A', lot: 'j2', title: 'second' });
  expect(b.incident_id).not.toBe(a.incident_id);
  const seen = await versionOf(a.incident_id);
  const join = { incident: a.incident_id, seen, alerts: [b.id], reason: 'the same gas line' };
  await joinIncident(omar, join);
  expect((await members(a.incident_id)).map((m) => m.title)).toEqual(['first', 'second']);
  await expect(joinIncident(ana, join)).rejects.toMatchObject({
    code: 'precondition_failed',
    message: expect.stringContaining('omar@fab.example: second: the same gas line'),
  });
  const { incident } = await splitIncident(ana, {
    incident: a.incident_id,
    seen: seen + 1,
    alerts: [b.id],
    reason: 'another gas line after all',
  });
  expect([(await members(a.incident_id)).length, (await members(incident)).length]).toEqual([1, 1]);
  expect(await kindsOf(b.id)).toEqual(['opened', 'incident_joined', 'incident_left']);
  expect((await eventsOf(a.incident_id)).map((e) => e.kind)).toEqual(['joined', 'left']);
  const only = { incident: a.incident_id, seen: seen + 2, alerts: [a.id], reason: 'all of it' };
  await expect(splitIncident(ana, only)).rejects.toMatchObject({ code: 'invalid_input', details: { field: 'alerts' } });
  await expect(splitIncident(ana, { ...only, alerts: [b.id] })).rejects.toMatchObject({
    message: expect.stringContaining('not in this incident'),
  });
  await ownAnIncident(omar, { incident, seen: await versionOf(incident), owner: 'emil@fab.example' });
  expect(await db().one(sql`SELECT owner FROM incident WHERE id = ${incident}`)).toEqual({ owner: 'emil@fab.example' });
  await expect(
    ownAnIncident(omar, { incident, seen: await versionOf(incident), owner: 'nobody@fab.example' }),
  ).rejects.toMatchObject({
    details: { field: 'owner' },
  });
});
