'use client';
import type { ColourScale } from './colour-scale';
import { gridPixels } from './wafer-map.prepare';

/** The cells of a contour map as an image for a picture. */
export function gridUrl(grid: { size: number; values: Float64Array }, scale: ColourScale): string {
  const off = document.createElement('canvas');
  off.width = grid.size;
  off.height = grid.size;
  off.getContext('2d')?.putImageData(new ImageData(gridPixels(grid, scale), grid.size, grid.size), 0, 0);
  return off.toDataURL('image/png');
}
