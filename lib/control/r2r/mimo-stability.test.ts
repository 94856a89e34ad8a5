import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import {
  adviseMimo,
  doubleEwmaStability,
  forgetMimo,
  initialMimo,
  mimoMove,
  mimoStability,
  observeMimo,
  stabilityMargin,
} from '..';
import { loop, product, random } from './fixtures/loops';

const unit = fc.double({ min: 0.05, max: 1, noNaN: true });

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
