import { AppError } from '@/lib/errors';
import { type Matrix, magnitude, matrix, roundingLength, symmetricEigen } from '@/lib/numerics';

/** Algorithm of the factors. */
export type PlsAlgorithm = 'nipals' | 'simpls';

/** Factors of a PLS model of centred (and scaled) data, all row-major. Scores are T = X·R; Y ≈ T·Qᵀ. */
export interface PlsFactors {
  readonly algorithm: PlsAlgorithm;
  readonly components: number;
  /** Unit-norm weights W, shape (p, A): of the deflated X for NIPALS, of X itself for SIMPLS. */
  readonly weights: Matrix;
  /** Rotations R, shape (p, A). */
  readonly rotations: Matrix;
  /** P, (p, A). */
  readonly xLoadings: Matrix;
  /** Q, shape (q, A), for scores as returned (not normalised). */
  readonly yLoadings: Matrix;
  /** T, shape (n, A). */
  readonly scores: Matrix;
  /** t_aᵀt_a. */
  readonly scoreSumSquares: Float64Array;
}

// A component is exhausted when XᵀY (deflated) has fallen to this fraction of its first norm.
const EXHAUSTED = 1e-12;

/**
 * PLS factors. NIPALS by the kernel form that never deflates X (w from XᵀY, r_a = w − Σ (p_bᵀw) r_b): the same model as the classical
 * iteration, its inner loop replaced by the dominant eigenvector of the small q x q matrix. SIMPLS after de Jong. For one response both give the same
 * predictions.
 * @param x - X, shape (n, p), columns centred (and scaled).
 * @param y - Y, shape (n, q), columns centred.
 * @param components - A; fewer are returned when XᵀY is exhausted, or when only rounding is left of X.
 * @param noise - length of a column of X that is nothing but the rounding of the values it was made of; default that of X as it stands.
 * @returns factors; `components` may be less than asked for.
 * @throws AppError `invalid_input` unless 1 <= A <= min(n − 1, p).
 * @throws AppError `dimension_mismatch` when X and Y differ in rows; `out_of_domain` when they do not correlate at all.
 * @complexity 4npA flops for one response.
 * @reference Dayal & MacGregor, J. Chemometrics 11 (1997) 73, algorithm 1; de Jong, Chemom. Intell. Lab. Syst. 18 (1993) 251; Wold, Sjöström & Eriksson,
 * ibid. 58 (2001) 109.
 */
export function plsFactors(
  x: Matrix,
  y: Matrix,
  components: number,
  algorithm: PlsAlgorithm = 'nipals',
  noise = roundingLength(x.rows, magnitude(x.data)),
): PlsFactors {
  const { rows: n, cols: p } = x;
  const q = y.cols;
  if (y.rows !== n) throw new AppError('dimension_mismatch', `X has ${n} rows, Y has ${y.rows}`);
  if (!Number.isInteger(components) || components < 1 || components > Math.min(n - 1, p)) {
    throw new AppError('invalid_input', `components must be an integer from 1 to ${Math.min(n - 1, p)}, got ${components}`, {
      field: 'components',
    });
  }
  const a = components;
  const w = new Float64Array(p * a);
  const r = new Float64Array(p * a);
  const pl = new Float64Array(p * a);
  const ql = new Float64Array(q * a);
  const t = new Float64Array(n * a);
  const tt = new Float64Array(a);
  const v = algorithm === 'simpls' ? new Float64Array(p * a) : null;
  const s = crossProduct(x, y);
  const first = frobenius(s);
  let used = 0;
  const wk = new Float64Array(p);
  const rk = new Float64Array(p);
  const tk = new Float64Array(n);
  const pk = new Float64Array(p);
  for (let k = 0; k < a; k++) {
    if (!(frobenius(s) > EXHAUSTED * first)) break;
    dominantLeft(s, p, q, wk);
    rk.set(wk);
    if (!v) for (let b = 0; b < k; b++) addScaled(rk, r, b, a, p, -columnDot(pl, b, a, p, wk));
    // what is left of a small S has lost its right angle to the loadings to the rounding of the whole
    else for (let b = 0; b < k; b++) addScaled(rk, v, b, a, p, -columnDot(v, b, a, p, rk));
    scoresOf(x, rk, tk);
    let sum = 0;
    for (let i = 0; i < n; i++) sum += tk[i]! * tk[i]!;
    if (!(sum > noise ** 2 * squared(rk))) break; // a score of rounding would be scaled up to an effect
    loadingsOf(x, tk, pk);
    for (let j = 0; j < p; j++) pk[j]! /= sum;
    for (let c = 0; c < q; c++) {
      let d = 0; // NIPALS: q = Sᵀr/tt; with SIMPLS S is deflated differently, so Yᵀt is formed
      if (v) for (let i = 0; i < n; i++) d += y.data[i * q + c]! * tk[i]!;
      else for (let j = 0; j < p; j++) d += rk[j]! * s[j * q + c]!;
      ql[c * a + k] = d / sum;
    }
    tt[k] = sum;
    for (let j = 0; j < p; j++) {
      w[j * a + k] = wk[j]!;
      r[j * a + k] = rk[j]!;
      pl[j * a + k] = pk[j]!;
    }
    for (let i = 0; i < n; i++) t[i * a + k] = tk[i]!;
    if (v) deflateSimpls(s, v, pk, k, a, p, q);
    else for (let j = 0; j < p; j++) for (let c = 0; c < q; c++) s[j * q + c]! -= pk[j]! * ql[c * a + k]! * sum;
    used++;
  }
  if (used === 0) throw new AppError('out_of_domain', 'X and Y are not correlated at all; nothing to model', { field: 'y' });
  const cut = (m: Float64Array, rows: number): Matrix =>
    used === a ? matrix(rows, a, m) : matrix(rows, used, keepColumns(m, rows, a, used));
  return {
    algorithm,
    components: used,
    weights: cut(w, p),
    rotations: cut(r, p),
    xLoadings: cut(pl, p),
    yLoadings: cut(ql, q),
    scores: cut(t, n),
    scoreSumSquares: tt.slice(0, used),
  };
}

