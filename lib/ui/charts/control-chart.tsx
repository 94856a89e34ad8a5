'use client';
import { type PointerEvent, useMemo, useRef, useState } from 'react';
import { CartesianGrid, Line, LineChart } from 'recharts';
import { ExportMenu } from '../components/export-menu';
import { StatusMark } from '../components/status-mark';
import { useSvgExport } from '../components/use-svg-export';
import { shortTime } from '../format';
import { useKeys } from '../hooks/use-keys';
import { useWidth } from '../hooks/use-width';
import {
  AxisName,
  ChartLegend,
  DataDisclosure,
  eventEntries,
  HoverCard,
  type LegendEntry,
  numberXAxis,
  numberYAxis,
} from './chart-parts';
import {
  type ControlChartInput,
  type ControlChartModel,
  type ControlChartOptions,
  type DrawnPoint,
  prepareControlChart,
  valueWords,
} from './control-chart.prepare';
import { controlChartCsv, controlChartNotes, POINT_HEADER, pointRow, spokenPoint } from './control-chart.text';
import { EventStrip, LimitLayer, PointLayer, ZoneLayer } from './control-marks';
import { LABELS, nearest, plotBox, unscaleX } from './plot';
import { pointState } from './rules';
import { takenPlaces } from './taken-places';
import { niceTicks, tickDecimals } from './ticks';
import { Walkable } from './walkable';

export interface ControlChartProps {
  input: ControlChartInput;
  options: ControlChartOptions;
  selectedId: string | null;
  onSelect: (id: string | null) => void;
  /** Points of the window that made the selected point red. */
  memberIds?: readonly string[];
  /** A stretch dragged out with the mouse, as process time. */
  onRange?: (fromMs: number, toMs: number) => void;
  height?: number;
  dispersionHeight?: number;
}

