import { expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { CHART_KINDS, falseAlarmRate, ruleArl, ruleOf, rulesOfKind, sdLimits, shiftArl } from './index';

const individuals = (rules: readonly number[]) => 1 / falseAlarmRate({ kind: 'individuals', rules });

test('rules on zones cost what their exact chain says', () => {
  // Champ & Woodall (1987), Table 1: rule 1 370.4; the runs of nine of rule 2 with rule 1: see docs/maths/spc.md.
  expect(individuals([1])).toBeCloseTo(370.4, 1);
  expect(individuals([1, 2])).toBeCloseTo(ruleArl([1, 2].map(ruleOf), 0).arl, 8);
  expect(falseAlarmRate({ kind: 'individuals', rules: [] })).toBe(0);
});

test('trends add their own rate, and the sum is a few percent above the simulated set', () => {
  const simulated = ruleArl([1, 2, 3, 4].map(ruleOf), 0, { runs: 3_000 });
  const rate = falseAlarmRate({ kind: 'individuals', rules: [1, 2, 3, 4] });
  expect(rate * simulated.arl).toBeGreaterThan(0.94);
  expect(rate * simulated.arl).toBeLessThan(1.09);
}, 30_000);

test('Nelson 3 and 4 alone cost what their integral equations say', () => {
  expect(individuals([3])).toBeCloseTo(421.6, 1);
  expect(individuals([4])).toBeCloseTo(601.0, 1);
});

test('an EWMA of weight 0.2 and width 2.962 alarms once in 500 points', () => {
  expect(1 / falseAlarmRate({ kind: 'ewma', rules: [1] })).toBeCloseTo(500, -1);
  expect(1 / falseAlarmRate({ kind: 'ewma', rules: [1], lambda: 1, widthL: 3 })).toBeCloseTo(370.4, 1);
});

test('the dispersion costs what docs/maths/spc.md says, and what a simulation counts', () => {
  const extra = (kind: 'individuals' | 'xbar_s', subgroup = 3) =>
    falseAlarmRate({ kind, rules: [1, 101], subgroup }) - falseAlarmRate({ kind, rules: [1] });
  expect(extra('individuals') / 0.0091).toBeCloseTo(1, 1); // counted to 1 %
  expect(extra('individuals')).toBeCloseTo(2 * (1 - 0.995424), 5); // Φ(3.68589/√2) = Φ(2.60632)
  expect(extra('xbar_s')).toBeCloseTo(0.0056, 4);
  expect(extra('xbar_s', 5)).toBeCloseTo(0.0039, 4);
  const rng = createRng(7);
  const limit = sdLimits(1, 3).ucl;
  let beyond = 0;
  const n = 200_000;
  for (let i = 0; i < n; i++) {
    const [a, b, c] = [rng.normal(), rng.normal(), rng.normal()];
    const mean = (a + b + c) / 3;
    if (Math.sqrt(((a - mean) ** 2 + (b - mean) ** 2 + (c - mean) ** 2) / 2) > limit) beyond++;
  }
  expect(Math.abs(beyond / n - extra('xbar_s'))).toBeLessThan(4 * Math.sqrt(0.0056 / n));
});

test('a shift is found as fast as the run length says: rule 1 after 44 points of one sigma, with rule 2 after 20', () => {
  const of = (rules: number[], over = {}) => shiftArl({ kind: 'individuals', rules, ...over }, 1);
  expect(of([1])!).toBeCloseTo(43.89, 1);
  expect(of([1, 2])!).toBeLessThan(22);
  expect(of([1, 3, 4])).toBe(of([1])); // trends say little of a level
  expect(of([101])).toBeNull();
  expect(shiftArl({ kind: 'ewma', rules: [1], lambda: 0.2, widthL: 2.962 }, 1)!).toBeCloseTo(10.5, 0);
  expect(shiftArl({ kind: 'cusum', rules: [1] }, 1)).toBeNull(); // has a price of its own
});

test('every kind of chart with all the rules it can have has a price', () => {
  for (const kind of CHART_KINDS) {
    const rate = falseAlarmRate({ kind, rules: rulesOfKind(kind), subgroup: 3 });
    expect(rate, kind).toBeGreaterThan(0);
    expect(rate, kind).toBeLessThan(0.1);
  }
});
