import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { type Door, measurementRecord, openDoor } from '../support/door';

/** Corrections that name each other, in every order. */
let door: Door;
beforeAll(async () => {
  door = await openDoor();
  for (const lot of ['C', 'D', 'E', 'F']) await door.lot(lot);
});
afterAll(() => door.close());

const corrects = (lot: string, key: string, revises?: string) =>
  measurementRecord(lot, 1, { key: `${lot}-${key}`, ...(revises === undefined ? {} : { revises: `${lot}-${revises}` }) });
const stored = (lot: string) =>
  db().rows<{ key: string; revises: string | null; active: boolean }>(sql`
    SELECT m.key, p.key AS revises, m.superseded_by IS NULL AS active FROM measurement m LEFT JOIN measurement p ON p.id = m.revises
    WHERE m.lot = ${lot} ORDER BY m.key`);
/** Corrections whose other end is not there. */
const dangling = () =>
  db().rows(sql`
    SELECT m.key FROM measurement m WHERE (m.revises IS NOT NULL AND NOT EXISTS (SELECT 1 FROM measurement p WHERE p.id = m.revises))
      OR (m.superseded_by IS NOT NULL AND NOT EXISTS (SELECT 1 FROM measurement p WHERE p.id = m.superseded_by))`);

test.each([
  ['two', ['x', 'y', 'x']],
  ['three', ['a', 'b', 'c', 'a']],
])(
  '%s records that correct each other in a circle are refused, all of them, and what corrects one of them too',
  async (_, ring) => {
    const batch = [
      ...ring.slice(1).map((of, i) => corrects('C', ring[i]!, of)),
      corrects('C', `after-${ring[0]}`, ring[0]),
      corrects('C', `after-after-${ring[0]}`, `after-${ring[0]}`),
    ];
    for (const records of [batch, [...batch].reverse()]) {
      const answer = await door.post('measurements', records);
      expect(answer).toMatchObject({ status: 422, body: { accepted: 0, rejected: batch.length } });
      const messages = answer.body.results.map((r) => r.issues![0]!.message);
      expect(messages.filter((m) => m === `these ${ring.length - 1} records correct each other`)).toHaveLength(ring.length - 1);
      expect(messages.filter((m) => /was refused$/.test(m))).toHaveLength(2);
      expect(new Set(answer.body.results.map((r) => r.issues![0]!.path))).toEqual(new Set(['revises']));
    }
    expect(await stored('C')).toEqual([]);
    expect((await door.post('measurements', [corrects('C', 'self', 'self')])).body.results[0]!.issues![0]!.message).toBe(
      'this record corrects itself',
    );
  },
);

test('a chain of corrections in one batch is kept in whatever order it comes', async () => {
  const chain = [corrects('D', '1'), corrects('D', '2', '1'), corrects('D', '3', '2'), corrects('D', '4', '3')];
  expect((await door.post('measurements', [chain[3]!, chain[1]!, chain[0]!, chain[2]!])).body).toMatchObject({ accepted: 4 });
  expect(await stored('D')).toEqual([
    { key: 'D-1', revises: null, active: false },
    { key: 'D-2', revises: 'D-1', active: false },
    { key: 'D-3', revises: 'D-2', active: false },
    { key: 'D-4', revises: 'D-3', active: true },
  ]);
});

test('what corrects a refused correction is refused with it, before or after it in the batch; the rest is kept', async () => {
  await door.post('measurements', [corrects('E', 'base')]);
  const records = [
    corrects('E', 'second', 'first'),
    corrects('E', 'first', 'nowhere'),
    corrects('E', 'third', 'second'),
    corrects('E', 'good', 'base'),
  ];
  const answer = await door.post('measurements', records);
  expect(answer.body.results.map((r) => r.status)).toEqual(['rejected', 'rejected', 'rejected', 'accepted']);
  expect(answer.body.results.map((r) => r.issues?.[0]?.code)).toEqual([
    'invalid_input',
    'unknown_key',
    'invalid_input',
    undefined,
  ]);
  expect((await stored('E')).map((r) => r.key)).toEqual(['E-base', 'E-good']);
  const atomic = await door.post('measurements', {
    mode: 'atomic',
    records: [corrects('F', 'base'), corrects('F', 'p', 'q'), corrects('F', 'q', 'p')],
  });
  expect(atomic.body).toMatchObject({ accepted: 0, withheld: 1, rejected: 2 });
  expect(await stored('F')).toEqual([]);
  expect(await dangling()).toEqual([]);
});
