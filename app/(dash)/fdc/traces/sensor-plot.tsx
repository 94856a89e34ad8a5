'use client';
import { useRouter } from 'next/navigation';
import { useMemo, useRef } from 'react';
import type { OverlaidRun, OverlaidSensor, TraceOverlay } from '@/lib/services/runs/views/trace-overlay';
import { ChartLegend, type LegendEntry } from '@/lib/ui/charts/chart-parts';
import { bandPath, plotBox, scaleX, scaleY, unscaleX } from '@/lib/ui/charts/plot';
import { numberTicks, PlotPanel } from '@/lib/ui/charts/plot-panel';
import { SamplePlot } from '@/lib/ui/charts/sample-plot';
import { niceTicks, paddedRange, tickDecimals } from '@/lib/ui/charts/ticks';
import { useSvgExport } from '@/lib/ui/components/use-svg-export';
import { num } from '@/lib/ui/format';
import { useWidth } from '@/lib/ui/hooks/use-width';
import { waferName } from '@/lib/ui/links';
import { extent, overlayCsv, runAt, runsPath, sampleNear } from './overlay.prepare';

export interface RunGroup {
  readonly name: string;
  readonly color: string;
  /** Indices of its runs. */
  readonly runs: readonly number[];
}

export interface SensorPlotProps {
  sensor: OverlaidSensor;
  runs: readonly OverlaidRun[];
  steps: TraceOverlay['steps'];
  groups: readonly RunGroup[];
  /** Indices of the highlighted runs. */
  marked: readonly number[];
  /** Aligned time that is drawn, the same for all sensors, s. */
  domain: readonly [number, number];
  stretches: number;
  onZoom: (from: number, to: number) => void;
}

const HEIGHT = 240;
/** Space for the names of the steps, px. */
const TOP = 18;
/** Rows of the table of the samples. */
const TABLE_ROWS = 500;

/** One sensor of all runs: golden band, steps, a line for each run in the colour of its group, the highlighted runs over them. */
export function SensorPlot({ sensor: s, runs, steps, groups, marked, domain, stretches, onZoom }: SensorPlotProps) {
  const root = useRef<HTMLDivElement>(null);
  const router = useRouter();
  const width = useWidth(root, 900);
  const box = plotBox(width, HEIGHT, 24, TOP);
  const y = useMemo(() => {
    const e = extent(s.v, s.band?.lo ?? [], s.band?.hi ?? []) ?? [0, 1];
    const range = paddedRange(e, 0.06);
    const ticks = niceTicks(range[0], range[1], 4);
    return { range, ticks, decimals: tickDecimals(ticks) };
  }, [s]);
  const tTicks = niceTicks(domain[0], domain[1], 8);
  const [sx, sy] = [scaleX(box, domain), scaleY(box, y.range)];
  const seconds = unscaleX(box, domain);
  const title = `${s.name} of ${runs.length} runs`;
  const said = (i: number): string[] => {
    const r = runs[runAt(s.from, i)]!;
    return [
      `${waferName(r.lot, r.slot)}, ${r.tool} ${r.chamber}`,
      `${num(s.t[i], 2)} s: ${num(s.v[i], y.decimals + 1)} ${s.unit}${stepWords(steps, s.t[i]!)}`,
    ];
  };
  const band = s.band
    ? `golden band of ${s.band.runs} good runs, 99.73 % prediction limits`
    : 'no golden band: fewer than 5 good runs';
  const exports = useSvgExport(root, title, () => overlayCsv(s, runs), {
    unit: s.unit,
    notes: () => [
      band,
      `drawn: lowest and highest of ${stretches} stretches of each run, ${num(domain[0], 1)} to ${num(domain[1], 1)} s`,
    ],
  });
  const legend: LegendEntry[] = [
    ...groups.map((g): LegendEntry => ({ mark: 'line', color: g.color, label: `${g.name} (${g.runs.length})` })),
    ...(marked.length > 0 ? [{ mark: 'line', color: 'var(--ink)', label: 'highlighted' } as const] : []),
    ...(s.band ? [{ mark: 'band', color: 'var(--band)', label: 'golden band' } as const] : []),
  ];
  return (
    <SamplePlot
      root={root}
      head={
        <span className="flex items-center gap-3 min-w-0">
          <span className="font-semibold text-ink">{s.name}</span>
          <span>{s.unit}</span>
          <ChartLegend entries={legend} />
        </span>
      }
      exports={exports}
      kind="trace overlay"
      label={`${title}, ${band}. Arrow keys walk the samples run by run, Enter opens the run, a drag zooms in.`}
      samples={{
        count: s.t.length,
        under: (x, at) => sampleNear(s, sx, sy, x, at),
        onOpen: (i) => router.push(`/runs/${runs[runAt(s.from, i)]!.id}`),
        zoom: { box, onRange: (a, b) => onZoom(seconds(a), seconds(b)) },
      }}
      tell={(i) => ({
        said: said(i),
        x: sx(s.t[i]!),
        top: TOP + 4,
        cross: [box.top, box.bottom],
        ring: Number.isNaN(s.v[i]!) ? null : sy(s.v[i]!),
      })}
      table={{
        label: title,
        header: ['Wafer', 'Chamber', 't, s', `${s.name}, ${s.unit}`],
        rows: () =>
          Array.from(s.t.subarray(0, TABLE_ROWS), (t, i) => {
            const r = runs[runAt(s.from, i)]!;
            return {
              key: String(i),
              cells: [waferName(r.lot, r.slot), `${r.tool} ${r.chamber}`, num(t, 2), num(s.v[i], y.decimals + 1)],
            };
          }),
      }}
    >
      <PlotPanel
        width={width}
        height={HEIGHT}
        box={box}
        x={domain}
        xTicks={numberTicks(tTicks, tickDecimals(tTicks))}
        y={y.range}
        yTicks={numberTicks(y.ticks, y.decimals)}
      >
        <Lines sensor={s} groups={groups} marked={marked} steps={steps} width={width} domain={domain} range={y.range} />
      </PlotPanel>
    </SamplePlot>
  );
}

