import { decodeText } from '../csv/decode';
import { parseCsv, parseFindingHeader } from '../csv/parse';
import type { TableFormat } from './table-format';

/** Comma, semicolon, tab or bar between cells; UTF-8 or UTF-16. */
export const csv: TableFormat = {
  extensions: ['.csv', '.tsv', '.txt'],
  recognises: () => true,
  read: (bytes, headerLine, search) => (search ? parseFindingHeader : parseCsv)(decodeText(bytes), headerLine),
};
