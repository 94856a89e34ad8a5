'use client';
import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { ExportMenu } from '../components/export-menu';
import { useExports } from '../components/use-exports';
import { inUnit, recorded, toCsv } from '../csv';
import { canvasDrawing } from '../export';
import { num } from '../format';
import { useTheme } from '../hooks/use-theme';
import { useWidth } from '../hooks/use-width';
import type { Palette } from '../tokens';
import { HoverCard } from './chart-parts';
import { type PlotBox, scaleX, scaleY, unscaleX } from './plot';
import { prepareTrace, type TraceInput, type TraceModel } from './trace.prepare';
import { Walkable } from './walkable';

export interface TraceChartProps {
  input: TraceInput;
  height?: number;
  /** Small multiples: no axis text, no exports. */
  compact?: boolean;
}

/** One sensor over one run on canvas: golden band, step boundaries, the trace; samples outside the band in red. */
export function TraceChart({ input, height = 220, compact = false }: TraceChartProps) {
  const root = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(root, compact ? 260 : 700);
  const { palette } = useTheme();
  const [at, setAt] = useState(-1);
  const m = useMemo(() => prepareTrace(input), [input]);
  const box = boxOf(width, height, compact);
  useEffect(() => {
    const el = canvas.current;
    const ctx = el?.getContext('2d');
    if (!el || !ctx) return;
    const ratio = window.devicePixelRatio || 1;
    el.width = Math.round(width * ratio);
    el.height = Math.round(height * ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(ctx, input, m, boxOf(width, height, compact), width, height, palette, compact, at);
  }, [input, m, width, height, palette, compact, at]);
  const onPointerMove = (e: PointerEvent<HTMLElement>): void => {
    const r = e.currentTarget.getBoundingClientRect();
    setAt(nearestSample(input.t, unscaleX(box, m.tDomain)(e.clientX - r.left)));
  };
  const text =
    at >= 0
      ? `${num(input.t[at], 2)} s: ${num(input.v[at], m.yDecimals + 1)} ${input.unit}${input.band ? `, band ${num(input.band.lo[at], m.yDecimals + 1)} to ${num(input.band.hi[at], m.yDecimals + 1)}` : ''}`
      : '';
  const title = `${input.sensor} trace`;
  const exports = useExports({
    title,
    unit: input.unit,
    notes: () => [
      m.summary,
      ...(input.steps.length > 0
        ? [`steps: ${input.steps.map((s) => `${s.name} ${num(s.fromS, 0)} to ${num(s.toS, 0)} s`).join(', ')}`]
        : []),
    ],
    csvLabel: 'CSV of the samples',
    csv: () =>
      toCsv(
        ['t (s)', inUnit(input.sensor, input.unit), ...['low', 'middle', 'high'].map((w) => inUnit(`band ${w}`, input.unit))],
        Array.from(input.t, (t, i) => [t, input.v[i], input.band?.lo[i], input.band?.mid[i], input.band?.hi[i]].map(recorded)),
      ),
    draw: (colours) => {
      const drawing = canvasDrawing(width, height, (ctx) => draw(ctx, input, m, box, width, height, colours, false, -1));
      return drawing === null ? null : { drawing };
    },
  });
  if (compact)
    return (
      <div ref={root} role="img" aria-label={m.summary}>
        <canvas ref={canvas} style={{ width, height }} className="block" />
      </div>
    );
  return (
    <div ref={root}>
      <div className="flex items-center h-7 gap-3 text-sm">
        <span className="font-semibold">{input.sensor}</span>
        <span className="text-ink-2">{input.unit}</span>
        <span className={m.deviation.outsideShare > 0.02 ? 'status-out' : 'text-ink-2'}>
          {m.summary.slice(input.sensor.length + 2)}
        </span>
        <span className="ml-auto">
          <ExportMenu items={exports} />
        </span>
      </div>
      <Walkable
        kind="trace chart"
        label={`${m.summary}. Arrow keys walk the samples.`}
        keys={[
          ['ArrowRight', () => setAt((i) => Math.min(input.t.length - 1, i + 1))],
          ['ArrowLeft', () => setAt((i) => Math.max(0, i - 1))],
        ]}
        onLeave={() => setAt(-1)}
        className="relative"
        onPointerMove={onPointerMove}
        onPointerLeave={() => setAt(-1)}
      >
        <canvas ref={canvas} style={{ width, height }} className="block" />
        {at >= 0 ? (
          <HoverCard left={scaleX(box, m.tDomain)(input.t[at]!)} top={22}>
            {text}
          </HoverCard>
        ) : null}
      </Walkable>
      <p className="sr-only" aria-live="polite">
        {text}
      </p>
    </div>
  );
}

function boxOf(width: number, height: number, compact: boolean): PlotBox {
  return compact
    ? { left: 2, right: width - 2, top: 4, bottom: height - 4 }
    : { left: 56, right: width - 12, top: 18, bottom: height - 22 };
}

/** Index of the sample that is nearest in time, s. */
function nearestSample(t: ArrayLike<number>, s: number): number {
  let lo = 0;
  let hi = t.length - 1;
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1;
    if (t[mid]! <= s) lo = mid;
    else hi = mid;
  }
  return s - (t[lo] ?? 0) <= (t[hi] ?? 0) - s ? lo : hi;
}

