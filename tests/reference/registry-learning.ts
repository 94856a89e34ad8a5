import { dbscan, dieYield, localOutlierFactor, mahalanobis2, nearest, nearestNeighbour } from '@/lib/defects';
import {
  type ActivationName,
  type BatchNormState,
  forward,
  Graph,
  initialOptimiser,
  type LayerSpec,
  type OptimiserConfig,
  optimiserStep,
  softmax,
  type Tensor,
  tensor,
} from '@/lib/learning';
import { quantile } from '@/lib/numerics';
import { scorePca, trainPca } from '@/lib/spc';
import { arr, flag, has, mat, num, objects, str, vec } from './read';
import type { Input, Json, Registry } from './types';

function flatten(v: Json): { shape: number[]; data: number[] } {
  const shape: number[] = [];
  for (let a: Json = v; Array.isArray(a); a = a[0]!) shape.push(a.length);
  return { shape, data: (v as number[]).flat(9) as number[] };
}

function toTensor(v: Json): Tensor {
  const { shape, data } = flatten(v);
  return tensor(shape, data);
}

function nest(data: Float64Array, shape: readonly number[]): unknown {
  if (shape.length <= 1) return Array.from(data);
  const step = data.length / shape[0]!;
  return Array.from({ length: shape[0]! }, (_, i) => nest(data.subarray(i * step, (i + 1) * step), shape.slice(1)));
}

const rows = (t: Tensor) => nest(t.data, t.shape);
const grad = (n: { grad: Float64Array; shape: readonly number[] }) => nest(n.grad, n.shape);

function mlp(input: Input) {
  const layers = objects(input, 'layers');
  const specs: LayerSpec[] = layers.map((l) => ({
    type: 'dense',
    units: vec(l, 'b').length,
    activation: str(l, 'activation', 'linear') as ActivationName,
  }));
  const g = new Graph();
  const f = forward(
    g,
    { layers: specs },
    layers.map((l) => [toTensor(l['W']!), toTensor(l['b']!)]),
    specs.map(() => null),
    toTensor(input['x']!),
  );
  const loss =
    str(input, 'loss') === 'crossEntropy'
      ? g.crossEntropy(f.output, vec(input, 'labels'))
      : g.meanSquare(f.output, Float64Array.from(flatten(input['target']!).data));
  g.backward(loss);
  return {
    outputs: f.layers.map(rows),
    loss: loss.data[0],
    gradients: f.parameters.map(([w, b]) => ({ W: grad(w!), b: grad(b!) })),
    inputGradient: grad(f.input),
    probabilities: nest(softmax(f.output).probabilities, f.output.shape),
  };
}

function cnn(input: Input) {
  const layers = objects(input, 'layers');
  const specs = layers.map((l): LayerSpec => {
    const type = str(l, 'type');
    if (type === 'conv')
      return {
        type,
        filters: vec(l, 'b').length,
        kernel: 0,
        stride: num(l, 'stride', 1),
        pad: num(l, 'pad', 0),
        activation: str(l, 'activation', 'linear') as ActivationName,
      };
    if (type === 'dense')
      return { type, units: vec(l, 'b').length, activation: str(l, 'activation', 'linear') as ActivationName };
    if (type === 'maxPool2' || type === 'globalAveragePool' || type === 'flatten') return { type };
    throw new Error(`unknown layer ${type}`);
  });
  const x = flatten(input['x']!);
  const g = new Graph();
  const params = layers.map((l) => (has(l, 'W') ? [toTensor(l['W']!), toTensor(l['b']!)] : []));
  const image = x.shape.length === 3 ? [x.shape[0]!, 1, x.shape[1]!, x.shape[2]!] : x.shape;
  const f = forward(
    g,
    { layers: specs },
    params,
    specs.map(() => null),
    tensor(image, x.data),
  );
  const loss =
    str(input, 'loss', 'crossEntropy') === 'mse'
      ? g.meanSquare(f.output, Float64Array.from(flatten(input['target']!).data))
      : g.crossEntropy(f.output, vec(input, 'labels'));
  g.backward(loss);
  return {
    ...layerOutputs(specs, f.layers),
    logits: rows(f.output),
    probabilities: nest(softmax(f.output).probabilities, f.output.shape),
    loss: loss.data[0],
    gradients: namedGradients(specs, f.parameters),
    inputGradient: nest(f.input.grad, x.shape),
  };
}

