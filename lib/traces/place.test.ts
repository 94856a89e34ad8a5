import { expect, test } from 'vitest';
import { originOf } from './place';

const t = Float32Array.from([0.5, 1, 2, 4]);
const steps = [
  { name: 'pump', start: 0, end: 1 },
  { name: 'etch', start: 1, end: 3 },
  { name: 'etch', start: 3, end: 5 },
];

test('a run is laid at its first sample, its last, or the first step of a name', () => {
  expect(originOf(t, steps, { at: 'start' })).toBe(0.5);
  expect(originOf(t, steps, { at: 'end' })).toBe(4);
  expect(originOf(t, steps, { at: 'step', step: 'etch' })).toBe(1);
});
test('a run without the step, or without samples, has no place', () => {
  expect(originOf(t, steps, { at: 'step', step: 'purge' })).toBeUndefined();
  expect(originOf(new Float32Array(0), steps, { at: 'end' })).toBeUndefined();
});