function squared(v: Float64Array): number {
  let s = 0;
  for (let j = 0; j < v.length; j++) s += v[j]! * v[j]!;
  return s;
}

function keepColumns(m: Float64Array, rows: number, cols: number, kept: number): Float64Array {
  const out = new Float64Array(rows * kept);
  for (let i = 0; i < rows; i++) for (let j = 0; j < kept; j++) out[i * kept + j] = m[i * cols + j]!;
  return out;
}

/** XᵀY, shape (p, q). */
export function crossProduct(x: Matrix, y: Matrix): Float64Array {
  const { rows: n, cols: p } = x;
  const q = y.cols;
  const s = new Float64Array(p * q);
  if (q === 1) {
    loadingsOf(x, y.data, s);
    return s;
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < p; j++) {
      const v = x.data[i * p + j]!;
      for (let c = 0; c < q; c++) s[j * q + c]! += v * y.data[i * q + c]!;
    }
  }
  return s;
}

// t = X r, four rows a pass so that r is read once for them
function scoresOf(x: Matrix, r: Float64Array, t: Float64Array): void {
  const { rows: n, cols: p, data } = x;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const o0 = i * p;
    const o1 = o0 + p;
    const o2 = o1 + p;
    const o3 = o2 + p;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < p; j++) {
      const v = r[j]!;
      s0 += data[o0 + j]! * v;
      s1 += data[o1 + j]! * v;
      s2 += data[o2 + j]! * v;
      s3 += data[o3 + j]! * v;
    }
    t[i] = s0;
    t[i + 1] = s1;
    t[i + 2] = s2;
    t[i + 3] = s3;
  }
  for (; i < n; i++) {
    let s = 0;
    for (let j = 0; j < p; j++) s += data[i * p + j]! * r[j]!;
    t[i] = s;
  }
}

// out = Xᵀ t, four rows a pass
function loadingsOf(x: Matrix, t: Float64Array, out: Float64Array): void {
  const { rows: n, cols: p, data } = x;
  out.fill(0);
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const o0 = i * p;
    const o1 = o0 + p;
    const o2 = o1 + p;
    const o3 = o2 + p;
    const t0 = t[i]!;
    const t1 = t[i + 1]!;
    const t2 = t[i + 2]!;
    const t3 = t[i + 3]!;
    for (let j = 0; j < p; j++) out[j]! += t0 * data[o0 + j]! + t1 * data[o1 + j]! + t2 * data[o2 + j]! + t3 * data[o3 + j]!;
  }
  for (; i < n; i++) for (let j = 0; j < p; j++) out[j]! += t[i]! * data[i * p + j]!;
}

