import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng } from '@/lib/numerics';
import {
  calibrationLine,
  crossedGauge,
  expressionModel,
  functionModel,
  linearityStudy,
  matchTools,
  monteCarlo,
  nestedGauge,
  propagate,
  validateGum,
} from './index';

describe('formulas', () => {
  test('precedence, functions, and refusals that name the place', () => {
    const f = (t: string) => expressionModel(t, ['x', 'y']).evaluate([2, 3]);
    expect(f('-x^2')).toBe(-4);
    expect(f('2^-1')).toBe(0.5);
    expect(f('x^y^0')).toBe(2);
    expect(f('1 - 2 - 3')).toBe(-4);
    expect(f('sqrt(x*8) + ln(exp(y)) + 1e-3*pi')).toBeCloseTo(7 + 0.001 * Math.PI, 12);
    expect(f('atan2(x, -y)')).toBeCloseTo(Math.atan2(2, -3), 15);
    for (const bad of ['x +', '(x', 'z', 'x y', 'foo(x)', 'x # y'])
      expect(() => expressionModel(bad, ['x', 'y'])).toThrow(AppError);
  });

  test('automatic derivatives agree with differences', () => {
    const m = expressionModel('x*exp(-y/3) + sin(x*y) / (1 + x^2) + atan2(y, x) + tanh(x) + asin(y/9)', ['x', 'y']);
    const r = propagate(m, [
      { name: 'x', value: 1.2, u: 0.1 },
      { name: 'y', value: 0.7, u: 0.2 },
    ]);
    const h = 1e-6;
    expect(r.sensitivities[0]).toBeCloseTo((m.evaluate([1.2 + h, 0.7]) - m.evaluate([1.2 - h, 0.7])) / (2 * h), 7);
    expect(r.sensitivities[1]).toBeCloseTo((m.evaluate([1.2, 0.7 + h]) - m.evaluate([1.2, 0.7 - h])) / (2 * h), 7);
  });
});

describe('GUM', () => {
  test('linear models: law of propagation and Monte Carlo agree', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: 0.5, max: 3, noNaN: true })),
        fc.integer({ min: 1, max: 9999 }),
        ([a, b], seed) => {
          const m = functionModel(['x', 'y'], (x, k) => k.add(k.mul(k.constant(a), x[0]!), k.mul(k.constant(b), x[1]!)));
          const g = propagate(m, [
            { name: 'x', value: 1, u: 0.2 },
            { name: 'y', value: -2, u: 0.5 },
          ]);
          const mc = monteCarlo(
            m,
            [
              { kind: 'normal', mean: 1, sd: 0.2 },
              { kind: 'normal', mean: -2, sd: 0.5 },
            ],
            createRng(seed),
            { trials: 40_000 },
          );
          expect(Math.abs(mc.mean - g.y)).toBeLessThan((6 * g.u) / 200);
          expect(Math.abs(mc.u / g.u - 1)).toBeLessThan(0.025);
          expect(Math.abs(mc.symmetric[1] - g.y - g.expanded)).toBeLessThan(0.06 * g.u);
          expect(g.uSecondOrder).toBeCloseTo(g.u, 12);
        },
      ),
      { numRuns: 12 },
    );
  });

  test('correlation: a − b with r = 1 has no uncertainty, with r = −1 the sum', () => {
    const m = expressionModel('a - b', ['a', 'b']);
    const q = [
      { name: 'a', value: 5, u: 0.3 },
      { name: 'b', value: 4, u: 0.3 },
    ];
    expect(
      propagate(m, q, {
        correlation: [
          [1, 1],
          [1, 1],
        ],
      }).u,
    ).toBeCloseTo(0, 12);
    expect(
      propagate(m, q, {
        correlation: [
          [1, -1],
          [-1, 1],
        ],
      }).u,
    ).toBeCloseTo(0.6, 12);
    expect(() =>
      propagate(m, q, {
        correlation: [
          [1, 2],
          [2, 1],
        ],
      }),
    ).toThrow(AppError);
    expect(() => propagate(m, [q[0]!])).toThrow(/"b"/);
  });

  test('a strongly curved model fails the Supplement’s validation, a linear one passes; the adaptive scheme says when it is done', () => {
    const square = expressionModel('x^2', ['x']);
    const mc = monteCarlo(square, [{ kind: 'normal', mean: 0.1, sd: 1 }], createRng(1), { trials: 100_000 });
    expect(validateGum(propagate(square, [{ name: 'x', value: 0.1, u: 1 }]), mc).valid).toBe(false);
    expect(mc.shortest[0]).toBeLessThan(mc.symmetric[0]);
    const line = expressionModel('2*x', ['x']);
    const a = monteCarlo(line, [{ kind: 'normal', mean: 0, sd: 1 }], createRng(2), { digits: 1 });
    expect(a.status).toBe('converged');
    expect(validateGum(propagate(line, [{ name: 'x', value: 0, u: 1 }]), a, 1).valid).toBe(true);
  });
});

describe('gauge studies', () => {
  const study = (operator: number, part: number, repeat: number, seed: number, parts = 40) => {
    const rng = createRng(seed);
    const o = Array.from({ length: 6 }, () => operator * rng.normal());
    const p = Array.from({ length: parts }, () => part * rng.normal());
    return o.map((a) => p.map((b) => Array.from({ length: 3 }, () => 10 + a + b + repeat * rng.normal())));
  };
  test('variance components come back; nested studies keep operators apart', () => {
    const g = crossedGauge(study(0.5, 2, 0.3, 3), 12);
    expect(g.repeatability).toBeCloseTo(0.3, 1);
    expect(Math.abs(g.part - 2)).toBeLessThan(0.6);
    expect(g.ndc).toBe(Math.max(1, Math.floor(Math.SQRT2 * (g.part / g.gauge))));
    expect(g.precisionToTolerance).toBeCloseTo(g.gauge / 2, 12);
    const n = nestedGauge(study(0, 2, 0.3, 4));
    expect(n.repeatability).toBeCloseTo(0.3, 1);
    expect(() => crossedGauge([[[1]]])).toThrow(AppError);
  });

  test('bias, linearity and matching recover what was put in', () => {
    const rng = createRng(7);
    const refs = [2, 4, 6, 8, 10];
    const l = linearityStudy(
      refs,
      refs.map((r) => Array.from({ length: 12 }, () => r + 0.7 - 0.13 * r + 0.05 * rng.normal())),
    );
    expect(l.slope).toBeCloseTo(-0.13, 1);
    expect(l.pSlope).toBeLessThan(1e-6);
    const truth = Array.from({ length: 60 }, () => 50 + 10 * rng.uniform());
    const m = matchTools(
      truth.map((t) => t + 0.05 * rng.normal()),
      truth.map((t) => 0.3 + 1.01 * t + 0.05 * rng.normal()),
    );
    expect(Math.abs(m.slope - 1.01)).toBeLessThan(4 * m.uSlope);
    expect(Math.abs(m.offset - (0.3 + 0.01 * 55))).toBeLessThan(0.1);
    const line = calibrationLine([1, 2, 3, 4], [1.1, 1.9, 3.2, 3.8], 2.5);
    expect(line.r).toBeCloseTo(0, 12);
    expect(line.predict(2.5).u).toBeCloseTo(line.uY1, 12);
  });
});
