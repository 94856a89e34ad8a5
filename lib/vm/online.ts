import { AppError } from '@/lib/errors';
import { chiSquared, fisherF, roundingLength, withoutRounding } from '@/lib/numerics';
import type { PlsModel } from './model';

/** Rounding of a product of running sums over unit variances, as a share of them. */
const SUMS_ROUNDING = 64 * Number.EPSILON;

/**
 * Running sums from which a PLS model can be renewed at any time without its rows: weighted count, means, and centred cross products.
 * Plain JSON; (p, p) and (p, q) row-major.
 */
export interface PlsMoments {
  readonly sensors: readonly string[];
  readonly responses: readonly string[];
  /** Σ of the rows' weights. */
  readonly weight: number;
  readonly rows: number;
  readonly xMean: readonly number[];
  readonly yMean: readonly number[];
  /** Centred XᵀX, (p, p). */
  readonly sxx: readonly number[];
  /** Centred XᵀY, (p, q). */
  readonly sxy: readonly number[];
  readonly syy: readonly number[];
}

/** Sums of nothing. */
export function emptyMoments(sensors: readonly string[], responses: readonly string[]): PlsMoments {
  const p = sensors.length;
  const q = responses.length;
  const zeros = (n: number): number[] => new Array<number>(n).fill(0);
  return {
    sensors,
    responses,
    weight: 0,
    rows: 0,
    xMean: zeros(p),
    yMean: zeros(q),
    sxx: zeros(p * p),
    sxy: zeros(p * q),
    syy: zeros(q),
  };
}

/**
 * Take a mini-batch of measured rows. Older data are first forgotten by `forgetting` (1 keeps all; 0.98 a batch halves them in 34 batches).
 * @param x, y - complete rows; fill missing sensors first.
 * @throws AppError `invalid_input` on NaN, wrong lengths or forgetting outside (0, 1].
 * @reference Dayal & MacGregor, J. Process Control 7 (1997) 169 (recursive exponentially weighted PLS); Chan, Golub & LeVeque (1979) for the update of centred sums.
 */
export function updateMoments(
  m: PlsMoments,
  x: ArrayLike<ArrayLike<number>>,
  y: ArrayLike<ArrayLike<number>>,
  forgetting = 1,
): PlsMoments {
  if (!(forgetting > 0 && forgetting <= 1))
    throw new AppError('invalid_input', `forgetting must lie in (0, 1], got ${forgetting}`, { field: 'forgetting' });
  const p = m.sensors.length;
  const q = m.responses.length;
  const [xMean, yMean] = [[...m.xMean], [...m.yMean]];
  const [sxx, sxy, syy] = [m.sxx.map((v) => v * forgetting), m.sxy.map((v) => v * forgetting), m.syy.map((v) => v * forgetting)];
  let weight = m.weight * forgetting;
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i]!, y[i]!];
    if (a.length !== p || b.length !== q)
      throw new AppError('invalid_input', `row ${i} has ${a.length} sensors and ${b.length} responses, expected ${p} and ${q}`, {
        row: i,
      });
    const dx = Float64Array.from({ length: p }, (_, j) => a[j]! - xMean[j]!);
    const dy = Float64Array.from({ length: q }, (_, c) => b[c]! - yMean[c]!);
    if (dx.some((v) => !Number.isFinite(v)) || dy.some((v) => !Number.isFinite(v)))
      throw new AppError('invalid_input', `row ${i} is not finite; fill or drop it`, { row: i });
    weight += 1;
    const f = (weight - 1) / weight;
    for (let j = 0; j < p; j++) {
      for (let k = 0; k < p; k++) sxx[j * p + k]! += f * dx[j]! * dx[k]!;
      for (let c = 0; c < q; c++) sxy[j * q + c]! += f * dx[j]! * dy[c]!;
      xMean[j]! += dx[j]! / weight;
    }
    for (let c = 0; c < q; c++) {
      syy[c]! += f * dy[c]! ** 2;
      yMean[c]! += dy[c]! / weight;
    }
  }
  return { ...m, weight, rows: m.rows + x.length, xMean, yMean, sxx, sxy, syy };
}

