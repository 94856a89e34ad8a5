import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng } from '@/lib/numerics';
import {
  advise,
  adviseDoubleEwma,
  adviseMimo,
  initialDoubleEwma,
  initialMimo,
  initialThread,
  type MimoConfig,
  mimoStability,
  observe,
  observeDoubleEwma,
  observeMimo,
  type RunToRunConfig,
} from '..';
import { loop, product, random } from './fixtures/loops';

const unit = fc.double({ min: 0.05, max: 1, noNaN: true });

describe('several inputs and outputs', () => {
  test('one by one it is the loop of one knob, limits and quantum included', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e5 }),
        unit,
        fc.constantFrom(-1.7, 0.4, 3),
        fc.constantFrom(null, 0.8),
        fc.constantFrom<[number | null, number | null]>([null, null], [0.25, null], [null, 0.3]),
        fc.constantFrom(null, 3),
        (seed, lambda, gain, maxStep, [quantum, deadband], outlierSigma) => {
          const rng = createRng(seed);
          const single: RunToRunConfig = {
            lambda,
            gain,
            xNominal: 5,
            target: 20,
            min: 2,
            max: 7,
            maxStep,
            quantum,
            deadband,
            outlierSigma,
            pmForget: 1,
          };
          const many: MimoConfig = {
            lambda,
            gain: [[gain]],
            xNominal: [5],
            target: [20],
            min: [2],
            max: [7],
            maxStep: [maxStep],
            quantum: [quantum],
            deadband: [deadband],
            outlierSigma,
          };
          let a = initialThread();
          let b = initialMimo(1);
          let x = 5;
          for (let t = 0; t < 24; t++) {
            const y = 20 + 1.2 * gain * (x - 5) + 0.3 * t + rng.normal() + (t === 14 || t === 20 ? 30 : 0);
            a = observe(a, { y, xApplied: x }, single).state;
            b = observeMimo(b, [y], [x], many);
            expect(b.level[0]).toBeCloseTo(a.dHat, 10);
            expect(b.innovations[0]!.setAside).toBe(a.setAside);
            const next = advise(a, single).setpoint;
            expect(adviseMimo(b, many).setpoint[0]).toBeCloseTo(next, 9);
            x = next;
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('one by one with drift it is the double EWMA', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e5 }), unit, unit, (seed, lambda1, lambda2) => {
        const rng = createRng(seed);
        const one = { lambda1, lambda2, gain: 1.5, target: 20, xNominal: 5 };
        const many = { gain: [[1.5]], target: [20], xNominal: [5], lambda: lambda1, lambda2 };
        let a = initialDoubleEwma();
        let b = initialMimo(1);
        for (let t = 0; t < 10; t++) {
          const x = adviseDoubleEwma(a, one);
          const y = 20 + 1.3 * (x - 5) + t + rng.normal();
          a = observeDoubleEwma(a, y, x, one);
          b = observeMimo(b, [y], [x], many);
          expect(adviseMimo(b, many).setpoint[0]).toBeCloseTo(adviseDoubleEwma(a, one), 8);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('more knobs than outputs: the deviation goes to 0 with the shortest move; fewer: the weighted least squares', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e5 }), (seed) => {
        const rng = createRng(seed);
        const wide = loop(random(2, 4, seed), { knobScale: [1, 2, 0.5, 1] });
        const s = { ...initialMimo(2), level: [rng.normal(), rng.normal()] };
        const a = adviseMimo(s, wide);
        for (const v of a.predictedDeviation) expect(v).toBeCloseTo(0, 9);
        // any other solution u + z, Bz = 0, is longer: u/s² is orthogonal to the null space, i.e. a combination of the rows of B
        const u = a.setpoint.map((x, j) => (x - wide.xNominal[j]!) / wide.knobScale![j]! ** 2);
        const [r0, r1] = wide.gain as [number[], number[]];
        const dot = (p: number[], q: number[]): number => p.reduce((t, v, j) => t + v * q[j]!, 0);
        const det = dot(r0, r0) * dot(r1, r1) - dot(r0, r1) ** 2;
        const c0 = (dot(u, r0) * dot(r1, r1) - dot(u, r1) * dot(r0, r1)) / det;
        const c1 = (dot(u, r1) * dot(r0, r0) - dot(u, r0) * dot(r0, r1)) / det;
        u.forEach((v, j) => {
          expect(v).toBeCloseTo(c0 * r0[j]! + c1 * r1[j]!, 8);
        });
        const tall = loop(random(4, 2, seed), { outputWeight: [1, 4, 0.5, 2] });
        const e = adviseMimo(
          { ...initialMimo(4), level: Array.from({ length: 4 }, () => rng.normal()) },
          tall,
        ).predictedDeviation;
        for (let j = 0; j < 2; j++)
          expect(e.reduce((t, v, i) => t + tall.outputWeight![i]! * v * tall.gain[i]![j]!, 0)).toBeCloseTo(0, 8);
      }),
      { numRuns: 40 },
    );
  });

  test('with limits no feasible change lowers the cost, and the knobs at a limit are named', () => {
    let limited = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e5 }), fc.boolean(), (seed, moves) => {
        const rng = createRng(seed);
        const c = loop(random(3, 3, seed), {
          min: [4.5, 5.5, 6.5],
          max: [5.5, 6.5, 7.5],
          maxStep: [null, 0.2, null],
          outputWeight: [1, 2, 3],
          ...(moves ? { moveWeight: [0.5, 0.1, 2] } : {}),
        });
        const last = [5, 6.3, 7];
        const p = Array.from({ length: 3 }, () => 2 * rng.normal());
        const a = adviseMimo({ ...initialMimo(3), level: p }, c, last);
        expect(a.status).toBe('converged');
        expect(a.kktResidual).toBeLessThan(1e-6);
        limited += a.limited.length;
        const cost = (x: readonly number[]): number => {
          const e = product(
            c.gain,
            x.map((v, j) => v - c.xNominal[j]!),
          );
          return (
            e.reduce((t, v, i) => t + c.outputWeight![i]! * (v + p[i]!) ** 2, 0) +
            x.reduce((t, v, j) => t + (c.moveWeight?.[j] ?? 0) * (v - last[j]!) ** 2, 0)
          );
        };
        const inside = (x: readonly number[]): boolean =>
          x.every((v, j) => v >= c.min![j]! && v <= c.max![j]!) && Math.abs(x[1]! - last[1]!) <= 0.2;
        const base = cost(a.setpoint);
        for (let k = 0; k < 60; k++) {
          const x = a.setpoint.map((v) => v + 0.05 * rng.normal());
          if (inside(x)) expect(cost(x)).toBeGreaterThan(base - 1e-7);
        }
        a.setpoint.forEach((v, j) => {
          expect(v).toBeGreaterThanOrEqual(c.min![j]!);
          expect(v).toBeLessThanOrEqual(c.max![j]!);
        });
        expect(Math.abs(a.setpoint[1]! - 6.3)).toBeLessThan(0.2 + 1e-12);
      }),
      { numRuns: 40 },
    );
    expect(limited).toBeGreaterThan(20);
  });

  test('a change of the unit of knobs and outputs changes nothing but the numbers', () => {
    const gain = random(2, 3, 8);
    const s = { ...initialMimo(2), level: [0.7, -1.1] };
    const a = adviseMimo(s, loop(gain, { max: [5.1, 9, 9] }));
    const k = [10, 0.1, 3];
    const o = [4, 0.5];
    const b = adviseMimo(
      { ...s, level: s.level.map((v, i) => v * o[i]!) },
      loop(
        gain.map((r, i) => r.map((v, j) => (v * o[i]!) / k[j]!)),
        { xNominal: [50, 0.6, 21], knobScale: k, outputWeight: o.map((v) => 1 / v ** 2), max: [51, 0.9, 27] },
      ),
    );
    b.setpoint.forEach((v, j) => {
      expect(v / k[j]!).toBeCloseTo(a.setpoint[j]!, 6);
    });
  });

  test('an output that was not measured holds its estimate; wrong shapes are refused by field', () => {
    const c = loop(random(2, 2, 3), { lambda: [0.4, 0.9], lambda2: 0.2 });
    const s = observeMimo({ ...initialMimo(2), level: [1, 2], drift: [0.1, 0.2] }, [Number.NaN, 10], [5, 6], c);
    expect([s.level[0], s.drift[0], s.n]).toEqual([1, 0.1, 1]);
    expect(s.level[1]).toBeCloseTo(0.1 * 2, 12);
    expect(() => observeMimo(s, [1], [5, 6], c)).toThrow(/y needs 2/);
    expect(() => adviseMimo(s, { ...c, gain: [[1, 2]] })).toThrow(/gain/);
    expect(() => adviseMimo(s, { ...c, lambda: 0 })).toThrow(/lambda/);
    expect(() =>
      adviseMimo(s, {
        ...c,
        gain: [
          [0, 0],
          [1, 1],
        ],
      }),
    ).toThrow(/no knob moves/);
    expect(() => mimoStability(c, [[1]])).toThrow(AppError);
  });
});
