import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql, transaction } from '@/lib/db';
import { IS_JUDGED } from '@/lib/services/characteristics/judged-point';
import { characteristicValues } from '@/lib/services/characteristics/values';
import { fits, insertPoints } from '@/lib/services/spc/points';
import { lockCharts } from '@/lib/services/spc/store';
import { spcChart } from '@/lib/services/spc/views/chart';
import { isJudged } from '@/lib/spc';
import { type Door, lotRecord, openDoor, overlayRecord, runRecord } from '../support/door';
import { doAllWork } from '../support/work';

/** Overlay is charted by lot, of the wafers that have the figure. */
let door: Door;
beforeAll(async () => {
  door = await openDoor();
}, 120_000);
afterAll(() => door.close());

const HOUR = 3_600_000;

/** A wafer of the lot with `measured` of its marks. */
async function send(lot: string, slot: number, measured: number): Promise<void> {
  const chamber = (await db().one<{ name: string }>(sql`SELECT name FROM chamber WHERE tool = 'LIT-01' ORDER BY name LIMIT 1`))!
    .name;
  const marks = overlayRecord(lot, slot);
  const at = Date.parse(marks.measuredAt);
  const iso = (ms: number) => new Date(ms).toISOString();
  const run = runRecord(lot, slot, {
    key: `${lot}-r-${slot}`,
    operation: marks.operation,
    layer: marks.layer,
    tool: 'LIT-01',
    chamber,
    startedAt: iso(at - HOUR),
    endedAt: iso(at - HOUR / 2),
    setpoints: {},
  });
  const some = (d: readonly (number | null)[]) => d.map((v, i) => (i < measured ? v : null));
  for (const [path, record] of [
    ['runs', run],
    ['overlay-measurements', { ...marks, dx: some(marks.dx), dy: some(marks.dy), runKey: run.key }],
  ] as const) {
    const answer = await door.post(path, [record]);
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  }
  await doAllWork();
}

const charted = async (lot: string): Promise<Record<string, { value: number; n: number }>> =>
  Object.fromEntries(
    (
      await db().rows<{ characteristic: string; value: number; n: number }>(
        sql`SELECT c.characteristic, p.value, p.n FROM chart_point p JOIN chart c ON c.id = p.chart_id WHERE p.lot = ${lot}`,
      )
    ).map(({ characteristic, ...p }) => [characteristic, p]),
  );
const m3sOf = async (lot: string, slot: number, axis: string): Promise<number | null> =>
  (await db().one<{ v: number | null }>(sql`
    SELECT (o.statistics->'raw'->${axis}::text->>'meanPlus3Sigma')::float8 AS v FROM overlay_result o JOIN overlay_measurement m ON m.id = o.measurement_id AND m.measured_at = o.measured_at
    WHERE m.lot = ${lot} AND m.slot = ${slot}`))!.v;

test('a wafer with one mark has no 3 sigma: it is charted as nothing, and its lot is the mean of the others', async () => {
  const lot = 'OVS1';
  await door.post('lots', [lotRecord(lot, { product: 'KITE-45' })]);
  await send(lot, 1, 1);
  expect(await m3sOf(lot, 1, 'x')).toBeNull();
  expect(Object.keys(await charted(lot)).filter((c) => c.includes('m3s'))).toEqual([]);
  await send(lot, 2, 36);
  await send(lot, 3, 30);
  const values = await charted(lot);
  for (const axis of ['x', 'y']) {
    const of = [await m3sOf(lot, 2, axis), await m3sOf(lot, 3, axis)] as number[];
    expect(values[`overlay.lot.m3s.${axis}`]).toEqual({ value: expect.closeTo((of[0]! + of[1]!) / 2, 12), n: 2 });
  }
  const chart = (await db().one<{ id: string }>(
    sql`SELECT c.id FROM chart c JOIN chart_point p ON p.chart_id = c.id WHERE p.lot = ${lot} AND c.characteristic = 'overlay.lot.m3s.x'`,
  ))!;
  expect((await spcChart(chart.id, 0, Date.UTC(2027, 0, 1))).points.n).toEqual([2]);
});

test('a point of several values has the moving range of its chart, also after a neighbour came in between, and is no news when it is sent again', async () => {
  // The last one lies between the others in time.
  for (const [lot, first, marks] of [
    ['OVS2', 4, 36],
    ['OVS3', 8, 20],
    ['OVS4', 6, 28],
  ] as const) {
    await door.post('lots', [lotRecord(lot, { product: 'KITE-45' })]);
    for (const slot of [first, first + 1]) await send(lot, slot, marks);
  }
  const rows = await db().rows<{ lot: string; value: number; dispersion: number | null; n: number }>(sql`
    SELECT p.lot, p.value, p.dispersion, p.n FROM chart_point p JOIN chart c ON c.id = p.chart_id WHERE c.characteristic = 'overlay.lot.m3s.x' ORDER BY p.at, p.record_id`);
  expect(rows.map((r) => [r.lot, r.n])).toEqual(['OVS1', 'OVS2', 'OVS4', 'OVS3'].map((lot) => [lot, 2]));
  rows.slice(1).forEach((r, i) => {
    expect(r.dispersion, r.lot).toBeCloseTo(Math.abs(r.value - rows[i]!.value), 12);
  });

  const refs = await db().rows<{ id: string; at: number }>(
    sql`SELECT id, (extract(epoch FROM measured_at) * 1000)::float8 AS at FROM overlay_measurement WHERE lot = 'OVS4'`,
  );
  await transaction(async (tx) => {
    const values = await characteristicValues(tx, 'overlay', refs, new Set(['overlay.lot.m3s.x', 'overlay.lot.tx']));
    const points = (await lockCharts(tx, values)).flatMap((chart) =>
      values.filter((v) => fits(chart, v)).map((value) => ({ chart, value })),
    );
    expect(points.some((p) => p.value.n === 2)).toBe(true);
    expect([...(await insertPoints(tx, points)).fresh]).toEqual([]);
    const [one, ...others] = points;
    const changed = [{ ...one!, value: { ...one!.value, value: one!.value.value + 1 } }, ...others];
    expect([...(await insertPoints(tx, changed)).fresh]).toEqual([`${one!.chart.id}|${one!.value.recordId}`]);
  });
});

test('the database and the screens mean the same by judged', async () => {
  const chart = (await db().one<{ id: string }>(sql`SELECT id FROM chart ORDER BY id LIMIT 1`))!.id;
  const at = new Date('2026-09-02T00:00:00Z');
  const cases = Array.from({ length: 16 }, (_, k) => [0, 1, 2, 3].map((b) => ((k >> b) & 1 ? b + 1 : null)));
  for (const [k, [ucl, lcl, dispUcl, dispLcl]] of cases.entries())
    await db().exec(sql`
      INSERT INTO chart_point (chart_id, at, record_id, value, plotted, lot, slot, version, ucl, lcl, disp_ucl, disp_lcl, rules)
      VALUES (${chart}, ${at}, gen_random_uuid(), ${k}, 0, 'J', 1, 1, ${ucl}::float8, ${lcl}::float8, ${dispUcl}::float8, ${dispLcl}::float8, '{}')`);
  const rows = await db().rows<{ judged: boolean }>(
    sql`SELECT ${IS_JUDGED} AS judged FROM chart_point p WHERE p.lot = 'J' ORDER BY p.value`,
  );
  expect(rows.map((r) => r.judged)).toEqual(
    cases.map(([ucl, lcl, dispUcl, dispLcl]) => isJudged({ ucl, lcl, dispUcl, dispLcl })),
  );
  expect(rows.filter((r) => !r.judged)).toHaveLength(1);
});
