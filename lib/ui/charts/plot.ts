import { bisectCenter, bisector } from 'd3-array';
import { area, curveLinear, curveStepAfter, line } from 'd3-shape';
import { textPx } from '../text-width';

/** Geometry shared by all charts: fixed axis sizes, so that stacked charts line up and pointer positions are plain arithmetic. */
export interface PlotBox {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export const Y_AXIS = 56;
export const X_AXIS = 22;
/** Room at the right for the labels of limits. */
export const LABELS = 116;

export const plotBox = (width: number, height: number, right: number, top = 10, left = Y_AXIS): PlotBox => ({
  left,
  right: Math.max(left + 40, width - right),
  top,
  bottom: height - X_AXIS,
});

export const scaleX =
  (box: PlotBox, [lo, hi]: readonly [number, number]) =>
  (v: number): number =>
    box.left + ((v - lo) / (hi - lo || 1)) * (box.right - box.left);
export const scaleY =
  (box: PlotBox, [lo, hi]: readonly [number, number]) =>
  (v: number): number =>
    box.bottom - ((v - lo) / (hi - lo || 1)) * (box.bottom - box.top);
export const unscaleX =
  (box: PlotBox, [lo, hi]: readonly [number, number]) =>
  (px: number): number =>
    lo + ((px - box.left) / (box.right - box.left || 1)) * (hi - lo);

/** Index of the nearest of ascending values; -1 when there are none. */
export const nearestIndex = (values: ArrayLike<number>, v: number): number =>
  values.length === 0 ? -1 : bisectCenter(values, v);

/** Index of the entry of an ascending list whose x is nearest; -1 when the list is empty. */
export const nearest = (entries: readonly { x: number }[], x: number): number =>
  entries.length === 0 ? -1 : byX.center(entries, x);

const byX = bisector((e: { x: number }) => e.x);

/** Index of the mark nearest to a position, px; -1 when none is within reach. */
export function nearestMark(marks: readonly { cx: number; cy: number }[], x: number, y: number, reach = 12): number {
  let best = -1;
  let least = reach ** 2;
  marks.forEach((m, k) => {
    const d = (m.cx - x) ** 2 + (m.cy - y) ** 2;
    if (d >= least) return;
    least = d;
    best = k;
  });
  return best;
}

/** Pushes label positions apart to at least `gap` pixels, keeping their order, inside [min, max]. */
export function spreadLabels(y: readonly number[], gap: number, min: number, max: number): number[] {
  const order = y.map((v, i) => ({ v, i })).sort((a, b) => a.v - b.v);
  const out = order.map((o) => o.v);
  for (let k = 0; k < out.length; k++) out[k] = Math.max(out[k]!, k === 0 ? min : out[k - 1]! + gap);
  for (let k = out.length - 1; k >= 0; k--) out[k] = Math.min(out[k]!, k === out.length - 1 ? max : out[k + 1]! - gap);
  const back = new Array<number>(y.length);
  order.forEach((o, k) => {
    back[o.i] = out[k]!;
  });
  return back;
}

/** A mark of a series, px; `cy` null where the value is missing. */
export interface SeriesMark {
  cx: number;
  cy: number | null;
}

/** A line through marks: a gap where the value is missing. */
export const linePath = (marks: readonly SeriesMark[], shape: 'linear' | 'step' = 'linear'): string =>
  line<SeriesMark>()
    .defined((m) => m.cy !== null)
    .x((m) => m.cx)
    .y((m) => m.cy!)
    .curve(shape === 'step' ? curveStepAfter : curveLinear)
    .digits(1)(marks) ?? '';

/** A band between two heights: a gap where either is missing. */
export const bandPath = (marks: readonly { cx: number; low: number | null; high: number | null }[]): string =>
  area<(typeof marks)[number]>()
    .defined((m) => m.low !== null && m.high !== null)
    .x((m) => m.cx)
    .y0((m) => m.low!)
    .y1((m) => m.high!)
    .digits(1)(marks) ?? '';

/** The centre of a text such that it is not clipped at either end of a drawing. */
export function insideX(x: number, text: string, width: number, size = 11): number {
  const half = textPx(text, size) / 2;
  return Math.min(width - half, Math.max(half, x));
}

/** The texts, by their centres, that keep a gap between each other, from the left, px. */
export function spacedTexts<T extends { x: number; text: string }>(texts: readonly T[], gap: number, size = 11): T[] {
  let end = Number.NEGATIVE_INFINITY;
  return texts.filter(({ x, text }) => {
    const half = textPx(text, size) / 2;
    if (x - half < end) return false;
    end = x + half + gap;
    return true;
  });
}

/** Many small discs as one path: one node instead of thousands. */
export function dotsPath(points: readonly { cx: number; cy: number }[], r: number): string {
  let d = '';
  for (const p of points)
    d += `M${(p.cx - r).toFixed(1)} ${p.cy.toFixed(1)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
  return d;
}

/** The same of squares; `r` is half a side. */
export function squaresPath(points: readonly { cx: number; cy: number }[], r: number): string {
  let d = '';
  for (const p of points) d += `M${(p.cx - r).toFixed(1)} ${(p.cy - r).toFixed(1)}h${2 * r}v${2 * r}h${-2 * r}z`;
  return d;
}

/** A rectangle of a plot, px. */
export interface Patch {
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
}

export const overlaps = (a: Patch, b: Patch): boolean => a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;
