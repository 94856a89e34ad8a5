import { AppError } from '@/lib/errors';
import {
  createNetwork,
  Graph,
  initialOptimiser,
  type Node,
  type OptimiserState,
  optimiserStep,
  scheduleFactor,
} from '@/lib/learning';
import { createRng, type Rng } from '@/lib/numerics';
import { project, type SpectralBasis, spectralBasis } from './spectral-basis';
import type { Surrogate } from './surrogate';
import {
  checkData,
  fingerprintOf,
  type PreparedSamples,
  prepareSamples,
  type SurrogateConfig,
  type SurrogateData,
} from './surrogate-data';

/** Everything that training needs to continue, besides the data; its arrays change in place. */
export interface SurrogateTraining {
  readonly config: SurrogateConfig;
  readonly basis: SpectralBasis;
  readonly scale: number;
  /** Weights and biases in turn. */
  readonly parameters: Float64Array[];
  optimiser: OptimiserState;
  rng: Rng;
  readonly order: Int32Array;
  epoch: number;
  /** Samples of the running epoch that are done. */
  position: number;
  /** Sum of the losses of the running epoch's batches times their size. */
  running: number;
  /** Mean loss of every finished epoch. */
  loss: number[];
  /** Hash of the data, so that a resumed training is not fed others. */
  readonly fingerprint: number;
  prepared: PreparedSamples | null;
}

/** How far a training has come. */
export interface TrainingProgress {
  readonly epoch: number;
  readonly epochs: number;
  readonly isDone: boolean;
  /** Mean loss of the last finished epoch: mean square of scores over their scale, physics terms included; NaN before the first. */
  readonly loss: number;
}

/**
 * Start of a training: basis of the spectra, seeded weights, nothing learnt. Loss = mean (ŝ − s)² + derivativeWeight·mean (∂ŝ/∂x − ∂s/∂x)² + lawWeight·mean
 * max(0, violation)², s the scores over their scale, violations over σ and that scale, x the box as [−1, 1].
 * @param data - rigorous samples, units of the recipe.
 * @throws AppError `invalid_input` naming the field: lengths that do not fit, samples outside the box, no Jacobians for a derivative match, NaN.
 * @reference Czarnecki et al., Sobolev Training for Neural Networks, NeurIPS (2017); Kingma & Ba, ICLR (2015); Loshchilov & Hutter, ICLR (2017), cosine.
 */
export function createTraining(config: SurrogateConfig, data: SurrogateData): SurrogateTraining {
  const count = checkData(config, data);
  const basis = spectralBasis(data.spectra, data.sigma, config.components, config.seed);
  const m = basis.channels;
  const s = new Float64Array(basis.components);
  let total = 0;
  for (let i = 0; i < count; i++) {
    project(basis, data.spectra, i * m, s, 0);
    for (const v of s) total += v * v;
  }
  const layers = [
    ...config.hidden.map((units) => ({ type: 'dense' as const, units, activation: 'tanh' as const })),
    { type: 'dense' as const, units: basis.components },
  ];
  const net = createNetwork([config.names.length], layers, config.seed);
  const parameters = net.parameters.flatMap((l) => l.map((p) => Float64Array.from(p.data)));
  return {
    config,
    basis,
    scale: Math.sqrt(total / (count * basis.components)) || 1,
    parameters,
    optimiser: initialOptimiser(parameters),
    rng: createRng(config.seed, 'training'),
    order: Int32Array.from({ length: count }, (_, i) => i),
    epoch: 0,
    position: 0,
    running: 0,
    loss: [],
    fingerprint: fingerprintOf(data),
    prepared: null,
  };
}

/**
 * Continue for this many optimiser steps (batches), or to the end. The state is changed; the same state and data give the same bits wherever it was stopped.
 * @param steps - batches.
 * @throws AppError `conflict` when the data are not those that the training was started with; `out_of_domain` when it diverges: lower the rate.
 */
export function trainSteps(state: SurrogateTraining, data: SurrogateData, steps: number): TrainingProgress {
  if (!state.prepared) {
    if (fingerprintOf(data) !== state.fingerprint)
      throw new AppError('conflict', 'the samples are not those that the training was started with; start it again');
    state.prepared = prepareSamples(state.config, state.basis, state.scale, data);
  }
  const { config, order } = state;
  for (let k = 0; k < steps && state.epoch < config.epochs; k++) {
    if (state.position === 0) shuffle(order, state.rng);
    const rows = order.subarray(state.position, Math.min(order.length, state.position + config.batch));
    state.running += step(state, state.prepared, rows) * rows.length;
    state.position += rows.length;
    if (state.position < order.length) continue;
    state.loss.push(state.running / order.length);
    state.running = 0;
    state.position = 0;
    state.epoch++;
  }
  return {
    epoch: state.epoch,
    epochs: config.epochs,
    isDone: state.epoch >= config.epochs,
    loss: state.loss.at(-1) ?? Number.NaN,
  };
}

