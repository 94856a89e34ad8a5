import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng } from '@/lib/numerics';
import { fitKriging, krige } from '@/lib/spatial';
import { fitGp, type GpKernel, gpFromJson, gpGradient, gpToJson, leaveOneOut, predictGp, trainGp, updateGp } from '.';

function samples(n: number, d: number, seed: number) {
  const rng = createRng(seed);
  const x = Array.from({ length: n }, () => Array.from({ length: d }, () => 20 + 4 * rng.uniform()));
  const y = x.map((r) => 5 * r[0]! - 2 * (r[1] ?? 0) + Math.sin(3 * r[0]!) + 0.1 * rng.normal());
  return { x, y };
}
const kernel = (d: number, noiseVariance = 0.02): GpKernel => ({
  kind: 'matern52',
  signalVariance: 1.3,
  lengthScale: Array.from({ length: d }, (_, j) => 0.8 + 0.4 * j),
  noiseVariance,
});

describe('mean function of a Gaussian process', () => {
  test('it is universal kriging: prediction, variance and joint covariance of lib/spatial', () => {
    const { x, y } = samples(25, 2, 3);
    const at = samples(8, 2, 4).x;
    const [px, py] = [x.map((r) => r[0]!), x.map((r) => r[1]!)];
    for (const mean of ['constant', 'linear', 'quadratic'] as const) {
      const gp = predictGp(
        fitGp(
          x,
          y,
          { kind: 'matern12', signalVariance: 2, lengthScale: [1.5, 1.5], noiseVariance: 0 },
          { normalizeY: false, mean },
        ),
        at,
        { covariance: true },
      );
      const k = krige(
        fitKriging(px, py, y, { kind: 'exponential', sigma2: 2, phi: 1.5, nugget: 0 }, { drift: mean }),
        at.map((r) => r[0]!),
        at.map((r) => r[1]!),
        { covariance: true },
      );
      for (let i = 0; i < at.length; i++) {
        expect(gp.mean[i]).toBeCloseTo(k.prediction[i]!, 8);
        expect(gp.uLatent[i]! ** 2).toBeCloseTo(k.variance![i]!, 8);
      }
      gp.covariance!.forEach((v, i) => {
        expect(v).toBeCloseTo(k.covariance![i]!, 8);
      });
    }
  });

  test('the analytic gradient of the restricted likelihood is the difference quotient, repeated inputs included', () => {
    const { x, y } = samples(18, 2, 5);
    x[4] = x[11]!;
    for (const [mean, kind] of [
      ['none', 'rbf'],
      ['none', 'matern12'],
      ['constant', 'rbf'],
      ['linear', 'matern52'],
      ['quadratic', 'matern32'],
    ] as const) {
      const k: GpKernel = { ...kernel(2), kind };
      const value = (q: GpKernel): number => fitGp(x, y, q, { mean }).logLikelihood;
      const g = gpGradient(fitGp(x, y, k, { mean }));
      const h = 1e-5;
      const slope = (change: (f: number) => GpKernel): number =>
        (value(change(Math.exp(h))) - value(change(Math.exp(-h)))) / (2 * h);
      expect(g.signalVariance).toBeCloseTo(
        slope((f) => ({ ...k, signalVariance: k.signalVariance * f })),
        5,
      );
      expect(g.noiseVariance).toBeCloseTo(
        slope((f) => ({ ...k, noiseVariance: k.noiseVariance * f })),
        5,
      );
      for (let j = 0; j < 2; j++)
        expect(g.lengthScale[j]).toBeCloseTo(
          slope((f) => ({ ...k, lengthScale: k.lengthScale.map((l, i) => (i === j ? l * f : l)) })),
          5,
        );
    }
  });

  test('what the basis holds is reproduced far outside the samples, with an interval that widens; adding it to y adds it to predictions', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e5 }), fc.constantFrom('linear' as const, 'quadratic' as const), (seed, mean) => {
        const { x, y } = samples(30, 2, seed);
        const trend = (r: readonly number[]): number => 3 + 2 * r[0]! - r[1]! + (mean === 'quadratic' ? 0.5 * r[0]! * r[1]! : 0);
        const at = [
          [22, 22],
          [60, -10],
        ];
        const options = { normalizeY: false, mean };
        const pure = predictGp(fitGp(x, x.map(trend), kernel(2), options), at);
        at.forEach((r, i) => {
          expect(pure.mean[i]).toBeCloseTo(trend(r), 5);
        });
        expect(pure.uLatent[1]).toBeGreaterThan(3 * pure.uLatent[0]!);
        const a = predictGp(fitGp(x, y, kernel(2), options), at);
        const b = predictGp(
          fitGp(
            x,
            y.map((v, i) => v + trend(x[i]!)),
            kernel(2),
            options,
          ),
          at,
        );
        at.forEach((r, i) => {
          expect(b.mean[i]! - a.mean[i]!).toBeCloseTo(trend(r), 5);
          expect(b.uLatent[i]).toBeCloseTo(a.uLatent[i]!, 8);
        });
      }),
      { numRuns: 20 },
    );
  });

  test('leave-one-out is refitting trend and field without the sample', () => {
    const { x, y } = samples(14, 1, 7);
    const options = { normalizeY: false, mean: 'linear' as const };
    const loo = leaveOneOut(fitGp(x, y, kernel(1), options));
    for (const i of [0, 6]) {
      const rest = fitGp(
        x.filter((_, k) => k !== i),
        y.filter((_, k) => k !== i),
        kernel(1),
        options,
      );
      const p = predictGp(rest, [x[i]!]);
      expect(loo.mean[i]).toBeCloseTo(p.mean[0]!, 8);
      expect(loo.variance[i]).toBeCloseTo(p.uObservation[0]! ** 2, 8);
    }
  });

  test('updating is refitting, and JSON rebuilds the same model', () => {
    const { x, y } = samples(20, 2, 9);
    const options = { normalizeY: false, mean: 'quadratic' as const };
    const grown = updateGp(fitGp(x.slice(0, 19), y.slice(0, 19), kernel(2), options), x[19]!, y[19]!);
    const refit = fitGp(x, y, kernel(2), options);
    const at = samples(5, 2, 10).x;
    const again = gpFromJson(JSON.parse(JSON.stringify(gpToJson(grown))));
    expect(gpToJson(grown).version).toBe(2);
    for (const m of [grown, again]) {
      predictGp(m, at).mean.forEach((v, i) => {
        expect(v).toBeCloseTo(predictGp(refit, at).mean[i]!, 8);
      });
      predictGp(m, at).uLatent.forEach((v, i) => {
        expect(v).toBeCloseTo(predictGp(refit, at).uLatent[i]!, 8);
      });
    }
  });

  test('training with a trend explains it by the mean: a new kind of sample beyond the range is predicted within its interval', () => {
    const { x, y } = samples(60, 1, 12);
    const f = trainGp(x, y, { starts: 2, mean: 'linear', kind: 'rbf' });
    expect(f.status).toBe('converged');
    const p = predictGp(f.model, [[30]]);
    expect(Math.abs(p.mean[0]! - (150 + Math.sin(90)))).toBeLessThan(3 * p.uObservation[0]!);
    const truth = 150 + Math.sin(90);
    const flat = predictGp(trainGp(x, y, { starts: 2, kind: 'rbf' }).model, [[30]]);
    expect(Math.abs(p.mean[0]! - truth)).toBeLessThan(0.2 * Math.abs(flat.mean[0]! - truth));
  });

  test('samples that cannot carry the basis are refused with the remedy', () => {
    const { x, y } = samples(5, 2, 2);
    expect(() => fitGp(x, y, kernel(2), { mean: 'quadratic' })).toThrow(/lower it/);
    const line = Array.from({ length: 12 }, (_, i) => [i, 2 * i]);
    expect(() =>
      fitGp(
        line,
        line.map((r) => r[0]!),
        kernel(2),
        { mean: 'linear' },
      ),
    ).toThrow(AppError);
  });
});
