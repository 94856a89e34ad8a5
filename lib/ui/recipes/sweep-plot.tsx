'use client';
import { useMemo, useRef } from 'react';
import type { ConvergenceCertificate } from '@/lib/recipes';
import { ChartLegend, type LegendEntry } from '../charts/chart-parts';
import { type PlotBox, plotBox, scaleX, scaleY } from '../charts/plot';
import { X_TITLE } from '../charts/plot-axes';
import { PlotPanel, SeriesLine } from '../charts/plot-panel';
import { SamplePlot } from '../charts/sample-plot';
import { alongX } from '../charts/use-walk';
import { useSvgExport } from '../components/use-svg-export';
import { useWidth } from '../hooks/use-width';
import { power, prepareSweep, type SweepModel, sweepCsv, sweepTable, sweepWords } from './sweep.prepare';

const HEIGHT = 210;
const RIGHT = 10;
const TOP = 12;
const TITLE = 'Order sweep';

const LEGEND: readonly LegendEntry[] = [
  { mark: 'line', color: 'var(--accent)', label: 'error estimate' },
  { mark: 'dash', color: 'var(--series)', label: 'change' },
];

/** Change and error estimate over M, both axes logarithmic, with the tolerance; the chosen M is the largest dot. */
export function SweepPlot({ certificate: c }: { certificate: ConvergenceCertificate }) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 320);
  const m = useMemo(() => prepareSweep(c), [c]);
  const box = plotBox(width, HEIGHT - X_TITLE, RIGHT, TOP);
  const summary = `error estimate ${power(c.errorEstimate)} at M = ${c.truncation}, tolerance ${power(c.tolerance)}`;
  const exports = useSvgExport(root, TITLE, () => sweepCsv(c), { notes: () => [summary] });
  return (
    <SamplePlot
      root={root}
      head={<ChartLegend entries={LEGEND} />}
      exports={exports}
      kind="order sweep"
      label={`${TITLE}: ${summary}. Arrow keys walk the truncations.`}
      samples={alongX(m.points, box, m.xDomain)}
      tell={(k) => ({
        said: sweepWords(c, k),
        x: scaleX(box, m.xDomain)(m.points[k]!.x),
        top: TOP,
        cross: [box.top, box.bottom],
      })}
      table={{ label: TITLE, ...sweepTable(c) }}
    >
      <PlotPanel
        width={width}
        height={HEIGHT}
        box={box}
        x={m.xDomain}
        xTicks={m.xTicks}
        xTitle="M"
        y={m.yDomain}
        yTicks={m.yTicks}
      >
        <Marks m={m} box={box} />
      </PlotPanel>
    </SamplePlot>
  );
}

function Marks({ m, box }: { m: SweepModel; box: PlotBox }) {
  const [sx, sy] = [scaleX(box, m.xDomain), scaleY(box, m.yDomain)];
  const y = sy(m.tolerance);
  return (
    <g>
      <line x1={box.left} x2={box.right} y1={y} y2={y} stroke="var(--warn)" strokeDasharray="8 3" />
      <text x={box.left + 6} y={y - 4} fontSize={11} fill="var(--ink-2)">
        tolerance
      </text>
      <SeriesLine points={m.points} of={(p) => p.change} sx={sx} sy={sy} stroke="var(--series)" width={1.3} dash="5 3" />
      <SeriesLine points={m.points} of={(p) => p.error} sx={sx} sy={sy} stroke="var(--accent)" width={1.6} />
      {m.points.map((p) =>
        p.error === null ? null : (
          <circle key={p.truncation} cx={sx(p.x)} cy={sy(p.error)} r={p.isChosen ? 4.5 : 2.5} fill="var(--accent)" />
        ),
      )}
    </g>
  );
}
