import {
  advise,
  adviseDoubleEwma,
  asymptoticVariance,
  type CondensedMpc,
  condenseMpc,
  type Disturbance,
  doubleEwmaDriftOffset,
  doubleEwmaStability,
  doubleEwmaVariance,
  driftOffset,
  initialDoubleEwma,
  initialThread,
  lqr,
  type MpcModel,
  observe,
  observeDoubleEwma,
  optimalLambda,
  type RunToRunConfig,
  solveMpc,
  stabilityMargin,
} from '@/lib/control';
import { qpHessian, solveQp } from '@/lib/numerics';
import { arr, has, mat, num, obj, objects, str, strings, vec } from './read';
import type { Input, Registry } from './types';

function ewma(input: Input) {
  const [min, max] = has(input, 'inputBounds') ? (vec(input, 'inputBounds') as [number, number]) : [-1e300, 1e300];
  const beta = num(input, 'beta');
  const gain = num(input, 'betaHat');
  const lambda = num(input, 'lambda');
  const c: RunToRunConfig = {
    lambda,
    gain,
    target: num(input, 'target'),
    xNominal: num(input, 'xNom'),
    min,
    max,
    maxStep: null,
    quantum: null,
    deadband: null,
    outlierSigma: null,
    pmForget: 1,
  };
  const d = vec(input, 'disturbance');
  const delay = num(input, 'delay', 0);
  const alpha = num(input, 'alpha');
  let state = { ...initialThread(), dHat: num(input, 'dHat1', 0) };
  const out = { x: [] as number[], y: [] as number[], dHat: [] as number[], observedDisturbance: [] as number[] };
  for (let t = 0; t < num(input, 'runs'); t++) {
    const past = t - 1 - delay;
    if (past >= 0) state = observe(state, { y: out.y[past]!, xApplied: out.x[past]! }, c).state;
    const x = advise(state, c, null).setpoint;
    const y = alpha + beta * x + d[t]!;
    out.x.push(x);
    out.y.push(y);
    out.dHat.push(state.dHat);
    out.observedDisturbance.push(observe(state, { y, xApplied: x }, c).disturbance);
  }
  const xi = beta / gain;
  const margin = stabilityMargin(lambda, delay, xi);
  return { ...out, pole: 1 - lambda * xi, stable: margin.stable, spectralRadius: margin.spectralRadius };
}

function doubleEwma(input: Input) {
  const c = {
    lambda1: num(input, 'lambda1'),
    lambda2: num(input, 'lambda2'),
    gain: num(input, 'betaHat'),
    target: num(input, 'target'),
    xNominal: num(input, 'xNom'),
  };
  const d = vec(input, 'disturbance');
  const alpha = num(input, 'alpha');
  const beta = num(input, 'beta');
  const [min, max] = has(input, 'inputBounds') ? (vec(input, 'inputBounds') as [number, number]) : [-1e300, 1e300];
  const delay = num(input, 'delay', 0);
  let s = initialDoubleEwma(num(input, 'dHat1', 0));
  const out = { x: [] as number[], y: [] as number[], dHat: [] as number[], trend: [] as number[] };
  for (let t = 0; t < num(input, 'runs'); t++) {
    const past = t - 1 - delay;
    if (past >= 0) s = observeDoubleEwma(s, out.y[past]!, out.x[past]!, c);
    const x = Math.min(max, Math.max(min, adviseDoubleEwma(s, c)));
    const y = alpha + beta * x + d[t]!;
    out.x.push(x);
    out.y.push(y);
    out.dHat.push(s.level);
    out.trend.push(s.drift);
  }
  const { spectralRadius, stable, characteristic } = doubleEwmaStability(c.lambda1, c.lambda2, beta / c.gain);
  return { ...out, spectralRadius, stable, characteristicPolynomial: characteristic };
}

function disturbance(o: Input): Disturbance {
  switch (str(o, 'kind')) {
    case 'white':
      return { kind: 'white' };
    case 'ima':
      return { kind: 'ima', theta: num(o, 'theta') };
    case 'ar1':
      return { kind: 'ar1', phi: num(o, 'phi') };
    case 'rw':
    case 'random_walk':
      return { kind: 'random_walk' };
    default:
      throw new Error(`unknown disturbance ${str(o, 'kind')}`);
  }
}

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

function closedLoop(input: Input) {
  const c: CondensedMpc = condenseMpc(mpcModel(input));
  const { A, B, C } = c.model;
  const steps = num(input, 'steps');
  const r = vec(input, 'r');
  const kick = has(input, 'stateDisturbance') ? obj(input, 'stateDisturbance') : null;
  let x = vec(input, 'x0');
  let uPrev = previous(input, c.nu);
  const u: number[][] = [];
  const y: number[][] = [];
  for (let t = 0; t < steps; t++) {
    const half = t < Math.floor(steps / 2) ? 1 : 0.5;
    const s = solveMpc(c, {
      x0: x,
      r: r.map((v) => v * half),
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

export const controlRegistry: Registry = {
  r2r_ewma: ({ input }) => ewma(input),
  r2r_double_ewma: ({ input }) => doubleEwma(input),
  r2r_asymptotic_variance: ({ input }) => ({
    variance: objects(input, 'cases').map((o) => asymptoticVariance(num(o, 'lambda'), num(o, 'gainRatio', 1), disturbance(o))),
  }),
  r2r_drift_offset: ({ input }) => {
    const cases = objects(input, 'cases').map((o) => ({
      lambda: num(o, 'lambda'),
      xi: num(o, 'gainRatio', 1),
      slope: num(o, 'slope'),
    }));
    const offset = cases.map((o) => driftOffset(o.lambda, o.xi, o.slope));
    return {
      offset,
      rwDriftMse: cases.map((o, i) => asymptoticVariance(o.lambda, o.xi, { kind: 'random_walk' }) + offset[i]! ** 2),
    };
  },
  r2r_optimal_lambda: ({ input }) => {
    const best = objects(input, 'cases').map((o) => optimalLambda(num(o, 'theta'), num(o, 'gainRatio', 1)));
    return { lambda: best.map((b) => b.lambda), minimumVariance: best.map((b) => b.variance) };
  },
  r2r_double_asymptotic_variance: ({ input }) => {
    const cases = objects(input, 'cases').map(
      (o) => [num(o, 'lambda1'), num(o, 'lambda2'), num(o, 'gainRatio', 1), num(o, 'theta', 0)] as const,
    );
    return {
      white: cases.map(([a, b, x]) => doubleEwmaVariance(a, b, x, null)),
      ima: cases.map(([a, b, x, t]) => doubleEwmaVariance(a, b, x, t)),
      driftOffset: cases.map(([a, b, x]) => doubleEwmaDriftOffset(a, b, x, 1)),
    };
  },
  r2r_double_stability: ({ input }) => {
    const at = (name: string) => strings(input, 'columns').indexOf(name);
    const rows = mat(input, 'rows').map((r) => doubleEwmaStability(r[at('lambda1')]!, r[at('lambda2')]!, r[at('gainRatio')]!));
    return { spectralRadius: rows.map((r) => r.spectralRadius), stable: rows.map((r) => r.stable) };
  },
  mpc_linear: ({ input }) => {
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
  },
  mpc_closed_loop: ({ input }) => closedLoop(input),
  convex_qp: ({ input }) => convexQp(input),
};
