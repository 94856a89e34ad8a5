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
import { createRng, type Rng, requireFinite } from '@/lib/numerics';
import { project, type SpectralBasis, spectralBasis } from './spectral-basis';
import type { Surrogate } from './surrogate';

/** A law that spectra obey: lower ≤ Σ of these channels ≤ upper, e.g. 0 ≤ R ≤ 1 of one channel, or R + T ≤ 1 of two. */
export interface ChannelLaw {
  readonly channels: readonly number[];
  readonly lower?: number;
  readonly upper?: number;
}

export interface SurrogateConfig {
  readonly names: readonly string[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  /** Units of the tanh layers. */
  readonly hidden: readonly number[];
  /** Basis functions of the spectra. */
  readonly components: number;
  readonly epochs: number;
  readonly batch: number;
  /** Adam's rate at the start; a cosine takes it down to 1 % of it. */
  readonly learningRate: number;
  /** Weight of the derivative match in the loss; needs the Jacobians of the samples. 0 leaves it out. */
  readonly derivativeWeight: number;
  /** Laws that hold everywhere in the box; they are checked at random points of it in every step. */
  readonly laws?: readonly ChannelLaw[];
  readonly lawWeight?: number;
  readonly seed: number;
}

/** Rigorous samples. */
export interface SurrogateData {
  /** (count, n) row-major. */
  readonly parameters: Float64Array;
  /** (count, channels) row-major. */
  readonly spectra: Float64Array;
  /** (count, channels, n) row-major: derivatives of the rigorous model. */
  readonly jacobians?: Float64Array;
  /** (channels,): the metric of the loss. */
  readonly sigma: ArrayLike<number>;
}

/** Everything that training needs to go on, besides the data; its arrays change in place. */
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
  prepared: Prepared | null;
}

/** The data as the network sees them. */
interface Prepared {
  readonly x: Float64Array;
  readonly scores: Float64Array;
  /** (count, n, components): derivatives of the scaled scores by the scaled parameters. */
  readonly tangents: Float64Array | null;
  /** Laws on the network's output: (components, laws) and offset, one-sided as a + output·M ≤ 0. */
  readonly laws: { readonly matrix: Float64Array; readonly offset: Float64Array } | null;
}

export interface TrainingProgress {
  readonly epoch: number;
  readonly epochs: number;
  readonly isDone: boolean;
  /** Mean loss of the last finished epoch: mean square of scores over their scale, physics terms included; NaN before the first. */
  readonly loss: number;
}

/**
 * Start of a training: basis of the spectra, seeded weights, nothing learnt.
 * Loss = mean (ŝ − s)² + derivativeWeight·mean (∂ŝ/∂x − ∂s/∂x)² + lawWeight·mean max(0, violation)², s the scores over their scale, x the box as [−1, 1].
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
 * Go on for so many optimiser steps (batches), or to the end. The state is changed; the same state and data give the same bits wherever it was stopped.
 * @throws AppError `conflict` when the data are not those that the training was started with; `out_of_domain` when it diverges: lower the rate.
 */
