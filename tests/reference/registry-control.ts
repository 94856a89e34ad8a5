import {
  advise,
  adviseDoubleEwma,
  adviseLambda,
  asymptoticVariance,
  type Disturbance,
  doubleEwmaDriftOffset,
  doubleEwmaStability,
  doubleEwmaVariance,
  driftOffset,
  initialDoubleEwma,
  initialThread,
  observe,
  observeDoubleEwma,
  type RunToRunConfig,
  stabilityMargin,
} from '@/lib/control';
import { has, mat, num, objects, str, strings, vec } from './read';
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
    const best = objects(input, 'cases').map((o) => adviseLambda(num(o, 'theta'), num(o, 'gainRatio', 1)));
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
  r2r_stability: ({ input }) => {
    const at = (name: string) => strings(input, 'columns').indexOf(name);
    const rows = mat(input, 'rows').map((r) => stabilityMargin(r[at('lambda')]!, r[at('delay')] ?? 0, r[at('gainRatio')]!));
    return { spectralRadius: rows.map((r) => r.spectralRadius), stable: rows.map((r) => r.stable) };
  },
  r2r_double_stability: ({ input }) => {
    const at = (name: string) => strings(input, 'columns').indexOf(name);
    const rows = mat(input, 'rows').map((r) => doubleEwmaStability(r[at('lambda1')]!, r[at('lambda2')]!, r[at('gainRatio')]!));
    return { spectralRadius: rows.map((r) => r.spectralRadius), stable: rows.map((r) => r.stable) };
  },
};
