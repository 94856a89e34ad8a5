import { expect, test } from 'vitest';
import { createRng, symmetricEigen, symmetricQr } from '@/lib/numerics';

test.each([1, 2, 3, 7, 11, 41, 130])('order %i: orthonormal rows, A·q = λq, the eigenvalues of Jacobi rotations', (n) => {
  const rng = createRng(n);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = rng.normal();
  for (let i = 0; i < n; i++) a[i * n + i]! -= i * i;
  const { values, rows } = symmetricQr(a, n);
  let worst = 0;
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      let residual = -values[k]! * rows[k * n + i]!;
      let product = i === k ? -1 : 0;
      for (let j = 0; j < n; j++) {
        residual += a[i * n + j]! * rows[k * n + j]!;
        product += rows[i * n + j]! * rows[k * n + j]!;
      }
      worst = Math.max(worst, Math.abs(residual) / (n * n + 1), Math.abs(product));
    }
  }
  expect(worst).toBeLessThan(2e-14);
  const sorted = values.slice().sort().reverse();
  symmetricEigen(a, n).values.forEach((v, k) => {
    expect(Math.abs(sorted[k]! - v)).toBeLessThan(3e-14 * (n * n + 10));
  });
});

test('diagonal, repeated and zero eigenvalues; NaN does not pass', () => {
  const n = 5;
  const a = new Float64Array(n * n);
  expect(Array.from(symmetricQr(a, n).values)).toEqual([0, 0, 0, 0, 0]);
  for (let i = 0; i < n; i++) a[i * (n + 1)] = i < 3 ? 2 : -1;
  expect(Array.from(symmetricQr(a, n).values)).toEqual([2, 2, 2, -1, -1]);
  const ones = new Float64Array(n * n).fill(1);
  const sorted = symmetricQr(ones, n).values.slice().sort();
  expect(sorted[4]).toBeCloseTo(5, 13);
  expect(Math.abs(sorted[3]!)).toBeLessThan(1e-14);
  ones[3] = Number.NaN;
  expect(() => symmetricQr(ones, n)).toThrow(/60 QR sweeps/);
  expect(() => symmetricQr(ones, 3)).toThrow(/need 9/);
});
