import { AppError } from '@/lib/errors';
import { readContainer, writeContainer } from './container';
import type { SpectralBasis } from './spectral-basis';

/** A dense layer a·W + b, W (inputs, outputs) row-major. */
export interface SurrogateLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** W, (inputs, outputs) row-major. */
  readonly weights: Float64Array;
  /** b, (outputs,). */
  readonly bias: Float64Array;
}

/** A trained p → spectrum: box scaled to [−1, 1], tanh layers, a linear layer to scores, a fixed basis to channels. */
export interface Surrogate {
  readonly names: readonly string[];
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly layers: readonly SurrogateLayer[];
  readonly basis: SpectralBasis;
  /** Scores = scale · network output. */
  readonly scale: number;
}

/** Evaluates a surrogate without allocation, its work arrays kept. */
export interface SurrogateRunner {
  readonly parameters: number;
  readonly channels: number;
  /** Spectra (count, channels) into `out` from parameters (count, n). */
  batch(parameters: Float64Array, count: number, out: Float64Array): void;
  /** Spectrum, (channels,), of parameters (n,). */
  predict(parameters: Float64Array): Float64Array;
  /** (channels, n) row-major by the chain rule. */
  jacobian(parameters: Float64Array): Float64Array;
}

const ROWS = 4;

// (e − 1)/(e + 1) of e = exp 2z: Math.tanh to rounding at a third of its time
const tanh = (z: number): number => (z > 20 ? 1 : z < -20 ? -1 : 1 - 2 / (Math.exp(2 * z) + 1));

/**
 * Runner of a surrogate: four spectra at a time through transposed weights, so that each weight is read once for all of them.
 * Outside its box a surrogate is an extrapolation: callers keep to the bounds.
 * @returns the runner; its `batch` throws AppError `dimension_mismatch` for arrays of another length.
 * @complexity Σ inputs·outputs + components·channels multiplications a spectrum.
 */
export function surrogateRunner(s: Surrogate): SurrogateRunner {
  const n = s.names.length;
  const { channels: m, components: k } = s.basis;
  // the basis is one more linear layer, in the unit of the data
  const decode: SurrogateLayer = {
    inputs: k,
    outputs: m,
    weights: s.basis.basis.map((v, i) => (v * s.scale) / s.basis.inverseSigma[i % m]!),
    bias: s.basis.mean.map((v, i) => v / s.basis.inverseSigma[i]!),
  };
  const layers = [...s.layers, decode];
  const turned = layers.map((l) => {
    const t = new Float64Array(l.weights.length);
    for (let i = 0; i < l.inputs; i++) for (let j = 0; j < l.outputs; j++) t[j * l.inputs + i] = l.weights[i * l.outputs + j]!;
    return t;
  });
  const last = s.layers.length - 1;
  const values = [n, ...layers.map((l) => l.outputs)].map((w) => new Float64Array(ROWS * w));
  const tangents = values.map((v) => new Float64Array(v.length));
  const zeros = new Float64Array(Math.max(...layers.map((l) => l.outputs)));
  const middle = s.lower.map((v, j) => 0.5 * (v + s.upper[j]!));
  const half = s.lower.map((v, j) => 0.5 * (s.upper[j]! - v));
  const forward = (rows: number): void => {
    for (let l = 0; l < layers.length; l++) {
      const { inputs, outputs, bias } = layers[l]!;
      product(values[l]!, turned[l]!, bias, values[l + 1]!, inputs, outputs, rows);
      if (l < last) {
        const a = values[l + 1]!;
        for (let i = 0; i < rows * outputs; i++) a[i] = tanh(a[i]!);
      }
    }
  };
  const batch = (p: Float64Array, count: number, out: Float64Array): void => {
    if (p.length < count * n || out.length < count * m)
      throw new AppError('dimension_mismatch', `${count} spectra need ${count * n} parameters and ${count * m} places`);
    const top = values[layers.length]!;
    for (let from = 0; from < count; from += ROWS) {
      const rows = Math.min(ROWS, count - from);
      const x = values[0]!;
      for (let r = 0; r < ROWS; r++)
        for (let j = 0; j < n; j++) x[r * n + j] = (p[(from + Math.min(r, rows - 1)) * n + j]! - middle[j]!) / half[j]!;
      forward(rows === 1 ? 1 : ROWS);
      out.set(rows === ROWS ? top : top.subarray(0, rows * m), from * m);
    }
  };
  return {
    parameters: n,
    channels: m,
    batch,
    predict: (p) => {
      const out = new Float64Array(m);
      batch(p, 1, out);
      return out;
    },
    jacobian: (p) => {
      const out = new Float64Array(m);
      batch(p, 1, out);
      const j = new Float64Array(m * n);
      // four directions at a time: a tangent passes a layer as a spectrum does, without its bias
      for (let from = 0; from < n; from += ROWS) {
        tangents[0]!.fill(0);
        for (let r = 0; r < Math.min(ROWS, n - from); r++) tangents[0]![r * n + from + r] = 1 / half[from + r]!;
        for (let l = 0; l < layers.length; l++) {
          const { inputs, outputs } = layers[l]!;
          const t = tangents[l + 1]!;
          product(tangents[l]!, turned[l]!, zeros, t, inputs, outputs, ROWS);
          if (l < last)
            for (let r = 0; r < ROWS; r++) for (let o = 0; o < outputs; o++) t[r * outputs + o]! *= 1 - values[l + 1]![o]! ** 2;
        }
        const top = tangents[layers.length]!;
        for (let r = 0; r < Math.min(ROWS, n - from); r++) for (let i = 0; i < m; i++) j[i * n + from + r] = top[r * m + i]!;
      }
      return j;
    },
  };
}

