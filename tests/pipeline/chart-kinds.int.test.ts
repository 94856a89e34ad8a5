import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { createRng } from '@/lib/numerics';
import { changeChart, excludePoint } from '@/lib/services/spc/change-chart';
import { changeSpecification } from '@/lib/services/spc/specification';
import { spcChart, violationsOf } from '@/lib/services/spc/views/chart';
import { cusumChart, sdLimits } from '@/lib/spc';
import { as } from '../support/as';
import { chartOf, expectAsWhole } from '../support/chart-kinds';
import { baseline, type CoatedLot, coater } from '../support/coated-lots';
import { type Door, openDoor } from '../support/door';

let door: Door;
let lots: (list: readonly CoatedLot[]) => Promise<string[]>;
const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 8, 1);
const FAR = T0 + 60 * 24 * HOUR;

beforeAll(async () => {
  door = await openDoor();
  lots = coater(door);
  await lots(baseline(T0));
  await lots([{ at: T0 + 100 * HOUR, means: [100.1, 99.8, 100.2] }]); // settles the baselines
}, 120_000);
afterAll(() => door.close());

describe('CUSUM', () => {
  test('its sums are those of the command line from the target and sigma of its baseline on', async () => {
    const chart = await chartOf('cusum');
    const view = await spcChart(chart.id, 0, FAR);
    const v = view.versions.at(-1)!;
    expect(v).toMatchObject({ version: 2, cl: 0, ucl: 5, lcl: -5, design: { k: 0.5, h: 5 }, limitsSource: 'study' });
    await lots([{ at: T0 + 110 * HOUR, means: [101.5, 101.2, 101.6, 101.4, 101.8, 101.1, 101.7] }]);
    const { points: p } = await spcChart(chart.id, v.effectiveMs, FAR);
    const want = cusumChart([...p.value], { center: v.study!['center'] as number, sigma: v.sigmaWithin!, k: 0.5, h: 5 });
    expect([...p.plotted]).toEqual([...want.plus]);
    expect([...p.low].map((s) => 0 - s)).toEqual([...want.minus]);
    expect(want.signalsAbove.length).toBeGreaterThan(0);
    expect(p.rules.flatMap((r, i) => (r.length > 0 ? [i] : []))).toEqual(want.signalsAbove);
    const why = await violationsOf(chart.id, v.effectiveMs, FAR);
    expect(why[0]!.violations[0]).toMatchObject({ rule: 1, side: 'above', ucl: 5, lcl: -5, cl: 0 });
  });

  test('another h needs no other baseline; what does not belong to the kind is refused by its field', async () => {
    const chart = await chartOf('cusum');
    const from = T0 + 130 * HOUR;
    const change = (c: object, now = from) =>
      changeChart(as('ana', { now }), { chart: chart.id, seen: chart.version, reason: 'a shorter interval', change: c });
    const refused = async (c: object, field: string, words: string) => {
      const e = await change(c).catch((q: unknown) => q);
      expect(e).toBeInstanceOf(AppError);
      expect((e as AppError).details).toMatchObject({ field });
      expect((e as AppError).message).toContain(words);
    };
    await refused({ design: { lambda: 0.2 } }, 'design.lambda', 'no setting "lambda"');
    await refused({ design: { h: 0 } }, 'design.h', 'above 0');
    await refused({ limits: { cl: 0, ucl: 4, lcl: -4 } }, 'limits', 'change the design');
    await refused({ rules: [1, 2] }, 'rules', 'remembers its past');
    await refused({ design: { h: 5 } }, 'limits', 'Nothing differs');
    const before = (await spcChart(chart.id, 0, FAR)).versions.at(-1)!;
    await change({ design: { h: 4, afterSignal: 'reset' } });
    const after = (await spcChart(chart.id, 0, FAR)).versions.at(-1)!;
    expect(after).toMatchObject({ ucl: 4, lcl: -4, study: before.study, sigmaWithin: before.sigmaWithin });
    expect(after.design).toEqual({ k: 0.5, h: 4, afterSignal: 'reset' });
    await lots([{ at: T0 + 140 * HOUR, means: [103, 103, 103, 100, 100] }]);
    await expectAsWhole(await chartOf('cusum'));
    // one that states target and sigma needs no baseline at all, and without them the study is not taken up again
    await changeChart(as('ana', { now: from + HOUR }), {
      chart: chart.id,
      seen: 3,
      reason: 'qualified',
      change: { design: { target: 100, sigma: 0.8 } },
    });
    const stated = (await spcChart(chart.id, 0, FAR)).versions.at(-1)!;
    expect(stated).toMatchObject({ sigmaWithin: 0.8, sigmaMethod: 'given', study: { center: 100, sigma: 0.8 } });
  });

  test('whatever comes late, in which order, and is excluded: the stored sums are those of the chart judged as a whole', async () => {
    const rng = createRng(17);
    const days = Array.from({ length: 12 }, (_, i) => ({
      at: T0 + (200 + 6 * i) * HOUR,
      means: [0, 1, 2].map(() => 100 + rng.normal() + (i > 6 ? 1 : 0)),
    }));
    for (const k of [3, 0, 7, 1, 11, 2, 5, 4, 10, 9, 6, 8]) await lots([days[k]!]);
    const chart = await chartOf('cusum');
    const { points } = await spcChart(chart.id, days[4]!.at, FAR);
    await excludePoint(as('ana', { now: FAR }), { chart: chart.id, record: points.recordId[0]!, reason: 'wrong wafer' });
    expect(await expectAsWhole(chart)).toBeGreaterThan(90);
    for (const kind of ['three_way', 'short_run', 'standardised', 'ewma']) await expectAsWhole(await chartOf(kind));
  }, 60_000);
});

