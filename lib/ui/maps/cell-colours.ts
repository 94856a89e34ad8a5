import { contrast } from '../tokens';
import { type ColourScale, rgbOf } from './colour-scale';

export interface CellColours {
  background: string;
  color: string;
}

/** One of black and white has a contrast of at least 4.58 : 1 on any colour. */
const BLACK = '#000000';
const WHITE = '#ffffff';

/** Fill of a table cell with a number, and a legible ink on it; null for NaN. */
export function cellColours(scale: ColourScale, value: number): CellColours | null {
  const rgb = rgbOf(scale, value);
  if (rgb === null) return null;
  const background = `#${rgb.map((v) => Math.round(v).toString(16).padStart(2, '0')).join('')}`;
  return { background, color: contrast(background, BLACK) >= contrast(background, WHITE) ? BLACK : WHITE };
}
