import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { registerFab } from '@/lib/services/fab/register-fab';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { listOverlay } from '@/lib/services/overlay/views/overlay';
import { changeSpecification } from '@/lib/services/spc/specification';
import { spcChart } from '@/lib/services/spc/views/chart';
import { screenCharts } from '@/lib/services/spc/views/list';
import { specificationList } from '@/lib/services/spc/views/specifications';
import { asMachine } from '@/lib/services/verb';
import { as } from '../support/as';
import { type Door, lotRecord, openDoor, overlayRecord } from '../support/door';
import { runOf } from '../support/wafers';
import { doAllWork } from '../support/work';

/** A chart of a scanner that several products run on: it has a specification only where all of them have the same one. */
let door: Door;
const T0 = Date.UTC(2026, 8, 1);
const FAR = T0 + 400 * 86_400_000;
const LITHO = { tool: 'LIT-01', chamber: 'C1', layer: 'M1', operation: 'LITHO-M1' };

beforeAll(async () => {
  door = await openDoor();
  const fab = simulatedFab(1);
  await registerFab(asMachine('test'), { ...fab, products: [...fab.products, { ...fab.products[0]!, name: 'LARK-60' }] });
});
afterAll(() => door.close());

/** A lot of one wafer, exposed and measured. */
async function lot(product: string, name: string, hour: number): Promise<void> {
  const wafer = { key: name, lot: name, slot: 1, at: T0 + hour * 3_600_000 };
  const measuredAt = new Date(wafer.at + 3_600_000).toISOString();
  await door.post('lots', [lotRecord(name, { product })]);
  await door.post('runs', [runOf(wafer, { product, ...LITHO, setpoints: {} })]);
  const sent = await door.post('overlay-measurements', [overlayRecord(name, 1, { product, runKey: `${name}-r`, measuredAt })]);
  expect(sent.body, JSON.stringify(sent.body)).toMatchObject({ accepted: 1 });
  await doAllWork();
}

const chart = async (tool = 'LIT-01') =>
  (await db().one<{ id: string }>(
    sql`SELECT id FROM chart WHERE characteristic = 'overlay.lot.tx' AND operation = 'LITHO-M1' AND tool = ${tool} AND product IS NULL`,
  ))!.id;
const view = async (tool?: string) => spcChart(await chart(tool), 0, FAR);
const listed = async () => {
  const id = await chart();
  const filter = { area: null, operation: 'LITHO-M1', product: null, tool: 'LIT-01', source: null, onlyOut: false, limit: 500 };
  return (await screenCharts({ ...filter, fromMs: 0, toMs: FAR })).rows.find((r) => r.id === id)!;
};

async function specify(product: string, usl: number): Promise<void> {
  const key = { product, operation: 'LITHO-M1', parameter: 'tx' };
  const { version } = (await db().one<{ version: number }>(
    sql`SELECT version FROM specification WHERE product = ${product} AND operation = 'LITHO-M1' AND parameter = 'tx'`,
  ))!;
  await changeSpecification(as('ana', { now: T0 }), {
    of: key,
    seen: version,
    reason: 'as the customer says',
    target: 0,
    lsl: -usl,
    usl,
  });
}

test('products with one specification: it is the chart’s, whatever else is registered', async () => {
  await specify('KITE-45', 7.5);
  await specify('HERON-52', 7.5);
  await lot('KITE-45', 'K1', 1);
  await lot('HERON-52', 'H1', 2);
  expect((await view()).specification).toMatchObject({ lsl: -7.5, usl: 7.5, target: 0, differs: false, unspecified: [] });
  expect((await listed()).specDiffers).toBe(false);
});

test('the charts that a specification counts are the ones that its link lists', async () => {
  const specifications = await specificationList({ product: 'HERON-52', operation: null, parameter: null });
  expect(specifications.some((s) => s.charts > 1)).toBe(true);
  for (const { operation, product, parameter, charts } of specifications) {
    const filter = {
      area: null,
      operation,
      product,
      parameter,
      onlySpecified: true,
      tool: null,
      source: null,
      onlyOut: false,
      limit: 500,
    };
    const { rows, total } = await screenCharts({ ...filter, fromMs: 0, toMs: FAR });
    expect([parameter, total, rows.length]).toEqual([parameter, charts, charts]);
  }
});

test('the list of overlay measurements tells what the chart of their lot says: not judged, in control, or a rule that fired', async () => {
  const of = async (name: string) =>
    (await listOverlay({ fromMs: 0, toMs: 0, product: null, tool: null, operation: null, lot: name, limit: 5 })).rows[0];
  expect(await of('K1')).toMatchObject({ isOut: false, isJudged: false });
  await db().exec(sql`UPDATE chart_point SET ucl = 1 WHERE lot = 'K1' AND chart_id = ${await chart()}`);
  expect(await of('K1')).toMatchObject({ isOut: false, isJudged: true });
  await db().exec(sql`UPDATE chart_point SET rules = '{1}' WHERE lot = 'K1' AND chart_id = ${await chart()}`);
  expect(await of('K1')).toMatchObject({ isOut: true, isJudged: true });
  expect(await of('H1')).toMatchObject({ isOut: false, isJudged: false });
  await db().exec(sql`UPDATE chart_point SET ucl = NULL, rules = '{}' WHERE lot = 'K1' AND chart_id = ${await chart()}`);
});

test('a product on the chart without a specification: the others’ is not shown as its own, and it is said', async () => {
  await lot('LARK-60', 'X1', 3);
  const { specification, capability, capabilityNote } = await view();
  expect(specification).toMatchObject({ lsl: null, usl: null, target: null, differs: true, unspecified: ['LARK-60'] });
  expect(specification.href).toContain('/spc/specifications?operation=LITHO-M1');
  expect([capability, capabilityNote]).toEqual([
    null,
    'The specification differs by product: LARK-60 on this chart has none, so no one capability holds for all of its points.',
  ]);
  expect(await listed()).toMatchObject({ specDiffers: true, cpk: null });
  // The scanner next to it never exposed that product.
  expect((await view('LIT-02')).specification).toMatchObject({ usl: 7.5, differs: false });
});

test('products that are specified differently: none is shown', async () => {
  await specify('HERON-52', 9);
  const { specification, capabilityNote } = await view('LIT-02');
  expect(specification).toMatchObject({ usl: null, differs: true, unspecified: [] });
  expect(capabilityNote).toMatch(/^The products on this chart are specified differently/);
});
