export { CSV_FIELDS, type CsvField, type CsvMapping, type DateOrder } from '@/lib/formats/csv/fields';
export { TABLE_EXTENSIONS } from '@/lib/formats/tables';
export type { CsvFault } from './faults';
export { type SavedMapping, savedMappings, saveMapping } from './mappings';
export { type CsvPreview, type CsvResult, previewCsv, uploadCsv } from './upload';
