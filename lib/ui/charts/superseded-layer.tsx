'use client';
import type { ControlChartModel } from './control-chart.model';
import { type PlotBox, scaleX, scaleY } from './plot';

const ARM = 3.5;

/** What points were before they were measured again: a cross, tied to the point that took its place. */
export function SupersededLayer({
  box,
  x,
  y,
  values,
}: {
  box: PlotBox;
  x: [number, number];
  y: [number, number];
  values: ControlChartModel['superseded'];
}) {
  const sx = scaleX(box, x);
  const sy = scaleY(box, y);
  return (
    <g stroke="var(--ink-3)" strokeWidth={1.2}>
      {values.map((v) => {
        const [cx, cy] = [sx(v.x), sy(v.was)];
        return (
          <path
            key={v.i}
            d={`M${cx - ARM} ${cy - ARM}L${cx + ARM} ${cy + ARM}M${cx - ARM} ${cy + ARM}L${cx + ARM} ${cy - ARM}${v.now === null ? '' : `M${cx} ${cy}V${sy(v.now)}`}`}
            fill="none"
            strokeDasharray="2 2"
          />
        );
      })}
    </g>
  );
}
