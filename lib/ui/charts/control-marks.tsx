'use client';
import { isDispersionRule, isWithinRule, ruleLabel } from '@/lib/spc';
import type { ControlChartModel, DrawnPoint, LimitSegment } from './control-chart.model';
import { measuredOf } from './drawn-point';
import { EVENT_SIZE, eventLetters } from './event-letters';
import { phaseLabelY } from './phase-labels';
import { dotsPath, type PlotBox, scaleX, scaleY, spreadLabels, squaresPath } from './plot';
import type { PlotLabels, TakenPlaces } from './taken-places';

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

/**
 * Limits with their own dashes; those in force are labelled at the right, earlier ones have their numbers on their lines, and no label covers
 * another.
 */
export function LimitLayer({
  box,
  x,
  y,
  limits,
  earlier = [],
}: LayerProps & { limits: readonly LimitSegment[]; earlier?: PlotLabels['earlier'] }) {
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
      {limitPaths(limits, sx, sy).map(({ kind, d }) => (
        <path
          key={`${kind}-${d}`}
          d={d}
          fill="none"
          stroke={DASH[kind].color}
          strokeDasharray={DASH[kind].dash}
          strokeWidth={DASH[kind].width}
        />
      ))}
      {earlier.map((l) => (
        <text key={`${l.x}-${l.y}`} x={l.x} y={l.y} textAnchor="end" fontSize={10} fill={DASH[l.kind].color}>
          {l.text}
        </text>
      ))}
      {labelled.map((l, i) => (
        <text key={l.kind} x={box.right + 6} y={labelY[i]} dominantBaseline="central" fontSize={11} fill={DASH[l.kind].color}>
          {l.label}
        </text>
      ))}
    </g>
  );
}

/** Touching segments of a kind as one stepped path, so that its dashes are continuous. */
function limitPaths(
  limits: readonly LimitSegment[],
  sx: (v: number) => number,
  sy: (v: number) => number,
): { kind: LimitSegment['kind']; d: string }[] {
  const out: { kind: LimitSegment['kind']; d: string }[] = [];
  limits.forEach((l, i) => {
    const before = limits[i - 1];
    const last = out.at(-1);
    const [x1, x2, y] = [sx(l.x1), sx(l.x2), sy(l.y)].map((v) => v.toFixed(1));
    if (last !== undefined && before?.kind === l.kind && before.x2 === l.x1) last.d += `V${y}H${x2}`;
    else out.push({ kind: l.kind, d: `M${x1} ${y}H${x2}` });
  });
  return out;
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
  /** Beyond a limit that no rule watches: an open square. */
  unwatched?: (p: DrawnPoint) => boolean;
  whiskers: boolean;
  members: ReadonlySet<number>;
}

/** Above this many points the marks of signals and exclusions are small, so that they do not cover each other. */
const CROWDED = 1500;

const numbersOf = (rules: readonly number[]): string =>
  rules
    .filter((q) => !isDispersionRule(q) && !isWithinRule(q))
    .map(ruleLabel)
    .join(',');

