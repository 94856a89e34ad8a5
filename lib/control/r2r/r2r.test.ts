import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng } from '@/lib/numerics';
import { advise, initialThread, observe } from '../run-to-run';
import type { RunToRunConfig } from '../run-to-run-config';
import { asymptoticVariance, fitIma11, maxGainRatio, replay, stabilityMargin } from './index';

const loop: RunToRunConfig = {
  lambda: 0.3,
  gain: 2,
  target: 50,
  xNominal: 20,
  min: -1e9,
  max: 1e9,
  maxStep: null,
  quantum: null,
  deadband: null,
  outlierSigma: null,
  pmForget: 0,
};

/** Closed loop on a plant y = target + beta (x − xNominal) + d. */
function run(config: RunToRunConfig, beta: number, d: readonly number[]) {
  let state = initialThread();
  let last: number | null = null;
  return d.map((dt) => {
    const { setpoint } = advise(state, config, last);
    const y = config.target + beta * (setpoint - config.xNominal) + dt;
    state = observe(state, { y, xApplied: setpoint }, config).state;
    last = setpoint;
    return { x: setpoint, y };
  });
}

describe('observations and limits', () => {
  test('closed loop obeys e_t = (1 − λξ) e_{t−1} + d_t − d_{t−1} for any gain mismatch', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        fc.double({ min: 0.3, max: 3, noNaN: true }),
        fc.integer({ min: 1, max: 999 }),
        (lambda, ratio, seed) => {
          const rng = createRng(seed);
          const d = Array.from({ length: 15 }, () => rng.normal());
          const out = run({ ...loop, lambda }, 2 * ratio, d);
          for (let t = 1; t < 15; t++) {
            const expected = (1 - lambda * ratio) * (out[t - 1]!.y - 50) + d[t]! - d[t - 1]!;
            expect(out[t]!.y - 50).toBeCloseTo(expected, 8);
          }
        },
      ),
    );
  });

  test('uncertain or unreliable observations weigh less', () => {
    let s = initialThread();
    for (let t = 0; t < 200; t++) s = observe(s, { y: 50 + (t % 2 === 0 ? 1 : -1), xApplied: 20 }, loop).state;
    const sigma = Math.sqrt(s.innovation2 / s.weight);
    expect(observe(s, { y: 52, xApplied: 20 }, loop).weight).toBeCloseTo(0.3, 12);
    expect(observe(s, { y: 52, xApplied: 20, uY: sigma }, loop).weight).toBeCloseTo(0.15, 12);
    expect(observe(s, { y: 52, xApplied: 20, reliance: 0 }, loop).state.dHat).toBe(s.dHat);
    expect(() => observe(s, { y: 52, xApplied: 20, reliance: 2 }, loop)).toThrow(AppError);
  });

  test('quantised advice stays inside step and absolute limits; without a grid value inside, the reference is kept', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -200, max: 200, noNaN: true }),
        fc.integer({ min: -40, max: 40 }),
        fc.double({ min: 0.05, max: 8, noNaN: true }),
        (dHat, k, maxStep) => {
          const c = { ...loop, min: -20, max: 20, maxStep, quantum: 0.5 };
          const { setpoint } = advise({ ...initialThread(), dHat }, c, k * 0.5);
          expect(Math.abs(setpoint - k * 0.5)).toBeLessThanOrEqual(maxStep + 1e-9);
          expect(Math.abs(setpoint)).toBeLessThanOrEqual(20);
        },
      ),
    );
    expect(advise({ ...initialThread(), dHat: -100 }, { ...loop, maxStep: 0.3, quantum: 1 }, 20.5).setpoint).toBe(20.5);
    expect(advise(initialThread(), { ...loop, min: 0, max: 10, maxStep: 1, quantum: 0.5 }, 26).setpoint).toBe(10);
  });
});

