import fc from 'fast-check';
import { expect, test } from 'vitest';
import { featureNames, summariseTrace } from './index';

const steps = [
  { name: 'ramp', start: 0, end: 5 },
  { name: 'main', start: 5, end: 20 },
];
const t = Float32Array.from({ length: 20 }, (_, i) => i);

test('a straight line gives its slope and its mid value in each step', () => {
  const v = Float32Array.from(t, (x) => 3 + 0.5 * x);
  const f = new Float64Array(4);
  summariseTrace(t, v, 1, steps, f);
  expect(f[0]).toBeCloseTo(3 + 0.5 * 2, 6);
  expect(f[1]).toBeCloseTo(0.5, 6);
  expect(f[2]).toBeCloseTo(3 + 0.5 * 12, 6);
  expect(f[3]).toBeCloseTo(0.5, 6);
});

test('slope and mean agree with the two-pass textbook formulas, with samples missing', () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          { weight: 5, arbitrary: fc.float({ min: -1000, max: 1000, noNaN: true }) },
          { weight: 1, arbitrary: fc.constant(Number.NaN) },
        ),
        { minLength: 20, maxLength: 20 },
      ),
      (y) => {
        const f = new Float64Array(4);
        summariseTrace(t, Float32Array.from(y), 1, steps, f);
        const idx = [...y.keys()].filter((i) => i >= 5 && !Number.isNaN(y[i]!));
        if (idx.length < 3) return expect(f[2]).toBeNaN();
        const mt = idx.reduce((s, i) => s + i, 0) / idx.length;
        const mv = idx.reduce((s, i) => s + Math.fround(y[i]!), 0) / idx.length;
        const slope =
          idx.reduce((s, i) => s + (i - mt) * (Math.fround(y[i]!) - mv), 0) / idx.reduce((s, i) => s + (i - mt) ** 2, 0);
        expect(f[2]).toBeCloseTo(mv, 6);
        expect(f[3]).toBeCloseTo(slope, 6);
      },
    ),
  ));

test('a sensor that drops out is NaN, never zero', () => {
  const v = Float32Array.from(t, () => Number.NaN);
  const f = new Float64Array(4);
  summariseTrace(t, v, 1, steps, f);
  expect([...f].every(Number.isNaN)).toBe(true);
});

test('names follow the order of the values', () => {
  const { names, units } = featureNames(['p', 'q'], ['Pa', 'W'], ['a', 'b']);
  expect(names).toEqual(['p|a|mean', 'p|a|slope', 'p|b|mean', 'p|b|slope', 'q|a|mean', 'q|a|slope', 'q|b|mean', 'q|b|slope']);
  expect(units[1]).toBe('Pa/s');
});

test('a sample exactly on a border belongs to the step that begins there, in float32 too', () => {
  const times = Float32Array.from([0.1, 0.2, 0.3, 0.4, 0.7, 0.8, 0.9]);
  const v = Float32Array.from([1, 1, 1, 1, 5, 5, 5]);
  const f = new Float64Array(4);
  summariseTrace(
    times,
    v,
    1,
    [
      { name: 'a', start: 0.1, end: 0.7 },
      { name: 'b', start: 0.7, end: 1 },
    ],
    f,
  );
  expect([f[0], f[2]]).toEqual([1, 5]);
});
