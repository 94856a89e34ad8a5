import { AppError } from '@/lib/errors';
import type { ActivationName } from './activations';
import { sizeOf } from './tensor';

/** Layers of a network, in order. Images are (channels, height, width). */
export type LayerSpec =
  | { readonly type: 'dense'; readonly units: number; readonly activation?: ActivationName }
  | {
      readonly type: 'conv';
      readonly filters: number;
      readonly kernel: number;
      readonly stride?: number;
      readonly pad?: number;
      readonly activation?: ActivationName;
    }
  | { readonly type: 'batchNorm' }
  | { readonly type: 'maxPool2' }
  | { readonly type: 'globalAveragePool' }
  | { readonly type: 'flatten' };

/** Shape that a layer makes of its input (without the batch). @throws AppError `invalid_input` naming layer `k` when it does not fit. */
export function layerOutput(layer: LayerSpec, shape: readonly number[], k: number): number[] {
  const refuse = (why: string): never => {
    throw new AppError('invalid_input', `layer ${k} (${layer.type}): ${why}, its input is ${shape.join(' x ')}`, { layer: k });
  };
  const [c, h, w] = shape as readonly [number, number, number];
  const image = shape.length === 3;
  switch (layer.type) {
    case 'dense':
      return shape.length === 1 ? [layer.units] : refuse('needs a flat input; put flatten or globalAveragePool before it');
    case 'conv': {
      if (!image) return refuse('needs (channels, height, width)');
      const { kernel, filters, stride = 1, pad = 0 } = layer;
      const size = (n: number): number => Math.floor((n + 2 * pad - kernel) / stride) + 1;
      return size(h) < 1 || size(w) < 1 ? refuse('its kernel is larger than the image') : [filters, size(h), size(w)];
    }
    case 'batchNorm':
      return [...shape];
    case 'maxPool2':
      return image ? [c, h >> 1, w >> 1] : refuse('needs (channels, height, width)');
    case 'globalAveragePool':
      return image ? [c] : refuse('needs (channels, height, width)');
    default:
      return [sizeOf(shape)];
  }
}

/** Shapes of the parameters of a layer, in their order in `Network.parameters`. */
export function parameterShapes(layer: LayerSpec, shape: readonly number[]): number[][] {
  if (layer.type === 'dense') return [[shape[0]!, layer.units], [layer.units]];
  if (layer.type === 'conv') return [[layer.filters, shape[0]!, layer.kernel, layer.kernel], [layer.filters]];
  return layer.type === 'batchNorm' ? [[shape[0]!], [shape[0]!]] : [];
}
