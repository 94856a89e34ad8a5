import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql, transaction } from '@/lib/db';
import { foldOldMonths } from '@/lib/services/ingest/partitions';
import { type Door, lotRecord, measurementRecord, openDoor, runRecord } from '../support/door';
import { HISTORY_NOTE, monthsBefore } from '../support/months';
import { doAllWork } from '../support/work';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

test('a lot under a second key is the same lot when its content is the same, and a conflict at the field when it is not', async () => {
  expect((await door.post('lots', [lotRecord('A')])).body.accepted).toBe(1);
  const same = await door.post('lots', [{ ...lotRecord('A'), key: 'A again' }]);
  expect(same).toMatchObject({ status: 200, body: { accepted: 1 } });
  for (const [field, value] of [
    ['wafers', 24],
    ['product', 'HERON-52'],
    ['startedAt', '2026-09-02T00:00:00Z'],
  ] as const) {
    const other = await door.post('lots', [{ ...lotRecord('A'), key: `A ${field}`, [field]: value }]);
    expect(other).toMatchObject({
      status: 422,
      body: { results: [{ status: 'rejected', issues: [{ path: field, code: 'conflict' }] }] },
    });
    // Refused, so that its key is free for a corrected record.
    expect((await door.post('lots', [{ ...lotRecord('A'), key: `A ${field}` }])).body.accepted).toBe(1);
  }
  expect(await db().rows(sql`SELECT name, wafers, product FROM lot WHERE name = 'A'`)).toEqual([
    { name: 'A', wafers: 25, product: 'KITE-45' },
  ]);
});

test('two keys for one lot in one batch: the same content twice, other content is refused; atomic keeps none', async () => {
  const two = (over: object) => [
    { ...lotRecord('B'), key: 'B1' },
    { ...lotRecord('B'), key: 'B2', ...over },
  ];
  const atomic = await door.post('lots', { mode: 'atomic', records: two({ wafers: 12 }) });
  expect(atomic).toMatchObject({ status: 422, body: { withheld: 1, rejected: 1 } });
  expect(await db().rows(sql`SELECT 1 FROM lot WHERE name = 'B'`)).toEqual([]);
  const partial = await door.post('lots', two({ wafers: 12 }));
  expect(partial).toMatchObject({ status: 207, body: { accepted: 1, rejected: 1 } });
  expect((await door.post('lots', two({}))).body).toMatchObject({ accepted: 1, repeated: 1 });
});

test('many senders of one lot at once: all that say the same are right', async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) => door.post('lots', [{ ...lotRecord('C'), key: `C${i}`, wafers: i % 2 === 0 ? 25 : 20 }])),
  );
  const { wafers } = (await db().one<{ wafers: number }>(sql`SELECT wafers FROM lot WHERE name = 'C'`))!;
  for (const [i, a] of answers.entries())
    expect(a.body.results[0]!.status).toBe((i % 2 === 0 ? 25 : 20) === wafers ? 'accepted' : 'rejected');
});

test('a correction of what is not known is refused and leaves its key free', async () => {
  await door.lot('D');
  const early = await door.post('measurements', [measurementRecord('D', 1, { key: 'D2', revises: 'D1' })]);
  expect(early).toMatchObject({ status: 422, body: { results: [{ issues: [{ path: 'revises', code: 'unknown_key' }] }] } });
  expect(await db().rows(sql`SELECT 1 FROM measurement WHERE lot = 'D'`)).toEqual([]);
  await door.post('measurements', [measurementRecord('D', 1, { key: 'D1' }), measurementRecord('D', 2, { key: 'D1-of-2' })]);
  expect((await door.post('measurements', [measurementRecord('D', 1, { key: 'D2', revises: 'D1' })])).body.accepted).toBe(1);
  const other = await door.post('measurements', [measurementRecord('D', 1, { key: 'D3', revises: 'D1-of-2' })]);
  expect(other.body.results[0]!.issues![0]).toMatchObject({ path: 'revises', message: expect.stringContaining('wafer 2') });
});

const chainOf = (lot: string) =>
  db().rows<{ key: string; revises: string | null; next: string | null }>(sql`
    SELECT m.key, r.key AS revises, s.key AS next FROM measurement m LEFT JOIN measurement r ON r.id = m.revises LEFT JOIN measurement s ON s.id = m.superseded_by WHERE m.lot = ${lot} ORDER BY m.key`);