/**
 * Renew a one-response PLS model from its running sums (kernel algorithm 2). T² and SPE limits come from the sums too: SPE by Box's moments of
 * the residual covariance.
 * @param warmUp - least number of rows before a model is given out.
 * @throws AppError `invalid_input` during the warm-up or with more than one response; `out_of_domain` when nothing correlates.
 * @reference Dayal & MacGregor, J. Chemometrics 11 (1997) 73, algorithm 2.
 */
export function plsFromMoments(m: PlsMoments, components: number, warmUp = 20): PlsModel {
  const p = m.sensors.length;
  if (m.responses.length !== 1)
    throw new AppError('invalid_input', 'online renewal handles one response a model; keep one set of sums per response', {
      field: 'responses',
    });
  if (m.rows < Math.max(warmUp, components + 3))
    throw new AppError(
      'invalid_input',
      `${m.rows} rows are not enough yet; the warm-up needs ${Math.max(warmUp, components + 3)}`,
      { rows: m.rows },
    );
  const n = m.weight;
  const constant = m.sensors.filter((_, j) => withoutRounding(m.sxx[j * (p + 1)]!, n, Math.abs(m.xMean[j]!)) === 0);
  const still = new Set(constant);
  const scale = Array.from({ length: p }, (_, j) => (still.has(m.sensors[j]!) ? 1 : Math.sqrt(m.sxx[j * (p + 1)]! / (n - 1))));
  const live = (j: number): boolean => !still.has(m.sensors[j]!);
  const xx = Float64Array.from(m.sxx, (v, i) =>
    live(Math.floor(i / p)) && live(i % p) ? v / (scale[Math.floor(i / p)]! * scale[i % p]!) : 0,
  );
  const xy = Float64Array.from(m.sxy, (v, j) => (live(j) ? v / scale[j]! : 0));
  // square of a score that is rounding: of the values (which their means stand for), and of the sums themselves
  const noise = m.xMean.reduce(
    (most, v, j) => (live(j) ? Math.max(most, (roundingLength(n, Math.abs(v)) / scale[j]!) ** 2) : most),
    SUMS_ROUNDING * n * p,
  );
  const a = Math.min(components, p);
  const [r, pl] = [new Float64Array(p * a), new Float64Array(p * a)];
  const w = new Float64Array(p * a);
  const ql: number[] = [];
  const tt: number[] = [];
  const first = Math.hypot(...xy);
  if (!(first > 0))
    throw new AppError('out_of_domain', 'no sensor is correlated with the response; nothing to model', { field: 'y' });
  for (let k = 0; k < a; k++) {
    const norm = Math.hypot(...xy);
    if (!(norm > 1e-12 * first)) break;
    const wk = xy.map((v) => v / norm);
    const rk = wk.slice();
    for (let b = 0; b < k; b++) {
      let s = 0;
      for (let j = 0; j < p; j++) s += pl[j * a + b]! * wk[j]!;
      for (let j = 0; j < p; j++) rk[j]! -= s * r[j * a + b]!;
    }
    const v = new Float64Array(p);
    let t = 0;
    for (let j = 0; j < p; j++) {
      for (let i = 0; i < p; i++) v[j]! += xx[j * p + i]! * rk[i]!;
      t += rk[j]! * v[j]!;
    }
    if (!(t > noise * rk.reduce((s, v) => s + v * v, 0))) break; // a score of rounding would be scaled up to an effect
    let q = 0;
    for (let j = 0; j < p; j++) q += rk[j]! * xy[j]!;
    q /= t;
    for (let j = 0; j < p; j++) {
      w[j * a + k] = wk[j]!;
      r[j * a + k] = rk[j]!;
      pl[j * a + k] = v[j]! / t;
      xy[j]! -= (v[j]! / t) * q * t;
    }
    ql.push(q);
    tt.push(t);
  }
  return finish(m, { scale, constant, xx, w, r, pl, ql, tt, a: ql.length, stride: a });
}

