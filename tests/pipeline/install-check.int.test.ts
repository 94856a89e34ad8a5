import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, recordId, sql, transaction } from '@/lib/db';
import { type CheckLine, checkInstall, SECTIONS, type Section } from '@/lib/services/install-check';
import { checkLoops } from '@/lib/services/install-check/replay-loops';
import { changeChart } from '@/lib/services/spc/change-chart';
import { codeVersion, recordCodeVersions } from '@/lib/services/system/code-version';
import { as } from '../support/as';
import { type Door, lotRecord, openDoor } from '../support/door';
import { oxideChart, oxideLoop } from '../support/oxide';
import { measurementOf, runOf } from '../support/wafers';
import { doAllWork } from '../support/work';

/** A small installation that is right; then one fault after the other is planted, found, and taken out again. */
let door: Door;
let loop: { id: string; name: string };
let chart: { id: string; title: string };
const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 8, 1);
const WAFERS = 14;
const iso = (t: number) => new Date(t).toISOString();
const common = { product: 'KITE-45', operation: 'CVD-OXIDE' };
const modelId = recordId('vm', common.operation, common.product, 'oxide_thickness');

beforeAll(async () => {
  door = await openDoor();
  await recordCodeVersions();
  loop = await oxideLoop();
  chart = await oxideChart('measurement.mean', 'individuals');
  await changeChart(as('ana', { now: T0 }), {
    chart: chart.id,
    seen: 1,
    change: { limits: { lcl: 90, cl: 121, ucl: 150 }, dispersion: { lcl: null, cl: 4, ucl: 30 }, effectiveFrom: iso(T0 - HOUR) },
    reason: 'limits of the qualification',
  });
  for (let i = 0; i < WAFERS; i++) await wafer(i);
});
afterAll(() => door.close());

async function post<T>(path: string, value: object): Promise<T> {
  const { status, body } = await door.post<T>(path, value);
  if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** One wafer under its loop: the recipe is asked for, run, and its output measured. */
async function wafer(i: number): Promise<void> {
  const [key, at] = [`L${i}`, T0 + 3 * i * HOUR];
  await post('lots', [lotRecord(key)]);
  const told = await post<{ chambers: Record<string, { adviceId: string; setpoints: Record<string, number> }> }>('advice', {
    ...{ key: `${key}-a`, tool: 'CVD-01', chambers: ['A'], lot: key, at: iso(at - 60_000) },
    ...{ product: common.product, operation: common.operation },
  });
  const { adviceId, setpoints } = told.chambers['A']!;
  const depositionTime = setpoints['deposition_time']!;
  const one = { key, lot: key, slot: 1, at, depositionTime };
  await post('runs', [runOf(one, { adviceId })]);
  const thickness = 120 + 2.3 * (depositionTime - 60) + 4 * Math.sin(0.7 * i) + (i > 6 ? 6 : 0);
  await post('measurements', [measurementOf(one, thickness)]);
  await doAllWork();
}

async function check(...sections: Section[]): Promise<CheckLine[]> {
  const lines: CheckLine[] = [];
  await checkInstall(sections, (l) => lines.push(l));
  return lines;
}
const of = async (section: Section, subject: string) => (await check(section)).filter((l) => l.subject === subject);

/** The command as it is typed, on the same database. */
function command(...args: string[]): Promise<{ code: number | null; out: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/verify-install.ts', ...args], { env: { ...process.env } });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d: Buffer) => (out += d));
    child.on('close', (code) => resolve({ code, out }));
  });
}

test('an installation that is right passes, section by section', async () => {
  const lines = await check(...SECTIONS);
  expect(lines.filter((l) => l.verdict === 'fail')).toEqual([]);
  expect(lines.find((l) => l.subject === loop.name)).toMatchObject({ verdict: 'pass', right: WAFERS, of: WAFERS });
  expect(lines.filter((l) => l.section === 'loops')).toHaveLength(28);
  expect(await of('limits', `${chart.title}, version 2`)).toMatchObject([{ verdict: 'pass', right: WAFERS, of: WAFERS }]);
  const { code, out } = await command('--only', 'loops', 'limits');
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining(`${WAFERS} of ${WAFERS}`) });
  expect(out).not.toContain('Versions of the code');
});

