import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import type { AdviceOut, RunRecord } from '@/lib/formats/wire';
import { type Door, type DoorAnswer, lotRecord, measurementRecord, openDoor, overlayRecord, runRecord } from '../support/door';
import { doAllWork } from '../support/work';

/** What a run says it followed, and what a tool may ask. */
let door: Door;
beforeAll(async () => {
  door = await openDoor();
  for (const lot of ['A', 'B']) await door.lot(lot);
  await door.post('lots', [lotRecord('H', { product: 'HERON-52' })]);
});
afterAll(() => door.close());

type Problem = DoorAnswer['body'];
const ask = (over: object = {}) =>
  door.post<AdviceOut & Problem>('advice', {
    key: 'ask',
    tool: 'CVD-01',
    chambers: ['A', 'B'],
    product: 'KITE-45',
    operation: 'CVD-OXIDE',
    lot: 'A',
    at: '2026-09-01T01:00:00Z',
    ...over,
  });
const first = (answer: { body: Problem }) => answer.body.results[0]!;
const send = async (lot: string, over: Partial<RunRecord>) =>
  first(await door.post('runs', [runRecord(lot, 1, { key: randomUUID(), ...over })]));

test('an advice that was never given, or was given for another lot, tool or chamber, is refused; its own is kept', async () => {
  const { chambers } = (await ask()).body;
  const adviceId = chambers['A']!.adviceId;
  expect(await send('A', { adviceId: randomUUID() })).toMatchObject({
    status: 'rejected',
    issues: [{ path: 'adviceId', code: 'unknown_advice', message: expect.stringContaining('leave it out') }],
  });
  for (const [lot, over] of [
    ['B', {}],
    ['A', { chamber: 'B' }],
    ['A', { tool: 'CVD-02' }],
  ] as const)
    expect(await send(lot, { adviceId, ...over })).toMatchObject({
      status: 'rejected',
      issues: [
        { path: 'adviceId', code: 'foreign_advice', message: expect.stringContaining('lot A, operation CVD-OXIDE, CVD-01/A') },
      ],
    });
  expect(await db().rows(sql`SELECT 1 FROM run`)).toEqual([]);
  expect(await send('A', { adviceId: adviceId.toUpperCase() })).toMatchObject({ status: 'accepted' });
  // A refused run gives its key back, and its neighbours in the batch are kept.
  const batch = await door.post('runs', [
    runRecord('A', 2, { adviceId: randomUUID() }),
    runRecord('A', 3, { adviceId }),
    runRecord('A', 4),
  ]);
  expect(batch.body.results.map((r) => r.status)).toEqual(['rejected', 'accepted', 'accepted']);
  expect((await door.post('runs', [runRecord('A', 2, { adviceId })])).body).toMatchObject({ accepted: 1 });
});

test('an advice is asked with the product of the lot, each chamber once, at a time that a clock shows', async () => {
  for (const [over, field, message] of [
    [{ lot: 'H' }, 'product', /lot H is of product HERON-52, not KITE-45/],
    [{ product: 'NOPE' }, 'product', /not registered/],
    [{ at: '2001-01-01T00:00:00Z' }, 'at', /earliest time/],
    [{ at: '2199-01-01T00:00:00Z' }, 'at', /more than a day ahead/],
    [{ tool: 'CVD-99' }, 'tool', /not registered/],
    [{ chambers: ['A', 'Z'] }, 'chambers', /"Z" is not registered/],
    [{ operation: 'CVD-NOTHING' }, 'operation', /not registered/],
  ] as const) {
    const { status, body } = await ask({ key: randomUUID(), ...over });
    expect(status, JSON.stringify(over)).toBe(422);
    expect(body).toMatchObject({ code: 'invalid_input', details: { field } });
    expect(body.detail).toMatch(message);
  }
  const twice = await ask({ key: randomUUID(), chambers: ['A', 'A'] });
  expect(twice).toMatchObject({ status: 422, body: { details: { field: 'chambers.1' } } });
  expect(twice.body.detail).toMatch(/repeats entry 0/);
});

test('a lot that is not registered yet is advised, and the answer says so', async () => {
  const { status, body } = await ask({ key: 'early', lot: 'EARLY' });
  expect(status).toBe(200);
  expect(body.pending).toEqual([
    { path: 'lot', code: 'pending', message: expect.stringContaining('"EARLY" is not registered yet') },
  ]);
  expect((await ask({ key: 'known' })).body).not.toHaveProperty('pending');
  await door.lot('EARLY');
  expect(await send('EARLY', { adviceId: body.chambers['A']!.adviceId })).toMatchObject({ status: 'accepted' });
});

test('a key answers its own request again, and no other one', async () => {
  const once = await ask({ key: 'again' });
  expect((await ask({ key: 'again' })).body).toEqual(once.body);
  for (const over of [{ lot: 'B' }, { tool: 'CVD-02' }])
    expect(await ask({ key: 'again', ...over })).toMatchObject({
      status: 409,
      body: { code: 'conflict', details: { field: 'key' } },
    });
});

test('setpoints are numbers under names of their own, in the unit of the loop that turns the knob', async () => {
  const path = 'setpoints.deposition_time';
  for (const x of [1e100, -50_000])
    expect(await send('A', { setpoints: { deposition_time: x } })).toMatchObject({
      status: 'rejected',
      issues: [{ path, code: 'implausible_setpoint', message: expect.stringMatching(/of loop .*check the sign and the unit/) }],
    });
  for (const inherited of ['__proto__', 'constructor', 'prototype']) {
    const text = JSON.stringify([runRecord('A', 9, { key: `own-${inherited}` })]).replace('"deposition_time"', `"${inherited}"`);
    const { body } = await door.send('runs', text);
    expect(first({ body }), inherited).toMatchObject({ status: 'rejected', issues: [{ path: `setpoints.${inherited}` }] });
  }
});