function frobenius(s: Float64Array): number {
  let f = 0;
  for (let i = 0; i < s.length; i++) f += s[i]! * s[i]!;
  return Math.sqrt(f);
}

function columnDot(m: Float64Array, k: number, a: number, p: number, v: Float64Array): number {
  let s = 0;
  for (let j = 0; j < p; j++) s += m[j * a + k]! * v[j]!;
  return s;
}

function addScaled(out: Float64Array, m: Float64Array, k: number, a: number, p: number, f: number): void {
  for (let j = 0; j < p; j++) out[j]! += f * m[j * a + k]!;
}

// w = S c/‖S c‖ with c the dominant eigenvector of SᵀS (q x q)
function dominantLeft(s: Float64Array, p: number, q: number, w: Float64Array): void {
  const c = new Float64Array(q).fill(1);
  if (q > 1) {
    const g = new Float64Array(q * q);
    for (let j = 0; j < p; j++)
      for (let u = 0; u < q; u++) for (let k = 0; k < q; k++) g[u * q + k]! += s[j * q + u]! * s[j * q + k]!;
    const { vectors } = symmetricEigen(g, q);
    for (let u = 0; u < q; u++) c[u] = vectors.data[u * q]!;
  }
  let f = 0;
  for (let j = 0; j < p; j++) {
    let d = 0;
    for (let u = 0; u < q; u++) d += s[j * q + u]! * c[u]!;
    w[j] = d;
    f += d * d;
  }
  f = Math.sqrt(f);
  for (let j = 0; j < p; j++) w[j]! /= f;
}

// de Jong: v = p orthogonalised against the earlier v, S −= v (vᵀS); two passes keep v orthogonal to rounding
function deflateSimpls(s: Float64Array, v: Float64Array, p: Float64Array, k: number, a: number, rows: number, q: number): void {
  const vk = p.slice();
  for (let pass = 0; pass < 2; pass++) for (let b = 0; b < k; b++) addScaled(vk, v, b, a, rows, -columnDot(v, b, a, rows, vk));
  let f = 0;
  for (let j = 0; j < rows; j++) f += vk[j]! * vk[j]!;
  f = Math.sqrt(f);
  for (let j = 0; j < rows; j++) {
    vk[j]! /= f;
    v[j * a + k] = vk[j]!;
  }
  for (let c = 0; c < q; c++) {
    let d = 0;
    for (let j = 0; j < rows; j++) d += vk[j]! * s[j * q + c]!;
    for (let j = 0; j < rows; j++) s[j * q + c]! -= vk[j]! * d;
  }
}

/**
 * B = R_k Q_kᵀ of the first k components, shape (p, q), for centred and scaled data.
 * @reference Wold, Sjöström & Eriksson, Chemom. Intell. Lab. Syst. 58 (2001) 109.
 */
export function plsCoefficients(f: PlsFactors, k = f.components): Matrix {
  const { rows: p, cols: a } = f.rotations;
  const q = f.yLoadings.rows;
  const out = matrix(p, q);
  for (let j = 0; j < p; j++) {
    for (let c = 0; c < q; c++) {
      let s = 0;
      for (let b = 0; b < k; b++) s += f.rotations.data[j * a + b]! * f.yLoadings.data[c * a + b]!;
      out.data[j * q + c] = s;
    }
  }
  return out;
}

/**
 * Variable importance in projection, vip_j = √(p Σ_a SSY_a w_ja² / Σ_a SSY_a), SSY_a = (q_aᵀq_a)(t_aᵀt_a); values above 1 matter more than average.
 * @returns (p,), dimensionless.
 * @reference Wold, Johansson & Cocchi, in 3D QSAR in Drug Design (1993) 523.
 */
export function vip(f: PlsFactors, k = f.components): Float64Array {
  const { rows: p, cols: a } = f.weights;
  const ssy = Float64Array.from({ length: k }, (_, b) => {
    let s = 0;
    for (let c = 0; c < f.yLoadings.rows; c++) s += f.yLoadings.data[c * a + b]! ** 2;
    return s * f.scoreSumSquares[b]!;
  });
  const total = ssy.reduce((s, v) => s + v, 0);
  return Float64Array.from({ length: p }, (_, j) => {
    let s = 0;
    for (let b = 0; b < k; b++) s += ssy[b]! * f.weights.data[j * a + b]! ** 2;
    return Math.sqrt((p * s) / total);
  });
}
