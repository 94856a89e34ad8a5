import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import type { AdviceOut, RunRecord } from '@/lib/formats/wire';
import { type Door, type DoorAnswer, lotRecord, measurementRecord, openDoor, overlayRecord, runRecord } from '../support/door';

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

test('setpoints are numbers under names of their own, near the limits of the loop that turns the knob', async () => {
  const path = 'setpoints.deposition_time';
  for (const x of [1e100, -5000])
    expect(await send('A', { setpoints: { deposition_time: x } })).toMatchObject({
      status: 'rejected',
      issues: [{ path, code: 'implausible_setpoint', message: expect.stringMatching(/limits of loop .*check sign and unit/) }],
    });
  const { limits } = (await db().one<{ limits: { min: number; max: number } }>(sql`
    SELECT v.config AS limits FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version
    WHERE l.knob = 'deposition_time' AND l.product = 'KITE-45' AND l.operation = 'CVD-OXIDE'`))!;
  for (const x of [limits.min, limits.max, limits.max + 0.5 * (limits.max - limits.min)])
    expect(await send('A', { setpoints: { deposition_time: x } })).toMatchObject({ status: 'accepted' });
  for (const inherited of ['__proto__', 'constructor', 'prototype']) {
    const text = JSON.stringify([runRecord('A', 9, { key: `own-${inherited}` })]).replace('"deposition_time"', `"${inherited}"`);
    const { body } = await door.send('runs', text);
    expect(first({ body }), inherited).toMatchObject({ status: 'rejected', issues: [{ path: `setpoints.${inherited}` }] });
  }
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