// The first pooled map, and the features that the classifier sees: what enters the first dense layer.
function layerOutputs(specs: readonly LayerSpec[], outputs: readonly Tensor[]): Record<string, unknown> {
  const pool = specs.findIndex((s) => s.type === 'maxPool2');
  const dense = specs.findIndex((s) => s.type === 'dense');
  return {
    ...(pool >= 0 ? { afterPool: rows(outputs[pool]!) } : {}),
    ...(dense > 0 ? { features: rows(outputs[dense - 1]!) } : {}),
  };
}

// conv1W, conv1b, conv2W, ...; dense layers without a number when there is only one
function namedGradients(specs: readonly LayerSpec[], parameters: ReturnType<typeof forward>['parameters']) {
  const count = { conv: 0, dense: 0 };
  const out: Record<string, unknown> = {};
  specs.forEach((s, k) => {
    const [w, b] = parameters[k] ?? [];
    if ((s.type !== 'conv' && s.type !== 'dense') || !w || !b) return;
    const number = ++count[s.type];
    const names = s.type === 'dense' && number === 1 ? ['dense', 'dense1'] : [`${s.type}${number}`];
    for (const name of names) {
      out[`${name}W`] = grad(w);
      out[`${name}b`] = grad(b);
    }
  });
  return out;
}

function batchNorm(input: Input) {
  const x = toTensor(input['x']!);
  const state: BatchNormState = {
    mean: Float64Array.from(vec(input, 'runningMean0')),
    variance: Float64Array.from(vec(input, 'runningVar0')),
  };
  const g = new Graph();
  const [xn, gamma, beta] = [g.leaf(x), g.leaf(toTensor(input['gamma']!)), g.leaf(toTensor(input['beta']!))];
  const options = { eps: num(input, 'eps', 1e-5), momentum: num(input, 'momentum', 0.1) };
  const y = g.batchNorm(xn, gamma, beta, state, true, options);
  g.backwardFrom(y, Float64Array.from(flatten(input['outputGradient']!).data));
  const evalGraph = new Graph();
  const evalY = evalGraph.batchNorm(evalGraph.leaf(x), evalGraph.leaf(gamma), evalGraph.leaf(beta), state, false, options);
  return {
    y: rows(y),
    runningMean: state.mean,
    runningVar: state.variance,
    gradX: grad(xn),
    gradGamma: gamma.grad,
    gradBeta: beta.grad,
    evalY: rows(evalY),
  };
}

function optimiserTrace(input: Input) {
  const kind = str(input, 'kind');
  const decay = has(input, 'weightDecay') ? { weightDecay: num(input, 'weightDecay') } : {};
  const config: OptimiserConfig =
    kind === 'adam'
      ? {
          kind,
          lr: num(input, 'lr'),
          betas: has(input, 'betas') ? (vec(input, 'betas') as [number, number]) : [0.9, 0.999],
          eps: num(input, 'eps', 1e-8),
          ...decay,
        }
      : { kind: 'sgd', lr: num(input, 'lr'), momentum: num(input, 'momentum', 0), ...decay };
  const A = mat(input, 'A');
  const b = vec(input, 'b');
  const w = Float64Array.from(vec(input, 'w0'));
  let state = initialOptimiser([w]);
  return {
    w: Array.from({ length: num(input, 'steps') }, () => {
      const g = Float64Array.from(A, (row, i) => row.reduce((s, v, j) => s + v * w[j]!, -b[i]!));
      state = optimiserStep(config, state, [w], [g]);
      return Array.from(w);
    }),
  };
}

