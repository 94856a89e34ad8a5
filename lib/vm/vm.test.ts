import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { networkFromOnnx, runNetwork } from '@/lib/learning';
import { createRng, fromRows, leastSquares, matrix } from '@/lib/numerics';
import {
  applyScaling,
  columnScaling,
  crossValidatePls,
  interleavedFolds,
  plsCoefficients,
  plsFactors,
  plsToOnnx,
  predictPls,
  timeOrderedFolds,
  trainPls,
  vip,
} from './index';

/** Sensors driven by three latent causes, one response of the first two. */
function tool(n: number, p: number, seed: number, noise = 0.1) {
  const rng = createRng(seed);
  const load = Array.from({ length: 3 }, () => Array.from({ length: p }, () => rng.normal()));
  const x: number[][] = [];
  const y: number[][] = [];
  for (let i = 0; i < n; i++) {
    const f = [rng.normal(), rng.normal(), rng.normal()];
    x.push(
      Array.from(
        { length: p },
        (_, j) => 10 * j + (j + 1) * (f[0]! * load[0]![j]! + f[1]! * load[1]![j]! + f[2]! * load[2]![j]! + noise * rng.normal()),
      ),
    );
    y.push([100 + 2 * f[0]! - f[1]! + noise * rng.normal()]);
  }
  return { x, y };
}

describe('PLS factors', () => {
  test('one response: SIMPLS and NIPALS predict the same, for any data', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e5 }), fc.integer({ min: 2, max: 9 }), (seed, p) => {
        const { x, y } = tool(30, p, seed, 0.5);
        const xs = applyScaling(fromRows(x), columnScaling(fromRows(x), true));
        const ys = applyScaling(fromRows(y), columnScaling(fromRows(y), false));
        const a = plsCoefficients(plsFactors(xs, ys, Math.min(4, p), 'nipals')).data;
        const b = plsCoefficients(plsFactors(xs, ys, Math.min(4, p), 'simpls')).data;
        for (let j = 0; j < p; j++) expect(a[j]).toBeCloseTo(b[j]!, 8);
      }),
      { numRuns: 40 },
    );
  });

  test('all components give ordinary least squares; scores are orthogonal; VIP squares average 1', () => {
    const { x, y } = tool(40, 5, 3, 0.7);
    const xs = applyScaling(fromRows(x), columnScaling(fromRows(x), true));
    const ys = applyScaling(fromRows(y), columnScaling(fromRows(y), false));
    const f = plsFactors(xs, ys, 5);
    const b = plsCoefficients(f).data;
    const ols = leastSquares(xs, ys.data).coefficients;
    for (let j = 0; j < 5; j++) expect(b[j]).toBeCloseTo(ols[j]!, 8);
    for (let k = 0; k < 5; k++) {
      for (let l = 0; l < k; l++) {
        let s = 0;
        for (let i = 0; i < 40; i++) s += f.scores.data[i * 5 + k]! * f.scores.data[i * 5 + l]!;
        expect(Math.abs(s)).toBeLessThan(1e-9);
      }
    }
    expect(vip(f, 2).reduce((s, v) => s + v * v, 0) / 5).toBeCloseTo(1, 12);
  });

  test('two responses, hand case: the first weight is the dominant singular vector of XᵀY', () => {
    const f = plsFactors(matrix(3, 2, Float64Array.of(1, 0, -1, 0, 0, 0)), matrix(3, 2, Float64Array.of(2, 1, -2, -1, 0, 0)), 1);
    expect(Math.abs(f.weights.data[0]!)).toBeCloseTo(1, 12);
    expect(f.scoreSumSquares[0]).toBeCloseTo(2, 12);
    expect(() => plsFactors(matrix(3, 2), matrix(3, 2), 3)).toThrow(AppError);
  });
});

describe('validation', () => {
  test('time-ordered folds never look ahead and keep contexts together', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 120 }), fc.integer({ min: 1, max: 7 }), (n, size) => {
        const groups = Array.from({ length: n }, (_, i) => Math.floor(i / size));
        for (const f of timeOrderedFolds(n, { folds: 4, groups })) {
          expect(Math.max(...f.train)).toBeLessThan(Math.min(...f.test));
          const inTest = new Set(f.test.map((i) => groups[i]));
          expect(f.train.some((i) => inTest.has(groups[i]))).toBe(false);
        }
      }),
    );
  });

  test('finds the three latent causes; leave-one-out runs over all rows', () => {
    const { x, y } = tool(80, 8, 5);
    const cv = crossValidatePls(fromRows(x), fromRows(y), interleavedFolds(80, 80), { maxComponents: 6 });
    expect(cv.rows).toHaveLength(80);
    expect(cv.oneSigma).toBe(3);
    expect(cv.rmsep[0]![3]).toBeLessThan(0.3);
  });
});

