'use client';
import { useId, useRef } from 'react';
import { spreadLabels } from '../charts/plot';
import { ExportMenu } from '../components/export-menu';
import { useSvgExport } from '../components/use-svg-export';
import { toCsv } from '../csv';
import { useTheme } from '../hooks/use-theme';
import { useWidth } from '../hooks/use-width';
import { CATEGORY } from '../tokens';
import type { Drawing, DrawnDimension } from './drawing.prepare';

const LABELS = 190;
const MARGIN = 10;
const PATTERNS = [
  'M0 6L6 0',
  'M0 0L6 6',
  'M0 3H6',
  'M3 0V6',
  'M0 6L6 0M0 0L6 6',
  'M2.5 3H3.5',
  'M0 3H6M3 0V6',
  'M0 1H6M0 5H6',
] as const;

/** Fill patterns of the materials: distinguishable without colour too. */
export function MaterialPatterns({ id, count }: { id: string; count: number }) {
  const { theme } = useTheme();
  const colours = CATEGORY[theme];
  return (
    <defs>
      {Array.from({ length: count }, (_, i) => {
        const colour = colours[i % colours.length]!;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a material is its index
          <pattern key={i} id={`${id}-${i}`} width={6} height={6} patternUnits="userSpaceOnUse">
            <rect width={6} height={6} fill={colour} fillOpacity={0.22} />
            <path d={PATTERNS[i % PATTERNS.length]} stroke={colour} strokeWidth={0.8} fill="none" />
          </pattern>
        );
      })}
    </defs>
  );
}

/** The stack or the line with its neighbours, to scale, with its dimensions and materials. */
export function ProfileDrawing({ drawing: d, title, height = 280 }: { drawing: Drawing; title: string; height?: number }) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 560);
  const { theme } = useTheme();
  const id = useId().replace(/[^a-zA-Z0-9]/g, '');
  const exports = useSvgExport(root, title, () => tableOf(d));
  const room = { w: width - LABELS - 2 * MARGIN, h: height - 2 * MARGIN };
  const scaleZ = room.h / (d.topNm - d.bottomNm);
  const scale = d.hasWidth ? Math.min(scaleZ, room.w / (d.rightNm - d.leftNm)) : scaleZ;
  const scaleX = d.hasWidth ? scale : room.w / (d.rightNm - d.leftNm);
  const drawn = { w: scaleX * (d.rightNm - d.leftNm), h: scale * (d.topNm - d.bottomNm) };
  const x0 = MARGIN + (room.w - drawn.w) / 2;
  const y0 = MARGIN + (room.h - drawn.h) / 2;
  const sx = (x: number): number => x0 + (x - d.leftNm) * scaleX;
  const sy = (z: number): number => y0 + (d.topNm - z) * scale;
  const labelX = width - LABELS + 12;
  const labelY = spreadLabels(
    d.labels.map((l) => sy(l.zNm) + 4),
    15,
    12,
    height - 4,
  );
  const colour = (i: number): string => CATEGORY[theme][i % CATEGORY[theme].length]!;
  return (
    <div ref={root}>
      <svg
        width={width}
        height={height}
        data-export=""
        role="img"
        aria-label={`${title}. ${d.summary}`}
        className="block"
        fontSize={11}
        fill="var(--ink)"
      >
        <MaterialPatterns id={id} count={d.materials.length} />
        <clipPath id={`${id}-clip`}>
          <rect x={sx(d.leftNm)} y={0} width={drawn.w} height={height} />
        </clipPath>
        <g clipPath={`url(#${id}-clip)`}>
          {d.shapes.map((s, i) => (
            <path
              // biome-ignore lint/suspicious/noArrayIndexKey: shapes have no name of their own
              key={i}
              d={`M${s.points.map(([x, z]) => `${sx(x).toFixed(1)} ${sy(z).toFixed(1)}`).join('L')}Z`}
              fill={`url(#${id}-${s.material})`}
              stroke={colour(s.material)}
              strokeWidth={1}
              opacity={s.isNeighbour ? 0.45 : 1}
            />
          ))}
        </g>
        {d.dimensions.map((m) => (
          <DimensionLine key={m.text} m={m} sx={sx} sy={sy} />
        ))}
        {d.angles.map((a) => (
          <Written
            key={`${a.side} ${a.at[1]}`}
            x={sx(a.at[0]) + (a.side === 'left' ? -6 : 6)}
            y={sy(a.at[1]) + 4}
            anchor={a.side === 'left' ? 'end' : 'start'}
          >
            {a.text}
          </Written>
        ))}
        {d.labels.map((l, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: one per layer, in order
          <g key={i}>
            <path
              d={`M${sx(d.rightNm)} ${sy(l.zNm)}L${labelX - 6} ${labelY[i]! - 4}`}
              stroke="var(--hairline-strong)"
              strokeWidth={1}
              fill="none"
            />
            <text x={labelX} y={labelY[i]}>
              {l.text.length > 30 ? `${l.text.slice(0, 29)}…` : l.text}
              <title>{l.text}</title>
            </text>
          </g>
        ))}
      </svg>
      <div className="flex items-center gap-x-4 gap-y-1 flex-wrap text-sm mt-1">
        {d.materials.map((words, i) => (
          <span key={words} className="inline-flex items-center gap-1.5">
            <svg width={18} height={12} aria-hidden="true">
              <rect width={18} height={12} fill={`url(#${id}-${i})`} stroke={colour(i)} />
            </svg>
            {words}
          </span>
        ))}
        <span className="ml-auto">
          <ExportMenu items={exports} />
        </span>
      </div>
      {d.notToScale.length > 0 ? <p className="text-sm text-ink-2">{`Not to scale: ${d.notToScale.join(', ')}.`}</p> : null}
    </div>
  );
}

