import { AppError } from '@/lib/errors';
import { type EliminatedBlock, eliminateOwn, joinShared, solveShared } from './block-angular';
import { boxOf, fitFunctions } from './fit';
import type { FitProblem } from './fit-types';
import { priorRows } from './prior-rows';

/** One of the data sets that share parameters: a site of a wafer, an angle, a technique. */
export interface SharedBlock {
  /** In its own and the shared parameters; those of a shared name are one. Priors may be on own parameters only. */
  readonly problem: FitProblem;
  /** Derivatives of the model, (m,) each, by quantities that are held at one value in all blocks: how they move the shared parameters. */
  readonly held?: (p: Float64Array) => readonly Float64Array[];
}

/** A block with what a joint search needs of it. */
export interface Work {
  readonly block: SharedBlock;
  readonly problem: FitProblem;
  readonly f: ReturnType<typeof fitFunctions>;
  /** Places of the shared parameters, and of the others. */
  readonly at: readonly number[];
  readonly own: readonly number[];
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly priors: number;
}

/** A block, checked, with the places of its parameters. @throws AppError `invalid_input` as `fitShared`. */
export function workOf(block: SharedBlock, shared: readonly string[]): Work {
  const { problem } = block;
  const bad = (message: string): never => {
    throw new AppError('invalid_input', message, { field: 'blocks' });
  };
  const at = shared.map((name) => problem.names.indexOf(name));
  if (at.includes(-1)) bad(`a block has no parameter ${shared[at.indexOf(-1)]}, which is to be shared`);
  if (problem.priors?.some((p) => p.terms.some((t) => at.includes(t.parameter))))
    bad('a prior on a shared parameter would count once a block');
  if (problem.weights) bad('weights are not for joint fits; put the emphasis into sigma');
  const box = boxOf(problem);
  return {
    block,
    problem,
    f: fitFunctions(problem),
    at,
    own: [...problem.names.keys()].filter((i) => !at.includes(i)),
    lower: Float64Array.from(problem.names, (_, i) => box.lower?.[i] ?? Number.NEGATIVE_INFINITY),
    upper: Float64Array.from(problem.names, (_, i) => box.upper?.[i] ?? Number.POSITIVE_INFINITY),
    priors: problem.priors?.length ?? 0,
  };
}

/** The point with every parameter inside its bounds. */
export const clipped = (w: Work, p: Float64Array): Float64Array =>
  p.map((v, i) => Math.min(Math.max(v, w.lower[i]!), w.upper[i]!));
/** Σ r² over all blocks. */
export const sumOf = (r: readonly Float64Array[]): number => r.reduce((s, v) => v.reduce((t, x) => t + x * x, s), 0);

/** Residuals of data and priors of every block; null where one has no values, so that the step is refused. */
export function residualsAt(work: readonly Work[], state: readonly Float64Array[]): Float64Array[] | null {
  try {
    const all = work.map((w, s) => {
      const out = new Float64Array(w.f.m + w.priors);
      w.f.residuals(state[s]!, out);
      out.set(priorRows(w.problem, state[s]!).residuals, w.f.m);
      return out;
    });
    return Number.isFinite(sumOf(all)) ? all : null;
  } catch (e) {
    if (!(e instanceof AppError)) throw e;
    return null;
  }
}

/** Their derivatives, (m + priors, n). */
export function rowsOf(w: Work, p: Float64Array): Float64Array {
  const n = p.length;
  const out = new Float64Array((w.f.m + w.priors) * n);
  out.set(w.f.jacobian(p));
  for (let i = 0; i < w.f.m; i++) for (let k = 0; k < n; k++) out[i * n + k]! /= w.problem.sigma[i]!;
  out.set(priorRows(w.problem, p).jacobian, w.f.m * n);
  return out;
}

