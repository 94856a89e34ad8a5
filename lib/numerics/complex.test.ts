import { expect, test } from 'vitest';
import {
  type ComplexArray,
  cdiv,
  cmul,
  complexArray,
  complexEigen,
  complexInvertInPlace,
  complexMultiply,
  complexSolve,
} from './index';
import { createRng } from './rng';

function random(n: number, seed: number): ComplexArray {
  const rng = createRng(seed);
  return complexArray(
    n * n,
    Float64Array.from({ length: n * n }, () => rng.normal()),
    Float64Array.from({ length: n * n }, () => rng.normal()),
  );
}
const largest = (a: ComplexArray, b: ComplexArray): number => {
  let worst = 0;
  for (let i = 0; i < a.re.length; i++) worst = Math.max(worst, Math.hypot(a.re[i]! - b.re[i]!, a.im[i]! - b.im[i]!));
  return worst;
};

test('division undoes multiplication', () => {
  const a = { re: 1.5, im: -2e-3 };
  const b = { re: -4e-5, im: 7 };
  const c = cdiv(cmul(a, b), b);
  expect(c.re).toBeCloseTo(a.re, 14);
  expect(c.im).toBeCloseTo(a.im, 14);
});

test.each([1, 2, 3, 8, 21, 47, 48, 60, 131])('eigenvectors of a random matrix of order %i satisfy A·V = V·Λ, trace kept', (n) => {
  const a = random(n, n);
  const { values, vectors } = complexEigen(a, n);
  const left = complexMultiply(a, vectors, n, n, n);
  const right = complexArray(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const v = cmul({ re: vectors.re[i * n + j]!, im: vectors.im[i * n + j]! }, { re: values.re[j]!, im: values.im[j]! });
      right.re[i * n + j] = v.re;
      right.im[i * n + j] = v.im;
    }
  }
  expect(largest(left, right)).toBeLessThan(1e-12 * n);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += a.re[i * n + i]! - values.re[i]!;
  expect(Math.abs(trace)).toBeLessThan(1e-12 * n);
});

test.each([12, 90])('matrices that mislead shifts or have too few eigenvectors, order %i', (n) => {
  const of = (f: (i: number, j: number) => number): ComplexArray =>
    complexArray(
      n * n,
      Float64Array.from({ length: n * n }, (_, k) => f(Math.floor(k / n), k % n)),
    );
  const cases = {
    cyclic: of((i, j) => (j === (i + 1) % n ? 1 : 0)), // every QR step without shift leaves it as it is
    jordan: of((i, j) => (i === j ? 2 : j === i + 1 ? 1 : 0)),
    zero: of(() => 0),
    repeated: of((i, j) => (i === j ? i % 3 : j > i ? 1 / (1 + i + j) : 0)),
  };
  for (const a of Object.values(cases)) {
    const { values, vectors } = complexEigen(a, n);
    const left = complexMultiply(a, vectors, n, n, n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const v = cmul({ re: vectors.re[i * n + j]!, im: vectors.im[i * n + j]! }, { re: values.re[j]!, im: values.im[j]! });
        expect(Math.hypot(left.re[i * n + j]! - v.re, left.im[i * n + j]! - v.im)).toBeLessThan(1e-12);
      }
    }
  }
  const { values } = complexEigen(cases.cyclic, n); // the roots of unity
  for (let i = 0; i < n; i++) expect(Math.abs(Math.hypot(values.re[i]!, values.im[i]!) - 1)).toBeLessThan(1e-12);
});

test('known eigenvalues: companion matrix of (z − 1)(z − i)(z + 2)', () => {
  // z³ + (1 − i) z² − (2 + i) z + 2i
  const a = complexArray(9, Float64Array.of(-1, 2, 0, 1, 0, 0, 0, 1, 0), Float64Array.of(1, 1, -2, 0, 0, 0, 0, 0, 0));
  const { values } = complexEigen(a, 3);
  for (const z of [
    [1, 0],
    [0, 1],
    [-2, 0],
  ]) {
    const d = Math.min(...[0, 1, 2].map((i) => Math.hypot(values.re[i]! - z[0]!, values.im[i]! - z[1]!)));
    expect(d).toBeLessThan(1e-13);
  }
});

test('inverse and solve agree, and a singular matrix is refused', () => {
  const n = 17;
  const a = random(n, 5);
  const b = random(n, 6);
  const inverse = complexArray(n * n, a.re.slice(), a.im.slice());
  complexInvertInPlace(inverse, n);
  const x = complexArray(n * n, b.re.slice(), b.im.slice());
  complexSolve(complexArray(n * n, a.re.slice(), a.im.slice()), n, x, n);
  expect(largest(complexMultiply(inverse, b, n, n, n), x)).toBeLessThan(1e-12);
  expect(largest(complexMultiply(a, x, n, n, n), b)).toBeLessThan(1e-12);
  expect(() => complexInvertInPlace(complexArray(4), 2)).toThrow(/no pivot/);
});
