import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { requestMeasurement } from '@/lib/services/alerts/requests';
import type { Condition } from '@/lib/services/checklists/conditions';
import { decideByData } from '@/lib/services/checklists/data/decide';
import { subjectOf } from '@/lib/services/checklists/data/subject';
import { holdSubject, releaseLot } from '@/lib/services/holds/verbs';
import { changeChart } from '@/lib/services/spc/change-chart';
import { as } from '../support/as';
import { type Door, openDoor } from '../support/door';
import { HOUR, type OxideAlerts, omar, T0, workedAlerts } from '../support/oxide-alerts';
import { measurementOf, runOf } from '../support/wafers';
import { doAllWork } from '../support/work';

let door: Door;
let line: OxideAlerts;
let serial = 0;

/** What the data say of an alert. */
const decide = async (alert: string, c: Condition) => {
  const { answer, says } = await decideByData(db(), await subjectOf(db(), alert), c);
  return [answer, says] as const;
};

interface Bad {
  id: string;
  lot: string;
  slot: number;
  record_id: string;
  first_at: Date;
}
async function bad(mean = 108): Promise<Bad> {
  await line.make([mean]);
  const { id } = await line.newest();
  return (await db().one<Bad>(sql`SELECT id, lot, slot, record_id, first_at FROM alert WHERE id = ${id}`))!;
}

const post = async (path: string, records: readonly object[]): Promise<void> => {
  const answer = await door.post(path, records);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
};

beforeAll(async () => {
  door = await openDoor();
  line = await workedAlerts(door);
}, 120_000);
beforeEach(() => line.settleAll());
afterAll(() => door.close());

test('the rule that fired, and the signals that hold', async () => {
  const a = await bad();
  expect(await decide(a.id, { is: 'rule', rules: [1, 5] })).toEqual(['yes', 'rule 1 fired: 1 point beyond the control limits']);
  expect(await decide(a.id, { is: 'rule', rules: [2] })).toMatchObject(['no', expect.anything()]);
  expect(await decide(a.id, { is: 'signals', least: 2 })).toEqual(['no', '1 signals hold']);
  await line.make([108.5]);
  expect(await decide(a.id, { is: 'signals', least: 2 })).toEqual(['yes', '2 signals hold']);
});

test('the specification in force, on either side of it', async () => {
  const spec = (await db().one<{ lsl: number; usl: number }>(
    sql`SELECT lsl, usl FROM specification WHERE product = 'KITE-45' AND operation = 'CVD-OXIDE' AND parameter = 'oxide_thickness'`,
  ))!;
  const out = await bad(spec.usl + 1);
  expect(await decide(out.id, { is: 'beyond_specification' })).toEqual([
    'yes',
    `${Number((spec.usl + 1).toPrecision(5))} nm is outside ${spec.lsl} to ${spec.usl}`,
  ]);
  await line.settleAll();
  const chart = (await db().one<{ specified: boolean }>(sql`SELECT specified FROM chart WHERE id = ${line.chart}`))!;
  expect(chart.specified).toBe(true);
  await db().exec(sql`UPDATE chart SET specified = false WHERE id = ${line.chart}`);
  expect(await decide(out.id, { is: 'beyond_specification' })).toEqual([
    'unknown',
    'its chart has no one specification in force',
  ]);
  await db().exec(sql`UPDATE chart SET specified = true WHERE id = ${line.chart}`);
});

test('events of the chamber and of its tool as a whole, within their time', async () => {
  const a = await bad();
  const within = (hours: number) => decide(a.id, { is: 'maintenance', hours });
  expect(await within(20)).toEqual(['no', 'no event of CVD-01 A in the 20 h before it']);
  const event = (key: string, chamber: string | null, h: number) =>
    post('events', [
      {
        key: `${key}${++serial}`,
        tool: 'CVD-01',
        ...(chamber === null ? {} : { chamber }),
        kind: 'pm',
        at: new Date(a.first_at.getTime() - h * HOUR).toISOString(),
        description: key,
      },
    ]);
  await event('other chamber', 'B', 1);
  expect((await within(20))[0]).toBe('no');
  await event('wet clean', 'A', 15);
  expect((await within(10))[0]).toBe('no');
  expect(await within(20)).toMatchObject(['yes', expect.stringMatching(/^pm of CVD-01 A at .*: wet clean$/)]);
  await event('gas panel', null, 2);
  expect(await within(10)).toMatchObject(['yes', expect.stringContaining('gas panel')]);
});

test('the recipe against the last good lot', async () => {
  await line.make([100.2]);
  const same = await bad();
  expect(await decide(same.id, { is: 'recipe_changed' })).toMatchObject([
    'no',
    expect.stringContaining('as on the last good lot'),
  ]);
  await db().exec(sql`UPDATE run SET recipe_version = recipe_version + 1 WHERE lot = ${same.lot}`);
  expect(await decide(same.id, { is: 'recipe_changed' })).toMatchObject([
    'yes',
    expect.stringMatching(/ v2 now, .* v1 on the last good lot /),
  ]);
});

