import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePool, db, sql } from '@/lib/db';
import { closeQueues } from '@/lib/queue/broker';
import { registerFab } from '@/lib/services/fab/register-fab';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { traceOverlay } from '@/lib/services/runs/views/trace-overlay';
import { asMachine } from '@/lib/services/verb';
import { leavesBand } from '@/lib/traces';
import { type TestDatabase, testDatabase, testQueuePrefix } from '../support';
import { apiServer } from '../support/api-server';
import { keyFor } from '../support/as';

const T0 = Date.UTC(2026, 8, 1, 7);
const MINUTE = 60_000;
const SENSORS = ['pressure', 'torque', 'flow', 'current', 'heat'];
const RUNS = 200;
const SAMPLES = 120;
/** This run has a pressure that is 2 kPa too high in its second half. */
const ODD = 37;
/** This one lists its sensors in another order, and begins its second step 5 s later. */
const OTHER = 50;
let database: TestDatabase;
let api: Awaited<ReturnType<typeof apiServer>>;
let key: string;

const trace = (k: number) => {
  const t = Array.from({ length: SAMPLES }, (_, i) => i);
  const second = k === OTHER ? 65 : 60;
  const sensors = SENSORS.map((name, s) => ({
    name,
    unit: 'kPa',
    values: t.map(
      (x) =>
        10 * (s + 1) + (x >= second ? 5 : 0) + 0.1 * Math.sin(1.7 * x + 3 * k + s) + (k === ODD && s === 0 && x >= 60 ? 2 : 0),
    ),
  }));
  return {
    t,
    steps: [
      { name: 'down', start: 0, end: second },
      { name: 'polish', start: second, end: SAMPLES },
    ],
    sensors: k === OTHER ? sensors.reverse() : sensors,
  };
};
const run = (k: number) => ({
  key: `r${k}`,
  tool: 'CMP-01',
  chamber: k % 2 === 0 ? 'H1' : 'H2',
  product: 'KITE-45',
  layer: 'M1',
  operation: 'CMP-CU',
  lot: `K-${k >> 2}`,
  wafer: (k % 4) + 1,
  recipe: { name: 'CMP-CU.KITE-45', version: 1 },
  startedAt: new Date(T0 + k * MINUTE).toISOString(),
  endedAt: new Date(T0 + k * MINUTE + (SAMPLES + 1) * 1000).toISOString(),
  setpoints: {},
  trace: trace(k),
});
const all = {
  fromMs: T0,
  toMs: T0 + 2 * RUNS * MINUTE,
  operation: null,
  recipe: null,
  tool: null,
  chamber: null,
  product: null,
  sensors: SENSORS,
  alignment: { at: 'start' },
  zoom: null,
} as const;

async function post(path: string, body: object): Promise<void> {
  const res = await fetch(`${api.url}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await res.json();
  expect(answer.rejected ?? answer, JSON.stringify(answer)).toBe(0);
}

beforeAll(async () => {
  database = await testDatabase();
  testQueuePrefix();
  await registerFab(asMachine('test'), simulatedFab(1));
  key = await keyFor('fab', 'ingest');
  api = await apiServer();
  const lots = Array.from({ length: RUNS / 4 }, (_, k) => `K-${k}`);
  await post(
    'lots',
    lots.map((lot) => ({ key: lot, lot, product: 'KITE-45', route: 'BEOL-1', wafers: 4, startedAt: new Date(T0).toISOString() })),
  );
  for (let k = 0; k < RUNS; k += 50)
    await post(
      'runs',
      Array.from({ length: 50 }, (_, i) => run(k + i)),
    );
});
afterAll(async () => {
  await api.close();
  await closeQueues();
  await closePool();
  await database.drop();
});

test('of 200 runs and 5 sensors the one that differs leaves the band, at its sensor alone', async () => {
  const o = await traceOverlay(all);
  expect(o).toMatchObject({
    operation: 'CMP-CU',
    recipe: 'CMP-CU.KITE-45',
    total: RUNS,
    withoutStep: 0,
    stepNames: ['down', 'polish'],
  });
  expect(o.runs).toHaveLength(RUNS);
  expect(o.sensors.map((s) => [s.name, s.band?.runs])).toEqual(SENSORS.map((name) => [name, 60]));
  const odd = (await db().one<{ id: string }>(sql`SELECT id FROM run WHERE key = ${`r${ODD}`}`))!.id;
  const leaving = o.runs.flatMap((r) => r.deviations.flatMap((d, k) => (leavesBand(d) ? [[r.id, o.sensors[k]!.name]] : [])));
  expect(leaving).toEqual([[odd, 'pressure']]);
});

test('a run with another order of sensors has the values of the right one', async () => {
  const o = await traceOverlay({ ...all, sensors: ['flow', 'no such'] });
  expect(o.sensors.map((s) => s.name)).toEqual(['flow']);
  const [flow] = o.sensors;
  for (let k = 0; k < RUNS; k++) expect(flow!.v[flow!.from[k]!]).toBeGreaterThan(29);
  for (let k = 0; k < RUNS; k++) expect(flow!.v[flow!.from[k]!]).toBeLessThan(31);
});

test('aligned at a step every run steps up at zero; of a stretch only its samples are sent, and one beyond each end', async () => {
  const o = await traceOverlay({ ...all, sensors: ['heat'], alignment: { at: 'step', step: 'polish' }, zoom: [-3, 3] });
  const s = o.sensors[0]!;
  for (let i = 0; i < s.t.length; i++) expect(s.v[i]! > 52.5).toBe(s.t[i]! >= 0);
  for (let k = 0; k < RUNS; k++) expect([...s.t.subarray(s.from[k], s.from[k + 1])]).toEqual([-4, -3, -2, -1, 0, 1, 2, 3, 4]);
  expect([...s.band!.t]).toEqual([-4, -3, -2, -1, 0, 1, 2, 3, 4]);
});

test('filters leave out, an unknown step leaves out all, and an empty window has no choices', async () => {
  const h1 = await traceOverlay({ ...all, chamber: 'H1' });
  expect(h1.total).toBe(RUNS / 2);
  expect(h1.runs.every((r) => r.chamber === 'H1')).toBe(true);
  expect(h1.places).toEqual([
    { tool: 'CMP-01', chamber: 'H1' },
    { tool: 'CMP-01', chamber: 'H2' },
  ]);
  const none = await traceOverlay({ ...all, alignment: { at: 'step', step: 'rinse' } });
  expect(none).toMatchObject({ runs: [], withoutStep: RUNS });
  const empty = await traceOverlay({ ...all, fromMs: T0 - 2 * MINUTE, toMs: T0 - MINUTE });
  expect(empty).toMatchObject({ recipe: null, recipes: [], runs: [], sensors: [], total: 0 });
});
