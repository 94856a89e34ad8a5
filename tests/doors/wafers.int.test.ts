import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { EXAMPLES } from '@/lib/formats/openapi-examples';
import type { MeasurementRecord, OverlayMeasurementRecord } from '@/lib/formats/wire';
import { listOverlay, overlayView } from '@/lib/services/overlay/views/overlay';
import { waferView } from '@/lib/services/wafers/views/wafer';
import { type Door, measurementRecord, openDoor, overlayRecord, runRecord } from '../support/door';
import { doAllWork } from '../support/work';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

const ODD = 13;
const slots = Array.from({ length: 25 }, (_, i) => i + 1);
const count = async (q: Parameters<ReturnType<typeof db>['rows']>[0]) => (await db().one<{ n: number }>(q))!.n;

const ODD_WAFERS: [string, Partial<MeasurementRecord>][] = [
  ['a plan of one site', { x: [0], y: [0], value: [120] }],
  ['one site measured', { value: measurementRecord('', 1).value.map((v, i) => (i === 3 ? v : null)) }],
  ['two sites measured', { value: measurementRecord('', 1).value.map((v, i) => (i === 3 || i === 9 ? v : null)) }],
  ['an uncertainty of 0', { u: Array(25).fill(0) }],
  ['an uncertainty of 0 at one site', { u: Array.from({ length: 25 }, (_, i) => (i === 7 ? 0 : 0.1)) }],
  ['a tiny uncertainty', { u: Array.from({ length: 25 }, (_, i) => (i === 7 ? 1e-200 : 0.1)) }],
  ['a site of 1e99', { value: measurementRecord('', 1).value.map((v, i) => (i === 3 ? 1e99 : v)) }],
  ['sites of ±1e99', { value: measurementRecord('', 1).value.map((_, i) => (i % 2 === 0 ? 1e99 : -1e99)) }],
  ['values all the same', { value: Array(25).fill(120) }],
  ['values of 1e-300', { value: Array.from({ length: 25 }, (_, i) => (i + 1) * 1e-300) }],
  ['sites on one line', { x: Array.from({ length: 25 }, (_, i) => 5 * i - 60), y: Array(25).fill(0) }],
  ['sites a micrometre apart', { x: Array.from({ length: 25 }, (_, i) => i / 1000), y: Array(25).fill(0) }],
];

test.each(ODD_WAFERS)(
  'of 25 measured wafers, one with %s keeps none of the others from its fit, chart point and control step',
  async (name, over) => {
    const lot = `W-${name.replaceAll(' ', '-')}`;
    await door.lot(lot);
    expect(
      (
        await door.post(
          'runs',
          slots.map((s) => runRecord(lot, s)),
        )
      ).body.accepted,
    ).toBe(25);
    const sent = await door.post(
      'measurements',
      slots.map((s) => measurementRecord(lot, s, s === ODD ? over : {})),
    );
    const kept = sent.body.accepted;
    expect(kept + sent.body.rejected).toBe(25);
    expect(kept).toBeGreaterThanOrEqual(24);
    await doAllWork();
    const others = sql`m.lot = ${lot} AND m.slot <> ${ODD}`;
    expect(
      await count(
        sql`SELECT count(*)::int AS n FROM spatial_result r JOIN measurement m ON m.id = r.measurement_id WHERE ${others} AND r.reason IS NULL AND cardinality(r.coefficients) > 1`,
      ),
    ).toBe(24);
    expect(
      await count(
        sql`SELECT count(DISTINCT m.id)::int AS n FROM chart_point p JOIN measurement m ON m.id = p.record_id WHERE ${others}`,
      ),
    ).toBe(24);
    expect(
      await count(
        sql`SELECT count(DISTINCT m.id)::int AS n FROM control_step s JOIN measurement m ON m.id = s.record_id WHERE ${others}`,
      ),
    ).toBe(24);
    expect(await count(sql`SELECT count(*)::int AS n FROM task`)).toBe(0);
    const odd = await db().one<{ id: string; reason: string | null; coefficients: Float64Array }>(sql`
    SELECT m.id, r.reason, r.coefficients FROM measurement m LEFT JOIN spatial_result r ON r.measurement_id = m.id WHERE m.lot = ${lot} AND m.slot = ${ODD}`);
    expect(odd === undefined).toBe(kept === 24);
    if (odd === undefined) return expect(sent.body.results[ODD - 1]!.issues!.length).toBeGreaterThan(0);
    expect(odd.reason !== null || odd.coefficients.length > 0).toBe(true);
    const view = await waferView(odd.id);
    expect(view.zernike === null).toBe(odd.reason !== null);
    expect(view.unfitted).toBe(odd.reason);
  },
);

