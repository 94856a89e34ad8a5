import { type CondensedMpc, condenseMpc, lqr, type MpcModel, solveMpc } from '@/lib/control';
import { qpHessian, solveQp } from '@/lib/numerics';
import { compareCase } from './compare';
import { arr, has, mat, num, obj, str, vec } from './read';
import type { Input, Mismatch, ReferenceCase, Registry } from './types';

function mpcModel(input: Input): MpcModel {
  const bounds = Object.fromEntries(
    ['uMin', 'uMax', 'duMin', 'duMax', 'yMin', 'yMax'].filter((k) => has(input, k)).map((k) => [k, vec(input, k)]),
  );
  const [A, B] = [mat(input, 'A'), mat(input, 'B')];
  const square = (n: number, diagonal: number) =>
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? diagonal : 0)));
  const nu = B[0]!.length;
  return {
    A,
    B,
    C: has(input, 'C') ? mat(input, 'C') : square(A.length, 1),
    N: num(input, 'N'),
    M: num(input, 'M', num(input, 'N')),
    Q: mat(input, 'Q'),
    R: has(input, 'R') ? mat(input, 'R') : square(nu, 0),
    S: has(input, 'S') ? mat(input, 'S') : square(nu, 0),
    ...(has(input, 'P') ? { P: mat(input, 'P') } : {}),
    ...bounds,
  };
}

const previous = (input: Input, nu: number): number[] =>
  has(input, 'uPrev') ? vec(input, 'uPrev') : new Array<number>(nu).fill(0);

function regulator({ A, B, C, Q, R }: MpcModel): number[][] {
  const outputs = A.map((_, i) =>
    A.map((_, j) => C.reduce((s, row, a) => s + C.reduce((t, other, b) => t + row[i]! * Q[a]![b]! * other[j]!, 0), 0)),
  );
  return lqr(A, B, outputs, R).gain;
}

/** Set-points of each step: `r` throughout, `r` as one row a step, or halved half-way where the file's `reference` says so. */
function setPoints(input: Input, steps: number): number[][] {
  if (Array.isArray(arr(input, 'r')[0])) {
    const rows = mat(input, 'r');
    return Array.from({ length: steps }, (_, t) => rows[Math.min(t, rows.length - 1)]!);
  }
  const r = vec(input, 'r');
  const halved = str(input, 'reference', '').includes('r/2 afterwards');
  return Array.from({ length: steps }, (_, t) => r.map((v) => (halved && t >= Math.floor(steps / 2) ? v / 2 : v)));
}

/** The files do not say whether the steps of active output limits count from 0 or, as y_1..y_N do, from 1: either passes. */
function compareMpc(got: unknown, c: ReferenceCase): Mismatch[] {
  const first = compareCase(got, c);
  if (first.length === 0) return first;
  const ours = got as { readonly active: readonly (readonly [string, number, number, string])[] };
  const fromZero = ours.active.map(([kind, k, i, side]) => [kind, kind === 'y' ? k - 1 : k, i, side]);
  const second = compareCase({ ...ours, active: fromZero }, c);
  return second.length === 0 ? second : first;
}

function closedLoop(input: Input) {
  const c: CondensedMpc = condenseMpc(mpcModel(input));
  const plant = has(input, 'plant') ? { ...input, ...obj(input, 'plant') } : input;
  const { A, B, C } = mpcModel(plant);
  const steps = num(input, 'steps');
  const reference = setPoints(input, steps);
  const kick = has(input, 'stateDisturbance') ? obj(input, 'stateDisturbance') : null;
  let x = vec(input, 'x0');
  let uPrev = previous(input, c.nu);
  const u: number[][] = [];
  const y: number[][] = [];
  for (let t = 0; t < steps; t++) {
    const s = solveMpc(c, {
      x0: x,
      r: reference[t]!,
      uPrev,
      ...(has(input, 'uRef') ? { uRef: vec(input, 'uRef') } : {}),
      ...(has(input, 'xRef') ? { xRef: vec(input, 'xRef') } : {}),
    });
    const move = s.u[0]!;
    x = A.map((row, i) => row.reduce((a, v, j) => a + v * x[j]!, 0) + B[i]!.reduce((a, v, j) => a + v * move[j]!, 0));
    if (kick && num(kick, 'step') === t)
      x = x.map((v, i) => v + (Array.isArray(kick['value']) ? vec(kick, 'value')[i]! : num(kick, 'value')));
    u.push(move);
    y.push(C.map((row) => row.reduce((a, v, j) => a + v * x[j]!, 0)));
    uPrev = move;
  }
  return { u, y, layout: 'y[t] = C x after the update of step t' };
}

