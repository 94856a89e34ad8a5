import { expect, test } from 'vitest';
import { normalQuantile, studentT } from './distributions';
import truth from './fixtures/distributions.json';
import { incompleteBeta, incompleteGamma } from './special';

/** Smaller ones are below what a double holds well. */
const LEAST = 1e-290;
const worst = (pairs: readonly (readonly [got: number, want: number])[]): number =>
  Math.max(...pairs.filter(([, want]) => Math.abs(want) > LEAST).map(([got, want]) => Math.abs(got / want - 1)));

test('incomplete gamma, both tails, shape up to 1,000', () => {
  const pairs = truth.gamma.flatMap(([a, x, p, q]) => {
    const r = incompleteGamma(a!, x!);
    return [[r.p, p!] as const, [r.q, q!] as const];
  });
  expect(pairs.length).toBeGreaterThan(100);
  expect(worst(pairs)).toBeLessThan(1e-12);
});

test('incomplete beta, both tails', () => {
  const pairs = truth.beta.flatMap(([a, b, x, p, q]) => {
    const r = incompleteBeta(a!, b!, x!);
    return [[r.p, p!] as const, ...(q! < 1 ? [[r.q, q!] as const] : [])];
  });
  expect(pairs.length).toBeGreaterThan(200);
  expect(worst(pairs)).toBeLessThan(3e-13);
});

test('tail and quantile of Student’s t', () => {
  expect(worst(truth.studentTail.map(([nu, t, sf]) => [studentT(nu!).sf(t!), sf!]))).toBeLessThan(5e-14);
  expect(worst(truth.studentQuantile.map(([nu, p, t]) => [-studentT(nu!).quantile(p!), t!]))).toBeLessThan(5e-14);
});

test('normal quantile down to 1e-300', () =>
  expect(worst(truth.normalQuantile.map(([p, z]) => [normalQuantile(p!), z!]))).toBeLessThan(4e-16));
