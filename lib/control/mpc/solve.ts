import { AppError } from '@/lib/errors';
import { type QpSolution, qpHessian, solveQp } from '@/lib/numerics';
import type { CondensedMpc } from './condense';
import type { MpcModel, MpcSolution } from './model';

/** State, reference and last input of one run. */
export interface MpcStep {
  /** State, (nx,). */
  readonly x0: readonly number[];
  /** Reference of each output, constant over the horizon, or one row per step 1…N. */
  readonly r: readonly number[] | readonly (readonly number[])[];
  /** Input in use, (nu,), input units. */
  readonly uPrev: readonly number[];
  /** Input that R pulls towards; default 0. */
  readonly uRef?: readonly number[];
  /** State that P pulls towards; default 0. */
  readonly xRef?: readonly number[];
  /** Inputs of the previous solution's active set, from `MpcSolution.active`: it is tried first. */
  readonly warm?: MpcSolution;
}

const KINDS = ['u', 'du', 'y'];

/** A limit counts as active within this slack. */
const ACTIVE = 1e-9;

/**
 * One run of MPC on a condensed model. When the output limits cannot be met together with the input limits, they are softened by named slacks;
 * input and move limits never give way, and hold to the last bit: what rounding of the programme left beyond one is put on it.
 * @returns inputs and predicted outputs in their units.
 * @throws AppError `invalid_input` on wrong lengths, and where no sequence of inputs keeps both the limits of inputs and those of moves. Look at
 * `status` and `kktResidual` before applying the first move.
 * @reference Maciejowski (2002), §3.1, §3.4 (softening).
 */
export function solveMpc(c: CondensedMpc, step: MpcStep): MpcSolution {
  const { model, nx, nu, ny } = c;
  const { N, M } = model;
  const nz = M * nu;
  for (const [name, v, n] of [
    ['x0', step.x0, nx],
    ['uPrev', step.uPrev, nu],
    ['uRef', step.uRef ?? new Array<number>(nu).fill(0), nu],
    ['xRef', step.xRef ?? new Array<number>(nx).fill(0), nx],
  ] as const) {
    if (v.length !== n || v.some((e) => !Number.isFinite(e)))
      throw new AppError('invalid_input', `${name} needs ${n} finite values, got ${v.join(', ')}`, { field: name });
  }
  checkReach(model, step.uPrev);
  const reference = references(step.r, N, ny);
  const free = new Float64Array(N * ny); // outputs with U = 0
  for (let i = 0; i < N * ny; i++) for (let j = 0; j < nx; j++) free[i]! += c.phi[i * nx + j]! * step.x0[j]!;
  const g = gradient(c, step, free, reference);
  const d = rightHandSides(c, step, free);
  const warmRows = step.warm
    ? step.warm.active.map((a) => c.limits.findIndex((l) => l.every((v, i) => v === a[i]))).filter((i) => i >= 0)
    : [];
  let solution = solveQp(c.hessian, { g, c: c.rows, d, warmStart: warmRows });
  let slacks: MpcSolution['slacks'] = [];
  let status: MpcSolution['status'] = solution.status;
  if (solution.status === 'infeasible' && c.limits.some((l) => l[0] === 'y')) {
    const soft = soften(c, g, d);
    solution = soft.solution;
    if (soft.solution.status === 'converged') {
      status = 'softened';
      slacks = soft.slacks;
    } else status = soft.solution.status;
  }
  const z = solution.x.slice(0, nz);
  if (status === 'converged' || status === 'softened') keepBounds(model, step.uPrev, z);
  const y = free.slice();
  for (let i = 0; i < N * ny; i++) for (let j = 0; j < nz; j++) y[i]! += c.gamma[i * nz + j]! * z[j]!;
  const u = Array.from({ length: M }, (_, k) => Array.from(z.subarray(k * nu, (k + 1) * nu)));
  const outputs = Array.from({ length: N }, (_, k) => Array.from(y.subarray(k * ny, (k + 1) * ny)));
  const active = c.limits.filter((_, i) => {
    let s = -d[i]!;
    for (let j = 0; j < nz; j++) s += c.rows[i * nz + j]! * z[j]!;
    return Math.abs(s) <= ACTIVE;
  });
  active.sort((a, b) => KINDS.indexOf(a[0]) - KINDS.indexOf(b[0]) || a[1] - b[1] || a[2] - b[2]);
  return {
    u,
    y: outputs,
    cost: cost(c, step, u, outputs, reference),
    status,
    active,
    slacks,
    iterations: solution.iterations,
    kktResidual: solution.kktResidual,
  };
}

