import type { ActivationName } from '../activations';
import { layerOutput } from '../layers';
import type { Network } from '../network';
import {
  ACTIVATION_OPERATORS,
  BATCH_NORM_EPSILON,
  floatAttribute,
  IR_VERSION,
  IR_VERSION_GELU,
  intAttribute,
  intsAttribute,
  LEAKY_SLOPE,
  OPSET,
  OPSET_GELU,
} from './operators';
import { ATTRIBUTE, DATA_TYPE, encodeModel, type OnnxAttribute, type OnnxNode, type OnnxTensor } from './schema';
import { encodeTensor, type Precision } from './tensors';

/** Options of {@link networkToOnnx}. */
export interface OnnxExportOptions {
  /** `float32` (default) runs everywhere; `float64` keeps every bit. */
  readonly precision?: Precision;
  readonly name?: string;
  readonly description?: string;
}

/**
 * A trained network as the bytes of an ONNX model: one input `x` (N, …) and one output `y`, N free. Batch normalisation is that of evaluation.
 * Opset 17 and IR version 8; 20 and 9 where GELU is used.
 * @throws AppError `out_of_domain` when a weight is not finite in the precision asked for.
 * @reference ONNX operator schemas, https://onnx.ai/onnx/operators; IR specification.
 */
export function networkToOnnx(net: Network, options: OnnxExportOptions = {}): Uint8Array {
  const precision = options.precision ?? 'float32';
  const nodes: OnnxNode[] = [];
  const initializer: OnnxTensor[] = [];
  let value = 'x';
  let shape = [...net.input];
  const add = (opType: string, name: string, tensors: readonly string[], attribute: readonly OnnxAttribute[] = []): void => {
    nodes.push({ name, opType, input: [value, ...tensors], output: [name], attribute });
    value = name;
  };
  net.layers.forEach((layer, k) => {
    const id = `layer${k}`;
    const store = (suffix: string, s: readonly number[], data: ArrayLike<number>): string => {
      initializer.push(encodeTensor(`${id}.${suffix}`, s, data, precision));
      return `${id}.${suffix}`;
    };
    const names = (layer.type === 'batchNorm' ? ['scale', 'shift'] : ['weight', 'bias']).slice(0, net.parameters[k]!.length);
    const tensors = names.map((n, i) => store(n, net.parameters[k]![i]!.shape, net.parameters[k]![i]!.data));
    switch (layer.type) {
      case 'dense':
        add('Gemm', id, tensors);
        break;
      case 'conv': {
        const { kernel, stride = 1, pad = 0 } = layer;
        add('Conv', id, tensors, [
          intsAttribute('kernel_shape', [kernel, kernel]),
          intsAttribute('strides', [stride, stride]),
          intsAttribute('pads', [pad, pad, pad, pad]),
        ]);
        break;
      }
      case 'batchNorm': {
        const { mean, variance } = net.running[k]!;
        const statistics = [store('mean', [mean.length], mean), store('variance', [variance.length], variance)];
        add('BatchNormalization', id, [...tensors, ...statistics], [floatAttribute('epsilon', BATCH_NORM_EPSILON)]);
        break;
      }
      case 'maxPool2':
        add('MaxPool', id, [], [intsAttribute('kernel_shape', [2, 2]), intsAttribute('strides', [2, 2])]);
        break;
      case 'globalAveragePool':
        add('GlobalAveragePool', `${id}.pool`, []);
        add('Flatten', id, [], [intAttribute('axis', 1)]);
        break;
      default:
        add('Flatten', id, [], [intAttribute('axis', 1)]);
    }
    shape = layerOutput(layer, shape, k);
    const activation = 'activation' in layer ? layer.activation : undefined;
    if (activation && activation !== 'linear')
      add(ACTIVATION_OPERATORS[activation], `${id}.activation`, [], activationAttributes(activation));
  });
  nodes.push({ name: 'y', opType: 'Identity', input: [value], output: ['y'] });
  const elemType = precision === 'float32' ? DATA_TYPE.float : DATA_TYPE.double;
  const info = (name: string, dims: readonly number[]) => ({
    name,
    type: { tensorType: { elemType, shape: { dim: [{ dimParam: 'N' }, ...dims.map((d) => ({ dimValue: BigInt(d) }))] } } },
  });
  const gelu = net.layers.some((l) => 'activation' in l && l.activation === 'gelu');
  return encodeModel({
    irVersion: BigInt(gelu ? IR_VERSION_GELU : IR_VERSION),
    producerName: 'driftless',
    docString: options.description ?? '',
    opsetImport: [{ domain: '', version: BigInt(gelu ? OPSET_GELU : OPSET) }],
    graph: {
      name: options.name ?? 'network',
      node: nodes,
      initializer,
      input: [info('x', net.input)],
      output: [info('y', shape)],
    },
  });
}

function activationAttributes(a: Exclude<ActivationName, 'linear'>): OnnxAttribute[] {
  if (a === 'leakyRelu') return [floatAttribute('alpha', LEAKY_SLOPE)];
  if (a === 'elu') return [floatAttribute('alpha', 1)];
  if (a === 'gelu') return [{ name: 'approximate', type: ATTRIBUTE.string, s: new TextEncoder().encode('none') }];
  return [];
}
