import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cholesky,
  choleskyInverse,
  createRng,
  expInPlace,
  forwardSolveManyInPlace,
  gram,
  matrix,
  multiply,
  qrFactor,
  radialCorrelation,
  radialMatrix,
  rngFromState,
  solveInPlace,
  sortedTails,
  thinQ,
} from '@/lib/numerics';
import { compileKernels, MODULES } from '../../scripts/build-kernels.mjs';
import { KERNELS_BASE64 } from './binary';
import { withKernels } from './load';
import { RANDOM_BASE64 } from './random-binary';

const embedded: Record<string, string> = { KERNELS_BASE64, RANDOM_BASE64 };
const normals = (n: number, seed: number): Float64Array => {
  const out = new Float64Array(n);
  createRng(seed).fillNormal(out);
  return out;
};
/** Sum in twice the precision: the oracle of the products. */
function exactDot(n: number, x: (k: number) => number, y: (k: number) => number): number {
  let high = 0n;
  for (let k = 0; k < n; k++) high += BigInt(Math.round(x(k) * 2 ** 40)) * BigInt(Math.round(y(k) * 2 ** 40));
  return Number(high) / 2 ** 80;
}
const largest = (n: number, f: (i: number, j: number) => number): number => {
  let worst = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) worst = Math.max(worst, Math.abs(f(i, j)));
  return worst;
};

test.each(MODULES)(
  'the embedded bytes of $entry are what its source compiles to',
  async ({ entry, constant }) => {
    const isCurrent = (await compileKernels(entry)).toString('base64') === embedded[constant];
    expect(isCurrent, 'run node scripts/build-kernels.mjs').toBe(true);
  },
  60_000,
);

describe('matrix kernels against sums of exact products', () => {
  // sizes around the register block 4, the recursion base 8 and the cache blocks 96, 256, 512
  test.each([
    [1, 1, 1],
    [3, 5, 2],
    [8, 4, 8],
    [13, 9, 17],
    [97, 260, 7],
    [5, 258, 515],
  ])('A (%i x %i) · B (… x %i)', (m, k, n) => {
    const a = matrix(m, k, normals(m * k, 1));
    const b = matrix(k, n, normals(k * n, 2));
    const c = multiply(a, b);
    for (const [i, j] of [
      [0, 0],
      [m - 1, n - 1],
      [m >> 1, n >> 1],
      [m - 1, 0],
    ] as const) {
      const exact = exactDot(
        k,
        (p) => a.data[i * k + p]!,
        (p) => b.data[p * n + j]!,
      );
      expect(Math.abs(c.data[i * n + j]! - exact)).toBeLessThan(1e-10);
    }
    const g = gram(a);
    for (let i = 0; i < k; i += 7)
      for (let j = 0; j < k; j += 5)
        expect(
          Math.abs(
            g.data[i * k + j]! -
              exactDot(
                m,
                (p) => a.data[p * k + i]!,
                (p) => a.data[p * k + j]!,
              ),
          ),
        ).toBeLessThan(1e-10);
  });

  test.each([1, 2, 7, 8, 9, 16, 31, 100, 261])('Cholesky, its inverse, many right-hand sides and LU of order %i', (n) => {
    const x = normals(n * n, n);
    const a = gram(matrix(n, n, x)).data;
    for (let i = 0; i < n; i++) a[i * (n + 1)]! += n;
    const c = cholesky(a, n);
    const llt = multiply(matrix(n, n, c.l), matrix(n, n, transposed(c.l, n))).data;
    expect(largest(n, (i, j) => llt[i * n + j]! - a[i * n + j]!)).toBeLessThan(1e-13 * 4 * n);
    expect(largest(n, (i, j) => (j > i ? c.l[i * n + j]! : 0))).toBe(0);
    const unit = multiply(matrix(n, n, choleskyInverse(c)), matrix(n, n, a)).data;
    expect(largest(n, (i, j) => unit[i * n + j]! - (i === j ? 1 : 0))).toBeLessThan(1e-13 * n);
    const m = 13;
    const b = normals(n * m, 3);
    const y = b.slice();
    forwardSolveManyInPlace(c.l, n, y, m);
    const again = multiply(matrix(n, n, c.l), matrix(n, m, y)).data;
    again.forEach((v, i) => {
      expect(Math.abs(v - b[i]!)).toBeLessThan(1e-12);
    });
    const z = b.slice();
    solveInPlace(x.slice(), n, z, m);
    const back = multiply(matrix(n, n, x), matrix(n, m, z)).data;
    back.forEach((v, i) => {
      expect(Math.abs(v - b[i]!)).toBeLessThan(1e-9);
    });
  });

  test.each([
    [1, 1],
    [7, 7],
    [40, 9],
    [130, 33],
  ])('QR of %i x %i, plain and with pivoting: Q orthonormal, Q·R = A·P, |R_kk| falling', (m, n) => {
    const a = matrix(m, n, normals(m * n, 5));
    for (const pivot of [false, true]) {
      const qr = qrFactor(a, { pivot });
      const q = thinQ(qr);
      const qtq = gram(q).data;
      expect(largest(n, (i, j) => qtq[i * n + j]! - (i === j ? 1 : 0))).toBeLessThan(1e-13);
      const product = multiply(q, matrix(n, n, qr.factors)).data;
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++)
          expect(Math.abs(product[i * n + j]! - a.data[i * n + qr.permutation[j]!]!)).toBeLessThan(1e-13 * m);
      if (pivot)
        for (let k = 1; k < n; k++)
          expect(Math.abs(qr.factors[k * (n + 1)]!)).toBeLessThanOrEqual(Math.abs(qr.factors[(k - 1) * (n + 1)]!) * (1 + 1e-12));
    }
  });

  test('what is not positive definite names its pivot; memory that grew is given back', () => {
    const n = 20;
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) a[i * (n + 1)] = i === 14 ? -1 : 2;
    expect(() => cholesky(a, n)).toThrow(/pivot 14/);
    expect(() => solveInPlace(new Float64Array(4), 2, new Float64Array(2))).toThrow(/no pivot/);
    const large = withKernels(12e6, (_, scratch) => scratch.buffer.byteLength);
    expect(large).toBeGreaterThan(96e6);
    expect(withKernels(10, (_, scratch) => scratch.buffer.byteLength)).toBeLessThan(large / 8);
    expect(() => withKernels(2 ** 30, () => 0)).toThrow(/split the problem/);
  });
});

