import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import type { MeasurementRecord, RunRecord } from '@/lib/formats/wire';
import { type Door, measurementRecord, openDoor, runRecord } from '../support/door';

let door: Door;

beforeAll(async () => {
  door = await openDoor(['ingest', 'advice', 'fab']);
});
afterAll(() => door.close());

const post = (kind: string, body: string | Buffer, headers: Record<string, string> = {}) => door.send(kind, body, headers);
const send = (kind: string, records: readonly object[], mode?: 'partial' | 'atomic') =>
  door.post(kind, mode === undefined ? { records } : { mode, records });

let n = 0;
let lot: string;
beforeEach(async () => {
  lot = `LOT-${++n}`;
  const answer = await door.lot(lot);
  expect(answer.body.accepted).toBe(1);
});

const run = (over: Partial<RunRecord> = {}): RunRecord =>
  runRecord(lot, over.wafer ?? 1, {
    trace: {
      t: [0.02, 1.02, 2.02],
      steps: [{ name: 'deposit', start: 0, end: 3 }],
      sensors: [{ name: 'pressure', unit: 'Pa', values: [1, null, 3] }],
    },
    ...over,
  });

const measurement = (over: Partial<MeasurementRecord> = {}): MeasurementRecord =>
  measurementRecord(lot, over.wafer ?? 1, {
    plan: 'P5',
    x: [0, 100, -100, 0, 0],
    y: [0, 0, 0, 100, -100],
    value: [120, 121, 119, null, 120.5],
    ...over,
  });

const rowsOf = async (table: 'run' | 'measurement' | 'task' | 'trace') => {
  const counts = {
    run: sql`SELECT count(*)::int AS n FROM run WHERE lot = ${lot}`,
    measurement: sql`SELECT count(*)::int AS n FROM measurement WHERE lot = ${lot}`,
    trace: sql`SELECT count(*)::int AS n FROM trace t JOIN run r ON r.id = t.run_id WHERE r.lot = ${lot}`,
    task: sql`SELECT count(*)::int AS n FROM task`,
  };
  return (await db().one<{ n: number }>(counts[table]))!.n;
};

test('a run is kept with its trace, sensor after sensor, missing samples as NaN, and asks for its work in the same transaction', async () => {
  const before = await rowsOf('task');
  const answer = await send('runs', [run()]);
  expect(answer.status).toBe(200);
  const row = await db().one<{ v: Buffer; n: number; names: string[] }>(sql`
    SELECT t.v, t.n, s.names FROM trace t JOIN sensor_set s ON s.id = t.sensor_set_id WHERE t.run_id = ${answer.body.results[0]!.id}`);
  expect(row!.names).toEqual(['pressure']);
  expect([row!.v.readFloatLE(0), row!.v.readFloatLE(8)]).toEqual([1, 3]);
  expect(row!.v.readFloatLE(4)).toBeNaN();
  expect((await rowsOf('task')) - before).toBe(1);
});

test('packed samples store the same bytes as plain ones', async () => {
  const f32 = (v: number[]) => ({ f32: Buffer.from(Float32Array.from(v).buffer).toString('base64') });
  const trace = run().trace!;
  const packed = { ...trace, t: f32([0.02, 1.02, 2.02]), sensors: [{ ...trace.sensors[0]!, values: f32([1, Number.NaN, 3]) }] };
  const answer = await send('runs', [run(), run({ wafer: 2, trace: packed })]);
  expect(answer.body.accepted).toBe(2);
  const rows = await db().rows<{ d: string }>(
    sql`SELECT DISTINCT md5(v) || md5(t) AS d FROM trace WHERE run_id = ANY(${answer.body.results.map((r) => r.id)}::uuid[])`,
  );
  expect(rows).toHaveLength(1);
});

test('a repeat answers with the first result and writes nothing; the same key with other content is a conflict', async () => {
  const first = await send('runs', [run()]);
  const tasks = await rowsOf('task');
  const again = await send('runs', [run()]);
  expect(again.body).toMatchObject({ accepted: 0, repeated: 1 });
  expect(again.body.results[0]!.id).toBe(first.body.results[0]!.id);
  expect(await rowsOf('task')).toBe(tasks);
  const other = await send('runs', [run({ setpoints: { deposition_time: 61 } })]);
  expect(other.status).toBe(422);
  expect(other.body.results[0]!.issues![0]).toMatchObject({ path: 'key', code: 'conflict' });
});

test('ten senders of one key at once write one record', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => send('runs', [run()])));
  expect(answers.reduce((s, a) => s + a.body.accepted, 0)).toBe(1);
  expect(answers.reduce((s, a) => s + a.body.repeated, 0)).toBe(9);
  expect([await rowsOf('run'), await rowsOf('trace')]).toEqual([1, 1]);
});

test('partial keeps the good records and says index, path and reason of the others; atomic keeps none', async () => {
  const batch = [
    run({ wafer: 1 }),
    run({ wafer: 2, tool: 'CVD-99' }),
    run({ wafer: 3, key: `${lot}-x`, endedAt: '2026-09-01T00:00:00Z' }),
  ];
  const atomic = await send('runs', batch, 'atomic');
  expect(atomic.status).toBe(422);
  expect(atomic.body).toMatchObject({ accepted: 0, rejected: 2, withheld: 1 });
  expect(await rowsOf('run')).toBe(0);
  const partial = await send('runs', batch);
  expect(partial.status).toBe(207);
  expect(partial.body).toMatchObject({ accepted: 1, rejected: 2 });
  expect(partial.body.results[1]).toMatchObject({
    index: 1,
    status: 'rejected',
    issues: [{ path: 'tool', code: 'unknown_name' }],
  });
  expect(partial.body.results[2]!.issues![0]!.path).toBe('endedAt');
  expect(await rowsOf('run')).toBe(1);
});

