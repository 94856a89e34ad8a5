import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePool, db, recordId, sql } from '@/lib/db';
import { ensurePartitions } from '@/lib/services/ingest/partitions';
import { startSimulatedFab } from '@/lib/services/simulation/start-fab';
import { asMachine } from '@/lib/services/verb';
import { testDatabase } from '@/tests/support';
import { writeCursor } from '../address/cursor';
import { type AlertFilter, listAlerts } from '../alerts/views/list';
import { listOverlay } from '../overlay/views/overlay';
import { type ScreenFilter, screenCharts } from '../spc/views/list';

const NOW = Date.UTC(2026, 10, 20);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let dropDatabase: () => Promise<void>;

beforeAll(async () => {
  const made = await testDatabase();
  dropDatabase = made.drop;
  await startSimulatedFab(asMachine('test'), 1);
  await ensurePartitions([[NOW, NOW - DAY]], NOW);
});
afterAll(async () => {
  await closePool();
  await dropDatabase();
});

/** All pages of a list one after the other. */
async function walk<R>(page: (after: string | null) => Promise<{ rows: R[]; next: string | null }>): Promise<R[][]> {
  const pages: R[][] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { rows, next } = await page(after);
    pages.push(rows);
    after = next;
    more = next !== null;
    expect(pages.length).toBeLessThan(200);
  }
  return pages;
}

const everything: AlertFilter = {
  state: 'all',
  severity: null,
  area: null,
  tool: null,
  assignee: null,
  fromMs: NOW - 7 * DAY,
  limit: 4,
};

test('closed alerts are listed by when they were closed, older ones are counted, and every alert is reached page by page', async () => {
  const alerts = Array.from({ length: 17 }, (_, i) => ({
    id: recordId('alert', String(i)),
    state: ['open', 'acknowledged', 'closed'][i % 3]!,
    severity: ['high', 'medium', 'low'][i % 2]!,
    lastAt: new Date(NOW - 20 * DAY - (i % 2) * HOUR),
    // The signals of all are old; closed ones were closed an hour, two days or ten days ago.
    closedAt: i % 3 === 2 ? new Date(NOW - [HOUR, 2 * DAY, 10 * DAY][Math.floor(i / 3) % 3]!) : null,
  }));
  for (const a of alerts)
    await db().exec(sql`
      INSERT INTO alert (id, dedupe_key, kind, severity, state, title, area, first_at, last_at, closed_at)
      VALUES (${a.id}, ${a.id}, 'spc', ${a.severity}, ${a.state}::alert_state, ${`alert ${a.id}`}, 'LITHO', ${a.lastAt}, ${a.lastAt}, ${a.closedAt})`);
  const inWeek = (a: (typeof alerts)[number]): boolean => a.closedAt === null || a.closedAt.getTime() >= NOW - 7 * DAY;
  const wanted = alerts.filter(inWeek).map((a) => a.id);
  expect(wanted.length).toBeLessThan(alerts.length);
  const pages = await walk((after) => listAlerts({ ...everything, after }));
  expect(pages.slice(0, -1).every((p) => p.length === 4)).toBe(true);
  const rows = pages.flat();
  expect(rows.map((r) => r.id).sort()).toEqual([...wanted].sort());
  expect((await listAlerts({ ...everything, limit: 100 })).rows.map((r) => r.id)).toEqual(rows.map((r) => r.id));
  // Open before acknowledged before closed; within them the worst first; closed ones by when they were closed.
  const closed = rows.filter((r) => r.state === 'closed').map((r) => r.closedMs!);
  expect(closed).toEqual([...closed].sort((a, b) => b - a));
  expect(rows.filter((r) => r.state === 'open').map((r) => r.severity)).toEqual(
    rows
      .filter((r) => r.state === 'open')
      .map((r) => r.severity)
      .sort((a, b) => ['high', 'medium'].indexOf(a) - ['high', 'medium'].indexOf(b)),
  );
  const first = await listAlerts(everything);
  expect([first.total, first.older]).toEqual([wanted.length, alerts.length - wanted.length]);
  const ever = await listAlerts({ ...everything, fromMs: 0, limit: 100 });
  expect([ever.rows.length, ever.older]).toEqual([alerts.length, 0]);
  expect((await listAlerts({ ...everything, area: 'ETCH' })).older).toBe(0);
  expect((await listAlerts({ ...everything, state: 'active' })).older).toBe(0);
});

const charts: ScreenFilter = {
  fromMs: NOW - DAY,
  toMs: NOW,
  area: null,
  operation: null,
  product: null,
  tool: null,
  source: null,
  onlyOut: false,
  limit: 50,
};

