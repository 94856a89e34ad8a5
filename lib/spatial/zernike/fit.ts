import { AppError } from '@/lib/errors';
import { inverseR, type LeastSquaresFit, leastSquares, matrix, numericalRank, qrFactor, svdOfR, thinQ } from '@/lib/numerics';
import { termsOfOrder, zernikeName } from './indices';
import { zernikeValues } from './polynomials';

export interface ZernikeFitOptions {
  /** Number of OSA/ANSI terms, or the radial order instead. */
  readonly terms?: number;
  readonly order?: number;
  /** Radius that maps to the unit circle, mm. Default 150. */
  readonly normRadiusMm?: number;
  /** Standard uncertainty of each site value; weights 1/u². Zero or NaN is refused, give all or none. */
  readonly uValue?: ArrayLike<number>;
  /** Covariance from the given uncertainties (`known`) or scaled by the residuals (`estimated`, default). */
  readonly covariance?: 'estimated' | 'known';
  /** Singular values below this fraction of the largest are taken as aliased. Default 1e-6: above the 1e-7 that sites rounded to 0.1 µm fake. */
  readonly rankTolerance?: number;
  readonly onDeficient?: 'throw' | 'minimum_norm';
}

/** A Zernike model of one wafer. `coefficients[j]` belongs to OSA/ANSI index j, in the unit of the values. */
export interface ZernikeFit extends Omit<LeastSquaresFit, 'singularValues'> {
  readonly terms: number;
  readonly normRadiusMm: number;
  /** √(rss/n) of the sites used (weighted fits: plain residuals). */
  readonly rmsResidual: number;
  /** Groups of terms these sites cannot tell apart; empty when all are identifiable. */
  readonly aliased: readonly string[][];
}

/** Number of terms asked for; order 4 (15 terms) when nothing is said. */
export function termsOf(o: Pick<ZernikeFitOptions, 'terms' | 'order'>): number {
  return o.terms ?? termsOfOrder(o.order ?? 4);
}

/**
 * Weighted least-squares fit of a wafer map by Zernike polynomials: z_i ≈ Σ_j a_j Z_j(x_i/R, y_i/R).
 * @param x, y - site positions, wafer frame, mm, shape (n,). @param z - values; NaN means "not measured" and drops the site.
 * @throws AppError `rank_deficient` with the names of the terms the sites alias (ring layouts do: 9 sites carry 8 of 10 terms);
 * `invalid_input` with fewer sites than terms.
 * @reference Mahajan, Zernike polynomials and wavefront fitting, in Optical Shop Testing, 3rd ed. (2007); QR as in numerics.
 */
export function fitZernike(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  z: ArrayLike<number>,
  options: ZernikeFitOptions = {},
): ZernikeFit {
  const terms = termsOf(options);
  const radius = options.normRadiusMm ?? 150;
  if (!(radius > 0))
    throw new AppError('invalid_input', `normRadiusMm must be positive, got ${radius}`, { field: 'normRadiusMm' });
  const design = zernikeValues(x, y, terms, 1 / radius);
  const names = Array.from({ length: terms }, (_, j) => zernikeName(j));
  const weights = options.uValue ? weightsOf(options.uValue) : undefined;
  const fit = leastSquares(design, z, {
    ...(weights ? { weights } : {}),
    covariance: options.covariance ?? 'estimated',
    rankTolerance: options.rankTolerance ?? 1e-6,
    onDeficient: options.onDeficient ?? 'throw',
    names,
  });
  return withMap(fit, terms, radius);
}

function withMap(fit: LeastSquaresFit, terms: number, normRadiusMm: number): ZernikeFit {
  let rss = 0;
  for (const r of fit.residuals) if (!Number.isNaN(r)) rss += r * r;
  return { ...fit, terms, normRadiusMm, rmsResidual: Math.sqrt(rss / fit.nUsed), aliased: fit.nullSpace.map(namesIn) };
}

function namesIn(v: Float64Array): string[] {
  return Array.from(v.keys())
    .filter((j) => Math.abs(v[j]!) > 0.1)
    .map(zernikeName);
}

/** 1/u² for each value. @throws AppError `invalid_input` when an uncertainty is not positive. */
export function weightsOf(u: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: u.length }, (_, i) => {
    if (!(u[i]! > 0))
      throw new AppError('invalid_input', `uValue[${i}] is ${u[i]}; give a positive standard uncertainty for every site`, {
        index: i,
      });
    return 1 / (u[i]! * u[i]!);
  });
}

/** Factorised design of one site layout: fit any number of wafers measured there with one matrix product each. */
export interface ZernikeLayout {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly terms: number;
  readonly normRadiusMm: number;
  readonly rank: number;
  readonly conditionNumber: number;
  /** (AᵀA)⁻¹ (or its pseudo-inverse), row-major (terms, terms). */
  readonly unscaledCovariance: Float64Array;
  /** A⁺, row-major (terms, sites): coefficients = A⁺ z. */
  readonly pseudoInverse: Float64Array;
  /** A, row-major (sites, terms). */
  readonly design: Float64Array;
}

/**
 * Factor the design of a layout once (QR; singular values where it is deficient).
 * @throws AppError `rank_deficient` unless `onDeficient` is `minimum_norm`; `invalid_input` with fewer sites than terms.
 */