export function trainSteps(state: SurrogateTraining, data: SurrogateData, steps: number): TrainingProgress {
  if (!state.prepared) {
    if (fingerprintOf(data) !== state.fingerprint)
      throw new AppError('conflict', 'the samples are not those that the training was started with; start it again');
    state.prepared = prepare(state, data);
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

function step(state: SurrogateTraining, data: Prepared, rows: Int32Array): number {
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
    const anywhere = Float64Array.from({ length: b * n }, () => 2 * state.rng.uniform() - 1);
    const count = data.laws.offset.length;
    const excess = g.dense(
      run(anywhere, b).output,
      g.leaf({ shape: [k, count], data: data.laws.matrix }),
      g.leaf({ shape: [count], data: data.laws.offset }),
    );
    const violation = g.meanSquare(g.activate(excess, 'relu'), new Float64Array(b * count));
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

function prepare(state: SurrogateTraining, data: SurrogateData): Prepared {
  const { config, basis, scale } = state;
  const n = config.names.length;
  const { channels: m, components: k } = basis;
  const count = data.parameters.length / n;
  const half = config.lower.map((v, j) => 0.5 * (config.upper[j]! - v));
  const x = data.parameters.map((v, i) => (v - config.lower[i % n]!) / half[i % n]! - 1);
  const scores = new Float64Array(count * k);
  for (let i = 0; i < count; i++) project(basis, data.spectra, i * m, scores, i * k);
  for (let i = 0; i < scores.length; i++) scores[i]! /= scale;
  let tangents: Float64Array | null = null;
  if (data.jacobians && config.derivativeWeight > 0) {
    tangents = new Float64Array(count * n * k);
    for (let i = 0; i < count; i++)
      for (let c = 0; c < m; c++)
        for (let d = 0; d < n; d++) {
          const v = (data.jacobians[(i * m + c) * n + d]! * basis.inverseSigma[c]! * half[d]!) / scale;
          for (let q = 0; q < k; q++) tangents[(i * n + d) * k + q]! += v * basis.basis[q * m + c]!;
        }
  }
  return { x, scores, tangents, laws: lawMatrix(config, basis, scale) };
}

// Each side of each law as one column, in the unit of the data: a sum of channels is linear in the scores.
function lawMatrix(config: SurrogateConfig, basis: SpectralBasis, scale: number): Prepared['laws'] {
  const sides = (config.laws ?? []).flatMap((l) => [
    ...(l.upper === undefined ? [] : [{ channels: l.channels, sign: 1, limit: l.upper }]),
    ...(l.lower === undefined ? [] : [{ channels: l.channels, sign: -1, limit: l.lower }]),
  ]);
  if (sides.length === 0) return null;
  const { channels: m, components: k } = basis;
  const matrix = new Float64Array(k * sides.length);
  const offset = new Float64Array(sides.length);
  sides.forEach(({ channels, sign, limit }, s) => {
    offset[s] = -sign * limit;
    for (const c of channels) {
      if (!(c >= 0 && c < m)) throw new AppError('invalid_input', `a law names channel ${c} of ${m}`, { field: 'laws' });
      offset[s]! += (sign * basis.mean[c]!) / basis.inverseSigma[c]!;
      for (let q = 0; q < k; q++)
        matrix[q * sides.length + s]! += (sign * scale * basis.basis[q * m + c]!) / basis.inverseSigma[c]!;
    }
  });
  return { matrix, offset };
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

// FNV-1a over the bytes of the samples.
function fingerprintOf(data: SurrogateData): number {
  let h = 0x811c9dc5;
  for (const a of [data.parameters, data.spectra, data.jacobians, Float64Array.from(data.sigma)]) {
    if (!a) continue;
    const words = new Uint32Array(a.buffer, a.byteOffset, a.byteLength / 4);
    for (let i = 0; i < words.length; i++) h = Math.imul(h ^ words[i]!, 0x01000193);
  }
  return h >>> 0;
}

function checkData(config: SurrogateConfig, data: SurrogateData): number {
  const n = config.names.length;
  const m = data.sigma.length;
  const count = data.parameters.length / n;
  const bad = (field: string, why: string): never => {
    throw new AppError('invalid_input', why, { field });
  };
  if (!Number.isInteger(count) || data.spectra.length !== count * m)
    bad('spectra', `${data.spectra.length} values are not ${count} spectra of ${m} channels`);
  if (data.jacobians && data.jacobians.length !== count * m * n)
    bad('jacobians', `the Jacobians have ${data.jacobians.length} values, need ${count * m * n}`);
  if (config.derivativeWeight > 0 && !data.jacobians)
    bad('jacobians', 'a derivative match needs the Jacobians of the samples; give them or set derivativeWeight 0');
  if (!(config.batch >= 1 && config.epochs >= 1 && config.hidden.length >= 1 && config.learningRate > 0))
    bad('config', 'give a positive batch, epochs, learning rate and at least one hidden layer');
  requireFinite('spectra', data.spectra);
  if (data.jacobians) requireFinite('jacobians', data.jacobians);
  for (let i = 0; i < data.parameters.length; i++) {
    const v = data.parameters[i]!;
    if (!(v >= config.lower[i % n]! && v <= config.upper[i % n]!))
      bad('parameters', `sample ${Math.floor(i / n)} has ${config.names[i % n]} = ${v}, outside the box; widen it`);
  }
  return count;
}
