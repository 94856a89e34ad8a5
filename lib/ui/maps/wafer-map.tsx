'use client';
import { useCallback, useMemo } from 'react';
import { DataDisclosure } from '../charts/chart-parts';
import { num, withU } from '../format';
import type { ColourScale } from './colour-scale';
import { gridUrl } from './grid-url';
import { ScaleBar } from './scale-bar';
import { scaleBarDrawing } from './scale-bar.prepare';
import { SiteCanvas, type SiteCanvasProps } from './site-canvas';
import { drawWaferMap } from './wafer-draw';
import { type MapKind, prepareWaferMap, type WaferMapInput, waferMapCsv } from './wafer-map.prepare';
import { waferMapDrawing, waferMapNotes } from './wafer-svg';

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

/** Below this width the text of a site takes two lines. */
const ONE_LINE = 260;

/** Wafer map on canvas: hover and arrow keys select sites, the table below has the same values. */
export function WaferMap({ title, input, kind, scale, size = 360, selected, onSelect, showScale = true }: WaferMapProps) {
  const model = useMemo(() => prepareWaferMap(input, kind, scale), [input, kind, scale]);
  const draw = useCallback<SiteCanvasProps['draw']>(
    (ctx, g, palette, shown) => drawWaferMap(ctx, model, g, palette, { selected: shown }),
    [model],
  );
  const read = (i: number): string =>
    i < 0
      ? ''
      : `site ${i + 1} at (${num(input.x[i], 1)}, ${num(input.y[i], 1)}) mm: ${Number.isNaN(input.value[i]) ? (input.missing ?? 'not measured') : `${withU(input.value[i], input.u?.[i], input.u ? undefined : model.decimals)} ${input.unit}`}`;
  return (
    <SiteCanvas
      title={title}
      kind="wafer map"
      noun="site"
      summary={model.summary}
      sites={input}
      radiusMm={input.radiusMm}
      size={size}
      reach={14}
      draw={draw}
      csv={() => waferMapCsv(input)}
      unit={input.unit}
      notes={() => waferMapNotes(model)}
      drawing={(g, palette) => ({
        drawing: waferMapDrawing(model, g, palette, model.grid ? gridUrl(model.grid, scale) : null),
        legend: scaleBarDrawing(scale, input.unit, g.size, palette),
      })}
      selected={selected}
      onSelect={onSelect}
    >
      {(shown) => (
        <>
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
        </>
      )}
    </SiteCanvas>
  );
}
