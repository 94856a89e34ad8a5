import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunToRunConfig } from '@/lib/control';
import { db, sql } from '@/lib/db';
import { actOnAlert } from '@/lib/services/alerts/actions';
import { changeLoop, setLoopState } from '@/lib/services/control/change-loop';
import { createChannel } from '@/lib/services/notify/channels';
import { sign } from '@/lib/services/notify/post';
import { sender } from '@/lib/services/notify/send';
import { asMachine } from '@/lib/services/verb';
import { as } from '../support/as';
import { type Door, openDoor } from '../support/door';
import { measurementOf, runOf } from '../support/wafers';
import { doAllWork as work } from '../support/work';

let door: Door;
const T0 = Date.UTC(2026, 8, 1);
const HOUR = 3_600_000;

beforeAll(async () => {
  process.env['WEBHOOK_ALLOW_PRIVATE'] = '127.0.0.1';
  door = await openDoor();
  await door.lot('L');
});
afterAll(() => door.close());

const advice = async (ask: object) => (await door.post<Told>('advice', ask)).body;
interface Told {
  chambers: Record<string, { adviceId: string; setpoints: { deposition_time: number } }>;
}

let serial = 0;
/** One processed and measured wafer: its thickness mean is `value`, its deposition time `x`. */
async function wafer(at: number, value: number, x = 60, over: { late?: boolean } = {}): Promise<() => Promise<void>> {
  const w = { key: `W${++serial}`, lot: 'L', slot: (serial % 25) + 1, at, depositionTime: x };
  await door.post('runs', [runOf(w)]);
  const measure = async () => {
    await door.post('measurements', [measurementOf(w, value)]);
    await work();
  };
  if (over.late !== true) await measure();
  return measure;
}

const thread = () =>
  db().one<{ state: { dHat: number; n: number }; n: number }>(sql`
    SELECT t.state, t.n FROM control_thread t JOIN control_loop l ON l.id = t.loop_id WHERE l.parameter = 'oxide_thickness' AND l.product = 'KITE-45' AND t.tool = 'CVD-01' AND t.chamber = 'A'`);

test('the textbook controller: estimate, advice, and the same answer to the same question', async () => {
  await wafer(T0 + HOUR, 124); // target 120, gain 2.09, lambda 0.4
  expect((await thread())!.state.dHat).toBeCloseTo(0.4 * 4, 10);
  const ask = {
    key: 'A1',
    tool: 'CVD-01',
    chambers: ['A', 'B'],
    product: 'KITE-45',
    operation: 'CVD-OXIDE',
    lot: 'L',
    at: new Date(T0 + 3 * HOUR).toISOString(),
  };
  const first = await advice(ask);
  const { A, B } = first.chambers;
  const setpoints = A!.setpoints;
  expect(setpoints.deposition_time).toBeCloseTo(60 - 1.6 / 2.09, 1);
  expect(B!.setpoints.deposition_time).toBe(60);
  await wafer(T0 + 2 * HOUR, 130);
  expect(await advice(ask)).toEqual(first);
  const row = await db().one<{ explanation: { clips: unknown[]; lastLot: string } }>(
    sql`SELECT explanation FROM advice WHERE id = ${A!.adviceId}`,
  );
  expect(row!.explanation.lastLot).toBe('L');
});

test('a late measurement rolls the thread back and replays: the order of arrival does not matter', async () => {
  const before = (await thread())!;
  const late = await wafer(T0 + 5 * HOUR, 118, 60, { late: true });
  await wafer(T0 + 6 * HOUR, 121);
  await late();
  const values = await db().rows<{ y: number; x_applied: number; d_hat: number }>(sql`
    SELECT s.y, s.x_applied, s.d_hat FROM control_step s JOIN control_thread t ON t.id = s.thread_id JOIN control_loop l ON l.id = t.loop_id
    WHERE l.parameter = 'oxide_thickness' AND t.tool = 'CVD-01' ORDER BY s.at`);
  let d = 0;
  for (const v of values) {
    d = 0.4 * (v.y - 120 - 2.09 * (v.x_applied - 60)) + 0.6 * d;
    expect(v.d_hat).toBeCloseTo(d, 9);
  }
  expect((await thread())!.n).toBe(before.n + 2);
  expect((await thread())!.state.dHat).toBeCloseTo(d, 9);
});

