import { AppError } from '@/lib/errors';
import { ACTIVATIONS, type ActivationName } from './activations';
import { sizeOf, softmax, type Tensor } from './tensor';

/** A value in a computation with the derivative of the loss by it. */
export interface Node extends Tensor {
  readonly grad: Float64Array;
}

/** Running statistics of a batch normalisation, updated in training. */
export interface BatchNormState {
  mean: Float64Array;
  variance: Float64Array;
}

/**
 * Reverse-mode differentiation: operations are recorded as they are computed; `backward` walks them back once.
 * Batches come first: (N, features) for dense, (N, C, H, W) for images.
 * @reference Griewank & Walther, Evaluating Derivatives (2008), ch. 3; shapes and formulas as in any deep-learning library.
 */
export class Graph {
  private readonly tape: (() => void)[] = [];

  /** A leaf: data or parameter. Its `grad` holds the derivative after `backward`. */
  leaf(t: Tensor): Node {
    return { shape: t.shape, data: t.data, grad: new Float64Array(t.data.length) };
  }

  private node(shape: readonly number[], data: Float64Array, back: (grad: Float64Array) => void): Node {
    const grad = new Float64Array(data.length);
    this.tape.push(() => back(grad));
    return { shape, data, grad };
  }

  /** Derivatives of a scalar by everything it was computed from. @throws AppError `dimension_mismatch` unless it has one value. */
  backward(loss: Node): void {
    if (loss.data.length !== 1)
      throw new AppError('dimension_mismatch', `backward needs a scalar, got shape ${loss.shape.join(' x ')}`);
    this.backwardFrom(loss, Float64Array.of(1));
  }

  /** As `backward`, from given derivatives of the loss by a node of any shape. */
  backwardFrom(node: Node, gradient: Float64Array): void {
    if (gradient.length !== node.grad.length)
      throw new AppError('dimension_mismatch', `gradient has ${gradient.length} values, the node ${node.grad.length}`);
    for (let i = 0; i < gradient.length; i++) node.grad[i]! += gradient[i]!;
    for (let k = this.tape.length - 1; k >= 0; k--) this.tape[k]!();
  }