/**
 * Inputs and moves are limited one by one, so that the inputs within reach after k moves are an interval: the one before it, widened by the move and cut by
 * the limits. Where it is empty no sequence of inputs keeps both.
 * @throws AppError `invalid_input` naming the limit that cannot be met.
 */
function checkReach(m: MpcModel, uPrev: readonly number[]): void {
  uPrev.forEach((before, i) => {
    const [least, most] = [m.uMin?.[i] ?? -Infinity, m.uMax?.[i] ?? Infinity];
    const [down, up] = [m.duMin?.[i] ?? -Infinity, m.duMax?.[i] ?? Infinity];
    let [low, high] = [before, before];
    for (let k = 0; k < m.M; k++) {
      const [from, to] = [low + down, high + up];
      low = Math.max(least, from);
      high = Math.min(most, to);
      if (low - high <= MISSED * Math.max(1, Math.abs(low))) continue;
      const field = to < least ? 'duMax' : 'duMin';
      throw new AppError(
        'invalid_input',
        `${field}: from uPrev[${i}] = ${before}, move ${k} reaches [${from}, ${to}] and the limits of the input are [${least}, ${most}]: no input keeps both. Widen the moves or the limits, or bring the input back inside first`,
        { field, input: i, step: k },
      );
    }
  });
}

/** Beyond this share of its size a bound is not missed by rounding: the solution is left as it is, and its `kktResidual` shows it. */
const MISSED = 1e-7;

/** Inputs and moves put inside their bounds to the bit, step by step: a later move starts from the input that was put right. */
function keepBounds(m: MpcModel, uPrev: readonly number[], z: Float64Array): void {
  const nu = uPrev.length;
  for (let k = 0; k < m.M; k++)
    for (let i = 0; i < nu; i++) {
      const at = k * nu + i;
      const before = k === 0 ? uPrev[i]! : z[at - nu]!;
      const low = Math.max(m.uMin?.[i] ?? -Infinity, fromMove(before, m.duMin?.[i] ?? -Infinity, 1));
      const high = Math.min(m.uMax?.[i] ?? Infinity, fromMove(before, m.duMax?.[i] ?? Infinity, -1));
      const v = Math.min(Math.max(z[at]!, low), high);
      if (low <= high && Math.abs(v - z[at]!) <= MISSED * Math.max(1, Math.abs(v))) z[at] = v;
    }
}

/** The input next to `before + move` whose difference to `before`, as computed, does not pass the move; `inward` leads back to it. */
function fromMove(before: number, move: number, inward: 1 | -1): number {
  let u = before + move;
  if (!Number.isFinite(u)) return u;
  const step = Math.max(Math.abs(u), Number.MIN_VALUE / Number.EPSILON) * (Number.EPSILON / 2);
  while (inward * (u - before - move) < 0) u += inward * step;
  return u;
}

function references(r: MpcStep['r'], N: number, ny: number): number[][] {
  const rows =
    typeof r[0] === 'number' || r.length === 0
      ? Array.from({ length: N }, () => [...(r as readonly number[])])
      : (r as readonly (readonly number[])[]).map((v) => [...v]);
  if (rows.length !== N || rows.some((v) => v.length !== ny))
    throw new AppError('invalid_input', `r needs ${ny} values, or ${N} rows of ${ny}`, { field: 'r' });
  return rows;
}

const product = (w: readonly (readonly number[])[], v: readonly number[]): number[] =>
  w.map((row) => row.reduce((s, a, i) => s + a * v[i]!, 0));
const quadratic = (w: readonly (readonly number[])[], v: readonly number[]): number =>
  product(w, v).reduce((s, a, i) => s + a * v[i]!, 0);

function endState(c: CondensedMpc, step: MpcStep, z: ArrayLike<number> | null): number[] {
  const nz = c.model.M * c.nu;
  return Array.from({ length: c.nx }, (_, i) => {
    let s = 0;
    for (let j = 0; j < c.nx; j++) s += c.phiEnd[i * c.nx + j]! * step.x0[j]!;
    if (z) for (let j = 0; j < nz; j++) s += c.gammaEnd[i * nz + j]! * z[j]!;
    return s - (step.xRef?.[i] ?? 0);
  });
}

