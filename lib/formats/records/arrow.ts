import { Readable } from 'node:stream';
import {
  Bool,
  type DataType,
  Field,
  Float64,
  Int32,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimestampMillisecond,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { type CellType, columnarCell, type RecordCell, type RecordFormat, type RecordRow } from './columns';

const TYPES: Readonly<Record<CellType, () => DataType>> = {
  text: () => new Utf8(),
  list: () => new Utf8(),
  json: () => new Utf8(),
  time: () => new TimestampMillisecond('UTC'),
  number: () => new Float64(),
  integer: () => new Int32(),
  flag: () => new Bool(),
};

/** Arrow IPC stream, one record batch for every page; all columns may be null. */
export const arrow: RecordFormat = {
  contentType: 'application/vnd.apache.arrow.stream',
  extension: 'arrows',
  async *encode(columns, pages) {
    const schema = new Schema(columns.map((c) => new Field(c.name, TYPES[c.type](), true)));
    async function* batches() {
      let isEmpty = true;
      for await (const rows of pages) {
        isEmpty = false;
        yield batchOf(schema, columns, rows);
      }
      // A stream says its columns with its first batch.
      if (isEmpty) yield batchOf(schema, columns, []);
    }
    yield* Readable.from(batches()).pipe(RecordBatchStreamWriter.throughNode({ autoDestroy: true })) as AsyncIterable<Uint8Array>;
  },
};

function batchOf(schema: Schema, columns: readonly { readonly type: CellType }[], rows: readonly RecordRow[]): RecordBatch {
  const children = columns.map((c, i) => {
    const type = schema.fields[i]!.type as DataType;
    const values = rows.map((r) => arrowCell(c.type, r[i]!));
    return rows.length === 0 ? makeData({ type } as never) : vectorFromArray(values, type).data[0]!;
  });
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: rows.length, nullCount: 0, children }));
}

/** Times are milliseconds here, not dates. */
const arrowCell = (type: CellType, v: RecordCell): unknown => {
  const cell = columnarCell(type, v);
  return cell instanceof Date ? cell.getTime() : cell;
};
