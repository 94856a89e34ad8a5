import { AppError } from '@/lib/errors';
import type { ActivationName } from '../activations';
import type { BatchNormState } from '../graph';
import { type LayerSpec, layerOutput } from '../layers';
import { sizeOf, type Tensor } from '../tensor';
import { ACTIVATION_OPERATORS, BATCH_NORM_EPSILON, LEAKY_SLOPE, SUPPORTED_OPERATORS } from './operators';
import type { OnnxNode } from './schema';

/** A layer as it is read; parameters flat, in the order of `Network.parameters`. */
export interface ReadLayer {
  spec: LayerSpec;
  parameters: Float64Array[];
  running: BatchNormState | null;
}

const ACTIVATIONS = new Map(Object.entries(ACTIVATION_OPERATORS).map(([name, op]) => [op, name as ActivationName]));

/** Attributes of a node with the defaults of the operator; what is not asked for must have its default. */
class Attributes {
  constructor(readonly node: OnnxNode) {}

  private find(name: string) {
    return this.node.attribute?.find((a) => a.name === name);
  }
  int(name: string, fallback: number): number {
    const a = this.find(name);
    return a ? Number(a.i ?? 0n) : fallback;
  }
  float(name: string, fallback: number): number {
    return this.find(name)?.f ?? fallback;
  }
  ints(name: string, fallback: readonly number[]): readonly number[] {
    return this.find(name)?.ints?.map(Number) ?? fallback;
  }
  text(name: string, fallback: string): string {
    const s = this.find(name)?.s;
    return s ? new TextDecoder().decode(s) : fallback;
  }
  refuse(what: string): never {
    const { opType, name } = this.node;
    throw new AppError('invalid_input', `${opType}${name ? ` (${name})` : ''}: ${what}`, { operator: opType, node: name });
  }
  /** One size for both directions, or a refusal. */
  equal(name: string, values: readonly number[]): number {
    const first = values[0]!;
    return values.every((v) => v === first) ? first : this.refuse(`${name} ${values.join(', ')} differ; equal ones are read`);
  }
}

/** Turns the nodes of a chain into layers, one at a time. */
export class ChainReader {
  readonly layers: ReadLayer[] = [];
  folded = 0;
  private shape: number[];
  /** A MatMul waits for the Add that holds its bias; a pooled plane for the Flatten that takes its two 1s away. */
  private open: 'bias' | 'flatten' | null = null;

  constructor(
    input: readonly number[],
    private readonly stored: (name: string, node: OnnxNode) => Tensor,
  ) {
    this.shape = [...input];
  }

  take(node: OnnxNode, value: string): void {
    const a = new Attributes(node);
    const { opType: op } = node;
    if ((node.domain && node.domain !== 'ai.onnx') || !SUPPORTED_OPERATORS.includes(op))
      throw new AppError(
        'invalid_input',
        `operator ${node.domain ? `${node.domain}.` : ''}${op} cannot be read; supported are ${SUPPORTED_OPERATORS.join(', ')}`,
        { operator: op, node: node.name, supported: SUPPORTED_OPERATORS },
      );
    if (op === 'Identity' || op === 'Dropout') return;
    const activation = ACTIVATIONS.get(op);
    if (op === 'Add') {
      this.bias(node, value, a);
      return;
    }
    const waiting = this.open;
    this.open = null;
    if (waiting === 'flatten') {
      if (op === 'Flatten' || op === 'Reshape' || op === 'Squeeze') return;
      a.refuse('follows a GlobalAveragePool without Flatten; flatten first');
    }
    if (node.input[0] !== value) a.refuse('its data must be its first input');
    if (activation) this.activate(activation, a);
    else if (op === 'Gemm' || op === 'MatMul') this.dense(node, a);
    else if (op === 'Conv') this.conv(node, a);
    else if (op === 'BatchNormalization') this.batchNorm(node, a);
    else if (op === 'MaxPool') this.maxPool(a);
    else if (op === 'GlobalAveragePool') {
      this.push({ type: 'globalAveragePool' }, []);
      this.open = 'flatten';
    } else this.flatten(node, a);
  }

