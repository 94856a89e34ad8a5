import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { leavesBand, traceDeviation } from './deviation';
import { alignToSteps, goldenBand } from './golden-band';

const f32 = (v: readonly number[]): Float32Array => Float32Array.from(v);

test('band: mean and t(4; 0.99865)·√(6/5)·s by hand, and none of fewer than 5 runs', () => {
  const five = [1, 2, 3, 4, 5].map((v) => f32([v]));
  const b = goldenBand(five, 1)!;
  expect(b.mid[0]).toBe(3);
  expect(b.hi[0]).toBeCloseTo(3 + 6.6201 * Math.sqrt(6 / 5) * Math.sqrt(2.5), 3);
  expect(b.runs).toBe(5);
  expect(goldenBand(five.slice(1), 1)).toBeUndefined();
});

test('runs that have nothing at any sample of this one are no reference; a sample of fewer than 5 is none', () => {
  const nothing = f32([Number.NaN, Number.NaN]);
  expect(
    goldenBand(
      Array.from({ length: 6 }, () => nothing),
      2,
    ),
  ).toBeUndefined();
  const half = goldenBand([...[1, 2, 3, 4].map((v) => f32([v, v])), f32([5, Number.NaN])], 2)!;
  expect(half.mid[0]).toBe(3);
  expect([half.mid[1], half.lo[1], half.hi[1]]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});

test('one run far from the others does not widen the band, however few there are', () => {
  const seven = [3, 1, 4, 1.5, 5, 2.5, 3.5].map((v) => f32([v]));
  const [clean, spoilt] = [goldenBand(seven, 1)!, goldenBand([...seven.slice(0, 3), f32([1000]), ...seven.slice(3)], 1)!];
  expect([spoilt.lo[0], spoilt.mid[0], spoilt.hi[0]]).toEqual([clean.lo[0], clean.mid[0], clean.hi[0]]);
});

test.each([5, 8, 30])('of nominal samples against %i runs the share outside is 0.0027, as stated', (n) => {
  const samples = 100_000;
  const r = createRng(7, `golden ${n}`);
  const trace = () => Float32Array.from({ length: samples }, () => 20 + 0.3 * r.normal());
  const band = goldenBand(Array.from({ length: n }, trace), samples)!;
  const own = trace();
  const outside = own.reduce((k, v, i) => k + (v < band.lo[i]! || v > band.hi[i]! ? 1 : 0), 0) / samples;
  // The standard deviation of the share over 100 000 samples is 0.016 %; leaving out what Grubbs' test refuses adds some 0.02 %.
  expect(outside).toBeGreaterThan(0.0022);
  expect(outside).toBeLessThan(0.0035);
});

test.each([8, 30])(
  'few sensors of a nominal run leave the band of %i runs, whether their deviations last a sample or the whole run',
  (n) => {
    const [sensors, samples] = [400, 200];
    const r = createRng(11, `sensors ${n}`);
    for (const hold of [0, 0.9, 1]) {
      // AR(1) of unit variance: noise, slow wander, or one offset a run.
      const trace = () => {
        let x = r.normal();
        return Float32Array.from({ length: samples }, () => {
          x = hold * x + Math.sqrt(1 - hold * hold) * r.normal();
          return 50 + x;
        });
      };
      const t = Float32Array.from({ length: samples }, (_, i) => i);
      let red = 0;
      for (let s = 0; s < sensors; s++) {
        const band = goldenBand(Array.from({ length: n }, trace), samples);
        if (leavesBand(traceDeviation({ t, v: trace(), band }))) red++;
      }
      expect(red / sensors, `hold ${hold}`).toBeLessThanOrEqual(0.05);
    }
  },
);

test('an excursion of a step is seen against 8 runs', () => {
  const r = createRng(3, 'excursion');
  const trace = (add: number) => Float32Array.from({ length: 100 }, (_, i) => 50 + r.normal() + (i >= 40 && i < 60 ? add : 0));
  const band = goldenBand(
    Array.from({ length: 8 }, () => trace(0)),
    100,
  );
  const t = Float32Array.from({ length: 100 }, (_, i) => i);
  expect(leavesBand(traceDeviation({ t, v: trace(8), band }))).toBe(true);
});

test('the band holds its own middle and shifts with the data', () =>
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 4, maxLength: 4 }), { minLength: 5, maxLength: 9 }),
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
          expect(b.hi[i]!).toBeCloseTo(a.hi[i]! + s, 2);
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
