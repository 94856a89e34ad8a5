import { AppError } from '@/lib/errors';
import { studentT } from '@/lib/numerics';
import { conditionalMean } from './missing';
import type { PlsModel } from './model';

/** One predicted value, in the unit of its response. */
export interface PredictedResponse {
  readonly response: string;
  /** In the unit of the response, as u, low and high. */
  readonly value: number;
  /** Standard uncertainty of one new measurement: noise, estimation of the model, missing sensors. */
  readonly u: number;
  readonly low: number;
  readonly high: number;
}

/** `inside`; `extrapolation`: T² beyond its limit, extreme but of a known kind; `new_kind`: SPE beyond its limit. */
export type Applicability = 'inside' | 'extrapolation' | 'new_kind';

/** A prediction with its uncertainty and applicability. */
export interface VmPrediction {
  readonly responses: readonly PredictedResponse[];
  /** Hotelling's T² of the scores, dimensionless. */
  readonly t2: number;
  /** Squared prediction error of the scaled sensors, dimensionless. */
  readonly spe: number;
  readonly t2Limit: number;
  readonly speLimit: number;
  readonly applicability: Applicability;
  readonly scores: readonly number[];
  /** Signed residual of each scaled sensor; SPE is the sum of their squares. Missing sensors hold 0. */
  readonly speContributions: readonly number[];
  /** Share of each sensor in T²; they add up to T². */
  readonly t2Contributions: readonly number[];
  readonly missingSensors: readonly string[];
  /** u with the missing sensors over u with all of them, per response: the loss of accuracy; 1 when nothing is missing. */
  readonly lossOfAccuracy: readonly number[];
}

/** Options of {@link predictPls}. */
export interface PredictOptions {
  /** Coverage of the interval. Default 0.95. */
  readonly level?: number;
  /** Limits of T² and SPE: 95 or 99 %. Default 99. */
  readonly limit?: 'p95' | 'p99';
}

/**
 * Predict one row. Missing sensors (NaN) take part through their conditional mean given the recorded ones; their variance widens the
 * interval: u² = σ²(1 + 1/n + Σ t_a²/t_aᵀt_a) + qᵀ Cov(t | recorded) q, interval by Student's t with n − A − 1 degrees of freedom.
 * σ is the validation error where the model has one.
 * @param x - raw sensor values in the order of `model.sensors`, NaN = not recorded.
 * @throws AppError `invalid_input` on a wrong length, an infinite value, or when no informative sensor was recorded.
 * @reference Faber & Kowalski, J. Chemometrics 11 (1997) 181; Nelson, MacGregor & Taylor, Chemom. Intell. Lab. Syst. 80 (2006) 1.
 */
