import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { db, recordId, sql } from '@/lib/db';
import { createRng } from '@/lib/numerics';
import { spcChart } from '@/lib/services/spc/views/chart';
import { chartOf, expectAsWhole } from '../support/chart-kinds';
import { type Door, lotRecord, openDoor, runRecord } from '../support/door';
import { doAllWork } from '../support/work';

let door: Door;
const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 8, 1);
const FAR = T0 + 60 * 24 * HOUR;
const iso = (ms: number): string => new Date(ms).toISOString();

beforeAll(async () => {
  door = await openDoor();
}, 120_000);
afterAll(() => door.close());

describe('counts', () => {
  const count = (i: number, over: object = {}) => ({
    key: `n${i}`,
    lot: `N${i}`,
    product: 'KITE-45',
    layer: 'M1',
    operation: 'CMP-CU',
    parameter: 'scratches',
    count: 10 + (i % 5),
    of: 5,
    unit: 'wafer',
    tool: 'CMP-01',
    measuredAt: iso(T0 + i * 4 * HOUR),
    ...over,
  });
  const register = async (n: number, from = 0): Promise<void> => {
    const answer = await door.post(
      'lots',
      Array.from({ length: n }, (_, i) => lotRecord(`N${from + i}`)),
    );
    expect(answer.status).toBe(200);
  };
  let layer: string;

  beforeAll(async () => {
    layer = (await db().one<{ layer: string }>(sql`SELECT layer FROM operation WHERE name = 'CMP-CU'`))!.layer;
    await register(60);
  });
  const send = async (records: readonly object[]) => {
    const answer = await door.post(
      'counts',
      records.map((r) => ({ ...r, layer })),
    );
    await doAllWork();
    return answer;
  };

  test('are kept once, refused by their field where they cannot be, and make charts whose limits follow each size', async () => {
    expect((await send(Array.from({ length: 21 }, (_, i) => count(i)))).body).toMatchObject({ accepted: 21, rejected: 0 });
    expect((await send([count(20)])).body).toMatchObject({ accepted: 0, repeated: 1 });
    const refused = async (over: object, path: string, code: string) => {
      const { body } = await send([count(22, { key: `bad-${path}-${code}`, ...over })]);
      expect(body.results[0]).toMatchObject({ status: 'rejected', issues: [{ path, code }] });
    };
    await refused({ of: 0 }, 'of', 'invalid_input');
    await refused({ count: -1 }, 'count', 'invalid_input');
    await refused({ count: 1.5 }, 'count', 'invalid_input');
    await refused({ unit: 'die' }, 'unit', 'wrong_unit');
    await refused({ parameter: 'crystals' }, 'parameter', 'unknown_name');
    await refused({ tool: 'CMP-99' }, 'tool', 'unknown_name');
    await refused({ runKey: 'no such run' }, 'runKey', 'unknown_key');
    await refused({ revises: 'no such count' }, 'revises', 'unknown_key');

    await send([count(23), count(25, { of: 20, count: 40 }), count(26, { of: 1, count: 9 })]);
    const u = await chartOf('u', { operation: 'CMP-CU' });
    const { points: p, versions } = await spcChart(u.id, T0 + 90 * HOUR, FAR);
    const v = versions.at(-1)!;
    const rate = v.study!['rate'] as number;
    expect(rate).toBeCloseTo(Array.from({ length: 20 }, (_, i) => 10 + (i % 5)).reduce((a, b) => a + b) / 100, 12);
    const i = p.size.indexOf(20);
    expect([p.plotted[i], p.ucl[i]]).toEqual([2, expect.closeTo(rate + 3 * Math.sqrt(rate / 20), 12)]);
    const one = p.size.indexOf(1);
    expect([p.plotted[one], p.rules[one]]).toEqual([9, [1]]);
    await expectAsWhole(u);
  });

  test('a correction takes the place of what it corrects, on every chart', async () => {
    const u = await chartOf('u', { operation: 'CMP-CU' });
    const wrong = await send([count(27, { count: 80 })]);
    const id = wrong.body.results[0]!.id!;
    const rulesOf = async (record: string) =>
      (await db().one<{ rules: number[] }>(sql`SELECT rules FROM chart_point WHERE chart_id = ${u.id} AND record_id = ${record}`))
        ?.rules;
    expect(await rulesOf(id)).toEqual([1]);
    const right = await send([count(27, { key: 'n27b', count: 8, revises: 'n27' })]);
    expect(right.body.accepted).toBe(1);
    expect(await rulesOf(id)).toBeUndefined();
    expect(await rulesOf(right.body.results[0]!.id!)).toEqual([]);
    await expectAsWhole(u);
  });

  test('are of the tool and time of the run that made the wafer', async () => {
    const at = T0 + 30 * 4 * HOUR;
    const sent = await door.post('runs', [
      runRecord('N30', 3, {
        key: 'N30-r',
        tool: 'CMP-02',
        chamber: 'H1',
        layer,
        operation: 'CMP-CU',
        recipe: { name: 'CMP-CU.KITE-45', version: 1 },
        startedAt: iso(at),
        endedAt: iso(at + 60_000),
        setpoints: {},
      }),
    ]);
    expect(sent.body.results[0]).toMatchObject({ status: 'accepted' });
    const { body } = await send([count(30, { wafer: 3, tool: undefined, runKey: 'N30-r', measuredAt: iso(at + 2 * HOUR) })]);
    expect(body.results[0]).toMatchObject({ status: 'accepted' });
    const row = (await db().one<{ tool: string; chamber: string; processed_at: Date; run_id: string }>(
      sql`SELECT tool, chamber, processed_at, run_id FROM count_record WHERE id = ${body.results[0]!.id}`,
    ))!;
    expect(row).toMatchObject({ tool: 'CMP-02', chamber: 'H1', processed_at: new Date(at) });
  });

  test('of rare events: units between them on a g chart, late records among them, and a chart that is the same as a whole', async () => {
    await register(130, 100);
    const rng = createRng(3);
    const all = Array.from({ length: 130 }, (_, i) =>
      count(100 + i, {
        key: `s${i}`,
        parameter: 'scratched_wafers',
        of: 5 + (i % 3),
        count: rng.uniform() < 0.4 ? 1 : 0,
        measuredAt: iso(T0 + i * HOUR),
      }),
    );
    const late = all.filter((_, i) => i % 11 === 4);
    await send(all.filter((r) => !late.includes(r)));
    for (const r of [...late].reverse()) await send([r]);
    for (const kind of ['g', 'p']) expect(await expectAsWhole(await chartOf(kind, { operation: 'CMP-CU' }))).toBe(130);
    const g = await spcChart((await chartOf('g', { operation: 'CMP-CU' })).id, 0, FAR);
    const p = g.points;
    // its baseline is of the first twenty events that had come when it was frozen, however many records lie between them
    const twentieth = all.filter((r) => !late.includes(r) && r.count > 0)[19]!;
    const last = Date.parse(twentieth.measuredAt);
    expect(g.versions.at(-1)).toMatchObject({
      version: 2,
      effectiveMs: last + 1,
      reason: expect.stringContaining('first limits'),
    });
    let run = 0;
    p.value.forEach((found, i) => {
      const gap = run + p.size[i]! - found;
      if (found > 0) expect(p.plotted[i]).toBe(gap);
      else expect(p.plotted[i]).toBeNaN();
      run = found > 0 ? 0 : run + p.size[i]!;
    });
  }, 60_000);
});