  /** X·W + b: X (N, in), W (in, out), b (out). */
  dense(x: Node, w: Node, b: Node): Node {
    const [n, d] = [x.shape[0]!, x.shape[1]!];
    const o = w.shape[1]!;
    if (x.shape.length !== 2 || w.shape[0] !== d || b.data.length !== o)
      throw new AppError('dimension_mismatch', `dense: x ${x.shape.join('x')}, W ${w.shape.join('x')}, b ${b.shape.join('x')}`);
    const out = new Float64Array(n * o);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < o; j++) out[i * o + j] = b.data[j]!;
      for (let k = 0; k < d; k++) {
        const v = x.data[i * d + k]!;
        if (v !== 0) for (let j = 0; j < o; j++) out[i * o + j]! += v * w.data[k * o + j]!;
      }
    }
    return this.node([n, o], out, (g) => {
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < o; j++) b.grad[j]! += g[i * o + j]!;
        for (let k = 0; k < d; k++) {
          const v = x.data[i * d + k]!;
          let s = 0;
          for (let j = 0; j < o; j++) {
            const t = g[i * o + j]!;
            w.grad[k * o + j]! += v * t;
            s += t * w.data[k * o + j]!;
          }
          x.grad[i * d + k]! += s;
        }
      }
    });
  }

  /** Elementwise activation. */
  activate(x: Node, name: ActivationName): Node {
    if (name === 'linear') return x;
    const { f, df } = ACTIVATIONS[name];
    const out = x.data.map(f);
    return this.node(x.shape, out, (g) => {
      for (let i = 0; i < g.length; i++) x.grad[i]! += g[i]! * df(x.data[i]!, out[i]!);
    });
  }

  /** Cross-correlation: x (N, C, H, W), w (O, C, U, V), y[o][i][j] = b[o] + Σ w[o][c][u][v] x[c][i·stride + u − pad][j·stride + v − pad]. */
  conv2d(x: Node, w: Node, b: Node, stride = 1, pad = 0): Node {
    const [n, c, h, wd] = x.shape as [number, number, number, number];
    const [o, ci, ku, kv] = w.shape as [number, number, number, number];
    if (x.shape.length !== 4 || w.shape.length !== 4 || ci !== c || b.data.length !== o)
      throw new AppError('dimension_mismatch', `conv2d: x ${x.shape.join('x')}, W ${w.shape.join('x')}, b ${b.shape.join('x')}`);
    const oh = Math.floor((h + 2 * pad - ku) / stride) + 1;
    const ow = Math.floor((wd + 2 * pad - kv) / stride) + 1;
    const out = new Float64Array(n * o * oh * ow);
    // visits every product once: output index, input index, weight index
    const visit = (f: (y: number, x: number, w: number) => void): void => {
      for (let s = 0; s < n; s++)
        for (let q = 0; q < o; q++)
          for (let i = 0; i < oh; i++)
            for (let j = 0; j < ow; j++) {
              const y = ((s * o + q) * oh + i) * ow + j;
              for (let p = 0; p < c; p++)
                for (let u = 0; u < ku; u++) {
                  const r = i * stride + u - pad;
                  if (r < 0 || r >= h) continue;
                  for (let v = 0; v < kv; v++) {
                    const t = j * stride + v - pad;
                    if (t >= 0 && t < wd) f(y, ((s * c + p) * h + r) * wd + t, ((q * c + p) * ku + u) * kv + v);
                  }
                }
            }
    };
    const plane = oh * ow;
    for (let i = 0; i < out.length; i++) out[i] = b.data[Math.floor(i / plane) % o]!;
    visit((y, xi, wi) => {
      out[y]! += x.data[xi]! * w.data[wi]!;
    });
    return this.node([n, o, oh, ow], out, (g) => {
      for (let i = 0; i < g.length; i++) b.grad[Math.floor(i / plane) % o]! += g[i]!;
      visit((y, xi, wi) => {
        w.grad[wi]! += g[y]! * x.data[xi]!;
        x.grad[xi]! += g[y]! * w.data[wi]!;
      });
    });
  }

  /** 2 x 2 maximum, stride 2; an odd last row or column is dropped. */
  maxPool2(x: Node): Node {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const [oh, ow] = [h >> 1, w >> 1];
    const from = new Int32Array(n * c * oh * ow);
    for (let s = 0; s < n * c; s++)
      for (let i = 0; i < oh; i++)
        for (let j = 0; j < ow; j++) {
          let best = (s * h + 2 * i) * w + 2 * j;
          for (const k of [best + 1, best + w, best + w + 1]) if (x.data[k]! > x.data[best]!) best = k;
          from[(s * oh + i) * ow + j] = best;
        }
    return this.node(
      [n, c, oh, ow],
      Float64Array.from(from, (k) => x.data[k]!),
      (g) => {
        for (let i = 0; i < g.length; i++) x.grad[from[i]!]! += g[i]!;
      },
    );
  }

  /** Mean over the plane: (N, C, H, W) → (N, C). */
  globalAveragePool(x: Node): Node {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const plane = h * w;
    const out = new Float64Array(n * c);
    for (let i = 0; i < x.data.length; i++) out[Math.floor(i / plane)]! += x.data[i]! / plane;
    return this.node([n, c], out, (g) => {
      for (let i = 0; i < x.grad.length; i++) x.grad[i]! += g[Math.floor(i / plane)]! / plane;
    });
  }

  /** The same values under another shape. */
  reshape(x: Node, shape: readonly number[]): Node {
    if (sizeOf(shape) !== x.data.length)
      throw new AppError('dimension_mismatch', `cannot read ${x.shape.join('x')} as ${shape.join('x')}`);
    return { shape: [...shape], data: x.data, grad: x.grad };
  }

  /**
   * Batch normalisation per channel over batch and space: training uses the batch (biased variance) and moves the running statistics (unbiased) by
   * `momentum`; evaluation uses the running ones.
   * @reference Ioffe & Szegedy, ICML (2015).
   */
  batchNorm(
    x: Node,
    gamma: Node,
    beta: Node,
    state: BatchNormState,
    training: boolean,
    options: { readonly eps?: number; readonly momentum?: number } = {},
  ): Node {
    const eps = options.eps ?? 1e-5;
    const momentum = options.momentum ?? 0.1;
    const n = x.shape[0]!;
    const c = x.shape[1]!;
    const plane = sizeOf(x.shape.slice(2));
    const m = n * plane;
    const channel = (i: number): number => Math.floor(i / plane) % c;
    const mean = new Float64Array(c);
    const variance = new Float64Array(c);
    if (training) {
      for (let i = 0; i < x.data.length; i++) mean[channel(i)]! += x.data[i]! / m;
      for (let i = 0; i < x.data.length; i++) variance[channel(i)]! += (x.data[i]! - mean[channel(i)]!) ** 2 / m;
      for (let k = 0; k < c; k++) {
        state.mean[k] = (1 - momentum) * state.mean[k]! + momentum * mean[k]!;
        state.variance[k] = (1 - momentum) * state.variance[k]! + (momentum * variance[k]! * m) / (m - 1);
      }
    } else {
      mean.set(state.mean);
      variance.set(state.variance);
    }
    const inv = variance.map((v) => 1 / Math.sqrt(v + eps));
    const hat = x.data.map((v, i) => (v - mean[channel(i)]!) * inv[channel(i)]!);
    return this.node(
      x.shape,
      hat.map((v, i) => gamma.data[channel(i)]! * v + beta.data[channel(i)]!),
      (g) => {
        const sum = new Float64Array(c);
        const dot = new Float64Array(c);
        for (let i = 0; i < g.length; i++) {
          sum[channel(i)]! += g[i]!;
          dot[channel(i)]! += g[i]! * hat[i]!;
        }
        for (let k = 0; k < c; k++) {
          beta.grad[k]! += sum[k]!;
          gamma.grad[k]! += dot[k]!;
        }
        for (let i = 0; i < g.length; i++) {
          const k = channel(i);
          const centred = training ? g[i]! - sum[k]! / m - (hat[i]! * dot[k]!) / m : g[i]!;
          x.grad[i]! += gamma.data[k]! * inv[k]! * centred;
        }
      },
    );
  }

  /** a + f·b elementwise. */
  addScaled(a: Node, b: Node, f = 1): Node {
    if (a.data.length !== b.data.length)
      throw new AppError('dimension_mismatch', `cannot add ${a.shape.join('x')} and ${b.shape.join('x')}`);
    return this.node(
      a.shape,
      a.data.map((v, i) => v + f * b.data[i]!),
      (g) => {
        for (let i = 0; i < g.length; i++) {
          a.grad[i]! += g[i]!;
          b.grad[i]! += f * g[i]!;
        }
      },
    );
  }

  /** Product elementwise. */
  multiply(a: Node, b: Node): Node {
    if (a.data.length !== b.data.length)
      throw new AppError('dimension_mismatch', `cannot multiply ${a.shape.join('x')} and ${b.shape.join('x')}`);
    return this.node(
      a.shape,
      a.data.map((v, i) => v * b.data[i]!),
      (g) => {
        for (let i = 0; i < g.length; i++) {
          a.grad[i]! += g[i]! * b.data[i]!;
          b.grad[i]! += g[i]! * a.data[i]!;
        }
      },
    );
  }

  /** Sum of f·x over everything, a scalar. */
  sum(x: Node, f = 1): Node {
    return this.node([1], Float64Array.of(f * x.data.reduce((s, v) => s + v, 0)), (g) => {
      for (let i = 0; i < x.grad.length; i++) x.grad[i]! += f * g[0]!;
    });
  }

  /** Mean over all elements of (x − target)². */
  meanSquare(x: Node, target: Float64Array): Node {
    const n = x.data.length;
    if (target.length !== n) throw new AppError('dimension_mismatch', `target has ${target.length} values, the output ${n}`);
    let s = 0;
    for (let i = 0; i < n; i++) s += (x.data[i]! - target[i]!) ** 2 / n;
    return this.node([1], Float64Array.of(s), (g) => {
      for (let i = 0; i < n; i++) x.grad[i]! += (2 * g[0]! * (x.data[i]! - target[i]!)) / n;
    });
  }

  /** −mean ln softmax(x)[label] of logits (N, classes). */
  crossEntropy(x: Node, labels: ArrayLike<number>): Node {
    const [n, c] = x.shape as [number, number];
    if (labels.length !== n) throw new AppError('dimension_mismatch', `${labels.length} labels for ${n} rows`);
    const { probabilities, logProbabilities } = softmax(x);
    let s = 0;
    for (let i = 0; i < n; i++) {
      const k = labels[i]!;
      if (!Number.isInteger(k) || k < 0 || k >= c)
        throw new AppError('invalid_input', `label ${k} is not one of ${c} classes`, { index: i });
      s -= logProbabilities[i * c + k]! / n;
    }
    return this.node([1], Float64Array.of(s), (g) => {
      for (let i = 0; i < n; i++)
        for (let k = 0; k < c; k++) x.grad[i * c + k]! += (g[0]! / n) * (probabilities[i * c + k]! - (k === labels[i] ? 1 : 0));
    });
  }
}
