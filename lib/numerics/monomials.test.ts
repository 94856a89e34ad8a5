import { describe, expect, test } from 'vitest';
import { createRng, fitMonomials, leastSquares, type Monomials, monomialDesign } from '.';

const uniform = (n: number, seed: number): Float64Array => {
  const out = new Float64Array(n);
  createRng(seed).fillUniform(out);
  return out.map((v) => 2 * v - 1);
};
const columns = [
  [0, 0],
  [1, 0],
  [0, 1],
  [2, 0],
  [1, 1],
  [0, 3],
  [4, 1],
].map(([i, j]) => ({ a: 0, i: i!, b: 1, j: j! }));
const points = (n: number): Monomials => ({
  coordinates: [
    { parts: [uniform(n, 1), uniform(n, 2)], unit: 2 },
    { parts: [uniform(n, 3)], unit: 0.5 },
  ],
  columns,
});

describe('designs of monomials', () => {
  test('each entry is the product of its powers', () => {
    const m = points(37);
    const { data, rows, cols } = monomialDesign(m);
    expect([rows, cols]).toEqual([37, 7]);
    const [x, y] = [uniform(37, 1).map((v, i) => (v + uniform(37, 2)[i]!) / 2), uniform(37, 3).map((v) => v / 0.5)];
    for (let r = 0; r < 37; r++)
      for (const [c, { i, j }] of columns.entries()) expect(data[r * 7 + c]).toBeCloseTo(x[r]! ** i * y[r]! ** j, 13);
  });

  // rows: as many as columns, around the block of 128, not a multiple of two
  test.each([7, 8, 127, 128, 129, 385, 1001])('least squares over %i points is that of the explicit design', (n) => {
    const m = points(n);
    const design = monomialDesign(m);
    const [y, z] = [uniform(n, 4).map((v) => v + 5), uniform(n, 5)];
    const weights = uniform(n, 6).map((v, i) => (i % 9 === 4 && n > 60 ? 0 : 1.5 + v));
    for (const w of [null, weights]) {
      const fit = fitMonomials(m, [y, z, y], w ? w.map(Math.sqrt) : null);
      for (const [k, right] of [y, z, y].entries()) {
        const want = leastSquares(design, right, { ...(w ? { weights: w } : {}), covariance: 'known' });
        const got = fit.solutions[k]!;
        const cond = want.conditionNumber;
        for (let j = 0; j < 7; j++)
          expect(Math.abs(got.coefficients[j]! - want.coefficients[j]!)).toBeLessThan(1e-14 * cond * cond);
        expect(Math.abs(got.rss - want.rss)).toBeLessThan(1e-12 * n);
        for (let i = 0; i < n; i++) {
          expect(Math.abs(got.fitted[i]! - want.fitted[i]!)).toBeLessThan(1e-13 * cond * cond);
          expect(got.residuals[i]).toBe(right[i]! - got.fitted[i]!);
        }
        for (let j = 0; j < 49; j++)
          expect(Math.abs(fit.unscaledCovariance[j]! / want.covariance[j]! - 1)).toBeLessThan(1e-12 * cond * cond);
        expect(fit.svd.s[0]! / fit.svd.s[6]!).toBeCloseTo(cond, 8);
      }
    }
  });

  test('rows without weight may hold NaN; rank that is lost shows in the singular values; sizes are checked', () => {
    const m = points(50);
    const y = uniform(50, 7);
    const root = Float64Array.from(y, (_, i) => (i < 5 ? 0 : 1));
    const broken = y.map((v, i) => (i < 5 ? Number.NaN : v));
    const a = fitMonomials(m, [broken], root).solutions[0]!;
    expect(Array.from(a.coefficients)).toEqual(Array.from(fitMonomials(m, [y], root).solutions[0]!.coefficients));
    expect([a.residuals[4], Number.isFinite(a.fitted[4]!), Number.isFinite(a.rss)]).toEqual([Number.NaN, true, true]);
    const twice = { ...m, columns: [...columns, columns[3]!] };
    const s = fitMonomials(twice, [y], null).svd.s;
    expect(s[7]! / s[0]!).toBeLessThan(1e-15);
    expect(() => fitMonomials(points(6), [uniform(6, 1)], null)).toThrow(/6 observations/);
    expect(() => fitMonomials(m, [uniform(6, 1)], null)).toThrow(/50 points/);
  });

  test('values near the ends of the number range are factored without overflow', () => {
    const n = 200;
    for (const size of [1e-160, 1e160]) {
      const m: Monomials = { coordinates: [{ parts: [uniform(n, 8)], unit: 1 / size }], columns: [{ a: 0, i: 1, b: 0, j: 0 }] };
      const y = uniform(n, 8).map((v) => 3 * v);
      expect(fitMonomials(m, [y], null).solutions[0]!.coefficients[0]! * size).toBeCloseTo(3, 12);
    }
  });
});
