'use client';
import { memo, useMemo } from 'react';
import type { ControlChartModel, DrawnPoint } from './control-chart.model';
import { LimitLayer, PickedPoint, PointLayer } from './control-marks';
import { LABELS, type PlotBox, plotBox, scaleX, scaleY } from './plot';
import { numberTicks, PlotPanel, SeriesLine } from './plot-panel';
import { placeLabels, takenPlaces } from './taken-places';
import { niceTicks, tickDecimals } from './ticks';

export interface PanelProps {
  m: ControlChartModel;
  width: number;
  height: number;
  picked: DrawnPoint | undefined;
}

export interface MarksProps {
  m: ControlChartModel;
  box: PlotBox;
}

export const NONE: ReadonlySet<number> = new Set();

/** What a panel below the location shows. */
interface Beside {
  readonly of: (p: DrawnPoint) => number | null;
  readonly rules: (p: DrawnPoint) => readonly number[];
  readonly beyond: (p: DrawnPoint) => boolean;
  readonly limits: (m: ControlChartModel) => ControlChartModel['limits'];
}

export const DISPERSION_PANEL: Beside = {
  of: (p) => p.dispersion,
  rules: (p) => p.dispersionRules,
  beyond: (p) => p.beyondDispersion,
  limits: (m) => m.dispersionLimits,
};
export const WITHIN_PANEL: Beside = {
  of: (p) => p.within,
  rules: (p) => p.withinRules,
  beyond: (p) => p.beyondWithin,
  limits: (m) => m.withinLimits,
};

/** Room above the dispersion, px. */
const TOP = 10;

/** A panel below the location, on the same x: the dispersion, or the spread within. */
export const BesidePanel = memo(function BesidePanel({
  m,
  domain,
  name,
  width,
  height,
  picked,
  beside,
}: PanelProps & { domain: [number, number]; name: string; beside: Beside }) {
  const box = useMemo(() => plotBox(width, height, LABELS, TOP), [width, height]);
  const ticks = niceTicks(domain[0], domain[1], 3);
  const marks = useMemo(() => <BesideMarks m={m} box={box} domain={domain} beside={beside} />, [m, box, domain, beside]);
  return (
    <PlotPanel
      width={width}
      height={height}
      box={box}
      x={m.xDomain}
      xTicks={m.xTicks}
      hideX
      y={domain}
      yTicks={numberTicks(ticks, tickDecimals(ticks))}
      name={name}
    >
      {marks}
      <PickedPoint box={box} x={m.xDomain} y={domain} point={picked} of={beside.of} />
    </PlotPanel>
  );
});

function BesideMarks({ m, box, domain, beside }: MarksProps & { domain: [number, number]; beside: Beside }) {
  const plot = { box, x: m.xDomain, y: domain };
  const scales = { sx: scaleX(box, m.xDomain), sy: scaleY(box, domain) };
  const limits = beside.limits(m);
  const taken = takenPlaces(m, beside.of, beside.rules, { boundaries: [], events: [] });
  const { earlier } = placeLabels(box, m.xDomain, domain, limits, taken);
  return (
    <>
      <LimitLayer {...plot} limits={limits} earlier={earlier} />
      <SeriesLine points={m.points} of={beside.of} {...scales} stroke="var(--series)" opacity={0.65} />
      <PointLayer
        {...plot}
        points={m.points}
        of={beside.of}
        rulesOf={beside.rules}
        unwatched={beside.beyond}
        whiskers={false}
        members={NONE}
      />
    </>
  );
}
