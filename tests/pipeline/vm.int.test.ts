import { afterAll, beforeAll, expect, test } from 'vitest';
import { bulkInsert, closePool, db, recordId, sql, transaction } from '@/lib/db';
import { createRng } from '@/lib/numerics';
import { registerFab } from '@/lib/services/fab/register-fab';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { asMachine } from '@/lib/services/verb';
import { fitTrainingSet } from '@/lib/services/vm/fit-training-set';
import { prepareVm, storeVm } from '@/lib/services/vm/predict';
import { storeTraining, trainingPlan } from '@/lib/services/vm/train';
import { listVmModels } from '@/lib/services/vm/views/list';
import { vmView } from '@/lib/services/vm/views/models';
import { quality } from '@/lib/ui/vm/quality';
import { type TestDatabase, testDatabase } from '../support';

/** Training and its domain on real rows: few wafers are measured, every run says how far nominal runs lie. */
let database: TestDatabase;
const T0 = Date.UTC(2026, 8, 1);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const [LOTS, WAFERS, SENSORS] = [48, 5, 60];
const operation = 'CVD-OXIDE';
const product = 'KITE-45';
const parameter = 'oxide_thickness';
const modelId = recordId('vm', operation, product, parameter);
const featureSet = recordId('features', 'test');
/** What the first test trains; a later version of the same data is the same model. */
let trainedAgain: NonNullable<Parameters<typeof storeTraining>[3]>;
const through = T0 + LOTS * 6 * HOUR + DAY;

beforeAll(async () => {
  database = await testDatabase();
  await registerFab(asMachine('test'), simulatedFab(1));
  const rng = createRng(5);
  const load = Array.from({ length: 4 }, () => Array.from({ length: SENSORS }, () => rng.normal()));
  const runs = Array.from({ length: LOTS * WAFERS }, (_, i) => {
    const f = load.map(() => rng.normal());
    const at = T0 + Math.floor(i / WAFERS) * 6 * HOUR + (i % WAFERS) * 60_000;
    return {
      id: recordId('run', String(i)),
      i,
      at: new Date(at),
      lot: `L${Math.floor(i / WAFERS)}`,
      values: Float64Array.from(
        { length: SENSORS },
        (_, j) => load.reduce((s, l, k) => s + l[j]! * f[k]!, 0) + 0.3 * rng.normal(),
      ),
      y: 120 + f.reduce((s, v) => s + v, 0) + 0.2 * rng.normal(),
    };
  });
  await transaction(async (tx) => {
    await tx.exec(sql`SELECT ensure_month(${new Date(T0)})`);
    await bulkInsert(tx, 'feature_set', [
      {
        id: featureSet,
        names: Array.from({ length: SENSORS }, (_, j) => `s${j >> 1}|main|${j % 2 ? 'slope' : 'mean'}`),
        units: Array.from({ length: SENSORS }, (_, j) => (j % 2 ? '1/s' : '1')),
      },
    ]);
    await tx.exec(sql`
      INSERT INTO run (id, key, tool, chamber, product, layer, operation, lot, slot, recipe, recipe_version, setpoints, started_at, ended_at)
      SELECT u.id, u.id::text, 'CVD-01', 'A', ${product}, 'ILD1', ${operation}, u.lot, 1, 'r', 1, '{}'::jsonb, u.at, u.at
      FROM unnest(${runs.map((r) => r.id)}::uuid[], ${runs.map((r) => r.lot)}::text[], ${runs.map((r) => r.at)}::timestamptz[]) AS u(id, lot, at)`);
    await bulkInsert(
      tx,
      'run_summary',
      runs.map((r) => ({ run_id: r.id, started_at: r.at, feature_set_id: featureSet, values: r.values, code_version: 't' })),
    );
    const measured = runs.filter((r) => r.i % WAFERS === 0);
    await tx.exec(sql`
      INSERT INTO measurement (id, key, station, lot, slot, product, layer, operation, parameter, unit, plan, measured_at, run_id, processed_at, tool, chamber, layout_id, value, u, n, mean, min, max)
      SELECT u.id, u.id::text, 'ELL-01', u.lot, 1, ${product}, 'ILD1', ${operation}, ${parameter}, 'nm', 'P5', u.at + INTERVAL '1 hour', u.id, u.at, 'CVD-01', 'A', ${featureSet}, ARRAY[u.y], ARRAY[0.1], 1, u.y, u.y, u.y
      FROM unnest(${measured.map((r) => r.id)}::uuid[], ${measured.map((r) => r.lot)}::text[], ${measured.map((r) => r.at)}::timestamptz[], ${measured.map((r) => r.y)}::float8[]) AS u(id, lot, at, y)`);
  });
});
afterAll(async () => {
  await closePool();
  await database.drop();
});

