import { AppError } from '@/lib/errors';
import { backSolveInPlace, cholesky, forwardSolveInPlace, type Matrix, matrix, svd } from '@/lib/numerics';
import { applyScaling, columnScaling } from './scaling';

export function hasMissing(x: Matrix): boolean {
  return x.data.some(Number.isNaN);
}

/**
 * Latent model of scaled sensors, x = P f + e, f ~ N(0, diag(λ)), e ~ N(0, diag(d)): enough to predict any sensor from any others.
 * P is row-major (p, A).
 */
export interface LatentModel {
  readonly loadings: ArrayLike<number>;
  readonly scoreVariance: ArrayLike<number>;
  readonly residualVariance: ArrayLike<number>;
  readonly components: number;
}

export interface Conditional {
  /** x with the missing entries replaced by E(x_m | x_o). */
  readonly filled: Float64Array;
  readonly missing: number[];
  /** Posterior covariance of the latent f, row-major (A, A): Cov(x_m) = P_m C P_mᵀ + diag(d_m). */
  readonly latentCovariance: Float64Array;
}

// Residual variance below this share of a unit-variance sensor is not trusted: it keeps the posterior away from division by zero.
const FLOOR = 1e-6;

/**
 * Conditional mean of the missing sensors given the recorded ones. With M = diag(1/λ) + P_oᵀ D_o⁻¹ P_o: E f = M⁻¹ P_oᵀ D_o⁻¹ x_o, Cov f = M⁻¹.
 * @param x - scaled sensor values, shape (p,), NaN = missing.
 * @complexity pA² + A³/3.
 * @reference Nelson, Taylor & MacGregor, Chemom. Intell. Lab. Syst. 35 (1996) 45 (conditional mean replacement); Arteaga & Ferrer, J. Chemometrics 16 (2002) 408.
 */
export function conditionalMean(model: LatentModel, x: Float64Array): Conditional {
  const a = model.components;
  const p = x.length;
  const m = new Float64Array(a * a);
  const b = new Float64Array(a);
  const missing: number[] = [];
  for (let k = 0; k < a; k++) m[k * a + k] = 1 / Math.max(model.scoreVariance[k]!, Number.MIN_VALUE);
  for (let j = 0; j < p; j++) {
    if (Number.isNaN(x[j]!)) {
      missing.push(j);
      continue;
    }
    const inv = 1 / Math.max(model.residualVariance[j]!, FLOOR);
    for (let k = 0; k < a; k++) {
      const v = model.loadings[j * a + k]! * inv;
      b[k]! += v * x[j]!;
      for (let l = 0; l < a; l++) m[k * a + l]! += v * model.loadings[j * a + l]!;
    }
  }
  const c = cholesky(m, a);
  forwardSolveInPlace(c.l, b);
  backSolveInPlace(c.l, b);
  const filled = x.slice();
  for (const j of missing) {
    let s = 0;
    for (let k = 0; k < a; k++) s += model.loadings[j * a + k]! * b[k]!;
    filled[j] = s;
  }
  const latentCovariance = new Float64Array(a * a);
  const e = new Float64Array(a);
  for (let k = 0; k < a; k++) {
    e.fill(0);
    e[k] = 1;
    forwardSolveInPlace(c.l, e);
    backSolveInPlace(c.l, e);
    latentCovariance.set(e, k * a);
  }
  return { filled, missing, latentCovariance };
}

/**
 * Training rows with missing sensors: principal components of the filled data and conditional means in turn until the fill settles
 * (expectation–maximisation of the latent model). Starts from column means of what was recorded.
 * @throws AppError `invalid_input` naming a sensor that was never recorded.
 */
export function fillMissing(
  raw: Matrix,
  sensors: readonly string[],
  components: number,
): { x: Matrix; nFilled: number; iterations: number } {
  const { rows: n, cols: p } = raw;
  const x = matrix(n, p, raw.data.slice());
  const rows = new Set<number>();
  for (let j = 0; j < p; j++) {
    let s = 0;
    let count = 0;
    for (let i = 0; i < n; i++) {
      const v = raw.data[i * p + j]!;
      if (Number.isNaN(v)) rows.add(i);
      else {
        s += v;
        count++;
      }
    }
    if (count === 0)
      throw new AppError('invalid_input', `sensor ${sensors[j]} was never recorded; leave it out of the model`, {
        sensor: sensors[j],
      });
    for (let i = 0; i < n; i++) if (Number.isNaN(raw.data[i * p + j]!)) x.data[i * p + j] = s / count;
  }
  const a = Math.max(1, Math.min(components, p - 1, n - 2));
  let iterations = 0;
  for (; iterations < 30; iterations++) {
    const s = columnScaling(x, true);
    const xs = applyScaling(x, s);
    const d = svd(xs);
    const model: LatentModel = {
      components: a,
      loadings: Float64Array.from({ length: p * a }, (_, k) => d.v.data[Math.floor(k / a) * d.s.length + (k % a)]!),
      scoreVariance: d.s.slice(0, a).map((v) => v ** 2 / (n - 1)),
      residualVariance: Float64Array.from({ length: p }, (_, j) => {
        let left = 0;
        for (let k = a; k < d.s.length; k++) left += (d.v.data[j * d.s.length + k]! * d.s[k]!) ** 2 / (n - 1);
        return left;
      }),
    };
    let change = 0;
    for (const i of rows) {
      const row = xs.data.slice(i * p, (i + 1) * p);
      for (let j = 0; j < p; j++) if (Number.isNaN(raw.data[i * p + j]!)) row[j] = Number.NaN;
      const c = conditionalMean(model, row);
      for (const j of c.missing) {
        change = Math.max(change, Math.abs(c.filled[j]! - xs.data[i * p + j]!));
        x.data[i * p + j] = s.mean[j]! + s.scale[j]! * c.filled[j]!;
      }
    }
    if (change < 1e-4) break;
  }
  return { x, nFilled: rows.size, iterations };
}
