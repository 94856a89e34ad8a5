import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { changeChart } from '@/lib/services/spc/change-chart';
import { spcChart } from '@/lib/services/spc/views/chart';
import { screenCharts } from '@/lib/services/spc/views/list';
import { as } from '../support/as';
import { baseline, type CoatedLot, coater } from '../support/coated-lots';
import { type Door, openDoor } from '../support/door';
import { oxideChart } from '../support/oxide';

/** A version of a chart that is entered ahead of its time: what happens around it, and what it holds when it begins. */
let door: Door;
let lots: (list: readonly CoatedLot[]) => Promise<string[]>;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T0 = Date.UTC(2026, 8, 1);
const NOW = T0 + 10 * DAY;
const LATER = NOW + 20 * DAY;
const later = new Date(LATER).toISOString();

beforeAll(async () => {
  door = await openDoor();
  lots = coater(door);
  await lots(baseline(T0));
  await lots([{ at: T0 + 100 * HOUR, means: [100.1, 99.8, 100.2] }]);
}, 120_000);
afterAll(() => door.close());

interface Version {
  readonly version: number;
  readonly from: number;
  readonly rules: number[];
  readonly ucl: number | null;
}

/** One chart with its changes, and its versions in the order in which they begin. */
async function chartAt(characteristic: string, kind: string) {
  const { id } = await oxideChart(characteristic, kind);
  const seen = async () => (await db().one<{ version: number }>(sql`SELECT version FROM chart WHERE id = ${id}`))!.version;
  return {
    id,
    change: async (change: object, now: number) =>
      changeChart(as('ana', { now }), { chart: id, seen: await seen(), change, reason: 'long enough' }),
    versions: async (): Promise<Version[]> =>
      (await spcChart(id, 0, LATER)).versions.map((v) => ({
        version: v.version,
        from: v.effectiveMs,
        rules: v.rules,
        ucl: v.ucl,
      })),
    points: async () =>
      db().rows<{ at: Date; plotted: number; ucl: number | null; version: number }>(
        sql`SELECT at, plotted, ucl, version FROM chart_point WHERE chart_id = ${id} ORDER BY at`,
      ),
  };
}
const limitsTo = (ucl: number) => ({ limits: { lcl: 90, cl: 100, ucl }, dispersion: { lcl: null, cl: 1, ucl: 4 } });

test('a change now leaves what is planned in place, and builds on what is in force', async () => {
  const chart = await chartAt('measurement.mean', 'individuals');
  await chart.change({ ...limitsTo(110), rules: [1, 2] }, NOW);
  const inForce = (await chart.versions()).at(-1)!;
  await chart.change({ limits: limitsTo(105).limits, effectiveFrom: later }, NOW + HOUR);
  const planned = { version: inForce.version + 1, from: LATER, rules: [1, 2], ucl: 105 };
  expect((await chart.versions()).at(-1)).toEqual(planned);

  // Only a rule, now: the limits in force are not those of the plan, and the plan has the rule.
  await chart.change({ rules: [1] }, NOW + 2 * HOUR);
  expect((await chart.versions()).slice(-2)).toEqual([
    { version: planned.version + 1, from: NOW + 2 * HOUR, rules: [1], ucl: 110 },
    { ...planned, rules: [1] },
  ]);
  // Limits, now: the plan said its own.
  await chart.change({ limits: limitsTo(111).limits }, NOW + 3 * HOUR);
  expect((await chart.versions()).slice(-2)).toEqual([
    { version: planned.version + 2, from: NOW + 3 * HOUR, rules: [1], ucl: 111 },
    { ...planned, rules: [1] },
  ]);
  const told = await db().one<{ text: string }>(sql`SELECT text FROM feed_event WHERE kind = 'limits' ORDER BY id DESC LIMIT 1`);
  expect(told!.text).toContain(`version ${planned.version}, planned from ${later}, stays`);
  const audited = await db().one<{ after: object }>(
    sql`SELECT after FROM audit_entry WHERE entity = 'chart' AND entity_id = ${chart.id} ORDER BY id DESC LIMIT 1`,
  );
  expect(audited!.after).toMatchObject({
    followedBy: [{ version: planned.version, ucl: 105, rules: [1], effectiveFrom: later }],
  });
});

