'use client';
import { useId } from 'react';
import { num } from '../format';
import { ABOVE, BELOW, type ColourScale } from './colour-scale';
import { BAR_HEIGHT, BAR_SIDE, prepareScaleBar } from './scale-bar.prepare';

/** The colour scale with its printed range, the limits marked, and the two out-of-range colours. */
export function ScaleBar({ scale, unit, width = 260 }: { scale: ColourScale; unit: string; width?: number }) {
  const id = useId();
  const m = prepareScaleBar(scale, width);
  const right = BAR_SIDE + m.barWidth;
  return (
    <svg
      width={width}
      height={BAR_HEIGHT}
      role="img"
      aria-label={`Colour scale from ${num(scale.min, m.decimals)} to ${num(scale.max, m.decimals)} ${unit}`}
    >
      <defs>
        <linearGradient id={id}>
          {m.stops.map((s) => (
            <stop key={s.offset} offset={s.offset} stopColor={s.colour} />
          ))}
        </linearGradient>
      </defs>
      <path d={`M${BAR_SIDE - 2} 12V24L2 18Z`} fill={BELOW}>
        <title>below the range</title>
      </path>
      <path d={`M${right + 2} 12V24L${width - 2} 18Z`} fill={ABOVE}>
        <title>above the range</title>
      </path>
      <rect x={BAR_SIDE} y={12} width={m.barWidth} height={12} fill={`url(#${id})`} />
      {m.ticks.map((t) => (
        <g key={t.x}>
          <line x1={t.x} x2={t.x} y1={24} y2={28} stroke="var(--hairline-strong)" />
          <text x={t.x} y={38} fontSize={11} textAnchor="middle" fill="var(--ink-2)">
            {t.label}
          </text>
        </g>
      ))}
      {m.limits.map((l) => (
        <g key={l.side}>
          <path d={`M${l.x} 12l-4 -7h8Z`} fill="var(--out)" />
          <title>{l.label}</title>
        </g>
      ))}
      {m.centre === null ? null : <path d={`M${m.centre} 12l-3 -5h6Z`} fill="var(--ink-2)" />}
      <text x={width - 2} y={8} fontSize={11} textAnchor="end" fill="var(--ink-3)">
        {unit}
      </text>
    </svg>
  );
}