function transposed(l: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, k) => l[(k % n) * n + Math.floor(k / n)]!);
}

describe('functions of many values', () => {
  test('exp within one unit of the last place, its limits and NaN', () => {
    const x = Float64Array.from({ length: 30_001 }, (_, i) => -708 + (1417.7 * i) / 30_000);
    const y = x.slice();
    expInPlace(y);
    x.forEach((v, i) => {
      expect(Math.abs(y[i]! / Math.exp(v) - 1)).toBeLessThan(4.5e-16);
    });
    const ends = Float64Array.of(0, -800, 709.79, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN, -0);
    expInPlace(ends);
    expect(Array.from(ends)).toEqual([1, 0, Number.POSITIVE_INFINITY, 0, Number.POSITIVE_INFINITY, Number.NaN, 1]);
  });

  test('radial matrices hold the formula of each family, symmetric and crossed; slopes are difference quotients', () => {
    const formula = {
      gaussian: (u: number) => Math.exp(-u * u),
      exponential: (u: number) => Math.exp(-u),
      matern32: (u: number) => (1 + u) * Math.exp(-u),
      matern52: (u: number) => (1 + u + (u * u) / 3) * Math.exp(-u),
      spherical: (u: number) => (u < 1 ? 1 - 1.5 * u + 0.5 * u ** 3 : 0),
    };
    const a = normals(14, 7);
    const b = normals(10, 8);
    for (const family of ['gaussian', 'exponential', 'matern32', 'matern52', 'spherical'] as const) {
      const same = radialMatrix(family, a, a, 2, { factor: 0.7, variance: 3, atZero: 5 });
      const cross = radialMatrix(family, a, b, 2, { factor: 0.7, variance: 3 });
      const slope = radialMatrix(family, a, b, 2, { factor: 0.7, slope: true });
      for (let i = 0; i < 7; i++) {
        for (let j = 0; j < 7; j++) {
          const u = 0.7 * Math.hypot(a[2 * i]! - a[2 * j]!, a[2 * i + 1]! - a[2 * j + 1]!);
          expect(same[i * 7 + j]).toBeCloseTo(i === j ? 5 : 3 * formula[family](u), 13);
          if (j >= 5) continue;
          const v = 0.7 * Math.hypot(a[2 * i]! - b[2 * j]!, a[2 * i + 1]! - b[2 * j + 1]!);
          expect(cross[i * 5 + j]).toBeCloseTo(3 * radialCorrelation(family, v), 13);
          const h = 1e-5; // c(u e^−h): all length scales scaled by e^h
          const quotient = (formula[family](v * Math.exp(-h)) - formula[family](v * Math.exp(h))) / (2 * h);
          expect(slope[i * 5 + j]! * v * v).toBeCloseTo(quotient, 8);
        }
      }
    }
  });

  test('tails are those of the sorted sample, whatever the order and ties', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 900 }), fc.boolean(), (seed, count, ties) => {
        const y = normals(6000, seed);
        if (ties) for (let i = 0; i < y.length; i++) y[i] = Math.round(y[i]!);
        const sorted = y.slice().sort();
        const { lowest, highest } = sortedTails(y, count);
        expect(Array.from(lowest)).toEqual(Array.from(sorted.subarray(0, count)));
        expect(Array.from(highest)).toEqual(Array.from(sorted.subarray(6000 - count)));
      }),
      { numRuns: 40 },
    );
    const rising = Float64Array.from({ length: 10_000 }, (_, i) => i);
    expect(sortedTails(rising, 100).highest[0]).toBe(9900);
  });
});

describe('random numbers', () => {
  test('known outputs of xoshiro256**: state 1, 2, 3, 4', () => {
    // upper words of 11520, 0, 1509978240, 1215971899390074240
    const r = rngFromState([0, 1, 0, 2, 0, 3, 0, 4]);
    expect([r.uint32(), r.uint32(), r.uint32(), r.uint32()]).toEqual([0, 0, 0, Number(1215971899390074240n >> 32n)]);
  });

  test('a filled array holds the numbers of single calls, generators may take turns, a state continues', () => {
    const [one, filled, other] = [createRng(3, 'a'), createRng(3, 'a'), createRng(4)];
    const out = new Float64Array(9000);
    filled.fillNormal(out);
    for (let i = 0; i < 9000; i++) {
      if (i % 1000 === 0) other.normal();
      expect(one.normal()).toBe(out[i]);
    }
    filled.fillUniform(out);
    expect(one.uniform()).toBe(out[0]);
    const saved = other.state();
    expect(rngFromState(saved).uniform()).toBe(other.uniform());
  });
});
