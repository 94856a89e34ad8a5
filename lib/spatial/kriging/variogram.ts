import { AppError } from '@/lib/errors';
import { leastSquares, minimiseGolden } from '@/lib/numerics';
import { type CovarianceKind, type CovarianceModel, correlation } from './covariance';
import { type Drift, driftFrame, driftMatrix } from './drift';

/** A variogram estimated from pairs of sites. */
export interface EmpiricalVariogram {
  /** Pairs, mean distance and semivariance of each bin that holds pairs. */
  readonly count: Float64Array;
  /** mm. */
  readonly distance: Float64Array;
  /** Unit of the values squared. */
  readonly gamma: Float64Array;
}

/** Bins and estimator of a variogram. */
export interface VariogramOptions {
  /** Longest distance, mm. */
  readonly cutoff: number;
  /** Width of a bin, mm. */
  readonly width: number;
  /** Matheron's mean of squares, or Cressie and Hawkins' robust fourth power of mean roots. */
  readonly estimator?: 'matheron' | 'cressie';
  /** Residuals of an ordinary least-squares drift are used instead of the values. */
  readonly drift?: Drift;
}

/**
 * Empirical variogram over bins (k·width, (k + 1)·width] up to the cut-off: Σ (z_i − z_j)²/2N, or ½ (mean √|d|)⁴/(0.457 + 0.494/N).
 * NaN sites are left out.
 * @param x - (n,), mm; `y` likewise.
 * @param z - (n,), any unit.
 * @throws AppError `invalid_input` when cut-off or width is not positive.
 * @reference Matheron, Economic Geology 58 (1963) 1246; Cressie & Hawkins, Math. Geol. 12 (1980) 115.
 */
export function empiricalVariogram(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  z: ArrayLike<number>,
  options: VariogramOptions,
): EmpiricalVariogram {
  const { cutoff, width } = options;
  if (!(cutoff > 0) || !(width > 0))
    throw new AppError('invalid_input', `cutoff and width must be positive, got ${cutoff} and ${width}`, { field: 'width' });
  if (x.length !== z.length || y.length !== z.length)
    throw new AppError('invalid_input', `x, y, value have ${x.length}, ${y.length}, ${z.length} entries`, { field: 'value' });
  let values: ArrayLike<number> = z;
  if (options.drift && options.drift !== 'none')
    values = leastSquares(driftMatrix(driftFrame(options.drift, x, y), x, y), z).residuals;
  const bins = Math.ceil(cutoff / width);
  const count = new Float64Array(bins);
  const distance = new Float64Array(bins);
  const sum = new Float64Array(bins);
  const robust = options.estimator === 'cressie';
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    for (let j = 0; j < i; j++) {
      if (Number.isNaN(values[j]!)) continue;
      const h = Math.hypot(x[i]! - x[j]!, y[i]! - y[j]!);
      if (h > cutoff || h === 0) continue;
      const k = Math.min(bins - 1, Math.ceil(h / width) - 1);
      const d = Math.abs(values[i]! - values[j]!);
      count[k]!++;
      distance[k]! += h;
      sum[k]! += robust ? Math.sqrt(d) : d * d;
    }
  }
  const used = Array.from(count.keys()).filter((k) => count[k]! > 0);
  return {
    count: Float64Array.from(used, (k) => count[k]!),
    distance: Float64Array.from(used, (k) => distance[k]! / count[k]!),
    gamma: Float64Array.from(used, (k) =>
      robust ? (0.5 * (sum[k]! / count[k]!) ** 4) / (0.457 + 0.494 / count[k]!) : sum[k]! / (2 * count[k]!),
    ),
  };
}

/** A model fitted to an empirical variogram. */
export interface VariogramFit {
  readonly model: CovarianceModel;
  readonly weightedSse: number;
  /** True when φ ran to the end of the searched range: the data do not show a sill, or no structure. */
  readonly atBound: boolean;
}

/**
 * Fit a model to an empirical variogram by least squares with weights N/distance². For given φ nugget and σ² are a non-negative linear
 * problem, so only φ is searched: on a grid from a tenth of the shortest to ten times the longest distance, then by golden section.
 * @param nu - fixed smoothness of a Matérn model.
 * @throws AppError `invalid_input` with fewer than three bins.
 * @reference Cressie, Math. Geol. 17 (1985) 563; Pebesma, Computers & Geosciences 30 (2004) 683.
 */
export function fitVariogram(v: EmpiricalVariogram, kind: CovarianceKind, nu = 0.5): VariogramFit {
  const n = v.gamma.length;
  if (n < 3) throw new AppError('invalid_input', `a variogram fit needs three bins or more, got ${n}; widen the cut-off`, { n });
  const w = Float64Array.from({ length: n }, (_, i) => v.count[i]! / v.distance[i]! ** 2);
  const lo = Math.log(Math.min(...v.distance) / 10);
  const hi = Math.log(Math.max(...v.distance) * 10);
  const at = (logPhi: number) => linearPart(v, w, correlation(kind, Math.exp(logPhi), nu));
  const steps = 200;
  let best = lo;
  for (let k = 0; k <= steps; k++) {
    const t = lo + ((hi - lo) * k) / steps;
    if (at(t).sse < at(best).sse) best = t;
  }
  const h = (hi - lo) / steps;
  const { x } = minimiseGolden((t) => at(t).sse, best - h, best + h, 1e-12);
  const { nugget, sigma2, sse } = at(x);
  return {
    model: { kind, nugget, sigma2, phi: Math.exp(x), ...(kind === 'matern' ? { nu } : {}) },
    weightedSse: sse,
    atBound: best - lo < h || hi - best < h,
  };
}

// Weighted least squares of γ = nugget + σ²(1 − ρ), both >= 0
function linearPart(
  v: EmpiricalVariogram,
  w: Float64Array,
  rho: (h: number) => number,
): { nugget: number; sigma2: number; sse: number } {
  let [s, sa, saa, sg, sag] = [0, 0, 0, 0, 0];
  const a = Float64Array.from(v.distance, (h) => 1 - rho(h));
  for (let i = 0; i < a.length; i++) {
    s += w[i]!;
    sa += w[i]! * a[i]!;
    saa += w[i]! * a[i]! ** 2;
    sg += w[i]! * v.gamma[i]!;
    sag += w[i]! * a[i]! * v.gamma[i]!;
  }
  const det = s * saa - sa * sa;
  let nugget = det > 1e-14 * s * saa ? (saa * sg - sa * sag) / det : 0;
  let sigma2 = det > 1e-14 * s * saa ? (s * sag - sa * sg) / det : sag / saa;
  if (nugget < 0) [nugget, sigma2] = [0, Math.max(0, sag / saa)];
  else if (sigma2 < 0) [nugget, sigma2] = [sg / s, 0];
  let sse = 0;
  for (let i = 0; i < a.length; i++) sse += w[i]! * (v.gamma[i]! - nugget - sigma2 * a[i]!) ** 2;
  return { nugget, sigma2, sse };
}
