import { AppError } from '@/lib/errors';
import { type QpHessian, qpHessian, svd } from '@/lib/numerics';
import { type ActiveLimit, type MpcModel, mpcSizes } from './model';

/** The MPC problem with the states eliminated: everything that does not change from run to run, factored once. */
export interface CondensedMpc {
  readonly model: MpcModel;
  readonly nx: number;
  readonly nu: number;
  readonly ny: number;
  /** Y = Φx₀ + ΓU, (N·ny, nx) and (N·ny, M·nu), and the same for the final state. */
  readonly phi: Float64Array;
  readonly gamma: Float64Array;
  readonly phiEnd: Float64Array;
  readonly gammaEnd: Float64Array;
  readonly hessian: QpHessian;
  /** Rows of the constraints c·U >= d(x₀, uPrev), and what each means. */
  readonly rows: Float64Array;
  readonly limits: readonly ActiveLimit[];
  /** Of H, 2-norm. */
  readonly conditionNumber: number;
}

/**
 * Condense a model: Γ_{k,i} = C A^{k−1−i} B, held inputs summed into the last block; H = 2(ΓᵀQ̄Γ + R̄ + DᵀS̄D + Γ_NᵀPΓ_N).
 * @returns matrices that do not depend on the state; moves in input units.
 * @throws AppError `invalid_input` on wrong shapes; `not_positive_definite` when no weight restrains some input: raise R or S.
 * @reference Maciejowski, Predictive Control with Constraints (2002), §2.6.
 */
export function condenseMpc(model: MpcModel): CondensedMpc {
  const { nx, nu, ny } = mpcSizes(model);
  const { N, M } = model;
  const nz = M * nu;
  const state = new Float64Array(nx * nx); // A^k
  for (let i = 0; i < nx; i++) state[i * nx + i] = 1;
  const g = new Float64Array(nx * nz); // ∂x_k/∂U
  const phi = new Float64Array(N * ny * nx);
  const gamma = new Float64Array(N * ny * nz);
  for (let k = 1; k <= N; k++) {
    advance(model, state, nx);
    advance(model, g, nz);
    const block = Math.min(k - 1, M - 1) * nu;
    for (let i = 0; i < nx; i++) for (let j = 0; j < nu; j++) g[i * nz + block + j]! += model.B[i]![j]!;
    for (let o = 0; o < ny; o++) {
      const row = (k - 1) * ny + o;
      for (let i = 0; i < nx; i++) {
        const c = model.C[o]![i]!;
        if (c === 0) continue;
        for (let j = 0; j < nx; j++) phi[row * nx + j]! += c * state[i * nx + j]!;
        for (let j = 0; j < nz; j++) gamma[row * nz + j]! += c * g[i * nz + j]!;
      }
    }
  }
  const h = hessian(model, gamma, g, nx, nu, ny);
  const { rows, limits } = constraints(model, gamma, nu, ny);
  let factor: QpHessian;
  try {
    factor = qpHessian(h, nz);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_positive_definite')
      throw new AppError(
        'not_positive_definite',
        growthOf(state) > GROWTH
          ? `A grows ${growthOf(state).toExponential(1)} times over N = ${N} runs, which leaves no digits for the cost; shorten the horizon, or scale the states`
          : 'the cost does not restrain every input; give R or S a positive weight',
        { field: growthOf(state) > GROWTH ? 'N' : 'R' },
        { cause: e },
      );
    throw e;
  }
  const s = svd({ rows: nz, cols: nz, data: h }).s;
  return {
    model,
    nx,
    nu,
    ny,
    phi,
    gamma,
    phiEnd: state,
    gammaEnd: g,
    hessian: factor,
    rows,
    limits,
    conditionNumber: s[0]! / s[nz - 1]!,
  };
}

/** Squared, this takes all but a few digits of a double. */
const GROWTH = 1e6;

/** Largest entry of A to the power of the horizon. */
const growthOf = (power: Float64Array): number => power.reduce((m, v) => Math.max(m, Math.abs(v)), 0);

