import { expect, test } from 'vitest';
import { orderByDeviation, prepareTrace, traceDeviation, traceWithin } from './trace.prepare';

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
  expect(prepareTrace({ sensor: 'RF', unit: 'W', t, v: f32([10, 10, 14, 10]), band, steps: [] }).summary).toContain(
    '25 % of the samples outside',
  );
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

test('samples without a reference are not outside, and a sensor without any is said to have none', () => {
  const t = f32([0, 1, 2, 3]);
  const gap = { mid: f32([10, 10, NaN, NaN]), lo: f32([9, 9, NaN, NaN]), hi: f32([11, 11, NaN, NaN]), runs: 9 };
  const v = f32([10, 14, 50, 50]);
  expect(traceDeviation({ t, v, band: gap })).toEqual({ outsideShare: 0.5, comparedShare: 0.5, worst: 4, worstAtS: 1 });
  const none = { mid: f32([NaN, NaN, NaN, NaN]), lo: f32([NaN, NaN, NaN, NaN]), hi: f32([NaN, NaN, NaN, NaN]), runs: 9 };
  for (const band of [none, undefined]) {
    expect(traceDeviation({ t, v, band }).outsideShare).toBeNaN();
    expect(prepareTrace({ sensor: 'RF', unit: 'W', t, v, band, steps: [] }).summary).toContain('no reference');
  }
});

test('a stretch of a trace holds its samples, its band and its steps as far as they reach into it', () => {
  const t = f32([0, 1, 2, 3, 4]);
  const band = { mid: f32([5, 5, 5, 5, 5]), lo: f32([4, 4, 4, 4, 4]), hi: f32([6, 6, 6, 6, 6]), runs: 9 };
  const steps = [
    { name: 'stabilise', fromS: 0, toS: 2 },
    { name: 'etch', fromS: 2, toS: 4 },
  ];
  const part = traceWithin({ sensor: 'RF', unit: 'W', t, v: f32([1, 2, 9, 4, 5]), band, steps }, [0.5, 2]);
  expect([[...part.t], [...part.v], [...part.band!.hi]]).toEqual([
    [1, 2],
    [2, 9],
    [6, 6],
  ]);
  expect(part.steps).toEqual([{ name: 'stabilise', fromS: 0.5, toS: 2 }]);
  expect(traceWithin({ sensor: 'RF', unit: 'W', t, v: t, steps: [] }, [0.5, 2]).band).toBeUndefined();
  const m = prepareTrace(part);
  expect([m.tDomain, [...m.shown].filter(m.isOutside)]).toEqual([
    [1, 2],
    [0, 1],
  ]);
});