function gradient(c: CondensedMpc, step: MpcStep, free: Float64Array, reference: readonly number[][]): Float64Array {
  const { model, nu, ny } = c;
  const nz = model.M * nu;
  const g = new Float64Array(nz);
  for (let k = 0; k < model.N; k++) {
    const e = product(
      model.Q,
      Array.from({ length: ny }, (_, o) => free[k * ny + o]! - reference[k]![o]!),
    );
    for (let o = 0; o < ny; o++) for (let j = 0; j < nz; j++) g[j]! += 2 * c.gamma[(k * ny + o) * nz + j]! * e[o]!;
  }
  if (model.P) {
    const e = product(model.P, endState(c, step, null));
    for (let i = 0; i < c.nx; i++) for (let j = 0; j < nz; j++) g[j]! += 2 * c.gammaEnd[i * nz + j]! * e[i]!;
  }
  const ru = product(model.R, [...(step.uRef ?? new Array<number>(nu).fill(0))]);
  const su = product(model.S, [...step.uPrev]);
  for (let k = 0; k < model.M; k++) for (let i = 0; i < nu; i++) g[k * nu + i]! -= 2 * ru[i]! + (k === 0 ? 2 * su[i]! : 0);
  return g;
}

function rightHandSides(c: CondensedMpc, step: MpcStep, free: Float64Array): Float64Array {
  const m = c.model;
  return Float64Array.from(c.limits, ([kind, k, i, side]) => {
    const s = side === 'min' ? 1 : -1;
    if (kind === 'u') return s * (side === 'min' ? m.uMin! : m.uMax!)[i]!;
    if (kind === 'du') return s * ((side === 'min' ? m.duMin! : m.duMax!)[i]! + (k === 0 ? step.uPrev[i]! : 0));
    return s * ((side === 'min' ? m.yMin! : m.yMax!)[i]! - free[(k - 1) * c.ny + i]!);
  });
}

// One slack per output limit, s >= 0, priced quadratically and with a small linear part, so that it is zero where it can be.
function soften(c: CondensedMpc, g: Float64Array, d: Float64Array): { solution: QpSolution; slacks: MpcSolution['slacks'] } {
  const nz = g.length;
  const soft = c.limits.map((l, i) => (l[0] === 'y' ? i : -1)).filter((i) => i >= 0);
  const n = nz + soft.length;
  const weight = c.model.slackWeight ?? 1e4 * Math.max(...c.model.Q.flat(), 1e-6);
  const h = new Float64Array(n * n);
  for (let i = 0; i < nz; i++) for (let j = 0; j < nz; j++) h[i * n + j] = c.hessian.h[i * nz + j]!;
  for (let k = nz; k < n; k++) h[k * n + k] = 2 * weight;
  const m = d.length + soft.length;
  const rows = new Float64Array(m * n);
  for (let i = 0; i < d.length; i++) for (let j = 0; j < nz; j++) rows[i * n + j] = c.rows[i * nz + j]!;
  soft.forEach((i, k) => {
    rows[i * n + nz + k] = 1;
    rows[(d.length + k) * n + nz + k] = 1;
  });
  const gradient = new Float64Array(n).fill(1e-3 * weight);
  gradient.set(g);
  const right = new Float64Array(m);
  right.set(d);
  const solution = solveQp(qpHessian(h, n), { g: gradient, c: rows, d: right });
  const slacks = soft.map((i, k) => ({ limit: c.limits[i]!, by: solution.x[nz + k]! })).filter((s) => s.by > ACTIVE);
  return { solution, slacks };
}

function cost(
  c: CondensedMpc,
  step: MpcStep,
  u: readonly number[][],
  y: readonly number[][],
  reference: readonly number[][],
): number {
  const { model } = c;
  let s = 0;
  y.forEach((row, k) => {
    s += quadratic(
      model.Q,
      row.map((v, o) => v - reference[k]![o]!),
    );
  });
  u.forEach((row, k) => {
    s += quadratic(
      model.R,
      row.map((v, i) => v - (step.uRef?.[i] ?? 0)),
    );
    s += quadratic(
      model.S,
      row.map((v, i) => v - (k === 0 ? step.uPrev[i]! : u[k - 1]![i]!)),
    );
  });
  if (model.P) s += quadratic(model.P, endState(c, step, u.flat()));
  return s;
}
