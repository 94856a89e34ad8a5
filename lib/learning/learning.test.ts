import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng } from '@/lib/numerics';
import {
  ACTIVATIONS,
  type ActivationName,
  createNetwork,
  forward,
  Graph,
  initialOptimiser,
  optimiserStep,
  runNetwork,
  scheduleFactor,
  softmax,
  tensor,
  trainNetwork,
} from './index';

describe('differentiation', () => {
  test('every layer: gradients are difference quotients', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e5 }),
        fc.constantFrom(...(Object.keys(ACTIVATIONS) as ActivationName[]).filter((a) => a !== 'relu' && a !== 'leakyRelu')),
        (seed, activation) => {
          const net = createNetwork(
            [2, 6, 6],
            [
              { type: 'conv', filters: 3, kernel: 3, pad: 1, activation },
              { type: 'batchNorm' },
              { type: 'conv', filters: 2, kernel: 2, stride: 2, activation: 'tanh' },
              { type: 'flatten' },
              { type: 'dense', units: 3 },
            ],
            seed,
          );
          const rng = createRng(seed, 'x');
          const x = tensor(
            [4, 2, 6, 6],
            Float64Array.from({ length: 288 }, () => rng.normal()),
          );
          const params = net.parameters.map((l) => l.map((p) => tensor(p.shape, Float64Array.from(p.data))));
          const loss = () => {
            const g = new Graph();
            const running = net.running.map((r) =>
              r ? { mean: Float64Array.from(r.mean), variance: Float64Array.from(r.variance) } : null,
            );
            const f = forward(g, net, params, running, x, true);
            return { g, f, l: g.crossEntropy(f.output, [0, 1, 2, 0]) };
          };
          const { g, f, l } = loss();
          g.backward(l);
          const h = 1e-6;
          for (const [k, i, e] of [
            [0, 0, 5],
            [1, 0, 1],
            [2, 0, 7],
            [4, 0, 11],
            [4, 1, 2],
            [0, 1, 1],
          ] as const) {
            const w = params[k]![i]!.data;
            const old = w[e]!;
            w[e] = old + h;
            const up = loss().l.data[0]!;
            w[e] = old - h;
            const down = loss().l.data[0]!;
            w[e] = old;
            expect(f.parameters[k]![i]!.grad[e]).toBeCloseTo((up - down) / (2 * h), 6);
          }
          const old = x.data[17]!;
          x.data[17] = old + h;
          const up = loss().l.data[0]!;
          x.data[17] = old - h;
          const down = loss().l.data[0]!;
          x.data[17] = old;
          expect(f.input.grad[17]).toBeCloseTo((up - down) / (2 * h), 6);
        },
      ),
      { numRuns: 14 },
    );
  });

  test('pooling, products and sums', () => {
    const g = new Graph();
    const x = g.leaf(tensor([1, 1, 2, 2], [1, 5, 2, 3]));
    const m = g.maxPool2(x);
    expect(m.data[0]).toBe(5);
    const y = g.leaf(tensor([1], [4]));
    g.backward(g.sum(g.multiply(g.addScaled(g.reshape(m, [1]), y, 2), y), 0.5)); // ½(m + 2y)y
    expect(Array.from(x.grad)).toEqual([0, 2, 0, 0]);
    expect(y.grad[0]).toBe(0.5 * (5 + 4 * 4));
    expect(() => g.backward(x)).toThrow(AppError);
    expect(softmax(tensor([1, 2], [1000, 1000])).probabilities[0]).toBeCloseTo(0.5, 15);
  });
});

describe('training', () => {
  test('learns a curve, bit for bit the same again, survives JSON, keeps the best epoch', () => {
    const rng = createRng(3);
    const x = Float64Array.from({ length: 128 }, () => 2 * rng.uniform() - 1);
    const y = x.map((v) => Math.sin(3 * v));
    const net = createNetwork(
      [1],
      [
        { type: 'dense', units: 16, activation: 'tanh' },
        { type: 'dense', units: 1 },
      ],
      4,
    );
    const options = {
      epochs: 400,
      batch: 32,
      optimiser: { kind: 'adam', lr: 0.05 } as const,
      schedule: { kind: 'cosine' } as const,
      validation: { x: x.subarray(0, 20), y: y.subarray(0, 20) },
    };
    const a = trainNetwork(net, x, y, 'mse', options);
    expect(a.validationLoss[a.bestEpoch]).toBeLessThan(1e-2);
    const b = trainNetwork(net, x, y, 'mse', options);
    expect(b.network).toEqual(a.network);
    const again = JSON.parse(JSON.stringify(a.network)) as typeof net;
    expect(Math.abs(runNetwork(again, Float64Array.of(0.5)).data[0]! - Math.sin(1.5))).toBeLessThan(0.1);
    expect(() => createNetwork([1, 2, 2], [{ type: 'dense', units: 1 }])).toThrow(/flatten/);
  });

  test('classifies with a small convolution net, batch normalisation included', () => {
    const rng = createRng(8);
    const n = 80;
    const x = new Float64Array(n * 36);
    const y = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      y[i] = i % 2;
      for (let r = 0; r < 6; r++)
        for (let c = 0; c < 6; c++) x[i * 36 + r * 6 + c] = ((y[i] ? r : c) % 2 === 0 ? 1 : -1) + 0.3 * rng.normal();
    }
    const net = createNetwork(
      [1, 6, 6],
      [
        { type: 'conv', filters: 4, kernel: 3, pad: 1, activation: 'relu' },
        { type: 'batchNorm' },
        { type: 'maxPool2' },
        { type: 'flatten' },
        { type: 'dense', units: 2 },
      ],
    );
    const t = trainNetwork(net, x, y, 'crossEntropy', { epochs: 30, batch: 20 });
    const p = softmax(runNetwork(t.network, x)).probabilities;
    const right = Array.from(y).filter((k, i) => p[2 * i + k]! > 0.5).length;
    expect(right).toBe(n);
  });

  test('optimisers and schedules: one hand step each', () => {
    const w = Float64Array.of(1);
    optimiserStep({ kind: 'adam', lr: 0.1 }, initialOptimiser([w]), [w], [Float64Array.of(5)]);
    expect(w[0]).toBeCloseTo(0.9, 7);
    const v = Float64Array.of(1);
    optimiserStep({ kind: 'sgd', lr: 0.1, weightDecay: 0.5 }, initialOptimiser([v]), [v], [Float64Array.of(5)]);
    expect(v[0]).toBeCloseTo(1 - 0.1 * 5.5, 12);
    expect(() => optimiserStep({ kind: 'sgd', lr: 1 }, initialOptimiser([v]), [v], [Float64Array.of(Number.NaN)])).toThrow(
      AppError,
    );
    expect(scheduleFactor({ kind: 'cosine' }, 5, 10)).toBeCloseTo(0.5, 12);
    expect(scheduleFactor({ kind: 'step', every: 3, factor: 0.1 }, 6, 10)).toBeCloseTo(0.01, 12);
  });
});
