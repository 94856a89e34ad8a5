'use client';
import { num } from '../format';
import { textPx } from '../text-width';
import { niceTicks, tickDecimals } from './ticks';

export interface HistogramProps {
  label: string;
  unit: string;
  values: ArrayLike<number>;
  lsl?: number | null;
  usl?: number | null;
  target?: number | null;
  width: number;
  height?: number;
}

/** Counts in Freedman-Diaconis bins with the specification limits marked. */
export function Histogram({ label, unit, values, lsl, usl, target, width, height = 130 }: HistogramProps) {
  const h = histogramBins(values, [lsl ?? null, usl ?? null]);
  if (h.counts.length === 0) return <p className="text-ink-2">No values to count.</p>;
  const sx = (v: number): number => 4 + ((v - h.lo) / (h.hi - h.lo)) * (width - 8);
  const top = Math.max(...h.counts);
  const ticks = niceTicks(h.lo, h.hi, 4);
  const d = tickDecimals(ticks);
  const bottom = height - 20;
  return (
    <svg
      width={width}
      height={height}
      role="img"
      aria-label={`${label}, histogram of ${h.n} values in ${h.counts.length} bins of ${num(h.step, d + 1)} ${unit}`}
      className="block"
    >
      {h.counts.map((c, i) => {
        const x = h.start + i * h.step;
        return c > 0 ? (
          <rect
            key={x}
            x={sx(x) + 0.5}
            width={Math.max(0.5, sx(x + h.step) - sx(x) - 1)}
            y={bottom - (c / top) * (bottom - 12)}
            height={(c / top) * (bottom - 12)}
            fill="var(--series)"
            fillOpacity={0.55}
          >
            <title>{`${num(x, d + 1)} to ${num(x + h.step, d + 1)} ${unit}: ${c}`}</title>
          </rect>
        ) : null;
      })}
      <line x1={0} x2={width} y1={bottom} y2={bottom} stroke="var(--hairline-strong)" />
      {[
        { v: lsl, name: 'LSL', color: 'var(--out)', dash: '10 3 2 3' },
        { v: usl, name: 'USL', color: 'var(--out)', dash: '10 3 2 3' },
        { v: target, name: 'T', color: 'var(--accent)', dash: '2 3' },
      ].map(({ v, name, color, dash }) =>
        v === null || v === undefined || v < h.lo || v > h.hi ? null : (
          <g key={name}>
            <line x1={sx(v)} x2={sx(v)} y1={10} y2={bottom} stroke={color} strokeDasharray={dash} />
            <text
              x={sx(v)}
              y={8}
              fontSize={10}
              textAnchor={name === 'USL' ? 'end' : name === 'LSL' ? 'start' : 'middle'}
              fill={color}
            >
              {name}
            </text>
          </g>
        ),
      )}
      {ticks.map((t) => {
        const text = num(t, d);
        return (
          <text key={t} x={insideX(sx(t), text, width)} y={height - 6} fontSize={SIZE} textAnchor="middle" fill="var(--ink-3)">
            {text}
          </text>
        );
      })}
    </svg>
  );
}

/** Font size of the numbers, px. */
const SIZE = 11;

/** Where the middle of a number stands so that none of it is cut at either end. */
export const insideX = (x: number, text: string, width: number): number => {
  const half = textPx(text, SIZE) / 2;
  return Math.min(width - half, Math.max(half, x));
};

/** Bins of width 2·IQR·n^(−1/3) (Freedman & Diaconis 1981), 5 to 40 of them; the range includes the limits so that they are seen. */
export function histogramBins(values: ArrayLike<number>, limits: readonly (number | null)[]) {
  const v = Array.from({ length: values.length }, (_, i) => values[i]!).filter(Number.isFinite);
  v.sort((a, b) => a - b);
  const n = v.length;
  if (n === 0) return { n, counts: [] as number[], start: 0, step: 1, lo: 0, hi: 1 };
  const q = (p: number): number => v[Math.min(n - 1, Math.floor(p * n))]!;
  const span = v[n - 1]! - v[0]! || Math.abs(v[0]!) * 0.01 || 1;
  const raw = (2 * (q(0.75) - q(0.25))) / Math.cbrt(n) || span / 10;
  const bins = Math.min(40, Math.max(5, Math.ceil(span / raw)));
  const step = (span * (1 + 1e-9)) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const x of v) counts[Math.min(bins - 1, Math.floor((x - v[0]!) / step))]!++;
  const all = [v[0]!, v[n - 1]!, ...limits.filter((l): l is number => l !== null)];
  const lo = Math.min(...all);
  const hi = Math.max(...all);
  return { n, counts, start: v[0]!, step, lo: lo - 0.04 * (hi - lo || span), hi: hi + 0.04 * (hi - lo || span) };
}
