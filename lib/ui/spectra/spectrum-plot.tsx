'use client';
import { useMemo, useRef } from 'react';
import { ChartLegend, type LegendEntry } from '../charts/chart-parts';
import { dotsPath, linePath, type PlotBox, plotBox, scaleX, scaleY, X_AXIS } from '../charts/plot';
import { X_TITLE } from '../charts/plot-axes';
import { numberTicks, PlotPanel } from '../charts/plot-panel';
import { SamplePlot } from '../charts/sample-plot';
import { alongX } from '../charts/use-walk';
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
  valueText,
} from './spectrum.prepare';

const RIGHT = 14;
/** Height of the strip of residuals, and what is between it and the curves, px. */
const STRIP = 76;
const GAP = 8;

/** Measured values with ±1 σ, the model, and residuals in σ on a strip below. */
export function SpectrumPlot({ input, height = 240 }: { input: SpectrumInput; height?: number }) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 640);
  const m = useMemo(() => prepareSpectrum(input), [input]);
  const hasStrip = m.worst >= 0;
  const curves = plotBox(width, hasStrip ? height + X_AXIS - GAP : height, RIGHT, 12);
  const strip = plotBox(width, STRIP, RIGHT, 4);
  const exports = useSvgExport(root, input.title, () => spectrumCsv(input, m), {
    unit: input.unit,
    notes: () => spectrumNotes(input, m),
  });
  const xTicks = numberTicks(m.xTicks, m.xDecimals);
  const xTitle = `${input.axisLabel}, ${input.axisUnit}`;
  return (
    <SamplePlot
      root={root}
      head={
        <span className="flex items-center gap-3">
          <h3 className="text-sm font-medium text-ink">{input.channel}</h3>
          <ChartLegend entries={legendOf(input)} />
        </span>
      }
      exports={exports}
      kind="spectrum"
      label={`${input.title}: ${spectrumSummary(input, m)} Arrow keys walk the points.`}
      samples={alongX(m.points, curves, m.xDomain)}
      tell={(k) => ({
        said: saidOf(input, m, m.points[k]!),
        x: scaleX(curves, m.xDomain)(m.points[k]!.x),
        top: 12,
        cross: [curves.top, hasStrip ? height + GAP + strip.bottom : curves.bottom],
      })}
      table={{
        label: input.title,
        header: [xTitle, `Measured, ${input.unit}`, 'σ', 'Model', 'Residual, σ'],
        rows: () => m.points.map((q) => rowOf(input, m, q)),
      }}
    >
      <PlotPanel
        width={width}
        height={height + (hasStrip ? GAP : X_TITLE)}
        box={curves}
        x={m.xDomain}
        xTicks={xTicks}
        xTitle={xTitle}
        hideX={hasStrip}
        y={m.yDomain}
        yTicks={curveTicks(input, m)}
        yTitle={input.unit === '' ? input.channel : `${input.channel}, ${input.unit}`}
      >
        <Curves input={input} m={m} box={curves} />
      </PlotPanel>
      {hasStrip ? (
        <PlotPanel
          width={width}
          height={STRIP + X_TITLE}
          box={strip}
          x={m.xDomain}
          xTicks={xTicks}
          xTitle={xTitle}
          y={m.residualDomain}
          yTicks={numberTicks(m.residualTicks, 0)}
          yTitle="residual, σ"
          below={<Expected m={m} box={strip} />}
        >
          <Residuals m={m} box={strip} />
        </PlotPanel>
      ) : null}
    </SamplePlot>
  );
}

type Point = SpectrumModel['points'][number];

/** The text of a point, line by line. */
const saidOf = (input: SpectrumInput, m: SpectrumModel, p: Point): string[] => [
  `${num(p.x, m.xDecimals + 1)} ${input.axisUnit}`,
  ...(p.measured === null
    ? []
    : [
        `measured ${valueText(input, m, p.measured, 2)}${p.sigma === null ? '' : ` ± ${valueText(input, m, p.sigma, 2)}`} ${input.unit}`,
      ]),
  ...(p.modelled === null ? [] : [`model ${valueText(input, m, p.modelled, 2)} ${input.unit}`]),
  ...(p.residual === null ? [] : [`left over ${num(p.residual, 1)} σ`]),
];

const rowOf = (input: SpectrumInput, m: SpectrumModel, q: Point) => ({
  key: String(q.x),
  cells: [
    num(q.x, m.xDecimals + 1),
    valueText(input, m, q.measured, 2),
    valueText(input, m, q.sigma, 3),
    valueText(input, m, q.modelled, 2),
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

/** Numbers of y; over decades as powers of ten. */
const curveTicks = (input: SpectrumInput, m: SpectrumModel) =>
  numberTicks(m.yTicks, m.yDecimals).map((t) => (input.logarithmic ? { ...t, label: `1e${t.label}` } : t));

interface PartProps {
  m: SpectrumModel;
  box: PlotBox;
}

function Curves({ input, m, box }: PartProps & { input: SpectrumInput }) {
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
  return (
    <g>
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

/** The ±2 σ band in which 95 % of the residuals belong. */
function Expected({ m, box }: PartProps) {
  const sy = scaleY(box, m.residualDomain);
  return <rect x={box.left} width={box.right - box.left} y={sy(2)} height={sy(-2) - sy(2)} fill="var(--band)" />;
}

/** Residuals in σ. */
function Residuals({ m, box }: PartProps) {
  const sx = scaleX(box, m.xDomain);
  const sy = scaleY(box, m.residualDomain);
  const stems = m.points
    .flatMap((p) => (p.residual === null ? [] : [`M${sx(p.x).toFixed(1)} ${sy(0).toFixed(1)}V${sy(p.residual).toFixed(1)}`]))
    .join('');
  return <path d={stems} stroke="var(--series)" strokeWidth={1.4} fill="none" />;
}
