import { randomUUID } from 'node:crypto';
import { WAFER_MEAN } from '@/lib/characteristic';
import { bulkInsert, db, sql } from '@/lib/db';
import { changeChart } from '@/lib/services/spc/change-chart';
import { as } from './as';
import { type Door, overlayRecord } from './door';
import { oxideChart } from './oxide';
import { measurementOf, runOf } from './wafers';
import { doAllWork } from './work';

/** Start of the history, epoch ms; its wafers are coated an hour apart, the first an hour later. */
export const HISTORY_FROM = Date.UTC(2026, 8, 1);
const T0 = HISTORY_FROM;
const HOUR = 3_600_000;

/** Six wafers of two lots in two chambers: with traces, measured, one of them far out, and corrected; overlay, an event, a prediction. */
export async function shortHistory(door: Door): Promise<void> {
  await door.lot('A1');
  await door.lot('B2');
  const { id: chart } = await oxideChart(WAFER_MEAN, 'individuals');
  await changeChart(as('ana', { now: T0 }), {
    chart,
    seen: 1,
    reason: 'limits of the qualification',
    change: { limits: { lcl: 110, cl: 120, ucl: 130, sigmaWithin: 3 } },
  });
  for (let i = 0; i < 6; i++) {
    const w = { key: `W${i}`, lot: i < 3 ? 'A1' : 'B2', slot: i + 1, at: T0 + (i + 1) * HOUR, chamber: i % 2 === 0 ? 'A' : 'B' };
    const trace = {
      t: [0, 1, 2, 3],
      sensors: [
        { name: 'pressure', unit: 'mTorr', values: [1, 2.5, null, 3] },
        { name: 'rf_power', unit: 'W', values: [0, 100, 101, 0] },
      ],
      steps: [{ name: 'deposit', start: 1, end: 3 }],
    };
    await door.post('runs', [runOf(w, { trace })]);
    await door.post('measurements', [measurementOf(w, i === 4 ? 140 : 120 + i / 10)]);
    await doAllWork();
  }
  const first = { key: 'W0', lot: 'A1', slot: 1, at: T0 + HOUR };
  await door.post('measurements', [measurementOf(first, 121, { key: 'W0-m2', revises: 'W0-m' })]);
  await door.post('overlay-measurements', [overlayRecord('A1', 1), overlayRecord('A1', 2)]);
  await door.post('events', [
    { key: 'E1', tool: 'CVD-01', chamber: 'A', kind: 'pm', at: new Date(T0).toISOString(), description: 'kit, "new"\nand clean' },
    { key: 'E2', tool: 'CVD-01', kind: 'pm', at: new Date(T0 + HOUR).toISOString(), description: '=1+1' },
  ]);
  await doAllWork();
  const run = (await db().one<{ id: string; started_at: Date }>(sql`SELECT id, started_at FROM run WHERE key = 'W0-r'`))!;
  const model = randomUUID();
  await bulkInsert(
    db(),
    'vm_model',
    [{ id: model, operation: 'CVD-OXIDE', product: 'KITE-45', parameter: 'oxide_thickness', unit: 'nm' }],
    'ignore',
  );
  const made = (await db().one<{ id: string }>(
    sql`SELECT id FROM vm_model WHERE operation = 'CVD-OXIDE' AND product = 'KITE-45' AND parameter = 'oxide_thickness'`,
  ))!;
  await bulkInsert(db(), 'vm_prediction', [
    {
      model_id: made.id,
      run_id: run.id,
      started_at: run.started_at,
      version: 1,
      value: 120.25,
      u_value: 0.5,
      lo: 119,
      hi: 121.5,
      t2: 2,
      spe: 0.1,
      reliable: true,
      missing: 0,
    },
  ]);
}
