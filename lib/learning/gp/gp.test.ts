import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng, DEFAULT_JITTER } from '@/lib/numerics';
import {
  fitGp,
  fitSparseGp,
  type GpKernel,
  gpFromJson,
  gpGradient,
  gpToJson,
  type KernelKind,
  leaveOneOut,
  predictGp,
  predictSparseGp,
  trainGp,
  updateGp,
} from '.';

function samples(n: number, d: number, seed: number, noise = 0.1) {
  const rng = createRng(seed);
  const x = Array.from({ length: n }, () => Array.from({ length: d }, () => 2 * rng.uniform() - 1));
  const y = x.map((r) => Math.sin(3 * r[0]!) + (r[1] ?? 0) ** 2 + noise * rng.normal());
  return { x, y };
}
const kernel = (kind: KernelKind, d: number): GpKernel => ({
  kind,
  signalVariance: 1.3,
  lengthScale: Array.from({ length: d }, (_, j) => 0.5 + 0.3 * j),
  noiseVariance: 0.02,
});

describe('Gaussian process', () => {
  test('the analytic gradient is the difference quotient, for every kernel', () => {
    const { x, y } = samples(12, 2, 3);
    for (const kind of ['rbf', 'matern12', 'matern32', 'matern52'] as const) {
      const k = kernel(kind, 2);
      const g = gpGradient(fitGp(x, y, k));
      const h = 1e-6;
      const slope = (change: (f: number) => GpKernel) =>
        (fitGp(x, y, change(Math.exp(h))).logLikelihood - fitGp(x, y, change(Math.exp(-h))).logLikelihood) / (2 * h);
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

  test('updating with a sample is the refit with it; JSON rebuilds the model', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e5 }), fc.constantFrom('rbf' as const, 'matern52' as const), (seed, kind) => {
        const { x, y } = samples(15, 2, seed);
        const refit = fitGp(x, y, kernel(kind, 2), { normalizeY: false });
        const grown = updateGp(fitGp(x.slice(0, 14), y.slice(0, 14), kernel(kind, 2), { normalizeY: false }), x[14]!, y[14]!);
        expect(grown.logLikelihood).toBeCloseTo(refit.logLikelihood, 8);
        grown.alpha.forEach((a, i) => {
          expect(a).toBeCloseTo(refit.alpha[i]!, 7);
        });
        const again = gpFromJson(JSON.parse(JSON.stringify(gpToJson(grown))));
        expect(predictGp(again, [[0.1, 0.2]]).mean[0]).toBeCloseTo(predictGp(refit, [[0.1, 0.2]]).mean[0]!, 9);
      }),
      { numRuns: 30 },
    );
  });

  test('leave-one-out is refitting without the sample', () => {
    const { x, y } = samples(10, 1, 5);
    const loo = leaveOneOut(fitGp(x, y, kernel('rbf', 1), { normalizeY: false }));
    const rest = fitGp(x.slice(1), y.slice(1), kernel('rbf', 1), { normalizeY: false });
    const p = predictGp(rest, [x[0]!]);
    expect(loo.mean[0]).toBeCloseTo(p.mean[0]!, 9);
    expect(loo.variance[0]).toBeCloseTo(p.uObservation[0]! ** 2, 9);
  });

  test('training finds structure, marks the irrelevant input, and its interval covers at the stated rate', () => {
    const { x, y } = samples(70, 3, 8);
    const f = trainGp(x, y, { starts: 3 });
    expect(f.status).toBe('converged');
    expect(f.model.kernel.lengthScale[2]! / f.model.kernel.lengthScale[0]!).toBeGreaterThan(5);
    const test = samples(400, 3, 9);
    const p = predictGp(f.model, test.x);
    const inside = test.y.filter((v, i) => Math.abs(v - p.mean[i]!) < 1.96 * p.uObservation[i]!).length;
    expect(Math.abs(inside / 400 - 0.95)).toBeLessThan(0.05);
  });

  test('repeated samples without noise are refused, or jittered by a stated policy', () => {
    const k = { ...kernel('rbf', 1), noiseVariance: 0 };
    expect(() => fitGp([[0], [0]], [1, 1], k)).toThrow(AppError);
    expect(fitGp([[0], [0], [1]], [1, 1, 2], k, { jitter: DEFAULT_JITTER }).jitter).toBeGreaterThan(0);
    expect(() => fitGp([[0], [Number.NaN]], [1, 1], k)).toThrow(/x\[1\]/);
  });

  test('with every sample inducing the sparse model is the exact one; with few it is close and its bound lies below', () => {
    const { x, y } = samples(60, 2, 13);
    const exact = fitGp(x, y, kernel('matern52', 2));
    const all = fitSparseGp(x, y, kernel('matern52', 2), 60);
    expect(all.bound).toBeCloseTo(exact.logLikelihood, 4);
    const few = fitSparseGp(x, y, kernel('matern52', 2), 42);
    expect(few.bound).toBeLessThan(exact.logLikelihood);
    const at = samples(30, 2, 14).x;
    const a = predictGp(exact, at);
    const b = predictSparseGp(few, at);
    a.mean.forEach((v, i) => {
      expect(Math.abs(v - b.mean[i]!)).toBeLessThan(0.5 * a.uObservation[i]!);
    });
    predictSparseGp(all, at).uLatent.forEach((v, i) => {
      expect(v).toBeCloseTo(a.uLatent[i]!, 4);
    });
  });
});
