'use client';
import { useState } from 'react';
import { useKeys } from '../hooks/use-keys';
import type { ControlChartInput, ControlChartModel, DrawnPoint } from './control-chart.model';
import { nearest, type PlotBox, unscaleX } from './plot';
import { type Drag, usePointer } from './use-walk';
import type { WalkableProps } from './walkable';

interface Zoom {
  readonly onRange: ((fromMs: number, toMs: number) => void) | undefined;
  readonly onWhole: (() => void) | undefined;
}

/**
 * Navigation of a control chart: arrows move over points, n and p over violations, a click selects, a drag selects a range; a double click, or Home
 * before a point is selected, shows the whole range.
 * @param selected - index of the selected point; below 0 there is none.
 */
export function useControlWalk(
  input: ControlChartInput,
  m: ControlChartModel,
  box: PlotBox,
  selected: number,
  onSelect: (id: string | null) => void,
  { onRange, onWhole }: Zoom,
): { walk: Omit<WalkableProps, 'children' | 'kind' | 'label'>; hovered: DrawnPoint | undefined; drag: Drag | null } {
  const [hover, setHover] = useState<number | null>(null);
  const last = m.points.length - 1;
  const choose = (k: number | undefined): void => {
    const p = k === undefined ? undefined : m.points[k];
    if (p) onSelect(input.ids[p.i] ?? null);
  };
  const step = (d: number): void => choose(Math.min(last, Math.max(0, selected < 0 ? (d > 0 ? 0 : last) : selected + d)));
  const stepViolation = (d: number): void => {
    const before = selected < 0 ? m.points.length : selected;
    const next = d > 0 ? m.violations.find((k) => k > selected) : m.violations.findLast((k) => k < before);
    choose(next ?? (d > 0 ? m.violations[0] : m.violations.at(-1)));
  };
  useKeys({ n: () => stepViolation(1), p: () => stepViolation(-1) });
  const pointAt = (px: number): number => nearest(m.points, unscaleX(box, m.xDomain)(px));
  const { drag, pointer } = usePointer({
    under: pointAt,
    onHover: (place) => setHover(place && pointAt(place[0])),
    onClick: choose,
    zoom: onRange && {
      box,
      onRange: (from, to) => {
        const [a, b] = [m.points[pointAt(from)], m.points[pointAt(to)]];
        if (a && b) onRange(input.at[a.i]!, input.at[b.i]!);
      },
    },
  });
  return {
    drag,
    hovered: hover !== null && !drag ? m.points[hover] : undefined,
    walk: {
      keys: [
        ['ArrowRight', () => step(1)],
        ['ArrowLeft', () => step(-1)],
        ['Home', () => (selected < 0 && onWhole ? onWhole() : choose(0))],
        ['End', () => choose(last)],
      ],
      onLeave: () => onSelect(null),
      ...(onWhole ? { onDoubleClick: onWhole } : {}),
      ...pointer,
    },
  };
}
