import { AppError } from '@/lib/errors';
import {
  inverseR,
  magnitude,
  matrix,
  multiply,
  numericalRank,
  qrFactor,
  svdOfR,
  thinQ,
  transpose,
  withoutRounding,
} from '@/lib/numerics';
import { termNames, termsOf, type ZernikeFitOptions } from './fit';
import { zernikeValues } from './polynomials';

/** Factorised design of one site layout: fit any number of wafers measured there with one matrix product each. */
export interface ZernikeLayout {
  /** Sites, (n,), mm, wafer frame. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly terms: number;
  readonly normRadiusMm: number;
  readonly rank: number;
  /** 2-norm, of the design. */
  readonly conditionNumber: number;
  /** (AᵀA)⁻¹ (or its pseudo-inverse), row-major (terms, terms). */
  readonly unscaledCovariance: Float64Array;
  /** A⁺, row-major (terms, sites): coefficients = A⁺ z. */
  readonly pseudoInverse: Float64Array;
  /** A, row-major (sites, terms). */
  readonly design: Float64Array;
  /** Q of A = QR, row-major (sites, terms), and R⁻ᵀ (terms, terms); null where the layout is deficient. */
  readonly orthogonal: { readonly q: Float64Array; readonly rInverseT: Float64Array } | null;
}

/**
 * Factor the design of a layout once (QR; singular values where it is deficient).
 * @param x - sites, (n,), mm, wafer frame; `y` likewise.
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
    const names = termNames(v);
    throw new AppError('rank_deficient', `these sites cannot tell apart: ${names.join(', ')}; lower the order or add sites`, {
      terms: names,
      rank,
    });
  }
  const q = thinQ(qr);
  // A = Q R, R = U S Vᵀ: A⁺ = (V S⁻¹ Uᵀ) Qᵀ with the lost directions left out; R⁻¹ itself at full rank
  const rInverse = rank === terms ? inverseR(qr).data : truncatedInverse(d.u.data, d.s, d.v.data, terms, rank);
  const pseudoInverse = multiply(matrix(terms, terms, rInverse), transpose(matrix(n, terms, q.data.subarray(0, n * terms)))).data;
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
    orthogonal:
      rank === terms ? { q: q.data.slice(0, n * terms), rInverseT: transpose(matrix(terms, terms, rInverse)).data } : null,
  };
}

function truncatedInverse(u: Float64Array, s: Float64Array, v: Float64Array, n: number, rank: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let k = 0; k < rank; k++)
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[i * n + j]! += (v[i * n + k]! * u[j * n + k]!) / s[k]!;
  return out;
}

/** Fits of many wafers of one layout, in the unit of the values. */
export interface ZernikeBatch {
  /** Row-major (wafers, terms). */
  readonly coefficients: Float64Array;
  /** Residual sigma of each wafer, √(rss/(sites − rank)). */
  readonly residualSigma: Float64Array;
}

/**
 * Fit many complete wafers of one layout: coefficients = Z·A⁺ᵀ.
 * @param z - row-major (wafers, sites), no NaN: fit a wafer with missing sites by `fitZernike`.
 * @param wafers - their number.
 * @throws AppError `dimension_mismatch`; `invalid_input` on NaN with the wafer index.
 * @complexity 2·sites·terms flops a wafer.
 */
export function fitZernikeBatch(layout: ZernikeLayout, z: Float64Array, wafers: number): ZernikeBatch {
  const { terms } = layout;
  const n = layout.x.length;
  if (z.length !== wafers * n)
    throw new AppError('dimension_mismatch', `${wafers} wafers of ${n} sites need ${wafers * n} values, got ${z.length}`);
  const batch: ZernikeBatch = { coefficients: new Float64Array(wafers * terms), residualSigma: new Float64Array(wafers) };
  for (let from = 0; from < wafers; from += BLOCK) fitBlock(layout, z, from, Math.min(wafers, from + BLOCK), batch);
  return batch;
}

// Wafers that are fitted by one pair of matrix products.
const BLOCK = 1024;