test('a version gets its domain from every later run, measured or not, and components near the best of the curve', async () => {
  const plan = (await trainingPlan(modelId, through))!;
  expect(plan.set.x).toHaveLength(LOTS);
  expect(plan.set.runs.x).toHaveLength(LOTS * WAFERS);
  const trained = fitTrainingSet(plan.set);
  trainedAgain = { plan, ...trained };
  await transaction((tx) => storeTraining(tx, modelId, through, trainedAgain));
  const v = await vmView(modelId, T0, through + 10 * DAY);
  expect(v.limits).toMatchObject({ shift: 0, ...trained.domain });
  expect(v.limits!.rows!).toBeGreaterThan(2 * LOTS);
  expect(v.versions[0]!.rmsep[trained.model.components]!).toBeLessThan(1.1 * Math.min(...v.versions[0]!.rmsep));
});

/** Predictions one a minute from a time on, each of a run of its own; outside where SPE is beyond its limit. */
async function predict(from: number, rows: readonly { version: number; spe: number }[]): Promise<void> {
  const of = <T>(f: (r: (typeof rows)[number], i: number) => T) => rows.map(f);
  await db().exec(sql`
    WITH p AS (
      SELECT gen_random_uuid() AS id, * FROM unnest(${of((_, i) => new Date(from + i * 60_000))}::timestamptz[], ${of((_, i) => `P${from}.${Math.floor(i / WAFERS)}`)}::text[],
        ${of((r) => r.version)}::int4[], ${of((r) => r.spe)}::float8[]) AS u(at, lot, version, spe)),
    r AS (
      INSERT INTO run (id, key, tool, chamber, product, layer, operation, lot, slot, recipe, recipe_version, setpoints, started_at, ended_at)
      SELECT id, id::text, 'CVD-01', 'A', ${product}, 'ILD1', ${operation}, lot, 1, 'r', 1, '{}'::jsonb, at, at FROM p)
    INSERT INTO vm_prediction (model_id, run_id, started_at, version, value, u_value, lo, hi, t2, spe, reliable)
    SELECT ${modelId}, id, at, version, 120, 1, 118, 122, 0.5, spe, spe <= 1 FROM p`);
}

test('the limits follow what later predictions show, once a day, and the list does not call a model good that is often outside', async () => {
  const day = through + DAY;
  await predict(
    through + 5 * HOUR,
    Array.from({ length: 150 }, (_, i) => ({ version: 1, spe: i % WAFERS === 0 && i < 9 * WAFERS ? 1.2 : 0.5 })),
  );
  const shiftOf = async () =>
    db().rows<{ shift: number; predictions: number; outside: number }>(
      sql`SELECT shift, predictions, outside FROM vm_domain_shift WHERE model_id = ${modelId} ORDER BY effective_from`,
    );
  for (let again = 0; again < 2; again++) await transaction((tx) => storeTraining(tx, modelId, day, null));
  const shifts = await shiftOf();
  expect(shifts).toHaveLength(1);
  expect(shifts[0]).toMatchObject({ predictions: 150, outside: 9 });
  expect(shifts[0]!.shift).toBeCloseTo(2 * (9 / 150 - 0.01), 12);
  expect((await vmView(modelId, T0, day)).limits!.shift).toBe(shifts[0]!.shift);
  const row = (await listVmModels({ fromMs: T0, nowMs: through + 10 * DAY, operation, product })).find((m) => m.id === modelId)!;
  expect(row).toMatchObject({ predictions: 150, unreliable: 9 });
  expect(row.q2!).toBeGreaterThan(0.7);
  // 6 % lie outside: of the last 30 days, not of a week that begins after them.
  expect(row.month).toMatchObject({ predictions: 150, unreliable: 9 });
  expect(row.week.predictions).toBe(0);
  expect(quality(row)).toEqual({ status: 'warn', text: 'often outside', by: '6.0 % outside in 30 days' });
  const [hour] = await listVmModels({ fromMs: through + 9 * DAY, nowMs: through + 10 * DAY, id: modelId });
  expect([hour!.predictions, quality(hour!).by]).toEqual([0, '6.0 % outside in 30 days']);
  expect(quality((await listVmModels({ fromMs: T0, nowMs: day, id: modelId }))[0]!).by).toBe('6.0 % outside in 7 days');
});

