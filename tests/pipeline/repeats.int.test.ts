import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { auditLoop } from '@/lib/services/control/audit-record';
import { EARLIEST_FIRST } from '@/lib/services/control/thread-storage';
import { type Door, lotRecord, openDoor } from '../support/door';
import { oxideLoop } from '../support/oxide';
import { measurementOf, runOf, type WaferCase } from '../support/wafers';
import { doAllWork } from '../support/work';

/** Wafers that are measured more than once after one run: the loop learns one value of each. */
let door: Door;
let loopId: string;
const T0 = Date.UTC(2026, 8, 1);
const HOUR = 3_600_000;

beforeAll(async () => {
  door = await openDoor();
  loopId = (await oxideLoop()).id;
});
afterAll(() => door.close());

const wafer = (key: string, hour: number, chamber: string): WaferCase => ({
  key,
  lot: key,
  slot: 1,
  at: T0 + hour * HOUR,
  chamber,
});
const start = async (w: WaferCase) => {
  await door.post('lots', [lotRecord(w.lot)]);
  await door.post('runs', [runOf(w)]);
};
/** The wafer measured once more, so many minutes after its run, under a key of its own. */
const again = (w: WaferCase, minutes: number, mean: number, over: object = {}) =>
  measurementOf(w, mean, {
    key: `${w.key}-m-${minutes}-${mean}`,
    measuredAt: new Date(w.at + minutes * 60_000).toISOString(),
    ...over,
  });
const send = async (...records: object[]) => {
  expect((await door.post('measurements', records)).body).toMatchObject({ accepted: records.length });
  await doAllWork();
};
const steps = (chamber: string) =>
  db().rows<{ y: number; d_hat: number }>(sql`
    SELECT s.y, s.d_hat FROM control_step s JOIN control_thread t ON t.id = s.thread_id WHERE t.loop_id = ${loopId} AND t.chamber = ${chamber} ORDER BY s.at`);
const estimate = async (chamber: string) =>
  (await db().one<{ d: number; n: number }>(
    sql`SELECT (state->>'dHat')::float8 AS d, n FROM control_thread WHERE loop_id = ${loopId} AND chamber = ${chamber}`,
  ))!;
const advise = (key: string, chamber: string, at: number) =>
  door.post('advice', {
    key,
    tool: 'CVD-01',
    chambers: [chamber],
    product: 'KITE-45',
    operation: 'CVD-OXIDE',
    lot: 'NEXT',
    at: new Date(at).toISOString(),
  });

test('ten measurements of one wafer count once, by the newest, in whatever order they arrive and whatever their keys', async () => {
  const [a, b] = [wafer('RA', 0, 'A'), wafer('RB', 0, 'B')];
  await start(a);
  await start(b);
  const repeats = Array.from({ length: 10 }, (_, i) => [30 + 5 * i, 121 + i / 10] as const);
  for (const [minutes, mean] of repeats) await send(again(a, minutes, mean));
  // The other chamber gets the newest first, then the rest at once.
  const [newest, ...rest] = [...repeats].reverse();
  await send(again(b, ...newest!, { key: 'zz' }));
  await send(...rest.map((r) => again(b, ...r)));
  for (const chamber of ['A', 'B']) {
    const held = await steps(chamber);
    expect(held, chamber).toHaveLength(1);
    expect(held[0]!.y).toBeCloseTo(121.9, 9);
  }
  expect(await estimate('A')).toEqual(await estimate('B'));
  // The journal says what was learned and taken back.
  const journal = await db().rows<{ kind: string; n: number }>(sql`
    SELECT j.kind, count(*)::int AS n FROM control_journal j JOIN control_thread t ON t.id = j.thread_id WHERE t.loop_id = ${loopId} AND t.chamber = 'A' GROUP BY j.kind ORDER BY j.kind`);
  expect(journal).toEqual([
    { kind: 'observation', n: 10 },
    { kind: 'withdrawal', n: 9 },
  ]);
});

test('an older repeat that comes late, and a task that is done twice, change nothing', async () => {
  const before = await estimate('A');
  await send(again(wafer('RA', 0, 'A'), 32, 150));
  expect(await estimate('A')).toEqual(before);
});

