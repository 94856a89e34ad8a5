import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { multipleRegression, polynomialRegression } from './regression';

interface Case {
  readonly id: string;
  readonly input: { readonly model: string; readonly x: number[] | number[][]; readonly y: number[] };
  readonly expected: { readonly coefficients: number[] };
}
const { cases } = JSON.parse(
  readFileSync(new URL('../../tests/reference/stats/nist-strd-linear.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

/** Digits that agree with the certified coefficients, the worst of them; NIST's log relative error. */
function digits(got: Float64Array, certified: readonly number[]): number {
  return Math.min(
    ...certified.map((c, i) => {
      const error = Math.abs(got[i]! - c) / (Math.abs(c) || 1);
      return error === 0 ? 16 : Math.min(16, -Math.log10(error));
    }),
  );
}

test.each([
  ['wampler1', 5, 10],
  ['wampler3', 5, 10],
  ['filip', 10, 7],
])('%s: certified coefficients to the digits that are asked', (name, degree, least) => {
  const c = cases.find((q) => q.id.toLowerCase().includes(name));
  expect(c, `${name} is among ${cases.map((q) => q.id).join(', ')}`).toBeDefined();
  const got = digits(polynomialRegression(c!.input.x as number[], c!.input.y, degree).coefficients, c!.expected.coefficients);
  expect(got).toBeGreaterThanOrEqual(least);
});

// Wampler 4 and 5 are Wampler 1 with the noise of Wampler 3 times 100 and 10,000; all coefficients are 1.
test.each([
  [100, 10],
  [10_000, 8],
])('wampler with its noise times %d', (factor, least) => {
  const [one, three] = ['wampler1', 'wampler3'].map((n) => cases.find((q) => q.id.includes(n))!.input);
  const y = one!.y.map((v, i) => v + factor * (three!.y[i]! - v));
  expect(digits(polynomialRegression(one!.x as number[], y, 5).coefficients, [1, 1, 1, 1, 1, 1])).toBeGreaterThanOrEqual(least);
});

test('longley', () => {
  const c = cases.find((q) => q.id.toLowerCase().includes('longley'))!;
  const rows = c.input.x as number[][];
  const columns = rows.length === c.input.y.length ? rows[0]!.map((_, j) => rows.map((r) => r[j]!)) : rows;
  expect(digits(multipleRegression(columns, c.input.y).coefficients, c.expected.coefficients)).toBeGreaterThanOrEqual(10);
});
