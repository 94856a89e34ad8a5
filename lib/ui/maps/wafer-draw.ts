'use client';
import { contours } from 'd3-contour';
import { niceTicks } from '../charts/ticks';
import type { Palette } from '../tokens';
import { cssOf } from './colour-scale';
import { gridPixels, type WaferMapModel } from './wafer-map.prepare';

export interface WaferGeometry {
  size: number;
  /** Pixels per mm. */
  k: number;
  px: (xMm: number) => number;
  py: (yMm: number) => number;
}

/** A square picture of `size` pixels with the wafer centred; the notch is at the bottom. */
export function waferGeometry(size: number, radiusMm: number): WaferGeometry {
  const k = (size / 2 - 4) / radiusMm;
  return { size, k, px: (x) => size / 2 + x * k, py: (y) => size / 2 - y * k };
}

/** Outline with its notch as a path, in pixels. */
export function waferOutline(g: WaferGeometry, radiusMm: number): string {
  const r = radiusMm * g.k;
  const half = Math.max(2.5, r * 0.02);
  const c = g.size / 2;
  const y = c + Math.sqrt(r * r - half * half);
  return `M${c - half} ${y}A${r} ${r} 0 1 1 ${c + half} ${y}L${c} ${y - half * 1.4}Z`;
}

let hatchCache: { key: string; pattern: CanvasPattern | null } | null = null;
function hatch(ctx: CanvasRenderingContext2D, palette: Palette): CanvasPattern | string {
  if (hatchCache?.key !== palette.hatch) {
    const tile = document.createElement('canvas');
    tile.width = 5;
    tile.height = 5;
    const t = tile.getContext('2d');
    if (t) {
      t.fillStyle = palette.surface;
      t.fillRect(0, 0, 5, 5);
      t.strokeStyle = palette.hatch;
      t.beginPath();
      t.moveTo(-1, 6);
      t.lineTo(6, -1);
      t.stroke();
    }
    hatchCache = { key: palette.hatch, pattern: ctx.createPattern(tile, 'repeat') };
  }
  return hatchCache.pattern ?? palette.hatch;
}

/** Draws a finished model; the caller has scaled the context to CSS pixels. */
export function drawWaferMap(
  ctx: CanvasRenderingContext2D,
  m: WaferMapModel,
  g: WaferGeometry,
  palette: Palette,
  o: { selected?: number; thumb?: boolean } = {},
): void {
  const { input, scale } = m;
  const outline = new Path2D(waferOutline(g, input.radiusMm));
  ctx.clearRect(0, 0, g.size, g.size);
  ctx.fillStyle = palette.sunken;
  ctx.fill(outline);
  ctx.save();
  ctx.clip(outline);
  if (m.grid) drawContour(ctx, m, g, palette, o.thumb ?? false);
  if (m.kind === 'die') drawDies(ctx, m, g, palette);
  ctx.restore();
  const r = m.kind === 'site' ? siteRadius(input.value.length, g) : o.thumb ? 0 : 2;
  if (r > 0) {
    for (let i = 0; i < input.value.length; i++) {
      const x = g.px(input.x[i]!);
      const y = g.py(input.y[i]!);
      const css = cssOf(scale, input.value[i]!);
      ctx.beginPath();
      ctx.arc(x, y, css ? r : Math.max(r, MISSING_RADIUS), 0, 2 * Math.PI);
      ctx.fillStyle = css ?? hatch(ctx, palette);
      ctx.fill();
      ctx.lineWidth = 0.75;
      ctx.strokeStyle = m.kind === 'site' ? palette.hairlineStrong : palette.ink;
      if (!o.thumb || !css) ctx.stroke();
    }
  }
  ctx.lineWidth = 1;
  ctx.strokeStyle = palette.hairlineStrong;
  ctx.stroke(outline);
  if (!o.thumb) {
    ctx.setLineDash([3, 3]);
    ctx.beginPath();
    ctx.arc(g.size / 2, g.size / 2, (input.radiusMm - input.edgeExclusionMm) * g.k, 0, 2 * Math.PI);
    ctx.stroke();
    ctx.setLineDash([]);
  }
  const s = o.selected ?? -1;
  if (s >= 0 && s < input.value.length) {
    ctx.lineWidth = 2;
    ctx.strokeStyle = palette.accent;
    ctx.beginPath();
    ctx.arc(g.px(input.x[s]!), g.py(input.y[s]!), Math.max(r, 4) + 3, 0, 2 * Math.PI);
    ctx.stroke();
  }
}