test('a run of a split far outside the limits of its loop is kept and told; the loop does not learn from it', async () => {
  const { id, loop, min, max } = (await db().one<{ id: string; loop: string; min: number; max: number }>(sql`
    SELECT l.id, l.name AS loop, (v.config->>'min')::float8 AS min, (v.config->>'max')::float8 AS max
    FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version
    WHERE l.knob = 'deposition_time' AND l.product = 'KITE-45' AND l.operation = 'CVD-OXIDE'`))!;
  await door.lot('SPLIT');
  const used = [min, max, max + 0.9 * (max - min), max + 3 * (max - min), min - 3 * (max - min)];
  for (const [i, x] of used.entries())
    expect(await send('SPLIT', { key: `split-${i}`, wafer: i + 1, setpoints: { deposition_time: x } })).toMatchObject({
      status: 'accepted',
    });
  const told = await db().rows<{ text: string }>(
    sql`SELECT text FROM feed_event WHERE text LIKE '%does not learn from it' ORDER BY id`,
  );
  expect(told.map((t) => t.text.slice(0, t.text.indexOf(' used')))).toEqual([`${loop}: run "split-3"`, `${loop}: run "split-4"`]);
  await door.post(
    'measurements',
    used.map((_, i) => measurementRecord('SPLIT', i + 1, { runKey: `split-${i}` })),
  );
  await doAllWork();
  const learned = await db().rows<{ x: number }>(sql`
    SELECT j.x_applied AS x FROM control_journal j JOIN control_thread t ON t.id = j.thread_id JOIN measurement m ON m.id = j.source_id
    WHERE t.loop_id = ${id} AND m.lot = 'SPLIT' ORDER BY j.x_applied`);
  expect(learned.map((l) => l.x)).toEqual(used.slice(0, 3).sort((a, b) => a - b));
});

test('a sample long after the end of its run is refused', async () => {
  const trace = (last: number) => ({
    t: [0, 10, last],
    steps: [],
    sensors: [{ name: 'pressure', unit: 'Torr', values: [1, 1, 1] }],
  });
  expect(await send('A', { trace: trace(9999) })).toMatchObject({
    status: 'rejected',
    issues: [{ path: 'trace.t.2', message: expect.stringMatching(/9999 s, but the run took 30 s/) }],
  });
  expect(await send('A', { trace: trace(31) })).toMatchObject({ status: 'accepted' });
});

test('nothing is measured before the run that made it began, whichever of the two comes first', async () => {
  const early = { measuredAt: '2026-08-31T16:00:00Z' };
  await door.post('runs', [runRecord('B', 1)]);
  for (const [kind, record] of [
    ['measurements', measurementRecord('B', 1, { runKey: 'B-r-1', ...early })],
    ['overlay-measurements', overlayRecord('B', 1, { operation: 'CVD-OXIDE', layer: 'ILD1', runKey: 'B-r-1', ...early })],
  ] as const)
    expect(first(await door.post(kind, [record]))).toMatchObject({
      status: 'rejected',
      issues: [
        { path: 'measuredAt', code: 'before_run', message: expect.stringMatching(/before run "B-r-1" began .*check the clocks/) },
      ],
    });
  expect(first(await door.post('measurements', [measurementRecord('B', 2, { runKey: 'B-r-2', ...early })]))).toMatchObject({
    status: 'accepted',
    pending: [{ path: 'runKey' }],
  });
  await door.post('runs', [runRecord('B', 2)]);
  expect(await db().one(sql`SELECT run_id, processed_at FROM measurement WHERE key = 'B-m-2'`)).toEqual({
    run_id: null,
    processed_at: null,
  });
  expect(await db().rows(sql`SELECT text FROM feed_event WHERE text LIKE '%B-m-2%'`)).toEqual([
    { text: expect.stringMatching(/names run "B-r-2", which began after it was measured/) },
  ]);
});

test('a name can be seen, and a term of the overlay model is not measured at sites', async () => {
  for (const plan of ['   ', '\u200b\u200b', 'P\u202e25', 'P\u000025', 'P\n25', '\u3164'])
    expect(first(await door.post('measurements', [measurementRecord('A', 5, { plan })])), JSON.stringify(plan)).toMatchObject({
      status: 'rejected',
      issues: [{ path: 'plan' }],
    });
  expect(first(await door.post('measurements', [measurementRecord('A', 5, { plan: 'P 25 é ₂' })]))).toMatchObject({
    status: 'accepted',
  });
  const term = measurementRecord('A', 6, { parameter: 'tx', unit: 'nm' });
  expect(first(await door.post('measurements', [term]))).toMatchObject({
    status: 'rejected',
    issues: [{ path: 'parameter', code: 'wrong_collection' }],
  });
});

test('the mean of sites that cancel is that of the others', async () => {
  const value = [1e99, -1e99, 120, null, 120];
  const [x, y] = [
    [0, 10, 20, 30, 40],
    [0, 0, 0, 0, 0],
  ];
  await door.post('measurements', [measurementRecord('A', 7, { x: x!, y: y!, value })]);
  expect(await db().one(sql`SELECT n, mean FROM measurement WHERE lot = 'A' AND slot = 7`)).toEqual({ n: 4, mean: 60 });
});