  private push(spec: LayerSpec, parameters: Float64Array[], running: BatchNormState | null = null): void {
    this.shape = layerOutput(spec, this.shape, this.layers.length);
    this.layers.push({ spec, parameters, running });
  }

  private dense(node: OnnxNode, a: Attributes): void {
    const w = this.stored(node.input[1] ?? '', node);
    if (w.shape.length !== 2) a.refuse(`its weight has shape ${w.shape.join(' x ')}; two sizes are needed`);
    if (a.int('transA', 0) !== 0) a.refuse('transA is set; only samples in rows are read');
    const turned = a.int('transB', 0) !== 0;
    const [inputs, units] = turned ? [w.shape[1]!, w.shape[0]!] : [w.shape[0]!, w.shape[1]!];
    const alpha = a.float('alpha', 1);
    const weight = new Float64Array(inputs * units);
    for (let i = 0; i < inputs; i++)
      for (let j = 0; j < units; j++) weight[i * units + j] = alpha * w.data[turned ? j * inputs + i : i * units + j]!;
    const shift = new Float64Array(units);
    if (node.opType === 'Gemm' && node.input[2]) setBias(shift, this.stored(node.input[2], node), a.float('beta', 1), a);
    this.push({ type: 'dense', units }, [weight, shift]);
    if (node.opType === 'MatMul') this.open = 'bias';
  }

  private bias(node: OnnxNode, value: string, a: Attributes): void {
    if (this.open !== 'bias') a.refuse('is read only as the bias of the MatMul before it');
    this.open = null;
    setBias(this.layers.at(-1)!.parameters[1]!, this.stored(node.input.find((n) => n !== value) ?? '', node), 1, a);
  }

  private conv(node: OnnxNode, a: Attributes): void {
    const w = this.stored(node.input[1] ?? '', node);
    if (w.shape.length !== 4) a.refuse(`its weight has shape ${w.shape.join(' x ')}; two-dimensional convolutions are read`);
    if (a.int('group', 1) !== 1) a.refuse(`group ${a.int('group', 1)}; 1 is read`);
    if (a.equal('dilations', a.ints('dilations', [1, 1])) !== 1) a.refuse('dilations other than 1 are not read');
    const auto = a.text('auto_pad', 'NOTSET');
    if (auto !== 'NOTSET' && auto !== 'VALID') a.refuse(`auto_pad ${auto}; export explicit pads`);
    const kernel = a.equal('kernel sizes', w.shape.slice(2));
    const stride = a.equal('strides', a.ints('strides', [1, 1]));
    const pad = auto === 'VALID' ? 0 : a.equal('pads', a.ints('pads', [0, 0, 0, 0]));
    const filters = w.shape[0]!;
    const shift = new Float64Array(filters);
    if (node.input[2]) setBias(shift, this.stored(node.input[2], node), 1, a);
    this.push({ type: 'conv', filters, kernel, ...(stride === 1 ? {} : { stride }), ...(pad === 0 ? {} : { pad }) }, [
      w.data,
      shift,
    ]);
  }

  private batchNorm(node: OnnxNode, a: Attributes): void {
    if (a.int('training_mode', 0) !== 0) a.refuse('training_mode is set; export the model for evaluation');
    const [scale, shift, mean, variance] = [1, 2, 3, 4].map((i) => this.stored(node.input[i] ?? '', node).data) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const epsilon = a.float('epsilon', BATCH_NORM_EPSILON);
    // another ε moves into the variance; ours, rounded to the float that attributes are, leaves the bits alone
    const more = Math.fround(epsilon) === Math.fround(BATCH_NORM_EPSILON) ? 0 : epsilon - BATCH_NORM_EPSILON;
    const moved = more === 0 ? variance : variance.map((v) => v + more);
    if (moved.some((v) => !(v + BATCH_NORM_EPSILON > 0))) a.refuse('its variance is not positive');
    this.push({ type: 'batchNorm' }, [scale, shift], { mean, variance: moved });
  }

