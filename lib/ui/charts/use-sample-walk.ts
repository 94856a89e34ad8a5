'use client';
import { type PointerEvent, useState } from 'react';
import { nearest, type PlotBox, unscaleX } from './plot';
import type { WalkableProps } from './walkable';

/**
 * How a chart of samples along x is walked: arrows over its samples, the pointer at the nearest one, and where samples can be opened, Enter or a click.
 * @param samples - by x, ascending. @param onOpen - index of the sample.
 * @returns index of the sample walked to, below 0 for none; what the tab stop of the chart does.
 */
export function useSampleWalk(
  samples: readonly { readonly x: number }[],
  box: PlotBox,
  xDomain: readonly [number, number],
  onOpen?: (k: number) => void,
): { at: number; walk: Omit<WalkableProps, 'children' | 'kind' | 'label'> } {
  const [at, setAt] = useState(-1);
  const last = samples.length - 1;
  const step = (d: number): void => setAt((i) => Math.min(last, Math.max(0, (i < 0 ? (d > 0 ? -1 : samples.length) : i) + d)));
  const under = (e: PointerEvent<HTMLElement>): number =>
    nearest(samples, unscaleX(box, xDomain)(e.clientX - e.currentTarget.getBoundingClientRect().left));
  const open = (k: number): void => {
    if (samples[k]) onOpen?.(k);
  };
  return {
    at,
    walk: {
      keys: [
        ['ArrowRight', () => step(1)],
        ['ArrowLeft', () => step(-1)],
        ...(onOpen ? [['Enter', () => open(at)] as const] : []),
      ],
      onLeave: () => setAt(-1),
      onPointerMove: (e) => setAt(under(e)),
      onPointerLeave: () => setAt(-1),
      ...(onOpen ? { onPointerUp: (e) => open(under(e)) } : {}),
    },
  };
}
