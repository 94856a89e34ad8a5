import type { ControlChartModel, DrawnPoint, LimitSegment } from './control-chart.model';
import { type EarlierLabel, earlierLabels } from './earlier-labels';
import { type PlacedLabel, phasePatch, placePhaseLabels } from './phase-labels';
import { type Patch, type PlotBox, scaleX, scaleY } from './plot';

/** What labels inside a plot must not cover, in the units of its axes. */
export interface TakenPlaces {
  readonly marks: readonly { x: number; y: number; isNamed: boolean }[];
  readonly boundaries: ControlChartModel['boundaries'];
  readonly events: ControlChartModel['events'];
}

/** The points of one of the two plots, which of them have a number above, and what occupies its head and foot. */
export const takenPlaces = (
  m: ControlChartModel,
  of: (p: DrawnPoint) => number | null,
  rulesOf: (p: DrawnPoint) => readonly number[],
  besides: Pick<TakenPlaces, 'boundaries' | 'events'>,
): TakenPlaces => ({
  ...besides,
  marks: m.points.flatMap((p) => {
    const y = of(p);
    return y === null ? [] : [{ x: p.x, y, isNamed: rulesOf(p).length > 0 && !p.excluded }];
  }),
});

/** Half the side of the largest mark, and the height of a number above it, px. */
const MARK = 4;
const NUMBER = 17;
/** Height of the strip of events at the foot, and half the width of one, px. */
const STRIP = 20;
const EVENT = 20;

export function markPatches(marks: TakenPlaces['marks'], sx: (v: number) => number, sy: (v: number) => number): Patch[] {
  return marks.map((m) => {
    const [cx, cy] = [sx(m.x), sy(m.y)];
    return { x1: cx - MARK, x2: cx + MARK, y1: cy - (m.isNamed ? NUMBER : MARK), y2: cy + (m.isNamed ? NUMBER : MARK) };
  });
}

const eventPatches = (events: TakenPlaces['events'], sx: (v: number) => number, box: PlotBox): Patch[] =>
  events.map((e) => ({ x1: sx(e.x) - EVENT, x2: sx(e.x) + EVENT, y1: box.bottom - STRIP, y2: box.bottom }));

/** Texts inside a plot. */
export interface PlotLabels {
  /** Names of the phases, one entry per boundary. */
  readonly phases: readonly (PlacedLabel | null)[];
  /** Numbers of earlier limits. */
  readonly earlier: readonly EarlierLabel[];
}

/** Places the names of phases and the numbers of earlier limits clear of points, of events and of each other. */
export function placeLabels(
  box: PlotBox,
  x: readonly [number, number],
  y: readonly [number, number],
  limits: readonly LimitSegment[],
  taken: TakenPlaces,
): PlotLabels {
  const sx = scaleX(box, x);
  const sy = scaleY(box, y);
  const marks = markPatches(taken.marks, sx, sy);
  const boundaries = taken.boundaries.map((b) => ({ ...b, x: sx(b.x) }));
  const phases = placePhaseLabels(boundaries, box.left, box.right, box.top, marks);
  const names = phases.flatMap((l) => (l === null ? [] : [phasePatch(l, box.top)]));
  return { phases, earlier: earlierLabels(limits, sx, sy, box, [...marks, ...eventPatches(taken.events, sx, box), ...names]) };
}
