'use client';
import { useMemo, useRef } from 'react';
import { ChartLegend, type LegendEntry } from '../charts/chart-parts';
import { dotsPath, linePath, plotBox, scaleX, scaleY, X_AXIS } from '../charts/plot';
import { PlotAxes, X_TITLE } from '../charts/plot-axes';
import { PlotFrame } from '../charts/plot-frame';
import { numberTicks } from '../charts/plot-panel';
import { useSampleWalk } from '../charts/use-walk';
import { useSvgExport } from '../components/use-svg-export';
import { num } from '../format';
import { useWidth } from '../hooks/use-width';
import {
  prepareSpectrum,
  type SpectrumInput,
  type SpectrumModel,
  spectrumCsv,
  spectrumNotes,
  spectrumSummary,
} from './spectrum.prepare';

const RIGHT = 14;
const STRIP = 76;
const GAP = 8;

/** Measured values with ±1 σ, the model, and residuals in σ on a strip below. */
export function SpectrumPlot({ input, height = 240 }: { input: SpectrumInput; height?: number }) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 640);
  const m = useMemo(() => prepareSpectrum(input), [input]);
  const hasStrip = m.worst >= 0;
  const main = plotBox(width, height, RIGHT, 12);
  const total = (hasStrip ? height + GAP + STRIP : height) + X_TITLE;
  const exports = useSvgExport(root, input.title, () => spectrumCsv(input, m), {
    unit: input.unit,
    notes: () => spectrumNotes(input, m),
  });
  const sx = scaleX(main, m.xDomain);
  const { at, walk } = useSampleWalk(m.points, main, m.xDomain);
  const p = m.points[at];
  const said = p ? saidOf(input, m, p) : [];
  return (
    <PlotFrame
      root={root}
      head={
        <span className="flex items-center gap-3">
          <h3 className="text-sm font-medium text-ink">{input.channel}</h3>
          <ChartLegend entries={legendOf(input)} />
        </span>
      }
      exports={exports}
      walk={{ ...walk, kind: 'spectrum', label: `${input.title}: ${spectrumSummary(input, m)} Arrow keys walk the points.` }}
      spoken={said.join(', ')}
      table={{
        label: input.title,
        header: [`${input.axisLabel}, ${input.axisUnit}`, `Measured, ${input.unit}`, 'σ', 'Model', 'Residual, σ'],
        rows: () => m.points.map((q) => rowOf(m, q)),
      }}
      pointed={
        p
          ? {
              x: sx(p.x),
              top: 12,
              card: said.map((line) => <div key={line}>{line}</div>),
              cross: [main.top, total - X_AXIS - X_TITLE],
            }
          : null
      }
    >
      <svg width={width} height={total} data-export="" aria-hidden="true" className="block">
        <Curves input={input} m={m} width={width} height={height} />
        {hasStrip ? <Residuals input={input} m={m} width={width} top={height + GAP} /> : null}
      </svg>
    </PlotFrame>
  );
}

type Point = SpectrumModel['points'][number];

/** The text of a point, line by line. */
const saidOf = (input: SpectrumInput, m: SpectrumModel, p: Point): string[] => [
  `${num(p.x, m.xDecimals + 1)} ${input.axisUnit}`,
  ...(p.measured === null
    ? []
    : [
        `measured ${num(p.measured, m.yDecimals + 2)}${p.sigma === null ? '' : ` ± ${num(p.sigma, m.yDecimals + 2)}`} ${input.unit}`,
      ]),
  ...(p.modelled === null ? [] : [`model ${num(p.modelled, m.yDecimals + 2)} ${input.unit}`]),
  ...(p.residual === null ? [] : [`left over ${num(p.residual, 1)} σ`]),
];

const rowOf = (m: SpectrumModel, q: Point) => ({
  key: String(q.x),
  cells: [
    num(q.x, m.xDecimals + 1),
    num(q.measured, m.yDecimals + 2),
    num(q.sigma, m.yDecimals + 3),
    num(q.modelled, m.yDecimals + 2),
    num(q.residual, 2),
  ],
});

