import { AppError } from '@/lib/errors';
import { type BlockRows, eliminateOwn, joinShared, type SharedRows } from './block-angular';
import { reportFit } from './fit-report';
import type { FitProblem, FitResult, LinearPrior } from './fit-types';
import {
  clipped,
  columnNorm,
  columns,
  dampedStep,
  movable,
  predictedCost,
  residualsAt,
  rowsOf,
  type SharedBlock,
  sumOf,
  type Work,
  workOf,
} from './shared-blocks';

/** One block of a joint fit. */
export interface SharedBlockFit {
  /** Of the joint minimum: the covariance of own and shared parameters is that of the joint fit. */
  readonly fit: FitResult;
  /** The block's problem with what the other blocks know of the shared parameters as priors: alone it has the same minimum and covariance. */
  readonly problem: FitProblem;
  /** Derivatives of the residuals of all its priors by each held quantity. */
  readonly heldPriors: readonly Float64Array[];
}

/** A joint fit of blocks. */
export interface SharedFit {
  readonly blocks: readonly SharedBlockFit[];
  /** Values of the shared parameters, in the order of their names. */
  readonly shared: Float64Array;
  /** Σ χ² of the data of all blocks. */
  readonly chi2: number;
  readonly status: FitResult['status'];
  readonly iterations: number;
}

/**
 * Joint weighted least squares of blocks that share some parameters, by Levenberg–Marquardt with bounds. Each step eliminates the own parameters of a block
 * from its rows by QR, so that cost and memory grow in proportion to the blocks, and solves the small problem that is left for the shared ones. At the minimum
 * what the other blocks know of the shared parameters, C g + d, joins each block as independent unit-variance priors: covariance, χ², degrees of freedom and
 * warnings of a block are then those of the whole problem.
 * @param shared - names that every block has; their start and bounds are those of the first block.
 * @returns the joint minimum, block by block, in the units of the parameters.
 * @throws AppError `invalid_input` without blocks or names, for a name that a block lacks, priors on shared parameters, or weights; as `fitModel`.
 * @complexity per iteration Σ m (own + shared)², besides the models.
 * @reference Björck, Numerical Methods for Least Squares Problems (1996), §6.3 (block-angular problems); Marquardt, J. SIAM 11 (1963) 431.
 */
export function fitShared(
  blocks: readonly SharedBlock[],
  shared: readonly string[],
  options: { readonly maxIterations?: number; readonly tolerance?: number } = {},
): SharedFit {
  const work = blocks.map((b) => workOf(b, shared));
  const first = work[0];
  if (!first || shared.length === 0)
    throw new AppError('invalid_input', 'a joint fit needs blocks and the names of what they share', { field: 'shared' });
  const start = first.at.map((j) => first.problem.start[j]!);
  let state = work.map((w) => {
    const p = Float64Array.from(w.problem.start);
    w.at.forEach((j, i) => {
      p[j] = start[i]!;
    });
    return clipped(w, p);
  });
  let r = residualsAt(work, state);
  if (r === null) throw new AppError('invalid_input', 'a model has no values at the start; choose another start');
  let j = work.map((w, s) => rowsOf(w, state[s]!));
  let cost = sumOf(r);
  const tolerance = options.tolerance ?? 1e-12;
  const limit = options.maxIterations ?? 200;
  let mu = 1e-3;
  let growth = 2;
  let iterations = 0;
  let status: FitResult['status'] = 'max_iterations';
  while (iterations < limit) {
    iterations++;
    const step = dampedStep(work, state, j, r, shared.length, mu);
    const next = state.map((p, s) =>
      clipped(
        work[s]!,
        p.map((v, i) => v + step[s]![i]!),
      ),
    );
    const trial = residualsAt(work, next);
    const fNext = trial === null ? Number.POSITIVE_INFINITY : sumOf(trial);
    const predicted = cost - predictedCost(j, r, state, next);
    const moved = Math.max(
      ...next.map((p, s) =>
        p.reduce((m, v, i) => Math.max(m, Math.abs(v - state[s]![i]!) / (Math.abs(state[s]![i]!) + 1e-12)), 0),
      ),
    );
    if (trial !== null && fNext < cost && predicted > 0) {
      const small = cost - fNext <= tolerance * cost && predicted <= tolerance * cost;
      const ratio = (cost - fNext) / predicted;
      [state, r, cost] = [next, trial, fNext];
      mu = Math.max(1e-15, mu * Math.max(1 / 3, 1 - (2 * ratio - 1) ** 3));
      growth = 2;
      j = work.map((w, s) => rowsOf(w, state[s]!));
      if (small || moved <= tolerance) {
        status = 'converged';
        break;
      }
    } else {
      if (moved <= tolerance || mu > 1e20) {
        status = 'converged';
        break;
      }
      mu *= growth;
      growth *= 2;
    }
  }
  return report(work, state, j, r, shared, { status, iterations });
}

