import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closePool, db, recordId, sql, transaction } from '@/lib/db';
import { ensurePartitions } from '@/lib/services/ingest/partitions';
import { startSimulatedFab } from '@/lib/services/simulation/start-fab';
import { asMachine } from '@/lib/services/verb';
import { testDatabase } from '@/tests/support';
import { lastGoodLot } from '../alerts/last-good-lot';
import { listAlerts } from '../alerts/views/list';
import { alertView } from '../evidence/alert';
import { runView } from '../runs/views/run';
import { spcChart } from '../spc/views/chart';
import { fabLists, screenCharts } from '../spc/views/list';
import { violationsOf } from '../spc/views/violations';
import { siteMaps } from '../wafers/views/site-maps';
import { fabName, openAlertCount } from './frame';
import { overview } from './overview';
import { searchEverything } from './search';

const NOW = Date.UTC(2026, 10, 20);
const DAY = 86_400_000;
const everything = { area: null, operation: null, product: null, tool: null, source: null, onlyOut: false, limit: 500 } as const;
let dropDatabase: () => Promise<void>;

beforeAll(async () => {
  const made = await testDatabase();
  dropDatabase = made.drop;
  await startSimulatedFab(asMachine('test'), 1);
});
afterAll(async () => {
  await closePool();
  await dropDatabase();
});

describe('a registered fab without data', () => {
  test('every view answers with its empty state', async () => {
    const o = await overview(NOW);
    expect(o.needsYou).toEqual([]);
    expect(o.worst).toEqual([]);
    expect(o.tools.length).toBeGreaterThan(5);
    expect(o.tools.flatMap((t) => t.chambers).every((c) => c.points === 0 && c.openAlerts === 0)).toBe(true);
    expect(await openAlertCount()).toBe(0);
    expect(await fabName()).toBe('Fab 1');
    expect(
      (await listAlerts({ state: 'all', severity: null, area: null, tool: null, assignee: null, fromMs: 0, limit: 10 })).rows,
    ).toEqual([]);
    const { rows, total } = await screenCharts({ ...everything, fromMs: NOW - DAY, toMs: NOW });
    expect(total).toBe(rows.length);
    expect(rows.every((r) => r.n === 0 && r.cpk === null && r.spark.length === 0)).toBe(true);
    expect((await fabLists()).products.length).toBeGreaterThan(0);
    expect(await siteMaps(['not an id'])).toEqual([]);
    expect(await lastGoodLot(recordId('nothing'), { firstMs: NOW, lot: null }, null)).toBeNull();
  });
  test('unknown and malformed ids are "not found", not errors of the database', async () => {
    const unknown = recordId('nothing');
    for (const id of [unknown, 'x', "'; drop table run; --"]) {
      await expect(spcChart(id, 0, NOW)).rejects.toMatchObject({ code: 'not_found' });
      await expect(alertView(id)).rejects.toMatchObject({ code: 'not_found' });
      await expect(runView(id)).rejects.toMatchObject({ code: 'not_found' });
    }
  });
  test('search finds tools, and takes wildcards and quotes as text', async () => {
    const { tools } = await fabLists();
    const name = tools[0]!.name;
    expect((await searchEverything(name)).some((h) => h.kind === 'tool' && h.title === name)).toBe(true);
    for (const q of ['%%', '__', "' OR 1=1 --", 'x']) expect(await searchEverything(q)).toEqual([]);
  });
  test('search shows five of a kind, says that there are more, and gives them when that kind is asked for', async () => {
    const few = await searchEverything('mean');
    expect(few.filter((h) => h.kind === 'chart')).toHaveLength(6);
    expect(few.find((h) => h.more !== undefined)?.more).toBe('chart');
    const more = await searchEverything('mean', 'chart');
    expect(more.length).toBeGreaterThan(6);
    expect(more.every((h) => h.kind === 'chart')).toBe(true);
  });
  test('search takes words in any order, with or without separators, and wafers by lot and slot', async () => {
    const found = async (q: string, kind: string) =>
      (await searchEverything(q)).filter((h) => h.kind === kind && h.more === undefined).map((h) => h.title);
    for (const q of ['LIT-02', 'lit02', 'lit 02', '02 LIT', 'lit_02', 'litho lit-02'])
      expect(await found(q, 'tool')).toEqual(['LIT-02']);
    const charts = await found('etch cd', 'chart');
    expect(charts.length).toBeGreaterThan(0);
    expect(charts.every((t) => t.startsWith('cd_bias'))).toBe(true);
    expect(await found('CD Etch', 'chart')).toEqual(charts);
    await db().exec(
      sql`INSERT INTO lot (name, product, route, wafers, started_at) VALUES ('L5H8-00193', 'KITE-45', 'x', 25, now()), ('L5H8-00293', 'KITE-45', 'x', 5, now()) ON CONFLICT DO NOTHING`,
    );
    for (const q of ['193.08', '193 8', '00193 w08', 'L5H8-00193.08', 'l5h800193#8'])
      expect(await found(q, 'wafer')).toEqual(['L5H8-00193.08']);
    expect(await found('93.26', 'wafer')).toEqual([]);
    expect(await found('93.06', 'wafer')).toEqual(['L5H8-00193.06']);
    expect(await found('h8 00193', 'lot')).toEqual(['L5H8-00193']);
  });
});