test('a decision that was changed in the record is found, named, and fails the command', async () => {
  const row = (await db().one<{ id: string; setpoint: number }>(
    sql`SELECT id, setpoint FROM advice WHERE loop_id = ${loop.id} ORDER BY at OFFSET 9 LIMIT 1`,
  ))!;
  const set = (x: number) => db().exec(sql`UPDATE advice SET setpoint = ${x} WHERE id = ${row.id} AND loop_id = ${loop.id}`);
  await set(row.setpoint + 1e-9);
  const [line] = await of('loops', loop.name);
  expect(line).toMatchObject({ verdict: 'fail', of: WAFERS, text: expect.stringContaining(`first: `) });
  expect(line!.text).toContain(row.id);
  expect(line!.right).toBeLessThan(WAFERS);
  const { code, out } = await command('--only', 'loops', '--brief');
  expect(code).toBe(1);
  expect(out).toContain(row.id);
  await set(row.setpoint);
  expect(await of('loops', loop.name)).toMatchObject([{ verdict: 'pass', right: WAFERS }]);
});

test('a long history is read in slices, each from the state that the one before left: the answer is the same', async () => {
  for (const slice of [1, 3, 5]) {
    const lines: Omit<CheckLine, 'section'>[] = [];
    await transaction((tx) => checkLoops(tx, (l) => lines.push(l), slice));
    expect(
      lines.find((l) => l.subject === loop.name),
      `slices of ${slice}`,
    ).toMatchObject({
      verdict: 'pass',
      right: WAFERS,
      of: WAFERS,
      text: expect.stringContaining(`in force ${WAFERS} of ${WAFERS}`),
    });
  }
});

test('what cannot be read or asked for is told apart from what failed', async () => {
  expect(await command('--only', 'everything')).toMatchObject({ code: 2, out: expect.stringContaining('loops') });
  const there = process.env['DATABASE_URL'];
  process.env['DATABASE_URL'] = 'postgres://nobody@127.0.0.1:1/none';
  const gone = await command('--only', 'loops');
  process.env['DATABASE_URL'] = there;
  expect(gone).toMatchObject({ code: 2, out: expect.stringContaining('error: ') });
});

test('a journal that was changed is found by the decisions made from it, one that contradicts itself is a finding', async () => {
  const entry = (await db().one<{ thread_id: string; seq: number; y: number }>(
    sql`SELECT thread_id, seq, y FROM control_journal WHERE kind = 'observation' ORDER BY seq OFFSET 4 LIMIT 1`,
  ))!;
  const set = (y: number, kind: string) =>
    db().exec(
      sql`UPDATE control_journal SET y = ${y}, kind = ${kind} WHERE thread_id = ${entry.thread_id} AND seq = ${entry.seq}`,
    );
  await set(entry.y + 1, 'observation');
  expect(await of('loops', loop.name)).toMatchObject([{ verdict: 'fail' }]);
  await set(entry.y, 'withdrawal');
  expect(await of('loops', loop.name)).toMatchObject([{ verdict: 'fail', text: expect.stringContaining('cannot be replayed') }]);
  await set(entry.y, 'observation');
  expect(await of('loops', loop.name)).toMatchObject([{ verdict: 'pass', right: WAFERS }]);
});

test('a point judged by other limits than the entered ones is found, and a version that holds other ones', async () => {
  const at = iso(T0 + 9 * HOUR);
  const subject = `${chart.title}, version 2`;
  const point = (ucl: number, disp: number) =>
    db().exec(sql`UPDATE chart_point SET ucl = ${ucl}, disp_ucl = ${disp} WHERE chart_id = ${chart.id} AND at = ${at}`);
  const version = (ucl: number) =>
    db().exec(sql`UPDATE chart_version SET ucl = ${ucl} WHERE chart_id = ${chart.id} AND version = 2`);
  expect(await point(149.5, 30)).toBe(1);
  expect(await of('limits', subject)).toMatchObject([
    { verdict: 'fail', right: WAFERS - 1, of: WAFERS, text: expect.stringContaining(at) },
  ]);
  await point(150, 29);
  expect(await of('limits', subject)).toMatchObject([{ verdict: 'fail', right: WAFERS - 1 }]);
  await point(150, 30);
  // The points follow a version that is not what the engineer entered.
  await version(145);
  await db().exec(sql`UPDATE chart_point SET ucl = 145 WHERE chart_id = ${chart.id}`);
  expect(await of('limits', subject)).toMatchObject([
    {
      verdict: 'fail',
      right: WAFERS,
      text: expect.stringContaining('the version holds 90 / 121 / 145, entered were 90 / 121 / 150'),
    },
  ]);
  await version(150);
  await db().exec(sql`UPDATE chart_point SET ucl = 150 WHERE chart_id = ${chart.id}`);
  expect(await of('limits', subject)).toMatchObject([{ verdict: 'pass' }]);
});

