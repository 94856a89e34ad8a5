'use client';
import { memo, useMemo, useRef } from 'react';
import { StatusMark } from '../components/status-mark';
import { useSvgExport } from '../components/use-svg-export';
import { num, shortTime } from '../format';
import { useWidth } from '../hooks/use-width';
import { BesidePanel, DISPERSION_PANEL, type MarksProps, NONE, type PanelProps, WITHIN_PANEL } from './beside-panel';
import { ChartLegend, eventEntries, type LegendEntry } from './chart-parts';
import type { ControlChartInput, ControlChartModel, ControlChartOptions, DrawnPoint } from './control-chart.model';
import { prepareControlChart } from './control-chart.prepare';
import { controlChartCsv, controlChartNotes, POINT_HEADER, pointRow, spokenPoint } from './control-chart.text';
import { allPoints, Head } from './control-chart-head';
import { EventStrip, LimitLayer, PickedPoint, PointLayer, UnjudgedLayer, ZoneLayer } from './control-marks';
import { rulesAt, valueWords } from './drawn-point';
import { LABELS, plotBox, scaleX, scaleY } from './plot';
import { PlotFrame } from './plot-frame';
import { numberTicks, PlotPanel, SeriesLine } from './plot-panel';
import { pointState } from './rules';
import { SupersededLayer } from './superseded-layer';
import { placeLabels, takenPlaces } from './taken-places';
import { useControlWalk } from './use-control-walk';

export interface ControlChartProps {
  input: ControlChartInput;
  options: ControlChartOptions;
  selectedId: string | null;
  onSelect: (id: string | null) => void;
  /** Points of the window that made the selected point a signal. */
  memberIds?: readonly string[];
  /** A range selected by dragging, as process time. */
  onRange?: (fromMs: number, toMs: number) => void;
  /** A double click, or Home with no point selected: the whole range again. */
  onWhole?: () => void;
  /** Address of all points of the window as a file, where `input` holds only some of them. */
  csvHref?: string;
  height?: number;
  dispersionHeight?: number;
}

/** Control chart with its dispersion chart on the same x. One tab stop: arrows step through points, n / p through violations, Escape leaves. */
export function ControlChart({
  input,
  options,
  selectedId,
  onSelect,
  memberIds,
  onRange,
  onWhole,
  csvHref,
  height = 300,
  dispersionHeight = 112,
}: ControlChartProps) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 900);
  const m = useMemo(() => prepareControlChart(input, options), [input, options]);
  const box = useMemo(() => plotBox(width, height, LABELS), [width, height]);
  const selected = useMemo(
    () => (selectedId === null ? -1 : m.points.findIndex((p) => input.ids[p.i] === selectedId)),
    [m, input.ids, selectedId],
  );
  const members = useMemo(() => {
    const ids = new Set(memberIds ?? []);
    return new Set(m.points.flatMap((p, k) => (ids.has(input.ids[p.i] ?? '') ? [k] : [])));
  }, [m, memberIds, input.ids]);
  const { walk, hovered, drag } = useControlWalk(input, m, box, selected, onSelect, { onRange, onWhole });
  const csv = useMemo(() => () => controlChartCsv(input), [input]);
  const exports = useSvgExport(root, input.title, csv, {
    unit: input.unit,
    notes: () => controlChartNotes(input, m.summary, m.sets),
  });
  const files =
    csvHref === undefined ? exports : exports.map((e) => (e.label.startsWith('CSV') ? allPoints(csvHref, input.of) : e));
  const picked = selected >= 0 ? m.points[selected] : undefined;
  const table = useMemo(
    () => ({
      label: `${input.title}, points drawn`,
      header: POINT_HEADER(input),
      rows: () => m.points.map((p) => pointRow(input, p, m.valueDecimals)),
    }),
    [input, m],
  );
  return (
    <PlotFrame
      root={root}
      head={<Head unit={input.unit} drawn={m.drawn} ofColumns={input.of !== undefined} />}
      exports={files}
      walk={{
        ...walk,
        kind: 'control chart',
        label: `${m.summary} Arrow keys walk the points, n and p the violations.`,
      }}
      className="touch-pan-y"
      spoken={picked ? spokenPoint(input, picked, m.valueDecimals) : ''}
      below={<Below input={input} m={m} />}
      table={table}
      pointed={
        hovered
          ? {
              x: scaleX(box, m.xDomain)(hovered.x),
              top: 12,
              card: <PointText input={input} p={hovered} decimals={m.valueDecimals} />,
            }
          : null
      }
      drag={drag}
    >
      <LocationPanel m={m} width={width} height={height} picked={picked} members={members} />
      {m.dispersionDomain ? (
        <BesidePanel
          m={m}
          domain={m.dispersionDomain}
          name={input.dispersionName ?? 'dispersion'}
          width={width}
          height={dispersionHeight}
          picked={picked}
          beside={DISPERSION_PANEL}
        />
      ) : null}
      {m.withinDomain ? (
        <BesidePanel
          m={m}
          domain={m.withinDomain}
          name={input.within?.name ?? ''}
          width={width}
          height={dispersionHeight}
          picked={picked}
          beside={WITHIN_PANEL}
        />
      ) : null}
    </PlotFrame>
  );
}

const Below = memo(function Below({ input, m }: { input: ControlChartInput; m: ControlChartModel }) {
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
});

