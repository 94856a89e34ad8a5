'use client';
import { memo, useMemo, useRef, useState } from 'react';
import { useSvgExport } from '../components/use-svg-export';
import { num } from '../format';
import { useWidth } from '../hooks/use-width';
import { textPx } from '../text-width';
import { shownLabel } from './bars.prepare';
import { bandPath, dotsPath, linePath, nearestIndex, type PlotBox, plotBox, scaleX, scaleY, unscaleX } from './plot';
import { numberTicks, PlotPanel } from './plot-panel';
import { SamplePlot } from './sample-plot';
import { tickDecimals } from './ticks';
import { prepareTrace, type TraceInput, type TraceModel, traceCsv, traceNotes, traceWithin, traceWords } from './trace.prepare';

const RIGHT = 24;
/** Space for the names of the steps, px. */
const TOP = 18;

/** One sensor over one run: golden band, step boundaries, the trace; samples outside the band in red. */
export function TraceChart({
  input: whole,
  step = null,
  height = 220,
}: {
  input: TraceInput;
  /** The recipe step that is pointed to; null: none. */
  step?: string | null;
  height?: number;
}) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 700);
  const [zoom, zoomTo] = useState<{ t: Float32Array; range: readonly [number, number] } | null>(null);
  // all sensors of a run share their times and the zoomed range
  const range = zoom?.t === whole.t ? zoom.range : null;
  const { summary, isOut } = useMemo(() => prepareTrace(whole), [whole]);
  const input = useMemo(() => (range ? traceWithin(whole, range) : whole), [whole, range]);
  const m = useMemo(() => prepareTrace(input), [input]);
  const box = plotBox(width, height, RIGHT, TOP);
  const [sx, sy] = [scaleX(box, m.tDomain), scaleY(box, m.yDomain)];
  const seconds = unscaleX(box, m.tDomain);
  const nearestTo = (px: number): number => nearestIndex(input.t, seconds(px));
  const onRange = (from: number, to: number): void => {
    const [a, b] = [input.t[nearestTo(from)], input.t[nearestTo(to)]];
    if (a !== undefined && b !== undefined && a < b) zoomTo({ t: whole.t, range: [a, b] });
  };
  const title = `${input.sensor} trace`;
  const exports = useSvgExport(root, title, () => traceCsv(whole), {
    unit: input.unit,
    notes: () => traceNotes(input, summary, range),
  });
  return (
    <SamplePlot
      root={root}
      head={
        <span className="flex items-center gap-3">
          <span className="font-semibold text-ink">{input.sensor}</span>
          <span>{input.unit}</span>
          <span className={isOut ? 'status-out' : ''}>{summary.slice(input.sensor.length + 2)}</span>
          {range ? (
            <button type="button" className="link" onClick={() => zoomTo(null)}>
              Whole run
            </button>
          ) : null}
        </span>
      }
      exports={exports}
      kind="trace chart"
      label={`${summary}. Arrow keys walk the samples, a drag zooms in.`}
      samples={{ count: input.t.length, under: nearestTo, zoom: { box, onRange } }}
      tell={(k) => ({
        said: [traceWords(input, k, m.yDecimals + 1)],
        x: sx(input.t[k]!),
        top: TOP + 4,
        cross: [box.top, box.bottom],
        ring: Number.isNaN(input.v[k]!) ? null : sy(input.v[k]!),
      })}
      table={{
        label: title,
        header: ['t, s', `${input.sensor}, ${input.unit}`, 'Band from', 'to'],
        rows: () =>
          Array.from(m.shown, (i) => ({
            key: String(i),
            cells: [input.t[i], input.v[i], input.band?.lo[i], input.band?.hi[i]].map((x, k) =>
              num(x, k === 0 ? 2 : m.yDecimals + 1),
            ),
          })),
      }}
    >
      <PlotPanel
        width={width}
        height={height}
        box={box}
        x={m.tDomain}
        xTicks={numberTicks(m.tTicks, tickDecimals(m.tTicks))}
        y={m.yDomain}
        yTicks={numberTicks(m.yTicks, m.yDecimals)}
      >
        <text x={box.right + 4} y={box.bottom + 15} fontSize={11} fill="var(--ink-3)">
          s
        </text>
        {input.steps
          .filter((s) => s.name === step)
          .map((s) => (
            <rect
              key={s.fromS}
              x={sx(s.fromS)}
              y={box.top}
              width={sx(s.toS) - sx(s.fromS)}
              height={box.bottom - box.top}
              fill="var(--accent)"
              fillOpacity={0.08}
            />
          ))}
        <Marks input={input} m={m} box={box} isNamed />
      </PlotPanel>
    </SamplePlot>
  );
}

/** A trace small among others: its marks alone. */
export const SmallTrace = memo(function SmallTrace({ input, height = 56 }: { input: TraceInput; height?: number }) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 260);
  const m = useMemo(() => prepareTrace(input), [input]);
  return (
    <div ref={root} role="img" aria-label={m.summary}>
      <svg width={width} height={height} aria-hidden="true" className="block">
        <Marks input={input} m={m} box={{ left: 2, right: width - 2, top: 4, bottom: height - 4 }} />
      </svg>
    </div>
  );
});

interface MarksProps {
  input: TraceInput;
  m: TraceModel;
  box: PlotBox;
  isNamed?: boolean;
}

/** The golden band, where steps begin, the trace, and what of it lies outside the band. */
function Marks({ input: c, m, box, isNamed = false }: MarksProps) {
  const [sx, sy] = [scaleX(box, m.tDomain), scaleY(box, m.yDomain)];
  const y = (v: number): number | null => (Number.isNaN(v) ? null : sy(v));
  const drawn = Array.from(m.shown);
  const b = c.band;
  const width = isNamed ? 1.3 : 1;
  // a single sample has no line
  const outside = drawn.map((i) => ({ cx: sx(c.t[i]!), cy: m.isOutside(i) ? y(c.v[i]!) : null }));
  return (
    <g>
      {b ? (
        <path d={bandPath(drawn.map((i) => ({ cx: sx(c.t[i]!), low: y(b.lo[i]!), high: y(b.hi[i]!) })))} fill="var(--band)" />
      ) : null}
      {c.steps.map((s, i) => (
        <g key={s.fromS}>
          {i === 0 ? null : (
            <line
              x1={sx(s.fromS)}
              x2={sx(s.fromS)}
              y1={box.top}
              y2={box.bottom}
              stroke="var(--hairline-strong)"
              strokeDasharray="2 3"
            />
          )}
          {isNamed ? <StepName name={s.name} x={sx(s.fromS) + 3} y={box.top - 5} room={sx(s.toS) - sx(s.fromS) - 6} /> : null}
        </g>
      ))}
      <path
        d={linePath(drawn.map((i) => ({ cx: sx(c.t[i]!), cy: y(c.v[i]!) })))}
        fill="none"
        stroke="var(--series)"
        strokeWidth={width}
      />
      <path d={linePath(outside)} fill="none" stroke="var(--out)" strokeWidth={width + 0.4} />
      <path
        d={dotsPath(
          outside.flatMap(({ cx, cy }) => (cy === null ? [] : [{ cx, cy }])),
          width + 0.4,
        )}
        fill="var(--out)"
      />
    </g>
  );
}

/** As much of a name as there is room for; nothing where that would be meaningless. */
function StepName({ name, x, y, room }: { name: string; x: number; y: number; room: number }) {
  const text = shownLabel(name, room);
  return textPx(text, 11) > room ? null : (
    <text x={x} y={y} fontSize={11} fill="var(--ink-2)">
      {text}
    </text>
  );
}
