import { AppError } from '@/lib/errors';
import { createRng, type Rng } from '@/lib/numerics';
import { type BatchNormState, Graph, type Node } from './graph';
import { type LayerSpec, layerOutput, parameterShapes } from './layers';
import { initialOptimiser, type OptimiserConfig, optimiserStep, type Schedule, scheduleFactor } from './optimisers';
import { sizeOf, type Tensor, tensor } from './tensor';

/** A network as plain JSON: what it is made of and all its numbers. */
export interface Network {
  readonly kind: 'network';
  readonly version: 1;
  readonly input: readonly number[];
  readonly layers: readonly LayerSpec[];
  /** Per layer its parameters (weights, then bias; gamma, beta) as flat arrays. */
  readonly parameters: readonly (readonly { readonly shape: readonly number[]; readonly data: readonly number[] }[])[];
  /** Per batch-norm layer the running statistics; null elsewhere. */
  readonly running: readonly ({ readonly mean: readonly number[]; readonly variance: readonly number[] } | null)[];
}

type Parameters = { shape: readonly number[]; data: Float64Array }[][];

/**
 * A new network with seeded weights: He's variance for ReLU-like activations, Glorot's for the others; biases 0.
 * @param input - shape of one row, without the batch.
 * @throws AppError `invalid_input` naming the layer that does not fit its input.
 * @reference He et al., ICCV (2015); Glorot & Bengio, AISTATS (2010).
 */
export function createNetwork(input: readonly number[], layers: readonly LayerSpec[], seed = 1): Network {
  const rng = createRng(seed, 'weights');
  let shape = [...input];
  const parameters: { shape: number[]; data: number[] }[][] = [];
  const running: Network['running'][number][] = [];
  layers.forEach((layer, k) => {
    const out = layerOutput(layer, shape, k);
    parameters.push(initialise(layer, parameterShapes(layer, shape), rng));
    running.push(
      layer.type === 'batchNorm'
        ? { mean: new Array<number>(shape[0]!).fill(0), variance: new Array<number>(shape[0]!).fill(1) }
        : null,
    );
    shape = out;
  });
  return { kind: 'network', version: 1, input: [...input], layers, parameters, running };
}

function initialise(layer: LayerSpec, shapes: number[][], rng: Rng): { shape: number[]; data: number[] }[] {
  return shapes.map((shape, i) => {
    const constant = (v: number) => ({ shape, data: new Array<number>(sizeOf(shape)).fill(v) });
    if (layer.type === 'batchNorm') return constant(i === 0 ? 1 : 0);
    if (i === 1) return constant(0);
    const a = (layer.type === 'dense' || layer.type === 'conv' ? layer.activation : undefined) ?? 'linear';
    const area = sizeOf(shape.slice(2)); // of a kernel; 1 for dense
    const [from, to] = layer.type === 'conv' ? [shape[1]!, shape[0]!] : [shape[0]!, shape[1]!];
    const he = a === 'relu' || a === 'leakyRelu' || a === 'elu' || a === 'gelu';
    const sd = Math.sqrt(2 / (area * (he ? from : from + to)));
    return { shape, data: Array.from({ length: sizeOf(shape) }, () => sd * rng.normal()) };
  });
}

interface Forward {
  readonly output: Node;
  /** Output of each layer. */
  readonly layers: Node[];
  readonly parameters: Node[][];
  readonly input: Node;
}

/**
 * Run a network on a graph, so that the caller can put any loss (a physical one too) on top of its output.
 * @param x - batch, (N, …).
 * @param training - whether batch normalisation uses the batch.
 */
export function forward(
  graph: Graph,
  net: Pick<Network, 'layers'>,
  parameters: readonly (readonly Tensor[])[],
  running: readonly (BatchNormState | null)[],
  x: Tensor,
  training = false,
): Forward {
  const nodes = parameters.map((p) => p.map((t) => graph.leaf(t)));
  const input = graph.leaf(x);
  let a = input;
  const outputs: Node[] = [];
  net.layers.forEach((layer, k) => {
    const p = nodes[k]!;
    switch (layer.type) {
      case 'dense':
        a = graph.activate(graph.dense(a, p[0]!, p[1]!), layer.activation ?? 'linear');
        break;
      case 'conv':
        a = graph.activate(graph.conv2d(a, p[0]!, p[1]!, layer.stride ?? 1, layer.pad ?? 0), layer.activation ?? 'linear');
        break;
      case 'batchNorm':
        a = graph.batchNorm(a, p[0]!, p[1]!, running[k]!, training);
        break;
      case 'maxPool2':
        a = graph.maxPool2(a);
        break;
      case 'globalAveragePool':
        a = graph.globalAveragePool(a);
        break;
      default:
        a = graph.reshape(a, [a.shape[0]!, sizeOf(a.shape.slice(1))]);
    }
    outputs.push(a);
  });
  return { output: a, layers: outputs, parameters: nodes, input };
}

const unpack = (net: Network): { parameters: Parameters; running: (BatchNormState | null)[] } => ({
  parameters: net.parameters.map((l) => l.map((p) => ({ shape: p.shape, data: Float64Array.from(p.data) }))),
  running: net.running.map((r) => (r ? { mean: Float64Array.from(r.mean), variance: Float64Array.from(r.variance) } : null)),
});