function stepWords(steps: TraceOverlay['steps'], t: number): string {
  const step = steps.find((x) => t >= x.fromS && t < x.toS);
  return step ? `, ${num(t - step.fromS, 2)} s in ${step.name}` : '';
}

interface LinesProps extends Pick<SensorPlotProps, 'sensor' | 'groups' | 'marked' | 'steps' | 'domain'> {
  width: number;
  range: readonly [number, number];
}

function Lines({ sensor: s, groups, marked, steps, width, domain, range }: LinesProps) {
  const clip = `clip-${s.name.replace(/[^A-Za-z0-9]/g, '-')}`;
  return useMemo(() => {
    const box = plotBox(width, HEIGHT, 24, TOP);
    const [sx, sy] = [scaleX(box, domain), scaleY(box, range)];
    const px = (v: number): number | null => (Number.isNaN(v) ? null : sy(v));
    const b = s.band;
    return (
      <>
        <clipPath id={clip}>
          <rect x={box.left} y={box.top} width={box.right - box.left} height={box.bottom - box.top} />
        </clipPath>
        <g clipPath={`url(#${clip})`}>
          {b ? (
            <path
              d={bandPath(Array.from(b.t, (t, i) => ({ cx: sx(t), low: px(b.lo[i]!), high: px(b.hi[i]!) })))}
              fill="var(--band)"
            />
          ) : null}
          {groups.map((g) => (
            <path
              key={g.name}
              d={runsPath(s, g.runs, sx, sy)}
              fill="none"
              stroke={g.color}
              strokeWidth={0.9}
              strokeOpacity={0.6}
            />
          ))}
          <path d={runsPath(s, marked, sx, sy)} fill="none" stroke="var(--ink)" strokeWidth={2} />
        </g>
        {steps
          .filter((st) => st.fromS >= domain[0] && st.fromS <= domain[1])
          .map((st) => (
            <g key={st.fromS}>
              <line
                x1={sx(st.fromS)}
                x2={sx(st.fromS)}
                y1={box.top}
                y2={box.bottom}
                stroke="var(--hairline-strong)"
                strokeDasharray="2 3"
              />
              <text x={sx(st.fromS) + 3} y={box.top - 5} fontSize={11} fill="var(--ink-2)">
                {sx(Math.min(st.toS, domain[1])) - sx(st.fromS) > 6.5 * st.name.length ? st.name : ''}
              </text>
            </g>
          ))}
        <text x={box.right + 4} y={box.bottom + 15} fontSize={11} fill="var(--ink-3)">
          s
        </text>
      </>
    );
  }, [s, groups, marked, steps, width, domain, range, clip]);
}
