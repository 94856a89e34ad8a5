import { type ColourScale, cssOf, rgbOf } from '../maps/colour-scale';
import { contrast } from '../tokens';

export interface CorrelationModel {
  labels: string[];
  /** Rows of the matrix; NaN where a parameter has no variance, or none that is known. */
  rows: number[][];
  /** The strongest pair; null where there are fewer than two parameters with a variance. */
  strongest: { a: string; b: string; value: number } | null;
}

/** One of the two has at least 4.58 : 1 on any colour. */
const BLACK = '#000000';
const WHITE = '#ffffff';
const SCALE: ColourScale = { map: 'diverging', min: -1, max: 1, centre: 0 };

/**
 * r = c_ij/√(c_ii c_jj) of the chosen parameters.
 * @param covariance - of all parameters, (p, p) row-major. @param chosen - places of those that are shown.
 */
export function prepareCorrelation(
  covariance: ArrayLike<number>,
  p: number,
  chosen: readonly { at: number; label: string }[],
): CorrelationModel {
  const c = (i: number, j: number): number => covariance[i * p + j] ?? Number.NaN;
  const r = (i: number, j: number): number => {
    const scale = Math.sqrt(c(i, i)) * Math.sqrt(c(j, j));
    return scale > 0 && Number.isFinite(scale) ? Math.min(1, Math.max(-1, c(i, j) / scale)) : Number.NaN;
  };
  const rows = chosen.map((a) => chosen.map((b) => r(a.at, b.at)));
  let strongest: CorrelationModel['strongest'] = null;
  for (const [i, a] of chosen.entries())
    for (let j = 0; j < i; j++) {
      const value = rows[i]![j]!;
      if (Math.abs(value) > Math.abs(strongest?.value ?? 0)) strongest = { a: chosen[j]!.label, b: a.label, value };
    }
  return { labels: chosen.map((k) => k.label), rows, strongest };
}

const hex = (rgb: readonly number[]): string => `#${rgb.map((v) => Math.round(v).toString(16).padStart(2, '0')).join('')}`;

/** Fill of a cell and the ink that is read on it. */
export function correlationColours(value: number): { background: string; color: string } | null {
  const rgb = rgbOf(SCALE, value);
  const background = cssOf(SCALE, value);
  if (rgb === null || background === null) return null;
  const fill = hex(rgb);
  return { background, color: contrast(fill, BLACK) >= contrast(fill, WHITE) ? BLACK : WHITE };
}