test('three corrections of one measurement are one chain, of which the newest alone is active, on charts and in control too', async () => {
  await door.lot('E');
  await door.post('runs', [runRecord('E', 1)]);
  await door.post('measurements', [measurementRecord('E', 1, { key: 'E0' })]);
  await doAllWork();
  for (const k of ['E1', 'E2', 'E3'])
    await door.post('measurements', [
      measurementRecord('E', 1, { key: k, revises: 'E0', value: Array(25).fill(100 + Number(k[1])) }),
    ]);
  await doAllWork();
  expect(await chainOf('E')).toEqual([
    { key: 'E0', revises: null, next: 'E1' },
    { key: 'E1', revises: 'E0', next: 'E2' },
    { key: 'E2', revises: 'E1', next: 'E3' },
    { key: 'E3', revises: 'E2', next: null },
  ]);
  const points = await db().rows<{ value: number }>(sql`
    SELECT DISTINCT p.value FROM chart_point p JOIN chart c ON c.id = p.chart_id WHERE p.lot = 'E' AND c.characteristic = 'measurement.mean'`);
  expect(points).toEqual([{ value: 103 }]);
  expect(await db().rows(sql`SELECT DISTINCT y FROM control_step WHERE lot = 'E'`)).toEqual([{ y: 103 }]);
});

test('corrections in one batch, before or after what they correct, and at once, make one chain too', async () => {
  await door.lot('G');
  const g = (key: string, revises?: string) => measurementRecord('G', 1, { key, ...(revises ? { revises } : {}) });
  const answer = await door.post('measurements', [g('G2', 'G1'), g('G1'), g('G3', 'G2'), g('G4', 'G1')]);
  expect(answer.body).toMatchObject({ accepted: 4 });
  await Promise.all(Array.from({ length: 8 }, (_, i) => door.post('measurements', [g(`G-many-${i}`, 'G1')])));
  const chain = await chainOf('G');
  expect(chain.filter((c) => c.next === null)).toHaveLength(1);
  expect(chain.filter((c) => c.revises === null).map((c) => c.key)).toEqual(['G1']);
  expect(new Set(chain.map((c) => c.next)).size).toBe(chain.length);
  const circle = await door.post('measurements', [g('H1', 'H2'), g('H2', 'H1')]);
  expect(circle.body.rejected).toBeGreaterThanOrEqual(1);
  const self = await door.post('measurements', [g('I1', 'I1')]);
  expect(self.body.rejected).toBe(1);
});

test('times finer than a millisecond are cut once: the lot is itself, corrections chain, and the newest record is worked on', async () => {
  const fine = '2026-09-01T00:00:00.123900Z';
  expect((await door.post('lots', [{ ...lotRecord('U'), startedAt: fine }])).body.results[0]!.status).toBe('accepted');
  expect((await door.post('lots', [{ ...lotRecord('U'), key: 'U again', startedAt: fine }])).body.results[0]!.status).toBe(
    'accepted',
  );
  await door.post('runs', [
    runRecord('U', 1, { key: 'U-run', startedAt: '2026-09-01T01:00:00.999900Z', endedAt: '2026-09-01T01:01:00.000100Z' }),
  ]);
  const measured = (key: string, over: object = {}) =>
    measurementRecord('U', 1, { key, runKey: 'U-run', measuredAt: '2026-09-01T03:00:00.123999999Z', ...over });
  await door.post('measurements', [measured('U1')]);
  await door.post('measurements', [measured('U2', { revises: 'U1' })]);
  expect(await chainOf('U')).toEqual([
    { key: 'U1', revises: null, next: 'U2' },
    { key: 'U2', revises: 'U1', next: null },
  ]);
  await doAllWork();
  const points = await db().rows<{ key: string; n: number }>(
    sql`SELECT m.key, count(*)::int AS n FROM measurement m JOIN chart_point p ON p.record_id = m.id WHERE m.lot = 'U' GROUP BY 1`,
  );
  expect(points.map((q) => q.key)).toEqual(['U2']);
});

