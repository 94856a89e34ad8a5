import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ControlChartInput } from './control-chart.model';
import { prepareControlChart } from './control-chart.prepare';
import { controlChartNotes } from './control-chart.text';
import { HOUR, hourlyChart, phase, T0 as t0 } from './fixtures/hourly-chart';

const V1 = phase();
const V2 = { ...V1, ucl: 31, lcl: 29, dispUcl: 2 };

/** A chart of n points an hour apart whose limits and specification change at `changed`; the requested window ends at `toMs`. */
const input = (n: number, changed: number, toMs: number | undefined): ControlChartInput =>
  hourlyChart(n, {
    phases: [
      { ...V1, toMs: changed },
      { ...V2, version: 2, fromMs: changed, label: 'v2' },
    ],
    toMs,
    specs: [
      { fromMs: 0, lsl: 26, usl: 35, target: 30 },
      { fromMs: changed, lsl: 28, usl: 32, target: 30.5 },
    ],
  });

const MODES = ['time', 'sequence'] as const;
const draw = (c: ControlChartInput, xMode: (typeof MODES)[number]) =>
  prepareControlChart(c, { xMode, showSpec: true, showZones: true });
const labelled = (m: ReturnType<typeof draw>): (string | null)[] =>
  [...m.limits, ...m.dispersionLimits].flatMap((l) => (l.label === null ? [] : [l.label]));
/** Share of the width after the last point. */
const room = (m: ReturnType<typeof draw>): number => {
  const [first, last] = [m.points[0]!.x, m.points.at(-1)!.x];
  return (m.xDomain[1] - last) / (last - first);
};

test('a picture knows only what had begun by its end: not what began later, nor what is planned, on either axis', () =>
  fc.assert(
    fc.property(
      fc.constantFrom(...MODES),
      fc.constantFrom(1, 2, 5, 20, 60, 200),
      fc.double({ min: 0, max: 48, noNaN: true }),
      fc.double({ min: 0.001, max: 300 * 24, noNaN: true }),
      fc.boolean(),
      (xMode, n, ends, later, isAsked) => {
        const end = t0 + (n - 1) * HOUR + (isAsked ? ends * HOUR : 0);
        const c = input(n, end + later * HOUR, isAsked ? end : undefined);
        const m = draw(c, xMode);
        const only = { ...c, phases: [{ ...c.phases[0]!, toMs: null }], specs: [c.specs[0]!] };
        expect(m).toEqual(draw(only, xMode));
        expect(m.boundaries).toEqual([]);
        expect(labelled(m)).toEqual(expect.arrayContaining(['UCL 33.00', 'LCL 27.00', 'USL 35.00', 'LSL 26.00', 'UCL 2.60']));
        expect(controlChartNotes(c, m.summary)).toEqual(controlChartNotes(only, m.summary));
        expect(controlChartNotes(c, m.summary).join()).toMatch(/limits v1: LCL 27.00 nm.*specification: LSL 26.00 nm/);
        for (const l of m.limits) expect(l.x2).toBe(m.xDomain[1]);
      },
    ),
  ));

test('what had begun by the end is drawn, labelled and noted, however many points there are', () => {
  for (const xMode of MODES)
    for (const n of [2, 5, 20, 200]) {
      const last = t0 + (n - 1) * HOUR;
      const c = input(n, last + HOUR, last + 2 * HOUR);
      const m = draw(c, xMode);
      expect(labelled(m)).toEqual(expect.arrayContaining(['UCL 31.00', 'LCL 29.00', 'USL 32.00', 'LSL 28.00']));
      expect(m.boundaries.map((b) => b.short)).toEqual(['v1', 'v2']);
      expect(controlChartNotes(c, m.summary).join()).toMatch(/limits v2: LCL 29.00 nm.*specification: LSL 28.00 nm/);
    }
});

test('room for a change is made only where a change is seen', () => {
  for (const xMode of MODES) {
    const n = 101;
    const last = t0 + (n - 1) * HOUR;
    expect(room(draw(input(n, t0 - HOUR, last), xMode))).toBeCloseTo(0.012, 6);
    expect(room(draw(input(n, last + HOUR, last), xMode))).toBeCloseTo(0.012, 6);
    expect(room(draw(input(n, t0 + 10 * HOUR, last), xMode))).toBeCloseTo(0.012, 6);
    const late = draw(input(n, last - HOUR / 2, last), xMode);
    expect(late.xDomain[1] - late.boundaries[0]!.x).toBeGreaterThan(0.049 * (late.points.at(-1)!.x - late.points[0]!.x));
  }
});