describe('stability', () => {
  test('the bounds of the literature: integral form 2, 1, 0.618, 0.445 and filter form 10, 6, 4.4, 3.6, 3.2', () => {
    expect([0, 1, 2, 3].map((d) => Number(maxGainRatio(1, d, 'integral').toFixed(3)))).toEqual([2, 1, 0.618, 0.445]);
    expect([0, 1, 2, 3, 4].map((d) => Number(maxGainRatio(0.2, d).toFixed(1)))).toEqual([10, 6, 4.4, 3.6, 3.2]);
    expect([0, 1, 2, 3, 4].map((d) => Number(maxGainRatio(0.4, d).toFixed(1)))).toEqual([5, 3.5, 2.9, 2.6, 2.4]);
  });

  test('the bound is where the spectral radius passes one, in both forms', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.integer({ min: 0, max: 8 }),
        fc.constantFrom('filter' as const, 'integral' as const),
        (lambda, d, form) => {
          const b = maxGainRatio(lambda, d, form);
          expect(stabilityMargin(lambda, d, b * 0.99, form).spectralRadius).toBeLessThan(1);
          expect(stabilityMargin(lambda, d, b * 1.01, form).spectralRadius).toBeGreaterThan(1);
        },
      ),
    );
  });

  test('a simulated loop with delay diverges beyond the bound and settles below', () => {
    const amplitude = (ratio: number): number => {
      const history = Array.from({ length: 400 }, () => ({ xApplied: 20, y: 53 }));
      const r = replay(history, loop, { delay: 2, gainRatio: ratio });
      return Math.abs(r.runs.at(-1)!.y - 50);
    };
    const b = maxGainRatio(0.3, 2);
    expect(amplitude(b * 0.9)).toBeLessThan(0.1);
    expect(amplitude(b * 1.1)).toBeGreaterThan(10);
  });
});

describe('variance and design', () => {
  test('closed forms agree with simulation', () => {
    const rng = createRng(12);
    for (const kind of ['white', 'random_walk'] as const) {
      let e = 0;
      let previous = 0;
      let ss = 0;
      const n = 200_000;
      for (let t = 0; t < n; t++) {
        const eps = rng.normal();
        const d = kind === 'white' ? eps : previous + eps;
        e = (1 - 0.4) * e + d - previous;
        previous = d;
        ss += e * e;
      }
      expect(ss / n / asymptoticVariance(0.4, 1, { kind })).toBeCloseTo(1, 1);
    }
    expect(() => asymptoticVariance(0.5, 5, { kind: 'white' })).toThrow(AppError);
  });

  test('an IMA fit finds θ and advises λ = 1 − θ', () => {
    const rng = createRng(7);
    let eps = 0;
    let d = 0;
    const x = Array.from({ length: 3000 }, () => {
      const next = rng.normal();
      d += next - 0.6 * eps;
      eps = next;
      return d;
    });
    const f = fitIma11(x);
    expect(Math.abs(f.theta - 0.6)).toBeLessThan(4 * f.seTheta);
    expect(f.lambda).toBeCloseTo(1 - f.theta, 12);
  });

  test('replaying the recorded loop gives the recorded outputs', () => {
    const rng = createRng(2);
    const out = run(
      loop,
      2,
      Array.from({ length: 30 }, (_, t) => 0.1 * t + rng.normal()),
    );
    const r = replay(
      out.map((o) => ({ xApplied: o.x, y: o.y })),
      loop,
    );
    r.runs.forEach((x, i) => {
      expect(x.setpoint).toBeCloseTo(out[i]!.x, 10);
      expect(x.y).toBeCloseTo(out[i]!.y, 10);
    });
    expect(r.replayed.rmsDeviation).toBeCloseTo(r.recorded.rmsDeviation, 10);
  });

  test('a replay weighs by stated uncertainties where the loop does, and nowhere else', () => {
    const rng = createRng(3);
    const history = Array.from({ length: 40 }, (_, t) => ({ xApplied: 20, y: 50 + 0.1 * t + rng.normal() }));
    const uncertain = history.map((h) => ({ ...h, uY: 5 }));
    expect(replay(uncertain, loop)).toEqual(replay(history, loop));
    const weighed = replay(uncertain, { ...loop, weighByUncertainty: true });
    expect(weighed.runs.at(-1)!.estimate).not.toBeCloseTo(replay(history, loop).runs.at(-1)!.estimate, 1);
  });
});
