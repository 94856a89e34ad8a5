'use client';
import { type PointerEvent, useState } from 'react';
import { nearest, type PlotBox, unscaleX } from './plot';
import type { WalkableProps } from './walkable';

type Place = readonly [x: number, y: number];

/** A stretch that is being dragged out, with the ends of its plot, px. */
export interface Drag {
  from: number;
  to: number;
  top: number;
  bottom: number;
}

interface PointerOptions {
  /** Index of the thing at a place of the chart, px; below 0 for none. */
  under: (x: number, y: number) => number;
  /** Where the pointer is within the chart, px; null: it has left. */
  onHover: (place: Place | null) => void;
  onClick?: ((k: number) => void) | undefined;
  /** Where a stretch can be dragged out: the plot, and what becomes of its ends, px, ascending. */
  zoom?: { box: PlotBox; onRange: (from: number, to: number) => void } | undefined;
}

type PointerHandlers = Required<
  Pick<WalkableProps, 'onPointerMove' | 'onPointerLeave' | 'onPointerCancel' | 'onPointerDown' | 'onPointerUp'>
>;

export interface WalkOptions extends Pick<PointerOptions, 'under' | 'zoom'> {
  /** How many samples there are. */
  count: number;
  /** Where samples can be opened: by Enter or a click. */
  onOpen?: ((k: number) => void) | undefined;
  /** The axis along which they lie. */
  along?: 'x' | 'y';
}

function placeOf(e: PointerEvent<HTMLElement>): Place {
  const r = e.currentTarget.getBoundingClientRect();
  return [e.clientX - r.left, e.clientY - r.top];
}

/** Of several fingers the first, of a mouse the button that chooses. */
const isPrimary = (e: PointerEvent<HTMLElement>): boolean => e.isPrimary && e.button === 0;

/** Shorter drags are clicks, px. */
const LEAST_DRAG = 12;
/** A hand moves this far while it clicks; a drag is seen beyond it, px. */
const TREMOR = 4;

interface Press {
  /** Where it began. */
  readonly place: Place;
  /** What lay there. */
  readonly thing: number;
  /** Where the pointer is by now. */
  readonly x: number;
}

/** The pointer over a chart: what it hovers, a click (the primary button, pressed and let go on one thing), and a stretch that is dragged out. */
export function usePointer({ under, onHover, onClick, zoom }: PointerOptions): { drag: Drag | null; pointer: PointerHandlers } {
  const [press, setPress] = useState<Press | null>(null);
  const stretch = (from: number, to: number): Drag | null => {
    if (!zoom) return null;
    const inside = (x: number): number => Math.min(zoom.box.right, Math.max(zoom.box.left, x));
    return { from: inside(Math.min(from, to)), to: inside(Math.max(from, to)), top: zoom.box.top, bottom: zoom.box.bottom };
  };
  const drag = press && stretch(press.place[0], press.x);
  const leave = (): void => {
    onHover(null);
    setPress(null);
  };
  return {
    drag: drag && drag.to - drag.from > TREMOR ? drag : null,
    pointer: {
      onPointerMove: (e) => {
        const place = placeOf(e);
        onHover(place);
        if (press && zoom) setPress({ ...press, x: place[0] });
      },
      onPointerLeave: leave,
      onPointerCancel: leave,
      onPointerDown: (e) => {
        if (!isPrimary(e)) return;
        const place = placeOf(e);
        setPress({ place, thing: under(...place), x: place[0] });
        if (zoom) e.currentTarget.setPointerCapture?.(e.pointerId); // a drag may end beyond the edge
      },
      onPointerUp: (e) => {
        if (!press || !isPrimary(e)) return;
        setPress(null);
        const [x, y] = placeOf(e);
        const dragged = stretch(press.place[0], x);
        if (dragged && dragged.to - dragged.from > LEAST_DRAG) return zoom?.onRange(dragged.from, dragged.to);
        const isHeld = under(x, y) === press.thing || Math.hypot(x - press.place[0], y - press.place[1]) <= TREMOR;
        if (press.thing >= 0 && isHeld && isWithin(e)) onClick?.(press.thing);
      },
    },
  };
}

/** Whether the pointer is over the chart: a captured one need not be. */
function isWithin({ currentTarget, clientX: x, clientY: y }: PointerEvent<Element>): boolean {
  const { left, right, top, bottom } = currentTarget.getBoundingClientRect();
  return x >= left && x <= right && y >= top && y <= bottom;
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
  const open = (k: number): void => {
    if (k >= 0 && k < count) onOpen?.(k);
  };
  const { drag, pointer } = usePointer({
    under,
    onHover: (place) => setAt(place === null ? -1 : under(...place)),
    onClick: open,
    zoom: zoom && {
      ...zoom,
      onRange: (from, to) => {
        setAt(-1); // the samples that follow are others
        zoom.onRange(from, to);
      },
    },
  });
  const step = (d: number): void => setAt((i) => Math.min(count - 1, Math.max(0, (i < 0 ? (d > 0 ? -1 : count) : i) + d)));
  return {
    at: drag ? -1 : Math.min(at, count - 1),
    drag,
    walk: {
      keys: [
        [along === 'x' ? 'ArrowRight' : 'ArrowDown', () => step(1)],
        [along === 'x' ? 'ArrowLeft' : 'ArrowUp', () => step(-1)],
        ...(onOpen ? [['Enter', () => open(at)] as const] : []),
      ],
      onLeave: () => setAt(-1),
      ...pointer,
    },
  };
}

/** Samples along x. @param samples - by x, ascending. */
export const alongX = (
  samples: readonly { readonly x: number }[],
  box: PlotBox,
  xDomain: readonly [number, number],
): Pick<WalkOptions, 'count' | 'under'> => ({
  count: samples.length,
  under: (x) => nearest(samples, unscaleX(box, xDomain)(x)),
});