test('the observed error is of the predictions that are charted; that of all stands beside it', async () => {
  await db().exec(sql`
    INSERT INTO measurement (id, key, station, lot, slot, product, layer, operation, parameter, unit, plan, measured_at, run_id, processed_at, tool, chamber, layout_id, value, u, n, mean, min, max)
    SELECT gen_random_uuid(), p.run_id::text || ' m', 'ELL-01', 'M', 1, ${product}, 'ILD1', ${operation}, ${parameter}, 'nm', 'P5', p.started_at + INTERVAL '1 hour', p.run_id, p.started_at, 'CVD-01', 'A', ${featureSet}, ARRAY[y], ARRAY[0.1], 1, y, y, y
    FROM (SELECT run_id, started_at, reliable, CASE WHEN reliable THEN 120.5 ELSE 132 END AS y, row_number() OVER (PARTITION BY reliable ORDER BY started_at) AS k
      FROM vm_prediction WHERE model_id = ${modelId}) p WHERE k <= 40`);
  const row = (await listVmModels({ fromMs: T0, nowMs: through + 10 * DAY, operation, product })).find((m) => m.id === modelId)!;
  expect(row).toMatchObject({ checked: 40, coverage: 1, checkedAll: 49 });
  expect(row.observedRmse!).toBeCloseTo(0.5, 12);
  expect(row.observedAll!).toBeCloseTo(Math.sqrt((40 * 0.25 + 9 * 144) / 49), 12);
  expect(row.month).toMatchObject({ checked: 40, coverage: 1 });
  expect(quality({ ...row, rmse: 0.2 })).toEqual({ status: 'warn', text: 'error has grown', by: 'error 2.5 × the promised one' });
});

/** The work on one and the same trace when it runs at a time. @param unit - of its first sensor. */
async function workOfRunAt(at: number, unit = '1') {
  const id = recordId('run', `same at ${at} in ${unit}`);
  const set = recordId('sensors', `test in ${unit}`);
  const started = new Date(at);
  const n = 20;
  const t = Float32Array.from({ length: n }, (_, i) => i);
  const v = Float32Array.from({ length: (n * SENSORS) / 2 }, (_, i) => 3 * Math.sin(i) + Math.floor(i / n) / 9);
  const bytes = (f: Float32Array) => Buffer.from(f.buffer);
  const sensors = Array.from({ length: SENSORS / 2 }, (_, j) => `s${j}`);
  await db().exec(sql`SELECT ensure_month(${started})`);
  await db().exec(
    sql`INSERT INTO sensor_set (id, names, units) VALUES (${set}, ${sensors}::text[], ${sensors.map((_, j) => (j === 0 ? unit : '1'))}::text[]) ON CONFLICT DO NOTHING`,
  );
  await db().exec(sql`
    INSERT INTO run (id, key, tool, chamber, product, layer, operation, lot, slot, recipe, recipe_version, setpoints, started_at, ended_at)
    VALUES (${id}, ${id}::text, 'CVD-01', 'A', ${product}, 'ILD1', ${operation}, 'LX', 1, 'r', 1, '{}'::jsonb, ${started}, ${started})`);
  await db().exec(sql`
    INSERT INTO trace (run_id, started_at, sensor_set_id, n, t, v, steps)
    VALUES (${id}, ${started}, ${set}, ${n}, ${bytes(t)}, ${bytes(v)}, ${JSON.stringify([{ name: 'main', start: 0, end: n }])}::jsonb)`);
  const work = await prepareVm([{ id, at }]);
  return { work, refs: [{ id, at }], prediction: work.predictions.find((p) => p.model_id === modelId)! };
}

