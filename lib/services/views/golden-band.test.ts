import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignToSteps, goldenBand } from './golden-band';

const f32 = (v: readonly number[]): Float32Array => Float32Array.from(v);

test('band: median and 1.4826·MAD by hand', () => {
  const b = goldenBand([f32([1]), f32([2]), f32([3]), f32([4]), f32([100])], 1, 3)!;
  expect(b.mid[0]).toBe(3);
  expect(b.hi[0]).toBeCloseTo(3 + 3 * 1.4826 * 1, 4);
  expect(goldenBand([f32([1]), f32([2])], 1)).toBeUndefined();
});

test('runs that have nothing at any sample of this one are no reference', () => {
  const nothing = f32([NaN, NaN]);
  expect(goldenBand([nothing, nothing, nothing, nothing], 2)).toBeUndefined();
});

test('the band holds its own middle and shifts with the data', () =>
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 4, maxLength: 4 }), { minLength: 3, maxLength: 9 }),
      fc.integer({ min: -50, max: 50 }),
      (rows, s) => {
        const a = goldenBand(rows.map(f32), 4)!;
        const b = goldenBand(
          rows.map((r) => f32(r.map((v) => v + s))),
          4,
        )!;
        for (let i = 0; i < 4; i++) {
          expect(a.lo[i]!).toBeLessThanOrEqual(a.mid[i]!);
          expect(a.hi[i]!).toBeGreaterThanOrEqual(a.mid[i]!);
          expect(b.hi[i]!).toBeCloseTo(a.hi[i]! + s, 3);
        }
      },
    ),
  ));

test('alignment: a run whose step began later gives the same samples', () => {
  const t = f32([0, 1, 2, 3, 4, 5]);
  const steps = [
    { name: 'ramp', start: 0, end: 2 },
    { name: 'etch', start: 2, end: 5 },
  ];
  const other = {
    t: f32([0, 1, 2, 3, 4, 5, 6]),
    v: f32([0, 10, 20, 30, 100, 101, 102]),
    steps: [
      { name: 'ramp', start: 0, end: 4 },
      { name: 'etch', start: 4, end: 6 },
    ],
  };
  expect(Array.from(alignToSteps(t, steps, other))).toEqual([0, 10, 100, 101, 102, Number.NaN]);
});

test('alignment of a run with itself is the identity', () => {
  const t = f32([0, 0.5, 1, 1.5, 2]);
  const v = f32([5, 4, 3, 9, 1]);
  const steps = [{ name: 'a', start: 0, end: 2 }];
  expect(Array.from(alignToSteps(t, steps, { t, v, steps }))).toEqual(Array.from(v));
  expect(Array.from(alignToSteps(t, [], { t, v, steps: [] }))).toEqual(Array.from(v));
  expect(Array.from(alignToSteps(t, steps, { t, v, steps: [{ name: 'b', start: 0, end: 2 }] }))).toEqual([
    NaN,
    NaN,
    NaN,
    NaN,
    NaN,
  ]);
});