const pack = (net: Network, parameters: Parameters, running: readonly (BatchNormState | null)[]): Network => ({
  ...net,
  parameters: parameters.map((l) => l.map((p) => ({ shape: p.shape, data: Array.from(p.data) }))),
  running: running.map((r) => (r ? { mean: Array.from(r.mean), variance: Array.from(r.variance) } : null)),
});

/** Outputs (N, …) of a trained network for a batch whose rows have the shape `net.input`. @param x - (N · row), row-major. */
export function runNetwork(net: Network, x: Float64Array): Tensor {
  const n = batchSize(net, x);
  const { parameters, running } = unpack(net);
  const { output } = forward(new Graph(), net, parameters, running, tensor([n, ...net.input], x));
  return { shape: output.shape, data: output.data };
}

function batchSize(net: Network, x: Float64Array): number {
  const n = x.length / sizeOf(net.input);
  if (!Number.isInteger(n) || n < 1)
    throw new AppError('invalid_input', `${x.length} values are not whole rows of ${net.input.join(' x ')}`, { field: 'x' });
  return n;
}

/** Options of {@link trainNetwork}. */
export interface TrainingOptions {
  readonly optimiser?: OptimiserConfig;
  readonly schedule?: Schedule;
  readonly epochs?: number;
  readonly batch?: number;
  readonly seed?: number;
  /** Stop when the validation loss has not improved for this many epochs; the best weights are kept. */
  readonly patience?: number;
  readonly validation?: { readonly x: Float64Array; readonly y: Float64Array };
}

/** A trained network with the course of its training. */
export interface Training {
  readonly network: Network;
  /** Mean training loss of each epoch, and the validation loss (empty without validation data). */
  readonly loss: number[];
  readonly validationLoss: number[];
  readonly bestEpoch: number;
}

/**
 * Train by mini-batches in seeded order. The same seed and data give the same bits.
 * @param x - inputs, (N · row), row-major.
 * @param y - targets: outputs row by row for `mse`, class indices for `crossEntropy`.
 * @throws AppError `invalid_input` on sizes that do not fit; `out_of_domain` when the gradient overflows.
 */
export function trainNetwork(
  start: Network,
  x: Float64Array,
  y: Float64Array,
  loss: 'mse' | 'crossEntropy',
  options: TrainingOptions = {},
): Training {
  const n = batchSize(start, x);
  const width = sizeOf(start.input);
  const { parameters, running } = unpack(start);
  const flat = parameters.flat().map((p) => p.data);
  const outWidth = y.length / n;
  if (!Number.isInteger(outWidth) || (loss === 'crossEntropy' && outWidth !== 1))
    throw new AppError('invalid_input', `${y.length} targets do not fit ${n} rows`, { field: 'y' });
  const optimiser = options.optimiser ?? { kind: 'adam', lr: 1e-2 };
  let state = initialOptimiser(flat);
  const rng = createRng(options.seed ?? 1, 'batches');
  const epochs = options.epochs ?? 100;
  const size = Math.min(options.batch ?? 32, n);
  const order = Array.from({ length: n }, (_, i) => i);
  const history: number[] = [];
  const validationLoss: number[] = [];
  let best = { network: start, value: Number.POSITIVE_INFINITY, epoch: 0 };
  const lossOn = (g: Graph, out: Node, target: Float64Array): Node =>
    loss === 'mse' ? g.meanSquare(out, target) : g.crossEntropy(out, target);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let i = n - 1; i > 0; i--) {
      const j = rng.integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    let sum = 0;
    for (let from = 0; from < n; from += size) {
      const rows = order.slice(from, from + size);
      if (rows.length < 2 && parameters.some((_, k) => start.layers[k]!.type === 'batchNorm')) continue; // a batch of one has no variance
      const bx = new Float64Array(rows.length * width);
      const by = new Float64Array(rows.length * outWidth);
      rows.forEach((r, k) => {
        bx.set(x.subarray(r * width, (r + 1) * width), k * width);
        by.set(y.subarray(r * outWidth, (r + 1) * outWidth), k * outWidth);
      });
      const g = new Graph();
      const f = forward(g, start, parameters, running, tensor([rows.length, ...start.input], bx), true);
      const l = lossOn(g, f.output, by);
      g.backward(l);
      state = optimiserStep(
        optimiser,
        state,
        flat,
        f.parameters.flat().map((p) => p.grad),
        scheduleFactor(options.schedule ?? { kind: 'constant' }, epoch, epochs),
      );
      sum += l.data[0]! * rows.length;
    }
    history.push(sum / n);
    let value = history.at(-1)!;
    if (options.validation) {
      const g = new Graph();
      const f = forward(
        g,
        start,
        parameters,
        running,
        tensor([batchSize(start, options.validation.x), ...start.input], options.validation.x),
      );
      value = lossOn(g, f.output, options.validation.y).data[0]!;
      validationLoss.push(value);
    }
    if (!options.validation || value < best.value) best = { network: pack(start, parameters, running), value, epoch };
    else if (options.patience !== undefined && epoch - best.epoch >= options.patience) break;
  }
  return { network: best.network, loss: history, validationLoss, bestEpoch: best.epoch };
}
