'use client';
import { useMemo, useRef } from 'react';
import { StatusMark } from '../components/status-mark';
import { useSvgExport } from '../components/use-svg-export';
import { shortTime } from '../format';
import { useWidth } from '../hooks/use-width';
import { ChartLegend, eventEntries, HoverCard, type LegendEntry } from './chart-parts';
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
import { LABELS, plotBox, scaleX } from './plot';
import { PlotFrame } from './plot-frame';
import { PlotPanel, seriesLine } from './plot-panel';
import { pointState } from './rules';
import { takenPlaces } from './taken-places';
import { niceTicks, tickDecimals } from './ticks';
import { type Drag, useControlWalk } from './use-control-walk';

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
  const box = plotBox(width, height, LABELS);
  const selected = useMemo(
    () => (selectedId === null ? -1 : m.points.findIndex((p) => input.ids[p.i] === selectedId)),
    [m, input.ids, selectedId],
  );
  const members = useMemo(() => {
    const ids = new Set(memberIds ?? []);
    return new Set(m.points.flatMap((p, k) => (ids.has(input.ids[p.i] ?? '') ? [k] : [])));
  }, [m, memberIds, input.ids]);
  const { walk, hovered, drag } = useControlWalk(input, m, box, selected, onSelect, onRange);
  const csv = useMemo(() => () => controlChartCsv(input), [input]);
  const exports = useSvgExport(root, input.title, csv, {
    unit: input.unit,
    notes: () => controlChartNotes(input, m.summary, m.sets),
  });
  const picked = selected >= 0 ? m.points[selected] : undefined;
  return (
    <PlotFrame
      root={root}
      head={<Head unit={input.unit} drawn={m.drawn} />}
      exports={exports}
      walk={{
        ...walk,
        kind: 'control chart',
        label: `${m.summary} Arrow keys walk the points, n and p the violations.`,
      }}
      className="touch-pan-y"
      spoken={picked ? spokenPoint(input, picked, m.valueDecimals) : ''}
      below={<Below input={input} m={m} />}
      table={{
        label: `${input.title}, points drawn`,
        header: POINT_HEADER(input),
        rows: () => m.points.map((p) => pointRow(input, p, m.valueDecimals)),
      }}
    >
      <LocationPanel m={m} width={width} height={height} selected={selected} members={members} drag={drag} />
      {m.dispersionDomain ? (
        <DispersionPanel
          m={m}
          domain={m.dispersionDomain}
          name={input.dispersionName ?? 'dispersion'}
          width={width}
          height={dispersionHeight}
          selected={selected}
        />
      ) : null}
      {hovered ? (
        <HoverCard left={scaleX(box, m.xDomain)(hovered.x)} top={12}>
          <PointText input={input} p={hovered} decimals={m.valueDecimals} />
        </HoverCard>
      ) : null}
    </PlotFrame>
  );
}

function Head({ unit, drawn }: { unit: string; drawn: ControlChartModel['drawn'] }) {
  return (
    <>
      <span>{unit}</span>
      <span className="ml-3 text-ink-3">
        {drawn.shown < drawn.of ? `${drawn.shown} of ${drawn.of} points drawn, every flagged one among them` : ''}
      </span>
    </>
  );
}

function Below({ input, m }: { input: ControlChartInput; m: ControlChartModel }) {
  return (
    <>
      <ChartLegend entries={legend(m, input)} />
      {m.sets.length === 0 ? null : (
        <ul className="text-sm text-ink-2" aria-label="Limits drawn">
          {m.sets.map((set) => (
            <li key={set}>{set}</li>
          ))}
        </ul>
      )}
    </>
  );
}

interface PanelProps {
  m: ControlChartModel;
  width: number;
  height: number;
  selected: number;
}

function LocationPanel({
  m,
  width,
  height,
  selected,
  members,
  drag,
}: PanelProps & { members: ReadonlySet<number>; drag: Drag | null }) {
  const box = plotBox(width, height, LABELS);
  const [x, y] = [m.xDomain, m.yDomain];
  const avoid = useMemo(() => takenPlaces(m, ofMain, mainRules, { boundaries: m.boundaries, events: m.events }), [m]);
  return (
    <PlotPanel
      width={width}
      height={height}
      data={m.points}
      x={x}
      xTicks={m.xTicks}
      y={y}
      yTicks={m.yTicks}
      decimals={m.yDecimals}
    >
      <ZoneLayer box={box} x={x} y={y} zones={m.zones} />
      <LimitLayer box={box} x={x} y={y} limits={m.limits} avoid={avoid} />
      <EventStrip box={box} x={x} y={y} taken={avoid} />
      {seriesLine('raw', 'var(--pale)', { width: 0.8 })}
      {seriesLine('line', 'var(--series)', { opacity: 0.65 })}
      <PointLayer
        box={box}
        x={x}
        y={y}
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
    </PlotPanel>
  );
}

/** Room above the dispersion, px. */
const TOP = 10;

function DispersionPanel({ m, domain, name, width, height, selected }: PanelProps & { domain: [number, number]; name: string }) {
  const box = plotBox(width, height, LABELS, TOP);
  const ticks = niceTicks(domain[0], domain[1], 3);
  const avoid = useMemo(() => takenPlaces(m, ofDispersion, dispersionRules, { boundaries: [], events: [] }), [m]);
  return (
    <PlotPanel
      width={width}
      height={height}
      top={TOP}
      data={m.points}
      x={m.xDomain}
      xTicks={m.xTicks}
      hideX
      y={domain}
      yTicks={ticks}
      decimals={tickDecimals(ticks)}
      name={name}
    >
      <LimitLayer box={box} x={m.xDomain} y={domain} limits={m.dispersionLimits} avoid={avoid} />
      {seriesLine('dispersion', 'var(--series)', { opacity: 0.65 })}
      <PointLayer
        box={box}
        x={m.xDomain}
        y={domain}
        points={m.points}
        of={ofDispersion}
        rulesOf={dispersionRules}
        unwatched={beyondDispersion}
        whiskers={false}
        selected={selected}
        members={NONE}
      />
    </PlotPanel>
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
