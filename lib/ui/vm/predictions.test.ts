import { expect, test } from 'vitest';
import { percent } from '../format';
import { coverageOf, predictionNotes, predictionSummary, predictionsCsv, preparePredictions } from './predictions.prepare';

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
    version: [],
    label: [],
    place: [],
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
    `3 predictions, 1 outside the model's domain; 2 wafers inside it measured, ${percent(0.5)} of them inside their 95 % interval.`,
  );
  const notes = (lsl: number | null, usl: number | null) => predictionNotes({ lsl, usl }, summary);
  expect(notes(90, 110).slice(0, 2)).toEqual([summary, 'LSL 90.0, USL 110.0']);
  expect([notes(null, 110)[1], notes(null, null)[1]]).toEqual(['USL 110.0', 'no specification limits']);
});

test('what is kept off counts for no error of the charted predictions; the file says which version predicted', () => {
  const c = {
    title: 't',
    unit: 'nm',
    at: f([0, 60_000, 120_000]),
    value: f([10, 11, 116]),
    lo: f([9, 10, 100]),
    hi: f([11, 12, 130]),
    measured: f([10.5, 11, 104]),
    reliable: [true, true, false],
    version: [5, 6, 6],
    label: ['L1.01', 'L1.02', 'L1.03'],
    place: ['CMP-01 H1', 'CMP-01 H2', 'CMP-01 H1'],
    lsl: null,
    usl: null,
    windowMs: [0, 120_000] as const,
  };
  expect(coverageOf(c, c.reliable)).toMatchObject({ measured: 2, inside: 2, rms: Math.sqrt(0.125) });
  expect(coverageOf(c).rms).toBeCloseTo(Math.sqrt((0.25 + 144) / 3), 12);
  expect(preparePredictions(c).coverage.measured).toBe(2);
  expect(preparePredictions(c).limits).toEqual([]);
  expect(preparePredictions({ ...c, lsl: 9, usl: 12.5 }).limits.map((l) => l.label)).toEqual(['USL 12.50', 'LSL 9.00']);
  expect(predictionsCsv(c).split('\r\n').slice(0, 2)).toEqual([
    'process_time,wafer,chamber,predicted (nm),interval_low (nm),interval_high (nm),measured (nm),inside_domain,version',
    '1970-01-01T00:00:00.000Z,L1.01,CMP-01 H1,10,9,11,10.5,true,5',
  ]);
});
