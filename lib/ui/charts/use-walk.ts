'use client';
import { type PointerEvent, useState } from 'react';
import { nearest, type PlotBox, unscaleX } from './plot';
import type { WalkableProps } from './walkable';

/** A stretch that is being dragged out, with the ends of its plot, px. */
export interface Drag {
  from: number;
  to: number;
  top: number;
  bottom: number;
}

interface WalkOptions {
  /** How many samples there are. */
  count: number;
  /** Index of the sample at a place of the chart, px; below 0 for none. */
  under: (x: number, y: number) => number;
  /** Where samples can be opened: by Enter or a click. */
  onOpen?: ((k: number) => void) | undefined;
  /** Along which axis they lie. */
  along?: 'x' | 'y';
  /** Where a stretch can be dragged out: the plot, and what becomes of its ends, px. */
  zoom?: { box: PlotBox; onRange: (from: number, to: number) => void };
}

/** Where the pointer is within the chart, px. */
export function placeOf(e: PointerEvent<HTMLElement>): readonly [x: number, y: number] {
  const r = e.currentTarget.getBoundingClientRect();
  return [e.clientX - r.left, e.clientY - r.top];
}

const NO_PLOT: PlotBox = { left: 0, right: 0, top: 0, bottom: 0 };

/** Shorter drags are clicks, and seen from the second length on, px. */
const LEAST_DRAG = 12;
const LEAST_SEEN = 4;

interface Dragging {
  /** null: too short to be seen, or nothing is dragged. */
  drag: Drag | null;
  begin: (e: PointerEvent<HTMLElement>) => void;
  move: (e: PointerEvent<HTMLElement>) => void;
  /** Whether it was a stretch; else it was a click. */
  end: (e: PointerEvent<HTMLElement>) => boolean;
  drop: () => void;
}

/**
 * A stretch of a plot that is dragged out with the mouse.
 * @param onRange - its ends, px, ascending; not given: nothing can be dragged out.
 */
export function useDrag(box: PlotBox, onRange: ((from: number, to: number) => void) | undefined): Dragging {
  const [drag, setDrag] = useState<Pick<Drag, 'from' | 'to'> | null>(null);
  const xAt = (e: PointerEvent<HTMLElement>): number => Math.min(box.right, Math.max(box.left, placeOf(e)[0]));
  return {
    drag: drag && Math.abs(drag.to - drag.from) > LEAST_SEEN ? { ...drag, top: box.top, bottom: box.bottom } : null,
    begin: (e) => {
      if (onRange) setDrag({ from: xAt(e), to: xAt(e) });
    },
    move: (e) => {
      if (drag) setDrag({ from: drag.from, to: xAt(e) });
    },
    end: (e) => {
      setDrag(null);
      if (!drag || !onRange || Math.abs(xAt(e) - drag.from) <= LEAST_DRAG) return false;
      onRange(Math.min(drag.from, xAt(e)), Math.max(drag.from, xAt(e)));
      return true;
    },
    drop: () => setDrag(null),
  };
}

/**
 * How a chart of samples is walked: arrows over its samples, the pointer at the nearest one, and where samples can be opened, Enter or a click.
 * @returns index of the sample walked to, below 0 for none; what the tab stop of the chart does.
 */
export function useWalk({ count, under, onOpen, along = 'x', zoom }: WalkOptions): {
  at: number;
  drag: Drag | null;
  walk: Omit<WalkableProps, 'children' | 'kind' | 'label'>;
} {
  const [at, setAt] = useState(-1);
  const drag = useDrag(zoom?.box ?? NO_PLOT, zoom?.onRange);
  const step = (d: number): void => setAt((i) => Math.min(count - 1, Math.max(0, (i < 0 ? (d > 0 ? -1 : count) : i) + d)));
  const open = (k: number): void => {
    if (k >= 0 && k < count) onOpen?.(k);
  };
  return {
    at: drag.drag ? -1 : Math.min(at, count - 1),
    drag: drag.drag,
    walk: {
      keys: [
        [along === 'x' ? 'ArrowRight' : 'ArrowDown', () => step(1)],
        [along === 'x' ? 'ArrowLeft' : 'ArrowUp', () => step(-1)],
        ...(onOpen ? [['Enter', () => open(at)] as const] : []),
      ],
      onLeave: () => setAt(-1),
      onPointerMove: (e) => {
        setAt(under(...placeOf(e)));
        drag.move(e);
      },
      onPointerLeave: () => {
        setAt(-1);
        drag.drop();
      },
      onPointerDown: drag.begin,
      onPointerUp: (e) => {
        if (!drag.end(e)) open(under(...placeOf(e)));
      },
    },
  };
}

/** The same of samples along x. @param samples - by x, ascending. */
export const useSampleWalk = (
  samples: readonly { readonly x: number }[],
  box: PlotBox,
  xDomain: readonly [number, number],
  onOpen?: (k: number) => void,
): ReturnType<typeof useWalk> =>
  useWalk({ count: samples.length, under: (x) => nearest(samples, unscaleX(box, xDomain)(x)), onOpen });
