import { expect, test } from 'vitest';
import { type LoopChartInput, loopNotes, prepareLoopChart, rmsFromTarget } from './loop-chart.prepare';

const n = 3000;
const at = Float64Array.from({ length: n }, (_, i) => i * 60_000);
const input: LoopChartInput = {
  title: 'CMP removal',
  outputUnit: 'nm',
  knob: 'time',
  knobUnit: 's',
  specs: [{ fromMs: 0, target: 450, lsl: 430, usl: 470 }],
  output: {
    at,
    value: at.map((_, i) => 450 + Math.sin(i)),
    without: at.map((_, i) => (i % 2 ? Number.NaN : 455)),
    label: Array.from(at, String),
  },
  moves: {
    at,
    value: at.map((_, i) => 60 + i / n),
    kind: Array.from(at, (_, i) => (i % 777 === 5 ? 'clipped' : 'applied')),
    label: Array.from(at, String),
  },
  disturbance: { at, value: at.map(() => -6), u: at.map(() => 1) },
  knobLimits: { low: 40, high: 80, nominal: 60 },
  events: [
    { atMs: 60_000, kind: 'pm', label: 'PM' },
    { atMs: -5, kind: 'pm', label: 'earlier' },
  ],
  windowMs: [0, n * 60_000],
};

test('bounded marks, every clipped move kept, limits inside the picture', () => {
  const m = prepareLoopChart(input);
  expect(m.output.length).toBeLessThanOrEqual(610);
  expect(m.moves.filter((p) => p.kind === 'clipped').map((p) => p.i)).toEqual([5, 782, 1559, 2336]);
  expect(m.outputDomain[0]).toBeLessThan(430);
  expect(m.outputDomain[1]).toBeGreaterThan(470);
  expect(m.events.map((e) => e.label.split(' ')[0])).toEqual(['PM']);
  expect(m.disturbance[0]).toMatchObject({ y: -6, lo: -8, hi: -4 });
  expect(m.summary).toContain('5.000 without control');
});

test('rms distance from the target of the time: 3-4-5, missing skipped', () => {
  const t = (...v: number[]) => Float64Array.from(v);
  const specs = [{ fromMs: 0, target: 10, lsl: null, usl: null }];
  expect(rmsFromTarget(t(1, 2, 3), t(13, 14, Number.NaN), specs)).toBeCloseTo(Math.sqrt((9 + 16) / 2), 12);
  const raised = [...specs, { fromMs: 2, target: 17, lsl: null, usl: null }];
  expect(rmsFromTarget(t(1, 2), t(13, 14), raised)).toBeCloseTo(3, 12);
  expect(rmsFromTarget(t(), t(), specs)).toBeNaN();
});

test('each version of target and limits is drawn over its own time and named in the picture; the one in force is labelled', () => {
  const specs = [
    { fromMs: 0, target: 450, lsl: 430, usl: 470 },
    { fromMs: 1500 * 60_000, target: 452, lsl: 430, usl: 475 },
    { fromMs: 9e12, target: 500, lsl: 490, usl: 510 },
  ];
  const c = { ...input, specs };
  const m = prepareLoopChart(c);
  const of = (kind: string) => m.specs.filter((s) => s.kind === kind).map((s) => [s.y, s.x1, s.x2, s.label !== null]);
  expect(of('target')).toEqual([
    [450, 0, 1500 * 60_000, false],
    [452, 1500 * 60_000, n * 60_000, true],
  ]);
  expect(of('usl').map((s) => s[0])).toEqual([470, 475]);
  expect(m.specs.filter((s) => s.earlier !== undefined).map((s) => s.kind)).toEqual(['usl', 'target']);
  expect(m.outputDomain[1]).toBeLessThan(490);
  const notes = loopNotes(c, m.summary).join('\n');
  expect(notes).toMatch(/LSL 430.0 nm, target 450.0 nm, USL 470.0 nm\nfrom .* on: LSL 430.0 nm, target 452.0 nm, USL 475.0 nm\n/);
  expect(notes).not.toContain('500');
});