test('what is planned is not what the lists judge by yet', async () => {
  const chart = await chartAt('measurement.mean', 'individuals');
  const { rows } = await screenCharts({
    fromMs: T0,
    toMs: LATER - DAY,
    area: null,
    operation: 'CVD-OXIDE',
    product: null,
    tool: null,
    source: null,
    onlyOut: false,
    limit: 100,
  });
  expect(rows.find((r) => r.id === chart.id)).toMatchObject({ ucl: 111 });
});

test('one version is planned at a time; the next is refused with the remedy, and so is what cannot wait', async () => {
  const chart = await chartAt('measurement.mean', 'individuals');
  const before = await chart.versions();
  const refused = (change: object, field: string, message: RegExp) =>
    expect(chart.change(change, NOW + 4 * HOUR)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(message),
      details: { field },
    });
  for (const at of [LATER + DAY, LATER - DAY, LATER])
    await refused(
      { limits: limitsTo(120).limits, effectiveFrom: new Date(at).toISOString() },
      'effectiveFrom',
      /cancel it first/,
    );
  await refused({ cancelScheduled: true, rules: [1, 2] }, 'cancelScheduled', /goes alone/);
  await refused(
    { limits: limitsTo(113).limits, effectiveFrom: new Date(NOW).toISOString() },
    'effectiveFrom',
    /cannot begin before it/,
  );
  expect(await chart.versions()).toEqual(before);
  const other = await chartAt('measurement.sd', 'individuals');
  const alerting = (await db().one<{ alerting: boolean }>(sql`SELECT alerting FROM chart WHERE id = ${other.id}`))!.alerting;
  await expect(other.change({ alerting: !alerting, effectiveFrom: later }, NOW)).rejects.toMatchObject({
    details: { field: 'alerting' },
  });
});

test('a cancelled version never holds, and what is in force goes on undisturbed', async () => {
  const chart = await chartAt('measurement.mean', 'individuals');
  const before = await chart.versions();
  const points = await chart.points();
  await chart.change({ cancelScheduled: true }, NOW + 5 * HOUR);
  expect(await chart.versions()).toEqual(before.slice(0, -1));
  expect(await chart.points()).toEqual(points);
  await expect(chart.change({ cancelScheduled: true }, NOW + 6 * HOUR)).rejects.toMatchObject({
    message: expect.stringMatching(/No version is planned/),
    details: { field: 'cancelScheduled' },
  });
  // Its number is not given again.
  expect(await chart.change({ rules: [1, 3] }, NOW + 6 * HOUR)).toEqual({
    kind: 'in_force',
    version: Math.max(...before.map((v) => v.version)) + 1,
  });
  expect((await chart.versions()).at(-1)).toMatchObject({ rules: [1, 3], ucl: 111 });
});

test('a planned change of rules stops no baseline, and has its limits when it begins', async () => {
  const chart = await chartAt('measurement.lot', 'xbar_s');
  const start = T0 + 12 * DAY;
  await chart.change({ limits: null }, start);
  await chart.change({ rules: [1], effectiveFrom: new Date(start + 30 * DAY).toISOString() }, start + HOUR);
  // A change of rules while it collects goes on with the points that are there.
  await lots(baseline(start + 2 * HOUR).slice(0, 10));
  await chart.change({ rules: [1, 2] }, start + 50 * HOUR);
  await lots(baseline(start + 2 * HOUR).slice(10));
  await lots([
    { at: start + 110 * HOUR, means: [100.1, 99.8, 100.2] },
    { at: start + 200 * HOUR, means: [130, 130.5, 131] },
  ]);
  const versions = (await chart.versions()).slice(-4);
  expect(versions.map((v) => [v.rules, v.ucl === null])).toEqual([
    [expect.anything(), true],
    [[1, 2], true],
    [[1, 2], false],
    [[1], false],
  ]);
  const [, , study, planned] = versions;
  expect(planned).toMatchObject({ from: start + 30 * DAY, ucl: study!.ucl });
  const last = (await chart.points()).at(-1)!;
  expect(last).toMatchObject({ version: study!.version });
  expect(last.plotted).toBeGreaterThan(last.ucl!);
});
