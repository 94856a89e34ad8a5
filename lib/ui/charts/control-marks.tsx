'use client';
import type { ControlChartModel, DrawnPoint, LimitSegment } from './control-chart.prepare';
import { dotsPath, type PlotBox, scaleX, scaleY, spreadLabels } from './plot';

const DASH: Readonly<Record<LimitSegment['kind'], { dash: string; color: string; width: number }>> = {
  ucl: { dash: '7 4', color: 'var(--ink-2)', width: 1 },
  lcl: { dash: '7 4', color: 'var(--ink-2)', width: 1 },
  cl: { dash: '', color: 'var(--ink-3)', width: 1 },
  usl: { dash: '10 3 2 3', color: 'var(--out)', width: 1 },
  lsl: { dash: '10 3 2 3', color: 'var(--out)', width: 1 },
  target: { dash: '2 3', color: 'var(--accent)', width: 1.2 },
};

interface LayerProps {
  box: PlotBox;
  x: [number, number];
  y: [number, number];
}

/** Limits with their own dashes; labels stand at the right and never overlap. */
export function LimitLayer({ box, x, y, limits }: LayerProps & { limits: readonly LimitSegment[] }) {
  const sx = scaleX(box, x);
  const sy = scaleY(box, y);
  const labelled = limits.filter((l) => l.label !== null);
  const labelY = spreadLabels(
    labelled.map((l) => sy(l.y)),
    13,
    box.top + 4,
    box.bottom - 4,
  );
  return (
    <g>
      {limits.map((l) => (
        <line
          key={`${l.kind}-${l.x1}`}
          x1={sx(l.x1)}
          x2={sx(l.x2)}
          y1={sy(l.y)}
          y2={sy(l.y)}
          stroke={DASH[l.kind].color}
          strokeDasharray={DASH[l.kind].dash}
          strokeWidth={DASH[l.kind].width}
        />
      ))}
      {labelled.map((l, i) => (
        <text key={l.kind} x={box.right + 6} y={labelY[i]} dominantBaseline="central" fontSize={11} fill={DASH[l.kind].color}>
          {l.label}
        </text>
      ))}
    </g>
  );
}

/** Zones A, B, C as three steps of one pale band. */
export function ZoneLayer({ box, x, y, zones }: LayerProps & { zones: ControlChartModel['zones'] }) {
  const sx = scaleX(box, x);
  const sy = scaleY(box, y);
  return (
    <g>
      {zones.map((z) => (
        <rect
          key={`${z.x1}-${z.y1}`}
          x={sx(z.x1)}
          width={Math.max(0, sx(z.x2) - sx(z.x1))}
          y={sy(z.y2)}
          height={Math.max(0, sy(z.y1) - sy(z.y2))}
          fill="var(--band)"
          fillOpacity={z.level === 1 ? 0.75 : z.level === 2 ? 0.42 : 0.18}
        />
      ))}
    </g>
  );
}

interface MarksProps extends LayerProps {
  points: readonly DrawnPoint[];
  of: (p: DrawnPoint) => number | null;
  rulesOf: (p: DrawnPoint) => readonly number[];
  whiskers: boolean;
  selected: number | null;
  members: ReadonlySet<number>;
}

