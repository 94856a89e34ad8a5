'use client';
import { line } from 'd3-shape';
import { useMemo } from 'react';
import { type FlowNode, layoutFlow, NODE, type PlacedEdge } from './flow-layout';

export interface DrawnStep extends FlowNode {
  readonly title: string;
  /** A word below the title: "question", "by data". */
  readonly kind: string;
  /** Outline of its kind: straight, round (an end), cut (a question), double (by data). */
  readonly shape: 'straight' | 'round' | 'cut' | 'double';
}

export interface FlowDrawingProps {
  steps: readonly DrawnStep[];
  start: string | null;
  selected: string | null;
  /** Steps with something wrong. */
  faulty: ReadonlySet<string>;
  onSelect?: (id: string) => void;
}

const PAD = 10;
/** Smaller than this it could not be read: it scrolls instead. */
const LEAST_SCALE = 0.8;
/** Characters of a title on a step. */
const MOST_CHARS = 26;
const path = line<{ x: number; y: number }>(
  (p) => p.x,
  (p) => p.y,
);
const short = (text: string): string => (text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS - 1)}…` : text);

/** A flowchart from top to bottom. The list of steps beside it says the same in words, so that the drawing is no tab stop of its own. */
export function FlowDrawing({ steps, start, selected, faulty, onSelect }: FlowDrawingProps) {
  const drawing = useMemo(() => layoutFlow(steps, start), [steps, start]);
  const byId = new Map(steps.map((s) => [s.id, s]));
  const ways = drawing.edges.map(
    (e) => `${byId.get(e.from)!.title}${e.label === '' ? '' : ` ${e.label}`} → ${byId.get(e.to)!.title}`,
  );
  return (
    <svg
      role="img"
      aria-label={`Flowchart of ${steps.length} steps: ${ways.join('; ')}`}
      viewBox={`${-PAD} ${-PAD} ${drawing.width + 2 * PAD} ${drawing.height + 2 * PAD}`}
      style={{ width: '100%', minWidth: LEAST_SCALE * drawing.width, maxWidth: drawing.width + 2 * PAD, display: 'block' }}
    >
      <defs>
        <marker id="flow-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
          <path d="M0 0 L8 4 L0 8 z" fill="var(--ink-3)" />
        </marker>
      </defs>
      {drawing.edges.map((e) => (
        <Way key={`${e.from} ${e.to} ${e.label}`} edge={e} lit={e.from === selected || e.to === selected} />
      ))}
      {drawing.nodes.map((n) => {
        const s = byId.get(n.id)!;
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: a second way to choose a step for the pointer; the list beside it is the first, for all
          <g
            key={n.id}
            transform={`translate(${n.x} ${n.y})`}
            onClick={() => onSelect?.(n.id)}
            className={onSelect ? 'cursor-pointer' : ''}
          >
            <Outline shape={s.shape} selected={n.id === selected} faulty={faulty.has(n.id)} />
            <text x={NODE.width / 2} y={19} textAnchor="middle" fontSize={11.5} fill="var(--ink)">
              {short(s.title)}
              <title>{s.title}</title>
            </text>
            <text x={NODE.width / 2} y={34} textAnchor="middle" fontSize={10} fill="var(--ink-3)">
              {faulty.has(n.id) ? `▲ ${s.kind}` : n.id === start ? `▸ ${s.kind}` : s.kind}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

function Outline({ shape, selected, faulty }: { shape: DrawnStep['shape']; selected: boolean; faulty: boolean }) {
  const { width: w, height: h } = NODE;
  const look = {
    fill: selected ? 'var(--accent-wash)' : 'var(--surface)',
    stroke: faulty ? 'var(--warn)' : selected ? 'var(--accent)' : 'var(--hairline-strong)',
    strokeWidth: selected || faulty ? 2 : 1.2,
  };
  if (shape === 'cut') return <path d={`M10 0 H${w - 10} L${w} ${h / 2} L${w - 10} ${h} H10 L0 ${h / 2} Z`} {...look} />;
  return (
    <>
      <rect width={w} height={h} rx={shape === 'round' ? h / 2 : 3} {...look} />
      {shape === 'double' ? <path d={`M6 0 V${h} M${w - 6} 0 V${h}`} stroke={look.stroke} strokeWidth={1} fill="none" /> : null}
    </>
  );
}

function Way({ edge, lit }: { edge: PlacedEdge; lit: boolean }) {
  return (
    <g>
      <path
        d={path([...edge.points]) ?? ''}
        fill="none"
        stroke={lit ? 'var(--accent)' : 'var(--ink-3)'}
        strokeWidth={lit ? 1.8 : 1.1}
        strokeDasharray={edge.back ? '4 3' : undefined}
        strokeLinejoin="round"
        markerEnd="url(#flow-tip)"
      />
      {edge.label === '' ? null : (
        <text
          x={edge.labelAt.x}
          y={edge.labelAt.y}
          textAnchor={edge.back ? 'start' : 'middle'}
          fontSize={10}
          fill="var(--ink-2)"
          stroke="var(--surface)"
          strokeWidth={3}
          paintOrder="stroke"
        >
          {short(edge.label)}
        </text>
      )}
    </g>
  );
}
