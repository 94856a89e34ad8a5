import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng, normalQuantile } from '@/lib/numerics';
import {
  boxCoxCapability,
  capabilityIndices,
  fitJohnson,
  type JohnsonParameters,
  johnsonCapability,
  johnsonInverse,
  johnsonTransform,
  nonNormalCapability,
} from '.';

const SU: JohnsonParameters = { family: 'SU', gamma: -0.8, eta: 1.4, epsilon: 10, lambda: 2 };
const SB: JohnsonParameters = { family: 'SB', gamma: 0.6, eta: 0.9, epsilon: -1, lambda: 5 };
const SL: JohnsonParameters = { family: 'SL', gamma: -1, eta: 2, epsilon: 3, lambda: 1 };
const scores = (n: number): number[] => Array.from({ length: n }, (_, i) => normalQuantile((i + 0.5) / n));
const noisy = (p: JohnsonParameters, n: number, seed: number): number[] => {
  const rng = createRng(seed);
  return Array.from({ length: n }, () => johnsonInverse(p, rng.normal()));
};

describe('Johnson distributions', () => {
  test('transform and inverse undo each other; outside the support the score is infinite', () => {
    for (const p of [SU, SB, SL])
      for (const u of [-4, -1, 0, 0.3, 2, 4]) expect(johnsonTransform(p, johnsonInverse(p, u))).toBeCloseTo(u, 10);
    expect(johnsonTransform(SB, -1)).toBe(Number.NEGATIVE_INFINITY);
    expect(johnsonTransform(SB, 4)).toBe(Number.POSITIVE_INFINITY);
    expect(johnsonTransform(SL, 3)).toBe(Number.NEGATIVE_INFINITY);
  });

  test('the four-quantile equations return the parameters that made the quantiles', () => {
    for (const p of [SU, SB]) {
      const f = fitJohnson(scores(4001).map((u) => johnsonInverse(p, u)));
      expect(f.family).toBe(p.family);
      expect(f.eta).toBeCloseTo(p.eta, 2);
      expect(f.gamma).toBeCloseTo(p.gamma, 2);
      expect(f.lambda / p.lambda).toBeCloseTo(1, 2);
      expect(f.epsilon / p.epsilon).toBeCloseTo(1, 2);
    }
    // the lognormal lies on the border of the other two: its percentiles come back, whichever family is picked
    const f = fitJohnson(scores(4001).map((u) => johnsonInverse(SL, u)));
    for (const u of [-3, 0, 3]) expect(johnsonInverse(f, u) / johnsonInverse(SL, u)).toBeCloseTo(1, 2);
  });

  test('a change of unit moves location and scale, not shape, judgement or indices', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9999 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: -50, max: 50, noNaN: true }),
        fc.constantFrom(SU, SB),
        (seed, unit, shift, p) => {
          const x = noisy(p, 200, seed);
          const a = johnsonCapability(x, { usl: 16 });
          const b = johnsonCapability(
            x.map((v) => shift + unit * v),
            { usl: shift + unit * 16 },
          );
          expect(b.fit.family).toBe(a.fit.family);
          expect(b.fit.eta).toBeCloseTo(a.fit.eta, 5);
          expect(b.fit.lambda / (a.fit.family === 'SL' ? 1 : unit * a.fit.lambda)).toBeCloseTo(1, 5);
          expect(b.fit.normality.after.pValue).toBeCloseTo(a.fit.normality.after.pValue, 5);
          expect(b.percentile.actual! / a.percentile.actual!).toBeCloseTo(1, 5);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('skewed values: the test refuses them before, not after; limits outside the support are named', () => {
    const x = noisy(SB, 400, 5);
    const c = johnsonCapability(x, { lsl: -2, usl: 3.5 });
    expect(c.fit.normality.before.pValue).toBeLessThan(0.001);
    expect(c.fit.normality.after.pValue).toBeGreaterThan(0.05);
    expect(c.outsideSupport).toEqual(['lsl']);
    expect(c.indices!.lower).toBeNull();
    // Φ⁻¹ of the true share below 3.5, over 3, is what a normal Cpu would say
    expect(Math.abs(c.indices!.upper! - johnsonTransform(SB, 3.5) / 3)).toBeLessThan(0.2);
    expect(c.percentile.lower).toBeGreaterThan(1);
  });

  test('refusals name the cause', () => {
    expect(() => fitJohnson([1, 2, 3])).toThrow(/20 values/);
    expect(() => fitJohnson(new Array(30).fill(7))).toThrow(AppError);
  });
});

describe('study of a distribution', () => {
  test('picks the simplest way that the values allow', () => {
    const rng = createRng(3);
    const normal = Array.from({ length: 150 }, () => 20 + rng.normal());
    const a = nonNormalCapability(normal, { lsl: 15, usl: 25 });
    expect(a.method).toBe('normal');
    const lognormal = normal.map((v) => Math.exp(0.7 * (v - 20)));
    const b = nonNormalCapability(lognormal, { usl: 20 });
    expect(b.method).toBe('boxCox');
    expect(b.boxCox!.interval.low).toBeLessThan(0);
    expect(b.boxCox!.interval.high).toBeGreaterThan(0);
    const c = nonNormalCapability(noisy({ ...SB, eta: 0.6 }, 300, 8), { usl: 4.5 });
    expect(c.method).toBe('johnson');
    expect(c.boxCox).toBeNull();
    expect(c.reasons[0]).toMatch(/Box–Cox needs positive values/);
    const two = Array.from({ length: 300 }, (_, i) => (i % 2) * 10 + rng.normal());
    expect(nonNormalCapability(two, { usl: 15 }).method).toBe('percentile');
  });

  test('Box–Cox indices are those of the logarithms when λ is 0; a limit that no value can reach takes no part', () => {
    const x = scores(500).map((u) => Math.exp(1 + 0.4 * u));
    const c = boxCoxCapability(x, { lsl: 0, usl: Math.exp(3) });
    const logs = capabilityIndices(1, 0.4, 500, { usl: 3 });
    expect(c.upper).toBeCloseTo(logs.upper!, 1);
    expect(c.outsideSupport).toEqual(['lsl']);
    expect(c.normality.after.a2).toBeLessThan(c.normality.before.a2);
  });
});
