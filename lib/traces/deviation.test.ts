import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leavesBand, orderByDeviation, traceDeviation } from './deviation';

const f32 = (v: readonly number[]): Float32Array => Float32Array.from(v);

test('a run inside its band has no deviation; one that leaves it names the second', () => {
  const t = f32([0, 1, 2, 3]);
  const band = { mid: f32([10, 10, 10, 10]), lo: f32([9, 9, 9, 9]), hi: f32([11, 11, 11, 11]), runs: 9 };
  expect(traceDeviation({ t, v: f32([10, 10.5, 9.5, 10]), band }).outsideShare).toBe(0);
  expect(traceDeviation({ t, v: f32([10, 10, 14, 10]), band })).toEqual({
    outsideShare: 0.25,
    comparedShare: 1,
    worst: 4,
    worstAtS: 2,
  });
  expect(traceDeviation({ t, v: f32([10, Number.NaN, 10, 10]), band }).outsideShare).toBe(0.25);
});

test('the differing sensor comes first, those without a band last', () => {
  const d = (outsideShare: number, worst: number) => ({ deviation: { outsideShare, comparedShare: 1, worst, worstAtS: 0 } });
  expect(orderByDeviation([d(0, 0.4), d(Number.NaN, Number.NaN), d(0.2, 3), d(0, 0.9)]).map((x) => x.deviation.worst)).toEqual([
    3,
    0.9,
    0.4,
    Number.NaN,
  ]);
});

test('samples without a reference are not outside; a sensor without any has no deviation', () => {
  const t = f32([0, 1, 2, 3]);
  const gap = { mid: f32([10, 10, NaN, NaN]), lo: f32([9, 9, NaN, NaN]), hi: f32([11, 11, NaN, NaN]), runs: 9 };
  const v = f32([10, 14, 50, 50]);
  expect(traceDeviation({ t, v, band: gap })).toEqual({ outsideShare: 0.5, comparedShare: 0.5, worst: 4, worstAtS: 1 });
  const none = { mid: f32([NaN, NaN, NaN, NaN]), lo: f32([NaN, NaN, NaN, NaN]), hi: f32([NaN, NaN, NaN, NaN]), runs: 9 };
  for (const band of [none, undefined]) expect(traceDeviation({ t, v, band }).outsideShare).toBeNaN();
});

test('a constant sensor has a width all the same: a thousandth of a part is none of its business, a hundredth is', () => {
  const t = f32([0, 1]);
  const flat = { mid: f32([100, 100]), lo: f32([100, 100]), hi: f32([100, 100]), runs: 9 };
  expect(traceDeviation({ t, v: f32([100.005, 99.995]), band: flat }).outsideShare).toBe(0);
  expect(traceDeviation({ t, v: f32([100, 100.05]), band: flat })).toMatchObject({ outsideShare: 0.5, worstAtS: 1 });
});

test('a sensor is out with more than two in a hundred of its samples outside', () => {
  const deviation = (out: number) => {
    const all = (v: number) => new Float32Array(100).fill(v);
    const v = all(0).map((_, i) => (i < out ? 5 : 0));
    return traceDeviation({ t: all(0), v, band: { mid: all(0), lo: all(-1), hi: all(1) } });
  };
  expect([0, 2, 3].map((n) => leavesBand(deviation(n)))).toEqual([false, false, true]);
});

test('another unit of the sensor changes no deviation', () =>
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 20 }),
      fc.constantFrom(2, 8, 1024),
      (x, unit) => {
        const t = f32(x.map((_, i) => i));
        const of = (k: number) => {
          const band = { mid: f32(x.map(() => 0)), lo: f32(x.map(() => -8 * k)), hi: f32(x.map(() => 8 * k)) };
          return traceDeviation({ t, v: f32(x.map((v) => v * k)), band });
        };
        expect(of(unit)).toEqual(of(1));
      },
    ),
  ));
