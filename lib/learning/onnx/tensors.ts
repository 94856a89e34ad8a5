import { AppError } from '@/lib/errors';
import { sizeOf, type Tensor } from '../tensor';
import { DATA_TYPE, type OnnxTensor } from './schema';

/** Precision of stored weights. */
export type Precision = 'float32' | 'float64';

/** Tensor with its values as little-endian bytes; `float32` rounds to nearest. @throws AppError `out_of_domain` when a value is not finite in that precision. */
export function encodeTensor(name: string, shape: readonly number[], data: ArrayLike<number>, precision: Precision): OnnxTensor {
  const width = precision === 'float32' ? 4 : 8;
  const rawData = new Uint8Array(width * data.length);
  const view = new DataView(rawData.buffer);
  for (let i = 0; i < data.length; i++) {
    const v = precision === 'float32' ? Math.fround(data[i]!) : data[i]!;
    if (!Number.isFinite(v))
      throw new AppError(
        'out_of_domain',
        `${name}[${i}] is ${data[i]}, not finite in ${precision}; export as float64 or train again`,
        {
          field: name,
          index: i,
        },
      );
    if (width === 4) view.setFloat32(4 * i, v, true);
    else view.setFloat64(8 * i, v, true);
  }
  const dataType = precision === 'float32' ? DATA_TYPE.float : DATA_TYPE.double;
  return { name, dims: shape.map((n) => BigInt(n)), dataType, rawData };
}

/** Values of a tensor, of type float, double or int64. @throws AppError `invalid_input` on other types, external data or a wrong count. */
export function decodeTensor(t: OnnxTensor): Tensor {
  const name = t.name || 'tensor';
  const shape = t.dims.map(Number);
  const count = sizeOf(shape);
  if (t.dataLocation === 1)
    throw new AppError('invalid_input', `${name} lies in another file; save the model with its weights inside`, { field: name });
  const raw = t.rawData && t.rawData.length > 0 ? t.rawData : null;
  const width = t.dataType === DATA_TYPE.float ? 4 : 8;
  if (!Object.values(DATA_TYPE).some((v) => v === t.dataType))
    throw new AppError('invalid_input', `${name} has element type ${t.dataType}; export weights as float or double`, {
      field: name,
      dataType: t.dataType,
    });
  const data = new Float64Array(count);
  const length = raw ? raw.length / width : listed(t).length;
  if (length !== count)
    throw new AppError('invalid_input', `${name} has ${length} values for shape ${shape.join(' x ')}`, { field: name });
  if (raw) {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    for (let i = 0; i < count; i++)
      data[i] =
        t.dataType === DATA_TYPE.float
          ? view.getFloat32(4 * i, true)
          : t.dataType === DATA_TYPE.double
            ? view.getFloat64(8 * i, true)
            : Number(view.getBigInt64(8 * i, true));
  } else data.set(listed(t).map(Number));
  for (let i = 0; i < count; i++)
    if (!Number.isFinite(data[i]!))
      throw new AppError('invalid_input', `${name}[${i}] is ${data[i]}; a model must have finite weights`, {
        field: name,
        index: i,
      });
  return { shape, data };
}

const listed = (t: OnnxTensor): readonly (number | bigint)[] =>
  (t.dataType === DATA_TYPE.float ? t.floatData : t.dataType === DATA_TYPE.double ? t.doubleData : t.int64Data) ?? [];
