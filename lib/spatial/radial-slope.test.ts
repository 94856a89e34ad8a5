import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { polynomialRegression } from '@/lib/numerics/regression';
import { radialSlopeWeights } from './radial-slope';

const SITES = { x: [0, 50, -50, 0, 100, 0, -140], y: [0, 0, 0, 75, 0, -120, 0] };
const slope = (x: readonly number[], y: readonly number[], z: readonly number[]): number => {
  const g = radialSlopeWeights(x, y, z)!;
  return z.reduce((s, v, i) => (Number.isNaN(v) ? s : s + g[i]! * v), 0);
};

describe('radial slope', () => {
  test('a cone has its own slope, and a constant has none', () => {
    const cone = SITES.x.map((x, i) => 12 + 0.03 * Math.hypot(x, SITES.y[i]!));
    expect(slope(SITES.x, SITES.y, cone)).toBeCloseTo(0.03, 12);
    expect(
      slope(
        SITES.x,
        SITES.y,
        SITES.x.map(() => 450),
      ),
    ).toBeCloseTo(0, 12);
  });

  test('is what a regression on the radius says, without the sites that were not measured', () => {
    const values = [3, 4.5, Number.NaN, 2, 7, 1, 9];
    const kept = values.flatMap((v, i) => (Number.isNaN(v) ? [] : [i]));
    const radius = kept.map((i) => Math.hypot(SITES.x[i]!, SITES.y[i]!));
    const fit = polynomialRegression(
      radius,
      kept.map((i) => values[i]!),
      1,
    );
    expect(slope(SITES.x, SITES.y, values)).toBeCloseTo(fit.coefficients[1]!, 10);
  });

  test('does not change when the wafer is turned or a constant added', () => {
    fc.assert(
      fc.property(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -1e3, max: 1e3, noNaN: true }), (turn, plus) => {
        const z = [3, 4.5, 1, 2, 7, 1, 9];
        const x = SITES.x.map((v, i) => v * Math.cos(turn) - SITES.y[i]! * Math.sin(turn));
        const y = SITES.x.map((v, i) => v * Math.sin(turn) + SITES.y[i]! * Math.cos(turn));
        expect(
          slope(
            x,
            y,
            z.map((v) => v + plus),
          ),
        ).toBeCloseTo(slope(SITES.x, SITES.y, z), 8);
      }),
    );
  });

  test('there is none of two sites, nor of a ring', () => {
    expect(radialSlopeWeights([0, 50], [0, 0], [1, 2])).toBeNull();
    expect(radialSlopeWeights([100, 0, -100, 0], [0, 100, 0, -100], [1, 2, 3, 4])).toBeNull();
    expect(() => radialSlopeWeights([1], [1, 2], [3])).toThrow(expect.objectContaining({ code: 'dimension_mismatch' }));
  });
});