test.each<[string, Partial<MeasurementRecord>, string]>([
  ['site off the wafer', { x: [0, 151, 0, 0, 0] }, 'x.1'],
  ['duplicate sites', { x: [0, 0, 0, 0, 0], y: [0, 1, 2, 3, 1] }, 'x.4'],
  ['unknown lot', { lot: 'NOWHERE' }, 'lot'],
  ['wrong unit', { unit: 'angstrom' }, 'unit'],
  ['unknown parameter', { parameter: 'colour' }, 'parameter'],
  ['unequal arrays', { value: [1, 2] }, 'value'],
  ['nothing measured', { value: [null, null, null, null, null] }, 'value'],
  ['clock ahead', { measuredAt: new Date(Date.now() + 2 * 86_400_000).toISOString() }, 'measuredAt'],
  ['clock without zone', { measuredAt: '2026-09-01T03:00:00' }, 'measuredAt'],
  ['negative uncertainty', { u: [1, 1, -1, 1, 1] }, 'u'],
  ['slot outside the lot', { wafer: 26 }, 'wafer'],
  ['layer of another operation', { layer: 'M9' }, 'layer'],
])('a measurement with %s is refused at the field', async (_, over, path) => {
  const answer = await send('measurements', [measurement(over)]);
  expect(answer.status).toBe(422);
  expect(answer.body.results[0]!.issues![0]!.path).toBe(path);
  expect(await rowsOf('measurement')).toBe(0);
});

test('NaN and Infinity are not JSON: the line that holds them is refused, its neighbours are kept', async () => {
  const good = JSON.stringify(measurement());
  const bad = good.replace('121', 'NaN').replace('-m-1', '-m-9');
  const answer = await post('measurements', `${bad}\n\n${good}\n`, { 'content-type': 'application/x-ndjson' });
  expect(answer.status).toBe(207);
  expect(answer.body).toMatchObject({ accepted: 1, rejected: 1 });
  expect(answer.body.results[0]!.issues![0]!.message).toMatch(/null where nothing was measured/);
  const huge = await post('measurements', good.replace('121', '1e999'));
  expect(huge.body.results[0]!.issues![0]!.message).toMatch(/Infinity/);
});

test('gzip is accepted, broken gzip and unknown encodings are not', async () => {
  const body = JSON.stringify(measurement());
  const ok = await post('measurements', gzipSync(body), { 'content-encoding': 'gzip' });
  expect(ok.body.accepted).toBe(1);
  const broken = await post('measurements', Buffer.from('not gzip'), { 'content-encoding': 'gzip' });
  expect(broken).toMatchObject({ status: 422, body: { code: 'invalid_input' } });
  const brotli = await post('measurements', body, { 'content-encoding': 'br' });
  expect(brotli.status).toBe(415);
});

test('a batch of more than 10,000 records is refused whole', async () => {
  const line = JSON.stringify({ key: 'e', tool: 'CVD-01', kind: 'pm', at: '2026-09-01T00:00:00Z', description: 'x' });
  const answer = await post('events', Array(10_001).fill(line).join('\n'), { 'content-type': 'application/x-ndjson' });
  expect(answer.status).toBe(413);
});

test('without a key 401, with a key that lacks the scope 403, unknown collections 404, other content types 415', async () => {
  expect((await fetch(`${door.url}/api/v1/runs`, { method: 'POST', body: '{}' })).status).toBe(401);
  expect((await post('truth', '{}')).status).toBe(403);
  expect((await post('nothing', '{}')).status).toBe(404);
  expect((await post('runs', 'a,b', { 'content-type': 'text/csv' })).status).toBe(415);
  expect((await post('runs', '{')).status).toBe(422);
});

test('a measurement finds the run that made it; a run that comes later is linked and its measurement is worked on again', async () => {
  await send('runs', [run()]);
  const linked = await send('measurements', [measurement()]);
  const early = await send('measurements', [measurement({ wafer: 2 })]);
  const link = (id: string) =>
    db().one<{ run_id: string | null; tool: string | null }>(sql`SELECT run_id, tool FROM measurement WHERE id = ${id}`);
  expect((await link(linked.body.results[0]!.id!))!.tool).toBe('CVD-01');
  expect((await link(early.body.results[0]!.id!))!.run_id).toBeNull();
  const tasks = await rowsOf('task');
  await send('runs', [run({ wafer: 2 })]);
  expect((await link(early.body.results[0]!.id!))!.tool).toBe('CVD-01');
  expect((await rowsOf('task')) - tasks).toBe(2); // its own features, and the measurement once more
});

test('a correction is a new revision: the earlier one stays and is marked', async () => {
  const first = await send('measurements', [measurement()]);
  const second = await send('measurements', [measurement({ key: `${lot}-m-1b`, value: [1, 2, 3, 4, 5], revises: `${lot}-m-1` })]);
  const old = await db().one<{ superseded_by: string; mean: number }>(
    sql`SELECT superseded_by, mean FROM measurement WHERE id = ${first.body.results[0]!.id}`,
  );
  expect(old).toEqual({ superseded_by: second.body.results[0]!.id, mean: 120.125 });
});

test('the audit trail refuses changes', async () => {
  await expect(db().exec(sql`DELETE FROM audit_entry`)).rejects.toThrow(/append-only/);
  await expect(db().exec(sql`UPDATE audit_entry SET actor = 'x'`)).rejects.toThrow(/append-only/);
});
