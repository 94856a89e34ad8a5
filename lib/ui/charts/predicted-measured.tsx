'use client';
import { type PointerEvent, useMemo, useRef, useState } from 'react';
import { CartesianGrid, ScatterChart } from 'recharts';
import { ExportMenu } from '../components/export-menu';
import { useSvgExport } from '../components/use-svg-export';
import { inUnit, toCsv } from '../csv';
import { num } from '../format';
import { useWidth } from '../hooks/use-width';
import { DataDisclosure, HoverCard, numberXAxis, numberYAxis } from './chart-parts';
import { dotsPath, type PlotBox, plotBox, scaleX, scaleY } from './plot';
import { niceTicks, paddedRange, tickDecimals } from './ticks';
import { Walkable } from './walkable';

export interface PredictedMeasuredInput {
  title: string;
  unit: string;
  measured: Float64Array;
  predicted: Float64Array;
  /** Ends of the 95 % prediction interval. */
  lo: Float64Array;
  hi: Float64Array;
  /** Inside the model's applicability domain. */
  reliable: readonly boolean[];
  /** Of the model, that predicted each. */
  version: readonly number[];
  label: readonly string[];
}

/** Measured on x, predicted on y, the identity line, intervals as whiskers; points outside the model's domain hollow. */
export function PredictedVsMeasured({
  input,
  onSelect,
  height = 340,
}: {
  input: PredictedMeasuredInput;
  onSelect?: (i: number) => void;
  height?: number;
}) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 480);
  const [hover, setHover] = useState(-1);
  const m = useMemo(() => preparePredicted(input), [input]);
  const box = plotBox(width, height, 16);
  const sx = scaleX(box, m.domain);
  const sy = scaleY(box, m.domain);
  const at = m.index.map((i) => ({ i, cx: sx(input.measured[i]!), cy: sy(input.predicted[i]!) }));
  const under = (e: PointerEvent<HTMLElement>): number => {
    const r = e.currentTarget.getBoundingClientRect();
    let best = -1;
    let d = 144;
    for (const p of at) {
      const q = (p.cx - (e.clientX - r.left)) ** 2 + (p.cy - (e.clientY - r.top)) ** 2;
      if (q < d) {
        d = q;
        best = p.i;
      }
    }
    return best;
  };
  const exports = useSvgExport(root, input.title, () => predictedCsv(input, m.index), {
    unit: input.unit,
    notes: () => [
      m.summary,
      'dots: inside the domain; hollow: outside it; whiskers: 95 % interval, cut at the frame; dashed: predicted = measured',
    ],
  });
  const say = (i: number): string =>
    `${input.label[i]}: measured ${num(input.measured[i], m.decimals + 1)}, predicted ${num(input.predicted[i], m.decimals + 1)} (${num(input.lo[i], m.decimals + 1)} to ${num(input.hi[i], m.decimals + 1)}) ${input.unit}${input.reliable[i] ? '' : ', outside the model’s domain'}`;
  const ticks = m.ticks.map((value) => ({ value, label: num(value, m.decimals) }));
  const chosen = at.find((p) => p.i === hover);
  return (
    <div ref={root}>
      <div className="flex items-center h-7 text-sm text-ink-2">
        <span>predicted against measured, {input.unit}</span>
        <span className="ml-auto">
          <ExportMenu items={exports} />
        </span>
      </div>
      <Walkable
        kind="scatter chart"
        label={`${input.title}: ${m.summary}. Arrow keys walk the wafers by measured value.`}
        keys={[
          ['ArrowRight', () => setHover(m.index[Math.min(m.index.length - 1, m.index.indexOf(hover) + 1)] ?? -1)],
          ['ArrowLeft', () => setHover(m.index[Math.max(0, m.index.indexOf(hover) - 1)] ?? -1)],
          ['Enter', () => hover >= 0 && onSelect?.(hover)],
        ]}
        onLeave={() => setHover(-1)}
        className="relative"
        onPointerMove={(e) => setHover(under(e))}
        onPointerLeave={() => setHover(-1)}
        onClick={() => hover >= 0 && onSelect?.(hover)}
      >
        <ScatterChart
          width={width}
          height={height}
          margin={{ top: 10, right: 16, bottom: 0, left: 0 }}
          accessibilityLayer={false}
          data={m.frame}
        >
          <CartesianGrid stroke="var(--hairline)" />
          {numberXAxis(m.domain, ticks)}
          {numberYAxis(m.domain, m.ticks, m.decimals)}
          <Marks input={input} m={m} at={at} sx={sx} sy={sy} />
          <AxisNames box={box} unit={input.unit} />
          {chosen ? <circle cx={chosen.cx} cy={chosen.cy} r={6} fill="none" stroke="var(--ink)" strokeWidth={1.5} /> : null}
        </ScatterChart>
        {chosen ? (
          <HoverCard left={chosen.cx} top={chosen.cy - 40}>
            {say(chosen.i)}
          </HoverCard>
        ) : null}
      </Walkable>
      <p className="sr-only" aria-live="polite">
        {hover >= 0 ? say(hover) : ''}
      </p>
      <Table input={input} m={m} />
    </div>
  );
}