test('every chart is reached page by page, in the order of the whole list, and the kind of chart filters', async () => {
  const some = await db().rows<{ id: string; kind: string }>(sql`SELECT id, kind FROM chart WHERE active ORDER BY id LIMIT 9`);
  for (const [i, c] of some.entries())
    for (let k = 0; k < 4; k++)
      await db().exec(sql`
        INSERT INTO chart_point (chart_id, at, record_id, value, plotted, lot, slot, version, rules)
        VALUES (${c.id}, ${new Date(NOW - (k + 1) * HOUR)}, ${recordId('point', `${i} ${k}`)}, ${10 + k}, ${5 + k}, 'A1', 1, 1, ${k < i % 3 ? [1] : []}::int[])`);
  const whole = await screenCharts({ ...charts, limit: 5000 });
  expect(whole.total).toBe(whole.rows.length);
  expect(whole.total).toBeGreaterThan(100);
  const pages = await walk((after) => screenCharts({ ...charts, after }));
  expect(pages.flat().map((r) => r.id)).toEqual(whole.rows.map((r) => r.id));
  expect(
    pages
      .flat()
      .slice(0, 9)
      .map((r) => r.n),
  ).toEqual(Array(9).fill(4));
  const ewma = await screenCharts({ ...charts, kind: 'ewma', limit: 5000 });
  expect(ewma.rows.length).toBeGreaterThan(0);
  expect(ewma.rows.every((r) => r.kind === 'ewma')).toBe(true);
});

test('the last value of a chart is the statistic that it judges: of an EWMA chart the average', async () => {
  const [ewma] = await db().rows<{ id: string }>(
    sql`SELECT id FROM chart WHERE active AND kind = 'ewma' ORDER BY id DESC LIMIT 1`,
  );
  const [single] = await db().rows<{ id: string }>(
    sql`SELECT id FROM chart WHERE active AND kind = 'individuals' ORDER BY id DESC LIMIT 1`,
  );
  for (const [c, plotted] of [
    [ewma!, 7.21],
    [single!, 7.0524],
  ] as const)
    await db().exec(sql`
      INSERT INTO chart_point (chart_id, at, record_id, value, plotted, lot, slot, version, rules)
      VALUES (${c.id}, ${new Date(NOW - 60_000)}, ${recordId('last', c.id)}, 7.0524, ${plotted}, 'A1', 1, 1, '{}'::int[])`);
  const { rows } = await screenCharts({ ...charts, limit: 5000 });
  expect([ewma, single].map((c) => rows.find((r) => r.id === c!.id)!.lastValue)).toEqual([7.21, 7.0524]);
});

test('every overlay measurement is reached, also where many were measured at one moment', async () => {
  for (let i = 0; i < 23; i++)
    await db().exec(sql`
      INSERT INTO overlay_measurement (id, key, station, lot, slot, product, layer, reference_layer, operation, plan, measured_at, layout_id, dx, dy, u)
      VALUES (${recordId('overlay', String(i))}, ${`overlay ${i}`}, 'OVL-01', ${`A${i % 4}`}, ${1 + (i % 3)}, 'KITE-45', 'M1', 'V0', 'OVL', 'P', ${new Date(NOW - HOUR - (i % 2))}, ${recordId('layout', 'x')}, '{0}', '{0}', '{1}')`);
  const filter = { fromMs: NOW - DAY, toMs: NOW, product: null, tool: null, operation: null, lot: null };
  const pages = await walk((after) => listOverlay({ ...filter, limit: 5, after }));
  const ids = pages.flat().map((r) => r.id);
  expect(new Set(ids).size).toBe(23);
  expect(ids).toEqual((await listOverlay({ ...filter, limit: 100 })).rows.map((r) => r.id));
  expect((await listOverlay({ ...filter, limit: 5, after: pages[0]!.at(-1)!.id })).rows.map((r) => r.id)).toEqual(
    ids.slice(0, 5),
  );
});

test('an address that no list wrote shows the first page, and never reaches the database', async () => {
  const first = (await listAlerts(everything)).rows.map((r) => r.id);
  const id = first[0]!;
  for (const after of [
    'x',
    '%00',
    writeCursor([1, 1, 1]),
    writeCursor([1, 1, 'now', id]),
    writeCursor([1.5, 1, 1, id]),
    writeCursor([1, 1, -9e15, id]),
    writeCursor([1, 1, 1, 'id']),
  ])
    expect((await listAlerts({ ...everything, after })).rows.map((r) => r.id)).toEqual(first);
  const top = (await screenCharts(charts)).rows[0]!.id;
  for (const after of [writeCursor([0, 0, 0, 0, 'x', 't', id]), writeCursor([0, 0, 0, 0, 1, '\0', id])])
    expect((await screenCharts({ ...charts, after })).rows[0]!.id).toBe(top);
});