function fitBlock(layout: ZernikeLayout, z: Float64Array, from: number, to: number, batch: ZernikeBatch): void {
  const { terms, design } = layout;
  const n = layout.x.length;
  const count = to - from;
  const dof = n - layout.rank;
  // means are taken out first, so that ‖z‖² − ‖Qᵀz‖² keeps its digits
  const work = new Float64Array(count * n);
  const means = new Float64Array(count);
  const squares = new Float64Array(count);
  for (let w = 0; w < count; w++) {
    means[w] = meanOf(z, (from + w) * n, n);
    if (Number.isNaN(means[w]!))
      throw new AppError('invalid_input', `wafer ${from + w} has a missing site; fit it alone with fitZernike`, {
        wafer: from + w,
      });
    if (!layout.orthogonal) finishDeficient(layout, z, from + w, batch.coefficients, batch.residualSigma, dof);
    else squares[w] = centre(z, (from + w) * n, n, means[w]!, work, w * n);
  }
  if (!layout.orthogonal) return;
  const projected = multiply(matrix(count, n, work), matrix(n, terms, layout.orthogonal.q)); // Qᵀz in each row
  const c = multiply(projected, matrix(terms, terms, layout.orthogonal.rInverseT)).data;
  for (let w = 0; w < count; w++) {
    const whole = squares[w]!;
    let rss = whole;
    for (let j = w * terms; j < (w + 1) * terms; j++) rss -= projected.data[j]! * projected.data[j]!;
    if (!(rss > CANCELLED * whole)) {
      rss = 0;
      for (let i = 0; i < n; i++) {
        let r = work[w * n + i]!;
        for (let k = 0; k < terms; k++) r -= design[i * terms + k]! * c[w * terms + k]!;
        rss += r * r;
      }
    }
    rss = withoutRounding(rss, n, Math.abs(means[w]!) + Math.sqrt(whole / n));
    c[w * terms]! += means[w]!; // Z(0,0) = 1
    batch.residualSigma[from + w] = dof > 0 ? Math.sqrt(rss / dof) : Number.NaN;
  }
  batch.coefficients.set(c, from * terms);
}

function meanOf(z: Float64Array, from: number, n: number): number {
  let s0 = 0;
  let s1 = 0;
  let i = 0;
  for (; i + 1 < n; i += 2) {
    s0 += z[from + i]!;
    s1 += z[from + i + 1]!;
  }
  if (i < n) s0 += z[from + i]!;
  return (s0 + s1) / n;
}

// z − mean into out; returns its sum of squares
function centre(z: Float64Array, from: number, n: number, mean: number, out: Float64Array, at: number): number {
  let s0 = 0;
  let s1 = 0;
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const a = z[from + i]! - mean;
    const b = z[from + i + 1]! - mean;
    out[at + i] = a;
    out[at + i + 1] = b;
    s0 += a * a;
    s1 += b * b;
  }
  if (i < n) {
    const a = z[from + i]! - mean;
    out[at + i] = a;
    s0 += a * a;
  }
  return s0 + s1;
}

// Below this share of the whole the difference of squares has lost half its digits: the residuals are then formed.
const CANCELLED = 1e-8;

function finishDeficient(
  layout: ZernikeLayout,
  z: Float64Array,
  w: number,
  coefficients: Float64Array,
  sigma: Float64Array,
  dof: number,
): void {
  const { terms, pseudoInverse: p, design } = layout;
  const n = layout.x.length;
  const [zo, co] = [w * n, w * terms];
  for (let j = 0; j < terms; j++) {
    let s = 0;
    for (let i = 0; i < n; i++) s += p[j * n + i]! * z[zo + i]!;
    coefficients[co + j] = s;
  }
  let rss = 0;
  for (let i = 0; i < n; i++) {
    let r = z[zo + i]!;
    for (let k = 0; k < terms; k++) r -= design[i * terms + k]! * coefficients[co + k]!;
    rss += r * r;
  }
  rss = withoutRounding(rss, n, magnitude(z.subarray(zo, zo + n)));
  sigma[w] = dof > 0 ? Math.sqrt(rss / dof) : Number.NaN;
}
