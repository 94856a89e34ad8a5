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

export const plotBox = (width: number, height: number, right: number, top = 10): PlotBox => ({
  left: Y_AXIS,
  right: Math.max(Y_AXIS + 40, width - right),
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

/** Index of the entry of an ascending list whose x is nearest; -1 when the list is empty. */
export function nearest(xs: readonly { x: number }[], x: number): number {
  if (xs.length === 0) return -1;
  let lo = 0;
  let hi = xs.length - 1;
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1;
    if (xs[mid]!.x <= x) lo = mid;
    else hi = mid;
  }
  return x - xs[lo]!.x <= xs[hi]!.x - x ? lo : hi;
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

/** Many small discs as one path: one node instead of thousands. */
export function dotsPath(points: readonly { cx: number; cy: number }[], r: number): string {
  let d = '';
  for (const p of points)
    d += `M${(p.cx - r).toFixed(1)} ${p.cy.toFixed(1)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
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