test('a correction stands where the newest of what it corrects stands, and what it displaced does not come back', async () => {
  const w = wafer('RC', 1, 'A');
  await start(w);
  await send(again(w, 40, 122, { key: 'c-old' }));
  await send(again(w, 60, 125, { key: 'c-new' }));
  await send(again(w, 30, 123, { key: 'c-fix', revises: 'c-new' }));
  expect((await steps('A')).at(-1)!.y).toBeCloseTo(123, 9);
  // One that corrects the displaced one is still older than the newest.
  await send(again(w, 41, 130, { key: 'c-old-fix', revises: 'c-old' }));
  expect((await steps('A')).at(-1)!.y).toBeCloseTo(123, 9);
  await send(again(w, 61, 124, { key: 'c-newest' }));
  expect((await steps('A')).map((s) => Math.round(s.y * 10) / 10)).toEqual([121.9, 124]);
});

test('two runs of one wafer are two observations, and every decision made between repeats is made again to the last bit', async () => {
  const w = wafer('RD', 2, 'A');
  await start(w);
  await send(again(w, 30, 122));
  await advise('d1', 'A', T0 + 3 * HOUR);
  await send(again(w, 45, 121));
  await advise('d2', 'A', T0 + 4 * HOUR);
  await door.post('runs', [runOf({ ...w, at: w.at + 5 * HOUR }, { key: 'RD-rework' })]);
  await send(again(w, 6 * 60, 119, { runKey: 'RD-rework' }));
  await advise('d3', 'A', T0 + 9 * HOUR);
  expect((await steps('A')).map((s) => Math.round(s.y * 10) / 10)).toEqual([121.9, 124, 121, 119]);
  expect(await auditLoop(loopId, new Date(0))).toMatchObject({ decisions: 3, same: 3, first: null });
});

test('wafers of one batch, run at one instant, are learned as they were measured, not as their keys fall', async () => {
  // The same six wafers, in chamber A at one instant, in chamber B a millisecond after each other.
  const batch = (chamber: string, apart: number) =>
    Array.from(
      { length: 6 },
      (_, i): WaferCase => ({
        key: `B${chamber}${i}`,
        lot: `B${chamber}`,
        slot: i + 1,
        at: T0 + 24 * HOUR + i * apart,
        chamber,
      }),
    );
  const learnt = async (chamber: string, apart: number) => {
    const wafers = batch(chamber, apart);
    const before = (await steps(chamber)).length;
    await door.post('lots', [lotRecord(`B${chamber}`)]);
    await door.post(
      'runs',
      wafers.map((w) => runOf(w)),
    );
    const measured = wafers.map((w, i) =>
      measurementOf(w, 121 + i, { measuredAt: new Date(T0 + 25 * HOUR + i * 60_000).toISOString() }),
    );
    await send(...measured.reverse());
    const rows = await db().rows<{ y: number; disturbance: number; d_hat: number; accepted: boolean }>(sql`
      SELECT s.y, s.disturbance, s.d_hat, s.accepted FROM control_step s JOIN control_thread t ON t.id = s.thread_id
      WHERE t.loop_id = ${loopId} AND t.chamber = ${chamber} ORDER BY ${EARLIEST_FIRST} OFFSET ${before}`);
    expect(rows.map((r) => Math.round(r.y))).toEqual([121, 122, 123, 124, 125, 126]);
    const { lambda } = (await db().one<{ lambda: number }>(
      sql`SELECT (config->>'lambda')::float8 AS lambda FROM loop_version WHERE loop_id = ${loopId} AND version = 1`,
    ))!;
    for (let i = 1; i < rows.length; i++) {
      const d = rows[i]!.accepted ? lambda * rows[i]!.disturbance + (1 - lambda) * rows[i - 1]!.d_hat : rows[i - 1]!.d_hat;
      expect(rows[i]!.d_hat, `${chamber} ${i}`).toBeCloseTo(d, 9);
    }
  };
  await learnt('A', 0);
  await learnt('B', 1);
  await advise('d4', 'A', T0 + 48 * HOUR);
  expect(await auditLoop(loopId, new Date(0))).toMatchObject({ decisions: 4, same: 4, first: null });
});