const HALO = { paintOrder: 'stroke', stroke: 'var(--surface)', strokeWidth: 3, strokeLinejoin: 'round' } as const;

function Written({ x, y, anchor, children }: { x: number; y: number; anchor: 'start' | 'middle' | 'end'; children: string }) {
  return (
    <text x={x} y={y} textAnchor={anchor} style={HALO}>
      {children}
    </text>
  );
}

interface Scales {
  sx: (x: number) => number;
  sy: (z: number) => number;
}

/** A double-headed arrow between two points at one height or one x. */
function DimensionLine({ m, sx, sy }: { m: DrawnDimension } & Scales) {
  const [x0, y0, x1, y1] = [sx(m.from[0]), sy(m.from[1]), sx(m.to[0]), sy(m.to[1])];
  const isAcross = m.from[1] === m.to[1];
  const a = 4;
  const ends = isAcross
    ? `M${x0 + a} ${y0 - 3}L${x0} ${y0}L${x0 + a} ${y0 + 3}M${x1 - a} ${y1 - 3}L${x1} ${y1}L${x1 - a} ${y1 + 3}`
    : `M${x0 - 3} ${y0 - a}L${x0} ${y0}L${x0 + 3} ${y0 - a}M${x1 - 3} ${y1 + a}L${x1} ${y1}L${x1 + 3} ${y1 + a}`;
  return (
    <g>
      <path d={`M${x0} ${y0}L${x1} ${y1}${ends}`} stroke="var(--ink)" strokeWidth={1} fill="none" />
      <Written
        x={isAcross ? (x0 + x1) / 2 : x0 + 5}
        y={isAcross ? y0 + (m.from[1] < 0 ? 13 : -5) : y0 + (y1 - y0) / 3}
        anchor={isAcross ? 'middle' : 'start'}
      >
        {m.text}
      </Written>
    </g>
  );
}

const tableOf = (d: Drawing): string =>
  toCsv(
    ['shape', 'material', 'x (nm)', 'z (nm)'],
    d.shapes.flatMap((s, i) => s.points.map(([x, z]) => [i + 1, d.materials[s.material], x, z])),
  );