test('a domain is judged by the runs without an injected fault, and too few predictions are said to be few', async () => {
  const subject = `${common.operation} ${common.product} oxide_thickness`;
  expect(await of('domain', subject)).toMatchObject([{ verdict: 'few', text: 'no version yet' }]);
  await db().exec(sql`
    INSERT INTO vm_version (model_id, version, trained_through, effective_from, feature_set_id, n, components, validation, vip, model, domain, code_version)
    VALUES (${modelId}, 1, ${iso(T0 - HOUR)}, ${iso(T0 - HOUR)}, ${modelId}, 50, 3, '{}', '{}', '{}', '{"t2":1,"spe":1}', ${codeVersion('train')})`);
  const runs = WAFERS;
  // Of the runs that are stored two lie outside; 1 200 predictions of others hold 12 outside.
  const predict = (from: number, to: number, outside: number) =>
    db().exec(sql`
      INSERT INTO vm_prediction (model_id, run_id, started_at, version, value, u_value, lo, hi, t2, spe, reliable)
      SELECT ${modelId}, gen_random_uuid(), ${iso(T0 + HOUR)}::timestamptz + i * INTERVAL '1 second', 1, 120, 1, 118, 122, 0.5, 0.5, i > ${from + outside}
      FROM generate_series(${from + 1}::int, ${to}::int) AS i`);
  await db().exec(sql`
    INSERT INTO vm_prediction (model_id, run_id, started_at, version, value, u_value, lo, hi, t2, spe, reliable)
    SELECT ${modelId}, id, started_at, 1, 120, 1, 118, 122, 0.5, 0.5, row_number() OVER (ORDER BY started_at) > 2 FROM run`);
  expect(await of('domain', subject)).toMatchObject([
    { verdict: 'few', right: runs - 2, of: runs, text: expect.stringContaining('too few to judge') },
  ]);
  await predict(0, 1200, 12);
  expect(await of('domain', subject)).toMatchObject([{ verdict: 'pass', right: runs + 1200 - 14, of: runs + 1200 }]);
  const faulty = Array.from({ length: 2 }, (_, i) => ({
    ...{ kind: 'fault', key: `F${i}`, faultType: 'excursion', tool: 'CVD-01', chamber: 'A', operation: common.operation },
    ...{ from: iso(T0), to: iso(T0 + 9 * HOUR), description: 'pressure off', runKeys: [`L${i}-r`] },
  }));
  await post('truth', faulty);
  expect(await of('domain', subject)).toMatchObject([
    { verdict: 'pass', right: runs + 1200 - 14, of: runs + 1200 - 2, text: expect.stringContaining('(12 of 1212;') },
    { verdict: 'note', right: runs + 1200 - 14, of: runs + 1200, text: expect.stringContaining('(14 of 1214;') },
  ]);
  await predict(2000, 3200, 60);
  expect(await of('domain', subject)).toMatchObject([
    { verdict: 'fail', text: expect.stringContaining('OUTSIDE 0.5-2 %') },
    { verdict: 'note' },
  ]);
});

test('results of an earlier version are said, of one that never computed here they are a fault', async () => {
  const set = (version: string) =>
    db().exec(sql`UPDATE spatial_result SET code_version = ${version} WHERE measured_at < ${iso(T0 + 6 * HOUR)}`);
  const all = (await of('code', 'spatial'))[0]!;
  expect(all).toMatchObject({ verdict: 'pass', right: WAFERS, of: WAFERS });
  const n = await set('spatial-0123456789');
  expect(await of('code', 'spatial')).toMatchObject([
    { verdict: 'fail', right: WAFERS - n, text: expect.stringContaining(`not known here: ${n} by spatial-0123456789`) },
  ]);
  await db().exec(
    sql`INSERT INTO code_version (stage, version, first_at, last_at) VALUES ('spatial', 'spatial-0123456789', ${iso(T0)}, ${iso(T0)})`,
  );
  expect(await of('code', 'spatial')).toMatchObject([
    { verdict: 'pass', right: WAFERS - n, text: expect.stringContaining(`earlier: ${n} by spatial-0123456789`) },
  ]);
  await db().exec(sql`UPDATE code_version SET last_at = now() + interval '1 second' WHERE version = 'spatial-0123456789'`); // rolled back
  expect(await of('code', 'spatial')).toMatchObject([
    { verdict: 'pass', right: n, text: expect.stringContaining('running version spatial-0123456789; earlier: ') },
  ]);
  await set('spatial-unbuilt');
  expect(await of('code', 'spatial')).toMatchObject([{ verdict: 'fail' }]);
});
