export { networkToOnnx, type OnnxExportOptions } from './export';
export { networkFromOnnx, type OnnxImport } from './import';
export { OPSET, OPSET_GELU, OPSET_LOWEST, SUPPORTED_OPERATORS } from './operators';
export type { Precision } from './tensors';
