import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bulkInsert, closePool, db, sql } from '@/lib/db';
import { hygienePage } from '@/lib/services/hygiene/page';
import { falseAlarmRate } from '@/lib/spc';
import { type TestDatabase, testDatabase } from '../support';

let database: TestDatabase;
const DAY = 86_400_000;
const HOUR = 3_600_000;
const MIN = 60_000;
/** A Wednesday. */
const NOW = Date.UTC(2026, 9, 14, 12);
const W = { fromMs: NOW - 28 * DAY, toMs: NOW, area: null };
const at = (daysAgo: number, ms = 0): Date => new Date(NOW - daysAgo * DAY + ms);

const chart = (title: string, area: string, over: object = {}) => ({
  id: randomUUID(),
  title,
  area,
  characteristic: 'measurement.mean',
  parameter: 'cd',
  unit: 'nm',
  operation: 'ETCH',
  tool: 'ETCH-01',
  chamber: 'A',
  kind: 'individuals',
  active: true,
  alerting: true,
  ...over,
});
const chatty = chart('chatty', 'ETCH');
const chance = chart('by chance', 'LITHO', { tool: 'LIT-01' });
const twin = chart('twin of chatty', 'ETCH');

async function addAlert(c: { id: string; title: string; area: string }, raised: Date, over: object = {}): Promise<string> {
  const id = randomUUID();
  await bulkInsert(db(), 'alert', [
    {
      id,
      dedupe_key: `spc:${c.id}`,
      kind: 'spc',
      severity: 'high',
      title: c.title,
      area: c.area,
      chart_id: c.id,
      first_at: raised,
      last_at: raised,
      raised_at: raised,
      state: 'closed',
      acknowledged_at: new Date(raised.getTime() + 10 * MIN),
      closed_at: new Date(raised.getTime() + 2 * HOUR),
      action_code: 'maintenance',
      disposition: 'use_as_is',
      ...over,
    },
  ]);
  return id;
}

beforeAll(async () => {
  database = await testDatabase();
  await db().exec(sql`INSERT INTO area (name, position) VALUES ('LITHO', 1), ('ETCH', 2)`);
  await bulkInsert(db(), 'chart', [chatty, chance, twin]);
  const version = {
    version: 1,
    effective_from: new Date(0),
    preset: 'custom',
    cl: 0,
    ucl: 3,
    lcl: -3,
    author: 'ana',
    reason: 'first',
  };
  await bulkInsert(db(), 'chart_version', [
    { chart_id: chatty.id, rules: [1], ...version },
    { chart_id: twin.id, rules: [1], ...version },
    { chart_id: chance.id, rules: [1, 2, 3, 5, 6], ...version },
  ]);
  // 100 points a day of each chart in the rollups of 28 days: by day, and by week where the weeks are whole.
  const days = Array.from({ length: 29 }, (_, i) => new Date(Math.floor(NOW / DAY) * DAY - i * DAY));
  const row = (id: string, grain: string, day: Date, n: number) => ({
    chart_id: id,
    grain,
    at: day,
    n,
    n_out: 1,
    n_all: n,
    mean: 0,
    m2: n,
    first_at: day,
    last_at: day,
  });
  const weeks = [...new Set(days.map((d) => d.getTime() - ((d.getUTCDay() + 6) % 7) * DAY))];
  for (const c of [chatty, chance, twin]) {
    await bulkInsert(
      db(),
      'chart_rollup',
      days.map((d) => row(c.id, 'day', d, 100)),
    );
    await bulkInsert(
      db(),
      'chart_rollup',
      weeks.map((t) =>
        row(c.id, 'week', new Date(t), 100 * days.filter((d) => d.getTime() >= t && d.getTime() < t + 7 * DAY).length),
      ),
    );
  }
  await db().exec(sql`UPDATE chart_rollup_fill SET filled_from = '1970-01-01'`);
  // Twelve alarms in nine minutes on one chart (a flood, and chatter), four alarms spread over the weeks on another one, one of them closed with nothing done.
  const records = Array.from({ length: 12 }, () => randomUUID());
  for (let i = 0; i < 12; i++) {
    const id = await addAlert(chatty, at(3, i * 45_000));
    const signal = { rule: 1, at: at(3, i * 45_000), version: 1, members: [], detail: {} };
    await bulkInsert(db(), 'alert_signal', [{ alert_id: id, chart_id: chatty.id, record_id: records[i]!, ...signal }]);
  }
  const other = await addAlert(twin, at(3, 60_000), { action_code: 'none' });
  for (let i = 0; i < 4; i++)
    await bulkInsert(db(), 'alert_signal', [
      {
        alert_id: other,
        chart_id: twin.id,
        record_id: records[i]!,
        rule: 1,
        at: at(3, i * 45_000),
        version: 1,
        members: [],
        detail: {},
      },
    ]);
  for (let i = 0; i < 4; i++) await addAlert(chance, at(5 + 5 * i), { action_code: i < 3 ? 'none' : 'maintenance' });
  // Open for a week, and nobody has touched it; one that was looked at an hour ago.
  const open = { state: 'open', acknowledged_at: null, closed_at: null, action_code: null, disposition: null };
  await addAlert({ id: randomUUID(), title: 'forgotten', area: 'LITHO' }, at(7), open);
  const touched = await addAlert({ id: randomUUID(), title: 'looked at', area: 'LITHO' }, at(7), open);
  await db().exec(
    sql`INSERT INTO alert_event (alert_id, at, actor, kind) VALUES (${touched}, ${new Date(NOW - HOUR)}, 'ana', 'commented')`,
  );
  await bulkInsert(db(), 'equipment_event', [
    { id: randomUUID(), key: 'pm', tool: 'ETCH-01', chamber: 'A', kind: 'pm', at: at(4), description: 'wet clean' },
  ]);
});
afterAll(async () => {
  await closePool();
  await database.drop();
});

