export { decodeText, isUtf16 } from './decode';
export { CSV_FIELDS, type CsvField, type CsvMapping, type DateOrder } from './fields';
export {
  type CsvPreview,
  type CsvResult,
  previewCsv,
  type SavedMapping,
  savedMappings,
  saveMapping,
  uploadCsv,
} from './upload';
