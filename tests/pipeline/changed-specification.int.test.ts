import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { registerFab } from '@/lib/services/fab/register-fab';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { changeSpecification } from '@/lib/services/spc/specification';
import { spcChart } from '@/lib/services/spc/views/chart';
import { screenCharts } from '@/lib/services/spc/views/list';
import { asMachine } from '@/lib/services/verb';
import type { SpecificationValues } from '@/lib/spc';
import { as } from '../support/as';
import { baseline, coater } from '../support/coated-lots';
import { type Door, openDoor } from '../support/door';
import { oxideChart } from '../support/oxide';

/** What an engineer and the fab's own document do to a specification, on a chart with settled limits. */
let door: Door;
const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 8, 1);
const FAR = T0 + 400 * 24 * HOUR;

beforeAll(async () => {
  door = await openDoor();
  const lots = coater(door);
  await lots(baseline(T0));
  await lots([{ at: T0 + 100 * HOUR, means: [100.1, 99.8, 100.2] }]); // nine hours on, settles it
}, 120_000);
afterAll(() => door.close());

test('a changed specification is a version: charts and capability follow, limits and runs do not move', async () => {
  const { id: chart } = await oxideChart('measurement.mean', 'individuals');
  const spec = { product: 'KITE-45', operation: 'CVD-OXIDE', parameter: 'oxide_thickness' };
  const row = () =>
    db().one<{ version: number; lsl: number; usl: number; target: number }>(
      sql`SELECT version, lsl, usl, target FROM specification WHERE product = 'KITE-45' AND operation = 'CVD-OXIDE' AND parameter = 'oxide_thickness'`,
    );
  const points = () => db().rows(sql`SELECT * FROM chart_point WHERE chart_id = ${chart} ORDER BY at, record_id`);
  const first = (await row())!;
  const view = await spcChart(chart, 0, FAR);
  expect(view.specification).toMatchObject({ lsl: first.lsl, usl: first.usl, target: first.target });
  const held = await points();

  const change = (seen: number, v: SpecificationValues, reason = 'tighter by the customer') =>
    changeSpecification(as('ana', { now: T0 + 240 * HOUR }), { of: spec, seen, reason, ...v });
  await expect(change(first.version, { target: 100, lsl: 130, usl: 90 })).rejects.toMatchObject({ details: { field: 'lsl' } });
  await expect(change(first.version, { target: 140, lsl: 80, usl: 120 })).rejects.toMatchObject({ details: { field: 'target' } });
  await expect(change(first.version, { target: null, lsl: null, usl: null })).rejects.toMatchObject({
    details: { field: 'target' },
  });
  await expect(change(first.version, { target: 100, lsl: 80, usl: 120 }, 'why')).rejects.toMatchObject({
    details: { field: 'reason' },
  });
  expect(await change(first.version, { target: 100, lsl: 80, usl: 120 })).toBe(first.version + 1);
  await expect(change(first.version, { target: 100, lsl: 81, usl: 120 })).rejects.toMatchObject({ code: 'precondition_failed' });

  const after = await spcChart(chart, 0, FAR);
  expect(after.specification).toMatchObject({ lsl: 80, usl: 120, target: 100 });
  expect(view.capabilityNote).toBeNull();
  expect(after.capabilityNote).toMatch(
    new RegExp(`points are older than version ${first.version + 1} of the specification and judged by it all the same\\.$`),
  );
  expect(after.specification.spans.map((s) => [s.version, s.usl])).toEqual([
    [1, first.usl],
    [2, 120],
  ]);
  const { study } = after.capability!;
  expect(study.within.potential).toBeCloseTo(40 / (6 * after.versions.at(-1)!.sigmaWithin!), 10);
  const screen = await screenCharts({
    area: null,
    operation: 'CVD-OXIDE',
    product: 'KITE-45',
    tool: 'CVD-01',
    source: null,
    onlyOut: false,
    limit: 500,
    fromMs: 0,
    toMs: FAR,
  });
  expect(screen.rows.find((r) => r.id === chart)!.cpk).toBeCloseTo(study.within.actual!, 10);
  expect(after.versions).toEqual(view.versions);
  expect(await points()).toEqual(held);

  // The fab's document says what it said before: the engineer's change stays. It says something new: a version by the same rules.
  const document = simulatedFab(1);
  await registerFab(asMachine('mes'), document);
  expect(await row()).toMatchObject({ version: 2, usl: 120 });
  const edited = {
    ...document,
    specifications: document.specifications.map((s) =>
      s.product === 'KITE-45' && s.parameter === 'oxide_thickness' ? { ...s, usl: 125 } : s,
    ),
  };
  await registerFab(asMachine('mes'), edited);
  expect(await row()).toMatchObject({ version: 3, usl: 125, lsl: first.lsl });
  const trail = await db().rows<{ actor: string; version: number }>(
    sql`SELECT actor, (after->>'version')::int AS version FROM audit_entry WHERE entity = 'specification' ORDER BY id`,
  );
  expect(trail).toEqual([
    { actor: 'ana', version: 2 },
    { actor: 'mes', version: 3 },
  ]);
});
