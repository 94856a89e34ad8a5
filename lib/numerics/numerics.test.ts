import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import {
  applyQt,
  besselK,
  beta,
  chiSquared,
  cholesky,
  choleskyAppend,
  choleskyInverse,
  choleskySolve,
  createRng,
  DEFAULT_JITTER,
  erfc,
  fisherF,
  forwardSolveManyInPlace,
  fromRows,
  gaussLegendre,
  leastSquares,
  logGamma,
  matrix,
  moments,
  multiply,
  multiplyVector,
  normalQuantile,
  qrFactor,
  rngFromState,
  studentT,
  svd,
  thinQ,
  transpose,
  upperR,
} from './index';

function random(rows: number, cols: number, seed: number) {
  const rng = createRng(seed);
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => rng.normal()),
  );
}
const rel = (a: number, b: number) => Math.abs(a - b) / Math.abs(b);

describe('factorisations', () => {
  test('Q·R gives A back and Q is orthogonal, with and without pivoting', () => {
    for (const pivot of [false, true]) {
      const a = random(13, 6, 4);
      const f = qrFactor(a, { pivot });
      const back = multiply(thinQ(f), upperR(f));
      for (let i = 0; i < 13; i++)
        for (let j = 0; j < 6; j++) expect(back.data[i * 6 + j]).toBeCloseTo(a.data[i * 6 + f.permutation[j]!]!, 12);
      const b = Float64Array.from({ length: 13 }, (_, i) => Math.sin(i));
      const c = b.slice();
      applyQt(f, c);
      multiplyVector(transpose(thinQ(f)), b).forEach((v, i) => {
        expect(c[i]).toBeCloseTo(v, 13);
      });
    }
  });

  test('singular values: diagonal case, and U·S·Vᵀ = A for wide and tall', () => {
    expect(
      Array.from(
        svd(
          fromRows([
            [3, 0],
            [0, -4],
            [0, 0],
          ]),
        ).s,
      ),
    ).toEqual([4, 3]);
    for (const [m, n] of [
      [9, 4],
      [4, 9],
    ] as const) {
      const a = random(m, n, 7);
      const d = svd(a);
      const us = matrix(
        m,
        d.s.length,
        d.u.data.map((v, i) => v * d.s[i % d.s.length]!),
      );
      const back = multiply(us, transpose(d.v));
      back.data.forEach((v, i) => {
        expect(v).toBeCloseTo(a.data[i]!, 12);
      });
    }
  });

  test('Cholesky solves, inverts, appends a row as a refit does, and reports its jitter', () => {
    const g = random(12, 7, 3);
    const a = multiply(transpose(g), g);
    const c = cholesky(a.data, 7);
    const b = [1, 2, 3, 4, 5, 6, 7];
    const x = choleskySolve(c, b);
    multiplyVector(a, x).forEach((v, i) => {
      expect(v).toBeCloseTo(b[i]!, 10);
    });
    const inverse = matrix(7, 7, choleskyInverse(c));
    multiplyVector(inverse, b).forEach((v, i) => {
      expect(v).toBeCloseTo(x[i]!, 10);
    });
    const small = Float64Array.from({ length: 36 }, (_, k) => a.data[Math.floor(k / 6) * 7 + (k % 6)]!);
    const grown = choleskyAppend(cholesky(small, 6), a.data.subarray(42, 48), a.data[48]!);
    grown.l.forEach((v, i) => {
      expect(v).toBeCloseTo(c.l[i]!, 10);
    });
    const many = Float64Array.from({ length: 21 }, (_, i) => b[Math.floor(i / 3)]! * (1 + (i % 3)));
    forwardSolveManyInPlace(c.l, 7, many, 3);
    for (let i = 0; i < 7; i++) expect(many[i * 3 + 2]).toBeCloseTo(3 * many[i * 3]!, 10);
    const twins = Float64Array.of(1, 1, 1, 1);
    expect(() => cholesky(twins, 2)).toThrow(AppError);
    expect(cholesky(twins, 2, DEFAULT_JITTER).jitter).toBeCloseTo(1e-12, 20);
  });
});