test('a PM leaves half of the estimate', async () => {
  const before = (await thread())!.state.dHat;
  await door.post('events', [
    { key: 'PM1', tool: 'CVD-01', chamber: 'A', kind: 'pm', at: new Date(T0 + 7 * HOUR).toISOString(), description: 'quarterly' },
  ]);
  await work();
  expect((await thread())!.state.dHat).toBeCloseTo(before / 2, 9);
});

test('a corrected measurement takes the place of the one it corrects, in the thread and on the chart', async () => {
  await wafer(T0 + 8 * HOUR, 135);
  const id = `W${serial}`;
  const first = (await db().one<{ id: string; lot: string; slot: number }>(
    sql`SELECT id, lot, slot FROM measurement WHERE key = ${`${id}-m`}`,
  ))!;
  const corrected = { key: id, lot: first.lot, slot: first.slot, at: T0 + 8 * HOUR };
  await door.post('measurements', [
    measurementOf(corrected, 121, { key: `${id}-m2`, revises: `${id}-m`, measuredAt: new Date(T0 + 10 * HOUR).toISOString() }),
  ]);
  await work();
  const where = sql`record_id = ${first.id}`;
  expect(await db().rows(sql`SELECT 1 FROM chart_point WHERE ${where}`)).toEqual([]);
  expect(await db().rows(sql`SELECT 1 FROM control_step WHERE ${where}`)).toEqual([]);
  const steps = await db().rows<{ y: number }>(sql`SELECT y FROM control_step ORDER BY at DESC LIMIT 1`);
  expect(steps).toEqual([{ y: 121 }]);
});

test('a loop in shadow advises but hands out the nominal recipe; changes need a reason and the version that was seen', async () => {
  const loop = (await db().one<{ id: string; version: number; config: RunToRunConfig }>(sql`
    SELECT l.id, l.version, v.config FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version WHERE l.parameter = 'oxide_thickness' AND l.product = 'KITE-45'`))!;
  await expect(
    changeLoop(as('ana'), { loop: loop.id, seen: 1, config: { ...loop.config, lambda: 0.2 }, reason: '' }),
  ).rejects.toThrow();
  expect(
    await changeLoop(as('ana'), {
      loop: loop.id,
      seen: 1,
      config: { ...loop.config, lambda: 0.2 },
      reason: 'calmer after the kit change',
    }),
  ).toEqual({
    kind: 'in_force',
    version: 2,
  });
  await expect(
    changeLoop(as('bob'), { loop: loop.id, seen: 1, config: { ...loop.config, lambda: 0.3 }, reason: 'I saw the old one' }),
  ).rejects.toMatchObject({
    code: 'precondition_failed',
  });
  await setLoopState(as('ana'), {
    loop: loop.id,
    seen: { version: 2, state: 'closed' },
    state: 'shadow',
    reason: 'trial of the new lambda',
  });
  const ask = {
    key: 'A2',
    tool: 'CVD-01',
    chambers: ['A'],
    product: 'KITE-45',
    operation: 'CVD-OXIDE',
    lot: 'L',
    at: new Date(T0 + 9 * HOUR).toISOString(),
  };
  expect((await advice(ask)).chambers['A']!.setpoints.deposition_time).toBe(60);
  const trail = await db().rows<{ action: string; reason: string }>(
    sql`SELECT action, reason FROM audit_entry WHERE entity = 'loop' AND actor = 'ana' ORDER BY id`,
  );
  expect(trail.map((t) => t.reason)).toEqual(['calmer after the kit change', 'trial of the new lambda']);
});

