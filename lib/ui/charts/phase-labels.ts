import { textPx } from '../text-width';

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

/**
 * Where the labels of phase boundaries stand so that none covers another: the newest phase first, its whole label on either side of the
 * line in one of two rows, else its short one, else none (the line keeps its tool tip).
 * @param boundaries - ascending x in pixels.
 * @returns one entry a boundary.
 */
export function placePhaseLabels(
  boundaries: readonly { x: number; label: string; short: string }[],
  left: number,
  right: number,
): (PlacedLabel | null)[] {
  const taken: { from: number; to: number; row: number }[] = [];
  const out: (PlacedLabel | null)[] = boundaries.map(() => null);
  for (let i = boundaries.length - 1; i >= 0; i--) {
    const { x, label, short } = boundaries[i]!;
    const whole = label.length > MAX_CHARS ? `${label.slice(0, MAX_CHARS - 1)}…` : label;
    out[i] = [whole, short].reduce<PlacedLabel | null>((found, text) => found ?? place(text, x), null);
  }
  return out;

  function place(text: string, x: number): PlacedLabel | null {
    const width = textPx(text, SIZE);
    for (let row = 0; row < ROWS; row++) {
      for (const anchor of ['start', 'end'] as const) {
        const from = anchor === 'start' ? x + GAP : x - GAP - width;
        const to = from + width;
        if (from < left || to > right || taken.some((t) => t.row === row && from < t.to + GAP && to > t.from - GAP)) continue;
        taken.push({ from, to, row });
        return { text, x: anchor === 'start' ? x + GAP : x - GAP, anchor, row };
      }
    }
    return null;
  }
}