test('rates, floods, stale alerts and times to respond', async () => {
  const page = await hygienePage(W, 2, 24 * HOUR);
  expect(page.rates).toMatchObject({ alarms: 19, days: 28, worstDay: 6.5 });
  expect(page.rates.perOperatorDay).toBeCloseTo(19 / 28 / 2, 12);
  expect(page.rates.floods).toEqual([]); // of two operators twenty are a flood
  const one = await hygienePage(W, 1, 24 * HOUR);
  expect(one.rates.floods).toMatchObject([{ area: 'ETCH', alarms: 13, worst: 13, fromMs: at(3).getTime() }]);
  expect(one.rates.floodShare).toBeCloseTo((one.rates.floods[0]!.toMs - one.rates.floods[0]!.fromMs) / (28 * DAY), 12);
  expect(page.stale.map((s) => [s.title, s.actedMs])).toEqual([['forgotten', null]]);
  expect(page.times.find((t) => t.area === 'ETCH')).toMatchObject({
    n: 13,
    ackMedianMs: 10 * MIN,
    ackP90Ms: 10 * MIN,
    closeMedianMs: 2 * HOUR,
  });
  expect(page.times.find((t) => t.area === 'LITHO')).toMatchObject({ n: 6, acknowledged: 4, closed: 4 });
});

test('bad actors stand against the exact price of their rules', async () => {
  const page = await hygienePage(W, 1, 24 * HOUR);
  expect(page).toMatchObject({ causes: 5, chattering: 1 });
  const [first, second] = page.actors;
  expect(first).toMatchObject({ title: 'chatty', alarms: 12, worstDay: 12, points: 2900, noAction: 0 });
  expect(first!.share).toBeCloseTo(12 / 19, 12);
  expect(first!.expected).toBeCloseTo(2900 * falseAlarmRate({ kind: 'individuals', rules: [1] }), 9);
  expect(second).toMatchObject({ title: 'by chance', alarms: 4, noAction: 3 });
  expect(second!.cumulated).toBeCloseTo(16 / 19, 12);
  const price = 2900 * falseAlarmRate({ kind: 'individuals', rules: [1, 2, 3, 5, 6] });
  expect(second!.expected).toBeCloseTo(price, 9);
  expect(second!.chance).toBeGreaterThan(0.99); // far more would come by chance than came
  const etch = page.prices.find((p) => p.area === 'ETCH')!;
  expect(etch).toMatchObject({ charts: 2, points: 5800, alarms: 13, unpriced: 0 });
  expect(etch.expected).toBeCloseTo(2 * first!.expected!, 9);
});

test('what could be done comes with its price and leads to the dialog that does it', async () => {
  const { actors, unphased } = await hygienePage(W, 1, 24 * HOUR);
  const of = (title: string) => actors.find((a) => a.title === title)!.fixes;
  expect(of('chatty').map((f) => [f.kind, f.href])).toEqual([['study', `/spc/${chatty.id}?do=propose`]]);
  const [rules] = of('by chance');
  expect(rules).toMatchObject({ kind: 'rules', href: expect.stringMatching(`/spc/${chance.id}\\?do=change&rules=1,`) });
  const kept = new URLSearchParams(rules!.href.split('?')[1]).get('rules')!.split(',').map(Number);
  expect(rules!.after).toBeCloseTo((2900 / 4) * falseAlarmRate({ kind: 'individuals', rules: kept }), 9);
  expect(rules!.after!).toBeLessThan(rules!.before!);
  expect(of('twin of chatty')).toMatchObject(
    [{ kind: 'rules' }, { kind: 'retire', text: expect.stringContaining('chatty') }].slice(-1),
  );
  expect(unphased.map((u) => [u.title, u.what, u.where, u.alarms])).toEqual([
    ['chatty', 'pm: wet clean', 'ETCH-01 A', 12],
    ['twin of chatty', 'pm: wet clean', 'ETCH-01 A', 1],
  ]);
});

test('an area alone, and a window without alarms', async () => {
  const litho = await hygienePage({ ...W, area: 'LITHO' }, 1, 24 * HOUR);
  expect(litho.rates.alarms).toBe(6);
  expect(litho.actors.every((a) => a.area === 'LITHO')).toBe(true);
  const empty = await hygienePage({ fromMs: NOW - 400 * DAY, toMs: NOW - 370 * DAY, area: null }, null, 24 * HOUR);
  expect(empty).toMatchObject({ actors: [], causes: 0, operators: 1, times: [] });
});
