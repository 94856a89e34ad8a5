import type { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initialThread, type RunToRunConfig } from '@/lib/control';
import { closePool, db, recordId, sql } from '@/lib/db';
import { threadId } from '@/lib/services/control/threads';
import type { TestDatabase } from '../support';
import { upgradedDatabase } from '../support/old-install';
import { doAllWork } from '../support/work';

/**
 * An install of a release that took all corrections of one measurement for valid: each stands on the charts, within its lot's mean and in
 * the control thread. After the upgrade the newest alone does.
 */
const T0 = Date.UTC(2026, 8, 1);
const HOUR = 3_600_000;
const id = (what: string) => recordId('old', what);
const at = (hour: number) => new Date(T0 + hour * HOUR);
const context = { product: 'KITE-45', layer: 'ILD1', operation: 'CVD-OXIDE', parameter: 'oxide_thickness' };
/** Wafer 2 was measured wrong and corrected twice; wafer 4 was corrected once, which was right then as it is now. */
const MEASURED = [
  { key: 'm1', slot: 1, mean: 120, revises: null, superseded: null, held: true },
  { key: 'm2', slot: 2, mean: 190, revises: null, superseded: 'm2c', held: false },
  { key: 'm2b', slot: 2, mean: 150, revises: 'm2', superseded: null, held: true },
  { key: 'm2c', slot: 2, mean: 121, revises: 'm2', superseded: null, held: true },
  { key: 'm3', slot: 3, mean: 122, revises: null, superseded: null, held: true },
  { key: 'm4', slot: 4, mean: 160, revises: null, superseded: 'm4b', held: false },
  { key: 'm4b', slot: 4, mean: 119, revises: 'm4', superseded: null, held: true },
];
const HELD = MEASURED.filter((m) => m.held);
const RIGHT = HELD.filter((m) => m.key !== 'm2b');
const mean = (list: readonly { mean: number }[]) => list.reduce((s, m) => s + m.mean, 0) / list.length;
const LOT_POINT = `md5('L|CVD-OXIDE|oxide_thickness')::uuid`;
const LOOP: RunToRunConfig = {
  lambda: 0.4,
  gain: 2,
  xNominal: 60,
  target: 120,
  min: 40,
  max: 80,
  maxStep: null,
  quantum: null,
  deadband: null,
  outlierSigma: null,
  pmForget: 0.5,
};
const thread = threadId(id('loop'), 'CVD-01', 'A');

async function fill(client: Client): Promise<void> {
  const insert = async (table: string, row: Record<string, unknown>) => {
    const names = Object.keys(row);
    const places = names.map((_, i) => `$${i + 1}`);
    await client.query(`INSERT INTO "${table}" (${names.join(', ')}) VALUES (${places.join(', ')})`, Object.values(row));
  };
  await client.query('SELECT ensure_month($1)', [at(0)]);
  await insert('lot', { name: 'L', product: context.product, route: 'R', wafers: 25, started_at: at(0) });
  await insert('site_layout', { id: id('layout'), n: 1, x: [0], y: [0] });
  for (const [kind, characteristic] of [
    ['individuals', 'measurement.mean'],
    ['ewma', 'measurement.mean'],
    ['xbar_s', 'measurement.lot'],
  ]) {
    const { layer, ...where } = context;
    await insert('chart', {
      id: id(kind!),
      title: kind,
      area: 'CVD',
      characteristic,
      unit: 'nm',
      layer,
      kind,
      alerting: true,
      ...where,
    });
    await insert('chart_version', {
      chart_id: id(kind!),
      version: 1,
      effective_from: at(-1000),
      rules: [1],
      preset: 'rule-1',
      cl: 120,
      ucl: 130,
      lcl: 110,
      sigma_within: 10 / 3,
      sigma_method: 'sd',
      lambda: 0.2,
      width_l: 3,
      author: 'ana',
      reason: 'limits',
    });
  }
  await insert('control_loop', {
    id: id('loop'),
    name: 'oxide',
    area: 'CVD',
    operation: context.operation,
    product: context.product,
    parameter: context.parameter,
    characteristic: 'measurement.mean',
    unit: 'nm',
    knob: 'deposition_time',
    knob_unit: 's',
  });
  await insert('loop_version', { loop_id: id('loop'), version: 1, config: LOOP, author: 'ana', reason: 'first' });
  await insert('control_thread', {
    id: thread,
    loop_id: id('loop'),
    tool: 'CVD-01',
    chamber: 'A',
    state: initialThread(),
    n: HELD.length,
  });
  for (const m of MEASURED) {
    const run = { run_id: id(`r${m.slot}`), tool: 'CVD-01', lot: 'L', slot: m.slot };
    const point = { at: at(m.slot), record_id: id(m.key), value: m.mean, plotted: m.mean, chamber: 'A', version: 1, ...run };
    await client.query(
      `INSERT INTO run (id, key, tool, chamber, product, layer, operation, lot, slot, recipe, recipe_version, setpoints, started_at, ended_at)
        VALUES ($1, $7, 'CVD-01', 'A', $2, $3, $4, 'L', $5, 'r', 1, '{"deposition_time": 60}', $6, $6) ON CONFLICT DO NOTHING`,
      [run.run_id, context.product, context.layer, context.operation, m.slot, at(m.slot), `r${m.slot}`],
    );
    await insert('measurement', {
      id: id(m.key),
      key: m.key,
      station: 'ELL-01',
      unit: 'nm',
      plan: 'P1',
      measured_at: at(m.slot + 2),
      received_at: at(10 + MEASURED.indexOf(m)),
      processed_at: at(m.slot),
      chamber: 'A',
      layout_id: id('layout'),
      value: [m.mean],
      u: [0.5],
      n: 1,
      mean: m.mean,
      min: m.mean,
      max: m.mean,
      revises: m.revises === null ? null : id(m.revises),
      superseded_by: m.superseded === null ? null : id(m.superseded),
      ...run,
      ...context,
    });
    if (!m.held) continue;
    for (const kind of ['individuals', 'ewma'])
      await insert('chart_point', { chart_id: id(kind), rules: m.mean > 130 ? [1] : [], ucl: 130, lcl: 110, ...point });
    await insert('control_step', {
      thread_id: thread,
      at: at(m.slot),
      record_id: id(m.key),
      run_id: run.run_id,
      lot: 'L',
      slot: m.slot,
      y: m.mean,
      x_applied: 60,
      disturbance: m.mean - 120,
      accepted: true,
      d_hat: 12,
      version: 1,
      state: initialThread(),
    });
  }
  await client.query(
    `INSERT INTO violation (chart_id, at, record_id, rule, version, members, detail) VALUES ($1, $2, $3, 1, 1, ARRAY[$3::uuid], '{}')`,
    [id('individuals'), at(2), id('m2b')],
  );
  await client.query(
    `INSERT INTO chart_point (chart_id, at, record_id, value, plotted, dispersion, n, lot, slot, version, rules) VALUES ($1, $2, ${LOT_POINT}, $3, $3, 1, $4, 'L', 0, 1, '{}')`,
    [id('xbar_s'), at(1), mean(HELD), HELD.length],
  );
  // An excluded point, drawn as a single value between the limits of the end of the ramp.
  await client.query(`UPDATE chart_point SET excluded = 'wrong wafer' WHERE chart_id = $1 AND record_id = $2`, [
    id('ewma'),
    id('m4b'),
  ]);
}