function report(
  work: readonly Work[],
  state: readonly Float64Array[],
  j: readonly Float64Array[],
  r: readonly Float64Array[],
  shared: readonly string[],
  how: { readonly status: FitResult['status']; readonly iterations: number },
): SharedFit {
  const k = shared.length;
  const free = movable(work, state, j, r);
  const known = work.map((w, s): SharedRows => {
    const own = free.own[s]!;
    const block: BlockRows = {
      rows: r[s]!.length,
      own: columns(j[s]!, w.f.n, own),
      ownCount: own.length,
      shared: columns(j[s]!, w.f.n, w.at),
      rhs: [r[s]!, ...heldColumns(w, state[s]!)],
    };
    return eliminateOwn(block, k);
  });
  const held = known[0]!.d.length - 1;
  const cosine = largestCosine(work, j, r, free);
  const values = Float64Array.from(work[0]!.at, (p) => state[0]![p]!);
  return {
    shared: values,
    chi2: work.reduce((t, w, s) => t + r[s]!.subarray(0, w.f.m).reduce((u, v) => u + v * v, 0), 0),
    ...how,
    blocks: work.map((w, s) => {
      const others = joinShared(
        known.filter((_, o) => o !== s),
        k,
        1 + held,
      );
      const rows = Array.from({ length: k }, (_, i) => i).filter((i) => others.c.subarray(i * k, i * k + k).some((v) => v !== 0));
      const priors = rows.map((i): LinearPrior => {
        const terms = w.at.map((parameter, c) => ({ parameter, factor: others.c[i * k + c]! })).filter((t) => t.factor !== 0);
        return {
          terms,
          mean: terms.reduce((t, f) => t + f.factor * state[s]![f.parameter]!, -others.d[0]![i]!),
          standardDeviation: 1,
        };
      });
      const problem: FitProblem = {
        ...w.problem,
        start: state[s]!,
        priors: [...(w.problem.priors ?? []), ...priors],
        fed: Array.from(w.problem.names, (_, i) => w.at.includes(i) || (w.problem.fed?.[i] ?? false)),
      };
      const fit = reportFit(
        problem,
        {
          parameters: state[s]!,
          modelled: w.f.model(state[s]!),
          residuals: r[s]!.slice(0, w.f.m),
          atBound: Array.from(w.problem.names, (_, i) => {
            const place = w.at.indexOf(i);
            return place >= 0 ? !free.shared.includes(place) : !free.own[s]!.includes(i);
          }),
          ...how,
          evaluations: w.f.evaluations(),
          residual: cosine,
        },
        w.f.jacobian(state[s]!),
      );
      const heldPriors = Array.from({ length: held }, (_, h) =>
        Float64Array.from([...new Float64Array(w.priors), ...rows.map((i) => others.d[1 + h]![i]!)]),
      );
      return { fit, problem, heldPriors };
    }),
  };
}

/** Derivatives by the held quantities, in σ; rows of priors do not know them. */
const heldColumns = (w: Work, p: Float64Array): Float64Array[] =>
  (w.block.held?.(p) ?? []).map((v) =>
    Float64Array.from({ length: w.f.m + w.priors }, (_, i) => (i < w.f.m ? v[i]! / w.problem.sigma[i]! : 0)),
  );

/** Largest cosine between the residuals and the column of a parameter that may move: 0 at a minimum. */
function largestCosine(
  work: readonly Work[],
  j: readonly Float64Array[],
  r: readonly Float64Array[],
  free: { readonly shared: readonly number[]; readonly own: readonly (readonly number[])[] },
): number {
  const cost = sumOf(r);
  const along = (s: number, k: number): number => {
    const n = work[s]!.f.n;
    let g = 0;
    for (let i = 0; i < r[s]!.length; i++) g += j[s]![i * n + k]! * r[s]![i]!;
    return g;
  };
  let worst = 0;
  const judge = (g: number, size: number): void => {
    if (size > 0 && cost > 0) worst = Math.max(worst, Math.abs(g) / Math.sqrt(size * cost));
  };
  for (const [s, own] of free.own.entries()) for (const k of own) judge(along(s, k), columnNorm(j[s]!, work[s]!.f.n, k));
  for (const i of free.shared) {
    const total = (f: (w: Work, s: number) => number): number => work.reduce((t, w, s) => t + f(w, s), 0);
    judge(
      total((w, s) => along(s, w.at[i]!)),
      total((w, s) => columnNorm(j[s]!, w.f.n, w.at[i]!)),
    );
  }
  return worst;
}
