import type { LimitSegment } from './control-chart.prepare';
import { type PlotBox, spreadLabels } from './plot';

export interface EarlierLabel {
  readonly kind: LimitSegment['kind'];
  readonly text: string;
  /** Right end of the text, px. */
  readonly x: number;
  readonly y: number;
}

/** Average width of a character at 10 px. */
const CHAR_PX = 5.5;
const GAP = 4;
const LINE = 11;

/**
 * The numbers of limits that held before, each above the end of its line: only where its phase is wide enough for it, and those that end
 * together never over each other.
 */
export function earlierLabels(
  limits: readonly LimitSegment[],
  sx: (v: number) => number,
  sy: (v: number) => number,
  box: PlotBox,
): EarlierLabel[] {
  const byEnd = new Map<number, LimitSegment[]>();
  for (const l of limits) {
    const room = l.earlier === undefined ? 0 : sx(l.x2) - sx(l.earlier.x1) - 2 * GAP;
    if (l.earlier !== undefined && room >= l.earlier.text.length * CHAR_PX) byEnd.set(l.x2, [...(byEnd.get(l.x2) ?? []), l]);
  }
  return [...byEnd.values()].flatMap((list) => {
    const y = spreadLabels(
      list.map((l) => sy(l.y) - GAP),
      LINE,
      box.top + LINE,
      box.bottom - GAP,
    );
    return list.map((l, i) => ({ kind: l.kind, text: l.earlier!.text, x: sx(l.x2) - GAP, y: y[i]! }));
  });
}
