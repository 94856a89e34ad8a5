import type { CsvMapping } from '@/lib/services/ingest/upload';
import type { FieldInfo } from './mapping-table';

/** Labels of required fields that are not mapped. */
export const neededFields = (fields: readonly FieldInfo[], mapping: CsvMapping): string[] =>
  fields.filter((f) => f.need === 'always' && mapping[f.name] === undefined).map((f) => f.label);

/** What keeps a file from making wafers, in the order in which it is fixed: columns, then what concerns the whole file, then its rows. */
export function whyNoWafer(needed: readonly string[], faults: readonly { readonly line: number }[]): string {
  if (needed.length > 0) return `No wafer yet: map the needed columns first (${needed.join(', ')}).`;
  if (faults.some((f) => f.line === 0)) return 'No wafer yet: what concerns the whole file is listed first, above.';
  return 'No wafer: no row of the file can be read. What is wrong is listed above.';
}
