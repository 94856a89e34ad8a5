import { correlationOf } from '@/lib/numerics';
import { type CellColours, cellColours } from '../maps/cell-colours';
import type { ColourScale } from '../maps/colour-scale';

export interface CorrelationModel {
  labels: string[];
  /** Rows of the matrix; NaN where a parameter has no variance, or an unknown one. */
  rows: number[][];
  /** The strongest pair; null where there are fewer than two parameters with a variance. */
  strongest: { a: string; b: string; value: number } | null;
}

const SCALE: ColourScale = { map: 'diverging', min: -1, max: 1, centre: 0 };

/**
 * Correlations of the chosen parameters.
 * @param covariance - of all parameters, (p, p) row-major. @param chosen - places of those that are shown.
 */
export function prepareCorrelation(
  covariance: ArrayLike<number>,
  p: number,
  chosen: readonly { at: number; label: string }[],
): CorrelationModel {
  const r = correlationOf(covariance, p);
  const rows = chosen.map((a) => chosen.map((b) => r[a.at * p + b.at]!));
  let strongest: CorrelationModel['strongest'] = null;
  for (const [i, a] of chosen.entries())
    for (let j = 0; j < i; j++) {
      const value = rows[i]![j]!;
      if (Math.abs(value) > Math.abs(strongest?.value ?? 0)) strongest = { a: chosen[j]!.label, b: a.label, value };
    }
  return { labels: chosen.map((k) => k.label), rows, strongest };
}

/** Fill of a cell and a legible ink on it. */
export const correlationColours = (value: number): CellColours | null => cellColours(SCALE, value);
