import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePool, db, recordId, sql } from '@/lib/db';
import { closeQueues } from '@/lib/queue/broker';
import { lastGoodLot } from '@/lib/services/alerts/last-good-lot';
import { commonRatio, foldHistory } from '@/lib/services/alerts/views/parts';
import { alertView } from '@/lib/services/evidence/alert';
import { registerFab } from '@/lib/services/fab/register-fab';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { runView } from '@/lib/services/runs/views/run';
import { asMachine } from '@/lib/services/verb';
import { traceDeviation } from '@/lib/traces';
import { type TestDatabase, testDatabase, testQueuePrefix } from '../support';
import { apiServer } from '../support/api-server';
import { keyFor } from '../support/as';
import { doAllWork } from '../support/work';

let database: TestDatabase;
let api: Awaited<ReturnType<typeof apiServer>>;
let key: string;
const T0 = Date.UTC(2026, 8, 1, 7);
const MINUTE = 60_000;

beforeAll(async () => {
  database = await testDatabase();
  testQueuePrefix();
  await registerFab(asMachine('test'), simulatedFab(1));
  key = await keyFor('fab', 'ingest');
  api = await apiServer();
  await post(
    'lots',
    ['KITE-45', 'HERON-52'].flatMap((product) =>
      Array.from({ length: 8 }, (_, k) => ({
        key: `${product}-${k}`,
        lot: `${product}-${k}`,
        product,
        route: 'BEOL-1',
        wafers: 25,
        startedAt: new Date(T0).toISOString(),
      })),
    ),
  );
});
afterAll(async () => {
  await api.close();
  await closeQueues();
  await closePool();
  await database.drop();
});

