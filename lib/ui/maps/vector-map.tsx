'use client';
import { useCallback, useMemo } from 'react';
import { DataDisclosure } from '../charts/chart-parts';
import { toCsv } from '../csv';
import type { Drawing } from '../export-frame';
import { num } from '../format';
import type { Palette } from '../tokens';
import { SiteCanvas, type SiteCanvasProps } from './site-canvas';
import { longestWords, prepareVectorMap, type VectorMapInput, type VectorMapModel } from './vector-map.prepare';
import { type WaferGeometry, waferGeometry, waferOutline } from './wafer-draw';

export interface VectorMapProps {
  title: string;
  input: VectorMapInput;
  /** From `sharedArrowScale` over all compared maps. */
  scale: { legendNm: number; mmPerNm: number };
  size?: number;
  selected?: number;
  onSelect?: (mark: number) => void;
}

/** Overlay arrows with the fields drawn and the longest highlighted; legend arrow "→ 10 nm". */
export function VectorMap({ title, input, scale, size = 380, selected, onSelect }: VectorMapProps) {
  const model = useMemo(() => prepareVectorMap(input, scale), [input, scale]);
  const marks = useMemo(() => ({ x: input.x, y: input.y, value: input.dx }), [input]);
  const draw = useCallback<SiteCanvasProps['draw']>(
    (ctx, g, palette, shown) => drawVectors(ctx, input, model, g, palette, shown),
    [input, model],
  );
  const read = (i: number): string =>
    i < 0
      ? ''
      : `(${num(input.x[i], 1)}, ${num(input.y[i], 1)}) mm: dx ${num(input.dx[i], 2)}, dy ${num(input.dy[i], 2)}, length ${num(Math.hypot(input.dx[i]!, input.dy[i]!), 2)} nm`;
  const longest = longestWords(model);
  const standOut = longest === null ? '' : `; ${longest} ${longest === 'the longest' ? 'stands' : 'stand'} out`;
  return (
    <SiteCanvas
      title={title}
      kind="vector map"
      noun="mark"
      summary={model.summary}
      sites={marks}
      radiusMm={input.radiusMm}
      size={size}
      reach={10}
      draw={draw}
      csv={() =>
        toCsv(
          ['x (mm)', 'y (mm)', 'dx (nm)', 'dy (nm)'],
          Array.from(input.x, (x, i) => [x, input.y[i], input.dx[i], input.dy[i]]),
        )
      }
      unit="nm"
      notes={() => [model.summary, `arrows: the legend’s is ${num(scale.legendNm, scale.legendNm < 1 ? 1 : 0)} nm${standOut}`]}
      drawing={(g, palette) => ({ drawing: vectorDrawing(input, model, g, palette), legend: arrowDrawing(model, g, palette) })}
      legend={
        <ArrowLegend
          nm={scale.legendNm}
          px={scale.legendNm * scale.mmPerNm * waferGeometry(size, input.radiusMm).k}
          longest={longest}
        />
      }
      selected={selected}
      onSelect={onSelect}
    >
      {(shown) => (
        <>
          <p className="text-sm min-h-4 text-ink-2" aria-live="polite">
            {read(shown) || model.summary}
          </p>
          <DataDisclosure
            label={`${title}, marks`}
            header={['x, mm', 'y, mm', 'dx, nm', 'dy, nm', 'length, nm']}
            rows={() =>
              model.vectors.map((v) => ({
                key: String(v.i),
                cells: [num(v.x, 1), num(v.y, 1), num(v.dx, 2), num(v.dy, 2), num(v.length, 2)],
              }))
            }
          />
        </>
      )}
    </SiteCanvas>
  );
}

function ArrowLegend({ nm, px, longest }: { nm: number; px: number; longest: string | null }) {
  const arrow = Math.max(8, px);
  return (
    <span className="text-sm text-ink-2 flex items-center gap-1 whitespace-nowrap">
      <svg width={arrow + 2} height={10} aria-hidden="true">
        <path d={`M0 5H${arrow}M${arrow - 4} 2L${arrow} 5L${arrow - 4} 8`} stroke="var(--ink)" fill="none" strokeWidth={1.2} />
      </svg>
      {num(nm, nm < 1 ? 1 : 0)} nm
      {longest === null ? null : (
        <>
          <svg width={14} height={10} aria-hidden="true" className="ml-2">
            <path d="M0 5H13M9 2L13 5L9 8" stroke="var(--out)" fill="none" strokeWidth={1.8} />
          </svg>
          {longest}
        </>
      )}
    </span>
  );
}

