import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { keyFor } from '../support/as';
import { type Door, openDoor, runRecord } from '../support/door';
import { type ReadRecord, readerOf } from '../support/reader';
import { doAllWork } from '../support/work';

const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 8, 1);
const SENSORS = ['pressure', 'power', 'flow'];
const rng = createRng(3);
let door: Door;
let reader: Awaited<ReturnType<typeof readerOf>>;

beforeAll(async () => {
  door = await openDoor();
  reader = await readerOf(door);
}, 120_000);
afterAll(() => door.close());

function run(i: number, flow = 0, without = '') {
  const common = rng.normal();
  const t = Array.from({ length: 10 }, (_, k) => k);
  return runRecord('A', 1 + (i % 25), {
    key: `api-${i}`,
    startedAt: new Date(T0 + i * HOUR).toISOString(),
    endedAt: new Date(T0 + i * HOUR + 60_000).toISOString(),
    trace: {
      t,
      sensors: SENSORS.filter((s) => s !== without).map((name) => {
        const level = 100 + common + 0.5 * rng.normal() + (name === 'flow' ? flow : 0);
        return { name, unit: 'V', values: t.map(() => level) };
      }),
      steps: [{ name: 'etch', start: 0, end: 10 }],
    },
  });
}

test('a chart of several variables is made, read with its vectors, and says what contributes, as JSON and CSV', async () => {
  await door.lot('A');
  await door.post('runs', [run(0)]);
  await doAllWork();
  const made = await door.send(
    'charts',
    JSON.stringify({
      chart: {
        operation: 'CVD-OXIDE',
        tool: 'CVD-01',
        chamber: 'A',
        kind: 't2',
        variables: SENSORS.map((s) => ({ characteristic: `trace.${s}.etch.mean` })),
        rules: [1],
        alerting: false,
        title: 'three sensors',
      },
      reason: 'they belong together',
    }),
    { authorization: `Bearer ${await keyFor('host', 'charts')}` },
  );
  expect(made.status).toBe(201);
  const { id } = made.body as unknown as { id: string };
  await door.post(
    'runs',
    Array.from({ length: 34 }, (_, i) => run(i + 1)),
  );
  await door.post('runs', [run(40, 20), run(41, 0, 'power')]);
  await doAllWork();

  const [chart] = (await reader.json(`charts?id=${id}`)).records;
  expect(chart).toMatchObject({ kind: 't2', characteristic: 'joint.wafer', version: 2 });
  expect(chart!['variables']).toEqual(
    SENSORS.map((parameter) => ({ characteristic: `trace.${parameter}.etch.mean`, parameter, unit: 'V' })),
  );
  const points = (await reader.json(`points?chart=${id}`)).records as (ReadRecord & { vector: (number | null)[] })[];
  expect(points).toHaveLength(37);
  const [bad, gap] = points.slice(-2);
  expect(bad).toMatchObject({ value: 3, rules: [1], unjudged: null });
  expect(bad!.vector[2]).toBeGreaterThan(115);
  expect(gap).toMatchObject({ value: 2, plotted: null, rules: [], unjudged: 'not known: power mean in etch' });
  expect(gap!.vector[1]).toBeNull();

  const of = (p: ReadRecord | undefined, query = '') => reader.get(`charts/${id}/points/${p!['record']}/contributions${query}`);
  const told = (await (await of(bad)).json()) as {
    statistics: { statistic: string; total: number; ucl: number; rows: { parameter: string; z: number; part: number }[] }[];
    run: string;
  };
  expect(told.run).toBe(bad!['run']);
  const [t2] = told.statistics;
  expect(t2).toMatchObject({ statistic: 't2', total: bad!['plotted'], ucl: bad!['ucl'] });
  expect(t2!.rows[0]!.parameter).toBe('flow');
  expect(t2!.rows[0]!.part).toBeGreaterThan(2 * t2!.rows[1]!.part);
  const csv = await of(bad, '?format=csv');
  expect(csv.headers.get('content-type')).toContain('text/csv');
  expect((await csv.text()).trim().split('\r\n')).toHaveLength(4);
  expect(await (await of(gap)).json()).toMatchObject({ statistics: [], unjudged: 'not known: power mean in etch' });
  expect((await of(bad, '?format=xml')).status).toBe(422);
  expect((await reader.get(`charts/${id}/points/00000000-0000-4000-8000-000000000000/contributions`)).status).toBe(404);
  expect((await fetch(`${door.url}/api/v1/charts/${id}/points/${bad!['record']}/contributions`)).status).toBe(401);
});
