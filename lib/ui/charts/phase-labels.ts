import { textPx } from '../text-width';
import { overlaps, type Patch } from './plot';

export interface PlacedLabel {
  text: string;
  x: number;
  anchor: 'start' | 'end';
  row: number;
}

const MAX_CHARS = 42;
/** Font size, px. */
const SIZE = 11;
const GAP = 4;
const ROWS = 2;
const LINE = 12;

/** Baseline of a row of phase labels, px below the top of the plot. */
export const phaseLabelY = (row: number): number => 9 + LINE * row;

/** Box of a placed label. */
export function phasePatch(l: PlacedLabel, top: number): Patch {
  const width = textPx(l.text, SIZE);
  const x1 = l.anchor === 'start' ? l.x : l.x - width;
  return { x1, x2: x1 + width, y1: top + phaseLabelY(l.row) - 9, y2: top + phaseLabelY(l.row) + 2 };
}

/**
 * Places the labels of phases so that none covers another or a point: the newest phase first, inside its phase from its line on, its whole label in
 * one of two rows, else its short one; at the right end its short one before the line with an arrow to it; else none (the line keeps its tooltip).
 * @param boundaries - ascending x in pixels.
 * @param avoid - what must stay free, px.
 * @returns one entry per boundary.
 */
export function placePhaseLabels(
  boundaries: readonly { x: number; label: string; short: string }[],
  left: number,
  right: number,
  top = 0,
  avoid: readonly Patch[] = [],
): (PlacedLabel | null)[] {
  const taken: Patch[] = [...avoid];
  const out: (PlacedLabel | null)[] = boundaries.map(() => null);
  for (let i = boundaries.length - 1; i >= 0; i--) {
    const { x, label, short } = boundaries[i]!;
    const whole = label.length > MAX_CHARS ? `${label.slice(0, MAX_CHARS - 1)}…` : label;
    const end = boundaries[i + 1]?.x ?? right;
    out[i] =
      [whole, short].reduce<PlacedLabel | null>((found, text) => found ?? place(text, x + GAP, 'start', end), null) ??
      place(`${short} →`, x - GAP, 'end', right);
  }
  return out;

  function place(text: string, x: number, anchor: 'start' | 'end', end: number): PlacedLabel | null {
    for (let row = 0; row < ROWS; row++) {
      const label = { text, x, anchor, row };
      const p = phasePatch(label, top);
      const roomy = { ...p, x1: p.x1 - GAP, x2: p.x2 + GAP };
      if (p.x1 < left || p.x2 > end || taken.some((t) => overlaps(roomy, t))) continue;
      taken.push(p);
      return label;
    }
    return null;
  }
}