/** What stands on the axes, inside the picture, so that it leaves with it. */
function AxisNames({ box, unit }: { box: PlotBox; unit: string }) {
  const of = unit === '' ? '' : `, ${unit}`;
  return (
    <g fontSize={11} fill="var(--ink-2)">
      <text x={box.left + 6} y={box.top + 10}>{`predicted${of}`}</text>
      <text x={box.right - 4} y={box.bottom - 6} textAnchor="end">{`measured${of}`}</text>
    </g>
  );
}

type Model = ReturnType<typeof preparePredicted>;

interface MarksProps {
  input: PredictedMeasuredInput;
  m: Model;
  at: readonly { i: number; cx: number; cy: number }[];
  sx: (v: number) => number;
  sy: (v: number) => number;
}

/** The line of identity, the intervals, and a dot for each wafer: hollow outside the domain. */
function Marks({ input, m, at, sx, sy }: MarksProps) {
  return (
    <g>
      <line
        x1={sx(m.domain[0])}
        y1={sy(m.domain[0])}
        x2={sx(m.domain[1])}
        y2={sy(m.domain[1])}
        stroke="var(--ink-3)"
        strokeDasharray="4 3"
      />
      <path
        d={m.whiskers.map((w) => `M${sx(w.x).toFixed(1)} ${sy(w.lo).toFixed(1)}V${sy(w.hi).toFixed(1)}`).join('')}
        stroke="var(--pale)"
        strokeOpacity={0.7}
        fill="none"
      />
      <path
        d={dotsPath(
          at.filter((p) => input.reliable[p.i]),
          2.6,
        )}
        fill="var(--accent)"
        fillOpacity={0.8}
      />
      <path
        d={dotsPath(
          at.filter((p) => !input.reliable[p.i]),
          3,
        )}
        fill="var(--surface)"
        stroke="var(--warn)"
        strokeWidth={1.3}
      />
    </g>
  );
}

function Table({ input, m }: Pick<MarksProps, 'input' | 'm'>) {
  return (
    <DataDisclosure
      label={input.title}
      header={['Wafer', `Measured, ${input.unit}`, 'Predicted', '95 % from', 'to', 'In domain']}
      rows={() =>
        m.index.map((i) => ({
          key: String(i),
          cells: [
            input.label[i],
            num(input.measured[i], m.decimals + 1),
            num(input.predicted[i], m.decimals + 1),
            num(input.lo[i], m.decimals + 1),
            num(input.hi[i], m.decimals + 1),
            input.reliable[i] ? 'yes' : 'no',
          ],
        }))
      }
    />
  );
}

const MAX_POINTS = 1000;

/**
 * Pairs with both values, by measured value (at most 1000, evenly taken), on one square domain that holds the intervals of what the model vouches for; the
 * whiskers of others end at the frame. The coverage is of those inside the domain of the model.
 */
export function preparePredicted(c: PredictedMeasuredInput) {
  const all = Array.from(c.measured.keys()).filter((i) => Number.isFinite(c.measured[i]!) && Number.isFinite(c.predicted[i]!));
  all.sort((a, b) => c.measured[a]! - c.measured[b]!);
  const index =
    all.length <= MAX_POINTS
      ? all
      : Array.from({ length: MAX_POINTS }, (_, k) => all[Math.round((k * (all.length - 1)) / (MAX_POINTS - 1))]!);
  const domain = paddedRange(
    index.flatMap((i) => [c.measured[i], c.predicted[i], ...(c.reliable[i] ? [c.lo[i], c.hi[i]] : [])]),
    0.04,
  );
  const ticks = niceTicks(domain[0], domain[1], 5);
  const vouched = all.filter((i) => c.reliable[i]);
  const covered = vouched.filter((i) => c.measured[i]! >= c.lo[i]! && c.measured[i]! <= c.hi[i]!).length;
  const coverage = vouched.length > 0 ? covered / vouched.length : Number.NaN;
  const within = (v: number): number => Math.min(domain[1], Math.max(domain[0], v));
  return {
    index,
    domain,
    whiskers: index.map((i) => ({ x: c.measured[i]!, lo: within(c.lo[i]!), hi: within(c.hi[i]!) })),
    ticks,
    decimals: tickDecimals(ticks),
    frame: [{ x: domain[0] }, { x: domain[1] }],
    coverage,
    summary:
      all.length === 0
        ? 'no wafer has both values yet'
        : `${all.length} wafers, ${vouched.length} inside the domain of the model, ${num(coverage * 100, 0)} % of those inside their 95 % interval${index.length < all.length ? `, ${index.length} drawn` : ''}`,
  };
}

/** The pairs that are drawn. */
export const predictedCsv = (c: PredictedMeasuredInput, index: readonly number[]): string =>
  toCsv(
    [
      'wafer',
      ...['measured', 'predicted', 'interval_low', 'interval_high'].map((name) => inUnit(name, c.unit)),
      'inside_domain',
      'version',
    ],
    index.map((i) => [c.label[i], c.measured[i], c.predicted[i], c.lo[i], c.hi[i], c.reliable[i], c.version[i]]),
  );
