import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng } from '@/lib/numerics';
import {
  type CovarianceModel,
  covariance,
  covarianceLogLikelihood,
  empiricalVariogram,
  fitCovariance,
  fitKriging,
  fitVariogram,
  fitWaferModel,
  krige,
  krigeNearest,
  predictWafer,
  simulateConditional,
  simulateField,
} from '..';

const model: CovarianceModel = { kind: 'exponential', sigma2: 2, phi: 40, nugget: 0 };
function sites(n: number, seed: number) {
  const rng = createRng(seed, 'sites');
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const r = 147 * Math.sqrt(rng.uniform());
    const t = 2 * Math.PI * rng.uniform();
    x[i] = r * Math.cos(t);
    y[i] = r * Math.sin(t);
  }
  return { x, y, z: Float64Array.from({ length: n }, () => rng.normal()) };
}

describe('kriging', () => {
  test('exact at the data with variance zero, for every kind, drift and nugget', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9999 }),
        fc.constantFrom('exponential' as const, 'spherical' as const, 'matern' as const),
        fc.constantFrom('constant' as const, 'linear' as const, 'quadratic' as const),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seed, kind, drift, nugget) => {
          const { x, y, z } = sites(25, seed);
          const k = fitKriging(x, y, z, { ...model, kind, nugget, nu: 1.5 }, { drift });
          const r = krige(k, x, y);
          for (let i = 0; i < 25; i++) {
            expect(r.prediction[i]).toBeCloseTo(z[i]!, 7);
            expect(r.variance![i]).toBeLessThan(1e-7);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('one datum in closed form: simple kriging ẑ = μ + ρ(z − μ), variance σ²(1 − ρ²)', () => {
    const k = fitKriging([0], [0], [3], model, { mean: 1 });
    const r = krige(k, [20], [0]);
    const rho = Math.exp(-0.5);
    expect(r.prediction[0]).toBeCloseTo(1 + 2 * rho, 12);
    expect(r.variance![0]).toBeCloseTo(2 * (1 - rho * rho), 12);
  });

  test('a drift is reproduced exactly; a shift of the values shifts the prediction', () => {
    const { x, y } = sites(30, 3);
    const z = x.map((v, i) => 5 + 0.1 * v - 0.03 * y[i]! + 0.001 * v * y[i]!);
    const r = krige(fitKriging(x, y, z, { ...model, nugget: 0.3 }, { drift: 'quadratic' }), [10, 120], [-30, 20]);
    expect(r.prediction[0]).toBeCloseTo(5 + 1 + 0.9 - 0.3, 9);
    const a = krige(fitKriging(x, y, z, model), [10], [-30]).prediction[0]!;
    const b = krige(
      fitKriging(
        x,
        y,
        z.map((v) => v + 7),
        model,
      ),
      [10],
      [-30],
    ).prediction[0]!;
    expect(b - a).toBeCloseTo(7, 9);
  });

  test('all sites as neighbours give the global answer; measurement error smooths; repeats need a nugget', () => {
    const { x, y, z } = sites(20, 5);
    const whole = krige(fitKriging(x, y, z, model), [3], [4]);
    const near = krigeNearest(x, y, z, model, [3], [4], 20);
    expect(near.prediction[0]).toBeCloseTo(whole.prediction[0]!, 10);
    expect(near.variance![0]).toBeCloseTo(whole.variance![0]!, 10);
    const noisy = krige(fitKriging(x, y, z, model, { uValue: z.map(() => 0.5) }), x, y, { target: 'signal' });
    expect(Math.abs(noisy.prediction[0]! - z[0]!)).toBeGreaterThan(1e-3);
    expect(() => fitKriging([0, 0], [0, 0], [1, 2], model)).toThrow(AppError);
  });

  test('anisotropy is an isotropic field in turned and stretched coordinates', () => {
    const { x, y, z } = sites(20, 6);
    const aniso = krige(fitKriging(x, y, z, { ...model, anisotropy: { angleDeg: 0, ratio: 0.5 } }), [7], [9]);
    const plain = krige(
      fitKriging(
        x,
        y.map((v) => 2 * v),
        z,
        model,
      ),
      [7],
      [18],
    );
    expect(aniso.prediction[0]).toBeCloseTo(plain.prediction[0]!, 10);
  });
});

