import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng } from '@/lib/numerics';
import {
  advise,
  adviseDoubleEwma,
  adviseMimo,
  doubleEwmaStability,
  forgetMimo,
  initialDoubleEwma,
  initialMimo,
  initialThread,
  type MimoConfig,
  mimoMove,
  mimoStability,
  observe,
  observeDoubleEwma,
  observeMimo,
  type RunToRunConfig,
  stabilityMargin,
} from '..';

const unit = fc.double({ min: 0.05, max: 1, noNaN: true });
const random = (ny: number, nu: number, seed: number): number[][] => {
  const rng = createRng(seed);
  return Array.from({ length: ny }, (_, i) => Array.from({ length: nu }, (_, j) => (i === j ? 2 : 0) + 0.6 * rng.normal()));
};
const loop = (gain: number[][], more: Partial<MimoConfig> = {}): MimoConfig => ({
  gain,
  target: gain.map((_, i) => 10 * i),
  xNominal: gain[0]!.map((_, j) => 5 + j),
  lambda: 0.4,
  ...more,
});
const product = (b: readonly (readonly number[])[], u: readonly number[]): number[] =>
  b.map((r) => r.reduce((s, v, j) => s + v * u[j]!, 0));

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

describe('deadband, gate and reset of several loops', () => {
  test('a knob within its deadband stays, and the others take over what it would have done', () => {
    let some = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e5 }), (seed) => {
        const rng = createRng(seed);
        const c = loop(random(3, 3, seed), { deadband: [0.4, 0.4, null] });
        const last = [5, 6, 7];
        const s = { ...initialMimo(3), level: Array.from({ length: 3 }, () => rng.normal()) };
        const a = adviseMimo(s, c, last);
        a.setpoint.forEach((x, j) => {
          expect(a.held.includes(j) ? x === last[j] : Math.abs(x - last[j]!) >= (c.deadband![j] ?? 0)).toBe(true);
        });
        if (a.held.length === 0 || a.held.length === 3) return;
        some++;
        const free = [0, 1, 2].filter((j) => !a.held.includes(j));
        for (const j of free) // the knobs left are at their least squares: no gradient along them
          expect(a.predictedDeviation.reduce((t, e, i) => t + e * c.gain[i]![j]!, 0)).toBeCloseTo(0, 6);
      }),
      { numRuns: 60 },
    );
    expect(some).toBeGreaterThan(5);
  });

  test('an outlier of one output leaves that output alone; three in a row are a step; a PM forgets', () => {
    const c = loop(random(2, 2, 5), { outlierSigma: [4, null] });
    const rng = createRng(4);
    let s = initialMimo(2);
    const x = [5, 6];
    const settle = product(
      c.gain,
      x.map((v, j) => v - c.xNominal[j]!),
    ).map((v, i) => v + c.target[i]!);
    const run = (d0: number, d1: number) => {
      s = observeMimo(s, [settle[0]! + d0, settle[1]! + d1], x, c);
    };
    for (let t = 0; t < 20; t++) run(0.1 * rng.normal(), 0.1 * rng.normal());
    const before = s;
    run(5, 5);
    expect(s.level[0]).toBe(before.level[0]);
    expect(s.level[1]).not.toBeCloseTo(before.level[1]!, 2);
    expect(s.innovations[0]!.setAside).toBe(1);
    run(5, 0);
    expect(s.level[0]).toBe(before.level[0]);
    run(5, 0);
    expect(s.level[0]).toBeGreaterThan(1.5);
    const after = forgetMimo(s, 0.5);
    expect(after.level[0]).toBeCloseTo(s.level[0]! / 2, 12);
    expect(after.innovations[0]).toMatchObject({ n: 0, setAside: 0 });
    expect(after.lastX).toEqual(x);
    expect(() => forgetMimo(s, 2)).toThrow(/keep/);
    expect(() => adviseMimo(s, { ...c, deadband: [-1, null] })).toThrow(/deadband/);
    expect(() => adviseMimo(s, { ...c, outlierSigma: 0 })).toThrow(/outlierSigma/);
  });
});

describe('stability of several loops', () => {
  test('one by one it is the stability of one, with delay and with drift', () => {
    fc.assert(
      fc.property(
        unit,
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        fc.double({ min: 0.2, max: 4, noNaN: true }),
        fc.integer({ min: 0, max: 4 }),
        (l1, l2, ratio, delay) => {
          const c = { gain: [[-2]], target: [0], xNominal: [1], lambda: l1 };
          expect(mimoStability(c, [[-2 * ratio]], delay).spectralRadius).toBeCloseTo(
            stabilityMargin(l1, delay, ratio, 'filter').spectralRadius,
            5,
          );
          expect(mimoStability({ ...c, lambda2: l2 }, [[-2 * ratio]]).spectralRadius).toBeCloseTo(
            doubleEwmaStability(l1, l2, ratio).spectralRadius,
            5,
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a simulated loop with a wrong gain matrix shrinks or grows at the rate of the spectral radius', () => {
    let unstable = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e5 }),
        fc.double({ min: 0.3, max: 4, noNaN: true }),
        fc.integer({ min: 0, max: 2 }),
        fc.boolean(),
        (seed, f, delay, moves) => {
          const c = loop(random(2, 3, seed), { lambda: [0.5, 0.3], lambda2: 0.2, ...(moves ? { moveWeight: [1, 1, 1] } : {}) });
          const truth = random(2, 3, seed + 1).map((r, i) => r.map((v, j) => f * (0.3 * v + 0.7 * c.gain[i]![j]!)));
          const { spectralRadius: rho, neutralModes } = mimoStability(c, truth, delay);
          fc.pre(rho > 0.2 && Math.abs(rho - 1) > 0.02);
          expect(neutralModes).toBe(moves ? 1 : 0);
          if (rho > 1) unstable++;
          let s = initialMimo(2);
          const x: number[][] = [[5.5, 6, 7]];
          const size: number[] = [];
          for (let t = 0; t < 160; t++) {
            if (t >= delay) {
              const past = x[t - delay]!;
              const y = product(
                truth,
                past.map((v, j) => v - c.xNominal[j]!),
              ).map((v, i) => v + c.target[i]!);
              s = observeMimo(s, y, past, c);
            }
            x.push([...adviseMimo(s, c, x[t]!).setpoint]);
            size.push(Math.hypot(...x[t + 1]!.map((v, j) => v - x[t]![j]!)));
          }
          const rate = (Math.max(...size.slice(140)) / Math.max(...size.slice(20, 40))) ** (1 / 120);
          expect(rate > 1).toBe(rho > 1);
        },
      ),
      { numRuns: 40 },
    );
    expect(unstable).toBeGreaterThan(3);
  });

  test('the exact model without move weight answers in one run: BG = −1', () => {
    const c = loop(random(3, 3, 6));
    const { g } = mimoMove(c);
    for (let i = 0; i < 3; i++)
      for (let k = 0; k < 3; k++)
        expect(c.gain[i]!.reduce((t, v, j) => t + v * g[j * 3 + k]!, 0)).toBeCloseTo(i === k ? -1 : 0, 10);
    expect(mimoStability(c, c.gain).spectralRadius).toBeCloseTo(0.6, 6);
  });
});