/** The share of the SPE limit that the trace uses. */
const speOfRunAt = async (at: number): Promise<{ version: number; spe: number }> => (await workOfRunAt(at)).prediction;

test('a new version takes over what the limits of the model were moved by', async () => {
  const later = through + 2 * DAY;
  const plan = (await db().one<{ shift: number }>(
    sql`SELECT shift FROM vm_domain_shift WHERE model_id = ${modelId} ORDER BY effective_from DESC LIMIT 1`,
  ))!;
  expect(plan.shift).toBeGreaterThan(0.04);
  const moved = await speOfRunAt(through + DAY + 5 * HOUR);
  await transaction((tx) => storeTraining(tx, modelId, later, trainedAgain));
  const before = await speOfRunAt(later + 3 * HOUR);
  const fresh = await speOfRunAt(later + 5 * HOUR);
  expect([moved.version, before.version, fresh.version]).toEqual([1, 1, 2]);
  // Both versions come of the same data, and are judged by the same move.
  expect(fresh.spe / moved.spe).toBeCloseTo(1, 9);
  const { limits } = await vmView(modelId, T0, later + DAY);
  expect(limits).toMatchObject({ shift: plan.shift, rows: trainedAgain.domain!.rows });
  expect(limits!.spe / trainedAgain.domain!.spe).toBeCloseTo(Math.exp(plan.shift), 12);
  // A late run is judged by the move of its own time.
  expect((await speOfRunAt(through + DAY + 6 * HOUR)).spe).toBe(moved.spe);
});

test('each version is followed by its own predictions, and a stretch of days is one step', async () => {
  const from = through + 2 * DAY + 5 * HOUR;
  const to = through + 6 * DAY;
  const before = (await vmView(modelId, T0, from)).limits!.shift;
  await predict(
    from,
    Array.from({ length: 5000 }, (_, i) => (i < 1000 ? { version: 1, spe: 1.2 } : { version: 2, spe: i % 20 === 0 ? 1.2 : 0.5 })),
  );
  await transaction((tx) => storeTraining(tx, modelId, to, null));
  const { limits } = await vmView(modelId, T0, to);
  expect(limits!.shift).toBeCloseTo(before + 2 * (0.05 - 0.01), 12);
  // Under the moved limits these lie inside; without the move they would not, and the page says so.
  const next = to + 5 * HOUR;
  await predict(
    next,
    Array.from({ length: 100 }, (_, i) => ({ version: 2, spe: i < 7 ? 0.99 : 0.7 })),
  );
  expect((await vmView(modelId, next, next + DAY)).followed).toEqual({ predictions: 100, outside: 0, unmoved: 7 });
});

test('a sensor that arrives in another unit than the model knows is taken as not recorded, and the feed says which', async () => {
  const at = through + DAY + 7 * HOUR;
  const usual = await workOfRunAt(at);
  const other = await workOfRunAt(at, 'Torr');
  // Its mean and its slope.
  expect(other.prediction.missing - usual.prediction.missing).toBe(2);
  for (const w of [usual, other]) await transaction((tx) => storeVm(tx, w.work, w.refs));
  const told = await db().rows<{ text: string }>(sql`SELECT text FROM feed_event WHERE kind = 'model' AND text LIKE '%Torr%'`);
  expect(told).toEqual([
    {
      text: expect.stringMatching(
        /^Lot LX on CVD-01: "s0" arrives in Torr, its virtual metrology knows 1: taken as not recorded/,
      ),
    },
  ]);
});
