import { expect, test } from 'vitest';
import { percent } from '../format';
import { coverageOf, predictionNotes, predictionSummary, preparePredictions } from './predictions.prepare';

const f = (v: readonly number[]): Float64Array => Float64Array.from(v);

test('coverage, rms and bias by hand; missing measurements do not count', () => {
  const c = coverageOf({
    value: f([1, 2, 3, 4]),
    lo: f([0, 1, 2, 3]),
    hi: f([2, 3, 4, 5]),
    measured: f([1.5, Number.NaN, 5, 4]),
  });
  expect(c.measured).toBe(3);
  expect(c.inside).toBe(2);
  expect(c.rms).toBeCloseTo(Math.sqrt((0.25 + 4 + 0) / 3), 12);
  expect(c.bias).toBeCloseTo((-0.5 - 2 + 0) / 3, 12);
  expect(coverageOf({ value: f([]), lo: f([]), hi: f([]), measured: f([]) }).rms).toBeNaN();
});

test('decimation keeps every measured and every unreliable prediction', () => {
  const n = 5000;
  const value = Float64Array.from({ length: n }, (_, i) => Math.sin(i / 100));
  const measured = Float64Array.from({ length: n }, (_, i) => (i % 97 === 0 ? value[i]! : Number.NaN));
  const reliable = Array.from({ length: n }, (_, i) => i % 501 !== 0);
  const m = preparePredictions({
    title: 't',
    unit: 'nm',
    at: Float64Array.from({ length: n }, (_, i) => i),
    value,
    lo: value.map((v) => v - 1),
    hi: value.map((v) => v + 1),
    measured,
    reliable,
    label: [],
    lsl: null,
    usl: null,
    windowMs: [0, n],
  });
  const shown = new Set(m.points.map((p) => p.i));
  for (let i = 0; i < n; i++) if (i % 97 === 0 || i % 501 === 0) expect(shown.has(i)).toBe(true);
  expect(m.points.length).toBeLessThan(1200);
});

test('an exported picture says what is in it, its limits and its marks', () => {
  const summary = predictionSummary(
    { at: f([1, 2, 3]), reliable: [true, false, true] },
    { measured: 2, inside: 1, rms: 1, bias: 0 },
  );
  expect(summary).toBe(
    `3 predictions, 1 outside the model's domain; 2 wafers measured, ${percent(0.5)} of them inside their 95 % interval.`,
  );
  const notes = (lsl: number | null, usl: number | null) => predictionNotes({ lsl, usl }, summary);
  expect(notes(90, 110).slice(0, 2)).toEqual([summary, 'LSL 90, USL 110']);
  expect([notes(null, 110)[1], notes(null, null)[1]]).toEqual(['USL 110', 'no specification limits']);
});
