import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fractionalIndex } from './control-chart.domain';
import type { ControlChartInput } from './control-chart.model';
import { prepareControlChart } from './control-chart.prepare';
import { HOUR, hourlyChart, phase, T0 as t0 } from './fixtures/hourly-chart';

const NO_DISPERSION = { dispCl: null, dispUcl: null, dispLcl: null };
/** Values about 30, new limits and maintenance in the tenth hour, no dispersion, and no limits of the points' own. */
function input(n: number, patch: Partial<ControlChartInput> = {}): ControlChartInput {
  const { dispersion: _, pointLimits: __, ...chart } = hourlyChart(n);
  return {
    ...chart,
    title: 'CD mean',
    plotted: Float64Array.from({ length: n }, (_, i) => 30 + Math.sin(i)),
    phases: [
      phase({ fromMs: t0, ...NO_DISPERSION }),
      phase({ version: 2, fromMs: t0 + 10 * HOUR, label: 'v2 new focus ring', cl: 30.5, ucl: 32.5, lcl: 28.5, ...NO_DISPERSION }),
    ],
    specs: [{ fromMs: 0, lsl: 26, usl: 34, target: 30 }],
    events: [{ atMs: t0 + 9.5 * HOUR, kind: 'pm', label: 'PM' }],
    ...patch,
  };
}
const opts = { xMode: 'time', showSpec: true, showZones: true } as const;

test('limits run from phase to phase, the last one is labelled', () => {
  const m = prepareControlChart(input(20), opts);
  const ucl = m.limits.filter((l) => l.kind === 'ucl');
  expect(ucl.map((l) => [l.y, l.label])).toEqual([
    [33, null],
    [32.5, 'UCL 32.50'],
  ]);
  expect(ucl[0]!.x2).toBe(t0 + 10 * HOUR);
  expect(m.boundaries.map((b) => b.short)).toEqual(['v1', 'v2']);
  expect(m.boundaries.slice(1)).toEqual([{ x: t0 + 10 * HOUR, label: 'v2 new focus ring', short: 'v2' }]);
  expect(m.yDomain[0]).toBeLessThan(26);
  expect(m.events[0]!.glyph).toBe('PM');
});

test('zones are thirds of the limits on each side', () => {
  const z = prepareControlChart(input(5), opts).zones.filter((q) => q.y1 >= 30);
  expect(z.map((q) => [q.y1, q.y2])).toEqual([
    [30, 31],
    [31, 32],
    [32, 33],
  ]);
});

test('an excluded point stays visible but leaves the line and the count', () => {
  const excluded = Array.from({ length: 5 }, (_, i) => (i === 2 ? 'wrong slot' : null));
  const rules = Array.from({ length: 5 }, (_, i) => (i === 2 ? [1] : []));
  const m = prepareControlChart(input(5, { excluded, rules }), opts);
  expect(m.points[2]).toMatchObject({ line: null, excluded: 'wrong slot' });
  expect(m.points[2]!.y).not.toBeNull();
  expect(m.summary).toContain('no rule fired');
  expect(m.summary).toContain('1 point excluded');
});

test('without limits (baseline still collected) nothing is invented', () => {
  const m = prepareControlChart(input(5, { phases: [{ ...input(1).phases[0]!, cl: null, ucl: null, lcl: null }] }), {
    ...opts,
    showSpec: false,
  });
  expect(m.limits.map((l) => l.kind)).toEqual(['target']);
  expect(m.zones).toEqual([]);
});

test('no violation is lost by decimation, in time and in sequence', () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4000 }),
      fc.infiniteStream(fc.nat(99)),
      fc.constantFrom('time' as const, 'sequence' as const),
      (n, noise, xMode) => {
        const rules = Array.from({ length: n }, () => (Number(noise.next().value) < 3 ? [5] : []));
        const m = prepareControlChart(input(n, { rules }), { ...opts, xMode, maxPoints: 300 });
        expect(m.violations.map((k) => m.points[k]!.i)).toEqual(rules.flatMap((r, i) => (r.length ? [i] : [])));
        for (const p of m.points) expect(p.x >= m.xDomain[0] && p.x <= m.xDomain[1]).toBe(true);
      },
    ),
    { numRuns: 30 },
  ));

test('events stand between the points around them on the sequence axis', () => {
  expect(fractionalIndex(new Float64Array([10, 20, 30]), 25)).toBe(1.5);
  expect(fractionalIndex(new Float64Array([10, 20, 30]), 5)).toBe(-0.5);
});

test('an empty window says so', () =>
  expect(prepareControlChart(input(0), opts).summary).toBe('CD mean: no points in this window.'));

test('what a point was before it was measured again is drawn, within the axis, and survives decimation', () => {
  const superseded = Array.from({ length: 3000 }, (_, i) => (i === 1500 ? 41 : null));
  const m = prepareControlChart(input(3000, { superseded }), { ...opts, maxPoints: 300 });
  expect(m.superseded).toEqual([{ i: 1500, x: t0 + 1500 * HOUR, was: 41, now: 30 + Math.sin(1500) }]);
  expect(m.yDomain[1]).toBeGreaterThan(41);
  expect(prepareControlChart(input(20), opts).superseded).toEqual([]);
});