test('a correction that names no run takes the wrong value off charts and threads all the same', async () => {
  await door.lot('V');
  await door.post('runs', [runRecord('V', 1, { key: 'V-run' })]);
  await door.post('measurements', [measurementRecord('V', 1, { key: 'V1', runKey: 'V-run' })]);
  await doAllWork();
  const left = async () =>
    (await db().one<{ n: number }>(
      sql`SELECT (SELECT count(*) FROM chart_point p WHERE p.record_id = m.id)::int + (SELECT count(*) FROM control_step s WHERE s.record_id = m.id)::int AS n FROM measurement m WHERE m.lot = 'V' AND m.key = 'V1'`,
    ))!.n;
  expect(await left()).toBeGreaterThan(0);
  await door.post('measurements', [measurementRecord('V', 1, { key: 'V2', revises: 'V1', runKey: 'a run that never comes' })]);
  await doAllWork();
  expect(await left()).toBe(0);
});

test('how far back and how many new months one batch may open is bounded, and old months are few tables', async () => {
  await door.lot('M');
  const tables = async () =>
    (await db().one<{ n: number }>(
      sql`SELECT count(*)::int AS n FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE p.relname = 'measurement'`,
    ))!.n;
  const before = await tables();
  const every = Array.from({ length: 323 }, (_, i) => measurementRecord('M', 1, { key: `M${i}`, measuredAt: monthsBefore(i) }));
  const answer = await door.post('measurements', every);
  const kept = answer.body.accepted;
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(323);
  const issues = answer.body.results.filter((r) => r.status === 'rejected').map((r) => r.issues![0]!.message);
  expect(issues.some((m) => HISTORY_NOTE.test(m))).toBe(true);
  expect(issues.some((m) => /opens at most 12 new months/.test(m))).toBe(true);
  for (let i = 0; i < 10; i++) await door.post('measurements', every);
  expect((await tables()) - before).toBeLessThan(36);
  expect((await db().one<{ n: number }>(sql`SELECT count(*)::int AS n FROM measurement WHERE lot = 'M'`))!.n).toBe(121);
}, 60_000);

test('months of old years that were made one by one are folded into one partition a year, with all their rows', async () => {
  await db().exec(sql`DO $$ BEGIN
    FOR m IN 1..12 LOOP
      EXECUTE format('CREATE TABLE %I PARTITION OF measurement FOR VALUES FROM (%L) TO (%L)', 'measurement_2009_' || lpad(m::text, 2, '0'), make_date(2009, m, 1) || ' 00:00+00', (make_date(2009, m, 1) + interval '1 month')::date || ' 00:00+00');
      EXECUTE format('CREATE TABLE %I PARTITION OF run FOR VALUES FROM (%L) TO (%L)', 'run_2009_' || lpad(m::text, 2, '0'), make_date(2009, m, 1) || ' 00:00+00', (make_date(2009, m, 1) + interval '1 month')::date || ' 00:00+00');
    END LOOP; END $$`);
  await db().exec(sql`INSERT INTO measurement SELECT (jsonb_populate_record(NULL::measurement, to_jsonb(m) || jsonb_build_object('id', gen_random_uuid(), 'measured_at', make_timestamptz(2009, g, 5, 0, 0, 0, 'UTC')))).*
    FROM generate_series(1, 12) AS g, (SELECT * FROM measurement WHERE lot = 'M' LIMIT 1) m`);
  // A record written while the fold is at work waits for it or is taken along: none is lost.
  const writer = transaction(async (tx) => {
    await tx.exec(sql`INSERT INTO measurement SELECT (jsonb_populate_record(NULL::measurement, to_jsonb(m) || jsonb_build_object('id', gen_random_uuid(), 'measured_at', '2009-06-07T00:00:00Z'))).*
      FROM (SELECT * FROM measurement WHERE lot = 'M' LIMIT 1) m`);
    await sleep(1500);
  });
  await sleep(300);
  expect(await foldOldMonths()).toEqual(['2009']);
  await writer;
  const parts = await db().rows<{ part: string; n: number }>(
    sql`SELECT tableoid::regclass::text AS part, count(*)::int AS n FROM measurement WHERE measured_at < '2010-01-01' GROUP BY 1`,
  );
  expect(parts).toEqual([{ part: 'measurement_2009', n: 13 }]);
  expect(await db().rows(sql`SELECT relname FROM pg_class WHERE relname LIKE '%\\_2009\\_%' AND relkind = 'r'`)).toEqual([]);
  expect(await foldOldMonths()).toEqual([]);
});