describe('estimation and simulation', () => {
  test('a simulated field gives back its covariance by likelihood and by variogram', () => {
    const { x, y } = sites(220, 8);
    const rng = createRng(8, 'field');
    const truth: CovarianceModel = { kind: 'exponential', sigma2: 2, phi: 30, nugget: 0.2 };
    const z = simulateField(
      truth,
      x,
      y,
      Float64Array.from(x, () => rng.normal()),
      50,
    );
    const f = fitCovariance(x, y, z, 'exponential', { likelihood: 'ml' });
    expect(f.logLikelihood).toBeGreaterThanOrEqual(covarianceLogLikelihood(x, y, z, truth, 'constant', 'ml'));
    expect(f.model.sigma2 / f.model.phi).toBeGreaterThan(0.02);
    expect(f.model.sigma2 / f.model.phi).toBeLessThan(0.2);
    const v = empiricalVariogram(x, y, z, { cutoff: 150, width: 12 });
    expect(v.count.reduce((a, b) => a + b, 0)).toBeLessThan((220 * 219) / 2 + 1);
    const g = fitVariogram(v, 'exponential');
    expect(g.model.sigma2 + g.model.nugget).toBeGreaterThan(0.8);
    expect(g.model.sigma2 + g.model.nugget).toBeLessThan(5);
  });

  test('a spherical likelihood with two maxima is not left on the lower one', () => {
    const rng = createRng(5, 'k');
    const [x, y] = [new Float64Array(50), new Float64Array(50)].map((v) => v.map(() => Math.round(rng.normal() * 600) / 10)) as [
      Float64Array,
      Float64Array,
    ];
    const truth: CovarianceModel = { kind: 'spherical', sigma2: 2, phi: 60, nugget: 0.1 };
    const z = simulateField(
      truth,
      x,
      y,
      Float64Array.from(x, () => rng.normal()),
      50,
    );
    const higher: CovarianceModel = { kind: 'spherical', sigma2: 1.826, phi: 60.68, nugget: 0 };
    const f = fitCovariance(x, y, z, 'spherical', { likelihood: 'ml' });
    expect(f.logLikelihood).toBeGreaterThanOrEqual(covarianceLogLikelihood(x, y, z, higher, 'constant', 'ml') - 1e-4);
    expect(f.model.phi).toBeLessThan(100); // the lower maximum lies at 141
  });

  test('conditional simulations have the kriging mean and variance', () => {
    const { x, y, z } = sites(15, 9);
    const k = fitKriging(x, y, z, model);
    const at = { x: [0, 60, -80], y: [0, 60, 10] };
    const { prediction, variance } = krige(k, at.x, at.y);
    const n = 4000;
    const draws = simulateConditional(k, at.x, at.y, n, createRng(4));
    for (let j = 0; j < 3; j++) {
      const mean = draws.reduce((s, d) => s + d[j]! / n, 0);
      const v = draws.reduce((s, d) => s + (d[j]! - mean) ** 2 / (n - 1), 0);
      expect(Math.abs(mean - prediction[j]!)).toBeLessThan(5 * Math.sqrt(variance![j]! / n));
      expect(Math.abs(v / variance![j]! - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    }
  });

  test('Matérn: half-integer closed forms meet the Bessel form', () => {
    for (const nu of [0.5, 1.5, 2.5]) {
      for (const h of [0.1, 1, 40, 300]) {
        const a = covariance({ ...model, kind: 'matern', nu }, h);
        const b = covariance({ ...model, kind: 'matern', nu: nu + 1e-9 }, h);
        expect(Math.abs(a - b)).toBeLessThan(1e-7);
      }
    }
  });

  test('trend and kriged residual together beat the trend alone and state an honest uncertainty', () => {
    const { x, y } = sites(120, 11);
    const rng = createRng(11, 'field');
    const field = simulateField(
      { ...model, phi: 25, nugget: 0.02 },
      x,
      y,
      Float64Array.from(x, () => rng.normal()),
    );
    const z = field.map((v, i) => v + 0.02 * x[i]! + 0.0004 * (x[i]! ** 2 + y[i]! ** 2));
    const train = Array.from(x.keys()).filter((i) => i % 4 !== 0);
    const test = Array.from(x.keys()).filter((i) => i % 4 === 0);
    const pick = (v: Float64Array, rows: number[]) => rows.map((i) => v[i]!);
    const m = fitWaferModel(pick(x, train), pick(y, train), pick(z, train), { order: 2 });
    const p = predictWafer(m, pick(x, test), pick(y, test), 'value');
    let inside = 0;
    let both = 0;
    let alone = 0;
    test.forEach((i, k) => {
      const e = p.prediction[k]! - z[i]!;
      both += e * e;
      if (Math.abs(e) < 1.96 * p.u[k]!) inside++;
      const t = m.trend;
      alone +=
        (z[i]! -
          t.coefficients.reduce(
            (s, c, j) =>
              s +
              c *
                [
                  1,
                  (2 * y[i]!) / 150,
                  (2 * x[i]!) / 150,
                  Math.sqrt(6) * ((2 * x[i]! * y[i]!) / 22500),
                  Math.sqrt(3) * ((2 * (x[i]! ** 2 + y[i]! ** 2)) / 22500 - 1),
                  Math.sqrt(6) * ((x[i]! ** 2 - y[i]! ** 2) / 22500),
                ][j]!,
            0,
          )) **
        2;
    });
    expect(both).toBeLessThan(alone);
    expect(inside / test.length).toBeGreaterThan(0.8);
  });
});
