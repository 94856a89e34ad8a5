import { backSolveInPlace, type Cholesky, cholesky, forwardSolveInPlace } from './cholesky';

/**
 * Latent model of scaled variables, x = P f + e, f ~ N(0, diag(λ)), e ~ N(0, diag(d)): enough to predict any variable from any others.
 * P is row-major (p, A).
 */
export interface LatentModel {
  /** P, (p, A). */
  readonly loadings: ArrayLike<number>;
  /** λ, (A,). */
  readonly scoreVariance: ArrayLike<number>;
  /** d, (p,). */
  readonly residualVariance: ArrayLike<number>;
  /** A. */
  readonly components: number;
}

// Residual variance below this share of a unit-variance variable is not trusted: it keeps the posterior away from division by zero.
const FLOOR = 1e-6;

/** d, as far as it is trusted. */
export const trusted = (variance: number): number => Math.max(variance, FLOOR);

/**
 * The posterior of f, row after row of one model: precision M = diag(1/λ) + Σ P_jᵀP_j/d_j and b = Σ P_jᵀ x_j/d_j over the recorded variables
 * j. The part that a variable adds to M is the same in every row and is made once; M is kept as its lower triangle, row after row.
 */
export class LatentPosterior {
  readonly m: Float64Array;
  readonly b: Float64Array;
  private readonly loadings: Float64Array;
  private readonly residual: Float64Array;
  private readonly parts: Float64Array;
  private readonly full: Float64Array;

  constructor(private readonly model: LatentModel) {
    const a = model.components;
    this.loadings = Float64Array.from(model.loadings);
    this.residual = Float64Array.from(model.residualVariance, trusted);
    const size = (a * (a + 1)) / 2;
    this.m = new Float64Array(size);
    this.b = new Float64Array(a);
    this.full = new Float64Array(a * a);
    this.parts = new Float64Array(this.residual.length * size);
    for (let j = 0, at = 0; j < this.residual.length; j++) {
      const inverse = 1 / this.residual[j]!;
      for (let k = 0; k < a; k++) {
        const v = this.loadings[j * a + k]! * inverse;
        for (let l = 0; l <= k; l++) this.parts[at++] = v * this.loadings[j * a + l]!;
      }
    }
    this.begin();
  }

  /** Nothing recorded: M = diag(1/λ), b = 0. */
  begin(): void {
    const { components: a, scoreVariance } = this.model;
    this.m.fill(0);
    this.b.fill(0);
    for (let k = 0, at = 0; k < a; k++) {
      at += k;
      this.m[at++] = 1 / Math.max(scoreVariance[k]!, Number.MIN_VALUE);
    }
  }

  /** M += sign · Σ P_jᵀ P_j/d_j over a list of variables, four a pass so that M is read and written once for them. */
  weigh(variables: readonly number[], sign: 1 | -1): void {
    const { m, parts } = this;
    const size = m.length;
    let g = 0;
    for (; g + 3 < variables.length; g += 4) {
      const p0 = variables[g]! * size;
      const p1 = variables[g + 1]! * size;
      const p2 = variables[g + 2]! * size;
      const p3 = variables[g + 3]! * size;
      for (let i = 0; i < size; i++)
        m[i] = m[i]! + sign * parts[p0 + i]! + sign * parts[p1 + i]! + sign * parts[p2 + i]! + sign * parts[p3 + i]!;
    }
    for (; g < variables.length; g++) {
      const p0 = variables[g]! * size;
      for (let i = 0; i < size; i++) m[i]! += sign * parts[p0 + i]!;
    }
  }

  /** b += Σ P_jᵀ x_j/d_j over a list of variables, x in the order of the list. */
  take(variables: readonly number[], x: Float64Array): void {
    const { b, loadings, residual } = this;
    const a = b.length;
    const n = variables.length;
    let g = 0;
    for (; g + 3 < n; g += 4) {
      const [j0, j1, j2, j3] = [variables[g]!, variables[g + 1]!, variables[g + 2]!, variables[g + 3]!];
      const v0 = x[g]! / residual[j0]!;
      const v1 = x[g + 1]! / residual[j1]!;
      const v2 = x[g + 2]! / residual[j2]!;
      const v3 = x[g + 3]! / residual[j3]!;
      for (let k = 0; k < a; k++)
        b[k] =
          b[k]! +
          loadings[j0 * a + k]! * v0 +
          loadings[j1 * a + k]! * v1 +
          loadings[j2 * a + k]! * v2 +
          loadings[j3 * a + k]! * v3;
    }
    for (; g < n; g++) {
      const j = variables[g]!;
      const v = x[g]! / residual[j]!;
      for (let k = 0; k < a; k++) b[k]! += loadings[j * a + k]! * v;
    }
  }

  /** b becomes E f = M⁻¹b; the factor of M. */
  solve(): Cholesky {
    const a = this.b.length;
    for (let k = 0, at = 0; k < a; k++) for (let l = 0; l <= k; l++, at++) this.full[k * a + l] = this.m[at]!;
    const c = cholesky(this.full, a);
    forwardSolveInPlace(c.l, this.b);
    backSolveInPlace(c.l, this.b);
    return c;
  }

  /** E x_j by E f of a list of variables, in the order of the list. */
  values(variables: readonly number[], out: Float64Array): void {
    const { b, loadings } = this;
    const a = b.length;
    const n = variables.length;
    let g = 0;
    for (; g + 3 < n; g += 4) {
      // four sums that do not wait for each other
      const [p0, p1, p2, p3] = [variables[g]! * a, variables[g + 1]! * a, variables[g + 2]! * a, variables[g + 3]! * a];
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let k = 0; k < a; k++) {
        const f = b[k]!;
        s0 += loadings[p0 + k]! * f;
        s1 += loadings[p1 + k]! * f;
        s2 += loadings[p2 + k]! * f;
        s3 += loadings[p3 + k]! * f;
      }
      out[g] = s0;
      out[g + 1] = s1;
      out[g + 2] = s2;
      out[g + 3] = s3;
    }
    for (; g < n; g++) {
      let s = 0;
      for (let k = 0, at = variables[g]! * a; k < a; k++, at++) s += loadings[at]! * b[k]!;
      out[g] = s;
    }
  }
}
