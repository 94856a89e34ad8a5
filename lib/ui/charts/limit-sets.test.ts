import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ControlChartInput, prepareControlChart } from './control-chart.prepare';
import { controlChartNotes } from './control-chart.text';
import { earlierLabelPx, earlierLabels } from './earlier-labels';
import { HOUR, hourlyChart, phase, T0 as t0 } from './fixtures/hourly-chart';
import { limitSets, statedSize } from './limit-sets';
import { phasePatch, placePhaseLabels } from './phase-labels';
import { overlaps, type Patch } from './plot';
import { markPatches } from './taken-places';

const col = (...v: number[]) => Float64Array.from(v);
const v1 = phase({ dispUcl: 2.5 });
/** An Xbar-S chart of four points, of 3, 3, 3 and 1 wafers. */
function input(patch: Partial<ControlChartInput> = {}): ControlChartInput {
  const all = (v: number) => new Float64Array(4).fill(v);
  return hourlyChart(4, {
    n: [3, 3, 3, 1],
    followsN: true,
    ids: ['a', 'b', 'c', 'd'],
    names: ['A', 'B', 'C', 'D'],
    phases: [v1],
    pointLimits: { ucl: col(33, 33, 33, 35.2), lcl: col(27, 27, 27, 24.8), dispCl: all(1), dispUcl: all(2.5), dispLcl: all(0) },
    ...patch,
  });
}
const draw = (c: ControlChartInput) => prepareControlChart(c, { xMode: 'time', showSpec: true, showZones: false });
const label = (c: ControlChartInput, kind: string) => draw(c).limits.find((l) => l.kind === kind && l.label !== null)?.label;
/** A chart from point i on, as a shorter window shows it. */
const from = (c: ControlChartInput, i: number): ControlChartInput => ({
  ...c,
  at: c.at.slice(i),
  plotted: c.plotted.slice(i),
  value: c.value?.slice(i),
  dispersion: c.dispersion?.slice(i),
  n: c.n?.slice(i),
  rules: c.rules.slice(i),
  excluded: c.excluded.slice(i),
  ids: c.ids.slice(i),
  names: c.names.slice(i),
  pointLimits: Object.fromEntries(
    Object.entries(c.pointLimits!).map(([k, v]) => [k, v.slice(i)]),
  ) as ControlChartInput['pointLimits'],
});

test('limits that follow the size of a point say the size, in every window; entered ones and the centre line hold for all', () => {
  expect([label(input(), 'ucl'), label(input(), 'lcl')]).toEqual(['UCL 35.20, n = 1', 'LCL 24.80, n = 1']);
  expect(label(from(input(), 3), 'ucl')).toBe('UCL 35.20, n = 1');
  expect(label(input(), 'cl')).toMatch(/^CL 30\.?0*$/);
  expect(draw(input()).dispersionLimits.find((l) => l.kind === 'ucl')?.label).toMatch(/, n = 1$/);
  const entered = { ...v1, isEntered: true };
  expect(
    label(input({ phases: [entered], pointLimits: { ...input().pointLimits!, ucl: col(33, 33, 33, 33) } }), 'ucl'),
  ).not.toContain('n =');
  expect(label(input({ followsN: false }), 'ucl')).not.toContain('n =');
});

test('the label of an EWMA limit is the settled one in every window, with an arrow where the points are still on the way', () => {
  const ramp = { ...input().pointLimits!, ucl: col(31.5, 32.2, 32.7, 32.9), lcl: col(28.5, 27.8, 27.3, 27.1) };
  const c = input({ value: col(30, 30, 30, 30), followsN: false, pointLimits: ramp });
  expect([label(c, 'ucl'), label(from(c, 3), 'ucl'), label(c, 'lcl')]).toEqual(['UCL → 33.00', 'UCL → 33.00', 'LCL → 27.00']);
  const settled = { ...ramp, ucl: col(31.5, 32.2, 32.7, 33), lcl: col(28.5, 27.8, 27.3, 27) };
  expect(label({ ...c, pointLimits: settled }, 'ucl')).toBe('UCL 33.00');
});

test('a change of rules repeats no limit, and is no second set of limits', () => {
  const changed = { ...v1, version: 2, fromMs: t0 + 1.5 * HOUR };
  const c = input({ phases: [{ ...v1, toMs: changed.fromMs }, changed] });
  expect(draw(c).limits.filter((l) => l.earlier !== undefined)).toEqual([]);
  expect(draw(c).sets).toEqual([]);
  const wider = { ...changed, ucl: 34 };
  const both = draw(input({ phases: [{ ...v1, toMs: changed.fromMs }, wider] }));
  expect(both.limits.filter((l) => l.earlier !== undefined).map((l) => l.kind)).toEqual(['ucl']);
});