test('another station, and a measurement that was asked for', async () => {
  const a = await bad();
  expect(await decide(a.id, { is: 'other_station', percent: 1 })).toEqual(['unknown', 'no other station measured this wafer']);
  const w = { key: `${a.lot}-${a.slot}`, lot: a.lot, slot: a.slot, at: a.first_at.getTime() };
  await db().exec(
    sql`INSERT INTO station (name, area, kind) VALUES ('ELL-02', 'DEPOSITION', 'ellipsometer') ON CONFLICT DO NOTHING`,
  );
  await post('measurements', [measurementOf(w, 106, { key: `${w.key}-other`, station: 'ELL-02' })]);
  await doAllWork();
  expect(await decide(a.id, { is: 'other_station', percent: 1 })).toMatchObject([
    'no',
    expect.stringContaining('ELL-02 has 106 nm'),
  ]);
  expect((await decide(a.id, { is: 'other_station', percent: 3 }))[0]).toBe('yes');

  expect(await decide(a.id, { is: 're_measured_in' })).toEqual(['unknown', 'no measurement that was asked for has come']);
  const asked = {
    alert: a.id,
    lot: a.lot,
    slot: a.slot,
    operation: 'CVD-OXIDE',
    parameter: 'oxide_thickness',
    withinMin: 60,
    reason: 'is it real?',
  };
  await requestMeasurement(omar, asked);
  await post('measurements', [
    measurementOf(w, 100.1, {
      key: `${w.key}-again`,
      revises: `${w.key}-m`,
      measuredAt: new Date(w.at + 2 * HOUR).toISOString(),
    }),
  ]);
  await doAllWork();
  expect(await decide(a.id, { is: 're_measured_in' })).toMatchObject([
    'yes',
    expect.stringContaining('measured again it is 100.1 nm, within the limits'),
  ]);
});

test('sister chambers, other open alerts, holds and the incident', async () => {
  const a = await bad();
  expect(await decide(a.id, { is: 'sisters_out', hours: 24 })).toEqual(['unknown', 'no sister chamber has a point within 24 h']);
  expect(await decide(a.id, { is: 'open_elsewhere' })).toMatchObject(['no', expect.anything()]);
  // The same step on chamber B, with limits of its own: a wafer beyond them an hour before.
  const w = { key: 'sister', lot: a.lot, slot: 9, at: a.first_at.getTime() - HOUR, chamber: 'B' };
  const { id: sister, version } = (await db().one<{ id: string; version: number }>(sql`
    SELECT s.id, s.version FROM chart c JOIN chart s ON s.characteristic = c.characteristic AND s.parameter = c.parameter AND s.operation = c.operation AND s.kind = c.kind AND s.tool = c.tool
      AND s.chamber = 'B' AND s.product IS NOT DISTINCT FROM c.product WHERE c.id = ${line.chart}`))!;
  await changeChart(as('ana', { now: T0 }), {
    chart: sister,
    seen: version,
    change: { limits: { lcl: 97, cl: 100, ucl: 103 } },
    reason: 'limits of the qualification',
  });
  await post('runs', [runOf(w)]);
  await post('measurements', [measurementOf(w, 112)]);
  await doAllWork();
  expect(await decide(a.id, { is: 'sisters_out', hours: 24 })).toEqual(['yes', 'CVD-01 B: out of control within 24 h']);
  expect((await decide(a.id, { is: 'sisters_out', hours: 0.1 }))[0]).toBe('unknown');
  await db().exec(sql`
    INSERT INTO alert (id, dedupe_key, kind, severity, title, area, tool, chamber, operation, chart_id, first_at, last_at)
    VALUES (gen_random_uuid(), 'sister', 'spc', 'high', 'sister', 'DEPOSITION', 'CVD-01', 'B', 'CVD-OXIDE', ${sister}, now(), now())`);
  expect(await decide(a.id, { is: 'open_elsewhere' })).toEqual(['yes', 'open too: CVD-01 B']);
  await db().exec(sql`UPDATE alert SET state = 'closed', closed_at = now() WHERE dedupe_key = 'sister'`);

  expect(await decide(a.id, { is: 'on_hold' })).toEqual(['no', 'nothing of it is on hold']);
  const { id: hold } = await holdSubject(omar, {
    subject: { scope: 'lot', lot: a.lot },
    reason: 'until it is decided',
    alert: a.id,
    source: 'person',
  });
  expect((await decide(a.id, { is: 'on_hold' }))[0]).toBe('yes');
  await releaseLot(omar, { hold, reason: 'decided' });
  expect(await decide(a.id, { is: 'incident_of', least: 2 })).toEqual(['no', 'it is alone in its incident']);
});

test('the largest term of the map, against the map of the last good lot', async () => {
  await line.make([100]);
  const a = await bad();
  // Five sites carry the terms up to the bowl: the wafer of the alert is the last good one, tilted along x.
  const own = (await db().one<{ value: Float64Array }>(sql`SELECT value FROM measurement WHERE id = ${a.record_id}`))!;
  const tilted = Array.from(own.value, (v, i) => v + [0, 20, -20, 0, 0][i]!);
  const w = { key: `${a.lot}-${a.slot}`, lot: a.lot, slot: a.slot, at: a.first_at.getTime() };
  expect(await decide(a.id, { is: 'map_term', terms: ['1.1', '1.-1'] })).toMatchObject([
    'unknown',
    expect.stringContaining('no term stands out'),
  ]);
  await post('measurements', [
    {
      ...measurementOf(w, 108, {
        key: `${w.key}-tilt`,
        revises: `${w.key}-m`,
        measuredAt: new Date(w.at + 2 * HOUR).toISOString(),
      }),
      value: tilted,
    },
  ]);
  await doAllWork();
  expect(await decide(a.id, { is: 'map_term', terms: ['1.1', '1.-1'] })).toMatchObject([
    'yes',
    expect.stringMatching(/^1\.1 is largest: .* nm, against /),
  ]);
  expect((await decide(a.id, { is: 'map_term', terms: ['2.0'] }))[0]).toBe('no');
});