async function post(path: string, body: object) {
  const res = await fetch(`${api.url}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await res.json();
  expect(answer.rejected ?? answer, JSON.stringify(answer)).toBe(0);
  return answer as { accepted: number; repeated: number };
}

interface Run {
  key: string;
  product: string;
  recipe: string;
  version?: number;
  at: number;
  lot?: number;
  slot?: number;
  level?: number;
  step?: string;
}
const T = Array.from({ length: 20 }, (_, i) => i);
const run = (r: Run) => ({
  key: r.key,
  tool: 'CMP-01',
  chamber: 'H1',
  product: r.product,
  layer: 'M1',
  operation: 'CMP-CU',
  lot: `${r.product}-${r.lot ?? 0}`,
  wafer: r.slot ?? 1,
  recipe: { name: r.recipe, version: r.version ?? 1 },
  startedAt: new Date(T0 + r.at * MINUTE).toISOString(),
  endedAt: new Date(T0 + r.at * MINUTE + 60_000).toISOString(),
  setpoints: {},
  trace: {
    t: T,
    steps: [{ name: r.step ?? 'polish', start: 0, end: 19 }],
    sensors: [
      { name: 'pressure', unit: 'kPa', values: T.map((t) => (r.level ?? 20) + 0.1 * Math.sin(t + r.at)) },
      { name: 'torque', unit: '1', values: T.map((t) => 3 + 0.05 * Math.cos(2 * t + r.at)) },
    ],
  },
});
const idOf = async (k: string) => (await db().one<{ id: string }>(sql`SELECT id FROM run WHERE key = ${k}`))!.id;
const deviations = async (k: string) => {
  const { trace } = await runView(await idOf(k));
  return {
    golden: trace!.golden,
    outside: trace!.sensors.map((s) => traceDeviation({ t: trace!.t, v: s.v, band: s.band }).outsideShare),
  };
};
const alerts = () =>
  db().rows<{
    id: string;
    kind: string;
    state: string;
    severity: string;
    title: string;
    count: number;
    action: string | null;
    version: number;
  }>(sql`SELECT id, kind, state, severity, title, count, action, version FROM alert WHERE kind = 'recipe' ORDER BY raised_at`);

test('the golden band is of the run’s own recipe, on whatever product it ran; without comparable runs there is no reference', async () => {
  for (let i = 0; i < 12; i++) {
    await post('runs', [
      run({ key: `k${i}`, product: 'KITE-45', recipe: 'CMP-CU.KITE-45', at: 10 * i, lot: i >> 1, slot: (i % 2) + 1, level: 20 }),
      run({
        key: `h${i}`,
        product: 'HERON-52',
        recipe: 'CMP-CU.HERON-52',
        at: 10 * i + 5,
        lot: i >> 1,
        slot: (i % 2) + 1,
        level: 30,
      }),
    ]);
  }
  await post('runs', [run({ key: 'wrong', product: 'HERON-52', recipe: 'CMP-CU.KITE-45', at: 200, lot: 5, slot: 9, level: 20 })]);
  const wrong = await deviations('wrong');
  expect(wrong.golden).toEqual({ runs: 12, least: 5, recipe: 'CMP-CU.KITE-45', version: 1, products: ['KITE-45'] });
  for (const share of wrong.outside) expect(share).toBeLessThan(0.2);
  // Another step name: nothing of the good runs can be laid beside it.
  await post('runs', [run({ key: 'other', product: 'KITE-45', recipe: 'CMP-CU.KITE-45', at: 210, slot: 10, step: 'buff' })]);
  expect((await deviations('other')).outside).toEqual([Number.NaN, Number.NaN]);
  // Too few of version 2: all versions together, and it is said.
  await post('runs', [run({ key: 'v2', product: 'KITE-45', recipe: 'CMP-CU.KITE-45', version: 2, at: 220, lot: 6, slot: 11 })]);
  await post('runs', [run({ key: 'v2b', product: 'KITE-45', recipe: 'CMP-CU.KITE-45', version: 2, at: 230, lot: 7, slot: 12 })]);
  expect((await deviations('v2b')).golden).toMatchObject({ version: null });
});

test('a recipe of another product raises its own alert, says so on the run, counts nothing twice, and ends when the following runs are right', async () => {
  expect(await alerts()).toMatchObject([
    { state: 'open', severity: 'high', title: 'CMP-01: recipe CMP-CU.KITE-45 on product HERON-52', count: 1 },
  ]);
  expect((await runView(await idOf('wrong'))).run.isWrongRecipe).toBe(true);
  expect((await runView(await idOf('h3'))).run.isWrongRecipe).toBe(false);
  const again = await post('runs', [
    run({ key: 'wrong', product: 'HERON-52', recipe: 'CMP-CU.KITE-45', at: 200, lot: 5, slot: 9, level: 20 }),
  ]);
  expect(again).toMatchObject({ accepted: 0, repeated: 1 });
  await post('runs', [run({ key: 'wrong2', product: 'HERON-52', recipe: 'CMP-CU.KITE-45', at: 240, slot: 10 })]);
  const [open] = await alerts();
  expect(open).toMatchObject({ state: 'open', count: 2 });
  // Earlier runs that arrive late and runs of the other product end nothing; four right ones are too few.
  await post('runs', [run({ key: 'late', product: 'HERON-52', recipe: 'CMP-CU.HERON-52', at: 235, slot: 11 })]);
  for (let i = 0; i < 6; i++)
    await post('runs', [run({ key: `kr${i}`, product: 'KITE-45', recipe: 'CMP-CU.KITE-45', at: 250 + i, slot: 13 + i })]);
  for (let i = 0; i < 4; i++)
    await post('runs', [run({ key: `r${i}`, product: 'HERON-52', recipe: 'CMP-CU.HERON-52', at: 260 + i, slot: 12 + i })]);
  expect(await alerts()).toMatchObject([{ state: 'open' }]);
  await post('runs', [run({ key: 'r4', product: 'HERON-52', recipe: 'CMP-CU.HERON-52', at: 265, slot: 16 })]);
  const [closed] = await alerts();
  expect(closed).toMatchObject({ state: 'closed', count: 2 });
  expect(closed!.action).toBe(
    'the condition has ended: since then 5 runs of HERON-52 at CMP-CU on CMP-01 used a recipe of the product, none of them wrong; 5 end it',
  );
  const view = await alertView(closed!.id);
  expect(view.history.map((h) => [h.what, h.actor, h.times])).toEqual([
    ['opened', 'Driftless', 1],
    ['seen again', 'Driftless', 1],
    ['closed by itself', 'Driftless', 1],
  ]);
  expect(view.commonality.find((c) => c.what === 'recipe')).toMatchObject({
    inAlert: 2,
    ofAlert: 2,
    lotsInAlert: 2,
    ratio: null,
  });
  // A new one opens a new alert; one that is not registered is not judged.
  await post('runs', [
    run({ key: 'wrong3', product: 'HERON-52', recipe: 'CMP-CU.KITE-45', at: 300, slot: 20 }),
    run({ key: 'unknown', product: 'HERON-52', recipe: 'LOCAL-TEST', at: 301, slot: 21 }),
  ]);
  expect(await alerts()).toMatchObject([{ state: 'closed' }, { state: 'open', count: 1 }]);
  expect((await runView(await idOf('unknown'))).run.isWrongRecipe).toBe(false);
  await doAllWork();
});

test('the last good lot of a chart without a product: judged, in control, nothing excluded, of the same product where there is one', async () => {
  const chart = (await db().one<{ id: string }>(
    sql`SELECT id FROM chart WHERE product IS NULL AND characteristic = 'measurement.sd' LIMIT 1`,
  ))!.id;
  const point = (lot: string, hour: number, o: { rules?: number[]; excluded?: string; ucl?: null } = {}) =>
    db().exec(sql`INSERT INTO chart_point (chart_id, at, record_id, value, plotted, lot, slot, version, rules, excluded, ucl)
      VALUES (${chart}, ${new Date(T0 + hour * 3_600_000)}, ${recordId('p', lot, hour)}, 1, 1, ${lot}, 1, 1, ${o.rules ?? []}::int4[], ${o.excluded ?? null}, ${o.ucl === null ? null : 2}::float8)`);
  await point('KITE-45-0', 1);
  await point('HERON-52-0', 2);
  await point('KITE-45-1', 3);
  await point('KITE-45-1', 4, { rules: [1] });
  await point('KITE-45-2', 5, { excluded: 'bad site' });
  await point('HERON-52-1', 6);
  await point('HERON-52-2', 6.5, { ucl: null });
  await point('KITE-45-3', 7);
  const before = { firstMs: T0 + 7 * 3_600_000, lot: 'KITE-45-3' };
  expect(await lastGoodLot(chart, before, 'KITE-45')).toEqual({ lot: 'KITE-45-0', product: 'KITE-45', atMs: T0 + 3_600_000 });
  expect((await lastGoodLot(chart, before, 'HERON-52'))?.lot).toBe('HERON-52-1');
  expect((await lastGoodLot(chart, before, null))?.lot).toBe('HERON-52-1');
  expect(await lastGoodLot(chart, { ...before, firstMs: T0 }, null)).toBeNull();
});

test('what repeats in a history is folded, not lost', () => {
  const at = (minute: number) => new Date(T0 + minute * MINUTE);
  const e = (id: number, kind: string, actor = 'Driftless', text = `text ${id}`) => ({ id, at: at(id), actor, kind, text });
  const folded = foldHistory([
    e(1, 'opened'),
    ...Array.from({ length: 18 }, (_, i) => e(2 + i, 'again')),
    e(20, 'acknowledged', 'ana'),
    e(21, 'again'),
    e(22, 'commented', 'ana', 'same'),
    e(23, 'commented', 'ana', 'same'),
    e(24, 'commented', 'ana', 'other'),
  ]);
  expect(folded.map((h) => [h.what, h.times])).toEqual([
    ['opened', 1],
    ['seen again', 18],
    ['acknowledged', 1],
    ['seen again', 1],
    ['comment', 2],
    ['comment', 1],
  ]);
  expect(folded[1]).toMatchObject({ firstMs: at(2).getTime(), lastMs: at(19).getTime(), text: 'text 19' });
});

test('a share of few wafers is no ratio', () => {
  expect(commonRatio({ inAlert: 1, ofAlert: 1, inAll: 5, ofAll: 50 })).toBeNull();
  expect(commonRatio({ inAlert: 4, ofAlert: 4, inAll: 4, ofAll: 4 })).toBeNull();
  expect(commonRatio({ inAlert: 3, ofAlert: 4, inAll: 10, ofAll: 40 })).toBe(3);
});
