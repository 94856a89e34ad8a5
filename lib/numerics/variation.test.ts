import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leastSquares } from './least-squares';
import { fromRows } from './matrix';
import { multipleRegression, polynomialRegression } from './regression';
import { createRng } from './rng';
import { moments } from './statistics';
import { constantColumns, dependentColumns, exceeds, isOutside, requireIndependent, standardised, varies } from './variation';

const scale = fc.double({ min: -12, max: 12, noNaN: true }).map((e) => 10 ** e);
const offset = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('variation', () => {
  test('a constant reached by different sums does not vary, at any scale', () =>
    fc.assert(
      fc.property(scale, fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 2, maxLength: 30 }), (c, ulps) => {
        expect(varies(ulps.map((k) => c * (1 + k * Number.EPSILON)))).toBe(false);
        expect(varies([...ulps.map(() => c), c * (1 + 1e-11)])).toBe(true);
      }),
    ));

  test('nothing, zeros and gaps do not vary; the smallest doubles do', () => {
    expect(varies([])).toBe(false);
    expect(varies([0, 0, -0])).toBe(false);
    expect(varies([5, Number.NaN, 5])).toBe(false);
    expect(varies([5e-324, 1e-323])).toBe(true);
    expect(
      constantColumns(
        fromRows([
          [1, 0.1 + 0.2],
          [2, 0.3],
          [3, Number.NaN],
        ]),
      ),
    ).toEqual([1]);
  });

  test('a combination of others is found with what it is made of, whatever units and offsets', () =>
    fc.assert(
      fc.property(scale, scale, offset, fc.integer({ min: 1, max: 1e6 }), (a, b, at, seed) => {
        const rng = createRng(seed);
        const rows = Array.from({ length: 25 }, () => {
          const [u, v, w] = [rng.normal(), rng.normal(), rng.normal()];
          const [x, y] = [a * (u + at), b * v];
          return [x, y, w, x / a - (3 * y) / b + 7];
        });
        const found = dependentColumns(fromRows(rows));
        expect(found).toHaveLength(1);
        expect([found[0]!.column, ...found[0]!.of].sort()).toEqual([0, 1, 3]);
        expect(() => requireIndependent('x', fromRows(rows), ['p', 'q', 'r', 's'])).toThrow(/is a linear combination of/);
        const free = rows.map((r) => [...r.slice(0, 3), r[3]! + 1e-3 * (1 + Math.abs(at)) * rng.normal()]);
        expect(dependentColumns(fromRows(free))).toEqual([]);
      }),
      { numRuns: 40 },
    ));
});

describe('comparison with limits', () => {
  test('decimals on a limit are inside, whichever way it is computed; the next decimal is outside', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: -1e6, max: 1e6 }),
        fc.integer({ min: 1, max: 999 }),
        fc.integer({ min: 1, max: 3 }),
        (c, s, k) => {
          const [centre, sigma] = [c / 1000, s / 1000];
          const value = (c + k * s) / 1000;
          expect(exceeds(value, centre + k * sigma, centre)).toBe(false);
          expect(isOutside(2 * centre - value, centre - k * sigma, centre + k * sigma, centre)).toBe(false);
          expect(standardised(value, centre, sigma)).toBe(k);
          const beyond = (c + k * s + 1) / 1000;
          expect(exceeds(beyond, centre + k * sigma, centre)).toBe(true);
          expect(standardised(beyond, centre, sigma)).toBeGreaterThan(k);
        },
      ),
    ));

  test('an infinite limit is none, and what is infinite exceeds', () => {
    expect(isOutside(5, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)).toBe(false);
    expect(exceeds(Number.POSITIVE_INFINITY, 3)).toBe(true);
    expect(exceeds(Number.NaN, 3)).toBe(false);
  });
});

test('regression names a regressor that does not vary or depends on others', () => {
  const rng = createRng(5);
  const [a, b] = [Array.from({ length: 20 }, () => rng.normal()), Array.from({ length: 20 }, () => 50 + rng.normal())];
  const y = a.map((v, i) => 3 + 2 * v - b[i]!);
  const still = a.map((_, i) => 7.3 * (1 + (i % 3) * Number.EPSILON));
  expect(() => multipleRegression([a, still], y)).toThrow(/column 2 does not vary/);
  expect(() => multipleRegression([a, b, a.map((v, i) => v - 4 * b[i]!)], y, true, ['gas', 'power', 'mix'])).toThrow(
    /is a linear combination of/,
  );
  expect(multipleRegression([a, b], y).coefficients[1]).toBeCloseTo(2, 9);
  // without an intercept a constant is a regressor like any other
  expect(multipleRegression([a.map(() => 7.3), a, b], y, false).coefficients[0]).toBeCloseTo(3 / 7.3, 9);
  expect(() => polynomialRegression(still, y, 1)).toThrow(/x: the values do not vary/);
});

test('rounding has no variance and no residual, at any scale and offset; what is beyond it has', () =>
  fc.assert(
    fc.property(scale, fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 4, maxLength: 30 }), (c, ulps) => {
      expect(moments(ulps.map((k) => c * (1 + k * Number.EPSILON))).variance).toBe(0);
      expect(moments([...ulps.map(() => c), c * (1 + 1e-11)]).variance).toBeGreaterThan(0);
      const x = fromRows(ulps.map((_, i) => [1, i]));
      const line = ulps.map((k, i) => c * (2 + 3 * i) * (1 + k * Number.EPSILON));
      const fit = leastSquares(x, line);
      expect([fit.rss, fit.residualSigma, ...fit.standardErrors]).toEqual([0, 0, 0, 0]);
      line[2]! += 1e-9 * c * ulps.length;
      expect(leastSquares(x, line).residualSigma).toBeGreaterThan(0);
    }),
  ));