describe('three-way', () => {
  test('lots are individuals, the wafers of a lot have their own limits and rule, and the study has three sigmas', async () => {
    const chart = await chartOf('three_way');
    const { versions, points } = await spcChart(chart.id, 0, FAR);
    const study = versions.at(-1)!.study as Readonly<Record<string, number>>;
    expect(Object.keys(study).sort()).toEqual(['betweenLots', 'betweenWafers', 'sigmaWithinLot', 'wafers', 'withinWafer']);
    // the sites of each wafer are mean, ±1 and ±0.5: s = √(2.5/4)
    expect(study['withinWafer']).toBeCloseTo(Math.sqrt(2.5 / 4), 10);
    expect(points.within.some((v) => v > 0)).toBe(true);
    const [wide] = await lots([{ at: T0 + 300 * HOUR, means: [97, 100, 103, 100] }]);
    const after = (await spcChart(chart.id, T0 + 299 * HOUR, FAR)).points;
    const i = after.lot.indexOf(wide!);
    expect(after.rules[i]).toEqual([201]);
    expect(after.within[i]).toBeCloseTo(Math.sqrt(18 / 3), 10);
    expect(after.withinUcl[i]).toBeCloseTo(sdLimits(study['sigmaWithinLot']!, 4).ucl, 10);
  });
});

describe('short runs', () => {
  test('products share a chart by their deviations; one without a target is shown with the reason', async () => {
    const chart = await chartOf('short_run');
    const targets = new Map(
      (
        await db().rows<{ product: string; target: number }>(
          sql`SELECT product, target FROM specification WHERE operation = 'CVD-OXIDE' AND parameter = 'oxide_thickness'`,
        )
      ).map((r) => [r.product, r.target]),
    );
    const heron = targets.get('HERON-52')!;
    const at = T0 + 310 * HOUR;
    const [kite, other] = await lots([
      { at, means: [100, 100] },
      { at: at + HOUR, means: [heron + 1, heron + 3], product: 'HERON-52' },
    ]);
    const { points: p } = await spcChart(chart.id, at, FAR);
    const of = (lot: string): number => p.plotted[p.lot.indexOf(lot)]!;
    expect([of(kite!), of(other!)]).toEqual([expect.closeTo(100 - targets.get('KITE-45')!, 9), expect.closeTo(2, 9)]);

    const key = { product: 'HERON-52', operation: 'CVD-OXIDE', parameter: 'oxide_thickness' };
    const { version, lsl, usl } = (await db().one<{ version: number; lsl: number; usl: number }>(
      sql`SELECT version, lsl, usl FROM specification WHERE product = 'HERON-52' AND operation = 'CVD-OXIDE' AND parameter = 'oxide_thickness'`,
    ))!;
    await changeSpecification(as('ana', { now: at + 3 * HOUR }), {
      of: key,
      seen: version,
      reason: 'target not known yet',
      target: null,
      lsl,
      usl,
    });
    const [late] = await lots([{ at: at + 4 * HOUR, means: [heron, heron], product: 'HERON-52' }]);
    const after = (await spcChart(chart.id, at, FAR)).points;
    const i = after.lot.indexOf(late!);
    expect([after.plotted[i], after.unjudged[i], after.rules[i]]).toEqual([
      Number.NaN,
      'product HERON-52 has no target in its specification at this operation',
      [],
    ]);
    // what was judged by the target in force then stays
    expect(after.plotted[after.lot.indexOf(other!)]).toBeCloseTo(2, 9);
    await expectAsWhole(chart);
    const z = (await spcChart((await chartOf('standardised')).id, at, FAR)).points;
    expect(z.unjudged[z.lot.indexOf(other!)]).toContain('fewer than 8 points');
    expect(z.unjudged[z.lot.indexOf(kite!)]).toBeNull();
  });
});