export function zernikeLayout(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: Omit<ZernikeFitOptions, 'uValue' | 'covariance'> = {},
): ZernikeLayout {
  const terms = termsOf(options);
  const radius = options.normRadiusMm ?? 150;
  const n = x.length;
  const design = zernikeValues(x, y, terms, 1 / radius);
  if (n < terms && options.onDeficient !== 'minimum_norm') {
    throw new AppError('invalid_input', `${n} sites cannot determine ${terms} terms; measure more sites or lower the order`, {
      sites: n,
      terms,
    });
  }
  const padded = matrix(Math.max(n, terms), terms);
  padded.data.set(design.data);
  const qr = qrFactor(padded);
  const d = svdOfR(qr);
  const rank = numericalRank(d.s, options.rankTolerance ?? 1e-6);
  if (rank < terms && options.onDeficient !== 'minimum_norm') {
    const v = Float64Array.from({ length: terms }, (_, j) => d.v.data[j * terms + terms - 1]!);
    const names = namesIn(v);
    throw new AppError('rank_deficient', `these sites cannot tell apart: ${names.join(', ')}; lower the order or add sites`, {
      terms: names,
      rank,
    });
  }
  const q = thinQ(qr);
  // A = Q R, R = U S Vᵀ: A⁺ = (V S⁻¹ Uᵀ) Qᵀ with the lost directions left out; R⁻¹ itself at full rank
  const rInverse = rank === terms ? inverseR(qr).data : truncatedInverse(d.u.data, d.s, d.v.data, terms, rank);
  const pseudoInverse = new Float64Array(terms * n);
  for (let j = 0; j < terms; j++) {
    for (let k = 0; k < terms; k++) {
      const r = rInverse[j * terms + k]!;
      if (r !== 0) for (let i = 0; i < n; i++) pseudoInverse[j * n + i]! += r * q.data[i * terms + k]!;
    }
  }
  const unscaledCovariance = new Float64Array(terms * terms);
  for (let i = 0; i < terms; i++) {
    for (let j = 0; j < terms; j++) {
      let s = 0;
      for (let k = 0; k < terms; k++) s += rInverse[i * terms + k]! * rInverse[j * terms + k]!;
      unscaledCovariance[i * terms + j] = s;
    }
  }
  const smallest = d.s[terms - 1]!;
  return {
    x: Float64Array.from(x),
    y: Float64Array.from(y),
    terms,
    normRadiusMm: radius,
    rank,
    conditionNumber: smallest > 0 ? d.s[0]! / smallest : Number.POSITIVE_INFINITY,
    unscaledCovariance,
    pseudoInverse,
    design: design.data,
  };
}

function truncatedInverse(u: Float64Array, s: Float64Array, v: Float64Array, n: number, rank: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let k = 0; k < rank; k++)
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[i * n + j]! += (v[i * n + k]! * u[j * n + k]!) / s[k]!;
  return out;
}

export interface ZernikeBatch {
  /** Row-major (wafers, terms). */
  readonly coefficients: Float64Array;
  /** Residual sigma of each wafer, √(rss/(sites − rank)). */
  readonly residualSigma: Float64Array;
}

/**
 * Fit many complete wafers of one layout: coefficients = Z·A⁺ᵀ.
 * @param z - row-major (wafers, sites), no NaN: fit a wafer with missing sites by `fitZernike`.
 * @throws AppError `dimension_mismatch`; `invalid_input` on NaN with the wafer index.
 * @complexity 4·sites·terms flops a wafer.
 */
export function fitZernikeBatch(layout: ZernikeLayout, z: Float64Array, wafers: number): ZernikeBatch {
  const { terms, pseudoInverse: p, design } = layout;
  const n = layout.x.length;
  if (z.length !== wafers * n)
    throw new AppError('dimension_mismatch', `${wafers} wafers of ${n} sites need ${wafers * n} values, got ${z.length}`);
  const coefficients = new Float64Array(wafers * terms);
  const residualSigma = new Float64Array(wafers);
  const dof = n - layout.rank;
  for (let w = 0; w < wafers; w++) {
    const zo = w * n;
    const co = w * terms;
    let j = 0;
    for (; j + 3 < terms; j += 4) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      const r0 = j * n;
      const r1 = r0 + n;
      const r2 = r1 + n;
      const r3 = r2 + n;
      for (let i = 0; i < n; i++) {
        const v = z[zo + i]!;
        s0 += p[r0 + i]! * v;
        s1 += p[r1 + i]! * v;
        s2 += p[r2 + i]! * v;
        s3 += p[r3 + i]! * v;
      }
      coefficients[co + j] = s0;
      coefficients[co + j + 1] = s1;
      coefficients[co + j + 2] = s2;
      coefficients[co + j + 3] = s3;
    }
    for (; j < terms; j++) {
      let s = 0;
      for (let i = 0; i < n; i++) s += p[j * n + i]! * z[zo + i]!;
      coefficients[co + j] = s;
    }
    let rss = 0;
    for (let i = 0; i < n; i++) {
      let f = 0;
      for (let k = 0; k < terms; k++) f += design[i * terms + k]! * coefficients[co + k]!;
      const r = z[zo + i]! - f;
      rss += r * r;
    }
    if (Number.isNaN(rss))
      throw new AppError('invalid_input', `wafer ${w} has a missing site; fit it alone with fitZernike`, { wafer: w });
    residualSigma[w] = dof > 0 ? Math.sqrt(rss / dof) : Number.NaN;
  }
  return { coefficients, residualSigma };
}
