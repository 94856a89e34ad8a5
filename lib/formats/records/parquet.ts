import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { type CellType, columnarCell, type RecordFormat, type RecordRow } from './columns';

type Schema = ConstructorParameters<typeof ParquetWriter>[0]['schema'];
type Element = Schema[number];

const utf8 = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
const ELEMENTS: Readonly<Record<CellType, Partial<Element>>> = {
  text: utf8,
  list: utf8,
  json: utf8,
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  number: { type: 'DOUBLE' },
  integer: { type: 'INT32' },
  flag: { type: 'BOOLEAN' },
};

/** Rows of a row group: their encoding stays below 50 ms, and a reader finds its rows in large enough pieces. */
const GROUP_ROWS = 8_000;

/** The bytes written since the last call; the file's offsets go on. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = new Uint8Array(writer.getBuffer());
  writer.index = 0;
  return bytes;
}

/** Parquet, Snappy, one row group for every 8,000 rows; all columns may be null. */
export const parquet: RecordFormat = {
  contentType: 'application/vnd.apache.parquet',
  extension: 'parquet',
  async *encode(columns, pages) {
    const schema: Schema = [
      { name: 'record', num_children: columns.length },
      ...columns.map((c): Element => ({ name: c.name, repetition_type: 'OPTIONAL', ...ELEMENTS[c.type] })),
    ];
    const writer = new ByteWriter();
    const file = new ParquetWriter({ writer, schema, createdBy: 'driftless' });
    const group = (rows: readonly RecordRow[]): Uint8Array => {
      const columnData = columns.map((c, i) => ({ name: c.name, data: rows.map((r) => columnarCell(c.type, r[i]!)) }));
      // Only a writer that flushes into something slow answers with a promise.
      void file.write({ columnData, rowGroupSize: rows.length });
      return taken(writer);
    };
    let held: RecordRow[] = [];
    for await (const rows of pages) {
      held.push(...rows);
      for (; held.length >= GROUP_ROWS; held = held.slice(GROUP_ROWS)) yield group(held.slice(0, GROUP_ROWS));
    }
    if (held.length > 0) yield group(held);
    const isEmpty = file.row_groups.length === 0;
    void file.finish();
    yield isEmpty ? withGroupList(taken(writer)) : taken(writer);
  },
};

/** Of the footer of a file without rows: num_rows 0 (field 3, i64), then row_groups (field 4, list) as an empty list of no type. */
const NO_ROWS = Buffer.from([0x16, 0x00, 0x19, 0x00]);
/** Number of the type "struct" in Thrift's compact protocol. */
const STRUCT = 0x0c;

/**
 * hyparquet-writer 0.17 writes an empty list of row groups without the type of its elements, which strict readers refuse: its elements are structs (Parquet's FileMetaData).
 */
function withGroupList(file: Uint8Array): Uint8Array {
  const at = Buffer.from(file.buffer, file.byteOffset, file.byteLength).lastIndexOf(NO_ROWS);
  if (at >= 0) file[at + NO_ROWS.length - 1] = STRUCT;
  return file;
}