function draw(
  ctx: CanvasRenderingContext2D,
  c: TraceInput,
  m: TraceModel,
  box: PlotBox,
  width: number,
  height: number,
  p: Palette,
  compact: boolean,
  at: number,
): void {
  const sx = scaleX(box, m.tDomain);
  const sy = scaleY(box, m.yDomain);
  ctx.clearRect(0, 0, width, height);
  ctx.font = '11px system-ui, sans-serif';
  ctx.textBaseline = 'middle';
  ctx.lineWidth = 1;
  if (!compact) {
    ctx.textAlign = 'right';
    for (const t of m.yTicks) {
      ctx.strokeStyle = p.hairline;
      line(ctx, box.left, sy(t), box.right, sy(t));
      ctx.fillStyle = p.ink3;
      ctx.fillText(num(t, m.yDecimals), box.left - 6, sy(t));
    }
    ctx.textAlign = 'center';
    for (const t of m.tTicks) ctx.fillText(`${t}`, sx(t), height - 10);
    ctx.textAlign = 'left';
    ctx.fillText('s', box.right + 2, height - 10);
  }
  c.steps.forEach((s, i) => {
    ctx.strokeStyle = p.hairlineStrong;
    ctx.setLineDash([2, 3]);
    if (i > 0) line(ctx, sx(s.fromS), box.top, sx(s.fromS), box.bottom);
    ctx.setLineDash([]);
    if (!compact && sx(s.toS) - sx(s.fromS) > 30) {
      ctx.fillStyle = p.ink2;
      ctx.textAlign = 'left';
      ctx.fillText(s.name, sx(s.fromS) + 3, 9, sx(s.toS) - sx(s.fromS) - 6);
    }
  });
  if (c.band) {
    ctx.fillStyle = p.band;
    ctx.beginPath();
    let open = false;
    for (let i = 0; i < c.t.length; i++) {
      if (Number.isNaN(c.band.hi[i]!)) continue;
      if (open) ctx.lineTo(sx(c.t[i]!), sy(c.band.hi[i]!));
      else ctx.moveTo(sx(c.t[i]!), sy(c.band.hi[i]!));
      open = true;
    }
    for (let i = c.t.length - 1; i >= 0; i--) if (!Number.isNaN(c.band.lo[i]!)) ctx.lineTo(sx(c.t[i]!), sy(c.band.lo[i]!));
    ctx.fill();
  }
  polyline(ctx, c, sx, sy, p.series, compact ? 1 : 1.3, () => true);
  if (c.band) {
    const b = c.band;
    polyline(ctx, c, sx, sy, p.out, compact ? 1.2 : 1.8, (i) => c.v[i]! > b.hi[i]! || c.v[i]! < b.lo[i]!);
  }
  if (at >= 0 && !Number.isNaN(c.v[at]!)) {
    ctx.strokeStyle = p.hairlineStrong;
    line(ctx, sx(c.t[at]!), box.top, sx(c.t[at]!), box.bottom);
    ctx.fillStyle = p.accent;
    ctx.beginPath();
    ctx.arc(sx(c.t[at]!), sy(c.v[at]!), 3.5, 0, 2 * Math.PI);
    ctx.fill();
  }
}

function line(ctx: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}

function polyline(
  ctx: CanvasRenderingContext2D,
  c: TraceInput,
  sx: (v: number) => number,
  sy: (v: number) => number,
  color: string,
  w: number,
  use: (i: number) => boolean,
): void {
  ctx.strokeStyle = color;
  ctx.lineWidth = w;
  ctx.beginPath();
  let pen = false;
  for (let i = 0; i < c.t.length; i++) {
    if (Number.isNaN(c.v[i]!) || !use(i)) pen = false;
    else if (pen) ctx.lineTo(sx(c.t[i]!), sy(c.v[i]!));
    else {
      ctx.moveTo(sx(c.t[i]!), sy(c.v[i]!));
      pen = true;
    }
  }
  ctx.stroke();
}