/** Points: small discs, ■ with the rule's number where one fired, hollow where excluded, ring around the window's members. */
export function PointLayer({ box, x, y, points, of, rulesOf, whiskers, selected, members }: MarksProps) {
  const sx = scaleX(box, x);
  const sy = scaleY(box, y);
  const at = points.flatMap((p, k) => {
    const v = of(p);
    return v === null ? [] : [{ p, k, cx: sx(p.x), cy: sy(v), rules: rulesOf(p) }];
  });
  const plain = at.filter((m) => m.rules.length === 0 && !m.p.excluded);
  const flagged = at.filter((m) => m.rules.length > 0 && !m.p.excluded);
  const r = plain.length > 400 ? 1.4 : plain.length > 150 ? 2 : 2.4;
  let lastLabel = Number.NEGATIVE_INFINITY;
  const pick = at.find((m) => m.k === selected);
  return (
    <g>
      {whiskers ? (
        <path
          d={at
            .flatMap((m) =>
              m.p.u !== null && m.p.u > 0
                ? [`M${m.cx.toFixed(1)} ${sy(of(m.p)! - m.p.u).toFixed(1)}V${sy(of(m.p)! + m.p.u).toFixed(1)}`]
                : [],
            )
            .join('')}
          stroke="var(--series)"
          strokeOpacity={0.45}
          fill="none"
        />
      ) : null}
      {at
        .filter((m) => members.has(m.k))
        .map((m) => (
          <circle key={`m${m.p.i}`} cx={m.cx} cy={m.cy} r={5} fill="var(--out-wash)" stroke="var(--out)" strokeWidth={0.8} />
        ))}
      <path d={dotsPath(plain, r)} fill="var(--series)" />
      {at
        .filter((m) => m.p.excluded)
        .map((m) => (
          <circle key={`e${m.p.i}`} cx={m.cx} cy={m.cy} r={3} fill="var(--surface)" stroke="var(--ink-3)" strokeWidth={1.2} />
        ))}
      {flagged.map((m) => {
        const show = m.cx - lastLabel > 16;
        if (show) lastLabel = m.cx;
        return (
          <g key={`v${m.p.i}`}>
            <rect x={m.cx - 3.5} y={m.cy - 3.5} width={7} height={7} fill="var(--out)" />
            {show ? (
              <text
                x={m.cx}
                y={m.cy - 8 < box.top + 4 ? m.cy + 14 : m.cy - 7}
                textAnchor="middle"
                fontSize={10}
                fontWeight={600}
                fill="var(--out)"
              >
                {m.rules.map((q) => (q > 100 ? q - 100 : q)).join(',')}
              </text>
            ) : null}
          </g>
        );
      })}
      {pick ? (
        <g>
          <line x1={pick.cx} x2={pick.cx} y1={box.top} y2={box.bottom} stroke="var(--accent)" strokeWidth={1} />
          <circle cx={pick.cx} cy={pick.cy} r={6.5} fill="none" stroke="var(--accent)" strokeWidth={1.8} />
        </g>
      ) : null}
    </g>
  );
}

/** Phase boundaries and the event strip under the plot area. */
export function EventStrip({
  box,
  x,
  events,
  boundaries,
}: {
  box: PlotBox;
  x: [number, number];
  events: ControlChartModel['events'];
  boundaries: ControlChartModel['boundaries'];
}) {
  const sx = scaleX(box, x);
  let lastX = Number.NEGATIVE_INFINITY;
  return (
    <g>
      {boundaries.map((b) => (
        <g key={b.x}>
          <line x1={sx(b.x)} x2={sx(b.x)} y1={box.top} y2={box.bottom} stroke="var(--hairline-strong)" />
          <text
            x={sx(b.x) + (sx(b.x) > (box.left + box.right) / 2 ? -4 : 4)}
            y={box.top + 9}
            textAnchor={sx(b.x) > (box.left + box.right) / 2 ? 'end' : 'start'}
            fontSize={11}
            fill="var(--ink-2)"
          >
            {b.label.length > 42 ? `${b.label.slice(0, 40)}…` : b.label}
          </text>
        </g>
      ))}
      {events.map((e) => {
        const ex = sx(e.x);
        const show = ex - lastX > 18;
        if (show) lastX = ex;
        return (
          <g key={`${e.x}-${e.label}`}>
            <title>{e.label}</title>
            <path d={`M${ex - 4} ${box.bottom - 1}L${ex + 4} ${box.bottom - 1}L${ex} ${box.bottom - 8}Z`} fill="var(--ink-2)" />
            {show ? (
              <text x={ex} y={box.bottom - 10} fontSize={9} textAnchor="middle" fill="var(--ink-2)">
                {e.glyph}
              </text>
            ) : null}
          </g>
        );
      })}
    </g>
  );
}