describe('a chart with points', () => {
  const chartId = recordId('chart under test');
  const id = (i: number): string => recordId('point', i);
  beforeAll(async () => {
    await ensurePartitions([[NOW - DAY], [NOW]], NOW);
    await transaction(async (tx) => {
      await tx.exec(
        sql`INSERT INTO chart (id, title, area, characteristic, parameter, unit, operation, product, kind, specified, version) VALUES (${chartId}, 'CD mean', 'ETCH', 'measurement.mean', 'cd', 'nm', 'ETCH-M1', 'KITE-45', 'individuals', true, 2)`,
      );
      await tx.exec(
        sql`INSERT INTO specification (product, operation, parameter, target, lsl, usl) VALUES ('KITE-45', 'ETCH-M1', 'cd', 30, 26, 34)`,
      );
      await tx.exec(sql`
        INSERT INTO chart_version (chart_id, version, effective_from, rules, preset, cl, ucl, lcl, sigma_within, author, reason) VALUES
          (${chartId}, 1, ${new Date(0)}, '{1}', 'rule-1', NULL, NULL, NULL, NULL, 'seed', 'template'),
          (${chartId}, 2, ${new Date(NOW - 3 * DAY)}, '{1}', 'rule-1', 30, 33, 27, 1, 'ana', 'new focus ring')`);
      await tx.exec(sql`
        INSERT INTO chart_point (chart_id, at, record_id, value, plotted, n, lot, slot, version, rules, excluded)
        SELECT ${chartId}, ${new Date(NOW)}::timestamptz - k * interval '1 hour', u.id, 30 + (k % 3) - 1, 30 + (k % 3) - 1, 1, 'A1', k, 2, CASE WHEN k = 5 THEN '{1}'::int[] ELSE '{}'::int[] END, CASE WHEN k = 7 THEN 'wrong slot' END
        FROM unnest(${Array.from({ length: 20 }, (_, i) => id(i))}::uuid[]) WITH ORDINALITY AS u(id, ord), LATERAL (SELECT (u.ord - 1)::int AS k) s`);
      await tx.exec(
        sql`INSERT INTO violation (chart_id, at, record_id, rule, version, members, detail) VALUES (${chartId}, ${new Date(NOW - 5 * 3_600_000)}, ${id(5)}, 1, 2, ${[id(5)]}::uuid[], '{"side":"above","window":1,"cl":30,"ucl":33,"lcl":27,"sigma":1}')`,
      );
    });
  });
  test('columns oldest first, limits per version, capability from the points that count', async () => {
    const v = await spcChart(chartId, NOW - DAY, NOW);
    expect(v.points.at.length).toBe(20);
    expect([...v.points.at]).toEqual([...v.points.at].sort((a, b) => a - b));
    expect(v.points.excluded.filter(Boolean)).toEqual(['wrong slot']);
    expect(v.versions.map((x) => x.version)).toEqual([1, 2]);
    expect(v.capability!.n).toBe(19);
    // mean of 30 + (k mod 3) - 1 over k = 0..19 without k = 7: 20 values sum to 600 - 1, without the 30 of k = 7
    expect(v.capability!.mean).toBeCloseTo((599 - 30) / 19, 10);
    expect(v.capability!.study.within.potential).toBeCloseTo(8 / 6, 10);
    expect(v.capability!.study.judgeable).toBe(false);
    const [why] = await violationsOf(chartId, NOW - DAY, NOW);
    expect(why).toMatchObject({ recordId: id(5), violations: [{ rule: 1, ucl: 33, side: 'above', members: [id(5)] }] });
  });
  test('the screening row says the same', async () => {
    const { rows } = await screenCharts({ ...everything, fromMs: NOW - DAY, toMs: NOW, onlyOut: true });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ id: chartId, n: 19, out: 1, ucl: 33, alertId: null });
    expect(rows[0]!.spark.length).toBe(20);
    expect(rows[0]!.lastAtMs).toBe(NOW);
  });
  test('a window ends now at the latest, and what is planned for later gives no sigma to its capability', async () => {
    const now = Date.now();
    await transaction((tx) =>
      tx.exec(sql`
        INSERT INTO chart_version (chart_id, version, effective_from, rules, preset, cl, ucl, lcl, sigma_within, author, reason)
        VALUES (${chartId}, 3, ${new Date(now + DAY)}, '{1}', 'rule-1', 30, 31, 29, 0.1, 'ana', 'from tomorrow on')`),
    );
    const v = await spcChart(chartId, NOW - DAY, now + 2 * DAY);
    expect(v.toMs).toBeGreaterThanOrEqual(now);
    expect(v.toMs).toBeLessThan(now + DAY);
    expect(v.versions.at(-1)!.version).toBe(3);
    expect(v.capability!.study.within.potential).toBeCloseTo(8 / 6, 10);
    await transaction((tx) => tx.exec(sql`DELETE FROM chart_version WHERE chart_id = ${chartId} AND version = 3`));
  });
  test('a window without points is empty, not an error', async () => {
    const v = await spcChart(chartId, NOW - 40 * DAY, NOW - 39 * DAY);
    expect([v.points.at.length, v.capability, v.capabilityNote]).toEqual([
      0,
      null,
      'Fewer than two points in this window: take a longer time range.',
    ]);
  });
});
