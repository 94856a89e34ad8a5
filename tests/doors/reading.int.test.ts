import { afterAll, beforeAll, expect, test } from 'vitest';
import { WAFER_MEAN } from '@/lib/characteristic';
import { db, sql } from '@/lib/db';
import { COLLECTIONS } from '@/lib/services/reading/collections';
import { keyFor } from '../support/as';
import { type Door, openDoor } from '../support/door';
import { oxideChart } from '../support/oxide';
import { readerOf } from '../support/reader';
import { shortHistory, HISTORY_FROM as T0 } from '../support/short-history';

const HOUR = 3_600_000;
let door: Door;
let get: Awaited<ReturnType<typeof readerOf>>['get'];
let json: Awaited<ReturnType<typeof readerOf>>['json'];

beforeAll(async () => {
  door = await openDoor();
  ({ get, json } = await readerOf(door));
  await shortHistory(door);
});
afterAll(() => door.close());

test('samples of a trace have their sensor, time and step; a sensor alone, and a gap, are what they are', async () => {
  const { records } = await json('traces?sensor=pressure&lot=A1&limit=1');
  expect(records.map((r) => [r['sensor'], r['unit'], r['tS'], r['step'], r['value']])).toEqual([
    ['pressure', 'mTorr', 0, null, 1],
    ['pressure', 'mTorr', 1, 'deposit', 2.5],
    ['pressure', 'mTorr', 2, 'deposit', null],
    ['pressure', 'mTorr', 3, null, 3],
  ]);
});

test('what was entered is what is read: limits of the version, the point beyond them, its alert, and the correction', async () => {
  const { id: chart } = await oxideChart(WAFER_MEAN, 'individuals');
  const { records } = await json(`points?chart=${chart}`);
  expect(records.map((r) => r['value'])).toEqual([121, 120.2, 140]);
  expect(records.at(-1)).toMatchObject({ ucl: 130, lcl: 110, rules: [1], lot: 'B2', slot: 5 });
  expect((await json(`points?chart=${chart}&out=true`)).records).toHaveLength(1);
  expect((await json('alerts?state=unclosed')).records).toMatchObject([
    { chartId: chart, severity: 'high', slot: 5, value: 140 },
  ]);
  const old = (await json('measurements?superseded=true')).records;
  expect(old).toMatchObject([{ key: 'W0-m', mean: 120, revises: null }]);
  expect((await json('measurements?lot=A1&superseded=false')).records.find((r) => r['revises'] === old[0]!['id'])).toMatchObject({
    key: 'W0-m2',
    mean: 121,
  });
});

test('the window has its beginning and not its end', async () => {
  const at = (h: number) => new Date(T0 + h * HOUR).toISOString();
  const { records } = await json(`runs?from=${at(2)}&to=${at(4)}`);
  expect(records.map((r) => r['startedAt'])).toEqual([at(2), at(3)]);
});

test.each([
  ['runs?tol=x', 'tol', /is not known; runs takes after, chamber/],
  ['runs?from=yesterday', 'from', /ISO 8601/],
  ['runs?from=2026-09-02T00:00:00Z&to=2026-09-02T00:00:00Z', 'to', /not after from/],
  ['runs?limit=0', 'limit', /whole number of records from 1 to 10000/],
  ['traces?limit=11', 'limit', /whole number of runs from 1 to 10$/],
  ['runs?limit=5&limit=6', 'limit', /given twice/],
  ['runs?after=abc', 'after', /not a cursor of runs/],
  ['runs?columns=run,nothing', 'columns', /"nothing" is not a column of runs/],
  ['runs?columns=run,run', 'columns', /names run twice/],
  ['runs?format=xlsx', 'format', /one of json, ndjson, csv, parquet, arrow/],
  ['points?chart=7', 'chart', /no id/],
  ['points?out=yes', 'out', /one of true, false/],
  ['alerts?state=gone', 'state', /one of/],
  ['charts?from=2026-09-02T00:00:00Z', 'from', /is not known/],
  ['runs?lot=%00', 'lot', /character/],
])('%s is refused and says why', async (path, field, text) => {
  const { status, body } = await json(path);
  expect(status).toBe(422);
  expect(body).toMatchObject({ code: 'invalid_input', details: { field }, detail: expect.stringMatching(text) });
});

test('a cursor of another collection is refused', async () => {
  const { next } = await json('runs?limit=1');
  expect((await json(`points?after=${next}`)).body).toMatchObject({ code: 'invalid_input', details: { field: 'after' } });
});

test('reading needs the scope; a ticket system may read alerts with its own; what cannot be read is not found', async () => {
  const other = async (path: string, scope: 'ingest' | 'alerts') =>
    (await fetch(`${door.url}/api/v1/${path}`, { headers: { authorization: `Bearer ${await keyFor(`s-${scope}`, scope)}` } }))
      .status;
  for (const name of COLLECTIONS.keys()) expect(await other(name, 'ingest'), name).toBe(403);
  expect(await other('alerts', 'alerts')).toBe(200);
  expect(await other('runs', 'alerts')).toBe(403);
  expect((await json('lots')).body).toMatchObject({ code: 'not_found', detail: expect.stringContaining('charts, points') });
  expect((await fetch(`${door.url}/api/v1/runs`)).status).toBe(401);
});

test('a file that cannot be read to its end breaks off: nobody takes it for whole', async () => {
  const { id: chart } = await oxideChart('measurement.sd', 'individuals');
  const n = 60_000;
  await db().exec(sql`INSERT INTO chart_point (chart_id, at, record_id, value, plotted, lot, slot, version, rules)
    SELECT ${chart}, ${new Date(T0)}::timestamptz + i * INTERVAL '1 second', gen_random_uuid(), 120, 120, 'A1', 1, 1, '{}' FROM generate_series(1, ${n}) i`);
  const reader = (await get(`points?chart=${chart}&format=ndjson`)).body!.getReader();
  await reader.read();
  await db().exec(sql`ALTER TABLE chart_point RENAME TO chart_point_away`);
  const rest = async () => {
    while (!(await reader.read()).done);
  };
  await expect(rest()).rejects.toThrow();
  await db().exec(sql`ALTER TABLE chart_point_away RENAME TO chart_point`);
  const whole = await (await get(`points?chart=${chart}&format=ndjson&columns=at`)).text();
  expect(whole.trimEnd().split('\n')).toHaveLength(n + 3);
});

test('a reader that goes away gives its place to the next', async () => {
  const open = async () => {
    const hungUp = new AbortController();
    const res = await get('points?format=ndjson', { signal: hungUp.signal });
    return { res, hungUp };
  };
  const all = await Promise.all(Array.from({ length: 6 }, open));
  await Promise.all(all.map(({ res }) => res.body!.getReader().read()));
  const seventh = await get('points?format=ndjson');
  expect([seventh.status, seventh.headers.get('retry-after')]).toEqual([429, '5']);
  for (const { hungUp } of all) hungUp.abort();
  await expect.poll(async () => (await get('points?limit=1')).status).toBe(200);
});