  private maxPool(a: Attributes): void {
    const plain =
      a.equal('kernel_shape', a.ints('kernel_shape', [0, 0])) === 2 &&
      a.equal('strides', a.ints('strides', [1, 1])) === 2 &&
      a.ints('pads', [0, 0, 0, 0]).every((p) => p === 0) &&
      a.ints('dilations', [1, 1]).every((d) => d === 1) &&
      a.int('ceil_mode', 0) === 0 &&
      ['NOTSET', 'VALID'].includes(a.text('auto_pad', 'NOTSET'));
    if (!plain) a.refuse('only a 2 x 2 maximum with stride 2 and no padding is read');
    this.push({ type: 'maxPool2' }, []);
  }

  private flatten(node: OnnxNode, a: Attributes): void {
    if (node.opType === 'Squeeze') a.refuse('is read only after a GlobalAveragePool');
    if (node.opType === 'Flatten' && a.int('axis', 1) !== 1) a.refuse(`axis ${a.int('axis', 1)}; 1 keeps the batch`);
    if (node.opType === 'Reshape') {
      const to = Array.from(this.stored(node.input[1] ?? '', node).data);
      const flat = to.length === 2 && (to[1] === -1 || to[1] === sizeOf(this.shape));
      if (!flat) a.refuse(`to ${to.join(', ')}; only flattening to (batch, values) is read`);
    }
    this.push({ type: 'flatten' }, []);
  }

  private activate(name: ActivationName, a: Attributes): void {
    if (name === 'leakyRelu' && Math.fround(a.float('alpha', 0.01)) !== Math.fround(LEAKY_SLOPE))
      a.refuse(`alpha ${a.float('alpha', 0.01)}; ${LEAKY_SLOPE} is read`);
    if (name === 'elu' && a.float('alpha', 1) !== 1) a.refuse(`alpha ${a.float('alpha', 1)}; 1 is read`);
    if (name === 'gelu' && a.text('approximate', 'none') !== 'none')
      a.refuse('the tanh approximation is not read; export the exact form');
    let layer = this.layers.at(-1);
    if (layer?.spec.type === 'batchNorm') layer = this.fold(a);
    const spec = layer?.spec;
    if (!layer || !spec || (spec.type !== 'dense' && spec.type !== 'conv') || spec.activation)
      a.refuse('follows no dense or convolutional layer whose activation it could be');
    layer.spec = { ...spec, activation: name };
  }

  // γ(Wx + b − μ)/√(σ² + ε) + β is a layer of its own: W scaled by γ/√(σ² + ε) per output, b moved with it
  private fold(a: Attributes): ReadLayer {
    const norm = this.layers.pop()!;
    const layer = this.layers.at(-1);
    const spec = layer?.spec;
    if (!layer || !spec || (spec.type !== 'dense' && spec.type !== 'conv') || spec.activation)
      return a.refuse('an activation after a BatchNormalization is read only where that follows a dense or convolutional layer');
    const [weight, shift] = layer.parameters as [Float64Array, Float64Array];
    const [gamma, beta] = norm.parameters as [Float64Array, Float64Array];
    const { mean, variance } = norm.running!;
    const outputs = shift.length;
    const factor = gamma.map((g, k) => g / Math.sqrt(variance[k]! + BATCH_NORM_EPSILON));
    const each = weight.length / outputs; // values per filter
    const output = (i: number): number => (spec.type === 'dense' ? i % outputs : Math.floor(i / each));
    layer.parameters = [
      weight.map((v, i) => v * factor[output(i)]!),
      shift.map((v, k) => (v - mean[k]!) * factor[k]! + beta[k]!),
    ];
    this.folded++;
    return layer;
  }
}

/** Writes the stored bias, so that every bit of it is kept. */
function setBias(shift: Float64Array, b: Tensor, factor: number, a: Attributes): void {
  if (b.data.length !== 1 && b.data.length !== shift.length)
    a.refuse(`its bias has ${b.data.length} values for ${shift.length} outputs`);
  for (let j = 0; j < shift.length; j++) shift[j] = factor * b.data[b.data.length === 1 ? 0 : j]!;
}
