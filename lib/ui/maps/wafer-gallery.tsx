'use client';
import Link from 'next/link';
import { useEffect, useMemo, useRef } from 'react';
import { num } from '../format';
import { useTheme } from '../hooks/use-theme';
import type { ColourScale } from './colour-scale';
import { drawWaferMap, waferGeometry } from './wafer-draw';
import { type MapKind, prepareWaferMap, type WaferMapInput } from './wafer-map.prepare';

export interface GalleryItem {
  id: string;
  href: string;
  /** "A1043.07". */
  title: string;
  /** "mean 30.1". */
  caption: string;
  /** ■ in front of the title. */
  isOut?: boolean;
  input: WaferMapInput;
}

/** Many wafers on one scale; each is a link. Drawn when it comes into view. */
export function WaferGallery({
  items,
  kind,
  scale,
  size = 104,
  selectedId,
}: {
  items: readonly GalleryItem[];
  kind: MapKind;
  scale: ColourScale;
  size?: number;
  selectedId?: string | null;
}) {
  return (
    <ul className="flex flex-wrap gap-x-2 gap-y-3" aria-label="Wafers">
      {items.map((item) => (
        <li
          key={item.id}
          className={`p-1 rounded ${item.id === selectedId ? 'bg-accent-wash outline outline-accent' : 'hover:bg-sunken'}`}
        >
          <Link prefetch={false} href={item.href} className="block" style={{ width: size }}>
            <WaferThumb input={item.input} kind={kind} scale={scale} size={size} label={`${item.title}, ${item.caption}`} />
            <span className="block text-sm leading-4 truncate">
              {item.isOut ? (
                <span className="status-out" title="out of control">
                  ■{' '}
                </span>
              ) : null}
              {item.title}
            </span>
            <span className="block text-xs leading-4 text-ink-2 truncate">{item.caption}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

export function WaferThumb({
  input,
  kind,
  scale,
  size,
  label,
}: {
  input: WaferMapInput;
  kind: MapKind;
  scale: ColourScale;
  size: number;
  label: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { palette } = useTheme();
  const g = useMemo(() => waferGeometry(size, input.radiusMm), [size, input.radiusMm]);
  useEffect(() => {
    const el = canvas.current;
    if (!el) return;
    const draw = (): void => {
      const ctx = el.getContext('2d');
      if (!ctx) return;
      const ratio = window.devicePixelRatio || 1;
      el.width = Math.round(size * ratio);
      el.height = Math.round(size * ratio);
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawWaferMap(ctx, prepareWaferMap(input, kind, scale, 48), g, palette, { thumb: true });
    };
    const watch = new IntersectionObserver(
      (entries) => {
        if (entries.some((e) => e.isIntersecting)) {
          draw();
          watch.disconnect();
        }
      },
      { rootMargin: '200px' },
    );
    watch.observe(el);
    return () => watch.disconnect();
  }, [input, kind, scale, size, g, palette]);
  const { min, max } = scale;
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={`Wafer map ${label}; scale ${num(min, 2)} to ${num(max, 2)} ${input.unit}`}
      style={{ width: size, height: size }}
      className="block"
    />
  );
}