/** Radius of a missing site on a contour, large enough for its hatching to be visible. */
export const MISSING_RADIUS = 5;

export const siteRadius = (n: number, g: WaferGeometry): number =>
  Math.max(1.6, Math.min(g.size * 0.032, (g.size * 0.38) / Math.sqrt(Math.max(1, n))));

function drawContour(ctx: CanvasRenderingContext2D, m: WaferMapModel, g: WaferGeometry, palette: Palette, thumb: boolean): void {
  const grid = m.grid;
  if (!grid) return;
  const off = document.createElement('canvas');
  off.width = grid.size;
  off.height = grid.size;
  off.getContext('2d')?.putImageData(new ImageData(gridPixels(grid, m.scale), grid.size, grid.size), 0, 0);
  const r = m.input.radiusMm * g.k;
  ctx.imageSmoothingEnabled = true;
  ctx.drawImage(off, g.size / 2 - r, g.size / 2 - r, 2 * r, 2 * r);
  if (thumb) return;
  const levels = niceTicks(m.scale.min, m.scale.max, 8);
  const filled = fillOutside(grid);
  ctx.lineWidth = 0.6;
  ctx.strokeStyle = palette.ink;
  ctx.globalAlpha = 0.45;
  const to = (2 * r) / grid.size;
  for (const c of contours().size([grid.size, grid.size]).thresholds(levels)(filled)) {
    ctx.beginPath();
    for (const polygon of c.coordinates)
      for (const ring of polygon)
        ring.forEach(([cx = 0, cy = 0], i) => {
          const x = g.size / 2 - r + cx * to;
          const y = g.size / 2 - r + cy * to;
          if (i === 0) ctx.moveTo(x, y);
          else ctx.lineTo(x, y);
        });
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
}

/** Contour lines need a value everywhere: outside the disc the nearest inside value along the row is repeated (it is clipped away). */
function fillOutside(grid: { size: number; values: Float64Array }): number[] {
  const out = Array.from(grid.values);
  for (let r = 0; r < grid.size; r++) {
    const at = r * grid.size;
    let first = 0;
    while (first < grid.size && Number.isNaN(out[at + first]!)) first++;
    if (first === grid.size) continue;
    let last = grid.size - 1;
    while (Number.isNaN(out[at + last]!)) last--;
    for (let c = 0; c < first; c++) out[at + c] = out[at + first]!;
    for (let c = last + 1; c < grid.size; c++) out[at + c] = out[at + last]!;
  }
  return out;
}

function drawDies(ctx: CanvasRenderingContext2D, m: WaferMapModel, g: WaferGeometry, palette: Palette): void {
  const die = m.input.die;
  if (!die) return;
  const w = die.widthMm * g.k;
  const h = die.heightMm * g.k;
  for (const d of m.dies) {
    const x = g.px(d.x) - w / 2;
    const y = g.py(d.y) - h / 2;
    ctx.globalAlpha = d.isWhole ? 1 : 0.4;
    ctx.fillStyle = cssOf(m.scale, d.value) ?? hatch(ctx, palette);
    ctx.fillRect(x, y, w, h);
    ctx.globalAlpha = 1;
    if (w > 5 && h > 5) {
      ctx.lineWidth = 0.5;
      ctx.strokeStyle = palette.surface;
      ctx.strokeRect(x, y, w, h);
    }
  }
}