describe('virtual metrology model', () => {
  test('survives JSON, predicts within its interval at the stated rate', () => {
    const { x, y } = tool(400, 10, 11);
    const model = JSON.parse(JSON.stringify(trainPls({ x: x.slice(0, 150), y: y.slice(0, 150) }))) as ReturnType<typeof trainPls>;
    let inside = 0;
    for (let i = 150; i < 400; i++) {
      const r = predictPls(model, x[i]!).responses[0]!;
      if (y[i]![0]! >= r.low && y[i]![0]! <= r.high) inside++;
    }
    expect(Math.abs(inside / 250 - 0.95)).toBeLessThan(0.05);
  });

  test('coefficients in original units give the same number as the scores', () => {
    const { x, y } = tool(60, 6, 2);
    const m = trainPls({ x, y }, { components: 3, validation: 'none' });
    const v = m.intercept[0]! + x[7]!.reduce((s, xj, j) => s + xj * m.coefficients[j]!, 0);
    expect(predictPls(m, x[7]!).responses[0]!.value).toBeCloseTo(v, 9);
  });

  test('leaves as ONNX: one Gemm that predicts complete rows alike', () => {
    const { x, y } = tool(60, 6, 2);
    const m = trainPls({ x, y }, { components: 3, validation: 'none' });
    const read = networkFromOnnx(plsToOnnx(m, { precision: 'float64' }));
    expect(read.network.layers).toEqual([{ type: 'dense', units: 1 }]);
    expect(read.network.parameters[0]!.map((p) => p.data)).toEqual([m.coefficients, m.intercept]);
    const out = runNetwork(read.network, Float64Array.from(x.flat())).data;
    x.forEach((row, i) => {
      expect(out[i]).toBeCloseTo(predictPls(m, row).responses[0]!.value, 8);
    });
  });

  test('a missing sensor is bridged by the others, with a wider interval and better than its mean', () => {
    const { x, y } = tool(300, 10, 13);
    const m = trainPls({ x: x.slice(0, 200), y: y.slice(0, 200) });
    const worst = m.vip.indexOf(Math.max(...m.vip));
    let bridged = 0;
    let mean = 0;
    let inside = 0;
    for (let i = 200; i < 300; i++) {
      const broken = x[i]!.map((v, j) => (j === worst ? Number.NaN : v));
      const filled = x[i]!.map((v, j) => (j === worst ? m.xMean[j]! : v));
      const p = predictPls(m, broken);
      expect(p.missingSensors).toEqual([m.sensors[worst]]);
      expect(p.lossOfAccuracy[0]).toBeGreaterThan(1);
      bridged += (p.responses[0]!.value - y[i]![0]!) ** 2;
      mean += (predictPls(m, filled).responses[0]!.value - y[i]![0]!) ** 2;
      if (y[i]![0]! >= p.responses[0]!.low && y[i]![0]! <= p.responses[0]!.high) inside++;
    }
    expect(bridged).toBeLessThan(mean / 2);
    expect(inside).toBeGreaterThan(88);
    expect(() =>
      predictPls(
        m,
        x[0]!.map(() => Number.NaN),
      ),
    ).toThrow(/no sensor/);
  });

  test('training rows with gaps are used, close to the model of complete data', () => {
    const { x, y } = tool(150, 8, 17);
    const rng = createRng(4);
    const holes = x.map((row) => row.map((v) => (rng.uniform() < 0.05 ? Number.NaN : v)));
    const full = trainPls({ x, y }, { components: 3 });
    const gaps = trainPls({ x: holes, y }, { components: 3 });
    expect(gaps.nFilled).toBeGreaterThan(20);
    for (let i = 0; i < 10; i++)
      expect(Math.abs(predictPls(gaps, x[i]!).responses[0]!.value - predictPls(full, x[i]!).responses[0]!.value)).toBeLessThan(
        0.1,
      );
  });

  test('a new kind of event raises SPE, an extreme of a known kind raises T²; contributions add up', () => {
    const { x, y } = tool(200, 8, 19);
    const m = trainPls({ x, y }, { components: 3 });
    const fault = x[0]!.map((v, j) => (j === 4 ? v + 30 : v));
    const p = predictPls(m, fault);
    expect(p.applicability).toBe('new_kind');
    expect(p.speContributions.map(Math.abs).indexOf(Math.max(...p.speContributions.map(Math.abs)))).toBe(4);
    const far = m.xMean.map((c, j) => c + 8 * (x[0]![j]! - c));
    const e = predictPls(m, far);
    expect(e.t2).toBeGreaterThan(e.t2Limit);
    expect(e.t2Contributions.reduce((s, v) => s + v, 0)).toBeCloseTo(e.t2, 8);
    expect(() =>
      trainPls({ x: [[Number.NaN], [Number.NaN], [Number.NaN], [Number.NaN], [Number.NaN]], y: [[1], [2], [3], [4], [5]] }),
    ).toThrow(/never recorded/);
  });
});

test.each(['nipals', 'simpls'] as const)(
  '%s: a sensor that is others but for rounding adds no component, at any offset',
  (algorithm) => {
    const rng = createRng(11);
    for (const offset of [0, 0.1, 1e3]) {
      const x = Array.from({ length: 40 }, () => {
        const [a, b] = [rng.normal(), rng.normal()];
        return [a, b, (2 * a + 3 * b) * 1e-9 * (offset || 1) + offset];
      });
      const y = x.map((r) => [r[0]! + 0.1 * rng.normal()]);
      const model = trainPls({ x, y }, { components: 3, algorithm, validation: 'none' });
      expect(model.components).toBe(2);
      const free = trainPls({ x: x.map((r) => [r[0]!, r[1]!]), y }, { components: 2, algorithm, validation: 'none' });
      expect(Math.abs(model.sigmaTrain[0]! / free.sigmaTrain[0]! - 1)).toBeLessThan(1e-6);
    }
  },
);