/** The surrogate as trained so far; it does not change when training goes on. */
export function surrogateOf(state: SurrogateTraining): Surrogate {
  const sizes = [state.config.names.length, ...state.config.hidden, state.basis.components];
  return {
    names: state.config.names,
    lower: Float64Array.from(state.config.lower),
    upper: Float64Array.from(state.config.upper),
    basis: state.basis,
    scale: state.scale,
    layers: sizes.slice(1).map((outputs, l) => ({
      inputs: sizes[l]!,
      outputs,
      weights: state.parameters[2 * l]!.slice(),
      bias: state.parameters[2 * l + 1]!.slice(),
    })),
  };
}

function step(state: SurrogateTraining, data: PreparedSamples, rows: Int32Array): number {
  const { config, basis } = state;
  const n = config.names.length;
  const k = basis.components;
  const b = rows.length;
  const g = new Graph();
  const sizes = [n, ...config.hidden, k];
  const w = sizes.slice(1).map((o, l) => ({
    weights: g.leaf({ shape: [sizes[l]!, o], data: state.parameters[2 * l]! }),
    bias: g.leaf({ shape: [o], data: state.parameters[2 * l + 1]! }),
    none: g.leaf({ shape: [o], data: new Float64Array(o) }),
  }));
  const run = (x: Float64Array, count: number): { output: Node; hidden: Node[] } => {
    let a: Node = g.leaf({ shape: [count, n], data: x });
    const hidden: Node[] = [];
    w.forEach((l, i) => {
      a = g.dense(a, l.weights, l.bias);
      if (i < w.length - 1) {
        a = g.activate(a, 'tanh');
        hidden.push(a);
      }
    });
    return { output: a, hidden };
  };
  const x = gather(data.x, rows, n);
  const { output, hidden } = run(x, b);
  let loss = g.meanSquare(output, gather(data.scores, rows, k));
  if (data.tangents && config.derivativeWeight > 0) {
    const slopes = hidden.map((a) => {
      const one = g.leaf({ shape: a.shape, data: new Float64Array(a.data.length).fill(1) });
      return g.addScaled(one, g.multiply(a, a), -1);
    });
    const wanted = gather(data.tangents, rows, n * k);
    for (let d = 0; d < n; d++) {
      const unit = new Float64Array(b * n);
      for (let r = 0; r < b; r++) unit[r * n + d] = 1;
      let t: Node = g.leaf({ shape: [b, n], data: unit });
      w.forEach((l, i) => {
        t = g.dense(t, l.weights, l.none);
        if (i < slopes.length) t = g.multiply(slopes[i]!, t);
      });
      const target = new Float64Array(b * k);
      for (let r = 0; r < b; r++) target.set(wanted.subarray((r * n + d) * k, (r * n + d + 1) * k), r * k);
      loss = g.addScaled(loss, g.meanSquare(t, target), config.derivativeWeight / n);
    }
  }
  if (data.laws) {
    const points = config.batch;
    const anywhere = Float64Array.from({ length: points * n }, () => 2 * state.rng.uniform() - 1);
    const count = data.laws.offset.length;
    const excess = g.dense(
      run(anywhere, points).output,
      g.leaf({ shape: [k, count], data: data.laws.matrix }),
      g.leaf({ shape: [count], data: data.laws.offset }),
    );
    const violation = g.meanSquare(g.activate(excess, 'relu'), new Float64Array(points * count));
    loss = g.addScaled(loss, violation, config.lawWeight ?? 1);
  }
  g.backward(loss);
  const gradients = w.flatMap((l) => [l.weights.grad, l.bias.grad]);
  const factor = scheduleFactor({ kind: 'cosine', floor: 0.01 }, state.epoch, config.epochs);
  state.optimiser = optimiserStep(
    { kind: 'adam', lr: config.learningRate },
    state.optimiser,
    state.parameters,
    gradients,
    factor,
  );
  return loss.data[0]!;
}

function gather(a: Float64Array, rows: Int32Array, width: number): Float64Array {
  const out = new Float64Array(rows.length * width);
  rows.forEach((r, i) => {
    out.set(a.subarray(r * width, (r + 1) * width), i * width);
  });
  return out;
}

function shuffle(order: Int32Array, rng: Rng): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    const t = order[i]!;
    order[i] = order[j]!;
    order[j] = t;
  }
}