const pick = (o: OverlayMeasurementRecord, keep: readonly number[]): Partial<OverlayMeasurementRecord> => {
  const of = <T>(v: readonly T[]) => keep.map((i) => v[i]!);
  return { column: of(o.column), row: of(o.row), fx: of(o.fx), fy: of(o.fy), x: of(o.x), y: of(o.y), dx: of(o.dx), dy: of(o.dy) };
};
const base = overlayRecord('', 1);
const { column, row, fx, fy, x, y, dx, dy } = EXAMPLES['overlay-measurements'];
const ODD_OVERLAY: [string, Partial<OverlayMeasurementRecord>][] = [
  [
    'the four marks of the description',
    { column: [...column], row: [...row], fx: [...fx], fy: [...fy], x: [...x], y: [...y], dx: [...dx], dy: [...dy] },
  ],
  ['one mark', pick(base, [0])],
  ['one mark measured', { dx: base.dx.map((v, i) => (i === 0 ? v : null)), dy: base.dy.map((v, i) => (i === 0 ? v : null)) }],
  [
    'X and Y measured at different marks',
    { dx: base.dx.map((v, i) => (i === 0 ? v : null)), dy: base.dy.map((v, i) => (i === 1 ? v : null)) },
  ],
  ['an uncertainty of 0', { u: Array(36).fill(0) }],
  ['a tiny uncertainty', { u: Array.from({ length: 36 }, (_, i) => (i === 0 ? 1e-200 : 1)) }],
  ['a mark of 1e99', { dx: base.dx.map((v, i) => (i === 0 ? 1e99 : v)) }],
  ['marks all the same', { dx: Array(36).fill(1), dy: Array(36).fill(1) }],
];

test.each(ODD_OVERLAY)('of 25 wafers, one whose overlay has %s keeps none of the others from theirs', async (name, over) => {
  const lot = `O-${name.replaceAll(' ', '-')}`;
  await door.lot(lot);
  const litho = {
    tool: 'LIT-01',
    chamber: 'C1',
    layer: 'M1',
    operation: 'LITHO-M1',
    recipe: { name: 'LITHO-M1.KITE-45', version: 1 },
  };
  const setpoints = { dose: 32, tx: 0, ty: 0, mx: 0, my: 0, rx: 0, ry: 0, focus: 0 };
  expect(
    (
      await door.post(
        'runs',
        slots.map((s) => runRecord(lot, s, { ...litho, setpoints })),
      )
    ).body.accepted,
  ).toBe(25);
  const sent = await door.post(
    'overlay-measurements',
    slots.map((s) => overlayRecord(lot, s, s === ODD ? over : {})),
  );
  const kept = sent.body.accepted;
  expect(kept).toBeGreaterThanOrEqual(24);
  await doAllWork();
  const others = sql`m.lot = ${lot} AND m.slot <> ${ODD}`;
  expect(
    await count(
      sql`SELECT count(*)::int AS n FROM overlay_result r JOIN overlay_measurement m ON m.id = r.measurement_id WHERE ${others} AND r.reason IS NULL AND cardinality(r."values") = 10`,
    ),
  ).toBe(24);
  expect(
    await count(
      sql`SELECT count(DISTINCT m.id)::int AS n FROM control_step s JOIN overlay_measurement m ON m.id = s.record_id WHERE ${others}`,
    ),
  ).toBe(24);
  expect(await count(sql`SELECT count(*)::int AS n FROM chart_point WHERE lot = ${lot}`)).toBeGreaterThan(0);
  expect(await count(sql`SELECT count(*)::int AS n FROM task`)).toBe(0);
  const odd = await db().one<{ id: string; reason: string | null }>(
    sql`SELECT m.id, r.reason FROM overlay_measurement m LEFT JOIN overlay_result r ON r.measurement_id = m.id WHERE m.lot = ${lot} AND m.slot = ${ODD}`,
  );
  expect(odd === undefined).toBe(kept === 24);
  const list = await listOverlay({ fromMs: 0, toMs: 0, product: null, tool: null, operation: null, lot, limit: 50 });
  expect(list.rows).toHaveLength(kept);
  if (odd === undefined) return;
  const view = await overlayView(odd.id);
  expect(view.unfitted).toBe(odd.reason);
  expect(view.terms.length).toBe(odd.reason === null ? 10 : 0);
});

test('a wafer without a fit says why, and the summary that needs none is there', async () => {
  const row = await db().one<{ reason: string; n: number }>(sql`
    SELECT r.reason, (r.statistics#>>'{raw,x,n}')::int AS n FROM overlay_result r JOIN overlay_measurement m ON m.id = r.measurement_id
    WHERE m.lot = 'O-the-four-marks-of-the-description' AND r.reason IS NOT NULL`);
  expect(row).toEqual({ reason: expect.stringContaining('3 usable observations cannot determine 5 coefficients'), n: 3 });
});
