import type { ActivationName } from '../activations';
import type { OnnxAttribute } from './schema';
import { ATTRIBUTE } from './schema';

/** Operator set written, and the one written for networks with GELU, which is younger; sets from the lowest on are read. */
export const OPSET = 17;
/** Operator set of networks with GELU. */
export const OPSET_GELU = 20;
/** Lowest operator set that is read. */
export const OPSET_LOWEST = 9;
/** IR versions that came with them. */
export const IR_VERSION = 8;
/** IR version of networks with GELU. */
export const IR_VERSION_GELU = 9;

/** ε of the batch normalisation of `lib/learning`. */
export const BATCH_NORM_EPSILON = 1e-5;
/** Slope of LeakyRelu of `lib/learning`. */
export const LEAKY_SLOPE = 0.01;

/** ONNX operator of each activation. */
export const ACTIVATION_OPERATORS: Readonly<Record<Exclude<ActivationName, 'linear'>, string>> = {
  relu: 'Relu',
  leakyRelu: 'LeakyRelu',
  elu: 'Elu',
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  gelu: 'Gelu',
  softplus: 'Softplus',
  sin: 'Sin',
};

/** Operators that an imported model may contain. */
export const SUPPORTED_OPERATORS: readonly string[] = [
  'Gemm',
  'MatMul',
  'Add',
  'Conv',
  'BatchNormalization',
  'MaxPool',
  'GlobalAveragePool',
  'Flatten',
  'Reshape',
  'Squeeze',
  'Identity',
  'Dropout',
  'Constant',
  ...Object.values(ACTIVATION_OPERATORS),
];

/** An integer attribute. */
export const intAttribute = (name: string, i: number): OnnxAttribute => ({ name, type: ATTRIBUTE.int, i: BigInt(i) });
/** A float attribute. */
export const floatAttribute = (name: string, f: number): OnnxAttribute => ({ name, type: ATTRIBUTE.float, f });
/** An attribute of integers. */
export const intsAttribute = (name: string, v: readonly number[]): OnnxAttribute => ({
  name,
  type: ATTRIBUTE.ints,
  ints: v.map((i) => BigInt(i)),
});