const LocationPanel = memo(function LocationPanel({
  m,
  width,
  height,
  picked,
  members,
}: PanelProps & { members: ReadonlySet<number> }) {
  const box = useMemo(() => plotBox(width, height, LABELS), [width, height]);
  const marks = useMemo(() => <LocationMarks m={m} box={box} members={members} />, [m, box, members]);
  return (
    <PlotPanel
      width={width}
      height={height}
      box={box}
      x={m.xDomain}
      xTicks={m.xTicks}
      y={m.yDomain}
      yTicks={numberTicks(m.yTicks, m.yDecimals)}
    >
      {marks}
      <PickedPoint box={box} x={m.xDomain} y={m.yDomain} point={picked} of={ofSignal} />
    </PlotPanel>
  );
});

function LocationMarks({ m, box, members }: MarksProps & { members: ReadonlySet<number> }) {
  const plot = { box, x: m.xDomain, y: m.yDomain };
  const scales = { sx: scaleX(box, m.xDomain), sy: scaleY(box, m.yDomain) };
  const taken = takenPlaces(m, ofMain, mainRules, { boundaries: m.boundaries, events: m.events });
  const labels = placeLabels(box, m.xDomain, m.yDomain, m.limits, taken);
  return (
    <>
      <ZoneLayer {...plot} zones={m.zones} />
      <LimitLayer {...plot} limits={m.limits} earlier={labels.earlier} />
      <EventStrip box={box} x={m.xDomain} taken={taken} phases={labels.phases} />
      <SeriesLine points={m.points} of={(p) => p.raw} {...scales} stroke="var(--pale)" width={0.8} />
      <SeriesLine points={m.points} of={(p) => p.line} {...scales} stroke="var(--series)" opacity={0.65} bridge={bridges(m)} />
      <SupersededLayer {...plot} values={m.superseded} />
      <PointLayer {...plot} points={m.points} of={ofMain} rulesOf={mainRules} whiskers members={members} />
      {m.points.some((p) => p.low !== null) ? (
        <>
          <SeriesLine points={m.points} of={lineOfLow} {...scales} stroke="var(--series)" opacity={0.65} />
          <PointLayer {...plot} points={m.points} of={ofLow} rulesOf={lowRules} whiskers={false} members={NONE} />
        </>
      ) : null}
      <UnjudgedLayer box={box} x={m.xDomain} points={m.points} />
    </>
  );
}

/** Between two events lie records without one, which are points without a place: the line goes on over them. */
const bridges = (m: ControlChartModel): boolean => m.points.some((p) => p.y === null && p.unjudged === null && p.low === null);

const ofMain = (p: DrawnPoint): number | null => p.y;
/** Of two statistics the one that signals, else the upper. */
const ofSignal = (p: DrawnPoint): number | null => (p.lowRules.length > 0 ? p.low : p.y);
const ofLow = (p: DrawnPoint): number | null => p.low;
const lineOfLow = (p: DrawnPoint): number | null => (p.excluded ? null : p.low);
const mainRules = (p: DrawnPoint): readonly number[] => p.rules;
const lowRules = (p: DrawnPoint): readonly number[] => p.lowRules;

/** Entries for marks of this chart only. */
function legend(m: ControlChartModel, c: ControlChartInput): LegendEntry[] {
  const has = (f: (p: DrawnPoint) => boolean): boolean => m.points.some(f);
  const events = c.events.filter((e) => m.events.some((d) => d.label.startsWith(e.label)));
  return [
    ...(has((p) => rulesAt(p).length > 0 && !p.excluded)
      ? [{ mark: 'square', color: 'var(--out)', label: 'a rule fired (its number above)' } as const]
      : []),
    ...(has((p) => p.beyondDispersion && p.dispersionRules.length === 0)
      ? [{ mark: 'open', color: 'var(--out)', label: 'dispersion beyond its limit, no rule watches it' } as const]
      : []),
    ...(has((p) => p.beyondWithin && p.withinRules.length === 0)
      ? [{ mark: 'open', color: 'var(--out)', label: `${c.within!.name} beyond its limit, no rule watches it` } as const]
      : []),
    ...(has((p) => p.unjudged !== null)
      ? [{ mark: 'cross', color: 'var(--ink-3)', label: 'not judged, at the foot of the plot (the point says why)' } as const]
      : []),
    ...(has((p) => Boolean(p.excluded)) ? [{ mark: 'hollow', color: 'var(--ink-3)', label: 'excluded' } as const] : []),
    ...(m.superseded.length > 0
      ? [{ mark: 'text', text: '×', color: 'var(--ink-3)', label: 'superseded by a re-measurement' } as const]
      : []),
    ...eventEntries(events.map((e) => e.kind)),
  ];
}

function PointText({ input, p, decimals }: { input: ControlChartInput; p: DrawnPoint; decimals: number }) {
  const state = pointState({ ...p, rules: rulesAt(p) });
  return (
    <>
      <div className="font-semibold">{valueWords(input, p.i, decimals)}</div>
      {input.superseded?.[p.i] == null ? null : (
        <div className="text-ink-2">{`before it was ${num(input.superseded[p.i], decimals)} ${input.unit}`}</div>
      )}
      <div className="text-ink-2">
        {input.names[p.i]} · {shortTime(input.at[p.i])}
      </div>
      {state.status === 'ok' ? null : <StatusMark status={state.status} text={state.text} />}
    </>
  );
}
