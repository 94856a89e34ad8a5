import { AppError } from '@/lib/errors';
import type { BatchNormState } from '../graph';
import { layerOutput, parameterShapes } from '../layers';
import type { Network } from '../network';
import { sizeOf } from '../tensor';
import { ChainReader, type ReadLayer } from './chain';
import { OPSET_LOWEST } from './operators';
import { DATA_TYPE, decodeModel, type OnnxModel, type OnnxNode, type OnnxTensor, type OnnxValueInfo } from './schema';
import { decodeTensor, type Precision } from './tensors';

/** A network that was read from an ONNX model. */
export interface OnnxImport {
  readonly network: Network;
  readonly precision: Precision;
  readonly opset: number;
  readonly producer: string;
  /** Batch normalisations folded into the layer before them, because an activation follows. */
  readonly folded: number;
}

/**
 * A network from the bytes of an ONNX model: one chain of the operators in `SUPPORTED_OPERATORS` from one input with fixed sizes (batch free).
 * A batch normalisation between a layer and its activation is folded into the layer; otherwise every weight keeps its bits.
 * @throws AppError `invalid_input` naming the operator, attribute, tensor or node that cannot be represented.
 */
export function networkFromOnnx(bytes: Uint8Array): OnnxImport {
  const model = decodeModel(bytes);
  const opset = Number(model.opsetImport.find((o) => !o.domain || o.domain === 'ai.onnx')?.version ?? 0n);
  const { graph } = model;
  if (!graph || graph.node.length === 0)
    throw new AppError('invalid_input', 'the bytes hold no ONNX graph; export the model again', { field: 'graph' });
  if (opset < OPSET_LOWEST)
    throw new AppError('invalid_input', `operator set ${opset} is too old; export with ${OPSET_LOWEST} or later`, { opset });
  const tensors = new Map<string, OnnxTensor>(graph.initializer.map((t) => [t.name ?? '', t]));
  const inputs = graph.input.filter((v) => !tensors.has(v.name));
  if (inputs.length !== 1 || graph.output.length !== 1)
    throw new AppError(
      'invalid_input',
      `the graph has ${inputs.length} inputs and ${graph.output.length} outputs; one of each is read`,
      {
        inputs: inputs.map((v) => v.name),
        outputs: graph.output.map((v) => v.name),
      },
    );
  const input = inputShape(inputs[0]!);
  const layers = readChain(graph.node, tensors, input, inputs[0]!.name, graph.output[0]!.name);
  return {
    network: assemble(input, layers.layers),
    precision: precisionOf(model, inputs[0]!),
    opset,
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' '),
    folded: layers.folded,
  };
}

function inputShape(v: OnnxValueInfo): number[] {
  const dims = v.type?.tensorType?.shape?.dim ?? [];
  const shape = dims.slice(1).map((d) => Number(d.dimValue ?? 0n));
  if (shape.length === 0 || shape.some((n) => !(n > 0)))
    throw new AppError('invalid_input', `input ${v.name} needs fixed sizes after the batch, got ${shape.join(' x ') || 'none'}`, {
      field: v.name,
    });
  return shape;
}

function precisionOf(model: OnnxModel, v: OnnxValueInfo): Precision {
  const type = v.type?.tensorType?.elemType;
  if (type === DATA_TYPE.double) return 'float64';
  if (type === DATA_TYPE.float) return 'float32';
  throw new AppError('invalid_input', `input ${v.name} has element type ${type}; float or double is read`, {
    producer: model.producerName,
  });
}

function readChain(
  nodes: readonly OnnxNode[],
  tensors: Map<string, OnnxTensor>,
  input: readonly number[],
  first: string,
  last: string,
): ChainReader {
  const reader = new ChainReader(input, (name, node) => {
    const t = tensors.get(name);
    if (!t)
      throw new AppError(
        'invalid_input',
        `${node.opType} ${node.name ?? ''}: ${name || 'an input'} is computed, not stored; only chains of layers are read`,
        {
          operator: node.opType,
          node: node.name,
        },
      );
    return decodeTensor(t);
  });
  let value = first;
  for (const node of nodes) {
    if (node.opType === 'Constant' && node.output[0]) {
      const t = node.attribute?.find((a) => a.name === 'value')?.t;
      if (!t) throw new AppError('invalid_input', 'a Constant without tensor value cannot be read', { operator: 'Constant' });
      tensors.set(node.output[0], { ...t, name: node.output[0] });
      continue;
    }
    if (!node.input.includes(value))
      throw new AppError(
        'invalid_input',
        `${node.opType} ${node.name ?? ''} does not continue the chain at ${value}; branches cannot be read`,
        {
          operator: node.opType,
          node: node.name,
        },
      );
    reader.take(node, value);
    value = node.output[0] ?? '';
  }
  if (value !== last) throw new AppError('invalid_input', `the chain ends at ${value}, the output is ${last}`, { field: last });
  return reader;
}

function assemble(input: readonly number[], layers: readonly ReadLayer[]): Network {
  let shape = [...input];
  const list = (s: BatchNormState) => ({ mean: Array.from(s.mean), variance: Array.from(s.variance) });
  layers.forEach(({ spec, parameters }, k) => {
    const needed = parameterShapes(spec, shape);
    parameters.forEach((p, i) => {
      if (p.length !== sizeOf(needed[i] ?? []))
        throw new AppError(
          'invalid_input',
          `layer ${k} (${spec.type}): parameter ${i} has ${p.length} values, ${needed[i]?.join(' x ')} are needed`,
          {
            layer: k,
          },
        );
    });
    shape = layerOutput(spec, shape, k);
  });
  let at = [...input];
  return {
    kind: 'network',
    version: 1,
    input: [...input],
    layers: layers.map((l) => l.spec),
    parameters: layers.map(({ spec, parameters }, k) => {
      const shapes = parameterShapes(spec, at);
      at = layerOutput(spec, at, k);
      return parameters.map((p, i) => ({ shape: shapes[i]!, data: Array.from(p) }));
    }),
    running: layers.map((l) => (l.running ? list(l.running) : null)),
  };
}
