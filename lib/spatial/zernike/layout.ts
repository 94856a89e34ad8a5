import { AppError } from '@/lib/errors';
import { inverseR, matrix, numericalRank, qrFactor, svdOfR, thinQ, transpose } from '@/lib/numerics';
import { termNames, termsOf, type ZernikeFitOptions } from './fit';
import { zernikeValues } from './polynomials';

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
  /** Qᵀ of A = QR, row-major (terms, sites), and R⁻¹ (terms, terms); null where the layout is deficient. */
  readonly orthogonal: { readonly qt: Float64Array; readonly rInverse: Float64Array } | null;
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
    const names = termNames(v);
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
    orthogonal: rank === terms ? { qt: transpose(matrix(n, terms, q.data.slice(0, n * terms))).data, rInverse } : null,
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
 * @complexity 2·sites·terms flops a wafer.
 */
export function fitZernikeBatch(layout: ZernikeLayout, z: Float64Array, wafers: number): ZernikeBatch {
  const { terms } = layout;
  const n = layout.x.length;
  if (z.length !== wafers * n)
    throw new AppError('dimension_mismatch', `${wafers} wafers of ${n} sites need ${wafers * n} values, got ${z.length}`);
  const coefficients = new Float64Array(wafers * terms);
  const residualSigma = new Float64Array(wafers);
  const dof = n - layout.rank;
  const zero = new Float64Array(n);
  const qa = new Float64Array(terms);
  const qb = new Float64Array(terms);
  const work = new Float64Array(2 * n);
  for (let w = 0; w < wafers; w += 2) {
    // two wafers share each pass over Qᵀ; their means are taken out first, so that ‖z‖² − ‖Qᵀz‖² keeps its digits
    const ma = centre(z, w * n, n, work, 0);
    const pair = w + 1 < wafers;
    const mb = pair ? centre(z, (w + 1) * n, n, work, n) : 0;
    if (!pair) work.set(zero, n);
    if (Number.isNaN(ma) || Number.isNaN(mb))
      throw new AppError(
        'invalid_input',
        `wafer ${Number.isNaN(ma) ? w : w + 1} has a missing site; fit it alone with fitZernike`,
        { wafer: Number.isNaN(ma) ? w : w + 1 },
      );
    if (layout.orthogonal) {
      project(layout.orthogonal.qt, terms, n, work, qa, qb);
      finishWafer(layout, layout.orthogonal.rInverse, work, 0, qa, ma, w, coefficients, residualSigma, dof);
      if (pair) finishWafer(layout, layout.orthogonal.rInverse, work, n, qb, mb, w + 1, coefficients, residualSigma, dof);
    } else {
      finishDeficient(layout, z, w, coefficients, residualSigma, dof);
      if (pair) finishDeficient(layout, z, w + 1, coefficients, residualSigma, dof);
    }
  }
  return { coefficients, residualSigma };
}

function centre(z: Float64Array, from: number, n: number, out: Float64Array, at: number): number {
  let mean = 0;
  for (let i = 0; i < n; i++) mean += z[from + i]!;
  mean /= n;
  for (let i = 0; i < n; i++) out[at + i] = z[from + i]! - mean;
  return mean;
}

// a = Qᵀ work[0..n), b = Qᵀ work[n..2n), two rows of Qᵀ at a time
function project(qt: Float64Array, terms: number, n: number, work: Float64Array, a: Float64Array, b: Float64Array): void {
  let j = 0;
  for (; j + 1 < terms; j += 2) {
    const r0 = j * n;
    const r1 = r0 + n;
    let a0 = 0;
    let a1 = 0;
    let b0 = 0;
    let b1 = 0;
    for (let i = 0; i < n; i++) {
      const x = work[i]!;
      const y = work[n + i]!;
      const p = qt[r0 + i]!;
      const q = qt[r1 + i]!;
      a0 += p * x;
      a1 += q * x;
      b0 += p * y;
      b1 += q * y;
    }
    a[j] = a0;
    a[j + 1] = a1;
    b[j] = b0;
    b[j + 1] = b1;
  }
  for (; j < terms; j++) {
    let s = 0;
    let t = 0;
    for (let i = 0; i < n; i++) {
      s += qt[j * n + i]! * work[i]!;
      t += qt[j * n + i]! * work[n + i]!;
    }
    a[j] = s;
    b[j] = t;
  }
}

// Below this share of the whole the difference of squares has lost half its digits: the residuals are then formed.
const CANCELLED = 1e-8;

function finishWafer(
  layout: ZernikeLayout,
  rInverse: Float64Array,
  work: Float64Array,
  at: number,
  q: Float64Array,
  mean: number,
  w: number,
  coefficients: Float64Array,
  sigma: Float64Array,
  dof: number,
): void {
  const { terms, design } = layout;
  const n = layout.x.length;
  const co = w * terms;
  let whole = 0;
  for (let i = at; i < at + n; i++) whole += work[i]! * work[i]!;
  let rss = whole;
  for (let j = 0; j < terms; j++) rss -= q[j]! * q[j]!;
  for (let j = 0; j < terms; j++) {
    let s = 0;
    for (let k = j; k < terms; k++) s += rInverse[j * terms + k]! * q[k]!;
    coefficients[co + j] = s;
  }
  if (!(rss > CANCELLED * whole)) {
    rss = 0;
    for (let i = 0; i < n; i++) {
      let r = work[at + i]!;
      for (let k = 0; k < terms; k++) r -= design[i * terms + k]! * coefficients[co + k]!;
      rss += r * r;
    }
  }
  coefficients[co]! += mean; // Z(0,0) = 1
  sigma[w] = dof > 0 ? Math.sqrt(rss / dof) : Number.NaN;
}

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
  sigma[w] = dof > 0 ? Math.sqrt(rss / dof) : Number.NaN;
}