interface Parts {
  readonly scale: number[];
  readonly constant: string[];
  readonly xx: Float64Array;
  readonly w: Float64Array;
  readonly r: Float64Array;
  readonly pl: Float64Array;
  readonly ql: number[];
  readonly tt: number[];
  readonly a: number;
  readonly stride: number;
}

function finish(m: PlsMoments, s: Parts): PlsModel {
  const p = m.sensors.length;
  const { a, stride } = s;
  const n = m.weight;
  const cut = (v: Float64Array): number[] => Array.from({ length: p * a }, (_, i) => v[Math.floor(i / a) * stride + (i % a)]!);
  const [rotations, loadings] = [cut(s.r), cut(s.pl)];
  const coefficients = Array.from(
    { length: p },
    (_, j) => s.ql.reduce((t, q, k) => t + rotations[j * a + k]! * q, 0) / s.scale[j]!,
  );
  const ssy = s.ql.map((q, k) => q * q * s.tt[k]!);
  const total = ssy.reduce((t, v) => t + v, 0);
  const dof = Math.max(1, n - a - 1);
  const residual = s.xx.map(
    (v, i) =>
      (v - s.tt.reduce((t, tk, k) => t + tk * loadings[Math.floor(i / p) * a + k]! * loadings[(i % p) * a + k]!, 0)) / dof,
  );
  let theta1 = 0;
  let theta2 = 0;
  for (let j = 0; j < p; j++) theta1 += residual[j * (p + 1)]!;
  for (const v of residual) theta2 += v * v;
  const spe = (level: number): number =>
    theta1 > 1e-12 * p ? (theta2 / theta1) * chiSquared((theta1 * theta1) / theta2).quantile(level) : 1e-9 * p;
  const t2 = (level: number): number =>
    n > a ? ((a * (n * n - 1)) / (n * (n - a))) * fisherF(a, n - a).quantile(level) : Number.MAX_VALUE;
  const sumX = Array.from({ length: p }, (_, j) => s.xx[j * (p + 1)]!).reduce((t, v) => t + v, 0);
  let [cx, cy] = [0, 0];
  const xVariance = s.tt.map((t, k) => {
    let ss = 0;
    for (let j = 0; j < p; j++) ss += loadings[j * a + k]! ** 2;
    cx += (ss * t) / sumX;
    return cx;
  });
  const yVariance = ssy.map((v) => {
    cy += v / m.syy[0]!;
    return cy;
  });
  return {
    kind: 'pls',
    version: 1,
    algorithm: 'nipals',
    sensors: [...m.sensors],
    responses: [...m.responses],
    components: a,
    n,
    nFilled: 0,
    xMean: [...m.xMean],
    xScale: s.scale,
    constantSensors: s.constant,
    yMean: [...m.yMean],
    rotations,
    xLoadings: loadings,
    yLoadings: s.ql,
    scoreSumSquares: s.tt,
    xResidualVariance: Array.from({ length: p }, (_, j) => Math.max(0, residual[j * (p + 1)]!)),
    coefficients,
    intercept: [coefficients.reduce((t, c, j) => t - c * m.xMean[j]!, m.yMean[0]!)],
    vip: Array.from({ length: p }, (_, j) =>
      Math.sqrt((p * ssy.reduce((t, v, k) => t + v * s.w[j * stride + k]! ** 2, 0)) / total),
    ),
    xVariance,
    yVariance,
    sigmaTrain: [Math.sqrt(Math.max(0, m.syy[0]! - total) / dof)],
    sigmaValidation: null,
    limits: { t2: { p95: t2(0.95), p99: t2(0.99) }, spe: { p95: spe(0.95), p99: spe(0.99) } },
    validation: null,
  };
}
