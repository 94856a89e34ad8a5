import { timeTicks } from './ticks';

/** Something with a time on an axis: a span, or a moment. */
export interface LaneInput {
  readonly fromMs: number;
  /** Null: a moment, or a hold that still lasts. */
  readonly toMs: number | null;
  readonly kind: 'alert' | 'event' | 'hold';
}

export interface Lane {
  /** Left edge and width, % of the track. */
  readonly leftPct: number;
  readonly widthPct: number;
  /** Drawn as a mark instead of a bar. */
  readonly moment: boolean;
  /** It goes on beyond the right edge. */
  readonly lasts: boolean;
}

export interface LaneModel {
  readonly lanes: readonly Lane[];
  readonly ticks: readonly { readonly leftPct: number; readonly label: string }[];
}

/** Narrower spans would not be seen, % of the track. */
const LEAST_PCT = 0.6;
const HOUR = 3_600_000;

/** Places of lanes on one time axis, which spans all of them with a margin of 3 % on either side, and at least an hour. */
export function prepareLanes(lanes: readonly LaneInput[]): LaneModel {
  if (lanes.length === 0) return { lanes: [], ticks: [] };
  const first = Math.min(...lanes.map((l) => l.fromMs));
  const last = Math.max(...lanes.map((l) => l.toMs ?? l.fromMs));
  const pad = Math.max(0.03 * (last - first), (HOUR - (last - first)) / 2, 60_000);
  const from = first - pad;
  const span = last - first + 2 * pad;
  const pct = (ms: number): number => (100 * (ms - from)) / span;
  return {
    lanes: lanes.map((l) => {
      const lasts = l.kind === 'hold' && l.toMs === null;
      const leftPct = pct(l.fromMs);
      const end = lasts ? 100 : pct(l.toMs ?? l.fromMs);
      return { leftPct, widthPct: Math.max(LEAST_PCT, end - leftPct), moment: l.kind === 'event', lasts };
    }),
    ticks: timeTicks(from, from + span, 4).map((t) => ({ leftPct: pct(t.value), label: t.label })),
  };
}