function linearMpc(input: Input) {
  const c = condenseMpc(mpcModel(input));
  const s = solveMpc(c, {
    x0: vec(input, 'x0'),
    r: Array.isArray(arr(input, 'r')[0]) ? mat(input, 'r') : vec(input, 'r'),
    uPrev: previous(input, c.nu),
    ...(has(input, 'uRef') ? { uRef: vec(input, 'uRef') } : {}),
    ...(has(input, 'xRef') ? { xRef: vec(input, 'xRef') } : {}),
  });
  if (s.status !== 'converged') throw new Error(`status ${s.status}`);
  return {
    u: s.u,
    y: s.y,
    cost: s.cost,
    active: s.active,
    conditionH: c.conditionNumber,
    ...(has(input, 'P') ? { lqrGain: regulator(c.model) } : {}),
  };
}

function convexQp(input: Input) {
  const H = mat(input, 'H');
  const n = H.length;
  const g = vec(input, 'g');
  const rows: number[][] = [];
  const d: number[] = [];
  const labels: (string | number)[][] = [];
  const side = (row: number[], lo: number, hi: number, label: (string | number)[]): void => {
    if (Number.isFinite(lo)) {
      rows.push(row);
      d.push(lo);
      labels.push([...label, 'min']);
    }
    if (Number.isFinite(hi)) {
      rows.push(row.map((v) => -v));
      d.push(-hi);
      labels.push([...label, 'max']);
    }
  };
  const unit = (i: number) => Array.from({ length: n }, (_, k) => (k === i ? 1 : 0));
  const lb = has(input, 'lb') ? vec(input, 'lb') : [];
  const ub = has(input, 'ub') ? vec(input, 'ub') : [];
  for (let i = 0; i < n; i++) side(unit(i), lb[i] ?? Number.NEGATIVE_INFINITY, ub[i] ?? Number.POSITIVE_INFINITY, ['bound', i]);
  const A = has(input, 'A') ? mat(input, 'A') : [];
  const lA = has(input, 'lA') ? vec(input, 'lA') : [];
  const uA = has(input, 'uA') ? vec(input, 'uA') : [];
  A.forEach((row, i) => {
    side(row, lA[i] ?? Number.NEGATIVE_INFINITY, uA[i] ?? Number.POSITIVE_INFINITY, ['row', i]);
  });
  const s = solveQp(qpHessian(Float64Array.from(H.flat()), n), { g, c: Float64Array.from(rows.flat()), d });
  if (s.status !== 'converged') throw new Error(`status ${s.status}`);
  const order = s.active.map((row, k) => ({ row, u: s.multipliers[k]! })).sort((a, b) => a.row - b.row);
  return {
    z: s.x,
    objective: s.objective,
    active: order.map((o) => labels[o.row]!),
    multipliers: order.map((o) => o.u),
    gradientAtSolution: H.map((row, i) => row.reduce((a, v, j) => a + v * s.x[j]!, g[i]!)),
  };
}

export const mpcRegistry: Registry = {
  mpc_linear: { compute: ({ input }) => linearMpc(input), compare: compareMpc },
  mpc_closed_loop: ({ input }) => closedLoop(input),
  convex_qp: ({ input }) => convexQp(input),
};