test('two sets of limits are both named with their numbers, on the page and below the picture, also where one covers a single point', () => {
  const entered = { ...v1, version: 2, fromMs: t0 + 2.5 * HOUR, isEntered: true, ucl: 32.125, lcl: 27.5, isDispEntered: true };
  const c = input({ phases: [{ ...v1, size: 3, toMs: entered.fromMs }, entered], dispersionName: 'standard deviation' });
  for (const i of [0, 2]) {
    const { sets, summary, boundaries } = draw(from(c, i));
    expect(sets).toEqual([
      'v1: LCL 27.00, CL 30.00, UCL 33.00 for n = 3, other sizes by their own; standard deviation LCL 0.00, CL 1.00, UCL 2.50',
      expect.stringMatching(/^v2 since .*: LCL 27\.50?, CL 30\.?0*, UCL 32\.125, as entered; standard deviation /),
    ]);
    expect(boundaries.map((b) => b.short)).toEqual(['v1', 'v2']);
    expect(controlChartNotes(from(c, i), summary, sets).join('\n')).toContain('limits v1: LCL 27.00');
  }
  expect(limitSets([{ phase: v1, x1: 0, x2: 1 }], input())).toEqual([]);
});

test('the size that the limits of a study are told for comes out of its sigma', () => {
  const v = { cl: 10.186, ucl: 10.186 + (3 * 0.384) / Math.sqrt(3), sigmaWithin: 0.384, limitsSource: 'study' };
  expect(statedSize('xbar_s', v)).toBe(3);
  expect([
    statedSize('individuals', v),
    statedSize('xbar_s', { ...v, limitsSource: 'given' }),
    statedSize('xbar_r', { ...v, sigmaWithin: null }),
  ]).toEqual([null, null, null]);
});

const id = (v: number): number => v;
const box = { left: 0, right: 500, top: 0, bottom: 300 };
const marks = fc.array(
  fc.record({ x: fc.integer({ min: 0, max: 500 }), y: fc.integer({ min: 0, max: 300 }), isNamed: fc.boolean() }),
  { maxLength: 60 },
);
const clear = (p: Patch, all: readonly Patch[]) => all.every((q) => !overlaps(p, q));

test('the name of a phase stands inside it; where the phase has no room an arrow leads to it', () => {
  const at = (x: number) => placePhaseLabels([{ x, label: 'v2 · 1 Nov · ana: tighter', short: 'v2' }], 0, 500)[0];
  expect(at(100)).toMatchObject({ text: 'v2 · 1 Nov · ana: tighter', x: 104, anchor: 'start' });
  expect(at(460)).toMatchObject({ text: 'v2', x: 464, anchor: 'start' });
  expect(at(495)).toMatchObject({ text: 'v2 →', x: 491, anchor: 'end' });
});

test('no name of a phase and no number of an earlier limit lies on a point, on a number above one, or on another', () =>
  fc.assert(
    fc.property(
      marks,
      fc.uniqueArray(fc.integer({ min: 0, max: 480 }), { minLength: 1, maxLength: 5 }),
      fc.array(
        fc.record({
          y: fc.integer({ min: 0, max: 300 }),
          x1: fc.integer({ min: 0, max: 300 }),
          w: fc.integer({ min: 60, max: 200 }),
        }),
        { maxLength: 6 },
      ),
      (points, xs, lines) => {
        const taken = markPatches(points, id, id);
        const phases = placePhaseLabels(
          xs.sort((a, b) => a - b).map((x, i) => ({ x, label: `v${i} · 1 Nov · ana: tighter`, short: `v${i}` })),
          0,
          500,
          0,
          taken,
        );
        const names = phases.flatMap((p) => (p === null ? [] : [phasePatch(p, 0)]));
        names.forEach((p, i) => {
          expect(clear(p, [...taken, ...names.slice(i + 1)])).toBe(true);
        });
        phases.forEach((p, i) => {
          if (p?.anchor === 'start') expect(p.x > xs[i]! && phasePatch(p, 0).x2 <= (xs[i + 1] ?? 500)).toBe(true);
          else if (p !== null) expect(p.text).toBe(`v${i} →`);
        });
        const limits = lines.map(({ y, x1, w }) => ({
          kind: 'ucl' as const,
          y,
          x1,
          x2: x1 + w,
          label: null,
          earlier: { text: `UCL ${y}.00`, x1 },
        }));
        const numbers = earlierLabels(limits, id, id, box, [...taken, ...names]).map((l) => ({
          x1: l.x - earlierLabelPx(l),
          x2: l.x,
          y1: l.y - 11,
          y2: l.y,
        }));
        numbers.forEach((p, i) => {
          expect(clear(p, [...taken, ...names, ...numbers.slice(i + 1)])).toBe(true);
        });
      },
    ),
  ));
