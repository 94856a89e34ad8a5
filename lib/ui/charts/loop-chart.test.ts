import { expect, test } from 'vitest';
import { type LoopChartInput, prepareLoopChart, rmsFromTarget } from './loop-chart.prepare';

const n = 3000;
const at = Float64Array.from({ length: n }, (_, i) => i * 60_000);
const input: LoopChartInput = {
  title: 'CMP removal',
  outputUnit: 'nm',
  knob: 'time',
  knobUnit: 's',
  target: 450,
  lsl: 430,
  usl: 470,
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

test('rms distance from target: 3-4-5, missing skipped', () => {
  expect(rmsFromTarget(new Float64Array([13, 14, Number.NaN]), 10)).toBeCloseTo(Math.sqrt((9 + 16) / 2), 12);
  expect(rmsFromTarget(new Float64Array([]), 10)).toBeNaN();
});
