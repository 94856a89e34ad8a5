import { AppError } from '@/lib/errors';
import { backSolveInPlace, forwardSolveInPlace } from './cholesky';
import { type LatentModel, LatentPosterior, trusted } from './latent-posterior';
import { gram, type Matrix, matrix, multiply, transposeMultiply } from './matrix';
import { qrFactor, thinQ } from './qr';
import { symmetricEigen } from './symmetric';

export type { LatentModel } from './latent-posterior';

/** Whether a matrix has entries that were not measured (NaN). */
export const hasMissing = (x: Matrix): boolean => x.data.some(Number.isNaN);

/** A row with its gaps filled. */
export interface Conditional {
  /** x with the missing entries replaced by E(x_m | x_o). */
  readonly filled: Float64Array;
  readonly missing: number[];
  /** Posterior covariance of the latent f, row-major (A, A): Cov(x_m) = P_m C P_mᵀ + diag(d_m). */
  readonly latentCovariance: Float64Array;
}

/**
 * Conditional mean of the missing variables given the recorded ones. With M = diag(1/λ) + P_oᵀ D_o⁻¹ P_o: E f = M⁻¹ P_oᵀ D_o⁻¹ x_o, Cov f = M⁻¹.
 * @param x - scaled values, shape (p,), NaN = missing.
 * @complexity pA² + A³/3.
 * @reference Nelson, Taylor & MacGregor, Chemom. Intell. Lab. Syst. 35 (1996) 45 (conditional mean replacement); Arteaga & Ferrer, J. Chemometrics 16 (2002) 408.
 */
export function conditionalMean(model: LatentModel, x: Float64Array): Conditional {
  const a = model.components;
  const posterior = new LatentPosterior(model);
  const missing: number[] = [];
  const recorded: number[] = [];
  x.forEach((v, j) => {
    (Number.isNaN(v) ? missing : recorded).push(j);
  });
  posterior.weigh(recorded, 1);
  posterior.take(
    recorded,
    Float64Array.from(recorded, (j) => x[j]!),
  );
  const c = posterior.solve();
  const filled = x.slice();
  const values = new Float64Array(missing.length);
  posterior.values(missing, values);
  missing.forEach((j, g) => {
    filled[j] = values[g]!;
  });
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
 * The fill has settled when its values move (root mean square) by less than a fiftieth of what the components leave of the variables, which is the
 * least uncertainty a filled value has, or by less than 10⁻⁴ standard deviations of the columns where they leave next to nothing.
 */
const SETTLED = 0.02;
const LEAST_MOVE = 1e-4;
const MAX_ITERATIONS = 100;
/** Rounds of orthogonal iteration from the arbitrary start; afterwards each round of the fill brings one. */
const FIRST_ROUNDS = 4;

/**
 * Rows with missing values: leading principal components of the filled data and conditional means in turn until the fill settles
 * (expectation–maximisation of the latent model). Starts from column means of what was recorded. The components follow the fill by
 * orthogonal iteration from those of the round before, so that a round costs three products with a few columns, no decomposition.
 * @param raw - shape (n, p), NaN = missing.
 * @param components - of the latent model; cut to min(p − 1, n − 2).
 * @returns the filled matrix (n, p), the number of filled entries and the rounds.
 * @throws AppError `invalid_input` naming a column that was never recorded.
 * @complexity a round: 6npA, and A² a missing value.
 * @reference Dempster, Laird & Rubin, J. R. Stat. Soc. B 39 (1977) 1; Roweis, NIPS 10 (1998) 626 (principal components by expectation–maximisation).
 */
export function fillMissing(
  raw: Matrix,
  components: number,
  name: (column: number) => string = (j) => `column ${j + 1}`,
): { x: Matrix; nFilled: number; iterations: number } {
  const { rows: n, cols: p } = raw;
  const gaps: number[][] = Array.from({ length: n }, () => []);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < p; j++, at++) if (Number.isNaN(raw.data[at]!)) gaps[i]!.push(j);
  const rows = Array.from(gaps.keys()).filter((i) => gaps[i]!.length > 0);
  const fill = new Fill(raw, gaps, rows, name);
  const a = Math.max(1, Math.min(components, p - 1, n - 2));
  // a fixed start that no column is orthogonal to by design
  let basis = matrix(
    p,
    a,
    Float64Array.from({ length: p * a }, (_, i) => Math.sin(1 + i * i)),
  );
  for (let round = 0; round < FIRST_ROUNDS; round++) basis = fill.turn(fill.scores(basis));
  let iterations = 0;
  while (iterations < MAX_ITERATIONS) {
    iterations++;
    const t = fill.scores(basis);
    const model = fill.latent(basis, t);
    const left = Math.sqrt(model.residualVariance.reduce((sum, v) => sum + v / p, 0));
    if (fill.renew(model) < Math.max(LEAST_MOVE, SETTLED * left)) break;
    basis = fill.turn(t);
  }
  return { x: fill.raw(raw), nFilled: rows.length, iterations };
}

/** Data in standard deviations of what was recorded, gaps filled, with the running sums of the columns. */
class Fill {
  private readonly z: Matrix;
  private readonly centre: Float64Array;
  private readonly scale: Float64Array;
  private readonly sum: Float64Array;
  private readonly squares: Float64Array;

