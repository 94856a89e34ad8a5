import { textPx } from '../text-width';
import type { LimitSegment } from './control-chart.prepare';
import type { PlotBox } from './plot';

export interface EarlierLabel {
  readonly kind: LimitSegment['kind'];
  readonly text: string;
  /** Right end of the text, px. */
  readonly x: number;
  /** Its base line, px. */
  readonly y: number;
}

/** Font size, px. */
const SIZE = 10;
const GAP = 4;
const LINE = 11;

/** Room that a label takes, px. */
export const earlierLabelPx = (l: Pick<EarlierLabel, 'text'>): number => textPx(l.text, SIZE);

const cover = (a: EarlierLabel, b: EarlierLabel): boolean =>
  a.x > b.x - earlierLabelPx(b) && b.x > a.x - earlierLabelPx(a) && Math.abs(a.y - b.y) < LINE;

/**
 * The numbers of limits that held before, each above the end of its line: only where its phase is wide enough for it, as near to its line as
 * the others leave room, and never over another.
 */
export function earlierLabels(
  limits: readonly LimitSegment[],
  sx: (v: number) => number,
  sy: (v: number) => number,
  box: PlotBox,
): EarlierLabel[] {
  const wanted = limits.flatMap((l): EarlierLabel[] => {
    if (l.earlier === undefined) return [];
    const label = { kind: l.kind, text: l.earlier.text, x: sx(l.x2) - GAP, y: sy(l.y) - GAP };
    return label.x - GAP - sx(l.earlier.x1) >= earlierLabelPx(label) ? [label] : [];
  });
  const inside = (y: number): number => Math.min(box.bottom - GAP, Math.max(box.top + LINE, y));
  const placed: EarlierLabel[] = [];
  for (const label of wanted.sort((a, b) => a.y - b.y)) {
    const at = inside(label.y);
    const [free] = [at, ...placed.flatMap((p) => [p.y - LINE, p.y + LINE])]
      .filter((y) => y === inside(y))
      .map((y) => ({ ...label, y }))
      .filter((l) => !placed.some((p) => cover(l, p)))
      .sort((a, b) => Math.abs(a.y - at) - Math.abs(b.y - at));
    if (free !== undefined) placed.push(free);
  }
  return placed;
}
