'use client';
import { type PointerEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { Walkable } from '../charts/walkable';
import { ExportMenu } from '../components/export-menu';
import { useExports } from '../components/use-exports';
import type { Drawing } from '../export-frame';
import { useTheme } from '../hooks/use-theme';
import type { Palette } from '../tokens';
import { type WaferGeometry, waferGeometry } from './wafer-draw';
import { siteAt, siteTowards, type WaferMapInput } from './wafer-map.prepare';

export interface SiteCanvasProps {
  title: string;
  /** Kind of map, and the name of an item on it: "wafer map", "site". */
  kind: string;
  noun: string;
  summary: string;
  sites: Pick<WaferMapInput, 'x' | 'y' | 'value'>;
  radiusMm: number;
  size: number;
  /** How near the pointer must be to a site, px. */
  reach: number;
  /** A stable function: the canvas is redrawn when it changes. */
  draw: (ctx: CanvasRenderingContext2D, g: WaferGeometry, palette: Palette, shown: number) => void;
  csv: () => string;
  unit: string;
  /** Range, limits and what is missing, for exports. */
  notes: () => readonly string[];
  /** The map as a picture, with its scale, in the given geometry. */
  drawing: (g: WaferGeometry, palette: Palette) => { drawing: Drawing; legend: Drawing };
  /** Shown beside the title. */
  legend?: ReactNode;
  /** Below the map: text of the shown site, -1 for none. */
  children: (shown: number) => ReactNode;
  /** Controlled selection, shared between maps. */
  selected?: number | undefined;
  onSelect?: ((site: number) => void) | undefined;
}

/** Size of a map in a picture, independent of its size on screen, px. */
const PICTURE_SIZE = 600;

/** The frame of every map of sites on canvas: title, exports, pointer and arrow keys that find a site. */
export function SiteCanvas(p: SiteCanvasProps) {
  const { title, sites, size, draw } = p;
  const canvas = useRef<HTMLCanvasElement>(null);
  const { palette } = useTheme();
  const [own, setOwn] = useState(-1);
  const [hover, setHover] = useState(-1);
  const selected = p.selected ?? own;
  const shown = hover >= 0 ? hover : selected;
  const g = useMemo(() => waferGeometry(size, p.radiusMm), [size, p.radiusMm]);
  useEffect(() => {
    const el = canvas.current;
    const ctx = el?.getContext('2d');
    if (!el || !ctx) return;
    const ratio = window.devicePixelRatio || 1;
    el.width = Math.round(size * ratio);
    el.height = Math.round(size * ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(ctx, g, palette, shown);
  }, [draw, g, palette, size, shown]);
  const choose = (i: number): void => {
    setOwn(i);
    p.onSelect?.(i);
  };
  const under = (e: PointerEvent<HTMLElement>): number => {
    const box = e.currentTarget.getBoundingClientRect();
    return siteAt(sites, (e.clientX - box.left - size / 2) / g.k, (size / 2 - (e.clientY - box.top)) / g.k, p.reach / g.k);
  };
  const walk = (key: string, dx: number, dy: number): [string, () => void] => [
    key,
    () => choose(siteTowards(sites, selected, dx, dy)),
  ];
  const exports = useExports({
    title,
    unit: p.unit,
    notes: p.notes,
    csv: p.csv,
    csvLabel: `CSV of the ${p.noun}s`,
    draw: (colours) => p.drawing(waferGeometry(PICTURE_SIZE, p.radiusMm), colours),
  });
  return (
    <figure className="m-0" style={{ width: size }}>
      <div className="flex items-start min-h-7 gap-2">
        <figcaption className="text-sm font-semibold leading-7 min-w-0 truncate" title={title}>
          {title}
        </figcaption>
        <span className="ml-auto">
          <ExportMenu items={exports} />
        </span>
      </div>
      {p.legend}
      <Walkable
        kind={p.kind}
        label={`${title}: ${p.summary}. Arrow keys walk the ${p.noun}s.`}
        keys={[walk('ArrowRight', 1, 0), walk('ArrowLeft', -1, 0), walk('ArrowUp', 0, 1), walk('ArrowDown', 0, -1)]}
        onLeave={() => choose(-1)}
        onPointerMove={(e) => setHover(under(e))}
        onPointerLeave={() => setHover(-1)}
        onClick={() => choose(hover)}
      >
        <canvas ref={canvas} style={{ width: size, height: size }} className="block" />
      </Walkable>
      {p.children(shown)}
    </figure>
  );
}
