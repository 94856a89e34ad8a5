export { networkToOnnx, type OnnxExportOptions } from './export';
export { networkFromOnnx } from './import';
