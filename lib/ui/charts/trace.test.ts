import { expect, test } from 'vitest';
import { prepareTrace, traceWithin } from './trace.prepare';

const f32 = (v: readonly number[]): Float32Array => Float32Array.from(v);

test('the summary says how much lies outside the band, and that there is none to judge by', () => {
  const t = f32([0, 1, 2, 3]);
  const v = f32([10, 10, 14, 10]);
  const band = { mid: f32([10, 10, 10, 10]), lo: f32([9, 9, 9, 9]), hi: f32([11, 11, 11, 11]), runs: 9 };
  const of = (b: typeof band | undefined) => prepareTrace({ sensor: 'RF', unit: 'W', t, v, band: b, steps: [] });
  expect(of(band)).toMatchObject({ isOut: true, summary: expect.stringContaining('25 % of the samples outside') });
  const nothing = f32([NaN, NaN, NaN, NaN]);
  for (const b of [{ ...band, mid: nothing, lo: nothing, hi: nothing }, undefined])
    expect(of(b)).toMatchObject({ isOut: false, summary: expect.stringContaining('no reference') });
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
