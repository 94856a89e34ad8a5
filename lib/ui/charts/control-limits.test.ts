import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ControlChartInput, prepareControlChart } from './control-chart.prepare';
import { controlChartCsv, spokenPoint } from './control-chart.text';
import { eventLegend } from './equipment-events';
import { placePhaseLabels } from './phase-labels';
import { pointState, ruleName, ruleText } from './rules';

const HOUR = 3_600_000;
const t0 = Date.UTC(2026, 10, 1);
const col = (...v: number[]) => Float64Array.from(v);
function input(n: number, patch: Partial<ControlChartInput> = {}): ControlChartInput {
  const all = (v: number) => new Float64Array(n).fill(v);
  return {
    title: 'CD lot mean',
    unit: 'nm',
    at: Float64Array.from({ length: n }, (_, i) => t0 + i * HOUR),
    plotted: all(30),
    dispersion: all(1),
    rules: Array.from({ length: n }, () => []),
    excluded: Array.from({ length: n }, () => null),
    ids: Array.from({ length: n }, (_, i) => `p${i}`),
    names: Array.from({ length: n }, (_, i) => `A${i}`),
    phases: [{ version: 1, fromMs: t0, toMs: null, label: 'v1', cl: 30, ucl: 33, lcl: 27, dispCl: 1, dispUcl: 2.6, dispLcl: 0 }],
    pointLimits: { ucl: all(33), lcl: all(27), dispCl: all(1), dispUcl: all(2.6), dispLcl: all(0) },
    specs: [],
    events: [],
    ...patch,
  };
}
const opts = { xMode: 'sequence', showSpec: true, showZones: true } as const;
const lines = (c: ControlChartInput, kind: string) =>
  prepareControlChart(c, opts)
    .limits.filter((l) => l.kind === kind)
    .map((l) => [l.x1, l.x2, l.y]);

test('each point is drawn with the limits it was judged by: steps half-way between points, equal ones in one', () => {
  const own = { ...input(4).pointLimits!, ucl: col(33, 33, 34, 33), lcl: col(27, 27, 26, 27) };
  const [a, b, c] = lines(input(4, { pointLimits: own }), 'ucl');
  expect([a![1], a![2], b, c![0], c![2]]).toEqual([1.5, 33, [1.5, 2.5, 34], 2.5, 33]);
  const z = prepareControlChart(input(4, { pointLimits: own }), opts).zones;
  expect(Math.max(...z.map((q) => q.y2))).toBe(34);
  expect(lines(input(4), 'ucl')).toHaveLength(1);
});

test('a side without a limit has no line and no zone there', () => {
  const none = new Float64Array(3).fill(Number.NaN);
  const c = input(3, { pointLimits: { ...input(3).pointLimits!, lcl: none } });
  expect(lines(c, 'lcl')).toEqual([]);
  expect(prepareControlChart(c, opts).zones.every((z) => z.y1 >= 30)).toBe(true);
});

test('versions of a specification are drawn over their own time, the one in force labelled', () => {
  const specs = [
    { fromMs: 0, lsl: 26, usl: 34, target: 30 },
    { fromMs: t0 + 2 * HOUR, lsl: 26, usl: 33.5, target: 30 },
  ];
  const usl = prepareControlChart(input(5, { specs }), { ...opts, xMode: 'time' }).limits.filter((l) => l.kind === 'usl');
  expect(usl.map((l) => [l.y, l.label])).toEqual([
    [34, null],
    [33.5, expect.stringContaining('33.5')],
  ]);
  expect(usl[0]!.x2).toBe(t0 + 2 * HOUR);
});

test('a dispersion beyond its limit is marked whether a rule watches it or not, in words, table and file', () => {
  const c = input(3, { dispersion: col(1, 2.7, 2.8), rules: [[], [], [101]], excluded: [null, null, null] });
  const m = prepareControlChart(c, opts);
  expect(m.points.map((p) => p.beyondDispersion)).toEqual([false, true, true]);
  expect(spokenPoint(c, m.points[1]!, 1)).toContain('dispersion beyond its limit (its rule is off)');
  expect(spokenPoint(c, m.points[2]!, 1)).toMatch(/, dispersion beyond its limit$/);
  const rows = controlChartCsv(c)
    .trim()
    .split(/\r?\n/)
    .map((l) => l.split(','));
  const at = (name: string) => rows[0]!.findIndex((h) => h.startsWith(name));
  expect(rows.slice(1).map((r) => [r[at('index')], r[at('out_of_control')], r[at('dispersion_beyond_limit')]])).toEqual([
    ['1', '0', '0'],
    ['2', '0', '1'],
    ['3', '1', '1'],
  ]);
  expect(rows[3]![at('ucl')]).toBe('33');
});

test('an excluded point is neither in nor out of control', () => {
  expect(pointState([1], 'wrong slot', true)).toEqual({ status: 'idle', text: 'excluded: wrong slot' });
  expect(pointState([], null, false)).toEqual({ status: 'ok', text: 'in control' });
  expect([ruleName(101), ruleText(101), ruleName(1)].join(' ')).not.toMatch(/101/);
});

test('the letters of events are explained, only those that are drawn', () =>
  expect(eventLegend(['pm', 'kit_change', 'pm', 'earthquake'])).toEqual([
    { glyph: 'PM', means: 'maintenance' },
    { glyph: 'K', means: 'kit or consumable change' },
    { glyph: '◆', means: 'other event' },
  ]));

test('labels of phases never cover each other and stay inside', () =>
  fc.assert(
    fc.property(
      fc.array(fc.record({ x: fc.integer({ min: 56, max: 800 }), n: fc.integer({ min: 1, max: 60 }) }), {
        minLength: 1,
        maxLength: 12,
      }),
      (list) => {
        const sorted = list.sort((a, b) => a.x - b.x).map((b, i) => ({ x: b.x, label: 'x'.repeat(b.n), short: `v${i + 1}` }));
        const placed = placePhaseLabels(sorted, 56, 808).flatMap((p) => {
          if (p === null) return [];
          const width = p.text.length * 6;
          return [{ row: p.row, from: p.anchor === 'start' ? p.x : p.x - width, to: p.anchor === 'start' ? p.x + width : p.x }];
        });
        expect(placed.length).toBeGreaterThan(0);
        for (const [i, a] of placed.entries()) {
          expect(a.from >= 56 && a.to <= 808).toBe(true);
          for (const b of placed.slice(i + 1)) expect(a.row !== b.row || a.to <= b.from || b.to <= a.from).toBe(true);
        }
      },
    ),
  ));