function legendOf(input: SpectrumInput): LegendEntry[] {
  const entries: LegendEntry[] = [];
  if (input.measured) entries.push({ mark: 'dot', color: 'var(--series)', label: input.sigma ? 'measured ± σ' : 'measured' });
  if (input.modelled) entries.push({ mark: 'line', color: 'var(--accent)', label: 'model' });
  if (input.compared) entries.push({ mark: 'dash', color: 'var(--ink-3)', label: input.compared.label });
  return entries;
}

interface PartProps {
  input: SpectrumInput;
  m: SpectrumModel;
  width: number;
}

function Curves({ input, m, width, height }: PartProps & { height: number }) {
  const hasStrip = m.worst >= 0;
  const box = plotBox(width, hasStrip ? height + 14 : height, RIGHT, 12);
  const sx = scaleX(box, m.xDomain);
  const sy = scaleY(box, m.yDomain);
  const y = (v: number | null): number | null => (v === null ? null : sy(v));
  const path = (pick: (p: SpectrumModel['points'][number]) => number | null): string =>
    linePath(m.points.map((p) => ({ cx: sx(p.x), cy: y(pick(p)) })));
  const bars = m.points
    .flatMap((p) =>
      p.low === null || p.high === null ? [] : [`M${sx(p.x).toFixed(1)} ${sy(p.low).toFixed(1)}V${sy(p.high).toFixed(1)}`],
    )
    .join('');
  const ticks = m.yTicks.map((t) => ({ value: t, label: input.logarithmic ? `1e${num(t, m.yDecimals)}` : num(t, m.yDecimals) }));
  return (
    <g>
      <PlotAxes
        box={box}
        sx={sx}
        sy={sy}
        width={width}
        xTicks={numberTicks(m.xTicks, m.xDecimals)}
        yTicks={ticks}
        yTitle={input.unit === '' ? input.channel : `${input.channel}, ${input.unit}`}
        xTitle={`${input.axisLabel}, ${input.axisUnit}`}
        hideX={hasStrip}
      />
      {input.compared ? (
        <path d={path((p) => p.compared)} fill="none" stroke="var(--ink-3)" strokeDasharray="5 3" strokeWidth={1} />
      ) : null}
      <path d={bars} stroke="var(--pale)" strokeWidth={1} fill="none" />
      <path
        d={dotsPath(
          m.points.flatMap((p) => (p.y === null ? [] : [{ cx: sx(p.x), cy: sy(p.y) }])),
          2,
        )}
        fill="var(--series)"
      />
      <path d={path((p) => p.model)} fill="none" stroke="var(--accent)" strokeWidth={1.4} />
    </g>
  );
}

/** Residuals in σ with the ±2 σ band that should hold 95 % of them. */
function Residuals({ input, m, width, top }: PartProps & { top: number }) {
  const own = plotBox(width, STRIP, RIGHT, 4);
  const box = { ...own, top: own.top + top, bottom: own.bottom + top };
  const sx = scaleX(box, m.xDomain);
  const sy = scaleY(box, m.residualDomain);
  const stems = m.points
    .flatMap((p) => (p.residual === null ? [] : [`M${sx(p.x).toFixed(1)} ${sy(0).toFixed(1)}V${sy(p.residual).toFixed(1)}`]))
    .join('');
  return (
    <g>
      <rect x={box.left} width={box.right - box.left} y={sy(2)} height={sy(-2) - sy(2)} fill="var(--band)" />
      <PlotAxes
        box={box}
        sx={sx}
        sy={sy}
        width={width}
        xTicks={numberTicks(m.xTicks, m.xDecimals)}
        yTicks={numberTicks(m.residualTicks, 0)}
        yTitle="residual, σ"
        xTitle={`${input.axisLabel}, ${input.axisUnit}`}
      />
      <path d={stems} stroke="var(--series)" strokeWidth={1.4} fill="none" />
    </g>
  );
}