describe('least squares', () => {
  test('a straight line: hand-computed coefficients, covariance and sigma', () => {
    const f = leastSquares(
      fromRows([
        [1, 0],
        [1, 1],
        [1, 2],
        [1, 3],
      ]),
      [1, 3, 4, 8],
    );
    expect(f.coefficients[0]).toBeCloseTo(0.7, 12);
    expect(f.coefficients[1]).toBeCloseTo(2.2, 12);
    expect(f.rss).toBeCloseTo(1.8, 12);
    expect(f.residualSigma).toBeCloseTo(Math.sqrt(0.9), 12);
    expect(f.covariance[3]).toBeCloseTo(0.9 / 5, 12);
    expect([f.rank, f.dof, f.nUsed]).toEqual([2, 2, 4]);
  });

  test('a weight of k equals the row k times; NaN drops a row', () => {
    const x = [
      [1, 0.3],
      [1, 1.1],
      [1, 2.7],
      [1, 4],
    ];
    const y = [1.2, 0.4, 2.2, 5.1];
    const a = leastSquares(fromRows(x), y, { weights: [1, 3, 1, 1], covariance: 'known' });
    const b = leastSquares(fromRows([...x, x[1]!, x[1]!, [1, 9]]), [...y, y[1]!, y[1]!, Number.NaN], { covariance: 'known' });
    expect(b.nDropped).toBe(1);
    for (let i = 0; i < 2; i++) expect(a.coefficients[i]).toBeCloseTo(b.coefficients[i]!, 12);
    for (let i = 0; i < 4; i++) expect(a.covariance[i]).toBeCloseTo(b.covariance[i]!, 12);
  });

  test('dependent columns are refused by name, or solved with minimum norm', () => {
    const x = fromRows([
      [1, 1, 2],
      [1, 2, 3],
      [1, 3, 4],
      [1, 5, 6],
    ]);
    expect(() => leastSquares(x, [1, 2, 3, 5], { names: ['T', 'M', 'sum'] })).toThrow(/T, M, sum/);
    const f = leastSquares(x, [1, 2, 3, 5], { onDeficient: 'minimum_norm' });
    expect(f.rank).toBe(2);
    expect(f.rss).toBeCloseTo(0, 20);
    expect(f.nullSpace).toHaveLength(1);
  });

  test('residuals are orthogonal to the design', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 8 }), (seed, p) => {
        const x = random(20, p, seed);
        const y = random(20, 1, seed + 1).data;
        const f = leastSquares(x, y);
        for (let j = 0; j < p; j++) {
          let s = 0;
          for (let i = 0; i < 20; i++) s += x.data[i * p + j]! * f.residuals[i]!;
          expect(Math.abs(s)).toBeLessThan(1e-10);
        }
      }),
    );
  });
});