// y (rows, outputs) = x (rows, inputs)·W + b with Wᵀ row by row; rows is 1 or 4.
function product(
  x: Float64Array,
  wt: Float64Array,
  bias: Float64Array,
  y: Float64Array,
  inputs: number,
  outputs: number,
  rows: number,
): void {
  if (rows === 1) {
    for (let o = 0; o < outputs; o++) {
      const at = o * inputs;
      let sum = bias[o]!;
      for (let i = 0; i < inputs; i++) sum += wt[at + i]! * x[i]!;
      y[o] = sum;
    }
    return;
  }
  const [x1, x2, x3] = [inputs, 2 * inputs, 3 * inputs];
  for (let o = 0; o < outputs; o++) {
    const at = o * inputs;
    let s0 = bias[o]!;
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let i = 0; i < inputs; i++) {
      const w = wt[at + i]!;
      s0 += w * x[i]!;
      s1 += w * x[x1 + i]!;
      s2 += w * x[x2 + i]!;
      s3 += w * x[x3 + i]!;
    }
    y[o] = s0;
    y[outputs + o] = s1;
    y[2 * outputs + o] = s2;
    y[3 * outputs + o] = s3;
  }
}

const KIND = 'spectral-surrogate';

/** Bytes of a surrogate, exact. */
export function encodeSurrogate(s: Surrogate): Uint8Array<ArrayBuffer> {
  const arrays: Record<string, Float64Array> = {
    lower: s.lower,
    upper: s.upper,
    inverseSigma: s.basis.inverseSigma,
    mean: s.basis.mean,
    basis: s.basis.basis,
    numbers: Float64Array.of(s.scale, s.basis.residualRms),
  };
  s.layers.forEach((l, i) => {
    arrays[`weights${i}`] = l.weights;
    arrays[`bias${i}`] = l.bias;
  });
  return writeContainer({ kind: KIND, meta: { names: s.names, layers: s.layers.map((l) => [l.inputs, l.outputs]) }, arrays });
}

/** A surrogate from the bytes of {@link encodeSurrogate}. @throws AppError `invalid_input` for another file. */
export function decodeSurrogate(bytes: Uint8Array): Surrogate {
  const { meta, arrays } = readContainer(bytes, KIND);
  const { names, layers } = meta as { names: string[]; layers: [number, number][] };
  const get = (name: string, length: number): Float64Array => {
    const a = arrays[name];
    if (!(a instanceof Float64Array) || a.length !== length)
      throw new AppError('invalid_input', `array ${name} of the surrogate is missing or has another length`, { field: name });
    return a;
  };
  const m = arrays['mean']?.length ?? 0;
  const k = layers.at(-1)?.[1] ?? 0;
  const [scale, residualRms] = get('numbers', 2);
  return {
    names,
    lower: get('lower', names.length),
    upper: get('upper', names.length),
    layers: layers.map(([inputs, outputs], i) => ({
      inputs,
      outputs,
      weights: get(`weights${i}`, inputs * outputs),
      bias: get(`bias${i}`, outputs),
    })),
    basis: {
      channels: m,
      components: k,
      inverseSigma: get('inverseSigma', m),
      mean: get('mean', m),
      basis: get('basis', k * m),
      residualRms: residualRms!,
    },
    scale: scale!,
  };
}
