import { describe, expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { individualsChart, rangeChart, rangeLimits, sdChart, sdLimits } from './index';

describe('spread of subgroups', () => {
  const rng = createRng(17);
  const mixed = Array.from({ length: 400 }, (_, i) => Array.from({ length: i % 2 === 0 ? 10 : 2 }, () => rng.normal()));

  test.each([
    [rangeChart, rangeLimits],
    [sdChart, sdLimits],
  ] as const)('subgroups of several sizes have the centre and limits of their own size', (chart, limits) => {
    const c = chart(mixed);
    for (const i of [0, 1]) {
      const want = limits(c.sigmaWithin, mixed[i]!.length);
      expect([c.lcl[i], (c.center as Float64Array)[i], c.ucl[i]]).toEqual([want.lcl, want.center, want.ucl]);
    }
    expect(c.sigmaWithin).toBeCloseTo(1, 1);
    // A pooled centre put the lower limit of pairs above half of them; nothing here is too small.
    expect(c.beyondLimits.filter((i) => c.statistics[i]! < c.lcl[i]!)).toEqual([]);
  });

  test('a frozen sigma has its own centre: d2 σ, c4 σ and, of moving ranges, d2(2) σ', () => {
    const groups = [
      [1, 3],
      [2, -1],
      [1, 4],
      [0, 3.5],
    ];
    const r = rangeChart(groups, { sigma: 0.1 });
    expect(r.center).toBeCloseTo(0.1128379, 7);
    expect(r.ucl[0]).toBeCloseTo(0.3686, 4);
    expect(r.beyondLimits).toEqual([0, 1, 2, 3]);
    expect(sdChart(groups, { sigma: 0.1 }).center).toBeCloseTo(0.0797885, 7);
    const i = individualsChart([10, 11, 9, 10, 12, 11], { center: 10, sigma: 2 });
    expect(i.mrCenter).toBeCloseTo(2.256758, 6);
    expect(i.mrUcl).toBeCloseTo(7.3721, 3);
  });
});