describe('special functions and distributions', () => {
  test('known values', () => {
    expect(rel(logGamma(0.5), 0.5723649429247001)).toBeLessThan(1e-14);
    expect(rel(logGamma(100.5), 361.4355404677806)).toBeLessThan(1e-14);
    expect(rel(erfc(0.5), 0.4795001221869535)).toBeLessThan(1e-14);
    expect(rel(erfc(1.2), 0.08968602177036462)).toBeLessThan(1e-14);
    expect(rel(erfc(2), 0.004677734981047266)).toBeLessThan(1e-14);
    expect(rel(erfc(10), 2.088487583762545e-45)).toBeLessThan(1e-13);
    expect(rel(normalQuantile(0.975), 1.959963984540054)).toBeLessThan(1e-15);
    expect(rel(normalQuantile(1e-20), -9.26234008979841)).toBeLessThan(1e-14);
    expect(rel(studentT(2).quantile(0.995), 0.99 / Math.sqrt(2 * 0.995 * 0.005))).toBeLessThan(1e-13);
    expect(rel(studentT(1).quantile(1e-9), -1 / Math.tan(Math.PI * 1e-9))).toBeLessThan(1e-13);
    expect(rel(chiSquared(2).quantile(0.95), -2 * Math.log(0.05))).toBeLessThan(1e-14);
    expect(rel(fisherF(2, 10).quantile(0.95), 5 * (0.05 ** (-1 / 5) - 1))).toBeLessThan(1e-13);
    expect(rel(beta(1, 3).quantile(0.2), 1 - 0.8 ** (1 / 3))).toBeLessThan(1e-13);
    expect(rel(besselK(0.5, 2), Math.sqrt(Math.PI / 4) * Math.exp(-2))).toBeLessThan(1e-14);
    expect(rel(besselK(1.5, 0.01), Math.sqrt(Math.PI / 0.02) * Math.exp(-0.01) * 101)).toBeLessThan(1e-13);
  });

  test('quantile and cdf are inverse to each other', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-8, max: 1 - 1e-8, noNaN: true }),
        fc.double({ min: 0.3, max: 200, noNaN: true }),
        (p, dof) => {
          for (const d of [chiSquared(dof), studentT(dof), fisherF(dof, 7.5), beta(dof, 2.5)]) {
            const q = d.quantile(p);
            expect(Math.abs(d.cdf(q) - p)).toBeLessThan(1e-11);
          }
        },
      ),
    );
  });

  test('Gauss–Legendre is exact for the degree it promises', () => {
    const { nodes, weights } = gaussLegendre(7);
    let s = 0;
    nodes.forEach((x, i) => {
      s += weights[i]! * x ** 12;
    });
    expect(s).toBeCloseTo(2 / 13, 14);
  });
});

describe('random numbers', () => {
  test('xoshiro256** agrees with its definition in 64-bit arithmetic', () => {
    const words = [1n, 2n, 3n, 4n];
    const mask = (1n << 64n) - 1n;
    const rotl = (x: bigint, k: bigint) => ((x << k) | (x >> (64n - k))) & mask;
    const rng = rngFromState([0, 1, 0, 2, 0, 3, 0, 4]);
    const first: bigint[] = [];
    for (let i = 0; i < 500; i++) {
      const out = (rotl((words[1]! * 5n) & mask, 7n) * 9n) & mask;
      if (i < 4) first.push(out);
      const t = (words[1]! << 17n) & mask;
      words[2]! ^= words[0]!;
      words[3]! ^= words[1]!;
      words[1]! ^= words[2]!;
      words[0]! ^= words[3]!;
      words[2]! ^= t;
      words[3] = rotl(words[3]!, 45n);
      expect(BigInt(rng.uint32())).toBe(out >> 32n);
    }
    expect(first).toEqual([11520n, 0n, 1509978240n, 1215971899390074240n]);
  });

  test('normal deviates have the moments and tails of the normal distribution; state restores', () => {
    const rng = createRng(20, 'moments');
    const n = 400_000;
    let m1 = 0;
    let m2 = 0;
    let m4 = 0;
    let beyond = 0;
    for (let i = 0; i < n; i++) {
      const x = rng.normal();
      m1 += x / n;
      m2 += (x * x) / n;
      m4 += x ** 4 / n;
      if (Math.abs(x) > 3.5) beyond++;
    }
    expect(Math.abs(m1)).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(m2 - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(m4 - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
    expect(Math.abs(beyond - n * 4.6525815807e-4)).toBeLessThan(5 * Math.sqrt(n * 4.65e-4));
    const saved = rngFromState(rng.state());
    expect([saved.uniform(), saved.normal()]).toEqual([rng.uniform(), rng.normal()]);
    expect(createRng(20, 'a').uniform()).not.toBe(createRng(20, 'b').uniform());
  });
});

test('large values that cancel leave the mean of the small ones, whatever their order', () => {
  for (const x of [
    [1e99, -1e99, 120, Number.NaN, 120],
    [120, 1e99, 120, -1e99],
    [-1e99, 120, 120, 1e99],
  ])
    expect(moments(x).mean).toBe(60);
});
