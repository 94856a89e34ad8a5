export { decodeText, isUtf16 } from './decode';
export type { CsvFault } from './faults';
export { CSV_FIELDS, type CsvField, type CsvMapping, type DateOrder } from './fields';
export { type SavedMapping, savedMappings, saveMapping } from './mappings';
export { type CsvPreview, type CsvResult, previewCsv, uploadCsv } from './upload';
