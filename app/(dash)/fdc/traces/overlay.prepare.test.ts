import { describe, expect, test } from 'vitest';
import type { OverlaidRun } from '@/lib/services/runs/views/trace-overlay';
import {
  largestGroups,
  ofAddress,
  overlayCsv,
  overlayHref,
  rankedRuns,
  runAt,
  runsPath,
  sampleNear,
  zoomOf,
} from './overlay.prepare';

const run = (id: string, chamber: string, outsideShare: number): OverlaidRun => ({
  id,
  tool: 'T',
  chamber,
  product: 'P',
  lot: 'L',
  slot: 1,
  version: 1,
  startedMs: 0,
  isOut: false,
  isReference: false,
  deviations: [{ outsideShare, comparedShare: 1, worst: 1, worstAtS: 0 }],
});
const runs = [run('a', 'A', 0.01), run('b', 'B', 0.5), run('c', 'B', Number.NaN)];
const sensor = {
  name: 's',
  unit: 'V',
  t: Float32Array.from([0, 1, 2, 0, 1]),
  v: Float32Array.from([1, Number.NaN, 3, 5, 6]),
  from: Int32Array.from([0, 3, 3, 5]),
  band: null,
};
const same = (x: number): number => x;

describe('packed samples', () => {
  test('belong to the run whose stretch they are in; a run without samples has none', () => {
    expect([0, 2, 3, 4].map((i) => runAt(sensor.from, i))).toEqual([0, 0, 2, 2]);
  });
  test('are found near the pointer, missing ones never', () => {
    expect(sampleNear(sensor, same, same, 1, 5.8, 2)).toBe(4);
    expect(sampleNear(sensor, same, same, 40, 40, 2)).toBe(-1);
  });
  test('make a line for each run, with a gap where one is missing', () => {
    expect(runsPath(sensor, [0, 1, 2], same, same)).toBe('M0.0 1.0M2.0 3.0M0.0 5.0L1.0 6.0');
  });
  test('are written run by run, a missing one empty', () => {
    expect(
      overlayCsv(sensor, runs)
        .trim()
        .split(/\r?\n/)
        .slice(1)
        .map((l) => l.split(',').slice(-2)),
    ).toEqual([
      ['0', '1'],
      ['1', ''],
      ['2', '3'],
      ['0', '5'],
      ['1', '6'],
    ]);
  });
});

test('the farthest run is first, those without a reference last', () => {
  expect(rankedRuns({ runs, sensors: [sensor] }).map((r) => r.run.id)).toEqual(['b', 'a', 'c']);
});
test('the largest groups have a name of their own', () => {
  expect(largestGroups(runs, 'chamber', 1)).toEqual(['T B']);
});
test('a stretch of the address is two ascending numbers', () => {
  expect(zoomOf('-1.5~3')).toEqual([-1.5, 3]);
  for (const text of [null, '', '3', '3~1', '~1', 'a~b', '1~2~3', '1~Infinity']) expect(zoomOf(text)).toBeNull();
});
test('the address of a run among others names its recipe, and ends with it', () => {
  const at = Date.UTC(2026, 10, 3);
  const q = new URL(overlayHref({ id: 'x', tool: 'T & 1', operation: 'OP', recipe: 'R / 2', startedMs: at }), 'http://h')
    .searchParams;
  expect(ofAddress(q.get('of'))).toEqual({ operation: 'OP', recipe: 'R / 2' });
  expect([q.get('tool'), q.get('run'), Date.parse(q.get('to')!)]).toEqual(['T & 1', 'x', at + 1]);
  expect(ofAddress('nothing')).toEqual({ operation: '', recipe: 'nothing' });
});
