import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, recordId, sql, transaction } from '@/lib/db';
import { EXAMPLES } from '@/lib/formats/openapi-examples';
import { measurementIn } from '@/lib/formats/wire';
import { INGEST_KINDS } from '@/lib/services/ingest';
import { linkWaiting } from '@/lib/services/ingest/link';
import { housekeeping } from '@/lib/services/tasks/housekeeping';
import { type Door, measurementRecord, openDoor, overlayRecord, runRecord } from '../support/door';
import { doAllWork } from '../support/work';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

test('a run that is not here yet is said to be pending, and is linked by its key when it comes', async () => {
  await door.lot('K');
  const sent = await door.post('measurements', [measurementRecord('K', 1, { runKey: 'K-second' })]);
  expect(sent).toMatchObject({
    status: 200,
    body: { accepted: 1, results: [{ status: 'accepted', pending: [{ path: 'runKey' }] }] },
  });
  const tool = async () =>
    (await db().one<{ chamber: string | null }>(sql`SELECT chamber FROM measurement WHERE lot = 'K'`))!.chamber;
  await door.post('runs', [runRecord('K', 1, { key: 'K-first', chamber: 'A' })]);
  expect(await tool()).toBeNull();
  await door.post('runs', [
    runRecord('K', 1, { key: 'K-second', chamber: 'B', startedAt: '2026-09-01T02:00:00Z', endedAt: '2026-09-01T02:01:00Z' }),
  ]);
  expect(await tool()).toBe('B');
  const known = await door.post('measurements', [measurementRecord('K', 1, { key: 'K-later', runKey: 'K-first' })]);
  expect(known.body.results[0]).not.toHaveProperty('pending');
});

test('a run key of another wafer, operation or lot is refused with its remedy by every kind that names runs, and its record key stays free', async () => {
  await door.lot('R');
  await door.lot('R2');
  await door.post('runs', [runRecord('R', 1), runRecord('R', 2), runRecord('R2', 1, { key: 'R2-run' })]);
  const spectrum = { ...EXAMPLES.spectra, lot: 'R', wafer: 1, operation: 'ALD-HFO2' };
  const refusals: readonly (readonly [string, object, RegExp])[] = [
    ['measurements', measurementRecord('R', 1, { runKey: 'R2-run' }), /run "R2-run" is of lot R2, wafer 1, operation CVD-OXIDE/],
    ['measurements', measurementRecord('R', 1, { runKey: 'R-r-2' }), /of lot R, wafer 2/],
    ['overlay-measurements', overlayRecord('R', 1, { runKey: 'R2-run' }), /of lot R2/],
    [
      'spectra',
      { ...spectrum, runKey: 'R-r-1' },
      /operation CVD-OXIDE, but this record is of lot R, wafer 1, operation ALD-HFO2/,
    ],
  ];
  for (const [kind, record, message] of refusals)
    expect(await door.post(kind, [record]), kind).toMatchObject({
      status: 422,
      body: {
        rejected: 1,
        results: [
          { status: 'rejected', issues: [{ path: 'runKey', code: 'foreign_run', message: expect.stringMatching(message) }] },
        ],
      },
    });
  const { issues } = (await door.post('measurements', [refusals[0]![1]])).body.results[0]!;
  expect(issues![0]!.message).toMatch(/send the key of the run that made this wafer, or leave runKey out/);
  const mixed = await door.post('measurements', [
    measurementRecord('R', 1, { runKey: 'R2-run' }),
    measurementRecord('R', 2, { runKey: 'R-r-2' }),
    measurementRecord('R', 3, { runKey: 'R-later' }),
  ]);
  expect(mixed.body.results.map((r) => [r.status, r.pending?.[0]?.code])).toEqual([
    ['rejected', undefined],
    ['accepted', undefined],
    ['accepted', 'pending'],
  ]);
  const atomic = await door.post('measurements', {
    mode: 'atomic',
    records: [measurementRecord('R', 4), measurementRecord('R', 5, { runKey: 'R2-run' })],
  });
  expect(atomic.body).toMatchObject({ accepted: 0, withheld: 1, rejected: 1 });
  const corrected = await door.post('measurements', [measurementRecord('R', 1, { runKey: 'R-r-1' })]);
  expect(corrected.body).toMatchObject({ accepted: 1 });
  const stored = await db().rows(
    sql`SELECT slot, run_key, run_id IS NOT NULL AS linked FROM measurement WHERE lot = 'R' ORDER BY slot`,
  );
  expect(stored).toEqual([
    { slot: 1, run_key: 'R-r-1', linked: true },
    { slot: 2, run_key: 'R-r-2', linked: true },
    { slot: 3, run_key: 'R-later', linked: false },
  ]);
  const spectra = await door.post('spectra', [{ ...spectrum, runKey: 'R-not-yet' }]);
  expect(spectra.body.results[0]).toMatchObject({ status: 'accepted', pending: [{ path: 'runKey', code: 'pending' }] });
});

test('a measurement and its run that are written at the same time are linked all the same', async () => {
  await door.lot('C');
  await door.post('measurements', [measurementRecord('C', 2)]); // its month is there
  const record = measurementIn.parse(measurementRecord('C', 1, { key: 'C-own', runKey: 'C-run' }));
  await transaction(async (tx) => {
    await INGEST_KINDS.measurements.insert(tx, 'fab', [{ id: recordId('measurement', 'fab', 'C-own'), record }]);
    expect((await door.post('runs', [runRecord('C', 1, { key: 'C-run' })])).status).toBe(200); // neither sees the other
  });
  const linked = () => db().one(sql`SELECT run_id IS NOT NULL AS is, chamber FROM measurement WHERE key = 'C-own'`);
  expect(await linked()).toEqual({ is: false, chamber: null });
  await doAllWork();
  await housekeeping();
  expect(await linked()).toEqual({ is: true, chamber: 'A' });
  const again = await db().rows<{ payload: { refs: { id: string }[] } }>(sql`SELECT payload FROM task WHERE queue = 'spatial'`);
  expect(again.flatMap((t) => t.payload.refs.map((r) => r.id))).toEqual([recordId('measurement', 'fab', 'C-own')]);
  expect(await linkWaiting()).toBe(0);
});

test('a record that waits for a run which turns out to be of another wafer is told in the feed, and is not linked', async () => {
  await door.lot('W');
  await door.post('measurements', [measurementRecord('W', 1, { runKey: 'W-r-2' })]);
  await door.post('runs', [runRecord('W', 2), runRecord('W', 3)]);
  expect(await db().rows(sql`SELECT text FROM feed_event WHERE text LIKE '%W-m-1%'`)).toEqual([
    {
      text: expect.stringMatching(
        /^Measurement "W-m-1" of lot W, wafer 1, .*names run "W-r-2", which is of lot W, wafer 2, .*Send a correction with the key of its own run/,
      ),
    },
  ]);
  expect(await db().one(sql`SELECT run_id FROM measurement WHERE lot = 'W'`)).toEqual({ run_id: null });
  const correction = measurementRecord('W', 1, { key: 'W-own', revises: 'W-m-1', runKey: 'W-r-1' });
  await door.post('runs', [runRecord('W', 1)]);
  expect((await door.post('measurements', [correction])).body.results[0]).toMatchObject({ status: 'accepted' });
  expect(await db().one(sql`SELECT chamber FROM measurement WHERE key = 'W-own'`)).toEqual({ chamber: 'A' });
});
