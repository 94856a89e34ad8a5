import { create, createFileRegistry, type DescMessage, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';
import { AppError } from '@/lib/errors';

/** Element types of a tensor that are read or written here. */
export const DATA_TYPE = { float: 1, int64: 7, double: 11 } as const;
/** Kinds of an attribute. */
export const ATTRIBUTE = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;

/** `TensorProto`, as far as it is used. */
export interface OnnxTensor {
  readonly name?: string;
  readonly dims: readonly bigint[];
  readonly dataType: number;
  readonly rawData?: Uint8Array;
  readonly floatData?: readonly number[];
  readonly doubleData?: readonly number[];
  readonly int64Data?: readonly bigint[];
  /** 1: the values lie in another file. */
  readonly dataLocation?: number;
}

/** `AttributeProto`, as far as it is used. */
export interface OnnxAttribute {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: bigint;
  readonly s?: Uint8Array;
  readonly t?: OnnxTensor;
  readonly floats?: readonly number[];
  readonly ints?: readonly bigint[];
}

/** `NodeProto`, as far as it is used. */
export interface OnnxNode {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name?: string;
  readonly opType: string;
  readonly domain?: string;
  readonly attribute?: readonly OnnxAttribute[];
}

/** `ValueInfoProto`, as far as it is used. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly type?: {
    readonly tensorType?: {
      readonly elemType: number;
      readonly shape?: { readonly dim: readonly { readonly dimValue?: bigint; readonly dimParam?: string }[] };
    };
  };
}

/** `ModelProto`, as far as it is used. @reference onnx.proto3 of the ONNX IR specification. */
export interface OnnxModel {
  readonly irVersion: bigint;
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly docString?: string;
  readonly opsetImport: readonly { readonly domain?: string; readonly version: bigint }[];
  readonly graph?: {
    readonly name?: string;
    readonly node: readonly OnnxNode[];
    readonly initializer: readonly OnnxTensor[];
    readonly input: readonly OnnxValueInfo[];
    readonly output: readonly OnnxValueInfo[];
  };
}

/** [name, number, type, repeated]; a type that is a string names a message. Enumerations are integers on the wire and here. */
type Field = readonly [string, number, Type | string, 'many'?];

const { INT64, INT32, STRING, BYTES, FLOAT, DOUBLE } = Type;
const PACKED = new Set(['float_data', 'int64_data', 'double_data']);

/** The messages and fields of the format (IR version 9) that a feed-forward network needs; others are skipped on reading. */
const MESSAGES: Readonly<Record<string, readonly Field[]>> = {
  ModelProto: [
    ['ir_version', 1, INT64],
    ['producer_name', 2, STRING],
    ['producer_version', 3, STRING],
    ['doc_string', 6, STRING],
    ['graph', 7, 'GraphProto'],
    ['opset_import', 8, 'OperatorSetIdProto', 'many'],
  ],
  OperatorSetIdProto: [
    ['domain', 1, STRING],
    ['version', 2, INT64],
  ],
  GraphProto: [
    ['node', 1, 'NodeProto', 'many'],
    ['name', 2, STRING],
    ['initializer', 5, 'TensorProto', 'many'],
    ['input', 11, 'ValueInfoProto', 'many'],
    ['output', 12, 'ValueInfoProto', 'many'],
  ],
  NodeProto: [
    ['input', 1, STRING, 'many'],
    ['output', 2, STRING, 'many'],
    ['name', 3, STRING],
    ['op_type', 4, STRING],
    ['attribute', 5, 'AttributeProto', 'many'],
    ['domain', 7, STRING],
  ],
  AttributeProto: [
    ['name', 1, STRING],
    ['f', 2, FLOAT],
    ['i', 3, INT64],
    ['s', 4, BYTES],
    ['t', 5, 'TensorProto'],
    ['floats', 7, FLOAT, 'many'],
    ['ints', 8, INT64, 'many'],
    ['type', 20, INT32],
  ],
  TensorProto: [
    ['dims', 1, INT64, 'many'],
    ['data_type', 2, INT32],
    ['float_data', 4, FLOAT, 'many'],
    ['int64_data', 7, INT64, 'many'],
    ['name', 8, STRING],
    ['raw_data', 9, BYTES],
    ['double_data', 10, DOUBLE, 'many'],
    ['data_location', 14, INT32],
  ],
  ValueInfoProto: [
    ['name', 1, STRING],
    ['type', 2, 'TypeProto'],
  ],
  TypeProto: [['tensor_type', 1, 'TensorType']],
  TensorType: [
    ['elem_type', 1, INT32],
    ['shape', 2, 'TensorShapeProto'],
  ],
  TensorShapeProto: [['dim', 1, 'Dimension', 'many']],
  Dimension: [
    ['dim_value', 1, INT64],
    ['dim_param', 2, STRING],
  ],
};

let model: DescMessage | null = null;

// Built on first use: importing this module costs nothing.
function modelMessage(): DescMessage {
  if (model) return model;
  const file = create(FileDescriptorProtoSchema, {
    name: 'onnx.proto',
    package: 'onnx',
    syntax: 'proto2',
    messageType: Object.entries(MESSAGES).map(([name, fields]) => ({
      name,
      field: fields.map(([field, number, type, many]) => ({
        name: field,
        number,
        label: many ? Label.REPEATED : Label.OPTIONAL,
        ...(typeof type === 'string' ? { type: Type.MESSAGE, typeName: `.onnx.${type}` } : { type }),
        ...(PACKED.has(field) ? { options: { packed: true } } : {}),
      })),
    })),
  });
  const found = createFileRegistry(file, () => undefined).getMessage('onnx.ModelProto');
  if (!found) throw new AppError('internal', 'the ONNX schema has no ModelProto');
  model = found;
  return found;
}

/** The registry is built at run time, so its message types are not known to the compiler: both sides are the interfaces above, field by field. */
const asModel = (message: unknown): OnnxModel => message as OnnxModel;

/** Bytes of a model. */
export function encodeModel(m: OnnxModel): Uint8Array {
  const desc = modelMessage();
  return toBinary(desc, create(desc, m as never));
}

/** A model from its bytes. @throws AppError `invalid_input` when the bytes are not of the format. */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  try {
    return asModel(fromBinary(modelMessage(), bytes));
  } catch (cause) {
    throw new AppError('invalid_input', 'the bytes are not an ONNX model; export it again', { bytes: bytes.length }, { cause });
  }
}