describe('time between equipment events', () => {
  test('is charted from the events themselves, a late one divides the gap it falls into', async () => {
    const id = recordId('chart', 'event.chamber_clean', 't', 'CVD-OXIDE');
    await db().exec(sql`INSERT INTO chart (id, title, area, characteristic, parameter, unit, operation, tool, chamber, kind, alerting)
      VALUES (${id}, 'Time between cleans', 'DEPOSITION', 'event.chamber_clean', 'chamber_clean', 'h', 'CVD-OXIDE', 'CVD-01', 'A', 't', false)`);
    await db().exec(sql`INSERT INTO chart_version (chart_id, version, effective_from, rules, preset, baseline_n, author, reason)
      VALUES (${id}, 1, ${new Date(0)}, '{1}'::int[], 'rule-1', 10, 'ana', 'cleans')`);
    const clean = (h: number) => ({
      key: `clean-${h}`,
      tool: 'CVD-01',
      chamber: 'A',
      kind: 'chamber_clean',
      at: iso(T0 + h * HOUR),
      description: 'clean',
    });
    await door.post('events', [0, 30, 55, 90, 118, 150, 176, 210, 240, 268, 290].map(clean));
    await doAllWork();
    const chart = await chartOf('t', { characteristic: 'event.chamber_clean' });
    const view = await spcChart(id, 0, FAR);
    expect([...view.points.plotted]).toEqual([Number.NaN, 30, 25, 35, 28, 32, 26, 34, 30, 28, 22]);
    expect(view.points.unjudged[0]).toContain('first event');
    const v = view.versions.at(-1)!;
    expect(v.study!['mean']).toBeCloseTo(268 / 9, 10);
    expect(v.ucl).toBeCloseTo(-(268 / 9) * Math.log(0.0013498980316301), 6);
    await door.post('events', [clean(225)]);
    await doAllWork();
    expect([...(await spcChart(id, T0 + 200 * HOUR, FAR)).points.plotted]).toEqual([34, 15, 15, 28, 22]);
    await expectAsWhole(chart);
  });
});