/** Control chart with its dispersion chart on the same x. One tab stop: arrows walk points, n / p the violations, Escape leaves. */
export function ControlChart({
  input,
  options,
  selectedId,
  onSelect,
  memberIds,
  onRange,
  height = 300,
  dispersionHeight = 112,
}: ControlChartProps) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 900);
  const m = useMemo(() => prepareControlChart(input, options), [input, options]);
  const [hover, setHover] = useState<number | null>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const box = plotBox(width, height, LABELS);
  const box2 = plotBox(width, dispersionHeight, LABELS, 8);
  const avoid = useMemo(() => takenPlaces(m, ofMain, mainRules, { boundaries: m.boundaries, events: m.events }), [m]);
  const avoid2 = useMemo(() => takenPlaces(m, ofDispersion, dispersionRules, { boundaries: [], events: [] }), [m]);
  const selected = useMemo(
    () => (selectedId === null ? -1 : m.points.findIndex((p) => input.ids[p.i] === selectedId)),
    [m, input.ids, selectedId],
  );
  const members = useMemo(() => {
    const ids = new Set(memberIds ?? []);
    return new Set(m.points.flatMap((p, k) => (ids.has(input.ids[p.i] ?? '') ? [k] : [])));
  }, [m, memberIds, input.ids]);

  const choose = (k: number | undefined): void => {
    const p = k === undefined ? undefined : m.points[k];
    if (p) onSelect(input.ids[p.i] ?? null);
  };
  const step = (d: number): void =>
    choose(Math.min(m.points.length - 1, Math.max(0, selected < 0 ? (d > 0 ? 0 : m.points.length - 1) : selected + d)));
  const stepViolation = (d: number): void => {
    if (m.violations.length === 0) return;
    const next =
      d > 0
        ? m.violations.find((k) => k > selected)
        : m.violations.findLast((k) => k < (selected < 0 ? m.points.length : selected));
    choose(next ?? (d > 0 ? m.violations[0] : m.violations.at(-1)));
  };
  useKeys({ n: () => stepViolation(1), p: () => stepViolation(-1) });
  const xAt = (e: PointerEvent<HTMLDivElement>): number => {
    const rect = e.currentTarget.getBoundingClientRect();
    return Math.min(box.right, Math.max(box.left, e.clientX - rect.left));
  };
  const pointAt = (px: number): number => nearest(m.points, unscaleX(box, m.xDomain)(px));
  const onUp = (e: PointerEvent<HTMLDivElement>): void => {
    const px = xAt(e);
    if (drag && onRange && Math.abs(px - drag.from) > 12) {
      const a = m.points[pointAt(Math.min(px, drag.from))];
      const b = m.points[pointAt(Math.max(px, drag.from))];
      if (a && b) onRange(input.at[a.i]!, input.at[b.i]!);
    } else choose(pointAt(px));
    setDrag(null);
  };
  const csv = useMemo(() => () => controlChartCsv(input), [input]);
  const exports = useSvgExport(root, input.title, csv, {
    unit: input.unit,
    notes: () => controlChartNotes(input, m.summary, m.sets),
  });
  const d2 = m.dispersionDomain;
  const d2Ticks = d2 ? niceTicks(d2[0], d2[1], 3) : [];
  const common = {
    width,
    margin: { top: 10, right: LABELS, bottom: 0, left: 0 },
    data: m.points,
    accessibilityLayer: false,
  } as const;
  const picked = selected >= 0 ? m.points[selected] : undefined;
  const hovered = hover !== null && !drag ? m.points[hover] : undefined;
  return (
    <div ref={root}>
      <div className="flex items-center text-sm text-ink-2 h-7">
        <span>{input.unit}</span>
        <span className="ml-3 text-ink-3">
          {m.drawn.shown < m.drawn.of ? `${m.drawn.shown} of ${m.drawn.of} points drawn, every flagged one among them` : ''}
        </span>
        <span className="ml-auto">
          <ExportMenu items={exports} />
        </span>
      </div>
      <Walkable
        kind="control chart"
        label={`${m.summary} Arrow keys walk the points, n and p the violations.`}
        keys={[
          ['ArrowRight', () => step(1)],
          ['ArrowLeft', () => step(-1)],
          ['Home', () => choose(0)],
          ['End', () => choose(m.points.length - 1)],
        ]}
        onLeave={() => onSelect(null)}
        className="relative select-none touch-pan-y"
        onPointerMove={(e) => {
          const px = xAt(e);
          setHover(pointAt(px));
          if (drag) setDrag({ from: drag.from, to: px });
        }}
        onPointerLeave={() => {
          setHover(null);
          setDrag(null);
        }}
        onPointerDown={(e) => setDrag({ from: xAt(e), to: xAt(e) })}
        onPointerUp={onUp}
      >
        <LineChart {...common} height={height}>
          <CartesianGrid stroke="var(--hairline)" vertical={false} />
          {numberXAxis(m.xDomain, m.xTicks)}
          {numberYAxis(m.yDomain, m.yTicks, m.yDecimals)}
          <ZoneLayer box={box} x={m.xDomain} y={m.yDomain} zones={m.zones} />
          <LimitLayer box={box} x={m.xDomain} y={m.yDomain} limits={m.limits} avoid={avoid} />
          <EventStrip box={box} x={m.xDomain} y={m.yDomain} taken={avoid} />
          <Line
            dataKey="raw"
            type="linear"
            dot={false}
            activeDot={false}
            isAnimationActive={false}
            stroke="var(--pale)"
            strokeWidth={0.8}
            connectNulls={false}
          />
          <Line
            dataKey="line"
            type="linear"
            dot={false}
            activeDot={false}
            isAnimationActive={false}
            stroke="var(--series)"
            strokeOpacity={0.65}
            strokeWidth={1}
            connectNulls={false}
          />
          <PointLayer
            box={box}
            x={m.xDomain}
            y={m.yDomain}
            points={m.points}
            of={ofMain}
            rulesOf={mainRules}
            whiskers
            selected={selected}
            members={members}
          />
          {drag && Math.abs(drag.to - drag.from) > 4 ? (
            <rect
              x={Math.min(drag.from, drag.to)}
              width={Math.abs(drag.to - drag.from)}
              y={box.top}
              height={box.bottom - box.top}
              fill="var(--accent)"
              fillOpacity={0.14}
            />
          ) : null}
        </LineChart>
        {d2 ? (
          <LineChart {...common} margin={{ top: 8, right: LABELS, bottom: 0, left: 0 }} height={dispersionHeight}>
            <CartesianGrid stroke="var(--hairline)" vertical={false} />
            {numberXAxis(m.xDomain, m.xTicks, true)}
            {numberYAxis(d2, d2Ticks, tickDecimals(d2Ticks))}
            <LimitLayer box={box2} x={m.xDomain} y={d2} limits={m.dispersionLimits} avoid={avoid2} />
            <Line
              dataKey="dispersion"
              type="linear"
              dot={false}
              activeDot={false}
              isAnimationActive={false}
              stroke="var(--series)"
              strokeOpacity={0.65}
              strokeWidth={1}
              connectNulls={false}
            />
            <PointLayer
              box={box2}
              x={m.xDomain}
              y={d2}
              points={m.points}
              of={ofDispersion}
              rulesOf={dispersionRules}
              unwatched={beyondDispersion}
              whiskers={false}
              selected={selected}
              members={NONE}
            />
            <AxisName text={input.dispersionName ?? 'dispersion'} y={14} />
          </LineChart>
        ) : null}
        {hovered ? (
          <HoverCard
            left={box.left + ((hovered.x - m.xDomain[0]) / (m.xDomain[1] - m.xDomain[0])) * (box.right - box.left)}
            top={12}
          >
            <PointText input={input} p={hovered} decimals={m.valueDecimals} />
          </HoverCard>
        ) : null}
      </Walkable>
      <p className="sr-only" aria-live="polite">
        {picked ? spokenPoint(input, picked, m.valueDecimals) : ''}
      </p>
      <ChartLegend entries={legend(m, input)} />
      {m.sets.length === 0 ? null : (
        <ul className="text-sm text-ink-2" aria-label="Limits drawn">
          {m.sets.map((set) => (
            <li key={set}>{set}</li>
          ))}
        </ul>
      )}
      <DataDisclosure
        label={`${input.title}, points drawn`}
        header={POINT_HEADER(input)}
        rows={() => m.points.map((p) => pointRow(input, p, m.valueDecimals))}
      />
    </div>
  );
}

