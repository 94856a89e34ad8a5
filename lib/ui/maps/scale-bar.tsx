'use client';
import { useId } from 'react';
import { niceTicks, tickDecimals } from '../charts/ticks';
import { num } from '../format';
import { ABOVE, BELOW, type ColourScale, lut } from './colour-scale';

/** The colour scale with its printed range, the limits marked, and the two out-of-range colours. */
export function ScaleBar({ scale, unit, width = 260 }: { scale: ColourScale; unit: string; width?: number }) {
  const id = useId();
  const table = lut(scale.map);
  const x0 = 14;
  const w = width - 28;
  const at = (v: number): number => x0 + ((v - scale.min) / (scale.max - scale.min || 1)) * w;
  const inside = (v: number | null | undefined): v is number => v !== null && v !== undefined && v >= scale.min && v <= scale.max;
  const ticks = niceTicks(scale.min, scale.max, 4);
  const d = tickDecimals(ticks);
  return (
    <svg
      width={width}
      height={44}
      role="img"
      aria-label={`Colour scale from ${num(scale.min, d)} to ${num(scale.max, d)} ${unit}`}
    >
      <defs>
        <linearGradient id={id}>
          {Array.from({ length: 17 }, (_, i) => {
            const k = Math.round((i / 16) * 255) * 3;
            return <stop key={k} offset={i / 16} stopColor={`rgb(${table[k]},${table[k + 1]},${table[k + 2]})`} />;
          })}
        </linearGradient>
      </defs>
      <path d={`M${x0 - 2} 12V24L2 18Z`} fill={BELOW}>
        <title>below the range</title>
      </path>
      <path d={`M${x0 + w + 2} 12V24L${width - 2} 18Z`} fill={ABOVE}>
        <title>above the range</title>
      </path>
      <rect x={x0} y={12} width={w} height={12} fill={`url(#${id})`} />
      {ticks.map((t) => (
        <g key={t}>
          <line x1={at(t)} x2={at(t)} y1={24} y2={28} stroke="var(--hairline-strong)" />
          <text x={at(t)} y={38} fontSize={11} textAnchor="middle" fill="var(--ink-2)">
            {num(t, d)}
          </text>
        </g>
      ))}
      {(['lower', 'upper'] as const).map((side) => {
        const v = scale.limits?.[side];
        return inside(v) ? (
          <g key={side}>
            <path d={`M${at(v)} 12l-4 -7h8Z`} fill="var(--out)" />
            <title>{side === 'lower' ? `LSL ${v}` : `USL ${v}`}</title>
          </g>
        ) : null;
      })}
      {inside(scale.centre) ? <path d={`M${at(scale.centre)} 12l-3 -5h6Z`} fill="var(--ink-2)" /> : null}
      <text x={width - 2} y={8} fontSize={11} textAnchor="end" fill="var(--ink-3)">
        {unit}
      </text>
    </svg>
  );
}