// X ← A·X for X of shape (nx, cols)
function advance(model: MpcModel, x: Float64Array, cols: number): void {
  const nx = model.A.length;
  const out = new Float64Array(nx * cols);
  for (let i = 0; i < nx; i++) {
    for (let k = 0; k < nx; k++) {
      const a = model.A[i]![k]!;
      if (a !== 0) for (let j = 0; j < cols; j++) out[i * cols + j]! += a * x[k * cols + j]!;
    }
  }
  x.set(out);
}

function hessian(m: MpcModel, gamma: Float64Array, gammaEnd: Float64Array, nx: number, nu: number, ny: number): Float64Array {
  const nz = m.M * nu;
  const h = new Float64Array(nz * nz);
  const accumulate = (rows: Float64Array, from: number, count: number, w: readonly (readonly number[])[]): void => {
    for (let a = 0; a < count; a++) {
      for (let b = 0; b < count; b++) {
        const q = 2 * w[a]![b]!;
        if (q === 0) continue;
        for (let i = 0; i < nz; i++) {
          const v = q * rows[(from + a) * nz + i]!;
          if (v !== 0) for (let j = 0; j < nz; j++) h[i * nz + j]! += v * rows[(from + b) * nz + j]!;
        }
      }
    }
  };
  for (let k = 0; k < m.N; k++) accumulate(gamma, k * ny, ny, m.Q);
  if (m.P) accumulate(gammaEnd, 0, nx, m.P);
  for (let k = 0; k < m.M; k++) {
    for (let a = 0; a < nu; a++) {
      for (let b = 0; b < nu; b++) {
        const at = (i: number, j: number): number => (i * nu + a) * nz + j * nu + b;
        h[at(k, k)]! += 2 * (m.R[a]![b]! + m.S[a]![b]!);
        if (k > 0) {
          h[at(k - 1, k - 1)]! += 2 * m.S[a]![b]!;
          h[at(k, k - 1)]! -= 2 * m.S[a]![b]!;
          h[at(k - 1, k)]! -= 2 * m.S[a]![b]!;
        }
      }
    }
  }
  for (let i = 0; i < nz; i++)
    for (let j = 0; j < i; j++) h[i * nz + j] = h[j * nz + i] = 0.5 * (h[i * nz + j]! + h[j * nz + i]!);
  return h;
}

function constraints(m: MpcModel, gamma: Float64Array, nu: number, ny: number): { rows: Float64Array; limits: ActiveLimit[] } {
  const nz = m.M * nu;
  const list: Float64Array[] = [];
  const limits: ActiveLimit[] = [];
  const add = (limit: ActiveLimit, fill: (row: Float64Array, sign: number) => void): void => {
    const row = new Float64Array(nz);
    fill(row, limit[3] === 'min' ? 1 : -1);
    list.push(row);
    limits.push(limit);
  };
  for (const side of ['min', 'max'] as const) {
    const [u, du, y] = side === 'min' ? [m.uMin, m.duMin, m.yMin] : [m.uMax, m.duMax, m.yMax];
    for (let k = 0; k < m.M; k++) {
      for (let i = 0; i < nu; i++) {
        if (u && Number.isFinite(u[i]!)) {
          add(['u', k, i, side], (row, s) => {
            row[k * nu + i] = s;
          });
        }
        if (du && Number.isFinite(du[i]!)) {
          add(['du', k, i, side], (row, s) => {
            row[k * nu + i] = s;
            if (k > 0) row[(k - 1) * nu + i] = -s;
          });
        }
      }
    }
    for (let k = 1; k <= m.N; k++) {
      for (let o = 0; o < ny; o++) {
        if (y && Number.isFinite(y[o]!)) {
          add(['y', k, o, side], (row, s) => {
            for (let j = 0; j < nz; j++) row[j] = s * gamma[((k - 1) * ny + o) * nz + j]!;
          });
        }
      }
    }
  }
  const rows = new Float64Array(list.length * nz);
  list.forEach((r, i) => {
    rows.set(r, i * nz);
  });
  return { rows, limits };
}
