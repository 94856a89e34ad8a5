import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { featureNames, summariseTrace } from './features';
import { stepIndicators } from './indicators';

const step = { name: 'etch', start: 2, end: 12 };
const times = Float32Array.from({ length: 150 }, (_, i) => i / 10);
const of = (f: (t: number) => number, t = times) => stepIndicators(t, Float32Array.from(t, f), step);

describe('indicators of a sensor within a step', () => {
  test('a ramp: mean, sigma, extremes, slope and area by hand', () => {
    // t = 2.0 … 11.9 s at 10 Hz: 100 samples, mean time 6.95 s, variance of equal steps (n² − 1) h²/12 · n/(n − 1).
    const r = of((t) => 5 + 2 * t);
    expect(r.mean).toBeCloseTo(5 + 2 * 6.95, 4);
    expect(r.sd).toBeCloseTo(2 * Math.sqrt((100 * 101 * 0.01) / 12), 4);
    expect([r.min, r.max]).toEqual([9, Math.fround(28.8)]);
    expect(r.slope).toBeCloseTo(2, 5);
    expect(r.area).toBeCloseTo(5 * 9.9 + (11.9 ** 2 - 2 ** 2), 3);
    expect(r.missing).toBe(0);
  });

  test('a first-order rise settles after three time constants', () => {
    // 5 % of the change is reached at −τ ln 0.05 = 2.996 τ; the final level after 6.6 τ is 0.14 % short of it.
    const tau = 1.5;
    expect(of((t) => 100 * (1 - Math.exp(-(t - 2) / tau))).settle).toBeCloseTo(-tau * Math.log(0.05), 0);
    expect(of(() => 7).settle).toBe(0);
    expect(of((t) => t).settle, 'a ramp never settles').toBeCloseTo(9.9, 4);
  });

  test('samples that are not there are counted, and bridged in the area', () => {
    const gap = stepIndicators(
      times,
      times.map((t) => (t > 4.05 && t < 4.95 ? Number.NaN : 3)),
      step,
    );
    expect(gap.missing).toBe(9);
    expect(gap.area).toBeCloseTo(3 * 9.9, 4);
    const dropped = times.filter((t) => t < 6 || t >= 6.95);
    expect(of(() => 3, dropped).missing, 'never sent').toBe(10);
    expect(of(() => Number.NaN)).toMatchObject({ mean: Number.NaN, max: Number.NaN, area: Number.NaN, missing: 100 });
    expect(stepIndicators([], [], step).missing).toBeNaN();
    expect(() => stepIndicators([1], [], step)).toThrow(expect.objectContaining({ code: 'dimension_mismatch' }));
  });

  test('mean and slope are those that virtual metrology sees', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.float({ min: -50, max: 50, noNaN: true }), fc.constant(Number.NaN)), {
          minLength: 150,
          maxLength: 150,
        }),
        (v) => {
          const into = new Float64Array(featureNames(['s'], [''], ['etch']).names.length);
          summariseTrace(times, Float32Array.from(v), 1, [step], into);
          const r = stepIndicators(times, Float32Array.from(v), step);
          expect([r.mean, r.slope]).toEqual([into[0], into[1]]);
        },
      ),
    );
  });

  test('follow a change of unit, and do not follow the order of what is outside of the step', () => {
    const f = (t: number) => Math.sin(t) + 0.3 * t;
    const a = of(f);
    const b = of((t) => (t < 2 || t >= 12 ? -1e4 : 10 * f(t)));
    for (const k of ['mean', 'sd', 'min', 'max', 'slope', 'area'] as const) expect(b[k]).toBeCloseTo(10 * a[k], 3);
    expect([b.settle, b.missing]).toEqual([a.settle, a.missing]);
  });
});
