'use client';
import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { DataDisclosure } from '../charts/chart-parts';
import { Walkable } from '../charts/walkable';
import { ExportMenu } from '../components/export-menu';
import { fileName, toCsv } from '../csv';
import { canvasToPng, download, downloadText } from '../export';
import { num, withU } from '../format';
import { useTheme } from '../hooks/use-theme';
import type { ColourScale } from './colour-scale';
import { ScaleBar } from './scale-bar';
import { drawWaferMap, waferGeometry } from './wafer-draw';
import { gridPixels, type MapKind, prepareWaferMap, siteAt, siteTowards, type WaferMapInput } from './wafer-map.prepare';
import { waferMapSvg } from './wafer-svg';

export interface WaferMapProps {
  title: string;
  input: WaferMapInput;
  kind: MapKind;
  scale: ColourScale;
  size?: number;
  /** Controlled selection of a site, shared between maps. */
  selected?: number;
  onSelect?: (site: number) => void;
  showScale?: boolean;
}

/** Below this width what a site says takes two lines. */
const ONE_LINE = 260;

/** Wafer map on canvas: hover and arrow keys read sites, the table below has the same values. */
export function WaferMap({ title, input, kind, scale, size = 360, selected: given, onSelect, showScale = true }: WaferMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { palette } = useTheme();
  const [own, setOwn] = useState(-1);
  const [hover, setHover] = useState(-1);
  const selected = given ?? own;
  const g = useMemo(() => waferGeometry(size, input.radiusMm), [size, input.radiusMm]);
  const model = useMemo(() => prepareWaferMap(input, kind, scale), [input, kind, scale]);
  const shown = hover >= 0 ? hover : selected;
  useEffect(() => {
    const el = canvas.current;
    const ctx = el?.getContext('2d');
    if (!el || !ctx) return;
    const ratio = window.devicePixelRatio || 1;
    el.width = Math.round(size * ratio);
    el.height = Math.round(size * ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawWaferMap(ctx, model, g, palette, { selected: shown });
  }, [model, g, palette, size, shown]);
  const choose = (i: number): void => {
    setOwn(i);
    onSelect?.(i);
  };
  const siteUnder = (e: PointerEvent<HTMLElement>): number => {
    const box = e.currentTarget.getBoundingClientRect();
    return siteAt(input, (e.clientX - box.left - size / 2) / g.k, (size / 2 - (e.clientY - box.top)) / g.k, 14 / g.k);
  };
  const read = (i: number): string =>
    i < 0
      ? ''
      : `site ${i + 1} at (${num(input.x[i], 1)}, ${num(input.y[i], 1)}) mm: ${Number.isNaN(input.value[i]) ? (input.missing ?? 'not measured') : `${withU(input.value[i], input.u?.[i], input.u ? undefined : model.decimals)} ${input.unit}`}`;
  const csv = (): string =>
    toCsv(
      ['site', 'x (mm)', 'y (mm)', `value (${input.unit})`, `u (${input.unit})`],
      Array.from({ length: input.value.length }, (_, i) => [i + 1, input.x[i], input.y[i], input.value[i], input.u?.[i]]),
    );
  return (
    <figure className="m-0" style={{ width: size }}>
      <div className="flex items-center h-7 gap-2">
        <figcaption className="text-sm font-semibold truncate">{title}</figcaption>
        <span className="ml-auto">
          <ExportMenu
            items={[
              { label: 'CSV of the sites', run: () => downloadText(fileName(title, 'csv'), csv()) },
              {
                label: 'PNG image',
                run: async () => {
                  if (canvas.current) download(fileName(title, 'png'), await canvasToPng(canvas.current));
                },
              },
              {
                label: 'SVG drawing',
                run: () =>
                  downloadText(
                    fileName(title, 'svg'),
                    waferMapSvg(model, g, palette, title, model.grid ? gridUrl(model.grid, scale) : null),
                    'image/svg+xml',
                  ),
              },
            ]}
          />
        </span>
      </div>
      <Walkable
        kind="wafer map"
        label={`${title}: ${model.summary}. Arrow keys walk the sites.`}
        keys={[
          ['ArrowRight', () => choose(siteTowards(input, selected, 1, 0))],
          ['ArrowLeft', () => choose(siteTowards(input, selected, -1, 0))],
          ['ArrowUp', () => choose(siteTowards(input, selected, 0, 1))],
          ['ArrowDown', () => choose(siteTowards(input, selected, 0, -1))],
        ]}
        onLeave={() => choose(-1)}
        onPointerMove={(e) => setHover(siteUnder(e))}
        onPointerLeave={() => setHover(-1)}
        onClick={() => choose(hover)}
      >
        <canvas ref={canvas} style={{ width: size, height: size }} className="block" />
      </Walkable>
      <p
        className={`text-sm text-ink-2 overflow-hidden ${size < ONE_LINE ? 'h-8 leading-4' : 'h-4 whitespace-nowrap'}`}
        aria-live="polite"
      >
        {read(shown) || model.summary}
      </p>
      {showScale ? <ScaleBar scale={scale} unit={input.unit} width={size} /> : null}
      <p className="text-sm text-ink-3 min-h-4">
        {[
          model.note,
          model.outside.below ? `${model.outside.below} below range` : '',
          model.outside.above ? `${model.outside.above} above range` : '',
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <DataDisclosure
        label={`${title}, sites`}
        header={['Site', 'x, mm', 'y, mm', `Value, ${input.unit}`, 'u']}
        rows={() =>
          Array.from({ length: input.value.length }, (_, i) => ({
            key: String(i),
            cells: [
              i + 1,
              num(input.x[i], 1),
              num(input.y[i], 1),
              num(input.value[i], model.decimals),
              num(input.u?.[i], model.decimals + 1),
            ],
          }))
        }
      />
    </figure>
  );
}

function gridUrl(grid: { size: number; values: Float64Array }, scale: ColourScale): string {
  const off = document.createElement('canvas');
  off.width = grid.size;
  off.height = grid.size;
  off.getContext('2d')?.putImageData(new ImageData(gridPixels(grid, scale), grid.size, grid.size), 0, 0);
  return off.toDataURL('image/png');
}
