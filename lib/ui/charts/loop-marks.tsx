import type { LoopChartModel } from './loop-chart.prepare';
import { dotsPath, LABELS, plotBox, scaleX, scaleY } from './plot';

/** Heights of the three charts, px. */
export const H = { output: 230, moves: 130, disturbance: 120 } as const;

export function OutputDots({ m, width }: { m: LoopChartModel; width: number }) {
  const box = plotBox(width, H.output, LABELS);
  const sx = scaleX(box, m.xDomain);
  const sy = scaleY(box, m.outputDomain);
  return (
    <path
      d={dotsPath(
        m.output.flatMap((p) => (p.y === null ? [] : [{ cx: sx(p.x), cy: sy(p.y) }])),
        m.output.length > 250 ? 1.5 : 2.2,
      )}
      fill="var(--series)"
    />
  );
}

export function MoveMarks({ m, width }: { m: LoopChartModel; width: number }) {
  const box = plotBox(width, H.moves, LABELS);
  const sx = scaleX(box, m.xDomain);
  const sy = scaleY(box, m.moveDomain);
  const at = (kind: 'applied' | 'advised' | 'clipped') =>
    m.moves.filter((p) => p.kind === kind).map((p) => ({ cx: sx(p.x), cy: sy(p.y) }));
  return (
    <g>
      <path d={dotsPath(at('applied'), 2)} fill="var(--accent)" />
      <path d={dotsPath(at('advised'), 2.4)} fill="var(--surface)" stroke="var(--accent)" strokeWidth={1} />
      <path
        d={at('clipped')
          .map((p) => `M${(p.cx - 4).toFixed(1)} ${(p.cy - 4).toFixed(1)}l8 8h-8Z`)
          .join('')}
        fill="var(--warn)"
      />
    </g>
  );
}