export function predictPls(model: PlsModel, x: ArrayLike<number>, options: PredictOptions = {}): VmPrediction {
  const p = model.sensors.length;
  const a = model.components;
  if (x.length !== p) throw new AppError('invalid_input', `the model has ${p} sensors, got ${x.length} values`, { field: 'x' });
  const xs = new Float64Array(p);
  const still = new Set(model.constantSensors);
  let recorded = 0;
  for (let j = 0; j < p; j++) {
    const v = x[j]!;
    if (!Number.isFinite(v) && !Number.isNaN(v))
      throw new AppError('invalid_input', `sensor ${model.sensors[j]} is ${v}; give a finite number or NaN`, {
        sensor: model.sensors[j],
      });
    if (still.has(model.sensors[j]!)) continue;
    xs[j] = (v - model.xMean[j]!) / model.xScale[j]!;
    if (!Number.isNaN(v)) recorded++;
  }
  if (recorded === 0)
    throw new AppError('invalid_input', 'no sensor of the model was recorded; nothing can be predicted', { field: 'x' });
  const scoreVariance = model.scoreSumSquares.map((s) => s / (model.n - 1));
  const anyMissing = xs.some(Number.isNaN);
  const latent = { components: a, loadings: model.xLoadings, scoreVariance, residualVariance: model.xResidualVariance };
  const c = anyMissing
    ? conditionalMean(latent, xs)
    : { filled: xs, missing: [] as number[], latentCovariance: new Float64Array(a * a) };
  const t = new Float64Array(a);
  for (let j = 0; j < p; j++) for (let k = 0; k < a; k++) t[k]! += c.filled[j]! * model.rotations[j * a + k]!;
  const scoreCovariance = missingScoreCovariance(model, c.missing, c.latentCovariance);
  const { t2, leverage, t2Contributions } = hotelling(model, c.filled, t, scoreVariance);
  const speContributions = residuals(model, c.filled, t, new Set(c.missing));
  const spe = speContributions.reduce((s, e) => s + e * e, 0);
  const dof = Math.max(1, model.n - a - 1);
  const k = studentT(dof).quantile(0.5 + (options.level ?? 0.95) / 2);
  const lossOfAccuracy: number[] = [];
  const responses = model.responses.map((response, i): PredictedResponse => {
    let value = model.yMean[i]!;
    for (let b = 0; b < a; b++) value += t[b]! * model.yLoadings[i * a + b]!;
    const sigma = Math.max(model.sigmaTrain[i]!, model.sigmaValidation?.[i] ?? 0);
    const complete = sigma ** 2 * (1 + 1 / model.n + leverage);
    let extra = 0;
    for (let b = 0; b < a; b++)
      for (let d = 0; d < a; d++)
        extra += model.yLoadings[i * a + b]! * scoreCovariance[b * a + d]! * model.yLoadings[i * a + d]!;
    const u = Math.sqrt(complete + extra);
    lossOfAccuracy.push(u / Math.sqrt(complete));
    return { response, value, u, low: value - k * u, high: value + k * u };
  });
  const limit = options.limit ?? 'p99';
  const [t2Limit, speLimit] = [model.limits.t2[limit], model.limits.spe[limit]];
  return {
    responses,
    t2,
    spe,
    t2Limit,
    speLimit,
    applicability: spe > speLimit ? 'new_kind' : t2 > t2Limit ? 'extrapolation' : 'inside',
    scores: Array.from(t),
    speContributions,
    t2Contributions,
    missingSensors: c.missing.map((j) => model.sensors[j]!),
    lossOfAccuracy,
  };
}

// Cov(t) = R_mᵀ (P_m C P_mᵀ + diag(d_m)) R_m
function missingScoreCovariance(model: PlsModel, missing: readonly number[], c: Float64Array): Float64Array {
  const a = model.components;
  const out = new Float64Array(a * a);
  if (missing.length === 0) return out;
  const g = new Float64Array(a * a); // R_mᵀ P_m
  for (const j of missing) {
    for (let k = 0; k < a; k++) {
      const r = model.rotations[j * a + k]!;
      for (let l = 0; l < a; l++) {
        g[k * a + l]! += r * model.xLoadings[j * a + l]!;
        out[k * a + l]! += r * model.xResidualVariance[j]! * model.rotations[j * a + l]!;
      }
    }
  }
  for (let k = 0; k < a; k++) {
    for (let l = 0; l < a; l++) {
      let s = 0;
      for (let u = 0; u < a; u++) for (let v = 0; v < a; v++) s += g[k * a + u]! * c[u * a + v]! * g[l * a + v]!;
      out[k * a + l]! += s;
    }
  }
  return out;
}

function hotelling(model: PlsModel, x: Float64Array, t: Float64Array, variance: readonly number[]) {
  const a = model.components;
  let t2 = 0;
  let leverage = 0;
  for (let k = 0; k < a; k++) {
    t2 += t[k]! ** 2 / variance[k]!;
    leverage += t[k]! ** 2 / model.scoreSumSquares[k]!;
  }
  const t2Contributions = Array.from(x, (v, j) => {
    let s = 0;
    for (let k = 0; k < a; k++) s += (t[k]! / variance[k]!) * model.rotations[j * a + k]! * v;
    return s;
  });
  return { t2, leverage, t2Contributions };
}

function residuals(model: PlsModel, x: Float64Array, t: Float64Array, missing: ReadonlySet<number>): number[] {
  const a = model.components;
  return Array.from(x, (v, j) => {
    if (missing.has(j)) return 0;
    let e = v;
    for (let k = 0; k < a; k++) e -= t[k]! * model.xLoadings[j * a + k]!;
    return e;
  });
}