test('a chart gets its limits from its baseline, an excursion raises one alert, a webhook hears of it with a signature', async () => {
  const heard: { headers: Record<string, unknown>; body: string }[] = [];
  let refuse = true;
  const hook = createServer((req, res) => {
    let body = '';
    req.on('data', (c) => {
      body += c;
    });
    req.on('end', () => {
      heard.push({ headers: req.headers, body });
      res.writeHead(refuse ? 500 : 204).end();
      refuse = false;
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  const { secret } = await createChannel(asMachine('admin'), {
    kind: 'webhook',
    name: 'pager',
    target: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/x`,
    severities: ['high'],
    areas: [],
  });
  const noise = [0.3, -0.2, 0.5, -0.4, 0.1, -0.6, 0.4, 0.2, -0.3, -0.1, 0.6, -0.5, 0.2, 0.1, -0.2, 0.3, -0.4, 0.5, -0.1, 0];
  for (const [i, e] of noise.entries()) await wafer(T0 + (20 + i) * HOUR, 120 + e);
  await wafer(T0 + 60 * HOUR, 120.1); // moves the chart on, so that its baseline is settled
  const chart = (await db().one<{ id: string; version: number; ucl: number; cl: number; title: string }>(sql`
    SELECT c.id, c.version, v.ucl, v.cl, c.title FROM chart c JOIN chart_version v ON v.chart_id = c.id AND v.version = c.version
    WHERE c.characteristic = 'measurement.mean' AND c.kind = 'individuals' AND c.tool = 'CVD-01' AND c.chamber = 'A' AND c.product = 'KITE-45'`))!;
  expect(chart.version).toBe(2);
  expect(chart.ucl).toBeGreaterThan(chart.cl);

  const excursion = await wafer(T0 + 61 * HOUR, 140, 60, { late: true });
  await excursion();
  await sender(() => Date.now() + 10).all(); // the pager is out of order at first
  await sender(() => Date.now() + 6_000).all(); // the try that follows
  const alerts = await db().rows<{ id: string; severity: string; count: number; value: number; version: number }>(
    sql`SELECT id, severity, count, value, version FROM alert WHERE chart_id = ${chart.id}`,
  );
  expect(alerts).toMatchObject([{ severity: 'high', value: 140 }]);
  const opened = heard.filter(({ body }) => JSON.parse(body).event.kind === 'opened');
  expect(opened).toHaveLength(2);
  const { headers, body } = opened[1]!;
  expect(headers['x-driftless-signature']).toBe(sign(secret!, String(headers['x-driftless-timestamp']), body));
  const told = JSON.parse(body);
  expect(told.alert).toMatchObject({ id: alerts[0]!.id, title: `${chart.title}: 1 point beyond the control limits` });
  expect(told.alert.signals).toEqual([
    {
      rule: 1,
      at: new Date(T0 + 61 * HOUR).toISOString(),
      lot: expect.any(String),
      slot: expect.any(Number),
      judged: 140,
      ucl: chart.ucl,
      lcl: expect.any(Number),
      withdrawnAt: null,
    },
  ]);
  const log = await db().rows<{ state: string; attempts: number; status_code: number }>(
    sql`SELECT state, attempts, status_code FROM notification ORDER BY alert_event_id`,
  );
  expect(log[0]).toMatchObject({ state: 'delivered', attempts: 2, status_code: 204 });

  await wafer(T0 + 62 * HOUR, 141);
  const same = await db().rows<{ count: number }>(sql`SELECT count FROM alert WHERE chart_id = ${chart.id}`);
  expect(same).toHaveLength(1);
  expect(same[0]!.count).toBeGreaterThan(alerts[0]!.count);

  const id = alerts[0]!.id;
  await actOnAlert(as('omar@x'), { alert: id, seen: null, action: { do: 'acknowledge' } });
  await expect(actOnAlert(as('ana@x'), { alert: id, seen: null, action: { do: 'acknowledge' } })).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(
    actOnAlert(as('ana@x'), { alert: id, seen: 1, action: { do: 'comment', comment: 'stale' } }),
  ).rejects.toMatchObject({
    code: 'precondition_failed',
  });
  await actOnAlert(as('ana@x'), {
    alert: id,
    seen: null,
    action: { do: 'close', cause: 'equipment_fault', action: 'MFC replaced', disposition: 'rework' },
  });
  await wafer(T0 + 63 * HOUR, 142);
  expect(await db().rows(sql`SELECT 1 FROM alert WHERE chart_id = ${chart.id} AND state = 'open'`)).toHaveLength(1);
  await new Promise((resolve) => hook.close(resolve));
});
