import type { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePool, db, recordId, sql } from '@/lib/db';
import { signalsOf } from '@/lib/services/alerts/views/parts';
import { overlayLotRecord } from '@/lib/services/characteristics/overlay-values';
import { changeChart } from '@/lib/services/spc/change-chart';
import type { TestDatabase } from '../support';
import { as } from '../support/as';
import { upgradedDatabase } from '../support/old-install';
import { doAllWork } from '../support/work';

/**
 * An install of a release in which a signal belonged to one alert, the latest to be raised by it; in which a planned version was only its
 * numbers; and in which a wafer with one overlay mark had 0 for its 3 sigma.
 */
const T0 = Date.UTC(2026, 8, 1);
const DAY = 86_400_000;
const id = (what: string) => recordId('old', what);
const at = (hour: number) => new Date(T0 + hour * 3_600_000);
const DETAIL = { side: 'above', window: 1, judged: 5, cl: 2, ucl: 4, lcl: 0, sigma: 1 };
const CHARTS = { individuals: 'measurement.mean', x: 'overlay.lot.m3s.x', y: 'overlay.lot.m3s.y' } as const;
/** |mean| + 3σ of x and y of the wafers of two lots; null: one mark. */
const WAFERS = [
  { lot: 'L1', slot: 1, x: null, y: null },
  { lot: 'L2', slot: 1, x: null, y: 3 },
  { lot: 'L2', slot: 2, x: 7, y: 5 },
];
const lotPoint = (lot: string) => overlayLotRecord(lot, 'LITHO');

async function fill(client: Client): Promise<void> {
  const insert = (table: string, row: Record<string, unknown>) => {
    const names = Object.keys(row);
    const places = names.map((_, i) => `$${i + 1}`);
    return client.query(
      `INSERT INTO "${table}" (${names.map((n) => `"${n}"`).join(', ')}) VALUES (${places.join(', ')})`,
      Object.values(row),
    );
  };
  await client.query('SELECT ensure_month($1)', [at(0)]);
  for (const [chart, characteristic] of Object.entries(CHARTS)) {
    await insert('chart', {
      id: id(chart),
      title: chart,
      area: 'A',
      characteristic,
      parameter: chart === 'individuals' ? 'cd' : 'overlay',
      unit: 'nm',
      operation: 'LITHO',
      kind: 'individuals',
      alerting: false,
      version: chart === 'individuals' ? 3 : 1,
    });
    const common = { chart_id: id(chart), rules: [1], preset: 'rule-1', lcl: 0, disp_ucl: 9, author: 'ana', reason: 'limits' };
    await insert('chart_version', { version: 1, effective_from: new Date(0), cl: 2, ucl: 4, ...common });
    if (chart !== 'individuals') continue;
    const planned = { ...common, effective_from: new Date(T0 + 20 * DAY) };
    await insert('chart_version', { ...common, version: 2, effective_from: at(0), cl: 2, ucl: 4, rules: [1, 2] });
    await insert('chart_version', { ...planned, version: 3, cl: 2, ucl: 3, rules: [1, 2] });
  }
  const audit = (version: number, change: object) =>
    insert('audit_entry', {
      actor: 'ana',
      action: 'change',
      entity: 'chart',
      entity_id: id('individuals'),
      after: JSON.stringify({ version, ...change }),
    });
  await audit(2, { rules: [1, 2], alerting: false });
  await audit(3, { limits: { cl: 2, ucl: 3, lcl: 0 }, effectiveFrom: new Date(T0 + 20 * DAY).toISOString() });

  // One signal raised two alerts, one after the other, and belongs to the second; another is withdrawn, and its alert was reopened.
  const alert = (name: string, record: string, state: string, closed: Date | null) =>
    insert('alert', {
      id: id(name),
      dedupe_key: name,
      kind: 'spc',
      severity: 'high',
      state,
      title: name,
      area: 'A',
      chart_id: id('individuals'),
      record_id: id(record),
      lot: 'L1',
      slot: 1,
      rule: 1,
      value: 5,
      first_at: at(1),
      last_at: at(1),
      closed_at: closed,
    });
  const opened = (name: string, record: string) =>
    insert('alert_event', {
      alert_id: id(name),
      actor: 'Driftless',
      kind: 'opened',
      text: name,
      detail: JSON.stringify({
        rule: 1,
        version: 1,
        lot: 'L1',
        slot: 1,
        recordId: id(record),
        at: at(1).toISOString(),
        value: 5,
        members: [id(record)],
        ...DETAIL,
      }),
    });
  await alert('first', 'm1', 'closed', at(5));
  await opened('first', 'm1');
  await alert('second', 'm1', 'open', null);
  await opened('second', 'm1');
  await alert('third', 'm2', 'acknowledged', null);
  await opened('third', 'm2');
  const violation = {
    chart_id: id('individuals'),
    at: at(1),
    rule: 1,
    version: 1,
    detail: JSON.stringify({ ...DETAIL, lot: 'L1', slot: 1 }),
  };
  await insert('violation', { ...violation, record_id: id('m1'), members: [id('m1')], alert_id: id('second') });
  await insert('violation', {
    ...violation,
    record_id: id('m2'),
    members: [id('m2')],
    alert_id: id('third'),
    withdrawn_at: at(7),
  });

  await insert('overlay_layout', { id: id('layout'), n: 1, column: [0], row: [0], fx: [0], fy: [0], x: [0], y: [0] });
  for (const [i, w] of WAFERS.entries()) {
    const key = `${w.lot}-${w.slot}`;
    const common = {
      id: id(key),
      key,
      station: 'O',
      lot: w.lot,
      slot: w.slot,
      product: 'P',
      layer: 'M1',
      reference_layer: 'G',
      operation: 'LITHO',
    };
    await insert('overlay_measurement', {
      ...common,
      plan: 'P1',
      measured_at: at(10 + i),
      processed_at: at(5 + i),
      tool: 'T',
      chamber: 'C',
      layout_id: id('layout'),
      dx: [1],
      dy: [1],
      u: [],
    });
    const statistics = { raw: { x: { meanPlus3Sigma: w.x }, y: { meanPlus3Sigma: w.y }, vector: {} } };
    const result = {
      model: 'm',
      names: [],
      units: [],
      values: [],
      u: [],
      rank: 0,
      n_used: 1,
      n_rejected: 0,
      unidentifiable: [],
      code_version: 'c',
    };
    await insert('overlay_result', {
      measurement_id: id(key),
      measured_at: at(10 + i),
      statistics: JSON.stringify(statistics),
      ...result,
    });
  }
  for (const axis of ['x', 'y'] as const)
    for (const lot of ['L1', 'L2']) {
      const mine = WAFERS.filter((w) => w.lot === lot);
      const value = mine.reduce((s, w) => s + (w[axis] ?? 0), 0) / mine.length;
      const place = at(5 + WAFERS.indexOf(mine[0]!));
      await insert('chart_point', {
        chart_id: id(axis),
        at: place,
        record_id: lotPoint(lot),
        value,
        plotted: value,
        ucl: 4,
        lcl: 0,
        n: 1,
        lot,
        slot: 0,
        version: 1,
        rules: [],
      });
    }
}