function pcaReconstruction(input: Input) {
  const [train, test] = [mat(input, 'train'), mat(input, 'test')];
  const components = num(input, 'components');
  const m = trainPca(train, components, { scale: flag(input, 'scale') });
  const scored = test.map((r) => scorePca(m, r));
  const trainScore = train.map((r) => scorePca(m, r).q);
  const total = m.eigenvalues.reduce((s, l) => s + l, 0);
  const largest = (r: readonly number[]) => r.reduce((best, v, j) => (Math.abs(v) > Math.abs(r[best]!) ? j : best), 0);
  return {
    score: scored.map((s) => s.q),
    residual: scored.map((s) => s.residual),
    trainScore,
    threshold99: quantile(trainScore, 0.99),
    explainedVarianceRatio: m.eigenvalues.slice(0, components).map((l) => l / total),
    largestContribution: scored.map((s) => largest(s.residual)),
  };
}

// Cluster numbers are arbitrary: rename ours so that they follow the expected ones where the partition is the same.
function renamed(labels: Int32Array, expected: Json | undefined): number[] {
  if (!Array.isArray(expected)) return Array.from(labels);
  const name = new Map<number, number>([[-1, -1]]);
  const taken = new Set<number>([-1]);
  labels.forEach((l, i) => {
    const e = expected[i];
    if (!name.has(l) && typeof e === 'number' && !taken.has(e)) {
      name.set(l, e);
      taken.add(e);
    }
  });
  return Array.from(labels, (l) => name.get(l) ?? 1000 + l);
}

export const learningRegistry: Registry = {
  mlp: ({ input }) => mlp(input),
  cnn: ({ input }) => cnn(input),
  batch_norm: ({ input }) => batchNorm(input),
  optimizer_trace: ({ input }) => optimiserTrace(input),
  softmax: ({ input }) => {
    const x = toTensor(arr(input, 'logits'));
    const s = softmax(x);
    return {
      probabilities: nest(s.probabilities, x.shape),
      logProbabilities: nest(s.logProbabilities, x.shape),
      logSumExp: s.logSumExp,
    };
  },
  pca_reconstruction: ({ input }) => pcaReconstruction(input),
  knn_fault_detection: ({ input }) => {
    const [train, test, k] = [mat(input, 'train'), mat(input, 'test'), num(input, 'k')];
    const n = test.map((r) => nearest(train, r, k));
    return {
      neighbours: n.map((v) => v.index),
      knnScore: n.map((v) => v.distance2.reduce((s, d) => s + d, 0)),
      lof: localOutlierFactor(train, test, k),
      mahalanobis2: mahalanobis2(train, test),
    };
  },
  dbscan: ({ input, expected }) => {
    const points = mat(input, 'points');
    const [x, y] = [points.map((p) => p[0]!), points.map((p) => p[1]!)];
    const c = dbscan(x, y, num(input, 'eps'), num(input, 'minPts'));
    const labels = renamed(c.labels, expected['labels']);
    const sizes = Array.from({ length: c.sizes.length }, (_, k) => labels.filter((l) => l === k).length);
    return {
      labels,
      core: c.core,
      clusterSizes: [...sizes].sort((a, b) => b - a),
      noise: c.noise,
      meanNearestNeighbour: nearestNeighbour(x, y).mean,
    };
  },
  yield_models: ({ input }) => {
    const lambda = vec(input, 'lambda');
    return {
      poisson: lambda.map((l) => dieYield('poisson', l)),
      murphy: lambda.map((l) => dieYield('murphy', l)),
      seeds: lambda.map((l) => dieYield('seeds', l)),
      boseEinstein: lambda.map((l) => dieYield('boseEinstein', l, { layers: num(input, 'layers') })),
      negativeBinomial: vec(input, 'alpha').map((alpha) => lambda.map((l) => dieYield('negativeBinomial', l, { alpha }))),
    };
  },
};
