import { type CsvField, type CsvMapping, guessMapping } from '@/lib/formats/csv/fields';
import { type MappedRows, type MappedWafer, mapRows } from '@/lib/formats/csv/map-rows';
import type { CsvTable } from '@/lib/formats/csv/parse';
import { readTable } from '@/lib/formats/tables';

/** A file with a table, read on a thread: a large one takes seconds. Its bytes are shared with the thread, not copied. */
export interface TableFile {
  readonly bytes: Uint8Array;
  /** Line that names the columns, from 1; null: it is searched for. */
  readonly headerLine: number | null;
  /** Null: guessed from the names. */
  readonly mapping: CsvMapping | null;
}

/** What the mapping leaves out and the database knows. */
export interface TableLookups {
  readonly productOfLot: readonly (readonly [string, string])[];
  readonly layerOfOperation: readonly (readonly [string, string])[];
}

/** First the head; then, with what the database knows, its wafers, some of them at a time. */
export type TableQuestion = TableFile &
  ({ readonly ask: 'head' } | { readonly ask: 'wafers'; readonly lookups: TableLookups; readonly from: number });

export interface TableHead extends Pick<CsvTable, 'header' | 'headerLine' | 'delimiter' | 'metadata'> {
  readonly firstRows: string[][];
  readonly rows: number;
  readonly mapping: CsvMapping;
  /** Lots and operations that it names. */
  readonly lots: string[];
  readonly operations: string[];
}

export interface TablePart extends MappedRows {
  readonly waferTotal: number;
}

export type TableAnswer = TableHead | TablePart;

const FIRST_ROWS = 8;
/** Names that are looked up. */
const MOST_NAMES = 20_000;
/** Wafers of one answer: few enough that taking them over does not hold up the server. */
const WAFERS_AT_ONCE = 250;

/** The file that was asked for last, so that the questions about one file read it once. */
let last: { readonly file: TableFile; readonly table: CsvTable } | null = null;
/** And its wafers, by what they were made with. */
let mappedLast: { readonly table: CsvTable; readonly by: string; readonly mapped: MappedRows } | null = null;

const isSame = (a: TableFile, b: TableFile): boolean => a.headerLine === b.headerLine && Buffer.compare(a.bytes, b.bytes) === 0;

function tableOf(file: TableFile): CsvTable {
  if (last === null || !isSame(last.file, file)) last = { file, table: readTable(file.bytes, file.headerLine, true) };
  return last.table;
}

function mappedOf(table: CsvTable, mapping: CsvMapping, lookups: TableLookups): MappedRows {
  const by = JSON.stringify([mapping, lookups]);
  if (mappedLast === null || mappedLast.table !== table || mappedLast.by !== by)
    mappedLast = {
      table,
      by,
      mapped: mapRows(table, mapping, {
        productOfLot: new Map(lookups.productOfLot),
        layerOfOperation: new Map(lookups.layerOfOperation),
      }),
    };
  return mappedLast.mapped;
}

/** Answers a question about a file. The rows of its wafers come with every part, their faults with the first. */
export function answerTable(q: TableQuestion): TableAnswer {
  const table = tableOf(q);
  const mapping = q.mapping ?? guessMapping(table.header);
  if (q.ask === 'head') return headOf(table, mapping);
  const mapped = mappedOf(table, mapping, q.lookups);
  const end = q.from + WAFERS_AT_ONCE;
  if (end >= mapped.wafers.length) {
    last = null;
    mappedLast = null;
  }
  return {
    wafers: mapped.wafers.slice(q.from, end),
    faults: q.from === 0 ? mapped.faults : [],
    refused: q.from === 0 ? mapped.refused : [],
    waferTotal: mapped.wafers.length,
  };
}

function headOf(table: CsvTable, mapping: CsvMapping): TableHead {
  const values = (field: CsvField): string[] => {
    const s = mapping[field];
    if (s === undefined) return [];
    if ('constant' in s) return [s.constant];
    const i = table.header.indexOf(s.column);
    return i < 0 ? [] : [...new Set(table.rows.map((r) => (r[i] ?? '').trim()))].slice(0, MOST_NAMES);
  };
  const { header, headerLine, delimiter, metadata, rows } = table;
  return {
    header,
    headerLine,
    delimiter,
    metadata,
    firstRows: rows.slice(0, FIRST_ROWS),
    rows: rows.length,
    mapping,
    lots: values('lot'),
    operations: values('operation'),
  };
}

/** Bytes that threads read where they are. */
export function sharedBytes(bytes: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
  shared.set(bytes);
  return shared;
}

/** All wafers of a file, taken over part by part. @param ask - of the thread. */
export async function mappedWafers(ask: (from: number) => Promise<TablePart>): Promise<MappedRows> {
  const first = await ask(0);
  const wafers: MappedWafer[] = [...first.wafers];
  while (wafers.length < first.waferTotal) wafers.push(...(await ask(wafers.length)).wafers);
  return { wafers, faults: first.faults, refused: first.refused };
}
