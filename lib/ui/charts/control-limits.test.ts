import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ruleText } from '@/lib/spc';
import type { ControlChartInput } from './control-chart.model';
import { prepareControlChart } from './control-chart.prepare';
import { controlChartCsv, controlChartNotes, POINT_HEADER, pointRow, spokenPoint } from './control-chart.text';
import { eventLegend } from './equipment-events';
import { HOUR, hourlyChart, T0 as t0 } from './fixtures/hourly-chart';
import { placePhaseLabels } from './phase-labels';
import { pointState, ruleName } from './rules';

const col = (...v: number[]) => Float64Array.from(v);
const input = hourlyChart;
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
  const fine = { rules: [], excluded: null, isJudged: true };
  expect(pointState({ rules: [1], excluded: 'wrong slot', isJudged: true, beyondDispersion: true })).toEqual({
    status: 'idle',
    text: 'excluded: wrong slot',
  });
  expect(pointState(fine)).toEqual({ status: 'ok', text: 'in control' });
  expect(pointState({ ...fine, isJudged: false })).toEqual({ status: 'idle', text: 'not judged, no limits yet' });
  expect(pointState({ ...fine, rules: [2], isJudged: false }).text).toBe('rule 2');
  expect([ruleName(101), ruleText(101, 'study'), ruleName(1)].join(' ')).not.toMatch(/101/);
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

test('a point of the baseline is not judged: in words, in the table and in the file', () => {
  const none = (v: number) => col(Number.NaN, v, v);
  const own = { ucl: none(33), lcl: none(27), dispCl: none(1), dispUcl: none(2.6), dispLcl: none(0) };
  const c = input(3, { pointLimits: own });
  const m = prepareControlChart(c, opts);
  expect(m.points.map((p) => p.isJudged)).toEqual([false, true, true]);
  expect(spokenPoint(c, m.points[0]!, 1)).toMatch(/, not judged, no limits yet$/);
  expect(spokenPoint(c, m.points[1]!, 1)).toMatch(/, in control$/);
  expect(column(c, 'judged')).toEqual(['0', '1', '1']);
});

test('every limit that was entered leaves with the file and stands below the picture', () => {
  const own = { ...input(2).pointLimits!, dispCl: col(0.5, 0.5), dispLcl: col(0.05, 0.05), dispUcl: col(1.7, 1.7) };
  const phases = [{ ...input(2).phases[0]!, dispCl: 0.5, dispLcl: 0.05, dispUcl: 1.7 }];
  const c = input(2, { pointLimits: own, phases, dispersionName: 'standard deviation' });
  expect(['dispersion_lcl', 'dispersion_cl', 'dispersion_ucl'].map((h) => column(c, h)[1])).toEqual(['0.05', '0.5', '1.7']);
  expect(controlChartNotes(c, '')).toContain('standard deviation, below: LCL 0.050 nm, CL 0.500 nm, UCL 1.700 nm');
});

test('what changed after the last point is drawn from its first minute, and the numbers before it stay', () => {
  const changed = t0 + 6 * HOUR;
  const phases = [
    { ...input(1).phases[0]!, toMs: changed },
    { ...input(1).phases[0]!, version: 2, fromMs: changed, ucl: 34 },
  ];
  const specs = [
    { fromMs: 0, lsl: 26, usl: 35, target: 30 },
    { fromMs: changed, lsl: 26, usl: 36, target: 30.5 },
  ];
  for (const xMode of ['time', 'sequence'] as const) {
    const c = input(5, { phases, specs, toMs: t0 + 7 * HOUR });
    const m = prepareControlChart(c, { ...opts, xMode });
    const of = (kind: string) => m.limits.filter((l) => l.kind === kind).map((l) => [l.y, l.label, l.earlier?.text ?? null]);
    expect(of('ucl')).toEqual([
      [33, null, 'UCL 33.00'],
      [34, 'UCL 34.00', null],
    ]);
    expect(of('target')).toEqual([
      [30, null, expect.stringMatching(/^target 30/)],
      [30.5, expect.stringMatching(/^target 30.5/), null],
    ]);
    const newest = m.limits.findLast((l) => l.kind === 'ucl')!;
    expect((newest.x2 - newest.x1) / (m.xDomain[1] - m.xDomain[0])).toBeGreaterThan(0.04);
  }
});

test('the uncertainty of an EWMA chart is that of the value beside it, never of the average', () => {
  const c = input(2, { plotted: col(30, 30.176), value: col(30, 30.8), u: col(0.0045, 0.0045), dispersion: undefined });
  const p = prepareControlChart(c, opts).points[1]!;
  expect(spokenPoint(c, p, 4)).toContain('EWMA 30.1760 nm, value 30.8000 ± 0.0045 nm');
  const cells = Object.fromEntries(POINT_HEADER(c).map((h, i) => [h, pointRow(c, p, 4).cells[i]]));
  expect(cells).toMatchObject({ 'EWMA, nm': '30.1760', 'Value, nm': '30.8000', 'u of the value': '0.0045' });
  expect(column(c, 'value')[1]).toBe('30.8');
  const { summary } = prepareControlChart(c, opts);
  expect(summary).toContain('last EWMA 30.1760 nm, value 30.8000 ± 0.0045 nm on');
  expect(controlChartNotes(c, summary)[0]).toContain('value 30.8000 ± 0.0045 nm');
});

test('the file of the points says of how many values each is', () => {
  expect(column(input(2, { n: [3, 5] }), 'n')).toEqual(['3', '5']);
});

test('limits that a person entered are written whole beside their lines and below the picture, those of a study as far as they are told apart', () => {
  const phase = { ...input(1).phases[0]!, ucl: 33.1235, lcl: 26.1255, dispUcl: 2.61875 };
  const text = (isEntered: boolean, isDispEntered: boolean) => {
    const c = input(3, { phases: [{ ...phase, isEntered, isDispEntered }], pointLimits: undefined });
    const m = prepareControlChart(c, opts);
    const label = (list: typeof m.limits, kind: string) => list.find((l) => l.kind === kind)?.label;
    const notes = controlChartNotes(c, m.summary).join('; ');
    return [label(m.limits, 'ucl'), label(m.limits, 'lcl'), label(m.dispersionLimits, 'ucl'), notes];
  };
  const [ucl, lcl, disp, notes] = text(true, true);
  expect([ucl, lcl, disp]).toEqual(['UCL 33.1235', 'LCL 26.1255', 'UCL 2.61875']);
  expect(notes).toContain('LCL 26.1255 nm, CL 30.00 nm, UCL 33.1235 nm');
  expect(text(false, true).slice(0, 3)).toEqual(['UCL 33.12', 'LCL 26.13', 'UCL 2.61875']);
  const wide = input(3, { phases: [{ ...phase, ucl: 1_234_567.125, isEntered: true }] });
  expect(controlChartNotes(wide, '').join()).toContain('UCL 1\u202f234\u202f567.125 nm');
});

/** The cells of a column of the file. */
function column(c: ControlChartInput, name: string): (string | undefined)[] {
  const [head, ...rows] = controlChartCsv(c)
    .trim()
    .split(/\r?\n/)
    .map((l) => l.split(','));
  const at = head!.findIndex((h) => h.split(' ')[0] === name);
  return rows.map((r) => r[at]);
}
