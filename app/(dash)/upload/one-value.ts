import type { CsvField, CsvMapping } from '@/lib/services/ingest/upload';

/** The mapping of a typed value for the whole file, as typed; nothing while it is blank. */
export const constantSource = (typed: string): CsvMapping[CsvField] => (typed.trim() === '' ? undefined : { constant: typed });

/** A mapping without the spaces around typed values. */
export const trimmed = (m: CsvMapping): CsvMapping =>
  JSON.parse(JSON.stringify(m), (key, v: unknown) => (key === 'constant' && typeof v === 'string' ? v.trim() : v)) as CsvMapping;