/** Parameters of each block that may move: inside their bounds, or wanting inwards; a shared one is judged by all blocks together. */
export function movable(
  work: readonly Work[],
  state: readonly Float64Array[],
  j: readonly Float64Array[],
  r: readonly Float64Array[],
) {
  const gradients = work.map((w, s) => {
    const n = w.f.n;
    const g = new Float64Array(n);
    for (let i = 0; i < r[s]!.length; i++) for (let k = 0; k < n; k++) g[k]! += j[s]![i * n + k]! * r[s]![i]!;
    return g;
  });
  const isFree = (w: Work, p: Float64Array, k: number, g: number): boolean =>
    !((p[k]! <= w.lower[k]! && g > 0) || (p[k]! >= w.upper[k]! && g < 0));
  const first = work[0]!;
  const shared = first.at.flatMap((_, i) => {
    const total = work.reduce((s, w, b) => s + gradients[b]![w.at[i]!]!, 0);
    return isFree(first, state[0]!, first.at[i]!, total) ? [i] : [];
  });
  return { shared, own: work.map((w, s) => w.own.filter((k) => isFree(w, state[s]!, k, gradients[s]![k]!))) };
}

/** Some columns of rows (m, n), with `extra` rows of zeros below. */
export function columns(j: Float64Array, n: number, pick: readonly number[], extra = 0): Float64Array {
  const m = j.length / n;
  const out = new Float64Array((m + extra) * pick.length);
  for (let i = 0; i < m; i++) for (const [c, k] of pick.entries()) out[i * pick.length + c] = j[i * n + k]!;
  return out;
}

/** Σ of squares of a column. */
export const columnNorm = (j: Float64Array, n: number, k: number): number => {
  let s = 0;
  for (let i = k; i < j.length; i += n) s += j[i]! * j[i]!;
  return s;
};

/**
 * Steps of all parameters of every block.
 * @param k - number of shared parameters.
 * @param mu - damping of Levenberg–Marquardt.
 * @returns steps, (n,) a block, in the units of the parameters.
 */
export function dampedStep(
  work: readonly Work[],
  state: readonly Float64Array[],
  j: readonly Float64Array[],
  r: readonly Float64Array[],
  k: number,
  mu: number,
): Float64Array[] {
  const free = movable(work, state, j, r);
  const parts: EliminatedBlock[] = work.map((w, s) => {
    const own = free.own[s]!;
    const rows = r[s]!.length + own.length;
    const a = columns(j[s]!, w.f.n, own, own.length);
    for (const [c, i] of own.entries()) a[(r[s]!.length + c) * own.length + c] = Math.sqrt(mu * columnNorm(j[s]!, w.f.n, i)) || 1;
    const rhs = new Float64Array(rows);
    rhs.set(r[s]!);
    const shared = columns(
      j[s]!,
      w.f.n,
      free.shared.map((i) => w.at[i]!),
      own.length,
    );
    return eliminateOwn({ rows, own: a, ownCount: own.length, shared, rhs: [rhs] }, free.shared.length);
  });
  const q = free.shared.length;
  const damping = new Float64Array(q * q);
  for (const [c, i] of free.shared.entries())
    damping[c * (q + 1)] = Math.sqrt(mu * work.reduce((t, w, s) => t + columnNorm(j[s]!, w.f.n, w.at[i]!), 0)) || 1;
  const g = solveShared(joinShared([...parts, { c: damping, d: [new Float64Array(q)] }], q, 1), 0);
  const sharedStep = new Float64Array(k);
  for (const [c, i] of free.shared.entries()) sharedStep[i] = g[c]!;
  return work.map((w, s) => {
    const out = new Float64Array(w.f.n);
    for (const [i, p] of w.at.entries()) out[p] = sharedStep[i]!;
    const x = parts[s]!.ownOf(g, 0);
    for (const [c, p] of free.own[s]!.entries()) out[p] = x[c]!;
    return out;
  });
}

/** Σ r² of the linearised problem. */
export function predictedCost(
  j: readonly Float64Array[],
  r: readonly Float64Array[],
  from: readonly Float64Array[],
  to: readonly Float64Array[],
): number {
  let total = 0;
  for (const [s, rows] of j.entries()) {
    const n = from[s]!.length;
    for (let i = 0; i < r[s]!.length; i++) {
      let v = r[s]![i]!;
      for (let k = 0; k < n; k++) v += rows[i * n + k]! * (to[s]![k]! - from[s]![k]!);
      total += v * v;
    }
  }
  return total;
}
