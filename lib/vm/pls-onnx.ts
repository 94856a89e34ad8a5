import { networkToOnnx, type OnnxExportOptions } from '@/lib/learning';
import type { PlsModel } from './model';

/**
 * A PLS model as ONNX: y = x·B + b as one Gemm, raw sensor values in, responses in their units out. Only complete rows can be predicted that way:
 * applicability, intervals and missing sensors stay with `predictPls`.
 * @throws AppError as `networkToOnnx`.
 */
export function plsToOnnx(model: PlsModel, options: OnnxExportOptions = {}): Uint8Array {
  const [p, q] = [model.sensors.length, model.responses.length];
  return networkToOnnx(
    {
      kind: 'network',
      version: 1,
      input: [p],
      layers: [{ type: 'dense', units: q }],
      parameters: [
        [
          { shape: [p, q], data: model.coefficients },
          { shape: [q], data: model.intercept },
        ],
      ],
      running: [null],
    },
    {
      name: 'pls',
      description: `PLS, ${model.components} components. Inputs: ${model.sensors.join(', ')}. Outputs: ${model.responses.join(', ')}.`,
      ...options,
    },
  );
}