let database: TestDatabase;
beforeAll(async () => {
  database = await upgradedDatabase('20261129100000_alert_signals', fill);
}, 120_000);
afterAll(async () => {
  await closePool();
  await database.drop();
});

test('each alert has the signal that opened it: the latest still holds, the others as withdrawn', async () => {
  const told = async (name: string) =>
    (await signalsOf(id(name))).map((s) => [s.recordId, s.rule, s.judged, s.lot, s.withdrawnMs]);
  expect(await told('first')).toEqual([[id('m1'), 1, 5, 'L1', at(5).getTime()]]);
  expect(await told('second')).toEqual([[id('m1'), 1, 5, 'L1', null]]);
  expect(await told('third')).toEqual([[id('m2'), 1, 5, 'L1', at(7).getTime()]]);
  expect(await db().rows(sql`SELECT record_id FROM violation`)).toEqual([{ record_id: id('m1') }]);
});

test('a version that was planned before the upgrade keeps what its change said and follows the rest', async () => {
  const chart = id('individuals');
  const changes = await db().rows(sql`SELECT version, change FROM chart_version WHERE chart_id = ${chart} ORDER BY version`);
  expect(changes).toEqual([
    { version: 1, change: null },
    { version: 2, change: { rules: [1, 2] } },
    { version: 3, change: { limits: { cl: 2, ucl: 3, lcl: 0 } } },
  ]);
  await changeChart(as('ana', { now: T0 + DAY }), { chart, seen: 3, change: { rules: [1] }, reason: 'fewer rules now' });
  const versions = await db().rows(
    sql`SELECT version, rules, ucl FROM chart_version WHERE chart_id = ${chart} ORDER BY effective_from, version`,
  );
  expect(versions.slice(2)).toEqual([
    { version: 4, rules: [1], ucl: 4 },
    { version: 3, rules: [1], ucl: 3 },
  ]);
});

test('lots of wafers without a 3 sigma leave the charts, or are the mean of their others', async () => {
  await doAllWork();
  const points = await db().rows(sql`
    SELECT c.characteristic, p.lot, p.value, p.n FROM chart_point p JOIN chart c ON c.id = p.chart_id WHERE c.characteristic LIKE 'overlay%' ORDER BY 1, 2`);
  expect(points).toEqual([
    { characteristic: 'overlay.lot.m3s.x', lot: 'L2', value: 7, n: 1 },
    { characteristic: 'overlay.lot.m3s.y', lot: 'L2', value: 4, n: 2 },
  ]);
});