  constructor(
    raw: Matrix,
    private readonly gaps: readonly number[][],
    private readonly rows: readonly number[],
    name: (column: number) => string,
  ) {
    const { rows: n, cols: p } = raw;
    const count = new Float64Array(p);
    this.centre = new Float64Array(p);
    this.scale = new Float64Array(p);
    for (let i = 0, at = 0; i < n; i++)
      for (let j = 0; j < p; j++, at++) {
        const v = raw.data[at]!;
        if (Number.isNaN(v)) continue;
        const d = v - this.centre[j]!;
        this.centre[j]! += d / ++count[j]!;
        this.scale[j]! += d * (v - this.centre[j]!);
      }
    const never = count.indexOf(0);
    if (never >= 0)
      throw new AppError('invalid_input', `${name(never)} was never recorded; leave it out`, { field: 'x', column: never });
    for (let j = 0; j < p; j++) this.scale[j] = Math.sqrt(this.scale[j]! / Math.max(1, count[j]! - 1)) || 1;
    this.z = matrix(n, p);
    this.sum = new Float64Array(p);
    this.squares = new Float64Array(p);
    for (let i = 0, at = 0; i < n; i++)
      for (let j = 0; j < p; j++, at++) {
        const v = raw.data[at]!;
        if (Number.isNaN(v)) continue; // the mean, 0
        const z = (v - this.centre[j]!) / this.scale[j]!;
        this.z.data[at] = z;
        this.sum[j]! += z;
        this.squares[j]! += z * z;
      }
  }

  /** (Z − 1m̄ᵀ)·V, m̄ the column means of the filled data. */
  scores(v: Matrix): Matrix {
    const t = multiply(this.z, v);
    const { rows: n, cols: a } = t;
    for (let k = 0; k < a; k++) {
      let shift = 0;
      for (let j = 0; j < v.rows; j++) shift += (this.sum[j]! / n) * v.data[j * a + k]!;
      for (let i = 0; i < n; i++) t.data[i * a + k]! -= shift;
    }
    return t;
  }

  /** Orthonormal basis of (Z − 1m̄ᵀ)ᵀ·T; the scores add up to 0, so the means drop out. */
  turn(t: Matrix): Matrix {
    return thinQ(qrFactor(transposeMultiply(this.z, t)));
  }

  /** Principal components inside the span of a basis (Rayleigh–Ritz), and what they leave of each column. */
  latent(basis: Matrix, t: Matrix): LatentModel & { readonly residualVariance: Float64Array } {
    const { rows: n, cols: a } = t;
    const ritz = symmetricEigen(gram(t).data, a);
    const loadings = multiply(basis, ritz.vectors).data;
    const scoreVariance = ritz.values.map((l) => Math.max(l, 0) / (n - 1));
    const residualVariance = this.squares.map((s, j) => {
      let left = (s - this.sum[j]! ** 2 / n) / (n - 1);
      for (let k = 0; k < a; k++) left -= loadings[j * a + k]! ** 2 * scoreVariance[k]!;
      return Math.max(left, 0);
    });
    return { components: a, loadings, scoreVariance, residualVariance };
  }

  /** Replaces the gaps by their conditional means; the root mean square change. */
  renew(model: LatentModel): number {
    const { z } = this;
    const { rows: n, cols: p } = z;
    const { components: a, loadings, residualVariance } = model;
    const weighted = matrix(p, a); // D⁻¹P
    for (let j = 0; j < p; j++)
      for (let k = 0; k < a; k++) weighted.data[j * a + k] = loadings[j * a + k]! / trusted(residualVariance[j]!);
    const products = this.scores(weighted);
    const mean = this.sum.map((s) => s / n);
    const posterior = new LatentPosterior(model);
    const all = Array.from({ length: p }, (_, j) => j);
    posterior.weigh(all, 1);
    const whole = posterior.m.slice();
    const work = new Float64Array(p);
    let change = 0;
    let count = 0;
    for (const i of this.rows) {
      const missing = this.gaps[i]!;
      const row = z.data.subarray(i * p, (i + 1) * p);
      // few gaps: the whole row less the missing ones; many: built from what is there, so that nothing cancels
      const isFew = 4 * missing.length < p;
      if (isFew) {
        posterior.m.set(whole);
        posterior.b.set(products.data.subarray(i * a, (i + 1) * a));
        posterior.weigh(missing, -1);
        for (let g = 0; g < missing.length; g++) work[g] = mean[missing[g]!]! - row[missing[g]!]!;
        posterior.take(missing, work);
      } else {
        const absent = new Set(missing);
        const recorded = all.filter((j) => !absent.has(j));
        posterior.begin();
        posterior.weigh(recorded, 1);
        for (let g = 0; g < recorded.length; g++) work[g] = row[recorded[g]!]! - mean[recorded[g]!]!;
        posterior.take(recorded, work);
      }
      posterior.solve();
      posterior.values(missing, work);
      for (let g = 0; g < missing.length; g++) {
        const j = missing[g]!;
        const v = mean[j]! + work[g]!;
        const d = v - row[j]!;
        this.sum[j]! += d;
        this.squares[j]! += d * (v + row[j]!);
        change += d * d;
        row[j] = v;
      }
      count += missing.length;
    }
    return Math.sqrt(change / count);
  }

  /** The data in their own units: what was recorded to the bit, gaps filled. */
  raw(raw: Matrix): Matrix {
    const out = matrix(raw.rows, raw.cols, raw.data.slice());
    for (const i of this.rows)
      for (const j of this.gaps[i]!) {
        const at = i * raw.cols + j;
        out.data[at] = this.centre[j]! + this.scale[j]! * this.z.data[at]!;
      }
    return out;
  }
}
