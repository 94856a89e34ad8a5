'use client';
import { type PointerEvent, useState } from 'react';
import { nearest, type PlotBox, unscaleX } from './plot';
import type { WalkableProps } from './walkable';

/** The range being dragged, with the ends of its plot, px. */
export interface Drag {
  from: number;
  to: number;
  top: number;
  bottom: number;
}

interface WalkOptions {
  /** Number of samples. */
  count: number;
  /** Index of the sample at a position of the chart, px; below 0 for none. */
  under: (x: number, y: number) => number;
  /** Opens a sample, by Enter or a click; absent where samples cannot be opened. */
  onOpen?: ((k: number) => void) | undefined;
  /** The axis along which they lie. */
  along?: 'x' | 'y';
  /** Where a range can be dragged: the plot, and what receives the ends, px. */
  zoom?: { box: PlotBox; onRange: (from: number, to: number) => void };
}

/** Position of the pointer within the chart, px. */
export function placeOf(e: PointerEvent<HTMLElement>): readonly [x: number, y: number] {
  const r = e.currentTarget.getBoundingClientRect();
  return [e.clientX - r.left, e.clientY - r.top];
}

const NO_PLOT: PlotBox = { left: 0, right: 0, top: 0, bottom: 0 };

/** Shorter drags are clicks, px; they are drawn from `LEAST_SEEN` on. */
const LEAST_DRAG = 12;
const LEAST_SEEN = 4;

interface Dragging {
  /** null: too short to be drawn, or nothing is being dragged. */
  drag: Drag | null;
  begin: (e: PointerEvent<HTMLElement>) => void;
  move: (e: PointerEvent<HTMLElement>) => void;
  /** Whether it was a range; else it was a click. */
  end: (e: PointerEvent<HTMLElement>) => boolean;
  drop: () => void;
}

/**
 * A range of a plot selected by dragging the mouse.
 * @param onRange - receives its ends, px, ascending; not given: nothing can be dragged.
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
 * Navigation of a chart of samples: arrows step through its samples, the pointer selects the nearest one, Enter or a click opens it where that is
 * possible.
 * @returns index of the selected sample, below 0 for none, and the handlers of the chart's tab stop.
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

/** The same for samples along x. @param samples - by x, ascending. */
export const useSampleWalk = (
  samples: readonly { readonly x: number }[],
  box: PlotBox,
  xDomain: readonly [number, number],
  onOpen?: (k: number) => void,
): ReturnType<typeof useWalk> =>
  useWalk({ count: samples.length, under: (x) => nearest(samples, unscaleX(box, xDomain)(x)), onOpen });