const arrowPath = (x0: number, y0: number, x1: number, y1: number): string => {
  const a = Math.atan2(y1 - y0, x1 - x0);
  const h = Math.min(5, Math.hypot(x1 - x0, y1 - y0) * 0.4);
  const tip = (s: number): string =>
    `M${(x1 - h * Math.cos(a + s)).toFixed(1)} ${(y1 - h * Math.sin(a + s)).toFixed(1)}L${x1.toFixed(1)} ${y1.toFixed(1)}`;
  return `M${x0.toFixed(1)} ${y0.toFixed(1)}L${x1.toFixed(1)} ${y1.toFixed(1)}${tip(0.5)}${tip(-0.5)}`;
};

const pathOf = (m: VectorMapModel, g: WaferGeometry, isWorst: boolean): string =>
  m.vectors
    .filter((v) => v.isWorst === isWorst)
    .map((v) => arrowPath(g.px(v.x), g.py(v.y), g.px(v.x + v.dx * m.mmPerNm), g.py(v.y + v.dy * m.mmPerNm)))
    .join('');

const fieldPath = (input: VectorMapInput, g: WaferGeometry): string =>
  input.fields
    .map(
      (f) =>
        `M${g.px(f.x - input.fieldWidthMm / 2).toFixed(1)} ${g.py(f.y + input.fieldHeightMm / 2).toFixed(1)}h${(input.fieldWidthMm * g.k).toFixed(1)}v${(input.fieldHeightMm * g.k).toFixed(1)}h${(-input.fieldWidthMm * g.k).toFixed(1)}Z`,
    )
    .join('');

function drawVectors(
  ctx: CanvasRenderingContext2D,
  input: VectorMapInput,
  m: VectorMapModel,
  g: WaferGeometry,
  palette: Palette,
  shown: number,
): void {
  const outline = new Path2D(waferOutline(g, input.radiusMm));
  ctx.clearRect(0, 0, g.size, g.size);
  ctx.save();
  ctx.clip(outline);
  ctx.strokeStyle = palette.hairline;
  ctx.lineWidth = 1;
  ctx.stroke(new Path2D(fieldPath(input, g)));
  ctx.restore();
  ctx.strokeStyle = palette.hairlineStrong;
  ctx.stroke(outline);
  ctx.strokeStyle = palette.series;
  ctx.lineWidth = 1;
  ctx.stroke(new Path2D(pathOf(m, g, false)));
  ctx.strokeStyle = palette.out;
  ctx.lineWidth = 1.8;
  ctx.stroke(new Path2D(pathOf(m, g, true)));
  if (shown >= 0) {
    ctx.strokeStyle = palette.accent;
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.arc(g.px(input.x[shown]!), g.py(input.y[shown]!), 6, 0, 2 * Math.PI);
    ctx.stroke();
  }
}

function vectorDrawing(input: VectorMapInput, m: VectorMapModel, g: WaferGeometry, palette: Palette): Drawing {
  const outline = waferOutline(g, input.radiusMm);
  return {
    svg: `<defs><clipPath id="wafer"><path d="${outline}"/></clipPath></defs>
<path d="${fieldPath(input, g)}" fill="none" stroke="${palette.hairline}" clip-path="url(#wafer)"/><path d="${outline}" fill="none" stroke="${palette.hairlineStrong}"/>
<path d="${pathOf(m, g, false)}" fill="none" stroke="${palette.series}"/><path d="${pathOf(m, g, true)}" fill="none" stroke="${palette.out}" stroke-width="1.8"/>`,
    width: g.size,
    height: g.size,
  };
}

/** The arrow scale of a picture. */
function arrowDrawing(m: VectorMapModel, g: WaferGeometry, palette: Palette): Drawing {
  const arrow = m.legendNm * m.mmPerNm * g.k;
  const longest = longestWords(m);
  const second =
    longest === null
      ? ''
      : `<path d="${arrowPath(90 + arrow, 12, 104 + arrow, 12)}" stroke="${palette.out}" stroke-width="1.8" fill="none"/><text x="${112 + arrow}" y="16" font-size="12" fill="${palette.ink}">${longest}</text>`;
  return {
    svg: `<path d="${arrowPath(6, 12, 6 + arrow, 12)}" stroke="${palette.ink}" stroke-width="1.4" fill="none"/><text x="${16 + arrow}" y="16" font-size="12" fill="${palette.ink}">${m.legendNm} nm</text>${second}`,
    width: g.size,
    height: 24,
  };
}
