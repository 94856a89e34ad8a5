import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql, transaction } from '@/lib/db';
import { characteristicValues } from '@/lib/services/characteristics/values';
import { createChart, type SingleChart } from '@/lib/services/spc/templates/single';
import { as } from '../support/as';
import { type Door, measurementRecord, openDoor, overlayRecord, runRecord } from '../support/door';
import { ellipsometerLot } from '../support/ellipsometer';
import { doAllWork } from '../support/work';

const ana = as('ana');
const reason = 'asked by the module';
let door: Door;

beforeAll(async () => {
  door = await openDoor();
}, 120_000);
afterAll(() => door.close());

const chart = (c: Omit<SingleChart, 'kind' | 'rules' | 'alerting'>) =>
  createChart(ana, { chart: { kind: 'individuals', rules: [1], alerting: false, ...c }, reason });
const pointsOf = (id: string) =>
  db().rows<{ value: number; u_value: number | null; record_id: string }>(
    sql`SELECT value, u_value, record_id FROM chart_point WHERE chart_id = ${id} ORDER BY at, record_id`,
  );

test('indicators of a trace are charted from what was sent, and filled from history alike', async () => {
  // Pressure ramps from 10 by 2 mTorr/s in the step of 20 s at 1 Hz; one sample is lost.
  const t = Array.from({ length: 30 }, (_, i) => i);
  const pressure = t.map((s) => (s === 12 ? null : s < 5 ? 1 : 10 + 2 * (s - 5)));
  const steps = [
    { name: 'stabilise', start: 0, end: 5 },
    { name: 'deposition', start: 5, end: 25 },
    { name: 'purge', start: 25, end: 30 },
  ];
  const run = (slot: number) =>
    runRecord('TR', slot, {
      trace: {
        t,
        sensors: [
          { name: 'pressure', unit: 'mTorr', values: pressure },
          { name: 'rf.power', unit: 'W', values: t.map(() => 300) },
        ],
        steps,
      },
    });
  await door.lot('TR');
  expect((await door.post('runs', [run(1)])).body).toMatchObject({ accepted: 1 });
  await doAllWork();
  const of = (indicator: string, sensor = 'pressure') => ({
    characteristic: `trace.${sensor}.deposition.${indicator}`,
    operation: 'CVD-OXIDE',
    parameter: sensor.replace('%2E', '.'),
  });
  const [slope, area, missing, power] = [
    await chart(of('slope')),
    await chart(of('area')),
    await chart(of('missing')),
    await chart(of('mean', 'rf%2Epower')),
  ];
  await doAllWork();
  await door.post('runs', [run(2)]);
  await doAllWork();
  const values = async (id: string) => (await pointsOf(id)).map((p) => p.value);
  expect(await values(slope.id)).toEqual([expect.closeTo(2, 6), expect.closeTo(2, 6)]);
  // ∫ from 5 s to 24 s of 10 + 2 (t − 5): 19 · 10 + 19².
  expect(await values(area.id)).toEqual([expect.closeTo(551, 3), expect.closeTo(551, 3)]);
  expect(await values(missing.id)).toEqual([1, 1]);
  expect(await values(power.id)).toEqual([300, 300]);
  const units = await db().rows<{ unit: string }>(
    sql`SELECT unit FROM chart WHERE id = ANY(${[slope.id, area.id, missing.id, power.id]}::uuid[]) ORDER BY array_position(${[slope.id, area.id, missing.id, power.id]}::uuid[], id)`,
  );
  expect(units.map((u) => u.unit)).toEqual(['mTorr/s', 'mTorr·s', '1', 'W']);
});

test('every coefficient, the residual, zones and slope of a wafer of 25 sites', async () => {
  await door.lot('MZ');
  await door.post('runs', [runRecord('MZ', 1)]);
  await door.post('measurements', [measurementRecord('MZ', 1)]);
  await doAllWork();
  const of = { operation: 'CVD-OXIDE', parameter: 'oxide_thickness', tool: 'CVD-01', chamber: 'A' };
  const tilt = await chart({ ...of, characteristic: 'zernike.1.1' });
  const high = await chart({ ...of, characteristic: 'zernike.3.-1' });
  const residual = await chart({ ...of, characteristic: 'zernike.residual' });
  const outer = await chart({ ...of, characteristic: 'zone.outer' });
  await doAllWork();
  // z = 120.01 + x/300 − y/500 nm: Z(1,1) = 2 ρ cos θ, x = 150 ρ cos θ, so that its coefficient is 150/300/2.
  expect((await pointsOf(tilt.id))[0]!.value).toBeCloseTo(0.25, 9);
  expect((await pointsOf(high.id))[0]!.value).toBeCloseTo(0, 9);
  expect((await pointsOf(residual.id))[0]!.value).toBeCloseTo(0, 9);
  expect(await pointsOf(outer.id), 'no site lies between 100 and 135 mm').toHaveLength(0);
});

test('overlay terms of a wafer, and only what is wanted is computed', async () => {
  await door.lot('OV');
  const chamber = (await db().one<{ name: string }>(sql`SELECT name FROM chamber WHERE tool = 'LIT-01' ORDER BY name LIMIT 1`))!
    .name;
  const litho = {
    tool: 'LIT-01',
    chamber,
    layer: 'M1',
    operation: 'LITHO-M1',
    recipe: { name: 'LITHO', version: 1 },
    setpoints: {},
  };
  expect((await door.post('runs', [runRecord('OV', 1, litho)])).body).toMatchObject({ accepted: 1 });
  expect((await door.post('overlay-measurements', [overlayRecord('OV', 1)])).body).toMatchObject({ accepted: 1 });
  await doAllWork();
  const k = await db().one<{ names: string[] }>(sql`SELECT names FROM seen_context WHERE source = 'overlay'`);
  expect(k!.names).toContain('m3s.x|nm');
  const refs = await db().rows<{ id: string; at: number }>(
    sql`SELECT id, (extract(epoch FROM measured_at) * 1000)::float8 AS at FROM overlay_measurement WHERE lot = 'OV'`,
  );
  const got = await transaction((tx) => characteristicValues(tx, 'overlay', refs, new Set(['overlay.mx'])));
  expect(got.map((v) => v.characteristic)).toEqual(['overlay.mx']);
  expect(await transaction((tx) => characteristicValues(tx, 'overlay', refs, new Set(['measurement.mean'])))).toEqual([]);
});

test('the quality of the fits behind a value', async () => {
  const lot = ellipsometerLot(door.url, door.key, Date.UTC(2026, 8, 2, 7));
  await lot.start();
  for (const slot of [1, 2]) await lot.wafer(slot, (i) => 7.9 + 0.01 * i);
  await doAllWork();
  const fits = await db().rows<{ reduced_chi2: Float64Array; status: string[]; parameter: string; operation: string }>(sql`
    SELECT f.reduced_chi2, f.status, m.parameter, m.operation FROM spectrum_fit f JOIN measurement m ON m.id = f.measurements[1] ORDER BY m.processed_at`);
  const { parameter, operation } = fits[0]!;
  const made = await chart({ characteristic: 'fit.chi2', operation, parameter });
  await doAllWork();
  const points = await pointsOf(made.id);
  expect(points).toHaveLength(2);
  for (const [i, p] of points.entries()) {
    const accepted = [...fits[i]!.reduced_chi2].filter((_, s) => fits[i]!.status[s] === 'accepted');
    expect(p.value).toBeCloseTo(accepted.reduce((a, b) => a + b, 0) / accepted.length, 12);
  }
});
