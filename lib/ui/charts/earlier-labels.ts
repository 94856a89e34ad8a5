import { textPx } from '../text-width';
import type { LimitSegment } from './control-chart.model';
import { overlaps, type Patch, type PlotBox } from './plot';

export interface EarlierLabel {
  readonly kind: LimitSegment['kind'];
  readonly text: string;
  /** Right end of the text, px. */
  readonly x: number;
  /** Its baseline, px. */
  readonly y: number;
}

/** Font size, px. */
const SIZE = 10;
const GAP = 4;
const LINE = 11;

/** Box of a label, px. */
export const earlierLabelPx = (l: Pick<EarlierLabel, 'text'>): number => textPx(l.text, SIZE);

const patch = (l: EarlierLabel): Patch => ({ x1: l.x - earlierLabelPx(l), x2: l.x, y1: l.y - LINE, y2: l.y });

/** Greatest distance of a number from its line, px: farther away it would seem to belong to another. */
const FAR = 2 * LINE + 2 * GAP;

/** Candidate right ends of a label along its line, from the end of its phase, as shares of the free length. */
const ALONG = [0, 0.5, 1, 0.25, 0.75] as const;

/**
 * The numbers of earlier limits, each above its line, preferably at its end: only where its phase is wide enough, as near to its line as there is
 * room, and never over another or over what must stay free.
 * @param avoid - points and other labels, px.
 */
export function earlierLabels(
  limits: readonly LimitSegment[],
  sx: (v: number) => number,
  sy: (v: number) => number,
  box: PlotBox,
  avoid: readonly Patch[] = [],
): EarlierLabel[] {
  const wanted = limits.flatMap((l) => {
    if (l.earlier === undefined) return [];
    const label: EarlierLabel = { kind: l.kind, text: l.earlier.text, x: sx(l.x2) - GAP, y: sy(l.y) - GAP };
    const free = label.x - GAP - sx(l.earlier.x1) - earlierLabelPx(label);
    return free >= 0 ? [{ label, free }] : [];
  });
  const inside = (y: number): number => Math.min(box.bottom - GAP, Math.max(box.top + LINE, y));
  const placed: EarlierLabel[] = [];
  const taken: Patch[] = [...avoid];
  for (const { label, free } of wanted.sort((a, b) => a.label.y - b.label.y)) {
    const at = inside(label.y);
    const heights = [at, at + LINE + 2 * GAP, ...placed.flatMap((p) => [p.y - LINE, p.y + LINE])]
      .filter((y) => y === inside(y) && Math.abs(y - at) <= FAR)
      .sort((a, b) => Math.abs(a - at) - Math.abs(b - at));
    const found = ALONG.flatMap((share) => heights.map((y) => ({ ...label, x: label.x - share * free, y })))
      .map((l) => ({ l, room: patch(l) }))
      .find(({ room }) => !taken.some((t) => overlaps(room, t)));
    if (found === undefined) continue;
    placed.push(found.l);
    taken.push(found.room);
  }
  return placed;
}