let database: TestDatabase;
beforeAll(async () => {
  database = await upgradedDatabase('20261128000000_code_version', fill);
}, 120_000);
afterAll(async () => {
  await closePool();
  await database.drop();
});

const points = (kind: string) =>
  db().rows<{ record_id: string; value: number; plotted: number; u_value: number | null; n: number; ucl: number }>(
    sql`SELECT record_id, value, plotted, u_value, n, ucl FROM chart_point WHERE chart_id = ${id(kind)} ORDER BY at, record_id`,
  );
const half = (i: number) => 3 * (10 / 3) * Math.sqrt((0.2 / 1.8) * (1 - 0.8 ** (2 * i)));

test('the migration asks for the work, and the work leaves the newest correction alone on the charts, in the lot and in the control thread', async () => {
  expect((await points('individuals')).map((p) => p.record_id)).toContain(id('m2b'));
  expect((await db().rows<{ queue: string }>(sql`SELECT queue FROM task ORDER BY queue`)).map((t) => t.queue)).toEqual([
    'control',
    'spc',
    'spc',
  ]);
  await doAllWork();
  expect((await points('individuals')).map((p) => [p.record_id, p.value])).toEqual(RIGHT.map((m) => [id(m.key), m.mean]));
  const [lot] = await points('xbar_s');
  expect(lot).toMatchObject({ n: RIGHT.length, value: mean(RIGHT), u_value: expect.closeTo(0.5 / Math.sqrt(RIGHT.length), 12) });
  expect(await db().rows(sql`SELECT 1 FROM violation`)).toEqual([]);
  expect(await db().rows(sql`SELECT 1 FROM alert`)).toEqual([]);

  const steps = await db().rows<{ record_id: string; d_hat: number }>(
    sql`SELECT record_id, d_hat FROM control_step WHERE thread_id = ${thread} ORDER BY at`,
  );
  expect(steps.map((s) => s.record_id)).toEqual(RIGHT.map((m) => id(m.key)));
  let d = 0;
  for (const [i, m] of RIGHT.slice(1).entries()) {
    d = 0.4 * (m.mean - 120) + 0.6 * d;
    expect(steps[i + 1]!.d_hat).toBeCloseTo(d, 12);
  }
  const taken = await db().rows<{ source_id: string }>(sql`SELECT source_id FROM control_journal WHERE kind = 'withdrawal'`);
  expect(taken.map((t) => t.source_id)).toEqual([id('m2b')]);
});

test('an excluded point of an old EWMA chart gets the limits of its place on the ramp', async () => {
  const found = await points('ewma');
  expect(found.map((p) => p.record_id)).toEqual(RIGHT.map((m) => id(m.key)));
  let z = 120;
  found.forEach((p, i) => {
    z = 0.2 * p.value + 0.8 * z;
    expect(p.plotted).toBeCloseTo(z, 10);
    // The first one lies before all that changed and keeps what it was judged by.
    expect(p.ucl).toBeCloseTo(i === 0 ? 130 : 120 + half(i + 1), 10);
  });
});
