import type { CsvField, CsvMapping } from '@/lib/services/ingest/upload';

/** What a typed value for the whole file is mapped to, as it was typed; nothing while it is blank. */
export const constantSource = (typed: string): CsvMapping[CsvField] => (typed.trim() === '' ? undefined : { constant: typed });

/** A mapping as it is meant: without the spaces around typed values. */
export const trimmed = (m: CsvMapping): CsvMapping =>
  JSON.parse(JSON.stringify(m), (key, v: unknown) => (key === 'constant' && typeof v === 'string' ? v.trim() : v)) as CsvMapping;
