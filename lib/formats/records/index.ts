import type { RecordFormat } from './columns';
import { csv, ndjson } from './text';

export * from './columns';

/** The formats that a reader may ask for beside a page of JSON, by their names in an address. The binary ones are loaded when one is asked for. */
export const RECORD_FORMATS = {
  ndjson: () => Promise.resolve(ndjson),
  csv: () => Promise.resolve(csv),
  parquet: async () => (await import('./parquet')).parquet,
  arrow: async () => (await import('./arrow')).arrow,
} as const satisfies Record<string, () => Promise<RecordFormat>>;

export type RecordFormatName = keyof typeof RECORD_FORMATS;

/** The media types by which a request may ask for them (`Accept`). */
export const MEDIA_TYPES: Readonly<Record<RecordFormatName, string>> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.stream',
};