const NONE: ReadonlySet<number> = new Set();
const ofMain = (p: DrawnPoint): number | null => p.y;
const ofDispersion = (p: DrawnPoint): number | null => p.dispersion;
const beyondDispersion = (p: DrawnPoint): boolean => p.beyondDispersion;
const mainRules = (p: DrawnPoint): readonly number[] => p.rules;
const dispersionRules = (p: DrawnPoint): readonly number[] => p.dispersionRules;

/** Only what is on this chart. */
function legend(m: ControlChartModel, c: ControlChartInput): LegendEntry[] {
  const has = (f: (p: DrawnPoint) => boolean): boolean => m.points.some(f);
  const events = c.events.filter((e) => m.events.some((d) => d.label.startsWith(e.label)));
  return [
    ...(has((p) => p.rules.length + p.dispersionRules.length > 0 && !p.excluded)
      ? [{ mark: 'square', color: 'var(--out)', label: 'a rule fired (its number above)' } as const]
      : []),
    ...(has((p) => p.beyondDispersion && p.dispersionRules.length === 0)
      ? [{ mark: 'open', color: 'var(--out)', label: 'dispersion beyond its limit, no rule watches it' } as const]
      : []),
    ...(has((p) => Boolean(p.excluded)) ? [{ mark: 'hollow', color: 'var(--ink-3)', label: 'excluded' } as const] : []),
    ...eventEntries(events.map((e) => e.kind)),
  ];
}

function PointText({ input, p, decimals }: { input: ControlChartInput; p: DrawnPoint; decimals: number }) {
  const state = pointState({ ...p, rules: [...p.rules, ...p.dispersionRules] });
  return (
    <>
      <div className="font-semibold">{valueWords(input, p.i, decimals)}</div>
      <div className="text-ink-2">
        {input.names[p.i]} · {shortTime(input.at[p.i])}
      </div>
      {state.status === 'ok' ? null : <StatusMark status={state.status} text={state.text} />}
    </>
  );
}