/** Points: small discs, ■ with the rule's number where one fired, hollow where excluded, ring around the window's members. */
export function PointLayer({ box, x, y, points, of, rulesOf, unwatched, whiskers, members }: MarksProps) {
  const sx = scaleX(box, x);
  const sy = scaleY(box, y);
  const at = points.flatMap((p, k) => {
    const v = of(p);
    return v === null
      ? []
      : [{ p, k, cx: sx(p.x), cy: sy(v), rules: rulesOf(p), open: unwatched?.(p) === true && rulesOf(p).length === 0 }];
  });
  const plain = at.filter((m) => m.rules.length === 0 && !m.open && !m.p.excluded);
  const flagged = at.filter((m) => m.rules.length > 0 && !m.p.excluded);
  const r = plain.length > 400 ? 1.4 : plain.length > 150 ? 2 : 2.4;
  const isCrowded = at.length > CROWDED;
  let lastLabel = Number.NEGATIVE_INFINITY;
  const named = flagged.filter((m) => {
    if (numbersOf(m.rules) === '' || m.cx - lastLabel <= 16) return false;
    lastLabel = m.cx;
    return true;
  });
  return (
    <g>
      {whiskers ? (
        <path
          d={at
            .flatMap((m) =>
              m.p.u !== null && m.p.u > 0
                ? [`M${m.cx.toFixed(1)} ${sy(measuredOf(m.p)! - m.p.u).toFixed(1)}V${sy(measuredOf(m.p)! + m.p.u).toFixed(1)}`]
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
      <path
        d={dotsPath(
          at.filter((m) => m.p.excluded),
          isCrowded ? 1.6 : 3,
        )}
        fill="var(--surface)"
        stroke="var(--ink-3)"
        strokeWidth={isCrowded ? 0.8 : 1.2}
      />
      {at
        .filter((m) => m.open && !m.p.excluded)
        .map((m) => (
          <rect
            key={`u${m.p.i}`}
            x={m.cx - 3}
            y={m.cy - 3}
            width={6}
            height={6}
            fill="var(--surface)"
            stroke="var(--out)"
            strokeWidth={1.2}
          />
        ))}
      <path d={squaresPath(flagged, isCrowded ? 1.5 : 3.5)} fill="var(--out)" />
      {named.map((m) => (
        <text
          key={`v${m.p.i}`}
          x={m.cx}
          y={m.cy - 8 < box.top + 4 ? m.cy + 14 : m.cy - 7}
          textAnchor="middle"
          fontSize={10}
          fontWeight={600}
          fill="var(--out)"
        >
          {numbersOf(m.rules)}
        </text>
      ))}
    </g>
  );
}

/** Half the size of a cross, and its height above the events at the foot, px. */
const CROSS = 3;
const ABOVE_EVENTS = 28;

/** Points that no limits judge, as crosses at the foot of the plot: they have no place on its scale. */
export function UnjudgedLayer({ box, x, points }: Pick<LayerProps, 'box' | 'x'> & { points: readonly DrawnPoint[] }) {
  const sx = scaleX(box, x);
  const y = box.bottom - ABOVE_EVENTS;
  return (
    <g>
      {points.flatMap((p) => {
        if (p.unjudged === null) return [];
        const cx = sx(p.x);
        return [
          <path
            key={p.i}
            d={`M${cx - CROSS} ${y - CROSS}l${2 * CROSS} ${2 * CROSS}m0 ${-2 * CROSS}l${-2 * CROSS} ${2 * CROSS}`}
            stroke="var(--ink-3)"
            strokeWidth={1.4}
            fill="none"
          />,
        ];
      })}
    </g>
  );
}

/** The line and the ring of the selected point; the line alone where it has no place. */
export function PickedPoint({ box, x, y, point, of }: LayerProps & Pick<MarksProps, 'of'> & { point: DrawnPoint | undefined }) {
  const v = point === undefined ? null : of(point);
  if (point === undefined || (v === null && point.unjudged === null)) return null;
  const cx = scaleX(box, x)(point.x);
  return (
    <g>
      <line x1={cx} x2={cx} y1={box.top} y2={box.bottom} stroke="var(--accent)" strokeWidth={1} />
      {v === null ? null : <circle cx={cx} cy={scaleY(box, y)(v)} r={6.5} fill="none" stroke="var(--accent)" strokeWidth={1.8} />}
    </g>
  );
}

/** Phase boundaries and the event strip under the plot area. */
export function EventStrip({
  box,
  x,
  taken: { events, boundaries },
  phases,
}: Pick<LayerProps, 'box' | 'x'> & { taken: TakenPlaces; phases: PlotLabels['phases'] }) {
  const sx = scaleX(box, x);
  const placed = phases.map((label, i) => ({ boundary: boundaries[i]!, label }));
  return (
    <g>
      {placed.map(({ boundary: b, label }) => (
        <g key={b.x}>
          <title>{b.label}</title>
          <line x1={sx(b.x)} x2={sx(b.x)} y1={box.top} y2={box.bottom} stroke="var(--hairline-strong)" />
          {label === null ? null : (
            <text x={label.x} y={box.top + phaseLabelY(label.row)} textAnchor={label.anchor} fontSize={11} fill="var(--ink-2)">
              {label.text}
            </text>
          )}
        </g>
      ))}
      {events.map((e) => {
        const ex = sx(e.x);
        return (
          <g key={`${e.x}-${e.label}`}>
            <title>{e.label}</title>
            <path d={`M${ex - 4} ${box.bottom - 1}L${ex + 4} ${box.bottom - 1}L${ex} ${box.bottom - 8}Z`} fill="var(--ink-2)" />
          </g>
        );
      })}
      {eventLetters(events.map((e) => ({ x: sx(e.x), glyph: e.glyph })).sort((a, b) => a.x - b.x)).map((t) => (
        <text key={t.x} x={t.x} y={box.bottom - 10} fontSize={EVENT_SIZE} textAnchor="middle" fill="var(--ink-2)">
          {t.text}
        </text>
      ))}
    </g>
  );
}
